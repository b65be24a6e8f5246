/* Reading an import file: which column holds what, and each line judged. */
#ifndef CTL_IMPORT_READ_H
#define CTL_IMPORT_READ_H

#include "ctl/csv.h"
#include "ctl/import_rows.h"

struct import_counts {
    int64_t read;       /* lines after the header that are not empty */
    int64_t duplicates; /* lines whose number came before */
    int64_t refused;
};

/* What is refused or passed over goes to the report, "line,reason" a line: never a number. */
struct import_report {
    char path[4096];
    char temporary[4112];
    FILE *file; /* NULL until the first line */
};

typedef void (*import_progress)(void *context, const struct csv *csv, const struct import_counts *counts);

/* Reads the whole file into rows. False when the header is wrong (the error names the column) or the file
 * cannot be read; lines that are wrong are refused one by one. */
bool import_read(struct csv *csv, const struct org *org, struct import_rows *rows,
                 struct import_report *report, struct import_counts *counts_out, import_progress progress,
                 void *context, struct error *error) MUST_CHECK;

/* Adds a line; the first one makes the file. */
bool import_report_add(struct import_report *report, int64_t line, const char *reason,
                       struct error *error) MUST_CHECK;
/* Puts the report in place, or removes the one of an earlier run when there is nothing to report. */
bool import_report_finish(struct import_report *report, struct error *error) MUST_CHECK;
void import_report_discard(struct import_report *report);

#endif
