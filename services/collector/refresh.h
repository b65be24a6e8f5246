/* Keeps the routing table fresh: when "orgs" is published, when Redis is back, every half minute, and when a
 * reply fits nowhere. One run at a time; whoever asks during a run waits for the next one. */
#ifndef COLLECTOR_REFRESH_H
#define COLLECTOR_REFRESH_H

#include "collector/routing.h"
#include "io/loop.h"
#include "io/redis.h"

struct refresh;

/* `options` tell the address, password and deadline of the subscription. Borrows the rest. */
struct refresh *refresh_open(struct routing *routing, struct loop *loop, struct redis *redis,
                             const struct redis_options *options);
/* After the redis is closed, which ended the run under way. */
void refresh_close(struct refresh **refresh);

enum refreshed {
    REFRESHED,
    REFRESH_LOST, /* Redis was away: not all orgs could be asked for */
    REFRESH_UNFIT /* all were asked for, and one cannot be worked with: the log says why */
};

/* Runs from the loop, after a run that began after the asking. The callback may be NULL. */
typedef void (*refresh_callback)(void *context, enum refreshed refreshed);
void refresh_ask(struct refresh *refresh, refresh_callback callback, void *context);

#endif
