/* What is to be done when: a heap of items ordered by time, those of one time in the order in which they were
 * added. */
#ifndef SIMULATOR_AGENDA_H
#define SIMULATOR_AGENDA_H

#include <stddef.h>
#include <stdint.h>

struct agenda_entry {
    int64_t at_ms;
    uint64_t order;
    void *item; /* borrowed */
};

/* Zero-initialise. */
struct agenda {
    struct agenda_entry *entries;
    size_t count, capacity;
    uint64_t added;
};

void agenda_add(struct agenda *agenda, int64_t at_ms, void *item);

/* Time of the first entry; INT64_MAX when empty. */
int64_t agenda_next_ms(const struct agenda *agenda);

/* Takes the first item if its time is at most now_ms; NULL otherwise. */
void *agenda_take(struct agenda *agenda, int64_t now_ms);

void agenda_free(struct agenda *agenda); /* the items are the caller's */

#endif
