/* Runs a loop until something is true, or fails the test after a deadline. */
#ifndef TESTS_IO_UNTIL_H
#define TESTS_IO_UNTIL_H

#include "io/loop.h"

typedef bool (*until_condition)(void *context);

struct until {
    struct loop *loop;
    struct loop_timer *timer;
    until_condition condition;
    void *context;
    int64_t deadline_at_ms;
    bool reached;
};

static inline void until_look(void *context)
{
    struct until *until = context;
    until->reached = until->condition(until->context);
    if (until->reached || clock_monotonic_ms() >= until->deadline_at_ms)
        loop_stop(until->loop);
    else
        loop_timer_arm(until->timer, 1);
}

/* True when the condition held within the deadline; it is looked at about every millisecond. */
static inline bool loop_until(struct loop *loop, int64_t deadline_ms, until_condition condition,
                              void *context)
{
    struct until until = {.loop = loop,
                          .condition = condition,
                          .context = context,
                          .deadline_at_ms = clock_monotonic_ms() + deadline_ms};
    until.timer = loop_timer_new(loop, until_look, &until);
    loop_timer_arm(until.timer, 0);
    loop_run(loop);
    loop_timer_free(&until.timer);
    return until.reached;
}

#endif
