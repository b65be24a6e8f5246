/* The people of an import file, merged by number: the last line of a number wins, its place is that of the
 * first. Compact, since a file may hold a million: 24 bytes each. Numbers are wiped when it is freed. */
#ifndef CTL_IMPORT_ROWS_H
#define CTL_IMPORT_ROWS_H

#include "domain/org.h"
#include "domain/phone.h"

#define IMPORT_ROWS_MAX 10000000

struct import_row {
    uint64_t number; /* the digits of E.164, which never begin with 0 */
    uint32_t line;   /* of the file: the last one of the number */
    uint8_t language;
    uint8_t strata[STRATA_MAX]; /* index of each variable's value */
};

/* Zero-initialise. */
struct import_rows {
    struct import_row *rows;
    size_t count, capacity;
    uint32_t *slots; /* 1 + index into rows; 0 = empty */
    size_t slots_count;
};

enum import_added { IMPORT_NEW, IMPORT_DUPLICATE, IMPORT_FULL };
enum import_added import_rows_add(struct import_rows *rows, const struct import_row *row);
void import_rows_free(struct import_rows *rows);

uint64_t import_number_pack(const char *e164);
void import_number_text(uint64_t number, char e164_out[PHONE_SIZE]);

#endif
