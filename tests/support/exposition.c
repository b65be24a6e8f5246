/* Line by line, from the front. */
#include "support/exposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define NAME_FIRST "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:"
#define NAME_REST  NAME_FIRST "0123456789"

struct reading {
    struct exposition *exposition;
    const char *family, *type; /* of the lines that follow */
    const char *help;          /* HELP was the line before, of this family */
    const char *line;
    double bucket; /* of the histogram's series being read: its last bucket, -1 = none yet */
    bool infinite; /* that one was +Inf */
};

static void read_comment(struct reading *reading, char *line);
static void read_series(struct reading *reading, char *line);

static _Noreturn void refuse(const struct reading *reading, const char *why)
{
    fail_msg("/metrics: %s: %s", why, reading->line);
    abort(); /* not reached: the test has ended */
}

void exposition_free(struct exposition *exposition)
{
    free(exposition->lines);
    exposition->lines = NULL;
    exposition->series_count = exposition->families_count = 0;
}

void exposition_read(struct exposition *exposition, const char *body)
{
    struct reading reading = {.exposition = exposition, .family = "", .type = "", .bucket = -1};
    exposition_free(exposition);
    exposition->lines = memory_text(body);
    for (char *line = exposition->lines, *next; *line != '\0'; line = next) {
        next = strchr(line, '\n');
        reading.line = line;
        if (next == NULL) {
            refuse(&reading, "the last line does not end");
            return;
        }
        *next++ = '\0';
        if (line[0] == '#')
            read_comment(&reading, line);
        else
            read_series(&reading, line);
    }
    if (reading.help != NULL || reading.bucket >= 0)
        refuse(&reading, "ends too early");
}

/* Cuts a name off the front; what is behind it, which begins with one of `ends`, loses its first character. */
static char *cut_name(struct reading *reading, char *line, const char *ends, char *end_out)
{
    size_t chars = strspn(line, NAME_REST);
    if (chars == 0 || strchr(NAME_FIRST, line[0]) == NULL || line[chars] == '\0' ||
        strchr(ends, line[chars]) == NULL)
        refuse(reading, "no name where one must be");
    *end_out = line[chars];
    line[chars] = '\0';
    return line + chars + 1;
}

static void read_comment(struct reading *reading, char *line)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    struct exposition *exposition = reading->exposition;
    bool is_help = strncmp(line, "# HELP ", 7) == 0;
    char *name = line + 7, end;
    if (!is_help && strncmp(line, "# TYPE ", 7) != 0)
        refuse(reading, "neither HELP nor TYPE");
    char *rest = cut_name(reading, name, " ", &end);
    if (is_help) {
        for (size_t i = 0; i < exposition->families_count; i++) {
            if (strcmp(exposition->families[i], name) == 0)
                refuse(reading, "a family twice");
        }
        if (reading->help != NULL || reading->bucket >= 0 || rest[0] == '\0' ||
            exposition->families_count == EXPOSITION_FAMILIES_MAX)
            refuse(reading, "HELP where it cannot be, or empty");
        exposition->families[exposition->families_count++] = reading->help = name;
        return;
    }
    size_t type = 0;
    while (type < sizeof types / sizeof types[0] && strcmp(types[type], rest) != 0)
        type++;
    if (reading->help == NULL || strcmp(reading->help, name) != 0 || type == sizeof types / sizeof types[0])
        refuse(reading, "TYPE without its HELP, or of no known kind");
    size_t chars = strlen(name);
    if ((type == 0) != (chars > 6 && strcmp(name + chars - 6, "_total") == 0))
        refuse(reading, "counters end in _total, and nothing else does");
    reading->family = name;
    reading->type = rest;
    reading->help = NULL;
}

