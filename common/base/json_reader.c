/* Reading of definition files: members are asked for in turn, the first problem is kept with its path, and
 * what nobody asked for is refused at the end. Promises defaults after a problem, so that callers check once.
 * Never copies: strings and children belong to the tree, and a reader must outlive the readers made from it.
 */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MEMBERS_MAX (8 * sizeof(((struct json_reader *)0)->asked))

static const cJSON *member_find(struct json_reader *reader, const char *name);
static const cJSON *member_required(struct json_reader *reader, const char *name);
static const cJSON *item_find(struct json_reader *array, size_t index, struct json_reader *place_out);
static void reader_child(struct json_reader *parent, const char *name, struct json_reader *child_out);
static bool reader_is_object(struct json_reader *reader);
static void reader_path(const struct json_reader *reader, struct text *path);
static void text_add_visible(struct text *text, const char *chars);
static const char *string_of(const cJSON *value, struct json_reader *place, const char *member,
                             size_t bytes_min, size_t bytes_max);
static int64_t int_of(const cJSON *value, struct json_reader *place, const char *member, int64_t low,
                      int64_t high);
static void asked_mark(struct json_reader *reader, size_t index);

void json_reader_root(struct json_reader *reader, const cJSON *value, struct error *error)
{
    *reader = (struct json_reader){.value = value, .error = error};
    reader->failed = &reader->failed_storage;
}

const char *json_string(struct json_reader *reader, const char *name, size_t bytes_min, size_t bytes_max)
{
    return string_of(member_required(reader, name), reader, name, bytes_min, bytes_max);
}

const char *json_string_or(struct json_reader *reader, const char *name, size_t bytes_max,
                           const char *otherwise)
{
    const cJSON *value = member_find(reader, name);
    return value == NULL ? otherwise : string_of(value, reader, name, 0, bytes_max);
}

int64_t json_int(struct json_reader *reader, const char *name, int64_t low, int64_t high)
{
    return int_of(member_required(reader, name), reader, name, low, high);
}

int64_t json_int_or(struct json_reader *reader, const char *name, int64_t low, int64_t high,
                    int64_t otherwise)
{
    const cJSON *value = member_find(reader, name);
    return value == NULL ? otherwise : int_of(value, reader, name, low, high);
}

double json_number(struct json_reader *reader, const char *name, double low, double high)
{
    const cJSON *value = member_required(reader, name);
    if (value == NULL)
        return low;
    if (cJSON_IsNumber(value) && value->valuedouble >= low && value->valuedouble <= high)
        return value->valuedouble;
    json_problem(reader, name, "expected a number in %g..%g", low, high);
    return low;
}

bool json_bool_or(struct json_reader *reader, const char *name, bool otherwise)
{
    const cJSON *value = member_find(reader, name);
    if (value == NULL)
        return otherwise;
    if (!cJSON_IsBool(value))
        json_problem(reader, name, "expected true or false");
    return cJSON_IsTrue(value);
}

bool json_has(const struct json_reader *reader, const char *name)
{
    return cJSON_IsObject(reader->value) && cJSON_GetObjectItemCaseSensitive(reader->value, name) != NULL;
}

void json_object(struct json_reader *reader, const char *name, struct json_reader *child_out)
{
    const cJSON *value = member_required(reader, name);
    reader_child(reader, name, child_out);
    if (value != NULL && !cJSON_IsObject(value))
        json_problem(reader, name, "expected an object");
    else
        child_out->value = value;
}

void json_array(struct json_reader *reader, const char *name, size_t count_min, size_t count_max,
                struct json_reader *child_out, size_t *count_out)
{
    const cJSON *value = member_required(reader, name);
    reader_child(reader, name, child_out);
    *count_out = 0;
    if (value == NULL)
        return;
    size_t count = (size_t)cJSON_GetArraySize(value);
    if (!cJSON_IsArray(value) || count < count_min || count > count_max) {
        json_problem(reader, name, "expected an array of %zu..%zu items", count_min, count_max);
        return;
    }
    child_out->value = value;
    *count_out = count;
}

void json_item_object(struct json_reader *array, size_t index, struct json_reader *child_out)
{
    const cJSON *value = item_find(array, index, child_out);
    if (value != NULL && !cJSON_IsObject(value))
        json_problem(child_out, NULL, "expected an object");
    else
        child_out->value = value;
}

const char *json_item_string(struct json_reader *array, size_t index, size_t bytes_min, size_t bytes_max)
{
    struct json_reader place;
    const cJSON *value = item_find(array, index, &place);
    return string_of(value, &place, NULL, bytes_min, bytes_max);
}

int64_t json_item_int(struct json_reader *array, size_t index, int64_t low, int64_t high)
{
    struct json_reader place;
    const cJSON *value = item_find(array, index, &place);
    return int_of(value, &place, NULL, low, high);
}

const char *json_member_name(struct json_reader *reader, size_t index)
{
    if (!reader_is_object(reader))
        return NULL;
    const cJSON *child = reader->value->child;
    for (size_t i = 0; i < index && child != NULL; i++)
        child = child->next;
    if (child == NULL)
        return NULL;
    asked_mark(reader, index);
    return child->string;
}

