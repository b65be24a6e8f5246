/* What a lane says of itself to people: gathered when the lease is renewed, told when it is news. */
#include "dispatcher/lane.h"

#include <stdio.h>
#include <string.h>

static void way_fill(struct way *way, int64_t now_ms, struct way_status *status)
{
    int64_t wall_ms = clock_wall_ms();
    bool held = way->held_for != HOLD_NONE;
    *status = (struct way_status){
        .held_for = way->held_for,
        .held_since_ms = held ? wall_ms - (now_ms - way->held_since_ms) : 0,
        .next_try_ms = held && way->held_until_ms > now_ms ? wall_ms + (way->held_until_ms - now_ms) : 0,
        .rate_segments = way->gateway.rate_segments,
        .in_flight = (int64_t)way->in_flight,
        .slots = (int64_t)way_slots(way),
        .error_at_ms = way->error_at_ms,
    };
    /* To the second: a clock that is read twice must not make news. */
    status->held_since_ms -= status->held_since_ms % 1000;
    status->next_try_ms -= status->next_try_ms % 1000;
    snprintf(status->gateway, sizeof status->gateway, "%s", way->gateway.name);
    snprintf(status->error, sizeof status->error, "%s", way->error);
    last_hour_sum(&way->hour, now_ms, status->outcomes);
}

const char *lane_state_news(struct lane *lane)
{
    int64_t now_ms = clock_monotonic_ms();
    struct text text = {0};
    struct lane_status status = {
        .started_ms = lane->dispatcher->started_ms,
        .ways_count = lane->ways_count,
        .active = lane_way(lane, now_ms)->place,
        .probe = lane->probe_pending ? lane->probe - 1 : lane->probe,
    };
    snprintf(status.probe_outcome, sizeof status.probe_outcome, "%s", lane->probe_outcome);
    for (size_t i = 0; i < lane->ways_count; i++) {
        way_fill(lane->ways[i], now_ms, &status.ways[i]);
    }
    lane_status_write(&status, &text);
    bool same = lane->told.chars != NULL && strcmp(lane->told.chars, text.chars) == 0;
    text_free(&lane->told);
    lane->told = text;
    return same ? NULL : lane->told.chars;
}

void lane_state_changed(struct lane *lane)
{
    bool told = lane->has_news;
    lane->has_news = true;
    if (!told && lane->fence != 0 && lane->dispatcher->redis_ready && !lane->dispatcher->draining) {
        loop_timer_arm(lane->lease_timer, LANE_NEWS_MS);
    }
}

static void probe_answered(struct lane *lane, const char *outcome)
{
    if (lane->probe_pending) {
        lane->probe_pending = false;
        snprintf(lane->probe_outcome, sizeof lane->probe_outcome, "%s", outcome);
        lane_state_changed(lane);
    }
}

void lane_on_outcome(struct lane *lane, enum submit_outcome outcome)
{
    probe_answered(lane, submit_outcome_name(outcome));
}

void lane_on_idle(struct lane *lane)
{
    if (lane->in_flight == 0 && lane->claimed_count == 0) {
        probe_answered(lane, "idle");
    }
}
