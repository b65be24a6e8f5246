/* What the roll-up says of itself: readiness, figures, a sentence for the service manager. Reads what closings
 * know anyway; asks nobody. */
#ifndef ROLLUP_STATUS_H
#define ROLLUP_STATUS_H

#include "rollup/rollup.h"

/* Begins to serve and to announce. False when the port cannot be had. */
bool status_open(struct rollup *rollup, struct error *error) MUST_CHECK;
void status_close(struct rollup *rollup);

#endif
