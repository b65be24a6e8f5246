/* Scripts that only read, so that a judgement costs three round trips and not ten thousand. */
#include "kill_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/call.h"
#include "store/weeks.h"

static const char messages_script[] =
    "local found = {} "
    "for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'm:*')) do "
    "  local m = redis.call('HMGET', key, 'u', 's', 'k') "
    "  found[#found + 1] = {string.sub(key, #ARGV[1] + 3), m[1] or '', m[2] or '', m[3] or ''} "
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
        (void)text_copy(message->kind, sizeof message->kind, redis_text(redis_item(row, 3)));
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

/* --- published weeks --- */

static struct redis_value *week_hash(struct redis_link *link, const char *org, enum week_hash which,
                                     const char *week, struct error *error)
{
    struct redis_command command = {0};
    week_hash_command(&command, org, which, week);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}

static struct stored_week *week_of(struct stored *stored, int64_t index, const char *pilot)
{
    for (size_t i = 0; i < stored->weeks_count; i++) {
        if (stored->weeks[i].index == index && strcmp(stored->weeks[i].pilot, pilot) == 0) {
            return &stored->weeks[i];
        }
    }
    stored->weeks = memory_resized(stored->weeks, stored->weeks_count + 1, sizeof *stored->weeks);
    struct stored_week *week = &stored->weeks[stored->weeks_count++];
    *week = (struct stored_week){.index = index, .answered = -1};
    (void)text_copy(week->pilot, sizeof week->pilot, pilot);
    return week;
}

static void take_counters(struct stored *stored, int64_t index, const struct redis_value *counters)
{
    for (size_t i = 0; i + 1 < redis_count(counters); i += 2) {
        char buffer[320];
        struct counter_field field;
        int64_t count = atoll(redis_text(redis_item(counters, i + 1)));
        if (!text_copy(buffer, sizeof buffer, redis_text(redis_item(counters, i))) ||
            !counter_field_split(buffer, &field)) {
            continue;
        }
        struct stored_week *week = week_of(stored, index, field.pilot);
        if (strcmp(field.subject, steps[0]) == 0 && field.what[0] >= '1' && field.what[0] < '0' + VALUES) {
            week->values[field.what[0] - '0'] += count;
        } else if (strcmp(field.what, "!sent") == 0) {
            week->sent += count;
        } else if (field.what[0] == '!' && strcmp(field.what, "!delivered") != 0) {
            week->pulses += count;
        }
    }
}

static int64_t figure_number(const cJSON *figure, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(figure, name);
    return cJSON_IsNumber(number) ? (int64_t)number->valuedouble : -1;
}

static int64_t figure_week(const cJSON *figure, const char *name)
{
    const cJSON *week = cJSON_GetObjectItemCaseSensitive(figure, name);
    int64_t index = -1;
    return cJSON_IsString(week) && week_parse(week->valuestring, &index) ? index : -1;
}

/* Units are "pilot|question". */
static void take_figures(struct stored *stored, int64_t index, const struct redis_value *figures)
{
    for (size_t i = 0; i + 1 < redis_count(figures); i += 2) {
        char unit[160];
        struct error error;
        (void)text_copy(unit, sizeof unit, redis_text(redis_item(figures, i)));
        char *question = strchr(unit, '|');
        const char *json = redis_text(redis_item(figures, i + 1));
        if (question == NULL || strcmp(question + 1, steps[0]) != 0) {
            continue;
        }
        *question = '\0';
        struct stored_week *week = week_of(stored, index, unit);
        cJSON *figure = json_parse(json, strlen(json), &error);
        week->has_figure = figure != NULL;
        week->first_week = figure_week(figure, "first_week");
        week->last_week = figure_week(figure, "last_week");
        week->figure_sent = figure_number(figure, "sent");
        week->answered = figure_number(figure, "n");
        week->positive = figure_number(figure, "positive");
        week->neutral = figure_number(figure, "neutral");
        week->negative = figure_number(figure, "negative");
        cJSON_Delete(figure);
    }
}

static bool read_weeks(struct redis_link *link, const char *org, struct stored *stored, struct error *error)
{
    struct redis_value *states = week_hash(link, org, WEEK_STATES, "", error);
    bool read = states != NULL;
    for (size_t i = 0; read && i + 1 < redis_count(states); i += 2) {
        const char *week = redis_text(redis_item(states, i));
        int64_t index = 0;
        if (!week_parse(week, &index) || strcmp(redis_text(redis_item(states, i + 1)), "published") != 0) {
            continue;
        }
        struct redis_value *counters = week_hash(link, org, WEEK_COUNTERS, week, error);
        struct redis_value *figures =
            counters != NULL ? week_hash(link, org, WEEK_PUBLISHED, week, error) : NULL;
        read = figures != NULL;
        if (read) {
            stored->published =
                memory_resized(stored->published, stored->published_count + 1, sizeof *stored->published);
            stored->published[stored->published_count++] = index;
            take_counters(stored, index, counters);
            take_figures(stored, index, figures);
        }
        redis_value_free(&counters);
        redis_value_free(&figures);
    }
    redis_value_free(&states);
    return read;
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
    bool read = records != NULL && read_weeks(link, org, stored, error);
    redis_value_free(&messages);
    redis_value_free(&pulses);
    redis_value_free(&records);
    return read;
}

void stored_free(struct stored *stored)
{
    free(stored->messages);
    free(stored->pulses);
    free(stored->weeks);
    free(stored->published);
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

bool stored_is_published(const struct stored *stored, int64_t week_index)
{
    for (size_t i = 0; i < stored->published_count; i++) {
        if (stored->published[i] == week_index) {
            return true;
        }
    }
    return false;
}