bool json_child(struct json_reader *reader, size_t index, struct json_reader *child_out)
{
    const cJSON *child = reader->value == NULL ? NULL : reader->value->child;
    for (size_t i = 0; i < index && child != NULL; i++)
        child = child->next;
    if (child == NULL)
        return false;
    reader_child(reader, cJSON_IsObject(reader->value) ? child->string : NULL, child_out);
    child_out->index = (int)index;
    child_out->value = child;
    asked_mark(reader, index);
    return true;
}

bool json_problem(struct json_reader *reader, const char *member, const char *format, ...)
{
    if (*reader->failed)
        return false;
    *reader->failed = true;
    char sentence[sizeof(reader->error->text)];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    struct text path = {0}, problem = {0};
    reader_path(reader, &path);
    if (member != NULL)
        text_addf(&path, "%s%s", path.bytes > 0 ? "." : "", member);
    text_add_visible(&problem, path.bytes > 0 ? path.chars : "top level");
    text_add(&problem, ": ");
    text_add_visible(&problem, sentence);
    error_set(reader->error, "%s", problem.chars);
    text_free(&path);
    text_free(&problem);
    return false;
}

bool json_finish(struct json_reader *reader)
{
    size_t index = 0;
    const cJSON *child = NULL;
    if (!reader_is_object(reader))
        return false;
    cJSON_ArrayForEach(child, reader->value)
    {
        bool asked = index < MEMBERS_MAX && (reader->asked[index / 8] & (1U << (index % 8))) != 0;
        if (!asked && strcmp(child->string, "comment") != 0)
            json_problem(reader, child->string, "unknown member");
        index++;
    }
    return !*reader->failed;
}

/* The member, marked as asked for; NULL when it is missing or the reader is empty. */
static const cJSON *member_find(struct json_reader *reader, const char *name)
{
    size_t index = 0;
    const cJSON *child = NULL;
    if (!reader_is_object(reader))
        return NULL;
    cJSON_ArrayForEach(child, reader->value)
    {
        if (strcmp(child->string, name) == 0) {
            asked_mark(reader, index);
            return child;
        }
        index++;
    }
    return NULL;
}

static const cJSON *member_required(struct json_reader *reader, const char *name)
{
    const cJSON *value = member_find(reader, name);
    if (value == NULL)
        json_problem(reader, name, "missing");
    return value;
}

/* The item, or NULL; place_out is an empty reader that names it. */
static const cJSON *item_find(struct json_reader *array, size_t index, struct json_reader *place_out)
{
    reader_child(array, NULL, place_out);
    place_out->index = (int)index;
    const cJSON *value = cJSON_IsArray(array->value) ? cJSON_GetArrayItem(array->value, (int)index) : NULL;
    if (value == NULL)
        json_problem(place_out, NULL, "missing");
    return value;
}

static void reader_child(struct json_reader *parent, const char *name, struct json_reader *child_out)
{
    *child_out = (struct json_reader){
        .parent = parent, .name = name, .error = parent->error, .failed = parent->failed};
}

/* An empty reader is not one either; its problem was kept when it was made. */
static bool reader_is_object(struct json_reader *reader)
{
    return cJSON_IsObject(reader->value) || json_problem(reader, NULL, "expected an object");
}

/* Appends "questions[0].coding"; the root adds nothing. */
static void reader_path(const struct json_reader *reader, struct text *path)
{
    if (reader->parent == NULL)
        return;
    reader_path(reader->parent, path);
    if (reader->name == NULL)
        text_addf(path, "[%d]", reader->index);
    else
        text_addf(path, "%s%s", path->bytes > 0 ? "." : "", reader->name);
}

/* Control characters (C0, DEL and C1) as JSON writes them: what a file holds must not steer a terminal. */
static void text_add_visible(struct text *text, const char *chars)
{
    for (const unsigned char *c = (const unsigned char *)chars; *c != '\0'; c++) {
        bool is_c1 = c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0;
        if (*c < 0x20 || *c == 0x7F || is_c1)
            text_addf(text, "\\u%04x", is_c1 ? *++c : *c);
        else
            text_add_bytes(text, c, 1);
    }
}

/* A value of NULL was reported before. */
static const char *string_of(const cJSON *value, struct json_reader *place, const char *member,
                             size_t bytes_min, size_t bytes_max)
{
    if (value == NULL)
        return "";
    size_t bytes = cJSON_IsString(value) ? strlen(value->valuestring) : 0;
    if (cJSON_IsString(value) && bytes >= bytes_min && bytes <= bytes_max)
        return value->valuestring;
    json_problem(place, member, "expected a string of %zu..%zu bytes", bytes_min, bytes_max);
    return "";
}

static int64_t int_of(const cJSON *value, struct json_reader *place, const char *member, int64_t low,
                      int64_t high)
{
    if (value == NULL)
        return low;
    double number = cJSON_IsNumber(value) ? value->valuedouble : NAN;
    if (number == floor(number) && number >= (double)low && number <= (double)high)
        return (int64_t)number;
    json_problem(place, member, "expected a whole number in %" PRId64 "..%" PRId64, low, high);
    return low;
}

static void asked_mark(struct json_reader *reader, size_t index)
{
    if (index < MEMBERS_MAX)
        reader->asked[index / 8] = (unsigned char)(reader->asked[index / 8] | 1U << (index % 8));
}
