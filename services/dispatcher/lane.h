/* A lane: one org's way out through its gateway. Holds the lane lease, knows what is due next, keeps a small
 * buffer of claimed messages and starts sends while slots, rate and the gateway's patience allow. */
#ifndef DISPATCHER_LANE_H
#define DISPATCHER_LANE_H

#include "base/metrics.h"
#include "dispatcher/breaker.h"
#include "dispatcher/dispatcher.h"
#include "dispatcher/lane_texts.h"
#include "dispatcher/numbers.h"
#include "store/gather.h"
#include "store/definitions.h"

struct send;

#define SUBMIT_OUTCOMES (SUBMIT_NOT_HANDED_OVER + 1)
#define INTENDED_KINDS  (INTEND_FAILED + 1)

/* Since the start of this process, for /metrics. */
struct lane_figures {
    int64_t intended[INTENDED_KINDS];
    int64_t outcomes[SUBMIT_OUTCOMES]; /* also of messages that were not handed over in the end */
    int64_t recovered_queued, recovered_unknown;
    struct metric_latency submits; /* HTTP requests to the gateway */
};

/* Why nothing goes out for a while. */
enum hold_reason {
    HOLD_NONE,
    HOLD_THROTTLED,
    HOLD_REFUSED, /* our credentials, or the route */
    HOLD_AWAY,    /* the gateway cannot be reached */
    HOLD_NOT_NOW, /* it refuses every message */
    HOLD_DOUBT,   /* the breaker is open */
};

struct lane {
    struct dispatcher *dispatcher;
    struct org_record record;
    struct profile *profile;
    struct gateway_settings gateway;
    struct http_client *http; /* its own: a gateway that hangs holds up nobody else */
    struct numbers *numbers;
    struct lane_texts *texts;

    /* the lane lease */
    int64_t fence; /* 0 = not ours */
    bool fresh;    /* this process has not taken it yet */
    bool taking, recovering;
    struct loop_timer *lease_timer;

    /* what is due */
    struct org_next next;
    bool next_known, asking_next, next_outdated;
    struct loop_timer *due_timer;
    bool releasing, scheduling;

    /* claimed and not yet started */
    struct claimed claimed[STORE_ITEMS_MAX];
    size_t claimed_first, claimed_count;
    int64_t claimed_at_ms; /* monotonic; a buffer older than half the lease is dropped */
    bool claiming;
    size_t claim_asked;
    bool more_is_due; /* the last claim was full */

    /* sends under way */
    size_t in_flight;
    struct send *sends;   /* all of them */
    struct gather *calls; /* theirs of one turn go as one; made at the first connection */
    double tokens;        /* segments that may go now */
    int64_t tokens_at_ms;
    int64_t held_until_ms;               /* monotonic; the gateway asked for patience, or is away */
    int64_t hold_ms;                     /* last hold, doubles */
    int refusals_in_row;                 /* "not now" since the gateway last took something */
    enum hold_reason held_for, told_for; /* in force until the lane is open; told last */
    int64_t told_at_ms;                  /* monotonic */
    bool hold_is_told;
    struct breaker breaker;
    struct loop_timer *pump_timer;
    struct lane_figures figures;
};

/* Makes the lane of an org: keys, texts, profile, gateway. NULL with the reason. Does nothing until
 * lane_wake. */
struct lane *lane_new(struct dispatcher *dispatcher, const struct org_record *record,
                      struct error *error) MUST_CHECK;
void lane_free(struct lane **lane);

void lane_on_redis(struct lane *lane, bool connected); /* connection came or went */
void lane_wake(struct lane *lane);                     /* something may be due: ask */
void lane_look(struct lane *lane);                     /* domain time moved: act on what is known to be due */
void lane_cut_off(struct lane *lane);                  /* ends what is still at the gateway, fate unknown */
void lane_drain(struct lane *lane);                    /* give back what is claimed, start nothing */
bool lane_is_idle(const struct lane *lane);

/* From a send: it has ended. */
void lane_send_ended(struct lane *lane);

/* --- pace (lane_pace.c) --- */

/* Takes the token of a message's first segment. 0, or the real ms until there is one. */
int64_t lane_take_token(struct lane *lane, int64_t now_ms);
/* How many may be under way: an open breaker, or a gateway that refuses everything, gets one at a time, as a probe. */
size_t lane_slots(const struct lane *lane);
/* The gateway wants patience: no submit before `wait_ms` (real), -1 = our own doubling backoff. Said once, however
 * many holds follow each other, and once more when the lane is open again. */
void lane_hold(struct lane *lane, int64_t wait_ms, enum hold_reason reason);
/* The gateway said clearly what becomes of a message: the breaker closes, and unless it said "not now" the backoff
 * starts anew. */
void lane_answers(struct lane *lane, enum submit_outcome outcome);
void lane_doubts(struct lane *lane); /* a submit ended with unknown fate */
/* The gateway said "not now" to a message. True when it says so to every one: then the lane is held, and it is no
 * attempt of this message. */
bool lane_is_refused(struct lane *lane);
void lane_use_tokens(struct lane *lane, size_t segments);

#endif
