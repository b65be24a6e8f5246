#include "dispatcher/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dispatcher/release.h"
#include "dispatcher/scheduler.h"
#include "dispatcher/send.h"
#include "store/keyring.h"

static void lane_ask_next(struct lane *lane);
static void lane_on_next(void *context, const struct redis_value *value);
static void lane_due(void *context);
static void lane_claim(struct lane *lane);
static void lane_on_claimed(void *context, const struct redis_value *value);

static bool lane_is_working(const struct lane *lane);
static bool lane_may_send(const struct lane *lane);

struct lane *lane_new(struct dispatcher *dispatcher, const struct org_record *record, struct error *error)
{
    struct lane *lane = memory_zeroed(1, sizeof *lane);
    lane->dispatcher = dispatcher;
    lane->record = *record;
    lane->fresh = true;
    lane->ways_count = record->org.second.gateway[0] == '\0' ? 1 : 2;
    unsigned char secret[KEY_BYTES];
    bool made = true;
    if (record->org.gap_days < dispatcher->settings.reply_window_days) {
        made = error_set(error,
                         "org \"%s\": caps.gap_days is %d, below [survey] reply_window_days %lld: at most "
                         "one pulse may be open a person",
                         record->org.id, record->org.gap_days,
                         (long long)dispatcher->settings.reply_window_days);
    } else if (!keyring_load(&dispatcher->settings, record, KEY_SEALING_SECRET, secret, error) ||
               (lane->texts = lane_texts_new(&dispatcher->settings, &record->org, error)) == NULL) {
        made = false;
    }
    for (size_t i = 0; made && i < lane->ways_count; i++) {
        lane->ways[i] = way_new(lane, i, error);
        made = lane->ways[i] != NULL;
    }
    if (made) {
        lane->numbers = numbers_new(record->org.id, secret);
    }
    explicit_bzero(secret, sizeof secret);
    if (!made) {
        lane_free(&lane);
        return NULL;
    }
    lane->lease_timer = loop_timer_new(dispatcher->loop, lane_take, lane);
    lane->due_timer = loop_timer_new(dispatcher->loop, lane_due, lane);
    lane->pump_timer = loop_timer_new(dispatcher->loop, lane_pump, lane);
    return lane;
}

void lane_free(struct lane **lane)
{
    if (*lane == NULL) {
        return;
    }
    sends_abandon(*lane);
    gather_free(&(*lane)->calls);
    loop_timer_free(&(*lane)->lease_timer);
    loop_timer_free(&(*lane)->due_timer);
    loop_timer_free(&(*lane)->pump_timer);
    for (size_t i = 0; i < (*lane)->ways_count; i++) {
        way_free(&(*lane)->ways[i]);
    }
    numbers_free(&(*lane)->numbers);
    lane_texts_free(&(*lane)->texts);
    text_free(&(*lane)->told);
    free(*lane);
    *lane = NULL;
}

void lane_on_redis(struct lane *lane, bool connected)
{
    lane->next_known = false;
    if (connected) {
        if (lane->calls == NULL) {
            lane->calls = gather_new(lane->dispatcher->loop, lane->dispatcher->redis, lane->record.org.id);
        }
        lane_take(lane);
    } else {
        loop_timer_disarm(lane->lease_timer);
        loop_timer_disarm(lane->due_timer);
        text_clear(&lane->told); /* another Redis may not have heard it */
    }
}

/* --- what is due --- */

void lane_wake(struct lane *lane)
{
    lane->next_outdated = true;
    lane_ask_next(lane);
}

static void lane_ask_next(struct lane *lane)
{
    if (lane->asking_next || !lane_is_working(lane)) {
        return;
    }
    lane->asking_next = true;
    lane->next_outdated = false;
    struct redis_command command = {0};
    org_next_command(&command, lane->record.org.id);
    redis_send(lane->dispatcher->redis, &command, lane_on_next, lane);
    redis_command_free(&command);
}

static void lane_on_next(void *context, const struct redis_value *value)
{
    struct lane *lane = context;
    lane->asking_next = false;
    lane->next_known = value != NULL && org_next_result(value, &lane->next);
    if (lane->next_outdated) {
        lane_ask_next(lane);
        return;
    }
    lane_look(lane);
}

