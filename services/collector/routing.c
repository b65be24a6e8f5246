/* The table of gateways and orgs. An org enters it, or is replaced in it, only after every check that the
 * design wants before work: its keys are the ones in force, its caps leave the reply window room, its number
 * is nobody else's, its languages can be read. Reads key and message files; never asks Redis by itself. */
#include "collector/routing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/keyring.h"
#include "store/message_files.h"

struct route_survey {
    struct route_survey *next;
    char ref[SURVEY_REF_SIZE];
    struct survey *survey;
};

/* What orgs with these languages, in this order, are read by. */
struct route_words {
    struct route_words *next;
    size_t languages_count;
    char languages[LANGUAGES_MAX][LANGUAGE_SIZE];
    struct reply_words words;
};

struct routing {
    const struct settings *settings;
    struct route_gateway gateways[SETTINGS_GATEWAYS_MAX];
    size_t gateways_count;
    struct route_org *orgs;
    struct route_words *words;
};

static struct route_org *org_place(struct routing *routing, const char *id);
static bool org_accept(struct routing *routing, struct route_org *org, const struct org_record *record,
                       struct error *error);
static void org_say_once(struct route_org *org, const struct error *problem);

struct routing *routing_open(const struct settings *settings, bool clock_scaled, struct error *error)
{
    struct routing *routing = memory_zeroed(1, sizeof *routing);
    routing->settings = settings;
    for (size_t i = 0; i < settings->gateways_count; i++) {
        const struct gateway_settings *gateway = &settings->gateways[i];
        struct route_gateway *route = &routing->gateways[routing->gateways_count];
        route->settings = gateway;
        route->profile = profile_load(settings, gateway->profile, error);
        if (route->profile != NULL && clock_scaled && !profile_is_simulator(route->profile)) {
            error_set(error,
                      "gateway \"%s\" reaches people: a clock that is not real is for the simulator only",
                      gateway->name);
            profile_free(&route->profile);
        }
        if (route->profile == NULL) {
            routing_free(&routing);
            return NULL;
        }
        routing->gateways_count++;
    }
    return routing;
}

void routing_free(struct routing **freeing)
{
    struct routing *routing = *freeing;
    if (routing == NULL)
        return;
    for (size_t i = 0; i < routing->gateways_count; i++)
        profile_free(&routing->gateways[i].profile);
    while (routing->orgs != NULL) {
        struct route_org *org = routing->orgs;
        routing->orgs = org->next;
        gather_free(&org->calls);
        while (org->surveys != NULL) {
            struct route_survey *survey = org->surveys;
            org->surveys = survey->next;
            free(survey->survey);
            free(survey);
        }
        free(org);
    }
    while (routing->words != NULL) {
        struct route_words *words = routing->words;
        routing->words = words->next;
        free(words);
    }
    free(routing);
    *freeing = NULL;
}

/* --- taking orgs in --- */

bool routing_load(struct routing *routing, struct redis_link *link, struct error *error)
{
    char(*names)[33] = memory_zeroed(ORGS_MAX, sizeof *names);
    size_t count = 0;
    bool loaded = orgs_list(link, names, ORGS_MAX, &count, error);
    for (size_t i = 0; i < count && loaded; i++) {
        struct org_record record;
        loaded = org_load(link, names[i], &record, error) &&
                 org_accept(routing, org_place(routing, names[i]), &record, error);
    }
    free(names);
    return loaded;
}

bool routing_update(struct routing *routing, const char *id, const struct redis_value *value)
{
    struct route_org *org = org_place(routing, id);
    struct org_record record;
    struct error error = {""};
    bool updated = org_load_result(value, id, &record, &error) && org_accept(routing, org, &record, &error);
    if (!updated)
        org_say_once(org, &error);
    return updated;
}

static struct route_org *org_place(struct routing *routing, const char *id)
{
    struct route_org *org = routing->orgs;
    while (org != NULL && strcmp(org->id, id) != 0)
        org = org->next;
    if (org == NULL) {
        org = memory_zeroed(1, sizeof *org);
        (void)text_copy(org->id, sizeof org->id, id);
        org->next = routing->orgs;
        routing->orgs = org;
    }
    return org;
}

static bool is_taken(const struct routing *routing, const struct org *org, const char *gateway,
                     const char *number, const char *member, struct error *error)
{
    for (const struct route_org *other = routing->orgs; other != NULL; other = other->next)
        if (gateway[0] != '\0' && other->ready && strcmp(other->id, org->id) != 0 &&
            org_is_reached_at(&other->record.org, gateway, number))
            return !error_set(error,
                              "orgs \"%s\" and \"%s\" share %s %s of gateway \"%s\": give each its own",
                              other->id, org->id, member, number, gateway);
    return false;
}

/* At both of its gateways. */
static bool number_is_free(const struct routing *routing, const struct org *org, struct error *error)
{
    return !is_taken(routing, org, org->gateway, org->reply_number, "lane.reply_number", error) &&
           !is_taken(routing, org, org->second.gateway, org->second.reply_number, "lane.second.reply_number",
                     error);
}

