/* Finds a number by an id: which message, which reply. Ids are never removed. */
#ifndef SIMULATOR_ID_TABLE_H
#define SIMULATOR_ID_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialise. */
struct id_table {
    char **ids; /* owned; by number */
    size_t count, capacity;
    size_t *slots; /* number + 1, 0 = empty; a power of two, at most half full */
    size_t slots_count;
};

/* The id's number: ids are numbered 0, 1, 2, … as they come. True when it was there before. */
bool id_table_put(struct id_table *table, const char *id, size_t *number_out);

/* True when it is there. */
bool id_table_find(const struct id_table *table, const char *id, size_t *number_out);

const char *id_table_name(const struct id_table *table, size_t number);

void id_table_free(struct id_table *table);

#endif
