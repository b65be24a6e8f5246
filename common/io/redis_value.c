/* Reading an answer of Redis. A redis_value is a hiredis reply under another name: it is never copied. Every
 * question has an answer for every kind, NULL too, so that callers check the shape once and then just read.
 */
#include "io/redis.h"

#include <hiredis/hiredis.h>
#include <string.h>

static const redisReply *reply_of(const struct redis_value *value)
{
    return (const redisReply *)(const void *)value;
}

static bool has_text(const redisReply *reply)
{
    return reply != NULL && reply->str != NULL &&
           (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS ||
            reply->type == REDIS_REPLY_ERROR);
}

enum redis_kind redis_kind(const struct redis_value *value)
{
    const redisReply *reply = reply_of(value);
    if (reply == NULL)
        return REDIS_NIL;
    switch (reply->type) {
    case REDIS_REPLY_INTEGER:
        return REDIS_INT;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        return REDIS_TEXT;
    case REDIS_REPLY_ARRAY:
        return REDIS_ARRAY;
    case REDIS_REPLY_ERROR:
        return REDIS_ERROR;
    default:
        return REDIS_NIL;
    }
}

int64_t redis_int(const struct redis_value *value)
{
    const redisReply *reply = reply_of(value);
    int64_t number = 0;
    if (redis_kind(value) == REDIS_INT)
        return reply->integer;
    if (redis_kind(value) == REDIS_TEXT && text_to_int(reply->str, INT64_MIN, INT64_MAX, &number))
        return number;
    return 0;
}

const char *redis_text(const struct redis_value *value)
{
    const redisReply *reply = reply_of(value);
    return has_text(reply) ? reply->str : "";
}

size_t redis_text_bytes(const struct redis_value *value)
{
    const redisReply *reply = reply_of(value);
    return has_text(reply) ? reply->len : 0;
}

size_t redis_count(const struct redis_value *value)
{
    return redis_kind(value) == REDIS_ARRAY ? reply_of(value)->elements : 0;
}

const struct redis_value *redis_item(const struct redis_value *value, size_t index)
{
    if (index >= redis_count(value))
        return NULL;
    return (const struct redis_value *)(const void *)reply_of(value)->element[index];
}

const char *redis_word(const struct redis_value *value)
{
    if (redis_kind(value) == REDIS_ARRAY)
        value = redis_item(value, 0);
    return redis_kind(value) == REDIS_TEXT ? redis_text(value) : "";
}

bool redis_is_away(const struct redis_value *value)
{
    static const char *const words[] = {"LOADING",  "BUSY",        "OOM",      "MISCONF",   "NOREPLICAS",
                                        "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN"};
    const char *text = redis_text(value);
    size_t chars = strcspn(text, " ");
    if (value == NULL)
        return true;
    for (size_t i = 0; redis_kind(value) == REDIS_ERROR && i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == chars && strncmp(text, words[i], chars) == 0)
            return true;
    }
    return false;
}

void redis_value_free(struct redis_value **value)
{
    freeReplyObject(*value);
    *value = NULL;
}