/* The words belong to the program, like its code: they are read once. A quarter of a megabyte. NULL with the error
 * set. */
static const struct reply_words *words_of(struct routing *routing, const struct org *org, struct error *error)
{
    struct route_words *words = routing->words;
    while (words != NULL && (words->languages_count != org->languages_count ||
                             memcmp(words->languages, org->languages, sizeof words->languages) != 0))
        words = words->next;
    if (words != NULL)
        return &words->words;
    words = memory_zeroed(1, sizeof *words);
    if (!message_texts_load(routing->settings, org, NULL, &words->words, error)) {
        free(words);
        return NULL;
    }
    words->languages_count = org->languages_count;
    memcpy(words->languages, org->languages, sizeof words->languages);
    words->next = routing->words;
    routing->words = words;
    return &words->words;
}

/* True also for an org without keys: it is not ready, and nothing can have been sent for it. */
static bool org_accept(struct routing *routing, struct route_org *org, const struct org_record *record,
                       struct error *error)
{
    unsigned char hash_key[KEY_BYTES], reader_public[KEY_BYTES];
    const struct reply_words *words;
    struct error waiting = {""};
    if (record->fingerprint_hash[0] == '\0') {
        error_set(&waiting, "org \"%s\" has no keys yet, it is left out: run `pulssi keys generate --org %s`",
                  org->id, org->id);
        org_say_once(org, &waiting);
        return true;
    }
    if (record->org.gap_days < routing->settings->reply_window_days)
        return error_set(error,
                         "org \"%s\": caps.gap_days is %d, less than [survey] reply_window_days = %lld: a "
                         "person would be asked again while the last question is open",
                         org->id, record->org.gap_days, (long long)routing->settings->reply_window_days);
    if (!number_is_free(routing, &record->org, error) ||
        !keyring_load(routing->settings, record, KEY_HASH, hash_key, error) ||
        !keyring_load(routing->settings, record, KEY_READER_PUBLIC, reader_public, error) ||
        (words = words_of(routing, &record->org, error)) == NULL)
        return false;
    org->record = *record;
    memcpy(org->hash_key, hash_key, sizeof hash_key);
    memcpy(org->reader_public, reader_public, sizeof reader_public);
    org->words = words;
    org->ready = true;
    org->problem[0] = '\0';
    return true;
}

/* Refreshing comes again every half minute; the log hears of a problem when it is new. */
static void org_say_once(struct route_org *org, const struct error *problem)
{
    if (strcmp(org->problem, problem->text) == 0)
        return;
    (void)text_copy(org->problem, sizeof org->problem, problem->text);
    log_warning("%s", problem->text);
}

/* --- finding --- */

const struct route_gateway *routing_gateway(const struct routing *routing, const char *name)
{
    for (size_t i = 0; i < routing->gateways_count; i++)
        if (strcmp(routing->gateways[i].settings->name, name) == 0)
            return &routing->gateways[i];
    return NULL;
}

struct route_org *routing_next(const struct routing *routing, const struct route_gateway *gateway,
                               const struct route_org *after)
{
    struct route_org *org = after == NULL ? routing->orgs : after->next;
    while (org != NULL && !(org->ready && org_sends_through(&org->record.org, gateway->settings->name)))
        org = org->next;
    return org;
}

struct route_org *routing_org(const struct routing *routing, const struct route_gateway *gateway,
                              const char *number)
{
    struct route_org *org = routing_next(routing, gateway, NULL);
    while (org != NULL && !org_is_reached_at(&org->record.org, gateway->settings->name, number))
        org = routing_next(routing, gateway, org);
    return org;
}

struct route_org *routing_of_reply(const struct routing *routing, const struct route_gateway *gateway,
                                   const struct webhook_reply *reply)
{
    return reply->to_is_untold ? routing_only(routing, gateway) : routing_org(routing, gateway, reply->to);
}

struct route_org *routing_org_named(const struct routing *routing, const char *id)
{
    struct route_org *org = routing->orgs;
    while (org != NULL && !(org->ready && strcmp(org->id, id) == 0))
        org = org->next;
    return org;
}

struct route_org *routing_only(const struct routing *routing, const struct route_gateway *gateway)
{
    struct route_org *org = routing_next(routing, gateway, NULL);
    return org != NULL && routing_next(routing, gateway, org) == NULL ? org : NULL;
}

/* --- surveys --- */

const struct survey *routing_survey(const struct route_org *org, const char *ref)
{
    const struct route_survey *survey = org->surveys;
    while (survey != NULL && strcmp(survey->ref, ref) != 0)
        survey = survey->next;
    return survey == NULL ? NULL : survey->survey;
}

const struct survey *routing_survey_keep(struct route_org *org, const char *ref, struct survey *survey)
{
    const struct survey *known = routing_survey(org, ref);
    if (known != NULL) { /* two flows asked for it at once */
        free(survey);
        return known;
    }
    struct route_survey *kept = memory_zeroed(1, sizeof *kept);
    (void)text_copy(kept->ref, sizeof kept->ref, ref);
    kept->survey = survey;
    kept->next = org->surveys;
    org->surveys = kept;
    return survey;
}
