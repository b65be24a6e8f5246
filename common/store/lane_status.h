/* What a dispatcher says of a lane, for `pulssi lanes`: JSON in the field `status` of the lane's hash. Times are
 * real (wall clock): who reads it may be on another machine, and the dispatcher may be gone. Pure. */
#ifndef STORE_LANE_STATUS_H
#define STORE_LANE_STATUS_H

#include "base/error.h"
#include "base/text.h"
#include "domain/delivery.h"

#define LANE_WAYS_MAX    2
#define LANE_REASON_SIZE 81
#define SUBMIT_OUTCOMES  (SUBMIT_NOT_HANDED_OVER + 1)

/* Why nothing goes out for a while. */
enum hold_reason {
    HOLD_NONE,
    HOLD_THROTTLED,
    HOLD_REFUSED, /* our credentials, or the route */
    HOLD_AWAY,    /* the gateway cannot be reached */
    HOLD_NOT_NOW, /* it refuses every message */
    HOLD_DOUBT,   /* the breaker is open */
};
#define HOLD_REASONS (HOLD_DOUBT + 1)
const char *hold_reason_name(enum hold_reason reason); /* "throttled" */

struct way_status {
    char gateway[33];
    enum hold_reason held_for;
    int64_t held_since_ms, next_try_ms; /* while held */
    int64_t rate_segments;              /* a second; 0 = unlimited */
    int64_t in_flight, slots;           /* messages being handed over; requests that may be under way */
    int64_t outcomes[SUBMIT_OUTCOMES];  /* of the last hour */
    char error[LANE_REASON_SIZE];       /* the last one, such as "403"; "" = none */
    int64_t error_at_ms;
};

struct lane_status {
    int64_t started_ms; /* the dispatcher knows nothing from before */
    size_t ways_count;
    struct way_status ways[LANE_WAYS_MAX]; /* the first one, and where there is one the second */
    size_t active;                         /* index of the one that messages go through now */
    int64_t probe;          /* the last one that was asked for and has had its answer; 0 = none */
    char probe_outcome[16]; /* its answer: an outcome's name, or "idle": no message waits */
};

void lane_status_write(const struct lane_status *status, struct text *out); /* appends */
bool lane_status_read(const char *json, size_t bytes, struct lane_status *status_out,
                      struct error *error) MUST_CHECK;

#endif
