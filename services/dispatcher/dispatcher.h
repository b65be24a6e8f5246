/* The dispatcher: releases due rounds into the outbox, claims, renders, intends, sends, settles. One lane an
 * org.
 *
 *   org_next ──► release (round → outbox)            lane.c decides what is due and keeps the lane lease
 *        └─────► claim ──► send ──► settle           send.c carries one message through intend, HTTP, settle
 *
 * Promises: intent is on disk before the HTTP call; a message whose fate is not known is never handed over
 * again; nothing is handed over after an intend that follows STOP. Never reads a reply. */
#ifndef DISPATCHER_DISPATCHER_H
#define DISPATCHER_DISPATCHER_H

#include "base/id.h"
#include "base/metrics.h"
#include "base/settings.h"
#include "gateway/submit.h"
#include "io/announcer.h"
#include "io/http_client.h"
#include "io/redis.h"
#include "io/status_server.h"
#include "store/seen.h"

struct lane;

enum call { CALL_CLAIM, CALL_INTEND, CALL_SETTLE };
#define CALLS (CALL_SETTLE + 1)

struct dispatcher {
    struct settings settings;
    struct clock clock;
    struct loop *loop;
    struct redis *redis;
    struct redis_subscription *wake;
    struct redis_link *link; /* for rare reads that are kept: orgs, surveys, batch keys */
    struct seen *seen;
    struct error refusal; /* why the server was refused when it was judged last; "" = it was not */
    struct lane **lanes;
    size_t lanes_count;
    char owner[ID_SIZE]; /* of lane leases; kept in the state folder, so that a restart takes over at once */
    int64_t redis_offset_ms; /* Redis's time minus monotonic time; set at each connect */
    bool redis_ready;        /* connected, and its time is known */
    bool draining;
    int64_t started_ms;       /* wall */
    struct loop_timer *sweep; /* a lost hint costs at most this long */
    struct loop_timer *time_retry, *judge_retry;
    struct loop_timer *drain_deadline;
    struct status_server *status;
    struct announcer *announcer;
    struct metric_latency calls[CALLS]; /* of Redis, answered ones */
};

/* Runs until SIGTERM; returns the exit code. Settings must be loaded. */
int dispatcher_run(const struct settings *settings);

/* Redis's own time now, ms. */
int64_t dispatcher_redis_now_ms(const struct dispatcher *dispatcher);

/* A commit number that came with a reply; 0 = none. One that went down closes the lanes until the server is judged. */
void dispatcher_saw(struct dispatcher *dispatcher, const char *org, int64_t number);

/* A lane has nothing under way any more: the loop ends when the last one says so while draining. */
void dispatcher_lane_idle(struct dispatcher *dispatcher);

#endif
