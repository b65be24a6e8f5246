/* Whether a lane still leads somewhere: 10 submits of unknown fate in a row, or more than 20 % of the last 50, and it is held.
 * An outage at the provider must not burn a round. Pure. */
#ifndef DISPATCHER_BREAKER_H
#define DISPATCHER_BREAKER_H

#include <stdbool.h>
#include <stddef.h>

#define BREAKER_OUTCOMES 50 /* remembered */
#define BREAKER_IN_ROW   10
#define BREAKER_SHARE    10 /* of the remembered: more than this many unknown */

/* Zero-initialise: closed. */
struct breaker {
    bool unknown[BREAKER_OUTCOMES];
    size_t next, count, unknowns, in_row;
    bool open; /* only one submit at a time goes out, as a probe */
};

/* Takes the fate of a submit; true when this one opened the breaker. */
bool breaker_on_unknown(struct breaker *breaker);

/* The gateway answered clearly; true when this one closed the breaker, with a clean slate. */
bool breaker_on_answer(struct breaker *breaker);

#endif
