/* The lane lease: taken at each connection, renewed while there is one, given back at the end. With each renewal the
 * dispatcher says how the lane is and hears what people want of it; leases of messages that are void are recovered.
 *
 *   lane_take ─► taken ─► what people want ─► recover (void or expired leases) ─► lane_wake
 *        ▲                                        └── nothing is leased ──┐
 *        └──────────────── renewal ◄────────────────────────────────────── */
#include "dispatcher/lane.h"

#include "base/log.h"

#define LEASE_RENEW_MS 5000
#define ASK_AGAIN_MS   200

static void lane_on_taken(void *context, const struct redis_value *value);
static void lane_hear_people(struct lane *lane, const struct lane_taken *taken);
static void lane_recover(struct lane *lane);
static void lane_on_recovered(void *context, const struct redis_value *value);
static void lane_on_released(void *context, const struct redis_value *value);

void lane_take(void *context)
{
    struct lane *lane = context;
    lane->take_again = lane->taking;
    if (lane->taking || lane->dispatcher->draining || !lane->dispatcher->redis_ready) {
        return;
    }
    lane->taking = true;
    lane->has_news = false;
    struct redis_command command = {0};
    lane_take_command(&command, lane->record.org.id, lane->dispatcher->owner,
                      dispatcher_redis_now_ms(lane->dispatcher), LANE_LEASE_MS, lane->fresh);
    const char *news = lane->fence != 0 ? lane_state_news(lane) : NULL;
    if (news != NULL) {
        lane_take_add_status(&command, news);
    }
    redis_send(lane->dispatcher->redis, &command, lane_on_taken, lane);
    redis_command_free(&command);
}

static void lane_on_taken(void *context, const struct redis_value *value)
{
    struct lane *lane = context;
    lane->taking = false;
    struct lane_taken taken;
    if (value == NULL || !lane_take_result(value, &taken)) {
        text_clear(&lane->told); /* perhaps it was not heard */
        if (value != NULL) {
            log_error("%s: lane lease: %s", lane->record.org.id, redis_text(value));
        }
        loop_timer_arm(lane->lease_timer, ASK_AGAIN_MS);
        return;
    }
    dispatcher_saw(lane->dispatcher, lane->record.org.id, taken.commit);
    if (taken.held_by_other) {
        if (lane->fence != 0 || lane->fresh) {
            log_warning("%s: another dispatcher holds the lane: this one waits", lane->record.org.id);
        }
        lane_drop_claimed(lane);
        lane->fence = 0;
        lane->fresh = false; /* another owner's lane is taken with a new fence anyway */
        loop_timer_arm(lane->lease_timer, LEASE_RENEW_MS);
        return;
    }
    bool new_fence = taken.fence != lane->fence;
    if (new_fence) {
        lane->claimed_count = 0; /* leased under a fence that is void now; the recovery queues them again */
        lane->fence = taken.fence;
        lane_budget_look(lane);
    }
    lane->fresh = false;
    bool again =
        new_fence || lane->take_again; /* a new one says how it is; or somebody wanted it meanwhile */
    loop_timer_arm(lane->lease_timer, again ? 0 : lane->has_news ? LANE_NEWS_MS : LEASE_RENEW_MS);
    lane_hear_people(lane, &taken);
    if (new_fence || taken.leased > 0) {
        lane_recover(lane);
    } else if (!lane->next_known || lane_wait_ms(lane) == 0) {
        lane_wake(lane); /* otherwise nothing is due, and whoever changes that gives a hint */
    }
}

/* What people did to the lane since the last time. A probe from before our time was another's. */
static void lane_hear_people(struct lane *lane, const struct lane_taken *taken)
{
    bool goes_on = lane->paused && !taken->paused;
    if (lane->paused != taken->paused) {
        log_info("%s: the lane is %s by `pulssi lane`", lane->record.org.id,
                 taken->paused ? "paused" : "resumed");
    }
    bool probes = taken->probe != lane->probe && !taken->new_fence;
    lane->paused = taken->paused;
    lane->probe_pending = lane->probe_pending || probes;
    lane->probe = taken->probe;
    if (lane->paused) {
        lane_drop_claimed(lane);
        return;
    }
    for (size_t i = 0; probes && i < lane->ways_count; i++) {
        way_let_probe(lane->ways[i]);
    }
    if (goes_on || probes) {
        lane_wake(lane);
        lane_pump(lane);
    }
}

/* Void and expired leases go back to the queue or become unknown; also with each renewal. */
static void lane_recover(struct lane *lane)
{
    if (lane->recovering) {
        return;
    }
    lane->recovering = true;
    struct redis_command command = {0};
    outbox_recover_command(&command, lane->record.org.id, lane->fence,
                           dispatcher_redis_now_ms(lane->dispatcher),
                           clock_domain_ms(&lane->dispatcher->clock));
    redis_send(lane->dispatcher->redis, &command, lane_on_recovered, lane);
    redis_command_free(&command);
}

static void lane_on_recovered(void *context, const struct redis_value *value)
{
    struct lane *lane = context;
    lane->recovering = false;
    int64_t requeued = 0, unknown = 0;
    if (value == NULL || !outbox_recover_result(value, &requeued, &unknown)) {
        return; /* the next renewal tries again */
    }
    lane->figures.recovered_queued += requeued;
    lane->figures.recovered_unknown += unknown;
    if (requeued + unknown > 0) {
        log_info("%s: leases recovered: %lld queued again, %lld unknown", lane->record.org.id,
                 (long long)requeued, (long long)unknown);
        lane_recover(lane);
        return;
    }
    lane_wake(lane);
    lane_pump(lane); /* what was claimed before Redis went away */
}

void lane_release(struct lane *lane)
{
    if (lane->fence == 0 || !lane->dispatcher->redis_ready) {
        return;
    }
    struct redis_command command = {0};
    lane_release_command(&command, lane->record.org.id, lane->dispatcher->owner,
                         dispatcher_redis_now_ms(lane->dispatcher));
    lane->fence = 0;
    lane->releasing_lease = true;
    redis_send(lane->dispatcher->redis, &command, lane_on_released, lane);
    redis_command_free(&command);
}

/* Unheard it ends by itself. */
static void lane_on_released(void *context, const struct redis_value *value)
{
    struct lane *lane = context;
    (void)value;
    lane->releasing_lease = false;
    dispatcher_lane_idle(lane->dispatcher);
}
