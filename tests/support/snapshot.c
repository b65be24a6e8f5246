/* Dumps and restores the keys of a small server, whatever their types. */
#include "support/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct snapshot {
    struct redis_value *names; /* sorted array */
    struct redis_value **dumps;
};

/* Every key of the server, sorted; owned. */
static struct redis_value *key_names(struct world *world)
{
    return WORLD_RUN(world, "EVAL", "local k = redis.call('KEYS', '*') table.sort(k) return k", "0");
}

struct snapshot *snapshot_take(struct world *world)
{
    struct snapshot *snapshot = memory_zeroed(1, sizeof *snapshot);
    snapshot->names = key_names(world);
    snapshot->dumps = memory_zeroed(redis_count(snapshot->names) + 1, sizeof *snapshot->dumps);
    for (size_t i = 0; i < redis_count(snapshot->names); i++)
        snapshot->dumps[i] = WORLD_RUN(world, "DUMP", redis_text(redis_item(snapshot->names, i)));
    return snapshot;
}

void snapshot_free(struct snapshot **snapshot)
{
    for (size_t i = 0; i < redis_count((*snapshot)->names); i++)
        redis_value_free(&(*snapshot)->dumps[i]);
    free((*snapshot)->dumps);
    redis_value_free(&(*snapshot)->names);
    free(*snapshot);
    *snapshot = NULL;
}

void snapshot_put_back(struct world *world, const struct snapshot *snapshot)
{
    struct redis_command command = {0};
    struct error error = {""};
    size_t count = redis_count(snapshot->names);
    WORLD_DO(world, "FLUSHALL");
    for (size_t i = 0; i < count; i++) {
        redis_command_clear(&command);
        redis_command_add(&command, "RESTORE");
        redis_command_add(&command, redis_text(redis_item(snapshot->names, i)));
        redis_command_add(&command, "0");
        redis_command_add_bytes(&command, redis_text(snapshot->dumps[i]),
                                redis_text_bytes(snapshot->dumps[i]));
        assert_true(redis_link_queue(world->link, &command, &error));
    }
    for (size_t i = 0; i < count; i++) {
        struct redis_value *value = redis_link_take(world->link, &error);
        assert_non_null(value);
        redis_value_free(&value);
    }
    redis_command_free(&command);
}

/* Values in one order whatever Redis does inside: hashes and sets are sorted. How far the collectors are is left out: they say
 * that by the clock. */
static const char digest_script[] =
    "local function flat(v) if type(v) ~= 'table' then return #tostring(v) .. ':' .. tostring(v) end\n"
    "  local parts = {} for i, one in ipairs(v) do parts[i] = flat(one) end return '(' .. "
    "table.concat(parts, ' ') .. ')' end\n"
    "local read = {string = {'GET'}, hash = {'HGETALL'}, set = {'SMEMBERS'}, list = {'LRANGE', 0, -1},\n"
    "  zset = {'ZRANGE', 0, -1, 'WITHSCORES'}, stream = {'XRANGE', '-', '+'}}\n"
    "local names, all = redis.call('KEYS', '*'), {}\n"
    "table.sort(names)\n"
    "for _, name in ipairs(names) do if name ~= ARGV[1] and name ~= 'pulssi:collectors' then\n"
    "  local kind = redis.call('TYPE', name).ok\n"
    "  local value = redis.call(read[kind][1], name, unpack(read[kind], 2))\n"
    "  if kind == 'hash' then local pairs_of = {}\n"
    "    for i = 1, #value, 2 do pairs_of[#pairs_of + 1] = flat({value[i], value[i + 1]}) end value = "
    "pairs_of end\n"
    "  if kind == 'hash' or kind == 'set' then table.sort(value) end\n"
    "  all[#all + 1] = flat({name, kind, value})\n"
    "end end\n"
    "return redis.sha1hex(table.concat(all))";

void snapshot_digest(struct world *world, const char *except, char digest_out[SNAPSHOT_DIGEST_SIZE])
{
    struct redis_value *digest = WORLD_RUN(world, "EVAL", digest_script, "0", world_key(except));
    bool fits = text_copy(digest_out, SNAPSHOT_DIGEST_SIZE, redis_text(digest));
    redis_value_free(&digest);
    assert_true(fits);
}

/* A list in place of a string, a string in place of anything else. */
static void plant(struct world *world, const char *key, bool is_string)
{
    WORLD_DO(world, "DEL", key);
    if (is_string)
        WORLD_DO(world, "LPUSH", key, "planted");
    else
        WORLD_DO(world, "SET", key, "planted");
}

