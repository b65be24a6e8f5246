/* Reads the whole org (SCAN, then each key) and compares. Membership of lists is kept as sums: each list adds
 * its own weight to the member's name, so that a member of no list, of two, or twice of one shows as another
 * sum. */
#include "support/invariants.h"

#include <stdio.h>
#include <string.h>

#include "domain/calendar.h"
#include "domain/message_kind.h"
#include "store/books.h"

/* The lists a message can be in. */
enum list { IN_BULK, IN_REPLY, IN_WAIT, IN_LEASED };
#define LISTS 4
static const char *const list_names[LISTS] = {"q:bulk", "q:reply", "q:wait", "leased"};
static const int64_t list_weights[LISTS] = {1, 1000, 1000000, 1000000000};

static void read_lists(struct look *look);
static void check_weeks(struct look *look);
static void check_messages(struct look *look);
static void check_pulses(struct look *look);
static void check_counts(struct look *look, const struct books *books);

bool invariants_hold(struct redis_link *link, const char *org, struct text *report)
{
    struct look look;
    struct books books = {0};
    size_t before = report->bytes;
    if (look_start(&look, link, org, report)) {
        read_lists(&look);
        check_weeks(&look);
        check_messages(&look);
        check_pulses(&look);
        invariants_people(&look);
        if (books_check(link, org, &books, &look.error)) {
            check_counts(&look, &books);
            text_add(report, books.report.chars == NULL ? "" : books.report.chars);
            books_free(&books);
        } else {
            look.broken = true;
        }
    }
    if (look.broken)
        text_addf(report, "the org could not be read: %s\n", look.error.text);
    look_finish(&look);
    return report->bytes == before;
}

static void read_lists(struct look *look)
{
    static const char *const all[] = {"0", "-1", NULL};
    for (size_t list = 0; list < LISTS; list++) {
        struct redis_value *members = look_ask(look, "ZRANGE", list_names[list], all);
        for (size_t i = 0; i < redis_count(members); i++) {
            const char *message = redis_text(redis_item(members, i));
            sums_add(&look->lists, message, list_weights[list]);
            if (!look_has_key(look, "m:", message))
                text_addf(look->report, "%s holds message %s, which does not exist\n", list_names[list],
                          message);
        }
        redis_value_free(&members);
    }
    for (size_t i = 0; i < look->keys_count; i++) {
        const char *key = look->keys[i];
        bool pulses = strncmp(key, "w:", 2) == 0, messages = strncmp(key, "ws:", 3) == 0;
        if (!pulses && !messages)
            continue;
        struct redis_value *members = look_ask(look, "ZRANGE", key, all);
        for (size_t j = 0; j < redis_count(members); j++) {
            const char *member = redis_text(redis_item(members, j));
            char name[128];
            snprintf(name, sizeof name, "%.60s@%.60s", member, key + (pulses ? 2 : 3));
            sums_add(&look->in_week, member, 1);
            sums_add(&look->in_week, name, 1);
            if (!look_has_key(look, pulses ? "u:" : "m:", member))
                text_addf(look->report, "%s holds %s, which does not exist\n", key, member);
        }
        redis_value_free(&members);
    }
    sums_fold(&look->lists);
    sums_fold(&look->in_week);
}

/* What a published week left is its figures, its counters and its own words. */
static void check_weeks(struct look *look)
{
    static const char *const lists[] = {"w:", "ws:"}, *const nothing[] = {NULL};
    struct redis_value *weeks = look_ask(look, "HGETALL", "weeks", nothing);
    for (size_t i = 0; i + 1 < redis_count(weeks); i += 2) {
        for (size_t j = 0; j < 2; j++) {
            const char *week = redis_text(redis_item(weeks, i));
            if (strcmp(redis_text(redis_item(weeks, i + 1)), "published") == 0 &&
                look_has_key(look, lists[j], week))
                text_addf(look->report, "week %s is published but has %s\n", week, lists[j]);
        }
    }
    redis_value_free(&weeks);
}

static void check_week(struct look *look, const char *key, const char *week)
{
    char name[128];
    snprintf(name, sizeof name, "%.60s@%.60s", key + 2, week);
    if (sums_of(&look->in_week, key + 2) != 1 || sums_of(&look->in_week, name) != 1)
        text_addf(
            look->report, "%s says week \"%s\" but is %lld times in that week's list and %lld times in any\n",
            key, week, (long long)sums_of(&look->in_week, name), (long long)sums_of(&look->in_week, key + 2));
}

