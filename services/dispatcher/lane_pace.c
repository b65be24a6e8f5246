/* How fast a lane may go: tokens of segments, holds with a backoff that doubles, the breaker. */
#include "dispatcher/lane.h"

#include <math.h>

#include "base/log.h"

#define HOLD_FIRST_MS   1000
#define TELL_AGAIN_MS   60000
#define REFUSALS_IN_ROW 10 /* of so many messages is the gateway's trouble, not theirs */

int64_t lane_take_token(struct lane *lane, int64_t now_ms)
{
    double rate = (double)lane->gateway.rate_segments;
    if (lane->gateway.rate_segments == 0) {
        return 0;
    }
    lane->tokens = fmin(rate, lane->tokens + rate * (double)(now_ms - lane->tokens_at_ms) / 1000.0);
    lane->tokens_at_ms = now_ms;
    if (lane->tokens < 1.0) {
        return 1 + (int64_t)((1.0 - lane->tokens) * 1000.0 / rate);
    }
    lane->tokens -= 1.0;
    return 0;
}

size_t lane_slots(const struct lane *lane)
{
    bool probes = lane->breaker.open || lane->refusals_in_row >= REFUSALS_IN_ROW;
    return probes ? 1 : (size_t)lane->dispatcher->settings.in_flight_max;
}

void lane_use_tokens(struct lane *lane, size_t segments)
{
    if (lane->gateway.rate_segments > 0 && segments > 1) {
        lane->tokens -= (double)(segments - 1);
    }
}

/* One alert: holds that follow each other for the same reason are told of once, and so are those of a gateway that
 * wants patience again and again, in a minute. */
static void tell_hold(struct lane *lane, int64_t now_ms, int64_t hold_ms, enum hold_reason reason)
{
    static const char *const words[] = {
        [HOLD_NONE] = "",
        [HOLD_THROTTLED] = "the gateway throttles",
        [HOLD_REFUSED] = "the gateway refuses this lane (credentials or route)",
        [HOLD_AWAY] = "the gateway cannot be reached",
        [HOLD_NOT_NOW] = "the gateway refuses every message for now",
        [HOLD_DOUBT] =
            "too many messages of unknown fate: one probe at a time until the gateway answers clearly",
    };
    if (lane->held_for == reason) {
        return;
    }
    lane->held_for = reason;
    if (lane->told_for == reason && now_ms - lane->told_at_ms < TELL_AGAIN_MS) {
        return;
    }
    lane->told_for = reason;
    lane->told_at_ms = now_ms;
    lane->hold_is_told = true;
    log_warning("%s: lane held for %.1f s: %s", lane->record.org.id, (double)hold_ms / 1000.0, words[reason]);
}

void lane_hold(struct lane *lane, int64_t wait_ms, enum hold_reason reason)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t longest_ms = lane->dispatcher->settings.retry_after_max_ms;
    bool held = now_ms < lane->held_until_ms;
    if (!held) { /* our own backoff, also under a gateway that says "after 0 s" for ever */
        lane->hold_ms = lane->hold_ms == 0 ? HOLD_FIRST_MS : lane->hold_ms * 2;
        lane->hold_ms = lane->hold_ms > longest_ms ? longest_ms : lane->hold_ms;
    }
    int64_t hold_ms = wait_ms > lane->hold_ms ? wait_ms : lane->hold_ms;
    hold_ms = hold_ms > longest_ms ? longest_ms : hold_ms;
    if (held && (wait_ms < 0 || now_ms + hold_ms <= lane->held_until_ms)) {
        return;
    }
    lane->held_until_ms = now_ms + hold_ms;
    tell_hold(lane, now_ms, hold_ms, reason);
}

void lane_answers(struct lane *lane, enum submit_outcome outcome)
{
    (void)breaker_on_answer(&lane->breaker);
    if (outcome == SUBMIT_THROTTLED || outcome == SUBMIT_LANE_STOP || outcome == SUBMIT_RETRY) {
        return; /* clear, but not now */
    }
    lane->hold_ms = 0;
    lane->refusals_in_row = 0;
    lane->held_for = HOLD_NONE;
    if (lane->hold_is_told) {
        lane->hold_is_told = false;
        log_info("%s: the gateway answers clearly again, the lane is open", lane->record.org.id);
    }
}

bool lane_is_refused(struct lane *lane)
{
    if (lane->refusals_in_row < REFUSALS_IN_ROW)
        lane->refusals_in_row++;
    if (lane->refusals_in_row < REFUSALS_IN_ROW)
        return false;
    lane_hold(lane, -1, HOLD_NOT_NOW);
    return true;
}

void lane_doubts(struct lane *lane)
{
    (void)breaker_on_unknown(&lane->breaker);
    if (lane->breaker.open) {
        lane_hold(lane, -1, HOLD_DOUBT);
    }
}
