/* Parsing of JSON. The text is first walked by a strict scanner that knows the position of every
 * fault; only what passes reaches cJSON, which would let through duplicates, trailing bytes, NUL and rounded
 * integers. Never quotes the text in an error: it may be a person's. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "base/file.h"

#define JSON_DEPTH_MAX        32
#define JSON_MEMBERS_MAX      512 /* of one object; the reader's bits and the search for duplicates rely on it */
#define JSON_NUMBER_CHARS_MAX 60 /* cJSON cuts at 63 */
#define JSON_NUMBER_MAX       (INT64_C(1) << 53)
#define JSON_FILE_BYTES_MAX   (1024 * 1024)

struct scan {
    const char *bytes;
    size_t bytes_count;
    size_t at;
    struct error *error;
};

static bool scan_value(struct scan *scan, size_t depth);
static bool scan_object(struct scan *scan, size_t depth);
static bool scan_members(struct scan *scan, size_t depth, cJSON *names);
static bool scan_array(struct scan *scan, size_t depth);
static bool scan_string(struct scan *scan);
static bool scan_escape(struct scan *scan);
static bool scan_hex(struct scan *scan, unsigned *code_out);
static bool scan_number(struct scan *scan);
static bool scan_digits(struct scan *scan);
static bool scan_word(struct scan *scan, const char *word);
static void scan_space(struct scan *scan);
static bool scan_take(struct scan *scan, char wanted);
static bool scan_refuse(struct scan *scan, const char *sentence);
static bool names_add(cJSON *names, const char *literal, size_t bytes_count);

cJSON *json_parse(const char *bytes, size_t bytes_count, struct error *error)
{
    struct scan scan = {.bytes = bytes, .bytes_count = bytes_count, .error = error};
    /* The first ill-formed byte. */
    const uint8_t *fault = bytes_count > 0 ? u8_check((const uint8_t *)bytes, bytes_count) : NULL;
    if (fault != NULL) {
        scan.at = (size_t)((const char *)fault - bytes);
        scan_refuse(&scan, "not UTF-8");
        return NULL;
    }
    if (!scan_value(&scan, 0))
        return NULL;
    scan_space(&scan);
    if (scan.at < scan.bytes_count) {
        scan_refuse(&scan, "nothing may follow the value");
        return NULL;
    }
    cJSON *value = cJSON_ParseWithLengthOpts(bytes, bytes_count, NULL, false);
    if (value == NULL)
        error_set(error, "line 1, column 1: the value cannot be held in memory");
    return value;
}

cJSON *json_read_file(const char *path, struct error *error)
{
    struct text content = {0};
    cJSON *value = NULL;
    if (file_read(path, JSON_FILE_BYTES_MAX, &content, error)) {
        value = json_parse(content.chars, content.bytes, error);
        if (value == NULL)
            error_prefix(error, "%s", path);
    }
    text_free(&content);
    return value;
}

/* `depth` is the number of arrays and objects around the value. */
static bool scan_value(struct scan *scan, size_t depth)
{
    scan_space(scan);
    char first = scan->at < scan->bytes_count ? scan->bytes[scan->at] : '\0';
    if ((first == '{' || first == '[') && depth == JSON_DEPTH_MAX)
        return scan_refuse(scan, "nested deeper than 32");
    switch (first) {
    case '{':
        return scan_object(scan, depth + 1);
    case '[':
        return scan_array(scan, depth + 1);
    case '"':
        return scan_string(scan);
    case 't':
        return scan_word(scan, "true");
    case 'f':
        return scan_word(scan, "false");
    case 'n':
        return scan_word(scan, "null");
    default:
        return scan_number(scan);
    }
}

static bool scan_object(struct scan *scan, size_t depth)
{
    cJSON *names = cJSON_CreateArray();
    scan->at++;
    bool done = scan_members(scan, depth, names);
    cJSON_Delete(names);
    return done;
}

static bool scan_members(struct scan *scan, size_t depth, cJSON *names)
{
    scan_space(scan);
    if (scan_take(scan, '}'))
        return true;
    for (size_t count = 1;; count++) {
        scan_space(scan);
        size_t start = scan->at;
        if (start >= scan->bytes_count || scan->bytes[start] != '"')
            return scan_refuse(scan, "expected a member name in double quotes");
        if (count > JSON_MEMBERS_MAX)
            return scan_refuse(scan, "an object of more than 512 members");
        if (!scan_string(scan))
            return false;
        if (!names_add(names, scan->bytes + start, scan->at - start)) {
            scan->at = start;
            return scan_refuse(scan, "this member was given before");
        }
        scan_space(scan);
        if (!scan_take(scan, ':'))
            return scan_refuse(scan, "expected ':'");
        if (!scan_value(scan, depth))
            return false;
        scan_space(scan);
        if (scan_take(scan, '}'))
            return true;
        if (!scan_take(scan, ','))
            return scan_refuse(scan, "expected ',' or '}'");
    }
}

static bool scan_array(struct scan *scan, size_t depth)
{
    scan->at++;
    scan_space(scan);
    if (scan_take(scan, ']'))
        return true;
    for (;;) {
        if (!scan_value(scan, depth))
            return false;
        scan_space(scan);
        if (scan_take(scan, ']'))
            return true;
        if (!scan_take(scan, ','))
            return scan_refuse(scan, "expected ',' or ']'");
    }
}

