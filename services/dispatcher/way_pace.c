/* How fast a way may go: tokens of segments, holds with a backoff that doubles, the breaker, and as many requests at
 * once as its latency allows. */
#include "dispatcher/lane.h"

#include <math.h>
#include <stdio.h>

#include "base/log.h"

#define HOLD_FIRST_MS   1000
#define TELL_AGAIN_MS   60000
#define REFUSALS_IN_ROW 10 /* of so many messages is the gateway's trouble, not theirs */

/* --- whether a message may start --- */

static int64_t token_wait_ms(struct way *way, int64_t now_ms)
{
    double rate = (double)way->gateway.rate_segments;
    if (way->gateway.rate_segments == 0) {
        return 0;
    }
    way->tokens = fmin(rate, way->tokens + rate * (double)(now_ms - way->tokens_at_ms) / 1000.0);
    way->tokens_at_ms = now_ms;
    return way->tokens < 1.0 ? 1 + (int64_t)((1.0 - way->tokens) * 1000.0 / rate) : 0;
}

static bool is_probing(const struct way *way)
{
    return way->breaker.open || way->refusals_in_row >= REFUSALS_IN_ROW || way->held_for != HOLD_NONE;
}

size_t way_slots(const struct way *way)
{
    return is_probing(way) ? 1 : way->concurrency.limit;
}

int64_t way_admit(struct way *way, int64_t now_ms)
{
    size_t messages = is_probing(way) ? 1 : way_slots(way) * way->batch_max;
    if (now_ms < way->held_until_ms) {
        return way->held_until_ms - now_ms;
    }
    if (way->in_flight >= messages) {
        return -1;
    }
    int64_t wait_ms = token_wait_ms(way, now_ms);
    if (wait_ms == 0) {
        way->tokens -= way->gateway.rate_segments > 0 ? 1.0 : 0.0;
    }
    return wait_ms;
}

void way_use_tokens(struct way *way, size_t segments)
{
    if (way->gateway.rate_segments > 0) {
        way->tokens -= (double)segments;
    }
}

bool way_is_out(const struct way *way, int64_t now_ms)
{
    return way_out_in_ms(way, now_ms) == 0;
}

int64_t way_out_in_ms(const struct way *way, int64_t now_ms)
{
    int64_t left_ms = way->held_since_ms + way->lane->dispatcher->settings.failover_after_ms - now_ms;
    if (way->held_for == HOLD_NONE) {
        return -1;
    }
    return left_ms > 0 ? left_ms : 0;
}

void way_let_probe(struct way *way)
{
    way->held_until_ms = 0;
}

/* --- holds --- */

/* One alert: holds that follow each other for the same reason are told of once, and so are those of a gateway that
 * wants patience again and again, in a minute. */
static void tell_hold(struct way *way, int64_t now_ms, int64_t hold_ms, enum hold_reason reason)
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
    if (way->held_for == reason) {
        return;
    }
    if (way->held_for == HOLD_NONE) {
        way->held_since_ms = now_ms;
    }
    way->held_for = reason;
    lane_state_changed(way->lane);
    if (way->told_for == reason && now_ms - way->told_at_ms < TELL_AGAIN_MS) {
        return;
    }
    way->told_for = reason;
    way->told_at_ms = now_ms;
    way->hold_is_told = true;
    log_warning("%s: lane held for %.1f s: %s", way->lane->record.org.id, (double)hold_ms / 1000.0,
                words[reason]);
}

/* No submit before `wait_ms` (real), -1 = our own doubling backoff. */
static void way_hold(struct way *way, int64_t wait_ms, enum hold_reason reason)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t longest_ms = way->lane->dispatcher->settings.retry_after_max_ms;
    bool held = now_ms < way->held_until_ms;
    way->held_at_ms = now_ms;
    if (!held) { /* our own backoff, also under a gateway that says "after 0 s" for ever */
        way->hold_ms = way->hold_ms == 0 ? HOLD_FIRST_MS : way->hold_ms * 2;
        way->hold_ms = way->hold_ms > longest_ms ? longest_ms : way->hold_ms;
    }
    int64_t hold_ms = wait_ms > way->hold_ms ? wait_ms : way->hold_ms;
    hold_ms = hold_ms > longest_ms ? longest_ms : hold_ms;
    if (held && (wait_ms < 0 || now_ms + hold_ms <= way->held_until_ms)) {
        return;
    }
    way->held_until_ms = now_ms + hold_ms;
    tell_hold(way, now_ms, hold_ms, reason);
}

