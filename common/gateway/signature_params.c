/* Reads values strictly: what a signature is made over must be read in one way only. */
#include "gateway/signature_params.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static bool pair_add(const char *pair, size_t bytes_count, struct signature_params *params);
static bool part_decode(const char *bytes, size_t bytes_count, char **decoded_out);
static int hex_value(char digit);

/* --- forms --- */

bool params_read_form(const char *bytes, size_t bytes_count, struct signature_params *params)
{
    size_t at = 0;
    while (at < bytes_count) {
        const char *ampersand = memchr(bytes + at, '&', bytes_count - at);
        size_t pair_bytes = ampersand == NULL ? bytes_count - at : (size_t)(ampersand - bytes) - at;
        if (!pair_add(bytes + at, pair_bytes, params))
            return false;
        at += pair_bytes + 1;
    }
    return true;
}

static bool pair_add(const char *pair, size_t bytes_count, struct signature_params *params)
{
    const char *equals = memchr(pair, '=', bytes_count);
    if (equals == NULL || equals == pair || params->count == SIGNATURE_PARAMS_MAX)
        return false;
    struct signature_param *param = &params->items[params->count++];
    size_t name_bytes = (size_t)(equals - pair);
    return part_decode(pair, name_bytes, &param->name) &&
           part_decode(equals + 1, bytes_count - name_bytes - 1, &param->value);
}

static bool part_decode(const char *bytes, size_t bytes_count, char **decoded_out)
{
    struct text decoded = {0};
    bool whole = true;
    text_add(&decoded, "");
    for (size_t i = 0; i < bytes_count && whole; i++) {
        char byte = bytes[i] == '+' ? ' ' : bytes[i];
        if (byte == '%') {
            int high = bytes_count - i > 2 ? hex_value(bytes[i + 1]) : -1;
            int low = bytes_count - i > 2 ? hex_value(bytes[i + 2]) : -1;
            whole = high >= 0 && low >= 0;
            byte = whole ? (char)(unsigned char)(high * 16 + low) : '\0';
            i += 2;
        }
        whole = whole && byte != '\0';
        text_add_bytes(&decoded, &byte, 1);
    }
    *decoded_out = decoded.chars;
    return whole;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* --- JSON --- */

static bool member_add(const cJSON *member, struct signature_params *params)
{
    char number[32];
    const char *value = member->valuestring;
    if (cJSON_IsNull(member))
        return true;
    if (cJSON_IsBool(member)) {
        value = cJSON_IsTrue(member) ? "true" : "false";
    } else if (cJSON_IsNumber(member)) {
        int64_t whole = (int64_t)member->valuedouble; /* the parser keeps to 2^53 */
        if ((double)whole < member->valuedouble || (double)whole > member->valuedouble)
            return false;
        snprintf(number, sizeof number, "%" PRId64, whole);
        value = number;
    } else if (!cJSON_IsString(member)) {
        return false;
    }
    if (params->count == SIGNATURE_PARAMS_MAX)
        return false;
    params->items[params->count++] =
        (struct signature_param){.name = memory_text(member->string), .value = memory_text(value)};
    return true;
}

bool params_read_json(const char *bytes, size_t bytes_count, struct signature_params *params)
{
    struct error error;
    cJSON *tree = json_parse(bytes, bytes_count, &error);
    bool read = cJSON_IsObject(tree);
    for (const cJSON *member = read ? tree->child : NULL; member != NULL && read; member = member->next)
        read = member_add(member, params);
    cJSON_Delete(tree);
    return read;
}

/* --- both --- */

void params_clear(struct signature_params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->items[i].name);
        free(params->items[i].value);
    }
    params->count = 0;
}

static int param_compare(const void *a, const void *b)
{
    const struct signature_param *left = a, *right = b;
    int by_name = strcmp(left->name, right->name);
    return by_name != 0 ? by_name : strcmp(left->value, right->value);
}

void params_sort(struct signature_params *params)
{
    qsort(params->items, params->count, sizeof params->items[0], param_compare);
}

const char *params_value(const struct signature_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return params->items[i].value;
    return NULL;
}
