/* The event loop of a program (libevent wrapped once): timers, signals, watched descriptors. Single-threaded;
 * every callback runs from the loop. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct loop;
struct loop_timer;
struct event_base;

typedef void (*loop_callback)(void *context);

struct loop *loop_new(void);
void loop_free(struct loop **loop);
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* from a callback */
/* For the other wrappers in io only. */
struct event_base *loop_base(struct loop *loop);

/* A timer that is not armed yet; it fires once for each arming. Arming again moves it. delay_ms ≥ 0. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_callback callback, void *context);
void loop_timer_arm(struct loop_timer *timer, int64_t delay_ms);
void loop_timer_disarm(struct loop_timer *timer);
void loop_timer_free(struct loop_timer **timer);

/* SIGTERM and SIGINT call `callback`; SIGPIPE is ignored. Once a loop. */
void loop_on_terminate(struct loop *loop, loop_callback callback, void *context);

/* SIGCHLD. */
void loop_on_child(struct loop *loop, loop_callback callback, void *context);

/* Watches the clock's file (inotify on its folder): reloads the clock, then calls back. Does nothing for real
 * time. The clock must outlive the loop. */
bool loop_watch_clock(struct loop *loop, struct clock *clock, loop_callback callback, void *context,
                      struct error *error) MUST_CHECK;

#endif
