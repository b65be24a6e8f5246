/* A lane: one org's way out through its gateway. Holds the lane lease, knows what is due next, keeps a small
 * buffer of claimed messages and starts sends while slots, rate and the gateway's patience allow. */
#ifndef DISPATCHER_LANE_H
#define DISPATCHER_LANE_H

#include "dispatcher/breaker.h"
#include "dispatcher/dispatcher.h"
#include "dispatcher/lane_texts.h"
#include "dispatcher/numbers.h"
#include "store/definitions.h"

struct send;

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
    struct send *sends; /* all of them */
    double tokens;      /* segments that may go now */
    int64_t tokens_at_ms;
    int64_t held_until_ms; /* monotonic; the gateway asked for patience, or is away */
    int64_t hold_ms;       /* last hold, doubles */
    struct breaker breaker;
    struct loop_timer *pump_timer;
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
/* How many may be under way: an open breaker lets one out at a time, as a probe. */
size_t lane_slots(const struct lane *lane);
/* The gateway wants patience: no submit before `wait_ms` (real), -1 = our own doubling backoff. Says so once
 * a hold. */
void lane_hold(struct lane *lane, int64_t wait_ms, const char *reason);
void lane_flows(struct lane *lane);  /* the gateway accepted something: the backoff starts anew */
void lane_doubts(struct lane *lane); /* a submit ended with unknown fate */
void lane_use_tokens(struct lane *lane, size_t segments);

#endif
