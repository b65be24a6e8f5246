/* Reads the whole org (SCAN, then each key) and compares. Membership of lists is kept as sums: each list adds
 * its own weight to the member's name, so that a member of no list, of two, or twice of one shows as another
 * sum. */
#include "support/invariants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "domain/calendar.h"
#include "store/books.h"
#include "store/call.h"

#define FIELDS_MAX 8

/* The lists a message can be in. */
enum list { IN_BULK, IN_REPLY, IN_WAIT, IN_LEASED };
#define LISTS 4
static const char *const list_names[LISTS] = {"q:bulk", "q:reply", "q:wait", "leased"};
static const int64_t list_weights[LISTS] = {1, 1000, 1000000, 1000000000};

struct look {
    struct redis_link *link;
    struct text *report;
    char base[STORE_BASE_SIZE];
    char **keys; /* after the base */
    size_t keys_count, keys_capacity;
    struct sums lists;   /* message → weights of the lists it is in */
    struct sums in_week; /* "pulse@week" and "pulse" → times in w: sets */
    struct sums found;   /* "m:STATE", "p:STATE", "messages", "held", and "key KEY" */
    struct error error;
    bool broken; /* Redis could not be read */
};

static bool read_keys(struct look *look);
static void read_lists(struct look *look);
static void check_messages(struct look *look);
static void check_pulses(struct look *look);
static void check_contacts(struct look *look);
static void check_counts(struct look *look, const struct books *books);

