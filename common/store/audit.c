#include "store/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/call.h"

bool audit_append(struct redis_link *link, const char *org, const struct audit_row *row, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "audit_append", org);
    redis_command_add(&command, row->who);
    redis_command_add(&command, row->what);
    redis_command_add_int(&command, row->count);
    redis_command_add_int(&command, row->at_ms);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    bool appended = value != NULL && strcmp(redis_word(value), "OK") == 0;
    if (value != NULL && !appended) {
        (void)error_set(error, "Redis gave an answer that is not one of audit_append");
    }
    redis_value_free(&value);
    return appended || error_prefix(error, "the audit cannot be written");
}

static struct redis_value *stream(struct redis_link *link, const char *org, const char *verb,
                                  const char *const *rest, struct error *error)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8];
    struct redis_command command = {0};
    call_base(org, base);
    snprintf(key, sizeof key, "%saudit", base);
    redis_command_add(&command, verb);
    redis_command_add(&command, key);
    for (; *rest != NULL; rest++) {
        redis_command_add(&command, *rest);
    }
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}

/* Fields by name: another version may have written others beside them. */
static void row_read(const struct redis_value *entry, struct audit_row *row)
{
    const struct redis_value *fields = redis_item(entry, 1);
    row->id = strtoll(redis_text(redis_item(entry, 0)), NULL, 10);
    for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
        const char *name = redis_text(redis_item(fields, i));
        const struct redis_value *value = redis_item(fields, i + 1);
        if (strcmp(name, "who") == 0) {
            snprintf(row->who, sizeof row->who, "%s", redis_text(value));
        } else if (strcmp(name, "what") == 0) {
            snprintf(row->what, sizeof row->what, "%s", redis_text(value));
        } else if (strcmp(name, "count") == 0) {
            row->count = redis_int(value);
        } else if (strcmp(name, "at") == 0) {
            row->at_ms = redis_int(value);
        }
    }
}

struct audit_row *audit_read(struct redis_link *link, const char *org, size_t rows_max, size_t *count_out,
                             int64_t *total_out, struct error *error)
{
    char count[24];
    snprintf(count, sizeof count, "%zu", rows_max);
    struct audit_row *rows = NULL;
    struct redis_value *length = stream(link, org, "XLEN", (const char *const[]){NULL}, error);
    struct redis_value *entries =
        length == NULL
            ? NULL
            : stream(link, org, "XREVRANGE", (const char *const[]){"+", "-", "COUNT", count, NULL}, error);
    if (entries != NULL) {
        *total_out = redis_int(length);
        *count_out = redis_count(entries);
        rows = memory_zeroed(*count_out + 1, sizeof *rows);
        for (size_t i = 0; i < *count_out; i++) {
            row_read(redis_item(entries, i), &rows[i]);
        }
    }
    redis_value_free(&length);
    redis_value_free(&entries);
    return rows;
}

bool audit_expire(struct redis_link *link, const char *org, int64_t before_ms, int64_t *deleted_out,
                  struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "audit_expire", org);
    redis_command_add_int(&command, before_ms);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    bool expired = value != NULL && strcmp(redis_word(value), "OK") == 0;
    if (value != NULL && !expired) {
        (void)error_set(error, "Redis gave an answer that is not one of audit_expire");
    }
    *deleted_out = expired ? redis_int(redis_item(value, 1)) : 0;
    redis_value_free(&value);
    return expired;
}
