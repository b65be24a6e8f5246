#include "store/schedules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/call.h"

static void add_due(struct redis_command *command, int64_t due_ms)
{
    if (due_ms < 0)
        redis_command_add(command, "");
    else
        redis_command_add_int(command, due_ms);
}

static bool unknown_answer(struct error *error, const char *function)
{
    return error_set(error, "Redis gave an answer that is not one of %s", function);
}

const char *schedule_state_name(enum schedule_state state)
{
    switch (state) {
    case SCHEDULE_ACTIVE:
        return "active";
    case SCHEDULE_PAUSED:
        return "paused";
    case SCHEDULE_UNREADABLE:
        return "unreadable";
    case SCHEDULE_ENDED:
        break;
    }
    return "ended";
}

/* --- writing --- */

enum schedule_put schedule_store(struct redis_link *link, const char *org, const struct schedule *schedule,
                                 int64_t next_ms, struct error *error)
{
    struct redis_command command = {0};
    struct text json = {0};
    schedule_json(schedule, &json);
    call_begin(&command, "schedule_put", org);
    redis_command_add(&command, schedule->id);
    redis_command_add(&command, json.chars);
    redis_command_add_int(&command, next_ms);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    text_free(&json);
    const char *word = value == NULL ? "" : redis_word(value);
    enum schedule_put result = strcmp(word, "OK") == 0        ? SCHEDULE_PUT_WRITTEN
                               : strcmp(word, "SAME") == 0    ? SCHEDULE_PUT_SAME
                               : strcmp(word, "DIFFERS") == 0 ? SCHEDULE_PUT_DIFFERS
                                                              : SCHEDULE_PUT_FAILED;
    if (strcmp(word, "FULL") == 0)
        error_set(error, "there are %d schedules already: remove one first", SCHEDULES_MAX);
    else if (value != NULL && result == SCHEDULE_PUT_FAILED)
        unknown_answer(error, "schedule_put");
    redis_value_free(&value);
    return result;
}

/* Runs a function that answers with one of two words; changed_out: it was the first. */
static bool run_change(struct redis_link *link, struct redis_command *command, const char *unchanged,
                       bool *changed_out, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    if (value == NULL)
        return false;
    *changed_out = strcmp(redis_word(value), "OK") == 0;
    bool known = *changed_out || strcmp(redis_word(value), unchanged) == 0;
    bool gone = strcmp(redis_word(value), "GONE") == 0;
    redis_value_free(&value);
    return known || (gone ? error_set(error, "there is no such schedule: see `pulssi schedule list`")
                          : unknown_answer(error, "schedules"));
}

bool schedule_set_paused(struct redis_link *link, const char *org, const char *id, bool paused,
                         int64_t next_ms, bool *changed_out, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "schedule_set_state", org);
    redis_command_add(&command, id);
    redis_command_add(&command, paused ? "paused" : "active");
    add_due(&command, next_ms);
    return run_change(link, &command, "SAME", changed_out, error);
}

bool schedule_remove(struct redis_link *link, const char *org, const char *id, bool *changed_out,
                     struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "schedule_remove", org);
    redis_command_add(&command, id);
    return run_change(link, &command, "GONE", changed_out, error);
}

/* --- reading --- */

static bool read_json(const struct redis_value *json, const char *id, struct schedule *schedule_out,
                      struct error *error)
{
    cJSON *tree = json_parse(redis_text(json), redis_text_bytes(json), error);
    bool read = tree != NULL && schedule_read(schedule_out, id, tree, error);
    cJSON_Delete(tree);
    return read || error_prefix(error, "stored schedule \"%s\"", id);
}

static int64_t number_or_none(const char *text)
{
    return text[0] == '\0' ? -1 : (int64_t)strtoll(text, NULL, 10);
}

/* The text after the n-th '|'; "" when there are fewer. */
static const char *after_bar(const char *text, int n)
{
    for (; n > 0 && text != NULL; n--) {
        text = strchr(text, '|');
        text = text == NULL ? NULL : text + 1;
    }
    return text == NULL ? "" : text;
}

