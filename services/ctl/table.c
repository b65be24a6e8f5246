/* Aligned plain text. Widths are counted in characters of UTF-8. */
#include "ctl/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static size_t width_of(const char *chars);

void table_start(struct table *table, const char *columns)
{
    assert(strlen(columns) <= TABLE_COLUMNS_MAX);
    *table = (struct table){.columns = columns};
}

void table_cell(struct table *table, const char *format, ...)
{
    char cell[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cell, sizeof cell, format, arguments);
    va_end(arguments);
    if (table->count == table->capacity) {
        table->capacity = table->capacity == 0 ? 32 : table->capacity * 2;
        table->cells = memory_resized(table->cells, table->capacity, sizeof *table->cells);
    }
    table->cells[table->count++] = memory_text(cell);
}

void table_print(struct table *table, const char *indent)
{
    size_t columns = strlen(table->columns);
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    int owed = 0;
    assert(table->count % columns == 0);
    for (size_t i = 0; i < table->count; i++) {
        size_t width = width_of(table->cells[i]);
        if (width > widths[i % columns])
            widths[i % columns] = width;
    }
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % columns;
        int padding = (int)(widths[column] - width_of(table->cells[i]));
        bool right = table->columns[column] == 'r';
        owed += column == 0 ? 0 : 2;
        if (column == 0)
            fputs(indent, stdout);
        if (table->cells[i][0] != '\0') { /* spaces are printed only before a cell: none end a line */
            printf("%*s%s", owed + (right ? padding : 0), "", table->cells[i]);
            owed = right ? 0 : padding;
        } else {
            owed += padding;
        }
        if (column + 1 == columns) {
            printf("\n");
            owed = 0;
        }
        free(table->cells[i]);
    }
    free(table->cells);
    *table = (struct table){0};
}

/* Characters, not bytes: continuation bytes are not counted. */
static size_t width_of(const char *chars)
{
    size_t width = 0;
    for (; *chars != '\0'; chars++)
        width += ((unsigned char)*chars & 0xC0U) != 0x80U;
    return width;
}