static int64_t weight_of(const char *state, const char *kind, int64_t weight)
{
    if (strcmp(state, "leased") == 0 || strcmp(state, "submitting") == 0)
        return list_weights[IN_LEASED];
    if (strcmp(state, "queued") != 0)
        return 0;
    return weight == list_weights[IN_WAIT]            ? weight
           : message_class(kind)->place == PLACE_BULK ? list_weights[IN_BULK]
                                                      : list_weights[IN_REPLY];
}

static bool is_on_the_way(const char *state)
{
    return strcmp(state, "queued") == 0 || strcmp(state, "leased") == 0 || strcmp(state, "submitting") == 0;
}

/* A message's place in the conversation it belongs to; the pulse may be gone, then its week is closing. */
static void check_conversation(struct look *look, const char *key, const char *state, const char *kind,
                               bool tried, const char *pulse, const char *step, const char *week)
{
    const char *value[LOOK_FIELDS_MAX];
    const char place = strcmp(kind, "thanks") == 0              ? 't'
                       : strcmp(kind, "volunteer_confirm") == 0 ? 'v'
                       : strcmp(kind, "reminder") == 0          ? 'r'
                       : strcmp(kind, "clarify") == 0           ? 'c'
                                                                : step[0];
    const char field[] = {'m', place, '\0'}, *const names[] = {"w", field, NULL};
    char pulse_key[64];
    snprintf(pulse_key, sizeof pulse_key, "u:%.40s", pulse);
    struct redis_value *fields = look_fields(look, pulse_key, names, value);
    bool known = look_has_key(look, "u:", pulse);
    if (known && strcmp(value[0], week) != 0)
        text_addf(look->report, "%s says week \"%s\" but its pulse is of \"%s\"\n", key, week, value[0]);
    bool may_have_lost_it = place == 'v' && tried; /* was with the gateway when its person left the list */
    if (known && is_on_the_way(state) && !may_have_lost_it && strcmp(value[1], key + 2) != 0)
        text_addf(look->report, "%s (%s, %s) is in the place of \"%s\" in its pulse\n", key, state, kind,
                  value[1]);
    redis_value_free(&fields);
}

static void check_messages(struct look *look)
{
    static const char *const names[] = {"s", "k", "u", "c", "w", "q", "to", "b", "l", "o", NULL};
    const char *key, *value[LOOK_FIELDS_MAX];
    for (size_t at = 0; (key = look_next(look, "m:", &at)) != NULL;) {
        struct redis_value *fields = look_fields(look, key, names, value);
        const char *state = value[0], *kind = value[1], *pulse = value[2];
        char name[64];
        int64_t weight = sums_of(&look->lists, key + 2);
        if (weight != weight_of(state, kind, weight))
            text_addf(look->report, "%s (%s, %s) is in the wrong lists: %lld\n", key, state, kind,
                      (long long)weight);
        switch (message_class(kind)->bond) {
        case BOND_INVITES:
            if (!look_has_key(look, "u:", pulse))
                text_addf(look->report, "%s belongs to pulse %s, which does not exist\n", key, pulse);
            break;
        case BOND_PULSE:
        case BOND_SILENCE:
            check_conversation(look, key, state, kind, value[9][0] != '\0', pulse, value[5], value[4]);
            check_week(look, key, value[4]);
            break;
        case BOND_CONTACT:
            if (pulse[0] != '\0')
                text_addf(look->report, "%s (%s) belongs to pulse %s\n", key, kind, pulse);
            check_week(look, key, value[4]);
            break;
        }
        bool traceless = strcmp(kind, "helpline") == 0 || strcmp(kind, "wrong_person") == 0;
        if (traceless && value[3][0] != '\0' && !is_on_the_way(state))
            text_addf(look->report, "%s (%s) still names whom it was for\n", key, kind);
        bool has_number = value[6][0] != '\0' || value[7][0] != '\0' || value[8][0] != '\0';
        if (has_number && !is_on_the_way(state))
            text_addf(look->report, "%s (%s) still has a number\n", key, state);
        snprintf(name, sizeof name, "m:%.40s", state);
        sums_add(&look->found, name, 1);
        sums_add(&look->found, "messages", 1);
        redis_value_free(&fields);
    }
}

/* Fields of a pulse, in the order they are read. */
enum pulse_field { F_ST, F_W, F_M, F_C, F_I, F_X, F_AN, F_E, F_PA, F_M1, F_I1 = F_M1 + 3, F_A0 = F_I1 + 3 };
static const char *const pulse_fields[] = {"st", "w",  "m",  "c",  "i",  "x",  "an", "e",  "pa", "m1",
                                           "m2", "m3", "i1", "i2", "i3", "a0", "a1", "a2", NULL};

