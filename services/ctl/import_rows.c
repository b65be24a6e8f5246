/* Merged rows: an array in the file's order and an open-addressing table over it. */
#include "ctl/import_rows.h"

#include <string.h>
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define FIRST_CAPACITY 1024

static void grow(struct import_rows *rows);
static size_t slot_of(const struct import_rows *rows, uint64_t number);

enum import_added import_rows_add(struct import_rows *rows, const struct import_row *row)
{
    if (rows->count == rows->capacity)
        grow(rows);
    size_t slot = slot_of(rows, row->number);
    if (rows->slots[slot] != 0) {
        rows->rows[rows->slots[slot] - 1] = *row;
        return IMPORT_DUPLICATE;
    }
    if (rows->count == IMPORT_ROWS_MAX)
        return IMPORT_FULL;
    rows->rows[rows->count++] = *row;
    rows->slots[slot] = (uint32_t)rows->count;
    return IMPORT_NEW;
}

void import_rows_free(struct import_rows *rows)
{
    if (rows->rows != NULL)
        explicit_bzero(rows->rows, rows->capacity * sizeof *rows->rows);
    free(rows->rows);
    free(rows->slots);
    *rows = (struct import_rows){0};
}

uint64_t import_number_pack(const char *e164)
{
    return strtoull(e164 + 1, NULL, 10);
}

void import_number_text(uint64_t number, char e164_out[PHONE_SIZE])
{
    char digits[24];
    snprintf(digits, sizeof digits, "+%" PRIu64, number);
    bool fits = text_copy(e164_out, PHONE_SIZE, digits);
    assert(fits);
    (void)fits;
}

/* Not realloc: it may leave numbers behind in memory it gave back. */
static void grow(struct import_rows *rows)
{
    size_t capacity = rows->capacity == 0 ? FIRST_CAPACITY : rows->capacity * 2;
    struct import_row *fresh = memory_zeroed(capacity, sizeof *fresh);
    for (size_t i = 0; i < rows->count; i++)
        fresh[i] = rows->rows[i];
    if (rows->rows != NULL)
        explicit_bzero(rows->rows, rows->capacity * sizeof *rows->rows);
    free(rows->rows);
    free(rows->slots);
    rows->rows = fresh;
    rows->capacity = capacity;
    rows->slots_count = capacity * 2; /* a power of two, at most half full */
    rows->slots = memory_zeroed(rows->slots_count, sizeof *rows->slots);
    for (size_t i = 0; i < rows->count; i++)
        rows->slots[slot_of(rows, rows->rows[i].number)] = (uint32_t)(i + 1);
}

/* The number's slot, or the empty one where it belongs. Fibonacci hashing: numbers of one operator are dense.
 */
static size_t slot_of(const struct import_rows *rows, uint64_t number)
{
    size_t mask = rows->slots_count - 1;
    size_t slot = (size_t)((number * UINT64_C(11400714819323198485)) >> 20) & mask;
    while (rows->slots[slot] != 0 && rows->rows[rows->slots[slot] - 1].number != number)
        slot = (slot + 1) & mask;
    return slot;
}
