/* One asynchronous connection to Redis that keeps itself alive: connects, logs in, reports ready and lost,
 * connects again with backoff (50 ms doubling to 2 s, real time). Shared by redis.c and redis_subscription.c;
 * no one else includes it. Knows nothing of commands: whoever owns it sends on `context` while `ready`. */
#ifndef IO_REDIS_CONNECTION_H
#define IO_REDIS_CONNECTION_H

#include <hiredis/async.h>

#include "io/redis.h"
#include "io/redis_address.h"

struct redis_connection {
    struct loop *loop;
    struct redis_address address;
    char *address_text, *password;
    int64_t deadline_ms;        /* of connecting and logging in together */
    redisAsyncContext *context; /* NULL = none; hiredis frees it by itself after any end */
    bool ready;
    bool reported; /* the present outage was logged */
    int64_t backoff_ms;
    struct loop_timer *timer; /* while connecting: the deadline; without a context: the backoff */
    loop_callback on_ready;   /* from the loop */
    loop_callback on_lost;    /* from the loop, only after on_ready; the context is gone already */
    void *owner;
    int inside; /* callbacks of the owner on the stack: it may not be freed meanwhile */
};

void redis_connection_start(struct redis_connection *connection, struct loop *loop,
                            const struct redis_options *options, loop_callback on_ready,
                            loop_callback on_lost, void *owner);
/* Ends it without a callback. Commands under way get their NULL from hiredis meanwhile. */
void redis_connection_finish(struct redis_connection *connection);

/* Gives up the present connection (a deadline passed) and connects again. Not from within a hiredis callback.
 */
void redis_connection_drop(struct redis_connection *connection, const char *reason);

#endif
