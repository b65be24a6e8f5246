/* One message on its way: intend → submit → settle, each step answered before the next.
 *
 *   send_start ─► learn ─► intend ─► submit ─► settle ─► finish
 *                            └── not to be sent ──────────┘
 *
 * A lost answer of Redis is asked again under the same operation id. Never hands over when more than half the
 * lease has passed since the claim: by then somebody else may hold the message. */
#ifndef DISPATCHER_SEND_H
#define DISPATCHER_SEND_H

#include "dispatcher/lane.h"

/* Copies the claimed message; ends by lane_send_ended. */
void send_start(struct lane *lane, const struct claimed *claimed);

/* At the end of the program, with Redis and gateway closed: frees the sends that wait to try again. Their leases expire. */
void sends_abandon(struct lane *lane);

/* Gives a claimed message back without an attempt. Needs no answer: an expired lease does the same. */
void send_give_back(struct lane *lane, const struct claimed *claimed);

#endif