bool invariants_hold(struct redis_link *link, const char *org, struct text *report)
{
    struct look look = {.link = link, .report = report};
    struct books books = {0};
    size_t before = report->bytes;
    call_base(org, look.base);
    if (read_keys(&look)) {
        read_lists(&look);
        check_messages(&look);
        check_pulses(&look);
        check_contacts(&look);
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
    for (size_t i = 0; i < look.keys_count; i++)
        free(look.keys[i]);
    free(look.keys);
    sums_free(&look.lists);
    sums_free(&look.in_week);
    sums_free(&look.found);
    return report->bytes == before;
}

/* The answer to one command on a key of the org, or NULL with `broken` set. */
static struct redis_value *ask(struct look *look, const char *verb, const char *key, const char *const *rest,
                               size_t rest_count)
{
    struct redis_command command = {0};
    char full[600];
    snprintf(full, sizeof full, "%s%s", look->base, key);
    redis_command_add(&command, verb);
    redis_command_add(&command, full);
    for (size_t i = 0; i < rest_count; i++)
        redis_command_add(&command, rest[i]);
    struct redis_value *value = redis_link_run(look->link, &command, &look->error);
    redis_command_free(&command);
    look->broken = look->broken || value == NULL;
    return value;
}

static void keep_key(struct look *look, const char *key)
{
    if (look->keys_count == look->keys_capacity) {
        look->keys_capacity = look->keys_capacity == 0 ? 256 : look->keys_capacity * 2;
        look->keys = memory_resized(look->keys, look->keys_capacity, sizeof *look->keys);
    }
    look->keys[look->keys_count++] = memory_text(key);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool read_keys(struct look *look)
{
    char cursor[32] = "0", pattern[STORE_BASE_SIZE + 1];
    snprintf(pattern, sizeof pattern, "%s*", look->base);
    do {
        struct redis_command command = {0};
        const char *const words[] = {"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"};
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            redis_command_add(&command, words[i]);
        struct redis_value *page = redis_link_run(look->link, &command, &look->error);
        redis_command_free(&command);
        look->broken = page == NULL || !text_copy(cursor, sizeof cursor, redis_text(redis_item(page, 0)));
        for (size_t i = 0; i < redis_count(redis_item(page, 1)); i++)
            keep_key(look, redis_text(redis_item(redis_item(page, 1), i)) + strlen(look->base));
        redis_value_free(&page);
    } while (!look->broken && strcmp(cursor, "0") != 0);
    if (look->broken)
        return false;
    size_t kept = 0; /* SCAN may name a key twice */
    if (look->keys_count > 0)
        qsort(look->keys, look->keys_count, sizeof *look->keys, compare_keys);
    for (size_t i = 0; i < look->keys_count; i++) {
        if (kept > 0 && strcmp(look->keys[kept - 1], look->keys[i]) == 0)
            free(look->keys[i]);
        else
            look->keys[kept++] = look->keys[i];
    }
    look->keys_count = kept;
    return true;
}

static bool has_key(const struct look *look, const char *kind, const char *id)
{
    char key[600], *wanted = key;
    snprintf(key, sizeof key, "%s%s", kind, id);
    return look->keys_count > 0 &&
           bsearch(&wanted, look->keys, look->keys_count, sizeof *look->keys, compare_keys) != NULL;
}

static void read_lists(struct look *look)
{
    static const char *const all[] = {"0", "-1"};
    for (size_t list = 0; list < LISTS; list++) {
        struct redis_value *members = ask(look, "ZRANGE", list_names[list], all, 2);
        for (size_t i = 0; i < redis_count(members); i++) {
            const char *message = redis_text(redis_item(members, i));
            sums_add(&look->lists, message, list_weights[list]);
            if (!has_key(look, "m:", message))
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
        struct redis_value *members = ask(look, "ZRANGE", key, all, 2);
        for (size_t j = 0; j < redis_count(members); j++) {
            const char *member = redis_text(redis_item(members, j));
            char name[128];
            snprintf(name, sizeof name, "%.60s@%.60s", member, key + (pulses ? 2 : 3));
            sums_add(&look->in_week, member, 1);
            sums_add(&look->in_week, name, 1);
            if (!has_key(look, pulses ? "u:" : "m:", member))
                text_addf(look->report, "%s holds %s, which does not exist\n", key, member);
        }
        redis_value_free(&members);
    }
    sums_fold(&look->lists);
    sums_fold(&look->in_week);
}

/* HMGET; missing fields read as "". */
static struct redis_value *fields_of(struct look *look, const char *key, const char *const *names,
                                     size_t count, const char *values_out[FIELDS_MAX])
{
    struct redis_value *value = ask(look, "HMGET", key, names, count);
    for (size_t i = 0; i < count; i++)
        values_out[i] = redis_text(redis_item(value, i));
    return value;
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
    return weight == list_weights[IN_WAIT] ? weight
           : strcmp(kind, "invite") == 0   ? list_weights[IN_BULK]
                                           : list_weights[IN_REPLY];
}

static void check_messages(struct look *look)
{
    static const char *const names[] = {"s", "k", "u", "c", "w"};
    for (size_t i = 0; i < look->keys_count; i++) {
        const char *key = look->keys[i], *value[FIELDS_MAX];
        if (strncmp(key, "m:", 2) != 0)
            continue;
        struct redis_value *fields = fields_of(look, key, names, 5, value);
        char name[64];
        int64_t weight = sums_of(&look->lists, key + 2);
        if (weight != weight_of(value[0], value[1], weight))
            text_addf(look->report, "%s (%s, %s) is in the wrong lists: %lld\n", key, value[0], value[1],
                      (long long)weight);
        if (value[2][0] != '\0' && !has_key(look, "u:", value[2]))
            text_addf(look->report, "%s belongs to pulse %s, which does not exist\n", key, value[2]);
        if (value[2][0] == '\0')
            check_week(look, key, value[4]);
        snprintf(name, sizeof name, "m:%.40s", value[0]);
        sums_add(&look->found, name, 1);
        sums_add(&look->found, "messages", 1);
        redis_value_free(&fields);
    }
}

static void check_pulses(struct look *look)
{
    static const char *const names[] = {"st", "w", "m", "c", "i", "x"};
    for (size_t i = 0; i < look->keys_count; i++) {
        const char *key = look->keys[i], *value[FIELDS_MAX];
        if (strncmp(key, "u:", 2) != 0)
            continue;
        struct redis_value *fields = fields_of(look, key, names, 6, value);
        bool queued = strcmp(value[0], "queued") == 0, open = strcmp(value[0], "open") == 0;
        check_week(look, key, value[1]);
        if (!has_key(look, "m:", value[2]))
            text_addf(look->report, "%s has message \"%s\", which does not exist\n", key, value[2]);
        if (!has_key(look, "c:", value[3]))
            text_addf(look->report, "%s is of contact \"%s\", who does not exist\n", key, value[3]);
        if (open != (value[4][0] != '\0') || open != (value[5][0] != '\0'))
            text_addf(look->report, "%s is %s but was asked at \"%s\" and closes at \"%s\"\n", key, value[0],
                      value[4], value[5]);
        sums_add(&look->found, queued ? "p:queued" : open ? "p:open" : "held", 1);
        redis_value_free(&fields);
    }
    sums_fold(&look->found);
}

static void check_contacts(struct look *look)
{
    static const char *const open_pulse[] = {"o"}, *const pulse_contact[] = {"c", "st"};
    for (size_t i = 0; i < look->keys_count; i++) {
        const char *key = look->keys[i], *value[FIELDS_MAX], *pulse[FIELDS_MAX];
        if (strncmp(key, "c:", 2) != 0)
            continue;
        struct redis_value *fields = fields_of(look, key, open_pulse, 1, value);
        if (value[0][0] != '\0') {
            char pulse_key[64];
            snprintf(pulse_key, sizeof pulse_key, "u:%.40s", value[0]);
            struct redis_value *of_pulse = fields_of(look, pulse_key, pulse_contact, 2, pulse);
            if (strcmp(pulse[0], key + 2) != 0)
                text_addf(look->report, "%s has open pulse %s, which is of \"%s\"\n", key, value[0],
                          pulse[0]);
            if (strcmp(pulse[1], "queued") != 0 && strcmp(pulse[1], "open") != 0)
                text_addf(look->report, "%s has open pulse %s, which is \"%s\"\n", key, value[0], pulse[1]);
            redis_value_free(&of_pulse);
        }
        redis_value_free(&fields);
    }
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
