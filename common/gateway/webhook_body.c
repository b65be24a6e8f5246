/* Bodies of webhooks and of gateways' answers. Forms are decoded by the rules of
 * application/x-www-form-urlencoded (WHATWG URL, 5.1) but strictly: a percent sign without two hex digits, an
 * overlong or broken character, a NUL or a second value of a name refuses the whole body. Never looks at what
 * the texts say. */
#include "gateway/webhook_body.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORM_PAIRS_MAX 128
#define ITEMS_MAX      1000 /* of an array that is looked through; nobody who is not hostile sends more */
#define NUMBER_MAX     9007199254740991.0 /* 2^53 - 1: beyond it a number of JSON has lost digits */
#define QUERY_PATH     "query:"

static bool form_parse(const char *bytes, size_t bytes_count, cJSON *pairs);
static bool form_pair(const char *pair, size_t bytes_count, cJSON *pairs);
static bool form_decode(const char *bytes, size_t bytes_count, struct text *decoded);
static int hex_value(char digit);

bool webhook_body_parse(enum body_format format, const char *bytes, size_t bytes_count,
                        struct webhook_body *body_out)
{
    struct error ignored;
    bool read = false;
    *body_out = (struct webhook_body){0};
    switch (format) {
    case BODY_JSON:
        body_out->tree = json_parse(bytes, bytes_count, &ignored);
        read = cJSON_IsObject(body_out->tree) || cJSON_IsArray(body_out->tree);
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

bool webhook_body_query(struct webhook_body *body, const char *query)
{
    body->query = cJSON_CreateObject();
    return body->query != NULL && form_parse(query, strlen(query), body->query);
}

void webhook_body_clear(struct webhook_body *body)
{
    cJSON_Delete(body->tree);
    cJSON_Delete(body->query);
    *body = (struct webhook_body){0};
}

/* --- paths --- */

/* Follows the path from the root; "[]" takes the item, or NULL. An answer for one message may be an object where that
 * for many is an array of such: the root's own "[]" leads to it all the same. */
static cJSON *path_follow(cJSON *root, const char *path, size_t item)
{
    char steps[PROFILE_NAME_SIZE];
    char *rest = NULL;
    cJSON *value = root;
    if (!text_copy(steps, sizeof steps, path))
        return NULL;
    for (char *step = strtok_r(steps, ".", &rest); step != NULL && value != NULL;
         step = strtok_r(NULL, ".", &rest)) {
        char *array = strstr(step, "[]");
        if (array != NULL)
            *array = '\0';
        if (step[0] != '\0')
            value = cJSON_IsObject(value) ? cJSON_GetObjectItemCaseSensitive(value, step) : NULL;
        if (array == NULL || (value == root && cJSON_IsObject(root) && item == 0))
            continue;
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, (int)item) : NULL;
    }
    return value;
}

bool webhook_body_items(const struct webhook_body *body, const char *path, size_t *count_out)
{
    char array[PROFILE_NAME_SIZE];
    profile_path_array(path, array);
    *count_out = 1;
    if (array[0] == '\0')
        return true;
    array[strlen(array) - 2] = '\0';
    if (array[0] == '\0' && cJSON_IsObject(body->tree))
        return true;
    const cJSON *value = path_follow(body->tree, array, 0);
    *count_out = cJSON_IsArray(value) ? (size_t)cJSON_GetArraySize(value) : 0;
    return cJSON_IsArray(value) && *count_out <= ITEMS_MAX;
}

/* A number gets the text that it was written as; its tree owns it from then on. */
static bool number_as_text(cJSON *value)
{
    struct text written = {0};
    bool whole =
        cJSON_IsBool(value) || (cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble) &&
                                fabs(value->valuedouble) <= NUMBER_MAX);
    if (whole && value->valuestring == NULL) {
        text_add(&written, "");
        if (cJSON_IsBool(value))
            text_add(&written, cJSON_IsTrue(value) ? "true" : "false");
        else
            text_addf(&written, "%.0f", value->valuedouble);
        value->valuestring = cJSON_malloc(written.bytes + 1);
        if (value->valuestring == NULL)
            abort(); /* memory is out */
        memcpy(value->valuestring, written.chars, written.bytes + 1);
        text_free(&written);
    }
    return whole;
}

enum webhook_member webhook_body_member(const struct webhook_body *body, const char *path, size_t item,
                                        const char **text_out)
{
    bool in_query = strncmp(path, QUERY_PATH, strlen(QUERY_PATH)) == 0;
    cJSON *root = in_query ? body->query : body->tree;
    const char *name = in_query ? path + strlen(QUERY_PATH) : path;
    cJSON *value = cJSON_GetObjectItemCaseSensitive(root, name);
    *text_out = "";
    if (value == NULL && root != NULL)
        value = path_follow(root, name, item);
    if (value == NULL || cJSON_IsNull(value))
        return MEMBER_ABSENT;
    if (!cJSON_IsString(value) && !number_as_text(value))
        return MEMBER_OTHER;
    *text_out = value->valuestring;
    return cJSON_IsString(value) ? MEMBER_TEXT : MEMBER_NUMBER;
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
