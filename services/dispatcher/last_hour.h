/* What became of the messages of the last hour: counts by minute, so that what is older falls out. Pure. */
#ifndef DISPATCHER_LAST_HOUR_H
#define DISPATCHER_LAST_HOUR_H

#include "store/lane_status.h"

#define HOUR_MINUTES 60

/* Zero-initialise. */
struct last_hour {
    int64_t minute; /* the newest that is counted */
    uint32_t counts[HOUR_MINUTES][SUBMIT_OUTCOMES];
};

/* `now_ms` is of a clock that never goes back. */
void last_hour_add(struct last_hour *hour, enum submit_outcome outcome, int64_t now_ms);
void last_hour_sum(struct last_hour *hour, int64_t now_ms, int64_t sums_out[SUBMIT_OUTCOMES]);

#endif
