/* Schedules in words. Times are local times of the organisation. */
#include "ctl/schedule_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define TIMES_MAX 5

static const char *weekday_at(const struct zone *zone, int64_t at_ms)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return names[day_weekday(day_index_at(zone, at_ms))];
}

/* Only what is active has times. */
static size_t next_times(const struct org *org, const struct schedule_record *record,
                         int64_t times_out[TIMES_MAX])
{
    size_t count = 0;
    int64_t at_ms = record->next_ms;
    for (bool more = at_ms >= 0; more && count < TIMES_MAX;) {
        times_out[count++] = at_ms;
        more = schedule_next(&record->schedule, org->zone, at_ms, &at_ms);
    }
    return count;
}

/* When its messages can go at the earliest: at_ms itself inside the sending window. */
static int64_t sends_from_ms(const struct org *org, int64_t at_ms)
{
    int64_t opens_ms = 0, closes_ms = 0;
    window_next(org->zone, &org->window, at_ms, &opens_ms, &closes_ms);
    return opens_ms > at_ms ? opens_ms : at_ms;
}

/* --- text --- */

static void print_rule(const struct schedule *schedule)
{
    char day[DAY_SIZE];
    day_text(schedule->from_day, day);
    printf("  %s, at %02d:%02d, from %s", schedule->rule.text, schedule->time_s / 3600,
           schedule->time_s / 60 % 60, day);
    if (schedule->until_day >= 0) {
        day_text(schedule->until_day, day);
        printf(" until %s", day);
    }
    for (size_t i = 0; i < schedule->except_count; i++) {
        day_text(schedule->except_days[i], day);
        printf("%s %s", i == 0 ? ", not on" : ",", day);
    }
    printf("\n");
}

static void print_times(const struct org *org, const struct schedule_record *record)
{
    int64_t times[TIMES_MAX];
    size_t count = next_times(org, record, times);
    for (size_t i = 0; i < count; i++) {
        char at[24], from[24];
        int64_t from_ms = sends_from_ms(org, times[i]);
        instant_text(org->zone, times[i], at);
        instant_text(org->zone, from_ms, from);
        printf("  %-8s %s %s", i == 0 ? "next" : "", weekday_at(org->zone, times[i]), at);
        if (from_ms > times[i])
            printf("  (outside the sending window: sent from %s %s)", weekday_at(org->zone, from_ms), from);
        printf("\n");
    }
    if (count == 0)
        printf("  %-8s %s\n", "next",
               record->state == SCHEDULE_PAUSED ? "nothing while it is paused" : "never again");
}

static void print_asked(const struct org *org, const struct schedule_record *record)
{
    const struct schedule *schedule = &record->schedule;
    printf("%s: %s, asks %s in %s", schedule->id, schedule_state_name(record->state), schedule->survey,
           schedule->pilot);
    if (schedule->sample > 0)
        printf(", a sample of %" PRId64, schedule->sample);
    printf("\n");
    print_rule(schedule);
    print_times(org, record);
}

void schedule_print(const struct org *org, const struct schedule_record *record)
{
    char first[24], last[24];
    if (record->state == SCHEDULE_UNREADABLE)
        printf("%s: unreadable, it does not fire: remove it and make it again\n", record->schedule.id);
    else
        print_asked(org, record);
    if (record->run_ms >= 0) {
        instant_text(org->zone, record->run_ms, first);
        printf("  %-8s %s %s as round %s\n", "ran", weekday_at(org->zone, record->run_ms), first,
               record->run_round);
    }
    if (record->skipped > 0) {
        instant_text(org->zone, record->skip_first_ms, first);
        instant_text(org->zone, record->skip_last_ms, last);
        printf("  %-8s %s %s", "skipped", weekday_at(org->zone, record->skip_first_ms), first);
        if (record->skipped > 1)
            printf(" to %s %s, %" PRId64 " runs", weekday_at(org->zone, record->skip_last_ms), last,
                   record->skipped);
        printf(": %s\n", record->skip_reason);
    }
}

/* --- JSON --- */

static void add_instant(struct text *out, const struct org *org, const char *name, int64_t at_ms)
{
    char at[24];
    instant_text(org->zone, at_ms, at);
    text_addf(out, "\"%s\":\"%s\",\"%s_ms\":%" PRId64, name, at, name, at_ms);
}

