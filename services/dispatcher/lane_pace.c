/* How fast a lane may go: tokens of segments, holds with a backoff that doubles, the breaker. */
#include "dispatcher/lane.h"

#include <math.h>

#include "base/log.h"

#define HOLD_FIRST_MS 1000

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
    return lane->breaker.open ? 1 : (size_t)lane->dispatcher->settings.in_flight_max;
}

void lane_use_tokens(struct lane *lane, size_t segments)
{
    if (lane->gateway.rate_segments > 0 && segments > 1) {
        lane->tokens -= (double)(segments - 1);
    }
}

void lane_hold(struct lane *lane, int64_t wait_ms, const char *reason)
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
    log_warning("%s: lane held for %.1f s: %s", lane->record.org.id, (double)hold_ms / 1000.0, reason);
}

void lane_flows(struct lane *lane)
{
    lane->hold_ms = 0;
    if (breaker_on_answer(&lane->breaker)) {
        log_info("%s: the gateway answers clearly again, the lane is open", lane->record.org.id);
    }
}

void lane_doubts(struct lane *lane)
{
    if (breaker_on_unknown(&lane->breaker)) {
        log_warning(
            "%s: too many messages of unknown fate: one probe at a time until the gateway answers clearly",
            lane->record.org.id);
    }
    if (lane->breaker.open) {
        lane_hold(lane, -1, "the fate of messages is unknown");
    }
}
