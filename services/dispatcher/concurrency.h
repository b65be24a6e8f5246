/* How many requests may be under way at a gateway at once: one more after each round of answers while these come
 * about as fast as they ever did, half as many when they take twice as long or go wrong. Starts at the most that the
 * settings allow, falls to one at least. Pure.
 * After: additive increase, multiplicative decrease (D.-M. Chiu, R. Jain, 1989), led by the ratio of latencies as
 * in TCP Vegas (L. Brakmo, L. Peterson, 1995). */
#ifndef DISPATCHER_CONCURRENCY_H
#define DISPATCHER_CONCURRENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONCURRENCY_SLACK_MS 10 /* what lies nearer than that is not told apart */
#define CONCURRENCY_AGES_MS                                                                                  \
    300000 /* a gateway that has become slower for good is believed after twice that */

struct concurrency {
    size_t limit, most;
    /* the round that is being gathered: as many answers as there may be requests */
    size_t answers;
    int64_t sum_ms;
    bool was_full; /* all that were allowed were under way at some time in it */
    /* the fastest answer: of this age and of the one before */
    int64_t fastest_ms, fastest_before_ms, age_since_ms;
    int64_t cut_at_ms; /* answers of requests from before that do not count again */
};

void concurrency_start(struct concurrency *concurrency, size_t most);

/* A clear answer. `sent_at_ms` and `now_ms` are of one monotonic clock; `in_flight` counts this request too. */
void concurrency_on_answer(struct concurrency *concurrency, int64_t sent_at_ms, size_t in_flight,
                           int64_t now_ms);

/* No answer, or one that asks us to send less. */
void concurrency_on_trouble(struct concurrency *concurrency, int64_t sent_at_ms, int64_t now_ms);

#endif