static void add_last(struct text *out, const struct org *org, const struct schedule_record *record)
{
    text_add(out, ",\"last_run\":");
    if (record->run_ms < 0) {
        text_add(out, "null");
    } else {
        text_add(out, "{");
        add_instant(out, org, "at", record->run_ms);
        text_addf(out, ",\"round\":\"%s\"}", record->run_round);
    }
    text_add(out, ",\"last_skip\":");
    if (record->skipped == 0) {
        text_add(out, "null");
    } else {
        text_add(out, "{");
        add_instant(out, org, "first", record->skip_first_ms);
        text_add(out, ",");
        add_instant(out, org, "last", record->skip_last_ms);
        text_addf(out, ",\"skipped\":%" PRId64 ",\"reason\":", record->skipped);
        json_add_string(out, record->skip_reason);
        text_add(out, "}");
    }
}

void schedule_print_json(const struct org *org, const struct schedule_record *record, struct text *out)
{
    int64_t times[TIMES_MAX];
    size_t count = next_times(org, record, times);
    text_add(out, "\"schedule\":");
    json_add_string(out, record->schedule.id);
    text_addf(out, ",\"state\":\"%s\",\"asks\":", schedule_state_name(record->state));
    if (record->state == SCHEDULE_UNREADABLE)
        text_add(out, "null");
    else
        schedule_json(&record->schedule, out);
    text_add(out, ",\"next\":[");
    for (size_t i = 0; i < count; i++) {
        text_addf(out, "%s{\"weekday\":\"%s\",", i > 0 ? "," : "", weekday_at(org->zone, times[i]));
        add_instant(out, org, "at", times[i]);
        text_add(out, ",");
        add_instant(out, org, "sends_from", sends_from_ms(org, times[i]));
        text_add(out, "}");
    }
    text_add(out, "]");
    add_last(out, org, record);
}

/* --- what the small commands share --- */

int schedule_say(const struct ctl *ctl, const char *id, const char *result, const char *starts_after)
{
    if (!ctl->json) {
        printf("schedule %s: %s\n", id, result);
        schedule_print_starts_after(starts_after);
        return EXIT_SUCCESS;
    }
    struct text text = {0};
    text_addf(&text, "{\"org\":\"%s\",\"schedule\":\"%s\",\"result\":\"%s\"", ctl->record.org.id, id, result);
    schedule_add_starts_after(starts_after, &text);
    printf("%s}\n", text.chars);
    text_free(&text);
    return EXIT_SUCCESS;
}

void schedule_print_starts_after(const char *round)
{
    if (round[0] != '\0')
        printf("Round %s is there already: it starts after that day.\n", round);
}

void schedule_add_starts_after(const char *round, struct text *out)
{
    if (round[0] != '\0')
        text_addf(out, ",\"starts_after\":\"%s\"", round);
}

bool schedule_first(const struct ctl *ctl, const struct schedule *schedule, int64_t now_ms,
                    int64_t *next_ms_out, char starts_after_out[ROUND_SIZE], struct error *error)
{
    const struct org *org = &ctl->record.org;
    struct redis_command command = {0};
    int64_t at_ms = now_ms;
    bool asked = true, there = true;
    *next_ms_out = -1;
    starts_after_out[0] = '\0';
    while (asked && there && schedule_next(schedule, org->zone, at_ms, &at_ms)) {
        char name[ROUND_SIZE], seed[SEED_SIZE];
        struct round round;
        schedule_round_names(schedule, org->zone, at_ms, name, seed);
        round_load_command(&command, org->id, name);
        struct redis_value *value = redis_link_run(ctl->link, &command, error);
        asked = value != NULL;
        there = asked && round_load_result(value, name, &round);
        if (there)
            memcpy(starts_after_out, name, sizeof name);
        else if (asked)
            *next_ms_out = at_ms;
        redis_value_free(&value);
    }
    redis_command_free(&command);
    return asked;
}

bool schedule_find(const struct ctl *ctl, const char *id, struct schedule_record *record_out,
                   struct error *error)
{
    struct schedule_record *records = NULL;
    size_t count = 0;
    bool found = false;
    if (!schedules_load(ctl->link, ctl->record.org.id, &records, &count, error))
        return false;
    for (size_t i = 0; i < count && !found; i++) {
        found = strcmp(records[i].schedule.id, id) == 0;
        if (found)
            *record_out = records[i];
    }
    free(records);
    if (found && record_out->state == SCHEDULE_UNREADABLE)
        return error_set(error, "schedule %s cannot be read: remove it and make it again", id);
    return found || error_set(error, "there is no schedule \"%.60s\": see `pulssi schedule list`", id);
}
