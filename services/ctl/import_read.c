/* Lines of an import file become rows, or lines of the report. */
#include "ctl/import_read.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* Which field of a line holds what. */
struct columns {
    size_t count;
    size_t phone, language, strata[STRATA_MAX];
};
#define NO_COLUMN SIZE_MAX

static bool read_header(struct csv *csv, const struct org *org, struct columns *columns_out,
                        struct error *error);
static bool judge(const struct csv *csv, const struct org *org, const struct columns *columns,
                  struct import_row *row_out, struct text *reason_out);

bool import_read(struct csv *csv, const struct org *org, struct import_rows *rows,
                 struct import_report *report, struct import_counts *counts_out, import_progress progress,
                 void *context, struct error *error)
{
    struct columns columns = {0};
    struct text reason = {0};
    *counts_out = (struct import_counts){0};
    if (!read_header(csv, org, &columns, error))
        return false;
    bool done = true;
    while (done) {
        const char *problem = NULL;
        struct import_row row = {0};
        enum csv_result result = csv_next(csv, &problem);
        if (result == CSV_END)
            break;
        if (result == CSV_FAILED) {
            done = error_set(error, "line %" PRId64 ": cannot be read: %s", csv->line + 1, strerror(errno));
            break;
        }
        counts_out->read++;
        text_clear(&reason);
        if (result == CSV_REFUSED)
            text_add(&reason, csv->cut_off ? "the last line is cut off (no newline)" : problem);
        if (result == CSV_REFUSED || !judge(csv, org, &columns, &row, &reason)) {
            counts_out->refused++;
            done = import_report_add(report, csv->line, reason.chars, error);
            continue;
        }
        enum import_added added = import_rows_add(rows, &row);
        if (added == IMPORT_FULL)
            done = error_set(error, "more than %d people: import the file in parts", IMPORT_ROWS_MAX);
        counts_out->duplicates += added == IMPORT_DUPLICATE ? 1 : 0;
        progress(context, csv, counts_out);
    }
    text_free(&reason);
    return done;
}

/* The place of a column's name: phone, language or a variable of the org. */
static size_t *column_named(const struct org *org, struct columns *columns, const char *name)
{
    if (strcmp(name, "phone") == 0)
        return &columns->phone;
    if (strcmp(name, "language") == 0)
        return &columns->language;
    for (size_t i = 0; i < org->strata_count; i++) {
        if (strcmp(org->strata[i].name, name) == 0)
            return &columns->strata[i];
    }
    return NULL;
}

static bool read_header(struct csv *csv, const struct org *org, struct columns *columns_out,
                        struct error *error)
{
    const char *problem = NULL;
    struct columns columns = {.phone = NO_COLUMN, .language = NO_COLUMN};
    for (size_t i = 0; i < STRATA_MAX; i++)
        columns.strata[i] = NO_COLUMN;
    enum csv_result result = csv_next(csv, &problem);
    if (result == CSV_REFUSED)
        return error_set(error, "line %" PRId64 ": %s", csv->line, problem);
    if (result != CSV_LINE)
        return error_set(error, "the file is empty: expected a line with the names of the columns");
    for (size_t i = 0; i < csv->fields_count; i++) {
        size_t *place = column_named(org, &columns, csv->fields[i]);
        /* The file may have no header at all: then the name would be somebody's number. */
        if (place == NULL)
            return error_set(error, "line %" PRId64 ": unknown column \"%.40s\"", csv->line,
                             strpbrk(csv->fields[i], "0123456789") != NULL ? "(with digits)"
                                                                           : csv->fields[i]);
        if (*place != NO_COLUMN)
            return error_set(error, "line %" PRId64 ": column \"%s\" is there twice", csv->line,
                             csv->fields[i]);
        *place = i;
    }
    columns.count = csv->fields_count;
    *columns_out = columns;
    const char *missing = columns.phone == NO_COLUMN      ? "phone"
                          : columns.language == NO_COLUMN ? "language"
                                                          : NULL;
    for (size_t i = 0; missing == NULL && i < org->strata_count; i++)
        missing = columns.strata[i] == NO_COLUMN ? org->strata[i].name : NULL;
    return missing == NULL ||
           error_set(error, "line %" PRId64 ": column \"%s\" is missing", csv->line, missing);
}

/* False with the reason: names a column, never repeats what is in it. */
static bool judge(const struct csv *csv, const struct org *org, const struct columns *columns,
                  struct import_row *row_out, struct text *reason_out)
{
    char e164[PHONE_SIZE];
    if (csv->fields_count != columns->count) {
        if (csv->cut_off && csv->fields_count < columns->count)
            text_add(reason_out, "the last line is cut off (no newline)");
        else
            text_addf(reason_out, "wrong number of fields: %zu instead of %zu", csv->fields_count,
                      columns->count);
        return false;
    }
    int language = org_language(org, csv->fields[columns->language]);
    if (language < 0) {
        text_add(reason_out, "language: not a language of the organisation");
        return false;
    }
    row_out->language = (uint8_t)language;
    for (size_t i = 0; i < org->strata_count; i++) {
        const struct stratum_variable *variable = &org->strata[i];
        size_t value = 0;
        while (value < variable->values_count &&
               strcmp(variable->values[value], csv->fields[columns->strata[i]]) != 0)
            value++;
        if (value == variable->values_count) {
            text_addf(reason_out, "%s: unknown value", variable->name);
            return false;
        }
        row_out->strata[i] = (uint8_t)value;
    }
    enum phone_problem problem = phone_parse(csv->fields[columns->phone], org->region, e164);
    if (problem != PHONE_OK) {
        text_addf(reason_out, "phone: %s", phone_problem_text(problem));
        return false;
    }
    row_out->number = import_number_pack(e164);
    row_out->line = (uint32_t)csv->line;
    return true;
}

bool import_report_add(struct import_report *report, int64_t line, const char *reason, struct error *error)
{
    if (report->file == NULL) {
        snprintf(report->temporary, sizeof report->temporary, "%s.new", report->path);
        report->file = fopen(report->temporary, "wbe");
        if (report->file == NULL)
            return error_set(error, "%s: cannot write the report: %s (say where with --report)",
                             report->temporary, strerror(errno));
        (void)fputs("line,reason\n", report->file);
    }
    (void)fprintf(report->file, "%" PRId64 ",\"%s\"\n", line, reason);
    return true;
}

bool import_report_finish(struct import_report *report, struct error *error)
{
    if (report->file == NULL) {
        if (unlink(report->path) == 0 || errno == ENOENT)
            return true;
        return error_set(error, "%s: cannot remove the report of an earlier run: %s", report->path,
                         strerror(errno));
    }
    bool written = ferror(report->file) == 0;
    written = fclose(report->file) == 0 && written;
    report->file = NULL;
    if (written && rename(report->temporary, report->path) == 0)
        return true;
    return error_set(error, "%s: cannot write the report: %s", report->path, strerror(errno));
}

void import_report_discard(struct import_report *report)
{
    if (report->file == NULL)
        return;
    (void)fclose(report->file);
    report->file = NULL;
    (void)unlink(report->temporary);
}
