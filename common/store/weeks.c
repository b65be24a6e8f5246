#include "store/weeks.h"

#include <stdio.h>
#include <string.h>

#define LOAD_FIELDS 15

void week_load_command(struct redis_command *command, const char *org, const char *week)
{
    call_begin_read(command, "week_load", org);
    redis_command_add(command, week);
}

static bool is_accepted_state(const char *state)
{
    static const char *const states[] = {"accepted", "delivered", "undelivered", "expired"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(state, states[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool pulse_read(const struct redis_value *value, size_t first, struct week_pulse *pulse)
{
    *pulse = (struct week_pulse){
        .version = redis_int(redis_item(value, first + 1)),
        .asked = redis_text_bytes(redis_item(value, first + 3)) > 0,
        .closes_ms = redis_int(redis_item(value, first + 4)),
        .end = {.answered = redis_text_bytes(redis_item(value, first + 5)) > 0,
                .complete = redis_text_bytes(redis_item(value, first + 14)) > 0,
                .unparseable = redis_text_bytes(redis_item(value, first + 6)) > 0,
                .stopped = redis_text_bytes(redis_item(value, first + 7)) > 0,
                .delivered = strcmp(redis_text(redis_item(value, first + 9)), "delivered") == 0},
        .not_after_ms = redis_int(redis_item(value, first + 10)),
    };
    return text_copy(pulse->pulse, ID_SIZE, redis_text(redis_item(value, first))) &&
           text_copy(pulse->state, sizeof pulse->state, redis_text(redis_item(value, first + 2))) &&
           text_copy(pulse->message, ID_SIZE, redis_text(redis_item(value, first + 8))) &&
           text_copy(pulse->message_state, sizeof pulse->message_state,
                     redis_text(redis_item(value, first + 9)));
}

bool week_load_result(const struct redis_value *value, struct week_loaded *loaded_out)
{
    *loaded_out = (struct week_loaded){0};
    if (strcmp(redis_word(value), "OK") != 0 || redis_count(value) < 3) {
        return false;
    }
    loaded_out->pulses_left = redis_int(redis_item(value, 1));
    loaded_out->others_left = redis_int(redis_item(value, 2));
    for (size_t i = 3; i + LOAD_FIELDS <= redis_count(value) && loaded_out->pulses_count < WEEK_BATCH_MAX;
         i += LOAD_FIELDS) {
        if (!pulse_read(value, i, &loaded_out->pulses[loaded_out->pulses_count])) {
            return false;
        }
        loaded_out->pulses_count++;
    }
    return true;
}

void week_settle_command(struct redis_command *command, const char *org, const char *week,
                         const struct week_end *ends, size_t ends_count)
{
    call_begin(command, "week_settle", org);
    redis_command_add(command, week);
    for (size_t i = 0; i < ends_count; i++) {
        redis_command_add(command, ends[i].pulse->pulse);
        redis_command_add_int(command, ends[i].pulse->version);
        redis_command_add(command, ends[i].pulse->state);
        redis_command_add(command, ends[i].pulse->message_state);
        redis_command_add(command, disposition_name(ends[i].disposition));
        redis_command_add_int(command, is_accepted_state(ends[i].pulse->message_state) ? 1 : 0);
        redis_command_add_int(command, ends[i].pulse->end.delivered ? 1 : 0);
    }
}

bool week_settle_result(const struct redis_value *value, int64_t *settled_out, int64_t *stale_out)
{
    *settled_out = redis_int(redis_item(value, 1));
    *stale_out = redis_int(redis_item(value, 2));
    return strcmp(redis_word(value), "OK") == 0;
}

void week_sweep_command(struct redis_command *command, const char *org, const char *week, int64_t now_ms)
{
    call_begin(command, "week_sweep", org);
    redis_command_add(command, week);
    redis_command_add_int(command, now_ms);
}

bool week_sweep_result(const struct redis_value *value, int64_t *removed_out, int64_t *left_out)
{
    return week_settle_result(value, removed_out, left_out); /* the same shape: OK, two counts */
}

void week_publish_command(struct redis_command *command, const char *org, const char *week,
                          const char *const *units, const char *const *figures, size_t count)
{
    call_begin(command, "week_publish", org);
    redis_command_add(command, week);
    for (size_t i = 0; i < count; i++) {
        redis_command_add(command, units[i]);
        redis_command_add(command, figures[i]);
    }
}

bool week_publish_result(const struct redis_value *value, int64_t *written_out, bool *closed_out)
{
    *closed_out = strcmp(redis_word(value), "CLOSED") == 0;
    *written_out = redis_int(redis_item(value, 1));
    return *closed_out || strcmp(redis_word(value), "OK") == 0;
}

void week_seal_command(struct redis_command *command, const char *org, const char *week,
                       const char *week_before, int64_t next_due_ms)
{
    call_begin(command, "week_seal", org);
    redis_command_add(command, week);
    redis_command_add_int(command, next_due_ms);
    redis_command_add(command, week_before);
}

bool week_seal_result(const struct redis_value *value)
{
    return strcmp(redis_word(value), "OK") == 0;
}

void rollup_due_command(struct redis_command *command, const char *org, int64_t due_ms)
{
    call_begin(command, "rollup_due", org);
    redis_command_add_int(command, due_ms);
}

void week_hash_command(struct redis_command *command, const char *org, enum week_hash which, const char *week)
{
    static const char *const suffixes[] = {"weeks", "cp", "k:", "n:", "pub:"};
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + WEEK_SIZE + 8];
    call_base(org, base);
    snprintf(key, sizeof key, "%s%s%s", base, suffixes[which], which <= WEEK_CHECKPOINTS ? "" : week);
    redis_command_clear(command);
    redis_command_add(command, "HGETALL");
    redis_command_add(command, key);
}

bool counter_field_split(char *buffer, struct counter_field *field_out)
{
    char *parts[4], *at = buffer;
    for (size_t i = 0; i < 4; i++) {
        char *bar = strchr(at, '|');
        if ((bar == NULL) != (i == 3)) {
            return false;
        }
        parts[i] = at;
        if (bar != NULL) {
            *bar = '\0';
            at = bar + 1;
        }
    }
    *field_out = (struct counter_field){parts[0], parts[1], parts[2], parts[3]};
    return true;
}