/* One that cannot be read must not hide the others. */
static void read_record(const struct redis_value *value, struct schedule_record *record)
{
    struct error problem = {""};
    const char *id = redis_text(redis_item(value, 0));
    const char *run = redis_text(redis_item(value, 4)), *skip = redis_text(redis_item(value, 5));
    bool paused = redis_text(redis_item(value, 3))[0] != '\0';
    if (read_json(redis_item(value, 1), id, &record->schedule, &problem)) {
        record->next_ms = number_or_none(redis_text(redis_item(value, 2)));
        record->state = paused ? SCHEDULE_PAUSED : record->next_ms < 0 ? SCHEDULE_ENDED : SCHEDULE_ACTIVE;
    } else {
        record->schedule = (struct schedule){.until_day = -1};
        snprintf(record->schedule.id, sizeof record->schedule.id, "%s", id);
        record->next_ms = -1;
        record->state = SCHEDULE_UNREADABLE;
    }
    record->run_ms = number_or_none(run);
    record->skip_first_ms = number_or_none(skip);
    record->skip_last_ms = number_or_none(after_bar(skip, 1));
    record->skipped = skip[0] == '\0' ? 0 : number_or_none(after_bar(skip, 2));
    snprintf(record->run_round, sizeof record->run_round, "%s", after_bar(run, 1));
    snprintf(record->skip_reason, sizeof record->skip_reason, "%s", after_bar(skip, 3));
}

bool schedules_load(struct redis_link *link, const char *org, struct schedule_record **records_out,
                    size_t *count_out, struct error *error)
{
    struct redis_command command = {0};
    *records_out = NULL;
    *count_out = 0;
    call_begin_read(&command, "schedules_read", org);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    if (value == NULL)
        return false;
    bool read = strcmp(redis_word(value), "OK") == 0 || unknown_answer(error, "schedules_read");
    if (read) {
        *count_out = redis_count(value) - 1;
        *records_out = memory_zeroed(*count_out + 1, sizeof **records_out);
        for (size_t i = 0; i < *count_out; i++)
            read_record(redis_item(value, i + 1), &(*records_out)[i]);
    }
    redis_value_free(&value);
    return read;
}

void schedule_load_command(struct redis_command *command, const char *org, const char *id)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 16];
    call_base(org, base);
    snprintf(key, sizeof key, "%sschedules", base);
    redis_command_clear(command);
    redis_command_add(command, "HGET");
    redis_command_add(command, key);
    redis_command_add(command, id);
}

bool schedule_load_result(const struct redis_value *value, const char *id, struct schedule *schedule_out,
                          struct error *error)
{
    if (value == NULL || redis_kind(value) == REDIS_ERROR)
        return error_set(error, "schedule \"%s\" could not be read: %s", id,
                         value == NULL ? "Redis is away" : redis_text(value));
    if (redis_kind(value) != REDIS_TEXT)
        return error_set(error, "no schedule \"%s\"", id);
    return read_json(value, id, schedule_out, error);
}

/* --- firing --- */

void schedule_fire_command(struct redis_command *command, const char *org, const struct schedule_fire *fire)
{
    call_begin(command, "schedule_fire", org);
    redis_command_add(command, fire->id);
    redis_command_add_int(command, fire->due_ms);
    add_due(command, fire->next_ms);
    if (fire->round != NULL) {
        redis_command_add(command, "round");
        round_add_plan(command, fire->round);
    } else {
        redis_command_add(command, "skip");
        redis_command_add_int(command, fire->last_ms);
        redis_command_add_int(command, fire->skipped);
        redis_command_add(command, fire->reason);
    }
}

enum schedule_fired schedule_fire_result(const struct redis_value *value)
{
    const char *word = redis_word(value);
    return strcmp(word, "OK") == 0      ? SCHEDULE_FIRED
           : strcmp(word, "TAKEN") == 0 ? SCHEDULE_ROUND_TAKEN
           : strcmp(word, "STALE") == 0 ? SCHEDULE_STALE
                                        : SCHEDULE_FIRE_FAILED;
}
