#include "dispatcher/dispatcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/owner.h"
#include "dispatcher/lane.h"
#include "dispatcher/status.h"
#include "domain/crisis.h"
#include "store/server_check.h"
#include "store/wake.h"

#define SWEEP_MS       300000 /* safety net behind lost hints */
#define JUDGE_RETRY_MS 1000
#define TIME_RETRY_MS  200
#define DRAIN_SPARE_MS 2000 /* beyond the deadlines of HTTP and Redis */

static void dispatcher_on_connected(void *context);
static void dispatcher_on_disconnected(void *context);
static void dispatcher_close_lanes(struct dispatcher *dispatcher);
static void dispatcher_judge_again(void *context);
static void dispatcher_ask_time(void *context);
static void dispatcher_on_time(void *context, const struct redis_value *value);
static void dispatcher_on_wake(void *context, const char *message);
static bool dispatcher_load_orgs(struct dispatcher *dispatcher);
static void dispatcher_sweep(void *context);
static void dispatcher_on_clock(void *context);
static void dispatcher_drain(void *context);
static void dispatcher_stop(void *context);
static void dispatcher_free(struct dispatcher *dispatcher);

int dispatcher_run(const struct settings *settings)
{
    static struct dispatcher dispatcher;
    struct error error;
    dispatcher.settings = *settings;
    dispatcher.started_ms = clock_wall_ms();
    char address[320];
    settings_redis_address(settings, address);
    dispatcher.loop = loop_new();
    if (!crisis_check(settings, clock_wall_ms(), &error) ||
        !clock_open(&dispatcher.clock, settings->clock_file, &error) ||
        !owner_take(settings, "dispatcher", "dispatcher.owner", dispatcher.owner, &error) ||
        (dispatcher.seen = seen_open(settings, "pulssi-dispatcher", dispatcher.loop, &error)) == NULL ||
        (dispatcher.link = store_open_waiting(settings, dispatcher.seen, &error)) == NULL) {
        log_error("%s", error.text);
        return 1;
    }
    if (!loop_watch_clock(dispatcher.loop, &dispatcher.clock, dispatcher_on_clock, &dispatcher, &error)) {
        log_error("%s", error.text);
        dispatcher_free(&dispatcher);
        return 1;
    }
    loop_on_terminate(dispatcher.loop, dispatcher_drain, &dispatcher);
    dispatcher.sweep = loop_timer_new(dispatcher.loop, dispatcher_sweep, &dispatcher);
    dispatcher.time_retry = loop_timer_new(dispatcher.loop, dispatcher_ask_time, &dispatcher);
    dispatcher.judge_retry = loop_timer_new(dispatcher.loop, dispatcher_judge_again, &dispatcher);
    dispatcher.drain_deadline = loop_timer_new(dispatcher.loop, dispatcher_stop, &dispatcher);
    loop_timer_arm(dispatcher.sweep, SWEEP_MS);
    if (!dispatcher_load_orgs(&dispatcher)) {
        dispatcher_free(&dispatcher);
        return 1;
    }
    if (!status_open(&dispatcher, &error)) {
        log_error("%s", error.text);
        dispatcher_free(&dispatcher);
        return 1;
    }
    struct redis_options options = {
        .address = address,
        .password = settings->redis_password,
        .deadline_ms = settings->redis_deadline_ms,
        .on_connected = dispatcher_on_connected,
        .on_disconnected = dispatcher_on_disconnected,
        .context = &dispatcher,
    };
    dispatcher.redis = redis_open(dispatcher.loop, &options);
    seen_watch(dispatcher.seen, dispatcher.redis, dispatcher_judge_again, &dispatcher);
    options.on_connected = NULL;
    options.on_disconnected = NULL;
    dispatcher.wake =
        redis_subscribe(dispatcher.loop, &options, WAKE_CHANNEL, dispatcher_on_wake, &dispatcher);
    log_info("started, %zu lane%s", dispatcher.lanes_count, dispatcher.lanes_count == 1 ? "" : "s");
    loop_run(dispatcher.loop);
    log_info("stopped");
    dispatcher_free(&dispatcher);
    return 0;
}

/* --- Redis --- */

/* Every connection is judged again, not only the first: it may be another Redis, one with other settings, one that lost
 * writes. Also whenever the store says that the server changed. Until it has passed, the lanes stay closed. */
