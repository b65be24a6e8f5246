#include "store/volunteers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/call.h"

#define RECORD_HEADS 5

static bool take_page(struct redis_link *link, const char *org, const char *pilot,
                      const struct redis_value *records, struct volunteers *volunteers, struct error *error);
static bool add_names(struct redis_link *link, const char *org, struct volunteers *volunteers, size_t first,
                      struct error *error);
static int compare_volunteers(const void *a, const void *b);

bool volunteer_read(const void *record, size_t record_bytes, struct volunteer *volunteer_out)
{
    struct volunteer *one = volunteer_out;
    *one = (struct volunteer){0};
    char *const heads[RECORD_HEADS] = {one->date, one->language, one->pilot, one->question, one->channel};
    const size_t sizes[RECORD_HEADS] = {sizeof one->date, sizeof one->language, sizeof one->pilot,
                                        sizeof one->question, sizeof one->channel};
    const char *at = record, *end = at + record_bytes;
    for (size_t i = 0; i < RECORD_HEADS; i++) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        if (bar == NULL || (size_t)(bar - at) >= sizes[i]) {
            return false;
        }
        memcpy(heads[i], at, (size_t)(bar - at));
        at = bar + 1;
    }
    text_add_bytes(&one->number, at, (size_t)(end - at));
    return true;
}

void volunteer_clear(struct volunteer *volunteer)
{
    text_free(&volunteer->number);
    text_free(&volunteer->name);
}

static void command_on(struct redis_command *command, const char *org, const char *verb, const char *suffix)
{
    char base[STORE_BASE_SIZE], key[STORE_BASE_SIZE + 8];
    call_base(org, base);
    snprintf(key, sizeof key, "%s%s", base, suffix);
    redis_command_clear(command);
    redis_command_add(command, verb);
    redis_command_add(command, key);
}

bool volunteers_read(struct redis_link *link, const char *org, const char *pilot,
                     struct volunteers *volunteers_out, struct error *error)
{
    struct redis_command command = {0};
    char cursor[32] = "0";
    bool read = true;
    *volunteers_out = (struct volunteers){0};
    do {
        command_on(&command, org, "HSCAN", "vo");
        redis_command_add(&command, cursor);
        redis_command_add(&command, "COUNT");
        redis_command_add_int(&command, STORE_ITEMS_MAX);
        struct redis_value *page = redis_link_run(link, &command, error);
        read = page != NULL && text_copy(cursor, sizeof cursor, redis_text(redis_item(page, 0))) &&
               take_page(link, org, pilot, redis_item(page, 1), volunteers_out, error);
        redis_value_free(&page);
    } while (read && strcmp(cursor, "0") != 0);
    redis_command_free(&command);

    struct volunteers *all = volunteers_out;
    if (all->count > 0) {
        qsort(all->items, all->count, sizeof *all->items, compare_volunteers);
    }
    size_t kept = 0; /* HSCAN may name a record twice */
    for (size_t i = 0; i < all->count; i++) {
        if (kept > 0 && strcmp(all->items[kept - 1].hash, all->items[i].hash) == 0) {
            volunteer_clear(&all->items[i]);
        } else {
            all->items[kept++] = all->items[i];
        }
    }
    all->count = kept;
    return read;
}

static bool take_page(struct redis_link *link, const char *org, const char *pilot,
                      const struct redis_value *records, struct volunteers *volunteers, struct error *error)
{
    size_t first = volunteers->count;
    for (size_t i = 0; i + 1 < redis_count(records); i += 2) {
        const struct redis_value *record = redis_item(records, i + 1);
        struct volunteer one;
        if (!volunteer_read(redis_text(record), redis_text_bytes(record), &one) ||
            !text_copy(one.hash, sizeof one.hash, redis_text(redis_item(records, i)))) {
            volunteer_clear(&one);
            volunteers->unreadable++;
            continue;
        }
        if (pilot != NULL && strcmp(one.pilot, pilot) != 0) {
            volunteer_clear(&one);
            continue;
        }
        if (volunteers->count == volunteers->capacity) {
            volunteers->capacity = volunteers->capacity == 0 ? 64 : volunteers->capacity * 2;
            volunteers->items =
                memory_resized(volunteers->items, volunteers->capacity, sizeof *volunteers->items);
        }
        volunteers->items[volunteers->count++] = one;
    }
    return volunteers->count == first || add_names(link, org, volunteers, first, error);
}

/* The names of those from `first` on, in one call. */
static bool add_names(struct redis_link *link, const char *org, struct volunteers *volunteers, size_t first,
                      struct error *error)
{
    struct redis_command command = {0};
    command_on(&command, org, "HMGET", "vn");
    for (size_t i = first; i < volunteers->count; i++) {
        redis_command_add(&command, volunteers->items[i].hash);
    }
    struct redis_value *names = redis_link_run(link, &command, error);
    redis_command_free(&command);
    for (size_t i = 0; i < redis_count(names); i++) {
        const struct redis_value *name = redis_item(names, i);
        if (redis_kind(name) == REDIS_TEXT) {
            text_add_bytes(&volunteers->items[first + i].name, redis_text(name), redis_text_bytes(name));
        }
    }
    bool read = names != NULL;
    redis_value_free(&names);
    return read;
}

static int compare_volunteers(const void *a, const void *b)
{
    const struct volunteer *left = a, *right = b;
    int order = strcmp(left->date, right->date);
    return order != 0 ? order : strcmp(left->hash, right->hash);
}

void volunteers_free(struct volunteers *volunteers)
{
    for (size_t i = 0; i < volunteers->count; i++) {
        volunteer_clear(&volunteers->items[i]);
    }
    free(volunteers->items);
    *volunteers = (struct volunteers){0};
}

bool volunteer_remove(struct redis_link *link, const char *org, const char phone_hash[PHONE_HASH_SIZE],
                      bool *was_out, struct error *error)
{
    struct redis_command command = {0};
    call_begin(&command, "volunteer_remove", org);
    redis_command_add(&command, phone_hash);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    *was_out = strcmp(redis_word(value), "OK") == 0;
    bool removed = value != NULL;
    redis_value_free(&value);
    return removed;
}
