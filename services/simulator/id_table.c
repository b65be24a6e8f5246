/* Open addressing with linear probing over FNV-1a (Fowler, Noll, Vo): the ids are our own or a test's, nobody
 * attacks. */
#include "simulator/id_table.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static size_t slot_of(const struct id_table *table, const char *id)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const char *at = id; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    size_t slot = (size_t)(hash ^ hash >> 32) & (table->slots_count - 1);
    while (table->slots[slot] != 0 && strcmp(table->ids[table->slots[slot] - 1], id) != 0)
        slot = (slot + 1) & (table->slots_count - 1);
    return slot;
}

static void table_grow(struct id_table *table)
{
    free(table->slots);
    table->capacity = table->capacity > 0 ? table->capacity * 2 : 64;
    table->slots_count = table->capacity * 2;
    table->ids = memory_resized(table->ids, table->capacity, sizeof table->ids[0]);
    table->slots = memory_zeroed(table->slots_count, sizeof table->slots[0]);
    for (size_t i = 0; i < table->count; i++)
        table->slots[slot_of(table, table->ids[i])] = i + 1;
}

bool id_table_put(struct id_table *table, const char *id, size_t *number_out)
{
    if (id_table_find(table, id, number_out))
        return true;
    if (table->count == table->capacity)
        table_grow(table);
    table->slots[slot_of(table, id)] = table->count + 1;
    table->ids[table->count] = memory_text(id);
    *number_out = table->count++;
    return false;
}

bool id_table_find(const struct id_table *table, const char *id, size_t *number_out)
{
    if (table->slots_count == 0)
        return false;
    size_t number = table->slots[slot_of(table, id)];
    if (number > 0)
        *number_out = number - 1;
    return number > 0;
}

const char *id_table_name(const struct id_table *table, size_t number)
{
    assert(number < table->count);
    return table->ids[number];
}

void id_table_free(struct id_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->ids[i]);
    free(table->ids);
    free(table->slots);
    *table = (struct id_table){0};
}