static bool is_due(int64_t at_ms, int64_t now_ms)
{
    return at_ms >= 0 && at_ms <= now_ms;
}

void lane_look(struct lane *lane)
{
    if (!lane_is_working(lane) || !lane->next_known) {
        return;
    }
    int64_t now_ms = clock_domain_ms(&lane->dispatcher->clock);
    int64_t redis_now_ms = dispatcher_redis_now_ms(lane->dispatcher);
    if (lane->next.round[0] != '\0' && is_due(lane->next.round_at_ms, now_ms) && !lane->releasing) {
        release_start(lane);
    }
    if (lane->next.schedule[0] != '\0' && is_due(lane->next.schedule_due_ms, now_ms) && !lane->scheduling) {
        scheduler_start(lane);
    }
    bool due = is_due(lane->next.reply_due_ms, now_ms) || is_due(lane->next.bulk_due_ms, now_ms) ||
               is_due(lane->next.wait_due_ms, redis_now_ms);
    if (due && lane_may_send(lane)) {
        lane_claim(lane);
    } else if (!due) {
        lane_on_idle(lane);
        int64_t wait_ms = lane_wait_ms(lane);
        if (wait_ms >= 0) {
            loop_timer_arm(lane->due_timer, wait_ms);
        }
    }
}

static void lane_due(void *context)
{
    lane_look(context);
}

int64_t lane_wait_ms(const struct lane *lane)
{
    const struct clock *clock = &lane->dispatcher->clock;
    int64_t domain_due[] = {lane->next.reply_due_ms, lane->next.bulk_due_ms,
                            lane->releasing ? -1 : lane->next.round_at_ms,
                            lane->scheduling ? -1 : lane->next.schedule_due_ms};
    int64_t first = -1;
    for (size_t i = 0; i < sizeof domain_due / sizeof domain_due[0]; i++) {
        int64_t wait = domain_due[i] < 0 ? -1 : clock_wait_ms(clock, domain_due[i]);
        if (wait >= 0 && (first < 0 || wait < first)) {
            first = wait;
        }
    }
    if (lane->next.wait_due_ms >= 0) {
        int64_t wait = lane->next.wait_due_ms - dispatcher_redis_now_ms(lane->dispatcher);
        wait = wait < 0 ? 0 : wait;
        first = first < 0 || wait < first ? wait : first;
    }
    return first;
}

/* --- claiming --- */

/* No more than can go well within half a lease at the lane's rate. */
static int64_t claim_count_max(const struct lane *lane)
{
    const struct settings *settings = &lane->dispatcher->settings;
    int64_t most = settings->claim_max;
    int64_t rate_segments = lane_way(lane, clock_monotonic_ms())->gateway.rate_segments;
    if (rate_segments > 0) {
        int64_t within_lease = rate_segments * settings->lease_ms / 1000 / 4;
        within_lease = within_lease < 1 ? 1 : within_lease;
        most = within_lease < most ? within_lease : most;
    }
    return most;
}

static void lane_claim(struct lane *lane)
{
    if (lane->claiming || lane->claimed_count > 0 || !lane_may_send(lane) ||
        lane_held_ms(lane, clock_monotonic_ms()) > 0) {
        lane_pump(lane);
        return;
    }
    lane->claiming = true;
    const struct settings *settings = &lane->dispatcher->settings;
    int64_t redis_now_ms = dispatcher_redis_now_ms(lane->dispatcher);
    lane->claim_asked = (size_t)claim_count_max(lane);
    struct redis_command command = {0};
    outbox_claim_command(&command, lane->record.org.id, lane->fence, redis_now_ms,
                         redis_now_ms + settings->lease_ms, clock_domain_ms(&lane->dispatcher->clock),
                         (int64_t)lane->claim_asked);
    lane->claimed_at_ms = clock_monotonic_ms();
    redis_send(lane->dispatcher->redis, &command, lane_on_claimed, lane);
    redis_command_free(&command);
}

