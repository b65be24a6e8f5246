/* What this collector tells the roll-up: how far what it received is in Redis (store/collectors.h). Every five
 * seconds, when the spool has become empty, and at once when the roll-up asks; only to a Redis that is fit. */
#ifndef COLLECTOR_BEAT_H
#define COLLECTOR_BEAT_H

#include "collector/collector.h"

struct beat;

/* Takes this data folder's id, and with it the folder: false when another collector works there. */
struct beat *beat_open(struct collector *collector, const struct redis_options *options,
                       struct error *error) MUST_CHECK;
/* After Redis is closed. */
void beat_close(struct beat **beat);

void beat_now(struct beat *beat);

/* Takes the row away, nothing is left here: then calls back, also when Redis is away. No beat follows. */
void beat_leave(struct beat *beat, loop_callback callback, void *context);

#endif
