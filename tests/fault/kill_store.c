/* Scripts that only read, so that a judgement costs three round trips and not ten thousand. */
#include "kill_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/call.h"

static const char messages_script[] =
    "local found = {} "
    "for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'm:*')) do "
    "  local m = redis.call('HMGET', key, 'u', 's') "
    "  found[#found + 1] = {string.sub(key, #ARGV[1] + 3), m[1] or '', m[2] or ''} "
    "end "
    "return found";

static const char pulses_script[] =
    "local found = {} "
    "for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'u:*')) do "
    "  local u = redis.call('HMGET', key, 'a0', 'a2', 'so', 'm', 'm1', 'm2', 'm3') "
    "  local row = {string.sub(key, #ARGV[1] + 3)} "
    "  for i = 1, 7 do row[#row + 1] = u[i] or '' end "
    "  found[#found + 1] = row "
    "end "
    "return found";

static const char records_script[] = "local words = 0 "
                                     "for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'ow:*')) do words = "
                                     "words + redis.call('HLEN', key) end "
                                     "return {words, redis.call('HLEN', ARGV[1] .. 'vo')}";

static struct redis_value *ask(struct redis_link *link, const char *org, const char *script,
                               struct error *error)
{
    char base[STORE_BASE_SIZE];
    call_base(org, base);
    const char *const words[] = {"EVAL_RO", script, "0", base};
    struct redis_command command = {0};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        redis_command_add(&command, words[i]);
    }
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    if (value != NULL && redis_kind(value) != REDIS_ARRAY) {
        (void)error_set(error, "Redis: %s", redis_text(value));
        redis_value_free(&value);
    }
    return value;
}

static int compare_ids(const void *a, const void *b) /* both begin with their id */
{
    return strcmp(a, b);
}

static void take_messages(struct stored *stored, const struct redis_value *rows)
{
    stored->messages_count = redis_count(rows);
    stored->messages = memory_zeroed(stored->messages_count + 1, sizeof *stored->messages);
    for (size_t i = 0; i < stored->messages_count; i++) {
        const struct redis_value *row = redis_item(rows, i);
        struct stored_message *message = &stored->messages[i];
        (void)text_copy(message->id, sizeof message->id, redis_text(redis_item(row, 0)));
        (void)text_copy(message->pulse, sizeof message->pulse, redis_text(redis_item(row, 1)));
        (void)text_copy(message->state, sizeof message->state, redis_text(redis_item(row, 2)));
    }
    qsort(stored->messages, stored->messages_count, sizeof *stored->messages, compare_ids);
}

static void take_pulses(struct stored *stored, const struct redis_value *rows)
{
    stored->pulses_count = redis_count(rows);
    stored->pulses = memory_zeroed(stored->pulses_count + 1, sizeof *stored->pulses);
    for (size_t i = 0; i < stored->pulses_count; i++) {
        const struct redis_value *row = redis_item(rows, i);
        struct stored_pulse *pulse = &stored->pulses[i];
        (void)text_copy(pulse->id, sizeof pulse->id, redis_text(redis_item(row, 0)));
        pulse->value = atoi(redis_text(redis_item(row, 1)));
        pulse->joins = strcmp(redis_text(redis_item(row, 2)), "1") == 0;
        pulse->stopped = redis_text(redis_item(row, 3))[0] != '\0';
        for (size_t k = 0; k < STEPS; k++) {
            (void)text_copy(pulse->asked[k], sizeof pulse->asked[k], redis_text(redis_item(row, 4 + k)));
        }
    }
    qsort(stored->pulses, stored->pulses_count, sizeof *stored->pulses, compare_ids);
}

bool stored_read(struct redis_link *link, const char *org, struct stored *stored, struct error *error)
{
    *stored = (struct stored){0};
    struct redis_value *messages = ask(link, org, messages_script, error);
    struct redis_value *pulses = messages != NULL ? ask(link, org, pulses_script, error) : NULL;
    struct redis_value *records = pulses != NULL ? ask(link, org, records_script, error) : NULL;
    if (records != NULL) {
        take_messages(stored, messages);
        take_pulses(stored, pulses);
        stored->words = redis_int(redis_item(records, 0));
        stored->volunteers = redis_int(redis_item(records, 1));
    }
    bool read = records != NULL;
    redis_value_free(&messages);
    redis_value_free(&pulses);
    redis_value_free(&records);
    return read;
}

void stored_free(struct stored *stored)
{
    free(stored->messages);
    free(stored->pulses);
    *stored = (struct stored){0};
}

const struct stored_message *stored_message(const struct stored *stored, const char *id)
{
    return bsearch(id, stored->messages, stored->messages_count, sizeof *stored->messages, compare_ids);
}

const struct stored_pulse *stored_pulse(const struct stored *stored, const char *id)
{
    const struct stored_message *message = stored_message(stored, id);
    if (message == NULL || message->pulse[0] == '\0') {
        return NULL;
    }
    return bsearch(message->pulse, stored->pulses, stored->pulses_count, sizeof *stored->pulses, compare_ids);
}
