/* A binary heap. Promises O(log n) for adding and taking, and no order but that of time and of adding. */
#include "simulator/agenda.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/text.h"

static bool entry_is_before(const struct agenda_entry *one, const struct agenda_entry *other)
{
    return one->at_ms != other->at_ms ? one->at_ms < other->at_ms : one->order < other->order;
}

static void entries_swap(struct agenda_entry *one, struct agenda_entry *other)
{
    struct agenda_entry kept = *one;
    *one = *other;
    *other = kept;
}

void agenda_add(struct agenda *agenda, int64_t at_ms, void *item)
{
    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity > 0 ? agenda->capacity * 2 : 64;
        agenda->entries = memory_resized(agenda->entries, agenda->capacity, sizeof agenda->entries[0]);
    }
    size_t at = agenda->count++;
    agenda->entries[at] = (struct agenda_entry){.at_ms = at_ms, .order = agenda->added++, .item = item};
    while (at > 0 && entry_is_before(&agenda->entries[at], &agenda->entries[(at - 1) / 2])) {
        entries_swap(&agenda->entries[at], &agenda->entries[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

int64_t agenda_next_ms(const struct agenda *agenda)
{
    return agenda->count > 0 ? agenda->entries[0].at_ms : INT64_MAX;
}

void *agenda_take(struct agenda *agenda, int64_t now_ms)
{
    if (agenda->count == 0 || agenda->entries[0].at_ms > now_ms)
        return NULL;
    void *item = agenda->entries[0].item;
    agenda->entries[0] = agenda->entries[--agenda->count];
    for (size_t at = 0;;) {
        size_t first = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < agenda->count; child++)
            if (entry_is_before(&agenda->entries[child], &agenda->entries[first]))
                first = child;
        if (first == at)
            return item;
        entries_swap(&agenda->entries[at], &agenda->entries[first]);
        at = first;
    }
}

void agenda_free(struct agenda *agenda)
{
    free(agenda->entries);
    *agenda = (struct agenda){0};
}
