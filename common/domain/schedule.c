/* Days come from the rule, instants from the calendar; what is between them is here. */
#include "domain/schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"

#define SECOND_MS INT64_C(1000)

static bool add_except_day(struct schedule *schedule, int64_t day, struct error *error);
static bool is_except(const struct schedule *schedule, int64_t day);
static bool is_past_end(const struct schedule *schedule, int64_t day, int64_t local_ms, int64_t at_ms);
static void read_excepts(struct schedule *schedule, struct json_reader *root, struct error *error);
static int64_t read_day(struct json_reader *reader, const char *member);

bool schedule_set_rule(struct schedule *schedule, const struct window *window, const char *rrule,
                       struct error *error)
{
    if (!rrule_parse(&schedule->rule, rrule, error))
        return false;
    schedule->time_s = schedule->rule.has_time ? schedule->rule.time_s : window->from_minute * 60;
    return true;
}

bool schedule_add_except(struct schedule *schedule, const char *day, struct error *error)
{
    int64_t day_index = 0;
    if (!day_parse(day, &day_index))
        return error_set(error, "%.40s: expected a day such as 2026-12-24", day);
    return add_except_day(schedule, day_index, error);
}

static bool add_except_day(struct schedule *schedule, int64_t day, struct error *error)
{
    size_t at = schedule->except_count;
    if (is_except(schedule, day))
        return true;
    if (at == SCHEDULE_EXCEPT_MAX)
        return error_set(error, "expected at most %d days", SCHEDULE_EXCEPT_MAX);
    for (; at > 0 && schedule->except_days[at - 1] > day; at--)
        schedule->except_days[at] = schedule->except_days[at - 1];
    schedule->except_days[at] = day;
    schedule->except_count++;
    return true;
}

/* --- when --- */

bool schedule_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms,
                   int64_t *at_ms_out)
{
    int64_t day = day_index_at(zone, after_ms) - 2; /* an occurrence may be moved into the next day */
    while (rrule_next_day(&schedule->rule, schedule->from_day, day, &day)) {
        int64_t local_ms = day * DAY_MS + schedule->time_s * SECOND_MS;
        int64_t at_ms = instant_of_local(zone, local_ms);
        if (is_past_end(schedule, day, local_ms, at_ms))
            return false;
        if (at_ms > after_ms && !is_except(schedule, day)) {
            *at_ms_out = at_ms;
            return true;
        }
    }
    return false;
}

static bool is_except(const struct schedule *schedule, int64_t day)
{
    for (size_t i = 0; i < schedule->except_count; i++) {
        if (schedule->except_days[i] == day)
            return true;
    }
    return false;
}

static bool is_past_end(const struct schedule *schedule, int64_t day, int64_t local_ms, int64_t at_ms)
{
    const struct rrule *rule = &schedule->rule;
    if (schedule->until_day >= 0 && day > schedule->until_day)
        return true;
    return rule->has_until && (rule->until_is_utc ? at_ms : local_ms) > rule->until_ms;
}

bool schedule_check(const struct schedule *schedule, const struct zone *zone, int64_t now_ms,
                    struct error *error)
{
    int64_t next_ms = 0;
    char now[24];
    if (schedule_next(schedule, zone, now_ms, &next_ms))
        return true;
    instant_text(zone, now_ms, now);
    return error_set(error, "%s never fires after %s", schedule->rule.text, now);
}

static bool is_missed(const struct zone *zone, const struct window *window, int64_t at_ms, int64_t now_ms,
                      int64_t *not_after_ms_out)
{
    int64_t opens_ms = 0;
    window_next(zone, window, at_ms, &opens_ms, not_after_ms_out);
    return now_ms >= *not_after_ms_out;
}

void schedule_decide(const struct schedule *schedule, const struct zone *zone, const struct window *window,
                     int64_t due_ms, int64_t now_ms, struct schedule_step *step_out)
{
    int64_t next_ms = due_ms, not_after_ms = 0;
    bool more = true;
    *step_out = (struct schedule_step){.last_ms = due_ms};
    while (more && step_out->skipped < SCHEDULE_SKIPS_MAX &&
           is_missed(zone, window, next_ms, now_ms, &not_after_ms)) {
        step_out->skipped++;
        step_out->last_ms = next_ms;
        more = schedule_next(schedule, zone, step_out->last_ms, &next_ms);
    }
    step_out->run = step_out->skipped == 0;
    if (step_out->run) {
        step_out->not_after_ms = not_after_ms;
        more = schedule_next(schedule, zone, due_ms, &next_ms);
    }
    step_out->next_ms = more ? next_ms : -1;
}