static void dispatcher_on_connected(void *context)
{
    struct dispatcher *dispatcher = context;
    struct error error;
    redis_link_close(&dispatcher->link);
    dispatcher->link = store_open(&dispatcher->settings, dispatcher->seen, &error);
    if (dispatcher->link != NULL) {
        dispatcher->refusal.text[0] = '\0';
        if (!dispatcher->redis_ready)
            dispatcher_ask_time(dispatcher);
        return;
    }
    dispatcher_close_lanes(dispatcher);
    if (strcmp(dispatcher->refusal.text, error.text) != 0)
        log_error("lanes stay closed: %s", error.text);
    dispatcher->refusal = error;
    loop_timer_arm(dispatcher->judge_retry, JUDGE_RETRY_MS);
}

static void dispatcher_judge_again(void *context)
{
    struct dispatcher *dispatcher = context;
    if (redis_is_connected(dispatcher->redis)) {
        dispatcher_on_connected(dispatcher);
    }
}

static void dispatcher_on_disconnected(void *context)
{
    struct dispatcher *dispatcher = context;
    if (!dispatcher->draining) {
        log_warning("Redis is away");
    }
    dispatcher_close_lanes(dispatcher);
}

static void dispatcher_close_lanes(struct dispatcher *dispatcher)
{
    dispatcher->redis_ready = false;
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_on_redis(dispatcher->lanes[i], false);
    }
}

void dispatcher_saw(struct dispatcher *dispatcher, const char *org, int64_t number)
{
    if (seen_take(dispatcher->seen, org, number)) {
        return;
    }
    log_error("%s: the commit number went down: this is another Redis than a moment ago", org);
    dispatcher_close_lanes(dispatcher);
    loop_timer_arm(dispatcher->judge_retry, 0);
}

/* Leases are judged by Redis's clock: its offset is taken at each connect and advanced by our monotonic
 * clock. */
static void dispatcher_ask_time(void *context)
{
    struct dispatcher *dispatcher = context;
    struct redis_command command = {0};
    redis_command_add(&command, "TIME");
    redis_send(dispatcher->redis, &command, dispatcher_on_time, dispatcher);
    redis_command_free(&command);
}

static void dispatcher_on_time(void *context, const struct redis_value *value)
{
    struct dispatcher *dispatcher = context;
    if (redis_count(value) != 2) {
        if (redis_is_connected(dispatcher->redis)) {
            loop_timer_arm(dispatcher->time_retry,
                           TIME_RETRY_MS); /* for example: still loading its data set */
        }
        return;
    }
    int64_t redis_ms = redis_int(redis_item(value, 0)) * 1000 + redis_int(redis_item(value, 1)) / 1000;
    dispatcher->redis_offset_ms = redis_ms - clock_monotonic_ms();
    dispatcher->redis_ready = true;
    dispatcher_load_orgs(dispatcher); /* a hint may have been lost meanwhile */
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_on_redis(dispatcher->lanes[i], true);
    }
}

int64_t dispatcher_redis_now_ms(const struct dispatcher *dispatcher)
{
    return dispatcher->redis_offset_ms + clock_monotonic_ms();
}

/* --- orgs and hints --- */

static struct lane *lane_of(const struct dispatcher *dispatcher, const char *org)
{
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        if (strcmp(dispatcher->lanes[i]->record.org.id, org) == 0) {
            return dispatcher->lanes[i];
        }
    }
    return NULL;
}

/* Orgs that are new get a lane; the record of a known one is replaced in place. False when an org that should
 * have a lane got none: reason enough not to start; later it is said and the others go on. */
