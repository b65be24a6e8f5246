/* Rounds that are paused or cancelled. The hold takes force at once: nothing of the round is released or
 * handed over after it. What waits already is brought in line with it by many short calls, and what these miss
 * at its intend. All of it may be done again, and takes a link and blocks. */
#ifndef STORE_HOLDS_H
#define STORE_HOLDS_H

#include "store/rounds.h"

enum hold_set {
    HOLD_FAILED, /* the error says why */
    HOLD_SET,
    HOLD_SAME,      /* it was so already */
    HOLD_CANCELLED, /* the round was cancelled: that is for good */
};
/* A round that does not exist fails. */
enum hold_set hold_set(struct redis_link *link, const char *org, const char *round, enum round_hold hold,
                       struct error *error) MUST_CHECK;

/* The invitations of a round, of weeks that are not closed. */
struct invitations {
    int64_t waiting;   /* queued: held while the round is paused */
    int64_t leased;    /* in a dispatcher's hands: held or cancelled at their intend */
    int64_t under_way; /* in a gateway's hands */
    int64_t sent;      /* accepted, whatever became of them */
    int64_t unknown;   /* perhaps sent */
    int64_t cancelled;
    int64_t not_sent; /* ended otherwise */
};
/* Brings what waits in line with the hold: held, cancelled, or due again from due_ms (domain) on. Counts what
 * there is then. */
bool hold_apply(struct redis_link *link, const char *org, const char *round, int64_t due_ms,
                struct invitations *invitations_out, struct error *error) MUST_CHECK;

/* How many invitations of a round are in a gateway's hands. After a hold that only falls: once it is 0,
 * nothing more is handed over. */
bool hold_submitting(struct redis_link *link, const char *org, const char *round, int64_t *count_out,
                     struct error *error) MUST_CHECK;

/* How many invitations of an org are held. */
bool held_count(struct redis_link *link, const char *org, int64_t *count_out, struct error *error) MUST_CHECK;

#endif
