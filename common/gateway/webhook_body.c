/* Bodies of webhooks and of gateways' answers. Forms are decoded by the rules of
 * application/x-www-form-urlencoded (WHATWG URL, 5.1) but strictly: a percent sign without two hex digits, an
 * overlong or broken character, a NUL or a second value of a name refuses the whole body. Never looks at what
 * the texts say. */
#include "gateway/webhook_body.h"

#include <stdlib.h>
#include <string.h>

#define FORM_PAIRS_MAX 128

static bool form_parse(const char *bytes, size_t bytes_count, cJSON *pairs);
static bool form_pair(const char *pair, size_t bytes_count, cJSON *pairs);
static bool form_decode(const char *bytes, size_t bytes_count, struct text *decoded);
static int hex_value(char digit);

bool webhook_body_parse(enum body_format format, const char *bytes, size_t bytes_count,
                        struct webhook_body *body_out)
{
    struct error ignored;
    bool read = false;
    switch (format) {
    case BODY_JSON:
        body_out->tree = json_parse(bytes, bytes_count, &ignored);
        read = cJSON_IsObject(body_out->tree);
        break;
    case BODY_FORM:
    case BODY_QUERY:
        body_out->tree = cJSON_CreateObject();
        read = body_out->tree != NULL && form_parse(bytes, bytes_count, body_out->tree);
        break;
    }
    if (!read)
        webhook_body_clear(body_out);
    return read;
}

void webhook_body_clear(struct webhook_body *body)
{
    cJSON_Delete(body->tree);
    body->tree = NULL;
}

enum webhook_member webhook_body_member(const struct webhook_body *body, const char *path,
                                        const char **text_out)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(body->tree, path);
    char name[PROFILE_NAME_SIZE];
    *text_out = "";
    if (value == NULL && text_copy(name, sizeof name, path)) {
        char *rest = NULL;
        value = body->tree;
        for (char *step = strtok_r(name, ".", &rest); step != NULL && value != NULL;
             step = strtok_r(NULL, ".", &rest))
            value = cJSON_IsObject(value) ? cJSON_GetObjectItemCaseSensitive(value, step) : NULL;
    }
    if (value == NULL || cJSON_IsNull(value))
        return MEMBER_ABSENT;
    if (!cJSON_IsString(value))
        return MEMBER_OTHER;
    *text_out = value->valuestring;
    return MEMBER_TEXT;
}

/* --- forms --- */

static bool form_parse(const char *bytes, size_t bytes_count, cJSON *pairs)
{
    size_t at = 0;
    for (int count = 0; at < bytes_count; count++) {
        const char *ampersand = memchr(bytes + at, '&', bytes_count - at);
        size_t pair_bytes = ampersand == NULL ? bytes_count - at : (size_t)(ampersand - bytes) - at;
        if (count == FORM_PAIRS_MAX || !form_pair(bytes + at, pair_bytes, pairs))
            return false;
        at += pair_bytes + 1;
    }
    return true;
}

static bool form_pair(const char *pair, size_t bytes_count, cJSON *pairs)
{
    struct text name = {0}, value = {0};
    const char *equals = memchr(pair, '=', bytes_count);
    size_t name_bytes = equals == NULL ? bytes_count : (size_t)(equals - pair);
    bool read = equals != NULL && name_bytes > 0 && form_decode(pair, name_bytes, &name) &&
                form_decode(equals + 1, bytes_count - name_bytes - 1, &value) &&
                cJSON_GetObjectItemCaseSensitive(pairs, name.chars) == NULL;
    if (read && cJSON_AddStringToObject(pairs, name.chars, value.chars) == NULL)
        abort(); /* memory is out */
    text_free(&name);
    text_free(&value);
    return read;
}

static bool form_decode(const char *bytes, size_t bytes_count, struct text *decoded)
{
    text_add(decoded, "");
    for (size_t i = 0; i < bytes_count; i++) {
        char byte = bytes[i] == '+' ? ' ' : bytes[i];
        if (byte == '%') {
            int high = bytes_count - i > 2 ? hex_value(bytes[i + 1]) : -1;
            int low = bytes_count - i > 2 ? hex_value(bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (char)(unsigned char)(high * 16 + low);
            i += 2;
        }
        text_add_bytes(decoded, &byte, 1);
    }
    return text_is_utf8(decoded->chars, decoded->bytes);
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}
