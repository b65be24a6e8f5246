/* Takes webhooks out of the spool into the store, in the order in which they came, whenever Redis takes them. */
#ifndef COLLECTOR_DRAIN_H
#define COLLECTOR_DRAIN_H

#include "io/loop.h"
#include "io/spool.h"

struct collector;
struct drain;

/* `on_done` is called after each record that left the spool. Borrows all. */
struct drain *drain_new(struct collector *collector, struct spool *spool, loop_callback on_done,
                        void *context);
/* After Redis is closed, which ended what was under way. */
void drain_free(struct drain **drain);

/* There may be records to take. */
void drain_wake(struct drain *drain);
/* Redis is back: what waited to be tried again is tried at once. */
void drain_resume(struct drain *drain);
/* Takes no more. */
void drain_stop(struct drain *drain);
bool drain_is_still(const struct drain *drain); /* nothing is under way */

#endif
