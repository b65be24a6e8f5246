/* A reply, step by step:
 *
 *   start ─ unreadable ──────────────────────────────────────────→ event: counted
 *     ↓
 *   route ─ no org has this number ─ refresh ─ still none ───────→ event: wrong_number
 *     ↓
 *   load ←──────────────────────────────┐ (at most 5 times)
 *     ↓                                 │
 *   decide ─ survey unknown ─ survey ─┐ │
 *     ↓   ↑───────────────────────────┘ │
 *   commit ─ STALE ─────────────────────┘
 *     ↓
 *   finish: STORED after DONE or DUPLICATE, LOST when Redis was away, else REFUSED
 *
 * Received time is the request's, however late it is worked on. A lost answer may have been a commit: LOST, and
 * the next try with the same reply id finds it done. Never keeps or logs a text or a number. */
#include "collector/inbound.h"

#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "domain/flood.h"
#include "domain/session.h"
#include "gateway/webhook.h"
#include "store/reply_compose.h"

#define LOADS_MAX 5

struct inbound {
    struct collector *collector;
    const struct route_gateway *gateway;
    webhook_callback callback;
    void *context;
    struct webhook_reply reply;
    int64_t received_ms; /* domain */
    struct route_org *org;
    char hash[PHONE_HASH_SIZE];
    char digest[ID_SIZE];
    struct reply_ids ids;
    int loads;
    bool floods; /* one too many of its number: nothing is said in return */
    struct session session;
    const struct survey *survey; /* of the open step; NULL when none is open */
    struct reply_decision decision;
};

static void inbound_route(struct inbound *inbound);
static void inbound_on_refreshed(void *context, enum refreshed refreshed);
static void inbound_load(struct inbound *inbound);
static void inbound_on_loaded(void *context, const struct redis_value *value);
static void inbound_survey(struct inbound *inbound);
static void inbound_on_survey(void *context, const struct redis_value *value);
static void inbound_decide(struct inbound *inbound);
static void inbound_commit(struct inbound *inbound);
static void inbound_on_committed(void *context, const struct redis_value *value);
static void inbound_event(struct inbound *inbound, struct route_org *org, const char *event);
static void inbound_fail(struct inbound *inbound, const struct redis_value *value);
static void inbound_finish(struct inbound *inbound, enum webhook_outcome outcome, const char *why);

void inbound_start(struct collector *collector, const struct webhook_request *request,
                   struct webhook_item *item, webhook_callback callback, void *context)
{
    struct inbound *inbound = memory_zeroed(1, sizeof *inbound);
    inbound->collector = collector;
    inbound->gateway = request->gateway;
    inbound->callback = callback;
    inbound->context = context;
    inbound->received_ms = request->received_ms;
    inbound->reply = item->reply;
    item->reply.text = NULL;
    if (item->problem == WEBHOOK_OK)
        inbound_route(inbound);
    else
        inbound_event(inbound, routing_of_reply(collector->routing, inbound->gateway, &inbound->reply),
                      webhook_problem_name(item->problem));
}

static void inbound_route(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    inbound->org = routing_of_reply(collector->routing, inbound->gateway, &inbound->reply);
    if (inbound->org != NULL)
        inbound_load(inbound);
    else
        refresh_ask(collector->refresh, inbound_on_refreshed, inbound); /* the org may be new */
}

static void inbound_on_refreshed(void *context, enum refreshed refreshed)
{
    struct inbound *inbound = context;
    inbound->org = routing_of_reply(inbound->collector->routing, inbound->gateway, &inbound->reply);
    if (inbound->org != NULL) {
        inbound_load(inbound);
        return;
    }
    switch (refreshed) {
    case REFRESHED:
        inbound_event(inbound, NULL, "wrong_number");
        break;
    case REFRESH_LOST:
        inbound_fail(inbound, NULL);
        break;
    case REFRESH_UNFIT:
        inbound_finish(inbound, OUTCOME_REFUSED,
                       "its receiving number is of no org that can be worked with, and one cannot be");
        break;
    }
}

/* It concerns nobody's pulse. */
static void inbound_event(struct inbound *inbound, struct route_org *org, const char *event)
{
    struct collector *collector = inbound->collector;
    event_start(collector, inbound->gateway,
                org != NULL ? org : routing_only(collector->routing, inbound->gateway), event,
                inbound->callback, inbound->context);
    free(inbound->reply.text);
    free(inbound);
}

/* --- load --- */

static void reply_digest(const struct inbound *inbound, char digest_out[ID_SIZE])
{
    struct text id = {0};
    text_addf(&id, "%s|%s", inbound->gateway->settings->name, inbound->reply.id);
    id_digest(id.chars, id.bytes, digest_out);
    text_free(&id);
}

static void inbound_load(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    if (inbound->loads++ == 0) {
        phone_hash(inbound->org->hash_key, inbound->reply.from, inbound->hash);
        reply_digest(inbound, inbound->digest);
        reply_ids_draw(&inbound->ids);
        inbound->floods = flood_note(collector->flood, inbound->hash, inbound->digest, inbound->received_ms);
    }
    reply_load_command(&collector->command, inbound->org->id, inbound->hash);
    collector_call(collector, inbound->org, inbound_on_loaded, inbound);
}

