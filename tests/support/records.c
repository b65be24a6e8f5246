/* What the world keeps sealed for readers, opened with the reader's key. */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS_MAX  16
#define RECORD_BYTES 8192

static void open_record(struct world *world, const char *sealed, size_t bytes, struct text *out)
{
    assert_true(reader_open(world->keys.keys[KEY_READER_PUBLIC], world->keys.keys[KEY_READER_SECRET], sealed,
                            bytes, out));
}

/* Where the sealed part begins: after so many bars. */
static size_t head_bytes(const struct redis_value *record, size_t bars)
{
    const char *bytes = redis_text(record);
    for (size_t i = 0; i < redis_text_bytes(record); i++)
        if (bytes[i] == '|' && --bars == 0)
            return i + 1;
    fail_msg("a record without a head");
    return 0;
}

static void open_with_head(struct world *world, const struct redis_value *record, size_t bars,
                           struct text *out)
{
    size_t head = head_bytes(record, bars);
    text_add_bytes(out, redis_text(record), head);
    open_record(world, redis_text(record) + head, redis_text_bytes(record) - head, out);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

const char *world_words_record(struct world *world, const char *week, size_t n)
{
    static char opened[RECORDS_MAX][RECORD_BYTES];
    char key[16];
    snprintf(key, sizeof key, "ow:%s", week);
    struct redis_value *records = WORLD_RUN(world, "HVALS", world_key(key));
    size_t count = redis_count(records);
    assert_true(count <= RECORDS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct text words = {0};
        open_with_head(world, redis_item(records, i), 3, &words);
        assert_true(text_copy(opened[i], sizeof opened[i], words.chars));
        text_free(&words);
    }
    redis_value_free(&records);
    qsort(opened, count, sizeof opened[0], compare_texts);
    return n < count ? opened[n] : "";
}

const char *world_volunteer(struct world *world, int contact)
{
    static char opened[RECORD_BYTES];
    char hash[PHONE_HASH_SIZE];
    struct text all = {0};
    phone_hash(world->keys.keys[KEY_HASH], world_phone(contact), hash);
    struct redis_value *record = WORLD_RUN(world, "HGET", world_key("vo"), hash);
    struct redis_value *name = WORLD_RUN(world, "HGET", world_key("vn"), hash);
    opened[0] = '\0';
    if (redis_kind(record) != REDIS_NIL) {
        open_with_head(world, record, 5, &all);
        text_add(&all, "|");
    }
    if (redis_kind(name) != REDIS_NIL)
        open_record(world, redis_text(name), redis_text_bytes(name), &all);
    if (all.chars != NULL)
        assert_true(text_copy(opened, sizeof opened, all.chars));
    text_free(&all);
    redis_value_free(&record);
    redis_value_free(&name);
    return opened;
}
