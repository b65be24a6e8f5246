/* SCAN, then a sorted array of names. */
#include "support/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void keep_key(struct look *look, const char *key)
{
    if (look->keys_count == look->keys_capacity) {
        look->keys_capacity = look->keys_capacity == 0 ? 256 : look->keys_capacity * 2;
        look->keys = memory_resized(look->keys, look->keys_capacity, sizeof *look->keys);
    }
    look->keys[look->keys_count++] = memory_text(key);
}

bool look_start(struct look *look, struct redis_link *link, const char *org, struct text *report)
{
    char cursor[32] = "0", pattern[STORE_BASE_SIZE + 1];
    *look = (struct look){.link = link, .report = report};
    call_base(org, look->base);
    snprintf(pattern, sizeof pattern, "%s*", look->base);
    do {
        struct redis_command command = {0};
        const char *const words[] = {"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"};
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            redis_command_add(&command, words[i]);
        struct redis_value *page = redis_link_run(look->link, &command, &look->error);
        redis_command_free(&command);
        look->broken = page == NULL || !text_copy(cursor, sizeof cursor, redis_text(redis_item(page, 0)));
        for (size_t i = 0; i < redis_count(redis_item(page, 1)); i++)
            keep_key(look, redis_text(redis_item(redis_item(page, 1), i)) + strlen(look->base));
        redis_value_free(&page);
    } while (!look->broken && strcmp(cursor, "0") != 0);
    if (look->broken)
        return false;
    size_t kept = 0; /* SCAN may name a key twice */
    if (look->keys_count > 0)
        qsort(look->keys, look->keys_count, sizeof *look->keys, compare_keys);
    for (size_t i = 0; i < look->keys_count; i++) {
        if (kept > 0 && strcmp(look->keys[kept - 1], look->keys[i]) == 0)
            free(look->keys[i]);
        else
            look->keys[kept++] = look->keys[i];
    }
    look->keys_count = kept;
    return true;
}

void look_finish(struct look *look)
{
    for (size_t i = 0; i < look->keys_count; i++)
        free(look->keys[i]);
    free(look->keys);
    sums_free(&look->lists);
    sums_free(&look->in_week);
    sums_free(&look->found);
}

bool look_has_key(const struct look *look, const char *kind, const char *id)
{
    char key[600], *wanted = key;
    snprintf(key, sizeof key, "%s%s", kind, id);
    return look->keys_count > 0 &&
           bsearch(&wanted, look->keys, look->keys_count, sizeof *look->keys, compare_keys) != NULL;
}

struct redis_value *look_ask(struct look *look, const char *verb, const char *key, const char *const *rest)
{
    struct redis_command command = {0};
    char full[600];
    snprintf(full, sizeof full, "%s%s", look->base, key);
    redis_command_add(&command, verb);
    redis_command_add(&command, full);
    for (; *rest != NULL; rest++)
        redis_command_add(&command, *rest);
    struct redis_value *value = redis_link_run(look->link, &command, &look->error);
    redis_command_free(&command);
    look->broken = look->broken || value == NULL;
    return value;
}

struct redis_value *look_fields(struct look *look, const char *key, const char *const *names,
                                const char *values_out[LOOK_FIELDS_MAX])
{
    struct redis_value *value = look_ask(look, "HMGET", key, names);
    for (size_t i = 0; names[i] != NULL; i++)
        values_out[i] = redis_text(redis_item(value, i));
    return value;
}

const char *look_next(const struct look *look, const char *prefix, size_t *at)
{
    while (*at < look->keys_count) {
        const char *key = look->keys[(*at)++];
        if (strncmp(key, prefix, strlen(prefix)) == 0)
            return key;
    }
    return NULL;
}
