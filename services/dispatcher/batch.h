/* Messages that go to the gateway as one request, as many as its profile allows; a profile of singles makes batches of
 * one.
 *
 *   intended ─► batch_join ─► full, or no other is about to join, or 20 ms ─► one request
 *                                          each message goes on with its own reading ◄── one answer
 *
 * Each message has its own intent on disk before it joins. An answer that does not come leaves the fate of all
 * unknown. Never settles: that is each message's own. */
#ifndef DISPATCHER_BATCH_H
#define DISPATCHER_BATCH_H

#include "dispatcher/send.h"
#include "dispatcher/way.h"

#define BATCH_WAIT_MS 20

/* The message goes with the next request. */
void batch_join(struct way *way, struct send *send);
/* One that might have joined does not, or will later: perhaps nobody is left to wait for. */
void batch_look(struct way *way);
void batch_on_time(void *way);
/* Forgets what is being gathered; the messages are freed by their lane. */
void batch_abandon(struct way *way);

#endif