/* The gateway took a message, or said for good that it will not: the backoff starts anew. Not by the answer to a
 * request that was sent before the hold. */
static void way_open(struct way *way, int64_t sent_at_ms)
{
    way->refusals_in_row = 0;
    if (way->held_for != HOLD_NONE && sent_at_ms < way->held_at_ms) {
        return;
    }
    way->hold_ms = 0;
    if (way->held_for != HOLD_NONE) {
        way->held_for = HOLD_NONE;
        lane_state_changed(way->lane);
    }
    if (way->hold_is_told) {
        way->hold_is_told = false;
        log_info("%s: the gateway answers clearly again, the lane is open", way->lane->record.org.id);
    }
}

/* --- what an answer means --- */

static size_t count_of(const struct submit_reading *readings, size_t count, enum submit_outcome outcome)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += readings[i].outcome == outcome ? 1 : 0;
    }
    return found;
}

static bool is_clear(enum submit_outcome outcome)
{
    return outcome == SUBMIT_ACCEPTED || outcome == SUBMIT_PERMANENT || outcome == SUBMIT_INVALID_NUMBER ||
           outcome == SUBMIT_OPTED_OUT;
}

static void judge_latency(struct way *way, bool trouble, int64_t sent_at_ms)
{
    int64_t now_ms = clock_monotonic_ms();
    if (trouble) {
        concurrency_on_trouble(&way->concurrency, sent_at_ms, now_ms);
    } else {
        concurrency_on_answer(&way->concurrency, sent_at_ms,
                              (way->in_flight + way->batch_max - 1) / way->batch_max, now_ms);
    }
}

/* "Not now" to ten messages in a row is no attempt of theirs any more. */
static void judge_refusals(struct way *way, struct submit_reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readings[i].outcome != SUBMIT_RETRY) {
            continue;
        }
        way->refusals_in_row += way->refusals_in_row < REFUSALS_IN_ROW ? 1 : 0;
        if (way->refusals_in_row == REFUSALS_IN_ROW) {
            way_hold(way, -1, HOLD_NOT_NOW);
            readings[i].outcome = SUBMIT_THROTTLED;
        }
    }
}

static void keep_error(struct way *way, const struct submit_reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readings[i].outcome != SUBMIT_ACCEPTED) {
            snprintf(way->error, sizeof way->error, "%.*s", LANE_REASON_SIZE - 1, readings[i].reason);
            way->error_at_ms = clock_wall_ms();
        }
    }
}

void way_judge(struct way *way, enum http_fate fate, struct submit_reading *readings, size_t count,
               int64_t sent_at_ms)
{
    keep_error(way, readings, count);
    if (fate == HTTP_NOT_SENT) {
        /* The gateway is away. Nothing was handed over, so it is no attempt: an outage must not burn a round. */
        for (size_t i = 0; i < count; i++) {
            readings[i].outcome = SUBMIT_NOT_HANDED_OVER;
        }
        judge_latency(way, true, sent_at_ms);
        way_hold(way, -1, HOLD_AWAY);
        return;
    }
    size_t throttled = count_of(readings, count, SUBMIT_THROTTLED);
    size_t stopped = count_of(readings, count, SUBMIT_LANE_STOP);
    size_t unknown = count_of(readings, count, SUBMIT_UNKNOWN);
    size_t later = count_of(readings, count, SUBMIT_RETRY);
    judge_latency(way, throttled + stopped + unknown > 0 || later == count, sent_at_ms);
    bool open = false;
    for (size_t i = 0; i < count; i++) {
        open |= is_clear(readings[i].outcome);
        if (readings[i].outcome != SUBMIT_UNKNOWN) {
            (void)breaker_on_answer(&way->breaker);
        }
    }
    if (open) {
        way_open(way, sent_at_ms);
    }
    judge_refusals(way, readings, count);
    if (throttled > 0) {
        int64_t patience_ms = -1;
        for (size_t i = 0; i < count; i++) {
            patience_ms = readings[i].retry_after_ms > patience_ms ? readings[i].retry_after_ms : patience_ms;
        }
        way_hold(way, patience_ms, HOLD_THROTTLED);
    }
    if (stopped > 0) {
        way_hold(way, -1, HOLD_REFUSED);
    }
    for (size_t i = 0; i < unknown; i++) {
        (void)breaker_on_unknown(&way->breaker);
    }
    if (unknown > 0 && way->breaker.open) {
        way_hold(way, -1, HOLD_DOUBT);
    }
}