static bool scan_string(struct scan *scan)
{
    scan->at++;
    while (scan->at < scan->bytes_count) {
        unsigned char byte = (unsigned char)scan->bytes[scan->at];
        if (byte < 0x20)
            return scan_refuse(scan, "a control character in a string; write it as an escape");
        if (byte == '\\') {
            if (!scan_escape(scan))
                return false;
            continue;
        }
        scan->at++;
        if (byte == '"')
            return true;
    }
    return scan_refuse(scan, "the string does not end");
}

static bool scan_escape(struct scan *scan)
{
    static const char simple[] = {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'};
    size_t start = scan->at++;
    char letter = scan->at < scan->bytes_count ? scan->bytes[scan->at] : '\0';
    if (memchr(simple, letter, sizeof(simple)) != NULL) {
        scan->at++;
        return true;
    }
    unsigned code = 0;
    unsigned low = 0;
    scan->at = start;
    if (!scan_hex(scan, &code)) {
        scan->at = start;
        return scan_refuse(scan, "not an escape of JSON");
    }
    bool paired = code < 0xD800 || code > 0xDFFF ||
                  (code < 0xDC00 && scan_hex(scan, &low) && low >= 0xDC00 && low <= 0xDFFF);
    if (code != 0 && paired)
        return true;
    scan->at = start;
    return scan_refuse(scan, code == 0 ? "\\u0000 is not allowed" : "half of a surrogate pair");
}

/* Takes one \uXXXX; on failure the place is unspecified. */
static bool scan_hex(struct scan *scan, unsigned *code_out)
{
    unsigned code = 0;
    if (!scan_take(scan, '\\') || !scan_take(scan, 'u') || scan->bytes_count - scan->at < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
        const char *digit = memchr(digits, scan->bytes[scan->at], sizeof(digits) - 1);
        if (digit == NULL)
            return false;
        code = code * 16 + (unsigned)(digit - digits) / 2;
        scan->at++;
    }
    *code_out = code;
    return true;
}

static bool scan_number(struct scan *scan)
{
    size_t start = scan->at;
    bool whole = true;
    scan_take(scan, '-');
    bool formed = scan_take(scan, '0') || scan_digits(scan);
    if (formed && scan_take(scan, '.')) {
        whole = false;
        formed = scan_digits(scan);
    }
    if (formed && (scan_take(scan, 'e') || scan_take(scan, 'E'))) {
        whole = false;
        if (!scan_take(scan, '+'))
            scan_take(scan, '-');
        formed = scan_digits(scan);
    }
    char literal[JSON_NUMBER_CHARS_MAX + 1] = "";
    size_t chars = scan->at - start;
    if (formed && chars <= JSON_NUMBER_CHARS_MAX)
        memcpy(literal, scan->bytes + start, chars);
    scan->at = start;
    if (!formed)
        return scan_refuse(scan, chars == 0 ? "expected a value" : "not a number of JSON");
    if (chars > JSON_NUMBER_CHARS_MAX)
        return scan_refuse(scan, "a number of more than 60 characters");
    int64_t integer = 0;
    bool fits = whole ? text_to_int(literal, -JSON_NUMBER_MAX, JSON_NUMBER_MAX, &integer)
                      : fabs(strtod(literal, NULL)) <= (double)JSON_NUMBER_MAX;
    if (!fits)
        return scan_refuse(scan, "a number beyond 2^53; write long ids as strings");
    scan->at += chars;
    return true;
}

static bool scan_digits(struct scan *scan)
{
    size_t start = scan->at;
    while (scan->at < scan->bytes_count && scan->bytes[scan->at] >= '0' && scan->bytes[scan->at] <= '9')
        scan->at++;
    return scan->at > start;
}

static bool scan_word(struct scan *scan, const char *word)
{
    size_t bytes = strlen(word);
    if (scan->bytes_count - scan->at < bytes || memcmp(scan->bytes + scan->at, word, bytes) != 0)
        return scan_refuse(scan, "expected a value");
    scan->at += bytes;
    return true;
}

static void scan_space(struct scan *scan)
{
    static const char space[] = {' ', '\t', '\n', '\r'};
    while (scan->at < scan->bytes_count && memchr(space, scan->bytes[scan->at], sizeof(space)) != NULL)
        scan->at++;
}

static bool scan_take(struct scan *scan, char wanted)
{
    if (scan->at >= scan->bytes_count || scan->bytes[scan->at] != wanted)
        return false;
    scan->at++;
    return true;
}

/* Says where the scanner stands: lines and columns from 1, columns in characters. */
static bool scan_refuse(struct scan *scan, const char *sentence)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < scan->at; i++) {
        unsigned char byte = (unsigned char)scan->bytes[i];
        if (byte == '\n') {
            line++;
            column = 1;
        } else if ((byte & 0xC0U) != 0x80U) {
            column++;
        }
    }
    return error_set(scan->error, "line %zu, column %zu: %s", line, column, sentence);
}

/* False when a name that reads the same (escapes resolved) is there already. */
static bool names_add(cJSON *names, const char *literal, size_t bytes_count)
{
    cJSON *name = cJSON_ParseWithLength(literal, bytes_count);
    if (name == NULL || names == NULL)
        abort(); /* memory is out: the literal was scanned */
    const cJSON *earlier = NULL;
    cJSON_ArrayForEach(earlier, names)
    {
        if (strcmp(earlier->valuestring, name->valuestring) == 0) {
            cJSON_Delete(name);
            return false;
        }
    }
    cJSON_AddItemToArray(names, name);
    return true;
}
