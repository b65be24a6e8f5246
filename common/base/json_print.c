/* Printing of JSON, compact. Not cJSON's printer: it writes whole numbers from 10^15 on with 15 digits, and
 * is content when that is nearly the number. Promises that what is printed parses to the same value. */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WHOLE_MAX 9007199254740992.0 /* 2^53: every whole number up to here is itself in a double */

static void print_items(const cJSON *value, struct text *text);
static void print_number(double number, struct text *text);

void json_print(const cJSON *value, struct text *text)
{
    if (cJSON_IsString(value))
        json_add_string(text, value->valuestring);
    else if (cJSON_IsNumber(value))
        print_number(value->valuedouble, text);
    else if (cJSON_IsObject(value) || cJSON_IsArray(value))
        print_items(value, text);
    else if (cJSON_IsRaw(value))
        text_add(text, value->valuestring);
    else if (cJSON_IsBool(value))
        text_add(text, cJSON_IsTrue(value) ? "true" : "false");
    else
        text_add(text, "null");
}

void json_add_string(struct text *text, const char *chars)
{
    text_add(text, "\"");
    for (const char *at = chars; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\')
            text_addf(text, "\\%c", *at);
        else if (byte < 0x20)
            text_addf(text, "\\u%04x", (unsigned)byte);
        else
            text_add_bytes(text, at, 1);
    }
    text_add(text, "\"");
}

static void print_items(const cJSON *value, struct text *text)
{
    bool object = cJSON_IsObject(value);
    const cJSON *item = NULL;
    text_add(text, object ? "{" : "[");
    cJSON_ArrayForEach(item, value)
    {
        if (item != value->child)
            text_add(text, ",");
        if (object) {
            json_add_string(text, item->string);
            text_add(text, ":");
        }
        json_print(item, text);
    }
    text_add(text, object ? "}" : "]");
}

/* Whole numbers as such, others with as few digits as give them back; JSON has no word for what is not
 * finite. */
static void print_number(double number, struct text *text)
{
    char digits[32];
    if (!isfinite(number)) {
        text_add(text, "null");
        return;
    }
    if (number == floor(number) && fabs(number) <= WHOLE_MAX) {
        text_addf(text, "%" PRId64, (int64_t)number);
        return;
    }
    (void)snprintf(digits, sizeof(digits), "%.15g", number);
    if (strtod(digits, NULL) != number)
        (void)snprintf(digits, sizeof(digits), "%.17g", number);
    text_add(text, digits);
}
