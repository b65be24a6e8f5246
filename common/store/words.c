#include "store/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/lots.h"
#include "store/weeks.h"

static bool read_week(struct redis_link *link, const char *org, const char *pilot, int64_t week,
                      struct words *words, struct error *error);
static void take_record(struct words *words, const char *pilot, int64_t week, const char *id,
                        const struct redis_value *record);
static int compare_words(const void *a, const void *b);

bool words_read(struct redis_link *link, const char *org, const char *pilot, struct words *words_out,
                struct error *error)
{
    struct redis_command command = {0};
    *words_out = (struct words){0};
    week_hash_command(&command, org, WEEK_STATES, "");
    struct redis_value *weeks = redis_link_run(link, &command, error);
    redis_command_free(&command);
    bool read = weeks != NULL;
    for (size_t i = 0; read && i + 1 < redis_count(weeks); i += 2) {
        int64_t week = 0;
        if (week_parse(redis_text(redis_item(weeks, i)), &week) &&
            strcmp(redis_text(redis_item(weeks, i + 1)), "published") == 0) {
            read = read_week(link, org, pilot, week, words_out, error);
        }
    }
    redis_value_free(&weeks);
    if (words_out->count > 0) {
        qsort(words_out->items, words_out->count, sizeof *words_out->items, compare_words);
    }
    size_t kept = 0; /* HSCAN may name a record twice */
    for (size_t i = 0; i < words_out->count; i++) {
        if (kept > 0 && compare_words(&words_out->items[kept - 1], &words_out->items[i]) == 0) {
            free(words_out->items[i].sealed);
        } else {
            words_out->items[kept++] = words_out->items[i];
        }
    }
    words_out->count = kept;
    return read;
}

static bool read_week(struct redis_link *link, const char *org, const char *pilot, int64_t week,
                      struct words *words, struct error *error)
{
    char base[STORE_BASE_SIZE], text[WEEK_SIZE], key[STORE_BASE_SIZE + WEEK_SIZE + 8], cursor[32] = "0";
    struct redis_command command = {0};
    bool read = true;
    call_base(org, base);
    week_text(week, text);
    snprintf(key, sizeof key, "%sow:%s", base, text);
    do {
        redis_command_clear(&command);
        redis_command_add(&command, "HSCAN");
        redis_command_add(&command, key);
        redis_command_add(&command, cursor);
        redis_command_add(&command, "COUNT");
        redis_command_add_int(&command, STORE_ITEMS_MAX);
        struct redis_value *page = redis_link_run(link, &command, error);
        const struct redis_value *records = redis_item(page, 1);
        read = page != NULL && text_copy(cursor, sizeof cursor, redis_text(redis_item(page, 0)));
        for (size_t i = 0; read && i + 1 < redis_count(records); i += 2) {
            take_record(words, pilot, week, redis_text(redis_item(records, i)), redis_item(records, i + 1));
        }
        redis_value_free(&page);
    } while (read && strcmp(cursor, "0") != 0);
    redis_command_free(&command);
    return read;
}

/* "pilot|question|1|" and the sealed bytes; other pilots' are passed over. */
static void take_record(struct words *words, const char *pilot, int64_t week, const char *id,
                        const struct redis_value *record)
{
    const char *bytes = redis_text(record), *bars[3], *at = bytes;
    const char *end = bytes + redis_text_bytes(record);
    for (size_t i = 0; i < 3; i++) {
        bars[i] = memchr(at, '|', (size_t)(end - at));
        if (bars[i] == NULL) {
            words->unreadable++;
            return;
        }
        at = bars[i] + 1;
    }
    size_t question_chars = (size_t)(bars[1] - bars[0]) - 1;
    struct own_words one = {.week = week, .another_person = bars[1][1] == '1'};
    if (question_chars >= sizeof one.question || !text_copy(one.id, sizeof one.id, id)) {
        words->unreadable++;
        return;
    }
    if ((size_t)(bars[0] - bytes) != strlen(pilot) || strncmp(bytes, pilot, strlen(pilot)) != 0) {
        return;
    }
    memcpy(one.question, bars[0] + 1, question_chars);
    one.sealed_count = (size_t)(end - at);
    one.sealed = memory_zeroed(one.sealed_count + 1, 1);
    memcpy(one.sealed, at, one.sealed_count);
    if (words->count == words->capacity) {
        words->capacity = words->capacity == 0 ? 64 : words->capacity * 2;
        words->items = memory_resized(words->items, words->capacity, sizeof *words->items);
    }
    words->items[words->count++] = one;
}

static int compare_words(const void *a, const void *b)
{
    const struct own_words *left = a, *right = b;
    int order = strcmp(left->question, right->question);
    if (order == 0) {
        order = (left->week > right->week) - (left->week < right->week);
    }
    return order != 0 ? order : strcmp(left->id, right->id);
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        free(words->items[i].sealed);
    }
    free(words->items);
    *words = (struct words){0};
}

bool words_people_deleted(struct redis_link *link, const char *org, const char *pilot, const char *question,
                          int64_t *people_out, struct error *error)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8], field[33 + QUESTION_REF_SIZE];
    struct redis_command command = {0};
    call_base(org, base);
    snprintf(key, sizeof key, "%soc", base);
    snprintf(field, sizeof field, "%s|%s", pilot, question);
    redis_command_add(&command, "HGET");
    redis_command_add(&command, key);
    redis_command_add(&command, field);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    *people_out = redis_int(value);
    bool read = value != NULL;
    redis_value_free(&value);
    return read;
}

void words_expire_command(struct redis_command *command, const char *org, int64_t first_week,
                          int64_t last_week)
{
    call_begin(command, "words_expire", org);
    redis_command_add_int(command, LOT_PEOPLE);
    for (int64_t week = first_week; week <= last_week; week++) {
        char text[WEEK_SIZE];
        week_text(week, text);
        redis_command_add(command, text);
    }
}

bool words_expire_result(const struct redis_value *value, int64_t *deleted_out)
{
    *deleted_out = redis_int(redis_item(value, 2));
    return strcmp(redis_word(value), "OK") == 0;
}
