/* The one door to JSON. Parsing refuses what cJSON lets through: duplicate members, anything after the value,
 * invalid UTF-8, NUL in strings, numbers beyond 2^53, depth over 32; every refusal names path and position.
 *
 * Reading a definition file: wrap the root in a json_reader, ask for members in turn, finish. The reader
 * keeps the FIRST problem with its path ("questions[0].coding.positive: expected an array of numbers"), later
 * calls return defaults, so that the caller checks once. json_finish refuses members nobody asked for (except
 * "comment"). */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/* Returns an owned tree (cJSON_Delete), or NULL with the error set ("line 3, column 14: …"). */
cJSON *json_parse(const char *bytes, size_t bytes_count, struct error *error) MUST_CHECK;

/* Reads and parses a file of at most 1 MiB; the error names the file. */
cJSON *json_read_file(const char *path, struct error *error) MUST_CHECK;

/* Appends compact JSON of the value. */
void json_print(const cJSON *value, struct text *text);

/* Appends a JSON string literal with quotes. */
void json_add_string(struct text *text, const char *chars);

struct json_reader {
    const cJSON *value;
    struct json_reader *parent;
    const char *name;        /* member name, or NULL for an array item */
    int index;               /* array index when name is NULL */
    unsigned char asked[64]; /* bit set per child index: objects of at most 512 members */
    struct error *error;     /* shared by all readers of a file */
    bool *failed;            /* shared */
    bool failed_storage;     /* used by the root */
};

void json_reader_root(struct json_reader *reader, const cJSON *value, struct error *error);

/* Member access. Required ones report a missing member. Strings are borrowed from the tree; "" on failure. */
const char *json_string(struct json_reader *reader, const char *name, size_t bytes_min, size_t bytes_max);
const char *json_string_or(struct json_reader *reader, const char *name, size_t bytes_max,
                           const char *otherwise);
int64_t json_int(struct json_reader *reader, const char *name, int64_t low, int64_t high);
int64_t json_int_or(struct json_reader *reader, const char *name, int64_t low, int64_t high,
                    int64_t otherwise);
double json_number(struct json_reader *reader, const char *name, double low, double high);
bool json_bool_or(struct json_reader *reader, const char *name, bool otherwise);
bool json_has(const struct json_reader *reader, const char *name);

/* Object and array members become readers of their own; on a missing or wrong one the reader is empty and the
 * problem is kept. count is the number of items. */
void json_object(struct json_reader *reader, const char *name, struct json_reader *child_out);
void json_array(struct json_reader *reader, const char *name, size_t count_min, size_t count_max,
                struct json_reader *child_out, size_t *count_out);
void json_item_object(struct json_reader *array, size_t index, struct json_reader *child_out);
const char *json_item_string(struct json_reader *array, size_t index, size_t bytes_min, size_t bytes_max);
int64_t json_item_int(struct json_reader *array, size_t index, int64_t low, int64_t high);

/* For objects used as maps: the i-th member's name (marks it as asked); NULL past the end. */
const char *json_member_name(struct json_reader *reader, size_t index);

/* For trees of any shape: the i-th member or item, whatever it is, as a reader of its own (marks it as asked); false
 * past the end, or when the value has none. */
bool json_child(struct json_reader *reader, size_t index, struct json_reader *child_out);

/* Keeps a problem of the caller's own at this reader's path (member may be NULL); returns false. */
bool json_problem(struct json_reader *reader, const char *member, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuses unknown members of this object; true when no problem was kept so far anywhere in the file. */
bool json_finish(struct json_reader *reader);

#endif
