/* Adopting a data set that lost writes: what may have happened in the time that is lost is settled, org by org, so that
 * nobody is asked twice; what was lost is not brought back. Bounded steps; begun again after a break it goes on.
 *
 *   dataset_mark_behind ─► for each org: adopt_org ─► dataset_adopt (programs accept the server again) */
#ifndef STORE_ADOPT_H
#define STORE_ADOPT_H

#include "domain/org.h"
#include "io/redis.h"

struct adopt_counts {
    int64_t in_hands; /* messages leased or submitting */
    int64_t waiting;  /* messages that were due */
    int64_t held;     /* invitations of paused rounds: the pause may have been lifted */
    int64_t rounds;   /* started, not known to be released to the end */
    int64_t schedules;
};

/* The moment of the adoption, and what the asking of a person needs to know. */
struct adopt_moment {
    int64_t now_ms; /* domain */
    int64_t redis_now_ms;
    int64_t reply_window_days;
};
/* Redis's own time, ms. */
bool adopt_redis_now(struct redis_link *link, int64_t *redis_now_ms_out, struct error *error) MUST_CHECK;

/* What an adoption would settle; writes nothing. */
bool adopt_look(struct redis_link *link, const struct org *org, const struct adopt_moment *moment,
                struct adopt_counts *counts_out, struct error *error) MUST_CHECK;

/* Settles it; in_hands counts all messages that were marked. commit_seen: the highest commit number that is known to have
 * been seen of the org. */
bool adopt_org(struct redis_link *link, const struct org *org, const struct adopt_moment *moment,
               int64_t commit_seen, struct adopt_counts *counts_out, struct error *error) MUST_CHECK;

#endif
