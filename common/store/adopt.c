#include "store/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "store/call.h"
#include "store/schedules.h"

#define SKIP_REASON "Redis had lost writes: it may have run"
#define SKIPS_MAX   10000 /* counted at most, of a schedule that was due long ago */

/* Runs the command and frees it; an owned answer that begins with OK, or NULL. */
static struct redis_value *run(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    if (value != NULL && strcmp(redis_word(value), "OK") != 0) {
        (void)error_set(error, "Redis: adopting was answered \"%s\"", redis_word(value));
        redis_value_free(&value);
    }
    return value;
}

bool adopt_redis_now(struct redis_link *link, int64_t *redis_now_ms_out, struct error *error)
{
    struct redis_command command = {0};
    redis_command_add(&command, "TIME");
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    *redis_now_ms_out = redis_int(redis_item(value, 0)) * 1000 + redis_int(redis_item(value, 1)) / 1000;
    bool read = value != NULL;
    redis_value_free(&value);
    return read;
}

/* --- schedules --- */

/* How many occurrences from the one that is due on are not after now; the first after them (-1 = it has ended). */
static int64_t occurrences_past(const struct schedule *schedule, const struct zone *zone, int64_t due_ms,
                                int64_t now_ms, int64_t *last_ms_out, int64_t *next_ms_out)
{
    int64_t count = 1, at_ms = due_ms;
    *last_ms_out = due_ms;
    while (count < SKIPS_MAX && schedule_next(schedule, zone, at_ms, &at_ms) && at_ms <= now_ms) {
        *last_ms_out = at_ms;
        count++;
    }
    if (!schedule_next(schedule, zone, now_ms, next_ms_out))
        *next_ms_out = -1;
    return count;
}

static bool skip(struct redis_link *link, const struct org *org, const struct schedule_record *record,
                 int64_t now_ms, struct error *error)
{
    struct redis_command command = {0};
    struct schedule_fire fire = {.id = record->schedule.id, .due_ms = record->next_ms, .reason = SKIP_REASON};
    fire.skipped =
        occurrences_past(&record->schedule, org->zone, record->next_ms, now_ms, &fire.last_ms, &fire.next_ms);
    schedule_fire_command(&command, org->id, &fire);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    bool read = value != NULL;
    bool fired = read && schedule_fire_result(value) != SCHEDULE_FIRE_FAILED; /* STALE: paused meanwhile */
    redis_value_free(&value);
    return fired || (read && error_set(error, "schedule \"%s\" could not be skipped", record->schedule.id));
}

/* Those that are due; they are skipped when `settle`. One that cannot be read runs never, and is left as it is. */
static bool schedules_due(struct redis_link *link, const struct org *org, int64_t now_ms, bool settle,
                          int64_t *count_out, struct error *error)
{
    struct schedule_record *records = NULL;
    size_t count = 0;
    bool done = schedules_load(link, org->id, &records, &count, error);
    *count_out = 0;
    for (size_t i = 0; i < count && done; i++) {
        if (records[i].state != SCHEDULE_ACTIVE || records[i].next_ms > now_ms)
            continue;
        (*count_out)++;
        done = !settle || skip(link, org, &records[i], now_ms, error);
    }
    free(records);
    return done;
}

/* --- what it would be --- */

bool adopt_look(struct redis_link *link, const struct org *org, const struct adopt_moment *moment,
                struct adopt_counts *counts_out, struct error *error)
{
    *counts_out = (struct adopt_counts){0};
    int64_t offset = 0;
    while (offset >= 0) {
        struct redis_command command = {0};
        call_begin_read(&command, "adopt_count", org->id);
        redis_command_add_int(&command, moment->now_ms);
        redis_command_add_int(&command, moment->redis_now_ms);
        redis_command_add_int(&command, offset);
        struct redis_value *value = run(link, &command, error);
        if (value == NULL)
            return false;
        counts_out->in_hands = redis_int(redis_item(value, 1));
        counts_out->waiting = redis_int(redis_item(value, 2));
        counts_out->held = redis_int(redis_item(value, 3));
        counts_out->rounds += redis_int(redis_item(value, 4));
        offset = redis_int(redis_item(value, 5));
        redis_value_free(&value);
    }
    return schedules_due(link, org, moment->now_ms, false, &counts_out->schedules, error);
}

/* --- doing it --- */

static bool begin(struct redis_link *link, const struct org *org, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "adopt_begin", org->id);
    struct redis_value *value = run(link, &command, error);
    bool begun = value != NULL;
    redis_value_free(&value);
    return begun;
}

static bool mark_messages(struct redis_link *link, const struct org *org, const struct adopt_moment *moment,
                          int64_t *marked_out, struct error *error)
{
    struct asking asking;
    asking_fill(&asking, org, "", "", moment->now_ms, moment->reply_window_days);
    int64_t marked;
    do {
        struct redis_command command = {0};
        call_begin(&command, "adopt_messages", org->id);
        redis_command_add_int(&command, moment->now_ms);
        redis_command_add_int(&command, moment->redis_now_ms);
        redis_command_add_int(&command, asking.day);
        redis_command_add_int(&command, asking.week_index);
        redis_command_add(&command, asking.week);
        redis_command_add_int(&command, asking.closes_ms);
        struct redis_value *value = run(link, &command, error);
        if (value == NULL)
            return false;
        marked = redis_int(redis_item(value, 1));
        *marked_out += marked;
        redis_value_free(&value);
    } while (marked > 0);
    return true;
}

static bool cancel_rounds(struct redis_link *link, const struct org *org, const struct adopt_moment *moment,
                          int64_t *cancelled_out, struct error *error)
{
    int64_t offset = 0;
    while (offset >= 0) {
        struct redis_command command = {0};
        call_begin(&command, "adopt_rounds", org->id);
        redis_command_add_int(&command, moment->now_ms);
        redis_command_add_int(&command, offset);
        struct redis_value *value = run(link, &command, error);
        if (value == NULL)
            return false;
        *cancelled_out += redis_int(redis_item(value, 1));
        offset = redis_int(redis_item(value, 2));
        redis_value_free(&value);
    }
    return true;
}

static bool end(struct redis_link *link, const struct org *org, int64_t commit_seen, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "adopt_end", org->id);
    redis_command_add_int(&command, commit_seen);
    struct redis_value *value = run(link, &command, error);
    bool ended = value != NULL;
    redis_value_free(&value);
    return ended;
}

/* Schedules and rounds first: what they might still bring forth is then among the messages. */
bool adopt_org(struct redis_link *link, const struct org *org, const struct adopt_moment *moment,
               int64_t commit_seen, struct adopt_counts *counts_out, struct error *error)
{
    *counts_out = (struct adopt_counts){0};
    return begin(link, org, error) &&
           schedules_due(link, org, moment->now_ms, true, &counts_out->schedules, error) &&
           cancel_rounds(link, org, moment, &counts_out->rounds, error) &&
           mark_messages(link, org, moment, &counts_out->in_hands, error) &&
           end(link, org, commit_seen, error);
}
