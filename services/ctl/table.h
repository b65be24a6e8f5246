/* Aligned plain text: cells are gathered, then printed with each column as wide as its widest cell. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS_MAX 10

/* Start with table_start, end with table_print. */
struct table {
    const char *columns; /* a letter a column: 'l' left, 'r' right */
    char **cells;
    size_t count, capacity;
};

void table_start(struct table *table, const char *columns); /* borrows `columns` */
void table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the rows on standard output, each with the indent, and frees them. The last row must be complete. */
void table_print(struct table *table, const char *indent);

#endif