static void inbound_on_loaded(void *context, const struct redis_value *value)
{
    struct inbound *inbound = context;
    inbound->survey = NULL;
    if (value == NULL || !reply_load_result(value, &inbound->session)) {
        inbound_fail(inbound, value);
        return;
    }
    if (session_step(&inbound->session, inbound->received_ms) == STEP_NONE) {
        inbound_decide(inbound);
        return;
    }
    inbound->survey = routing_survey(inbound->org, inbound->session.survey);
    if (inbound->survey != NULL)
        inbound_decide(inbound);
    else
        inbound_survey(inbound);
}

/* --- the open step's survey, the first time it is needed --- */

static void inbound_survey(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    survey_load_command(&collector->command, inbound->org->id, inbound->session.survey);
    redis_send(collector->redis, &collector->command, inbound_on_survey, inbound);
}

static void inbound_on_survey(void *context, const struct redis_value *value)
{
    struct inbound *inbound = context;
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    struct error error = {"it is not active"};
    bool active = false;
    bool read = survey_load_result(value, &inbound->org->record.org, inbound->session.survey, survey, &active,
                                   NULL, &error);
    if (!read || !active) {
        free(survey);
        if (redis_is_away(value)) {
            inbound_fail(inbound, value);
            return;
        }
        struct error why;
        error_set(&why, "survey %s of org %s: %s", inbound->session.survey, inbound->org->id, error.text);
        inbound_finish(inbound, OUTCOME_REFUSED, why.text);
        return;
    }
    inbound->survey = routing_survey_keep(inbound->org, inbound->session.survey, survey);
    inbound_decide(inbound);
}

/* --- decide and commit --- */

static void inbound_decide(struct inbound *inbound)
{
    int step = session_step(&inbound->session, inbound->received_ms);
    int language = org_language(&inbound->org->record.org, inbound->session.language);
    struct reading_context context = {
        .name = step == STEP_NAME, .language = language < 0 ? 0 : language, .words = inbound->org->words};
    struct reading reading;
    if (step != STEP_NONE && step != STEP_NAME)
        context.question = &inbound->survey->questions[step];
    reply_read(&context, inbound->reply.text, &reading);
    session_decide(&inbound->session, inbound->survey, &reading, inbound->received_ms, &inbound->decision);
    if (strcmp(inbound->gateway->settings->confirms_stop, "yes") == 0)
        reply_leave_stop_confirm(&inbound->decision);
    if (inbound->floods)
        reply_mute(&inbound->decision);
    inbound_commit(inbound);
}

static void inbound_commit(struct inbound *inbound)
{
    struct collector *collector = inbound->collector;
    const struct reply_source source = {.org = &inbound->org->record.org,
                                        .reader_public = inbound->org->reader_public,
                                        .survey = inbound->survey,
                                        .ids = &inbound->ids,
                                        .phone = inbound->reply.from,
                                        .words = inbound->reply.text};
    struct reply_commit commit = {.session = &inbound->session,
                                  .decision = &inbound->decision,
                                  .phone_hash = inbound->hash,
                                  .received_ms = inbound->received_ms};
    struct reply_records records = {0};
    memcpy(commit.digest, inbound->digest, sizeof commit.digest);
    if (reply_compose(&source, &commit, &records)) {
        reply_commit_command(&collector->command, inbound->org->id, &commit);
        collector_call(collector, inbound->org, inbound_on_committed, inbound);
        reply_records_free(&records);
        return;
    }
    reply_records_free(&records);
    struct error why;
    error_set(&why, "the reader key of org %s cannot be used", inbound->org->id);
    inbound_finish(inbound, OUTCOME_REFUSED, why.text);
}

/* No more than this of what was said goes into figures that have a time: whoever watches them must not learn who was in
 * need, or who stopped. The books have all outcomes, by org. */
static enum reply_figure reply_figure(enum reply_verdict verdict)
{
    bool not_read = verdict == REPLY_CLARIFIED || verdict == REPLY_UNPARSEABLE;
    return verdict == REPLY_LATE      ? REPLY_TOO_LATE
           : verdict == REPLY_UNKNOWN ? REPLY_OF_NOBODY
           : not_read                 ? REPLY_NOT_READ
                                      : REPLY_COMMITTED;
}

static void inbound_on_committed(void *context, const struct redis_value *value)
{
    struct inbound *inbound = context;
    collector_saw(inbound->collector, inbound->org->id, call_commit_number(value));
    switch (value == NULL ? COMMIT_FAILED : reply_commit_result(value)) {
    case COMMIT_DONE:
        inbound->collector->figures.replies[reply_figure(inbound->decision.verdict)]++;
        if (inbound->floods)
            event_note(inbound->collector, inbound->gateway, "flood");
        inbound_finish(inbound, OUTCOME_STORED, "");
        break;
    case COMMIT_DUPLICATE:
        inbound->collector->figures.replies[REPLY_AGAIN]++;
        inbound_finish(inbound, OUTCOME_STORED, "");
        break;
    case COMMIT_STALE:
        if (inbound->loads < LOADS_MAX)
            inbound_load(inbound);
        else
            inbound_finish(inbound, OUTCOME_REFUSED,
                           "what is known of its sender changed each time it was read");
        break;
    case COMMIT_FAILED:
        inbound_fail(inbound, value);
        break;
    }
}

static void inbound_fail(struct inbound *inbound, const struct redis_value *value)
{
    inbound_finish(inbound, request_failed(value), request_failure(value));
}

static void inbound_finish(struct inbound *inbound, enum webhook_outcome outcome, const char *why)
{
    webhook_callback callback = inbound->callback;
    void *context = inbound->context;
    free(inbound->reply.text);
    free(inbound);
    callback(context, outcome, why);
}
