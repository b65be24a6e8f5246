/* The conductor holds domain time while anything is to be done, so that a slow machine gives the same story.
 * It owns the clock's file and moves its limit.
 *
 *   time reaches its limit → anything claimable, unsettled or due (Redis, simulator)? ─ yes → hold, ask again
 * in 5 ms └ no → a new limit
 *
 * A limit is at most ten domain minutes ahead, or as far as the next thing that is due, at most six hours; so
 * quiet nights pass at the clock's scale without a stop; but never beyond the next schedule that is due, so that
 * none is skipped because time runs fast. While nothing at all is planned time stands still.
 */
#ifndef CTL_CONDUCTOR_H
#define CTL_CONDUCTOR_H

#include "base/settings.h"
#include "io/loop.h"

struct conductor;

struct conductor_options {
    struct loop *loop;
    struct clock *clock;             /* written by the conductor; its limit is where time stands now */
    const struct settings *settings; /* Redis, and the gateways: all of them simulators, at least one */
    const char *hold_path;           /* while this file exists time stands; NULL = none */
    int64_t until_ms;                /* domain time stops there for good; -1 = never */
    loop_callback on_until;          /* once, when everything due by then is done */
    void *context;
};

/* Starts asking at once; borrows what the options point to. */
struct conductor *conductor_new(const struct conductor_options *options);
void conductor_free(struct conductor **conductor);

/* The next limit when all is quiet at now_ms: next_ms is the next thing due (-1 = nothing is planned),
 * schedule_ms the next schedule (-1 = none). Never less than now_ms, which means: hold. Pure. */
int64_t conductor_limit_ms(int64_t now_ms, int64_t next_ms, int64_t schedule_ms, int64_t until_ms);

#endif