static bool dispatcher_load_orgs(struct dispatcher *dispatcher)
{
    static char names[ORGS_MAX][33];
    size_t count = 0;
    struct error error;
    if (dispatcher->link == NULL) {
        return false; /* the next connection loads them */
    }
    if (!orgs_list(dispatcher->link, names, ORGS_MAX, &count, &error)) {
        log_error("reading the orgs: %s", error.text);
        return false;
    }
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        static struct org_record record;
        struct lane *lane = lane_of(dispatcher, names[i]);
        if (!org_load(dispatcher->link, names[i], &record, &error)) {
            log_error("%s", error.text);
            all = false;
            continue;
        }
        if (lane != NULL) {
            lane_follow(lane, &record);
            lane_texts_outdated(lane->texts);
            lane_budget_look(lane);
        } else if (record.fingerprint_sealing[0] == '\0') {
            log_warning("%s: no keys yet, no lane", names[i]);
        } else if ((lane = lane_new(dispatcher, &record, &error)) == NULL) {
            log_error("%s", error.text);
            all = false;
        } else {
            dispatcher->lanes =
                memory_resized(dispatcher->lanes, dispatcher->lanes_count + 1, sizeof(struct lane *));
            dispatcher->lanes[dispatcher->lanes_count++] = lane;
            log_info("%s: lane through gateway %s", names[i], record.org.gateway);
            if (dispatcher->redis_ready) {
                lane_on_redis(lane, true);
            }
        }
    }
    return all;
}

static void dispatcher_on_wake(void *context, const char *message)
{
    struct dispatcher *dispatcher = context;
    if (strcmp(message, WAKE_ORGS) == 0) {
        dispatcher_load_orgs(dispatcher);
    } else if (strcmp(message, WAKE_JUDGE) == 0) {
        dispatcher_judge_again(dispatcher);
    } else if (strncmp(message, WAKE_LANE, strlen(WAKE_LANE)) == 0) {
        struct lane *lane = lane_of(dispatcher, message + strlen(WAKE_LANE));
        if (lane != NULL) {
            lane_take(lane);
        }
    } else if (strncmp(message, WAKE_ORG, strlen(WAKE_ORG)) == 0) {
        struct lane *lane = lane_of(dispatcher, message + strlen(WAKE_ORG));
        if (lane != NULL) {
            lane_wake(lane);
        }
    }
}

static void dispatcher_sweep(void *context)
{
    struct dispatcher *dispatcher = context;
    dispatcher_load_orgs(dispatcher);
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_wake(dispatcher->lanes[i]);
    }
    loop_timer_arm(dispatcher->sweep, SWEEP_MS);
}

static void dispatcher_on_clock(void *context)
{
    struct dispatcher *dispatcher = context;
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_look(dispatcher->lanes[i]);
    }
}

/* --- the end --- */

static void dispatcher_drain(void *context)
{
    struct dispatcher *dispatcher = context;
    if (dispatcher->draining) {
        return;
    }
    dispatcher->draining = true;
    announcer_stopping(dispatcher->announcer);
    log_info("draining");
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_drain(dispatcher->lanes[i]);
    }
    loop_timer_arm(dispatcher->drain_deadline, dispatcher->settings.http_deadline_ms +
                                                   dispatcher->settings.redis_deadline_ms + DRAIN_SPARE_MS);
    dispatcher_lane_idle(dispatcher);
}

void dispatcher_lane_idle(struct dispatcher *dispatcher)
{
    if (!dispatcher->draining) {
        return;
    }
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        if (!lane_is_idle(dispatcher->lanes[i])) {
            return;
        }
    }
    /* Others need not wait for the leases to end; the last lane comes back here. */
    bool releasing = false;
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_release(dispatcher->lanes[i]);
        releasing = releasing || !lane_is_idle(dispatcher->lanes[i]);
    }
    if (releasing) {
        return;
    }
    /* What was given back is on its way to Redis; the timer lets the loop write it. */
    loop_timer_arm(dispatcher->drain_deadline, redis_outstanding(dispatcher->redis) > 0 ? 200 : 0);
}

static void dispatcher_stop(void *context)
{
    struct dispatcher *dispatcher = context;
    loop_stop(dispatcher->loop);
}

static void dispatcher_free(struct dispatcher *dispatcher)
{
    redis_unsubscribe(&dispatcher->wake);
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_cut_off(dispatcher->lanes[i]); /* sends that are left learn that their fate is unknown … */
    }
    redis_close(&dispatcher->redis); /* … and cannot tell Redis: their leases expire */
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        lane_free(&dispatcher->lanes[i]);
    }
    free(dispatcher->lanes);
    loop_timer_free(&dispatcher->sweep);
    loop_timer_free(&dispatcher->time_retry);
    loop_timer_free(&dispatcher->judge_retry);
    loop_timer_free(&dispatcher->drain_deadline);
    status_close(dispatcher);
    redis_link_close(&dispatcher->link);
    seen_close(&dispatcher->seen);
    loop_free(&dispatcher->loop);
}
