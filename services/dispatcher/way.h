/* A way out of a lane: one gateway, its profile, its connections and its pace. A lane has one, or a second one for
 * messages while the first is held.
 *
 *   tokens of segments ─► is it held? ─► slots: latency, probes ─► a message may start
 *                            └── throttled, refused, away, "not now" to all, breaker open ◄── way_judge: the answer
 *
 * Never decides over a message: what is held is the way. */
#ifndef DISPATCHER_WAY_H
#define DISPATCHER_WAY_H

#include "base/metrics.h"
#include "base/settings.h"
#include "dispatcher/breaker.h"
#include "dispatcher/concurrency.h"
#include "dispatcher/last_hour.h"
#include "gateway/submit.h"
#include "io/http_client.h"
#include "store/outbox.h"

struct lane;
struct batch;

struct way {
    struct lane *lane;
    size_t place; /* 0 = the lane's first */
    struct profile *profile;
    struct gateway_settings gateway;
    char sender[PHONE_SIZE];
    bool is_named;            /* by the org's record as it is now */
    struct http_client *http; /* its own: a gateway that hangs holds up nobody else */

    /* messages under way */
    size_t in_flight;    /* from their start to their end */
    size_t intending;    /* of those: may still join the batch */
    size_t batch_max;    /* messages a request may carry */
    struct batch *batch; /* being gathered; NULL = none */
    struct loop_timer *batch_timer;

    /* pace */
    double tokens; /* segments that may go now */
    int64_t tokens_at_ms;
    int64_t held_until_ms;               /* monotonic; the gateway asked for patience, or is away */
    int64_t held_since_ms, held_at_ms;   /* monotonic; the first and the last hold since it was open */
    int64_t hold_ms;                     /* last hold, doubles */
    int refusals_in_row;                 /* "not now" since the gateway last took something */
    enum hold_reason held_for, told_for; /* in force until the way is open; told last */
    int64_t told_at_ms;                  /* monotonic */
    bool hold_is_told;
    struct breaker breaker;
    struct concurrency concurrency;

    /* for people */
    int64_t outcomes
        [SUBMIT_OUTCOMES]; /* since the start; also of messages that were not handed over in the end */
    struct metric_latency submits; /* HTTP requests */
    struct last_hour hour;
    char error[LANE_REASON_SIZE]; /* the last one; "" = none */
    int64_t error_at_ms;          /* wall */
};

/* Reads the profile of the lane's first or second gateway and opens nothing yet. NULL with the reason. */
struct way *way_new(struct lane *lane, size_t place, struct error *error) MUST_CHECK;
void way_cut_off(struct way *way); /* ends what is still at the gateway, fate unknown */
void way_free(struct way **way);

/* The org's record was replaced: its sender is the way's, as long as it names the way's gateway at this place. */
void way_follow(struct way *way);

/* --- pace (way_pace.c) --- */

/* Whether a message may start now: 0, and then it takes the token of its first segment; the real ms until it may; -1 =
 * not before one that is under way has ended. */
int64_t way_admit(struct way *way, int64_t now_ms);
void way_use_tokens(struct way *way, size_t segments); /* beyond the first */
/* How many requests may be under way: while it is held, or the breaker is open, one message as a probe. */
size_t way_slots(const struct way *way);
/* Held without a break for longer than a lane waits for its first way. */
bool way_is_out(const struct way *way, int64_t now_ms);
int64_t way_out_in_ms(const struct way *way, int64_t now_ms); /* real ms until it is, -1 = it is not held */
/* A person wants a message to be tried now. */
void way_let_probe(struct way *way);

/* What the gateway's answer to a request means for the way: once, however many messages it carried. Readings of "not
 * now" become "throttled" when it says so to every message: that is no attempt of theirs. */
void way_judge(struct way *way, enum http_fate fate, struct submit_reading *readings, size_t count,
               int64_t sent_at_ms);

#endif
