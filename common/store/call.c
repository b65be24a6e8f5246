#include "store/call.h"

#include <inttypes.h>
#include <stdio.h>

#include "domain/message_kind.h"

void call_base(const char *org, char out[STORE_BASE_SIZE])
{
    snprintf(out, STORE_BASE_SIZE, "p:{%s}:", org);
}

static void begin(struct redis_command *command, const char *verb, const char *function, const char *org)
{
    char base[STORE_BASE_SIZE];
    call_base(org, base);
    redis_command_clear(command);
    redis_command_add(command, verb);
    redis_command_add(command, function);
    redis_command_add(command, "1");
    redis_command_add(command, base);
}

void call_begin(struct redis_command *command, const char *function, const char *org)
{
    begin(command, "FCALL", function, org);
}

void call_begin_read(struct redis_command *command, const char *function, const char *org)
{
    begin(command, "FCALL_RO", function, org);
}

int64_t call_commit_number(const struct redis_value *value)
{
    const struct redis_value *last =
        value == NULL || redis_count(value) < 2 ? NULL : redis_item(value, redis_count(value) - 1);
    return last != NULL && redis_kind(last) == REDIS_INT ? redis_int(last) : 0;
}

void commit_number_command(struct redis_command *command, const char *org)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 1];
    call_base(org, base);
    snprintf(key, sizeof key, "%sb", base);
    redis_command_clear(command);
    redis_command_add(command, "HGET");
    redis_command_add(command, key);
    redis_command_add(command, "cn");
}

void call_add_limits(struct redis_command *command, const struct asking *asking)
{
    redis_command_add_int(command, asking->now_ms);
    redis_command_add_int(command, asking->day);
    redis_command_add_int(command, asking->week_index);
    redis_command_add_int(command, asking->gap_days);
    redis_command_add_int(command, asking->same_question_weeks);
    redis_command_add_int(command, asking->per_year);
    redis_command_add(command, asking->question);
}

void asking_fill(struct asking *asking, const struct org *org, const char *survey, const char *question,
                 int64_t now_ms, int64_t reply_window_days)
{
    *asking = (struct asking){
        .now_ms = now_ms,
        .day = day_index_at(org->zone, now_ms),
        .week_index = week_index_at(org->zone, now_ms),
        .gap_days = org->gap_days,
        .same_question_weeks = org->same_question_days / 7,
        .per_year = org->per_year,
        .closes_ms = now_ms + reply_window_days * DAY_MS,
    };
    snprintf(asking->question, sizeof asking->question, "%s/%s", survey, question);
    week_text(asking->week_index, asking->week);
    int64_t due_ms = 0;
    if (reminder_time(org, now_ms, asking->closes_ms, &due_ms))
        snprintf(asking->remind, sizeof asking->remind, "%" PRId64 "|%" PRId64, due_ms,
                 asking->closes_ms - REMINDER_SPARE_MS);
}