static void lane_on_claimed(void *context, const struct redis_value *value)
{
    struct lane *lane = context;
    lane->claiming = false;
    lane->claimed_first = 0;
    if (value != NULL) {
        metric_latency_add(&lane->dispatcher->calls[CALL_CLAIM], clock_monotonic_ms() - lane->claimed_at_ms);
    }
    if (value == NULL || !outbox_claim_result(value, lane->claimed, &lane->claimed_count)) {
        lane->claimed_count = 0;
        lane->more_is_due = false;
        if (strcmp(redis_word(value), "PAUSED") == 0) {
            lane_take(lane);
        } else if (value != NULL) {
            log_warning("%s: claim: %s", lane->record.org.id,
                        redis_text(value)[0] ? redis_text(value) : redis_word(value));
            lane_take(lane);
        }
        dispatcher_lane_idle(lane->dispatcher);
        return;
    }
    lane->more_is_due = lane->claimed_count == lane->claim_asked;
    if (lane->dispatcher->draining) {
        lane_drop_claimed(lane);
        dispatcher_lane_idle(lane->dispatcher);
    } else if (lane->claimed_count == 0) {
        lane_wake(lane);
    } else {
        lane_pump(lane);
    }
}

/* Claimed messages that will not be started by us are given back; what cannot be given back expires. */
void lane_drop_claimed(struct lane *lane)
{
    for (size_t i = 0; i < lane->claimed_count; i++) {
        send_give_back(lane, &lane->claimed[lane->claimed_first + i]);
    }
    lane->claimed_count = 0;
}

/* --- sending --- */

void lane_pump(void *context)
{
    struct lane *lane = context;
    const struct settings *settings = &lane->dispatcher->settings;
    while (lane->claimed_count > 0 && lane_may_send(lane)) {
        int64_t now_ms = clock_monotonic_ms();
        if (now_ms - lane->claimed_at_ms > settings->lease_ms / 2) {
            lane_drop_claimed(lane);
            break;
        }
        struct way *way = NULL;
        int64_t wait_ms = lane_admit(lane, now_ms, &way);
        if (wait_ms > 0) {
            loop_timer_arm(lane->pump_timer, wait_ms);
        }
        if (way == NULL) {
            return;
        }
        const struct claimed *claimed = &lane->claimed[lane->claimed_first];
        lane->claimed_first++;
        lane->claimed_count--;
        send_start(way, claimed);
    }
    if (lane->claimed_count == 0 && !lane->claiming && lane_may_send(lane)) {
        int64_t now_ms = clock_monotonic_ms();
        const struct way *way = lane_way(lane, now_ms);
        if (lane_held_ms(lane, clock_monotonic_ms()) > 0) {
            loop_timer_arm(lane->pump_timer, lane_held_ms(lane, now_ms));
        } else if (lane->more_is_due) {
            lane_claim(lane);
        } else if (way->in_flight < way_slots(way) * way->batch_max) {
            lane_wake(lane);
        }
    }
}

void lane_send_ended(struct lane *lane)
{
    lane_pump(lane);
    dispatcher_lane_idle(lane->dispatcher);
}

/* --- the rest --- */

static bool lane_is_working(const struct lane *lane)
{
    return lane->fence != 0 && lane->dispatcher->redis_ready && !lane->dispatcher->draining;
}

/* People may hold what goes out; rounds are still released into the outbox. */
static bool lane_may_send(const struct lane *lane)
{
    return lane_is_working(lane) && !lane->paused;
}

void lane_cut_off(struct lane *lane)
{
    for (size_t i = 0; i < lane->ways_count; i++) {
        way_cut_off(lane->ways[i]);
    }
}

void lane_drain(struct lane *lane)
{
    loop_timer_disarm(lane->lease_timer);
    loop_timer_disarm(lane->due_timer);
    loop_timer_disarm(lane->pump_timer);
    lane_drop_claimed(lane);
}

bool lane_is_idle(const struct lane *lane)
{
    return lane->in_flight == 0 && !lane->releasing && !lane->scheduling && !lane->claiming &&
           !lane->releasing_lease;
}
