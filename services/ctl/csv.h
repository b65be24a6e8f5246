/* A CSV file read line by line: fields separated by commas or by semicolons, whichever comes first in the first
 * line, quoted fields on one line (RFC 4180 without line breaks inside quotes). Every limit is fixed: a line
 * that breaks one is refused, and reading goes on with the next. */
#ifndef CTL_CSV_H
#define CTL_CSV_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define CSV_LINE_BYTES_MAX 4096
#define CSV_FIELDS_MAX     16

struct csv {
    FILE *file;
    int64_t line; /* number of the line last read, from 1 */
    int64_t bytes_read;
    int64_t bytes_total; /* of the file; 0 = not known */
    char separator;      /* ',' or ';'; 0 until a line was read */
    bool cut_off;        /* the line last read has no newline: the file ends in it */
    size_t fields_count;
    char *fields[CSV_FIELDS_MAX]; /* trimmed; valid until the next line */
    char buffer[CSV_LINE_BYTES_MAX + 1];
};

bool csv_open(struct csv *csv, const char *path, struct error *error) MUST_CHECK;
void csv_close(struct csv *csv);

enum csv_result {
    CSV_LINE,    /* fields are there */
    CSV_REFUSED, /* *reason_out says why */
    CSV_END,
    CSV_FAILED, /* the file cannot be read further */
};
/* Reads the next line that is not empty. A byte order mark at the start is skipped. */
enum csv_result csv_next(struct csv *csv, const char **reason_out);

#endif
