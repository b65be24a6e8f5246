/* Releasing a round: freeze the frame, draw, walk the drawn positions into the outbox in bounded, resumable
 * steps. */
#ifndef DISPATCHER_RELEASE_H
#define DISPATCHER_RELEASE_H

#include "dispatcher/lane.h"

/* Starts on the lane's next round (lane->next.round); sets lane->releasing until it is released or has to be
 * tried again later; then wakes the lane. */
void release_start(struct lane *lane);

#endif