/* Walks over name="value",… to behind the closing brace; le_out = the value of label le, NULL = there is none. */
static char *read_labels(struct reading *reading, char *at, const char **le_out, size_t *le_chars_out)
{
    *le_out = NULL;
    for (;;) {
        size_t chars = strspn(at, NAME_REST);
        const char *name = at;
        at += chars;
        if (chars == 0 || strncmp(at, "=\"", 2) != 0)
            refuse(reading, "a label without a name or a value");
        at += 2;
        const char *value = at;
        for (; *at != '"'; at++) {
            if (*at == '\0' || (*at == '\\' && (*++at == '\0' || strchr("\\\"n", *at) == NULL)))
                refuse(reading, "the value of a label does not end, or escapes what it may not");
        }
        if (chars == 2 && strncmp(name, "le", 2) == 0) {
            *le_out = value;
            *le_chars_out = (size_t)(at - value);
        }
        at++;
        if (*at == '}')
            return at + 1;
        if (*at++ != ',')
            refuse(reading, "no comma between labels");
    }
}

static void read_bucket(struct reading *reading, const char *suffix, const char *le, size_t le_chars,
                        double value)
{
    if (strcmp(suffix, "_bucket") == 0) {
        if (le == NULL || reading->infinite || value < reading->bucket)
            refuse(reading, "buckets are not cumulative");
        reading->bucket = value;
        reading->infinite = le_chars == 4 && strncmp(le, "+Inf", 4) == 0;
    } else if (strcmp(suffix, "_sum") == 0) {
        if (!reading->infinite)
            refuse(reading, "no bucket +Inf before the sum");
    } else if (strcmp(suffix, "_count") == 0 && reading->infinite && value >= reading->bucket &&
               value <= reading->bucket) {
        reading->bucket = -1;
        reading->infinite = false;
    } else {
        refuse(reading, "not a series of a histogram");
    }
}

static void read_series(struct reading *reading, char *line)
{
    struct exposition *exposition = reading->exposition;
    const char *le = NULL;
    size_t le_chars = 0, chars = strspn(line, NAME_REST), family_chars = strlen(reading->family);
    char suffix[16] = "", *at = line + chars, *end;
    if (family_chars == 0 || reading->help != NULL || strncmp(line, reading->family, family_chars) != 0 ||
        chars - family_chars >= sizeof suffix)
        refuse(reading, "a series outside its family");
    memcpy(suffix, line + family_chars, chars - family_chars);
    suffix[chars - family_chars] = '\0';
    if (*at == '{')
        at = read_labels(reading, at + 1, &le, &le_chars);
    if (*at != ' ')
        refuse(reading, "no blank before the value");
    *at++ = '\0';
    double value = strtod(at, &end);
    if (end == at || *end != '\0' || strspn(at, "-.0123456789") != strlen(at))
        refuse(reading, "the value is not a plain number");
    for (size_t i = 0; i < exposition->series_count; i++) {
        if (strcmp(exposition->series[i].name, line) == 0)
            refuse(reading, "a series twice");
    }
    if (strcmp(reading->type, "histogram") == 0)
        read_bucket(reading, suffix, le, le_chars, value);
    else if (suffix[0] != '\0' || (strcmp(reading->type, "counter") == 0 && value < 0))
        refuse(reading, "not of its family, or a negative counter");
    if (exposition->series_count == EXPOSITION_SERIES_MAX)
        refuse(reading, "too many series");
    exposition->series[exposition->series_count++] = (struct exposition_series){line, value};
}

static const struct exposition_series *find(const struct exposition *exposition, const char *series)
{
    for (size_t i = 0; i < exposition->series_count; i++) {
        if (strcmp(exposition->series[i].name, series) == 0)
            return &exposition->series[i];
    }
    return NULL;
}

bool exposition_has(const struct exposition *exposition, const char *series)
{
    return find(exposition, series) != NULL;
}

double exposition_value(const struct exposition *exposition, const char *series)
{
    const struct exposition_series *found = find(exposition, series);
    if (found == NULL)
        fail_msg("/metrics: no series %s", series);
    return found == NULL ? 0 : found->value;
}