void schedule_round_names(const struct schedule *schedule, const struct zone *zone, int64_t at_ms,
                          char name_out[65], char seed_out[65])
{
    char day[DAY_SIZE];
    day_text(day_index_at(zone, at_ms), day);
    snprintf(name_out, 65, "%s.%s", schedule->id, day);
    snprintf(seed_out, 65, "%s.%s", schedule->seed, day);
}

/* --- as it is stored --- */

static void add_day(struct text *out, int64_t day)
{
    char text[DAY_SIZE];
    day_text(day, text);
    json_add_string(out, text);
}

void schedule_json(const struct schedule *schedule, struct text *out)
{
    text_add(out, "{\"pilot\":");
    json_add_string(out, schedule->pilot);
    text_add(out, ",\"survey\":");
    json_add_string(out, schedule->survey);
    text_add(out, ",\"rrule\":");
    json_add_string(out, schedule->rule.text);
    text_addf(out, ",\"time_s\":%d,\"from\":", schedule->time_s);
    add_day(out, schedule->from_day);
    if (schedule->until_day >= 0) {
        text_add(out, ",\"until\":");
        add_day(out, schedule->until_day);
    }
    text_add(out, ",\"except\":[");
    for (size_t i = 0; i < schedule->except_count; i++) {
        text_add(out, i > 0 ? "," : "");
        add_day(out, schedule->except_days[i]);
    }
    text_addf(out, "],\"sample\":%" PRId64 ",\"seed\":", schedule->sample);
    json_add_string(out, schedule->seed);
    text_add(out, "}");
}

bool schedule_read(struct schedule *schedule_out, const char *id, const cJSON *json, struct error *error)
{
    struct json_reader root;
    struct error rule_error = {""};
    *schedule_out = (struct schedule){.until_day = -1};
    json_reader_root(&root, json, error);
    (void)text_copy(schedule_out->id, sizeof schedule_out->id, id);
    (void)text_copy(schedule_out->pilot, sizeof schedule_out->pilot,
                    json_string(&root, "pilot", 1, sizeof schedule_out->pilot - 1));
    (void)text_copy(schedule_out->survey, sizeof schedule_out->survey,
                    json_string(&root, "survey", 1, sizeof schedule_out->survey - 1));
    (void)text_copy(schedule_out->seed, sizeof schedule_out->seed,
                    json_string(&root, "seed", 1, sizeof schedule_out->seed - 1));
    if (!rrule_parse(&schedule_out->rule, json_string(&root, "rrule", 1, RRULE_SIZE - 1), &rule_error))
        json_problem(&root, "rrule", "%s", rule_error.text);
    schedule_out->time_s = (int)json_int(&root, "time_s", 0, 86399);
    schedule_out->sample = json_int(&root, "sample", 0, 50000000);
    schedule_out->from_day = read_day(&root, "from");
    if (json_has(&root, "until"))
        schedule_out->until_day = read_day(&root, "until");
    read_excepts(schedule_out, &root, error);
    return json_finish(&root);
}

static int64_t read_day(struct json_reader *reader, const char *member)
{
    int64_t day = 0;
    if (!day_parse(json_string(reader, member, DAY_SIZE - 1, DAY_SIZE - 1), &day))
        json_problem(reader, member, "expected a day");
    return day;
}

static void read_excepts(struct schedule *schedule, struct json_reader *root, struct error *error)
{
    struct json_reader array;
    size_t count = 0;
    json_array(root, "except", 0, SCHEDULE_EXCEPT_MAX, &array, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t day = 0;
        if (!day_parse(json_item_string(&array, i, DAY_SIZE - 1, DAY_SIZE - 1), &day) ||
            !add_except_day(schedule, day, error))
            json_problem(root, "except", "expected days");
    }
}
