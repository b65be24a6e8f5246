/* One message on its way: intend → batch → settle, each step answered before the next.
 *
 *   send_start ─► learn ─► intend ─► (batch: request, answer) ─► its reading ─► settle ─► finish
 *                            │            ▲                         │ unknown, and the gateway takes an id only once:
 *                            │            └──────── a pause ────────┘ once more
 *                            └── not to be sent ─────────────────────────────────────────► finish
 *
 * A lost answer of Redis is asked again under the same operation id. Never hands over when more than half the
 * lease has passed since the claim: by then somebody else may hold the message. */
#ifndef DISPATCHER_SEND_H
#define DISPATCHER_SEND_H

#include "dispatcher/lane.h"

/* Copies the claimed message; ends by lane_send_ended. */
void send_start(struct way *way, const struct claimed *claimed);

/* --- for its batch --- */

/* Whether it may still be handed over; otherwise send_stays. */
bool send_may_go(const struct send *send);
void send_stays(struct send *send);
/* What a request says of it; borrowed, as long as the send waits for the answer. */
void send_fields(const struct send *send, struct submit_fields *fields_out);
/* The gateway's word on it. */
void send_on_submitted(struct send *send, const struct submit_reading *reading);

/* At the end of the program, with Redis and gateway closed: frees the sends that wait to try again. Their leases expire. */
void sends_abandon(struct lane *lane);

/* Gives a claimed message back without an attempt. Needs no answer: an expired lease does the same. */
void send_give_back(struct lane *lane, const struct claimed *claimed);

#endif
