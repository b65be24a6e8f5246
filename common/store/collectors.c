#include "store/collectors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/wake.h"

#define KEY "pulssi:collectors"

static bool row_read(const struct redis_value *id, const struct redis_value *json,
                     struct collector_row *row_out);
static int compare_rows(const void *a, const void *b);

static void begin(struct redis_command *command, const char *verb)
{
    redis_command_clear(command);
    redis_command_add(command, verb);
    redis_command_add(command, KEY);
}

static struct redis_value *run(struct redis_link *link, struct redis_command *command, struct error *error)
{
    struct redis_value *value = redis_link_run(link, command, error);
    redis_command_free(command);
    return value;
}

/* --- what a collector says --- */

void collector_time_command(struct redis_command *command)
{
    redis_command_clear(command);
    redis_command_add(command, "TIME");
}

bool collector_time_result(const struct redis_value *value, int64_t *now_ms_out)
{
    *now_ms_out = redis_int(redis_item(value, 0)) * 1000 + redis_int(redis_item(value, 1)) / 1000;
    return redis_count(value) == 2 && *now_ms_out > 0;
}

void collector_beat_command(struct redis_command *command, const struct collector_row *row)
{
    struct text json = {0};
    text_addf(&json, "{\"until\":%" PRId64 ",\"at\":%" PRId64 ",\"spooled\":%" PRId64 "}", row->until_ms,
              row->at_ms, row->spooled);
    begin(command, "HSET");
    redis_command_add(command, row->id);
    redis_command_add(command, json.chars);
    text_free(&json);
}

void collector_leave_command(struct redis_command *command, const char *id)
{
    begin(command, "HDEL");
    redis_command_add(command, id);
}

/* --- what others read --- */

bool collectors_read(struct redis_link *link, struct collector_rows *rows_out, struct error *error)
{
    struct redis_command command = {0};
    *rows_out = (struct collector_rows){0};
    collector_time_command(&command);
    struct redis_value *time = run(link, &command, error);
    if (time == NULL || !collector_time_result(time, &rows_out->now_ms)) {
        redis_value_free(&time);
        return error_prefix(error, "asking Redis for its time");
    }
    redis_value_free(&time);
    collectors_list_command(&command);
    struct redis_value *value = run(link, &command, error);
    if (value == NULL)
        return error_prefix(error, "reading the collectors");
    rows_out->items = memory_zeroed(redis_count(value) / 2 + 1, sizeof *rows_out->items);
    for (size_t i = 0; i + 1 < redis_count(value); i += 2) {
        struct collector_row *row = &rows_out->items[rows_out->count++];
        row->readable = row_read(redis_item(value, i), redis_item(value, i + 1), row);
    }
    qsort(rows_out->items, rows_out->count, sizeof *rows_out->items, compare_rows);
    redis_value_free(&value);
    return true;
}

static bool row_read(const struct redis_value *id, const struct redis_value *json,
                     struct collector_row *row_out)
{
    struct error error;
    struct json_reader reader;
    bool named = text_copy(row_out->id, sizeof row_out->id, redis_text(id));
    cJSON *tree = json_parse(redis_text(json), redis_text_bytes(json), &error);
    json_reader_root(&reader, tree, &error);
    row_out->until_ms = json_int(&reader, "until", -(INT64_C(1) << 52), INT64_C(1) << 52);
    row_out->at_ms = json_int(&reader, "at", 0, INT64_C(1) << 52);
    row_out->spooled = json_int(&reader, "spooled", 0, INT64_C(1) << 52);
    bool read = tree != NULL && json_finish(&reader);
    cJSON_Delete(tree);
    return named && read;
}

static int compare_rows(const void *a, const void *b)
{
    const struct collector_row *left = a, *right = b;
    return strcmp(left->id, right->id);
}

void collectors_free(struct collector_rows *rows)
{
    free(rows->items);
    *rows = (struct collector_rows){0};
}

bool collector_is_away(const struct collector_rows *rows, const struct collector_row *row)
{
    return !row->readable || rows->now_ms - row->at_ms > COLLECTOR_AWAY_MS;
}

void collectors_list_command(struct redis_command *command)
{
    begin(command, "HGETALL");
}

bool collectors_spooled_result(const struct redis_value *value, int64_t *spooled_out)
{
    *spooled_out = 0;
    for (size_t i = 0; i + 1 < redis_count(value); i += 2) {
        struct collector_row row;
        if (row_read(redis_item(value, i), redis_item(value, i + 1), &row))
            *spooled_out += row.spooled;
    }
    return redis_kind(value) == REDIS_ARRAY;
}

bool collector_remove(struct redis_link *link, const char *id, bool *was_out, struct error *error)
{
    struct redis_command command = {0};
    collector_leave_command(&command, id);
    struct redis_value *value = run(link, &command, error);
    bool removed = value != NULL;
    *was_out = redis_int(value) == 1;
    redis_value_free(&value);
    return removed;
}

bool collectors_ask(struct redis_link *link, struct error *error)
{
    struct redis_command command = {0};
    redis_command_add(&command, "PUBLISH");
    redis_command_add(&command, WAKE_CHANNEL);
    redis_command_add(&command, WAKE_BEAT);
    struct redis_value *value = run(link, &command, error);
    bool asked = value != NULL;
    redis_value_free(&value);
    return asked;
}
