/* Children of `pulssi up`: started, started again with backoff when they end, stopped in order. One calm line
 * an event.
 *
 *   start → running ─ ends → waiting (0.2 s doubling to 10 s, from the start again after 3 s of health) →
 * start stop: the lowest rank first: SIGTERM, after 10 s SIGKILL; the next rank when all of it has ended
 *
 * Promises: a child never outlives the parent for long (it gets SIGTERM when the parent dies); a pid file
 * <run folder>/<label>.pid is there while a child runs. Never kills what it did not start. */
#ifndef CTL_SUPERVISE_H
#define CTL_SUPERVISE_H

#include <sys/types.h>

#include "base/error.h"
#include "io/loop.h"

#define CHILDREN_MAX        8
#define CHILD_ARGUMENTS_MAX 32

struct supervisor;
struct child;

struct child_plan {
    const char *label; /* in lines of the log and in the name of its pid file: "dispatcher" */
    const char *const
        *arguments;     /* [0] is the path or, without a slash, looked for in PATH; NULL ends them */
    const char *folder; /* to run in; NULL = ours */
    int rank;           /* stopped after all of lower rank have ended */
    int inherited;      /* a descriptor the child keeps open as its 3; -1 = none */
    /* Says more about an end, such as "disk full"; NULL or "" = nothing to add. */
    const char *(*explain)(void *context);
    void *context;
};

/* run_folder is borrowed. */
struct supervisor *supervisor_new(struct loop *loop, const char *run_folder, int64_t stop_deadline_ms);

/* Copies the plan and starts the child at once. */
struct child *supervisor_start(struct supervisor *supervisor, const struct child_plan *plan);

/* Whether it runs now; takes note of children that ended since. */
bool child_is_running(struct supervisor *supervisor, const struct child *child);

/* How many there are, and how many of them run as far as is known. */
size_t supervisor_children(const struct supervisor *supervisor);
size_t supervisor_running(const struct supervisor *supervisor);

/* Stops all; on_stopped runs from the loop when none is left. */
void supervisor_stop(struct supervisor *supervisor, loop_callback on_stopped, void *context);

/* Kills what is left, without waiting for anything. */
void supervisor_free(struct supervisor **supervisor);

#endif
