/* Reading the log in pages of a bounded length. */
#include "store/answer_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/call.h"

#define PAGE_ROWS     1000
#define ROW_BYTES_MAX 511

const char *log_row_week(const struct log_row *row)
{
    return !row->readable ? "" : row->part[row->answer ? 3 : 2];
}

static bool split(char *text, const char *parts_out[LOG_ROW_PARTS])
{
    for (size_t i = 0; i < LOG_ROW_PARTS; i++) {
        parts_out[i] = text;
        char *bar = strchr(text, '|');
        if ((bar == NULL) != (i == LOG_ROW_PARTS - 1)) {
            return false;
        }
        if (bar != NULL) {
            *bar = '\0';
            text = bar + 1;
        }
    }
    return true;
}

static int64_t entry_id(const struct redis_value *entry)
{
    return strtoll(redis_text(redis_item(entry, 0)), NULL, 10);
}

static void give_row(const struct redis_value *entry, log_row_callback on_row, void *context)
{
    char buffer[ROW_BYTES_MAX + 1];
    const struct redis_value *fields = redis_item(entry, 1);
    struct log_row row = {.id = entry_id(entry),
                          .answer = strcmp(redis_text(redis_item(fields, 0)), "a") == 0,
                          .text = redis_text(redis_item(fields, 1))};
    row.readable = text_copy(buffer, sizeof buffer, row.text) && split(buffer, row.part);
    on_row(context, &row);
}

static struct redis_value *read_page(struct redis_link *link, const char *org, int64_t first_id,
                                     int64_t last_id, struct error *error)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 4], id[32];
    call_base(org, base);
    snprintf(key, sizeof key, "%slog", base);
    struct redis_command command = {0};
    redis_command_add(&command, "XRANGE");
    redis_command_add(&command, key);
    snprintf(id, sizeof id, "%lld-0", (long long)first_id);
    redis_command_add(&command, id);
    snprintf(id, sizeof id, "%lld-0", (long long)last_id);
    redis_command_add(&command, id);
    redis_command_add(&command, "COUNT");
    redis_command_add_int(&command, PAGE_ROWS);
    struct redis_value *page = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return page;
}

bool answer_log_read(struct redis_link *link, const char *org, int64_t first_id, int64_t last_id,
                     log_row_callback on_row, void *context, struct error *error)
{
    size_t rows = PAGE_ROWS;
    for (int64_t next = first_id; rows > 0 && next <= last_id;) {
        struct redis_value *page = read_page(link, org, next, last_id, error);
        if (page == NULL) {
            return false;
        }
        rows = redis_count(page);
        for (size_t i = 0; i < rows; i++) {
            give_row(redis_item(page, i), on_row, context);
        }
        if (rows > 0) {
            next = entry_id(redis_item(page, rows - 1)) + 1;
        }
        redis_value_free(&page);
    }
    return true;
}
