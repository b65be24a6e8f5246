/* One channel on a connection of its own. Messages published while it is not connected are missed: they are
 * hints, and whoever relies on one keeps a safety net.
 *
 * A silent peer looks like a quiet channel, so SUBSCRIBE is repeated now and then; its confirmation must come
 * within the deadline, or the connection is dropped and made again. */
#include "io/redis.h"

#include <stdlib.h>
#include <string.h>

#include "io/redis_connection.h"
#include "io/redis_wire.h"

#define PROBE_EVERY_MS 30000

struct redis_subscription {
    struct redis_connection connection;
    struct loop_timer *timer; /* unconfirmed: the deadline; confirmed: until the next probe */
    bool confirmed;
    struct text wire; /* SUBSCRIBE channel */
    redis_message_callback callback;
    void *context;
};

static void subscription_ask(void *context);
static void subscription_on_message(redisAsyncContext *connection, void *reply, void *context);
static void subscription_on_timer(void *context);
static void subscription_on_lost(void *context);

struct redis_subscription *redis_subscribe(struct loop *loop, const struct redis_options *options,
                                           const char *channel, redis_message_callback callback,
                                           void *context)
{
    struct redis_subscription *subscription = memory_zeroed(1, sizeof *subscription);
    struct redis_command command = {0};
    redis_command_add(&command, "SUBSCRIBE");
    redis_command_add(&command, channel);
    redis_command_wire(&command, &subscription->wire);
    redis_command_free(&command);
    subscription->callback = callback;
    subscription->context = context;
    subscription->timer = loop_timer_new(loop, subscription_on_timer, subscription);
    redis_connection_start(&subscription->connection, loop, options, subscription_ask, subscription_on_lost,
                           subscription);
    return subscription;
}

void redis_unsubscribe(struct redis_subscription **ending)
{
    struct redis_subscription *subscription = *ending;
    if (subscription == NULL)
        return;
    redis_connection_finish(&subscription->connection);
    loop_timer_free(&subscription->timer);
    text_free(&subscription->wire);
    free(subscription);
    *ending = NULL;
}

static void subscription_ask(void *context)
{
    struct redis_subscription *subscription = context;
    subscription->confirmed = false;
    redisAsyncFormattedCommand(subscription->connection.context, subscription_on_message, subscription,
                               subscription->wire.chars, subscription->wire.bytes);
    loop_timer_arm(subscription->timer, subscription->connection.deadline_ms);
}

static void subscription_on_message(redisAsyncContext *connection, void *reply, void *context)
{
    struct redis_subscription *subscription = context;
    (void)connection;
    if (reply == NULL)
        return;
    if (strcmp(redis_word(reply), "subscribe") == 0) {
        subscription->confirmed = true;
        loop_timer_arm(subscription->timer, PROBE_EVERY_MS);
        return;
    }
    if (strcmp(redis_word(reply), "message") != 0)
        return;
    subscription->connection.inside++;
    subscription->callback(subscription->context, redis_text(redis_item(reply, 2)));
    subscription->connection.inside--;
}

static void subscription_on_timer(void *context)
{
    struct redis_subscription *subscription = context;
    if (subscription->confirmed)
        subscription_ask(subscription);
    else
        redis_connection_drop(&subscription->connection, "no answer to SUBSCRIBE within the deadline");
}

static void subscription_on_lost(void *context)
{
    struct redis_subscription *subscription = context;
    loop_timer_disarm(subscription->timer);
}