/* Each step of the path is asked by a message and the other steps by none; only steps of the path have
 * values. */
static void check_path(struct look *look, const char *key, const char *value[LOOK_FIELDS_MAX])
{
    const char *path = value[F_PA][0] == '\0' ? "0" : value[F_PA];
    bool answered = false, fits = path[0] == '0' && strspn(path, "0123") == strlen(path);
    for (size_t step = 0; step < 4; step++) {
        const char *first = strchr(path, (int)('0' + step));
        bool is_in_path = first != NULL;
        fits = fits && !(is_in_path && strchr(first + 1, (int)('0' + step)) != NULL);
        if (step > 0 && (value[F_M1 + step - 1][0] != '\0') != is_in_path)
            fits = false;
        if (step > 0 && value[F_I1 + step - 1][0] != '\0' && !is_in_path)
            fits = false;
        if (step < 3 && value[F_A0 + step][0] != '\0') {
            answered = true;
            fits = fits && is_in_path;
        }
    }
    if (!fits)
        text_addf(look->report, "%s: path \"%s\" does not fit messages or values\n", key, value[F_PA]);
    if (answered != (value[F_AN][0] != '\0') || (!answered && value[F_E][0] != '\0'))
        text_addf(look->report, "%s: answered \"%s\", complete \"%s\", but has %s values\n", key, value[F_AN],
                  value[F_E], answered ? "some" : "no");
}

static void check_pulses(struct look *look)
{
    static const char *const gone[] = {"gone", NULL};
    const char *key, *value[LOOK_FIELDS_MAX];
    struct redis_value *rollup = look_fields(look, "rollup", gone, value);
    bool swept = value[0][0] == '\0'; /* else contacts may have left earlier pulses */
    redis_value_free(&rollup);
    for (size_t at = 0; (key = look_next(look, "u:", &at)) != NULL;) {
        struct redis_value *fields = look_fields(look, key, pulse_fields, value);
        const char *state = value[F_ST];
        bool queued = strcmp(state, "queued") == 0, open = strcmp(state, "open") == 0;
        bool left = strcmp(state, "erased") == 0 || strcmp(state, "wrong_person") == 0;
        check_week(look, key, value[F_W]);
        if (!look_has_key(look, "m:", value[F_M]))
            text_addf(look->report, "%s has message \"%s\", which does not exist\n", key, value[F_M]);
        bool forgotten = !queued && !open && value[F_C][0] == '\0'; /* its contact left later */
        if (left ? value[F_C][0] != '\0' : swept && !forgotten && !look_has_key(look, "c:", value[F_C]))
            text_addf(look->report, "%s (%s) is of contact \"%s\", who %s\n", key, state, value[F_C],
                      left ? "left" : "does not exist");
        if (open != (value[F_I][0] != '\0') || open != (value[F_X][0] != '\0'))
            text_addf(look->report, "%s is %s but was asked at \"%s\" and closes at \"%s\"\n", key, state,
                      value[F_I], value[F_X]);
        check_path(look, key, value);
        sums_add(&look->found, queued ? "p:queued" : open ? "p:open" : "held", 1);
        redis_value_free(&fields);
    }
    sums_fold(&look->found);
}

/* States that end in a list are all there; of the others some were removed with their week, never the other
 * way round. */
static void check_counts(struct look *look, const struct books *books)
{
    static const char *const exact[] = {"m:queued", "m:leased", "m:submitting", "p:queued", "p:open"};
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++) {
        if (sums_of(&look->found, exact[i]) != sums_of(&books->counts, exact[i]))
            text_addf(look->report, "%s: %lld found, %lld counted\n", exact[i],
                      (long long)sums_of(&look->found, exact[i]),
                      (long long)sums_of(&books->counts, exact[i]));
    }
    if (sums_of(&look->found, "held") != sums_of(&books->counts, "h:held"))
        text_addf(look->report, "finished pulses held: %lld found, %lld counted\n",
                  (long long)sums_of(&look->found, "held"), (long long)sums_of(&books->counts, "h:held"));
    for (size_t i = 0; i < look->found.count; i++) {
        const struct sum *state = &look->found.items[i];
        if (strncmp(state->name, "m:", 2) == 0 && state->amount > sums_of(&books->counts, state->name))
            text_addf(look->report, "%s: %lld found, only %lld counted\n", state->name,
                      (long long)state->amount, (long long)sums_of(&books->counts, state->name));
    }
}