static void expect_planted(struct world *world, const char *key, bool is_string)
{
    struct redis_value *value =
        is_string ? WORLD_RUN(world, "LRANGE", key, "0", "-1") : WORLD_RUN(world, "GET", key);
    const char *found = redis_text(is_string ? redis_item(value, 0) : value);
    if (strcmp(found, "planted") != 0 || redis_count(value) > 1)
        fail_msg("%s was of a wrong type and was overwritten", key);
    redis_value_free(&value);
}

/* One try; true when the command failed. */
static bool refuses(struct world *world, const struct redis_command *command, const char *key, bool is_string)
{
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    struct error error = {""};
    const char *suffix = key + strlen(world_key(""));
    plant(world, key, is_string);
    snapshot_digest(world, suffix, before);
    struct redis_value *value = redis_link_run(world->link, command, &error);
    bool refused = value == NULL;
    redis_value_free(&value);
    snapshot_digest(world, suffix, after);
    if (refused && strcmp(before, after) != 0)
        fail_msg("with %s of a wrong type something was written before: %s", key, error.text);
    if (refused && strstr(error.text, "WRONGTYPE") == NULL && strstr(error.text, "TAKEN") == NULL)
        fail_msg("with %s of a wrong type: %s", key, error.text);
    expect_planted(world, key, is_string);
    return refused;
}

int snapshot_refusals(struct world *world, const struct redis_command *command)
{
    struct snapshot *before = snapshot_take(world);
    struct redis_value *value = world_call(world, command);
    redis_value_free(&value);
    struct snapshot *after = snapshot_take(world);
    const struct snapshot *const both[] = {before, after};
    int refusals = 0;
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < redis_count(both[side]->names); i++) {
            const char *key = redis_text(redis_item(both[side]->names, i));
            if (strncmp(key, world_key(""), strlen(world_key(""))) != 0)
                continue;
            bool also_before = false;
            for (size_t j = 0; side == 1 && j < redis_count(before->names); j++)
                also_before = also_before || strcmp(key, redis_text(redis_item(before->names, j))) == 0;
            if (also_before)
                continue;
            snapshot_put_back(world, before);
            bool is_string = redis_text(both[side]->dumps[i])[0] == 0; /* a dump begins with the type */
            refusals += refuses(world, command, key, is_string) ? 1 : 0;
        }
    }
    snapshot_put_back(world, before);
    value = world_call(world, command);
    redis_value_free(&value);
    snapshot_free(&before);
    snapshot_free(&after);
    return refusals;
}

/* The words of a key's value, however deep. */
static bool value_mentions(const struct redis_value *value, const char *needle)
{
    if (memmem(redis_text(value), redis_text_bytes(value), needle, strlen(needle)) != NULL)
        return true;
    for (size_t i = 0; i < redis_count(value); i++) {
        if (value_mentions(redis_item(value, i), needle))
            return true;
    }
    return false;
}

static struct redis_value *whole_value(struct world *world, const char *key)
{
    struct redis_value *type = WORLD_RUN(world, "TYPE", key);
    const char *word = redis_word(type);
    struct redis_value *value = strcmp(word, "string") == 0 ? WORLD_RUN(world, "GET", key)
                                : strcmp(word, "hash") == 0 ? WORLD_RUN(world, "HGETALL", key)
                                : strcmp(word, "set") == 0  ? WORLD_RUN(world, "SMEMBERS", key)
                                : strcmp(word, "stream") == 0
                                    ? WORLD_RUN(world, "XRANGE", key, "-", "+")
                                    : WORLD_RUN(world, "ZRANGE", key, "0", "-1", "WITHSCORES");
    redis_value_free(&type);
    return value;
}

void snapshot_expect_no_mention(struct world *world, const char *needle, const char *const *prefixes)
{
    struct redis_value *names = key_names(world);
    for (size_t i = 0; i < redis_count(names); i++) {
        const char *key = redis_text(redis_item(names, i));
        bool allowed = false;
        for (size_t j = 0; prefixes[j] != NULL; j++) {
            const char *prefix = world_key(prefixes[j]);
            allowed = allowed || strncmp(key, prefix, strlen(prefix)) == 0;
        }
        if (allowed)
            continue;
        struct redis_value *value = whole_value(world, key);
        if (strstr(key, needle) != NULL || value_mentions(value, needle))
            fail_msg("%s still holds %s", key, needle);
        redis_value_free(&value);
    }
    redis_value_free(&names);
}
