/* A lane: one org's way out. Holds the lane lease, knows what is due next, keeps a small buffer of claimed messages and
 * starts sends while slots, rate and the gateway's patience allow: through the org's first gateway, or through its second
 * one while the first is held for long. A message that was perhaps handed over never changes its way: it is not claimed
 * again. */
#ifndef DISPATCHER_LANE_H
#define DISPATCHER_LANE_H

#include "base/metrics.h"
#include "dispatcher/dispatcher.h"
#include "dispatcher/lane_texts.h"
#include "dispatcher/numbers.h"
#include "dispatcher/way.h"
#include "store/gather.h"
#include "store/definitions.h"
#include "store/lanes.h"

struct send;

#define INTENDED_KINDS (INTEND_FAILED + 1)

/* Since the start of this process, for /metrics. */
struct lane_figures {
    int64_t intended[INTENDED_KINDS];
    int64_t recovered_queued, recovered_unknown;
};

struct lane {
    struct dispatcher *dispatcher;
    struct org_record record;
    struct way *ways[LANE_WAYS_MAX];
    size_t ways_count;
    bool ways_are_others; /* told: the org's record names other gateways than when the lane was made */
    struct numbers *numbers;
    struct lane_texts *texts;

    /* the lane lease */
    int64_t fence; /* 0 = not ours */
    bool fresh;    /* this process has not taken it yet */
    bool taking, take_again, recovering, releasing_lease;
    struct loop_timer *lease_timer;

    /* people */
    bool paused;
    int64_t probe;          /* the last one asked for */
    bool probe_pending;     /* it has no answer yet */
    char probe_outcome[16]; /* of the last one that has: "idle" or an outcome's name */
    struct text told;       /* what was said of the lane last (lane_state.c) */
    bool has_news;          /* it should be said anew at once */

    /* what is due */
    struct org_next next;
    bool next_known, asking_next, next_outdated;
    struct loop_timer *due_timer;
    bool releasing, scheduling;

    bool asking_budget, budget_outdated; /* whether another budget lets what one has paused go on */

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
void lane_pump(void *lane);                /* starts what may start */
void lane_drop_claimed(struct lane *lane); /* gives back what is claimed and not started */
/* Real ms until the first thing that is known becomes due; -1 = nothing, or domain time must first be let on. */
int64_t lane_wait_ms(const struct lane *lane);

/* From a send: it has ended. */
void lane_send_ended(struct lane *lane);

/* --- the month's budget (lane_budget.c) --- */

/* Says how far the budget is spent; 0 per cent = nothing is to be said. */
void lane_budget_tell(const struct lane *lane, const struct spending *spending, int percent);
/* The lane was taken, or the org's record replaced: messages that another budget paused are due again. */
void lane_budget_look(struct lane *lane);

/* --- its lease (lane_lease.c) --- */

void lane_take(void *lane); /* takes or renews it, says what is news, hears what people want */
/* The lane has nothing under way: its lease ends now, for others. */
void lane_release(struct lane *lane);

/* --- its ways (lane_ways.c) --- */

/* Replaces the org's record. Gateways stay those that the lane was made with; a second that is no longer named rests. */
void lane_follow(struct lane *lane, const struct org_record *record);
/* The way that messages go through now. */
struct way *lane_way(const struct lane *lane, int64_t now_ms);
/* The way that the next message may take now, its token taken; NULL = none, and then the real ms until that may change,
 * -1 = when one that is under way has ended. */
int64_t lane_admit(struct lane *lane, int64_t now_ms, struct way **way_out);
/* Real ms until something may be claimed for a way; 0 = now. */
int64_t lane_held_ms(const struct lane *lane, int64_t now_ms);

/* --- what is said of it (lane_state.c) --- */

#define LANE_NEWS_MS 200 /* states that change to and fro are told of this often at most */

/* What people are told of the lane, as JSON; NULL = the same as the last time. Borrowed until the next call. */
const char *lane_state_news(struct lane *lane);
/* It should be told now. */
void lane_state_changed(struct lane *lane);
/* What became of a message: also the answer to a probe. */
void lane_on_outcome(struct lane *lane, enum submit_outcome outcome);
/* Nothing waits: that is an answer, too. */
void lane_on_idle(struct lane *lane);

#endif
