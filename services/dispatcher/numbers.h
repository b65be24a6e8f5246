/* Opens sealed phone numbers for one org. The shared key of each import batch is computed once and kept. The
 * only place that holds the sealing secret. */
#ifndef DISPATCHER_NUMBERS_H
#define DISPATCHER_NUMBERS_H

#include "store/outbox.h"

struct numbers; /* owned; numbers_free wipes the keys */

struct numbers *numbers_new(const char *org, const unsigned char sealing_secret[KEY_BYTES]);
void numbers_free(struct numbers **numbers);

/* Makes sure that the batch's key was asked for; one not seen before costs a read over the link. False when
 * Redis could not be asked: try again. */
bool numbers_learn(struct numbers *numbers, struct redis_link *link, const char *batch) MUST_CHECK;

/* The number of a claimed message whose batch was learnt. False when it cannot be opened: not sealed to this
 * key, damaged, or the batch is unknown. */
bool numbers_open(const struct numbers *numbers, const struct claimed *claimed,
                  char e164_out[PHONE_SIZE]) MUST_CHECK;

#endif
