/* Words of delivery: states of a message, outcomes of a submit, states of a receipt, and when to try again.
 * Pure. */
#ifndef DOMAIN_DELIVERY_H
#define DOMAIN_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

enum submit_outcome {
    SUBMIT_ACCEPTED,
    SUBMIT_RETRY,          /* explicitly refused for now, or nothing was uploaded: an attempt, backoff */
    SUBMIT_THROTTLED,      /* slow the lane, attempt not counted */
    SUBMIT_PERMANENT,      /* stop this message */
    SUBMIT_INVALID_NUMBER, /* stop, flag the number */
    SUBMIT_OPTED_OUT,      /* suppress, never again */
    SUBMIT_LANE_STOP,      /* pause the lane and alert, attempt not counted */
    SUBMIT_UNKNOWN,        /* may have been accepted: no resend */
    SUBMIT_NOT_HANDED_OVER /* we did not hand it over: queued again, attempt not counted */
};
const char *submit_outcome_name(enum submit_outcome outcome); /* "accepted", … */
bool submit_outcome_parse(const char *name, enum submit_outcome *outcome_out);

enum receipt_state {
    RECEIPT_ENROUTE,
    RECEIPT_DELIVERED,
    RECEIPT_EXPIRED,
    RECEIPT_UNDELIVERED, /* failed_temporary at its end, failed_permanent, blocked */
    RECEIPT_INVALID_NUMBER,
    RECEIPT_UNKNOWN
};
const char *receipt_state_name(enum receipt_state state);
bool receipt_state_parse(const char *name, enum receipt_state *state_out);

/* Real ms until attempt number `attempt` (2, 3, …): full jitter, uniform in [0, min(max, first ×
 * 2^(attempt-2))]; `random` is uniform in [0, 2^32). Source: AWS "exponential backoff and jitter", full
 * jitter. */
int64_t retry_delay_ms(int attempt, int64_t first_ms, int64_t max_ms, uint32_t random);

#endif
