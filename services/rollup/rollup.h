/* The roll-up: when a week is over for good, its links go, the books must balance, and its figures are
 * published, once. Works over one blocking link in bounded steps, a step a turn of the loop. Never changes a
 * published week. */
#ifndef ROLLUP_ROLLUP_H
#define ROLLUP_ROLLUP_H

#include "base/settings.h"
#include "io/announcer.h"
#include "io/redis.h"
#include "io/status_server.h"
#include "store/definitions.h"
#include "store/seen.h"

struct closing;
struct rewrite;

struct rollup {
    struct settings settings;
    struct clock clock;
    struct loop *loop;
    struct loop_timer *timer;
    struct redis_link *link;
    struct seen *seen;
    int64_t judged_at_ms; /* monotonic; when the server was last found good */
    int64_t adoption;     /* of the data set that the orgs below were read from */
    struct error refusal; /* why it was refused then; "" = it was not */
    struct closing **closings;
    struct rewrite *rewrite;
    int64_t due_ms[ORGS_MAX]; /* domain; -1 = no week is known yet */
    size_t count;
    int64_t orgs_at_ms;  /* monotonic; when the orgs were read last */
    bool redis_answered; /* then */
    bool stopping;
    struct status_server *status;
    struct announcer *announcer;
};

/* Runs until SIGTERM; returns the exit code. */
int rollup_run(const struct settings *settings);

#endif
