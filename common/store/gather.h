/* Calls of the store's functions made in one turn of the loop, sent to Redis as one: each call costs Redis its parsing,
 * its books and its answer, which many can share. Each is still done, or refused, by itself, in the order they were
 * sent in.
 *
 *   gather_send, gather_send, … ─► end of the turn: one call of the function `many` ─► each callback with its own answer
 *
 * Promises what redis_send promises: each callback runs exactly once, from the loop; NULL = lost, ambiguous. */
#ifndef STORE_GATHER_H
#define STORE_GATHER_H

#include "io/redis.h"

#define GATHER_CALLS_MAX 64 /* more in one turn go as further ones */

struct gather;

/* For the calls of one org. Borrows loop and redis, which must outlive it. */
struct gather *gather_new(struct loop *loop, struct redis *redis, const char *org);
/* Calls that were not sent yet are forgotten: their callbacks do not run. */
void gather_free(struct gather **gather);

/* Copies the command, which is a call of one of outbox_intend, outbox_settle, receipt_apply, reply_load, reply_commit
 * for the gather's org. A call that failed is answered with its error. */
void gather_send(struct gather *gather, const struct redis_command *command, redis_callback callback,
                 void *context);

#endif
