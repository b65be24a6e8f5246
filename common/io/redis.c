/* Commands on an asynchronous connection. Every request waits in a list of our own and leaves it exactly
 * once:
 *
 *   redis_send ─ ready ──→ pending (in order of sending) ─ answer ──────────────────→ callback(value)
 *        │                    └─ disconnect, or the oldest is late: all of them ─┐
 *        └─ not ready ───────────────────────────────────────────────→ lost ─ next turn ─→ callback(NULL)
 *
 * What hiredis says with a NULL reply is ignored: a command issued inside such a callback would never call
 * back, so lost requests complete from a timer of ours. All deadlines are equal, hence the oldest request's
 * is the only one to watch. Never for SUBSCRIBE, MONITOR or blocking commands. */
#include "io/redis.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "io/redis_connection.h"
#include "io/redis_wire.h"

/* Lost requests complete this much later, so that a caller that sends again at once does not spin. */
#define LOST_DELAY_MS 1

struct request {
    struct request *next;
    redis_callback callback;
    void *context;
    int64_t deadline_at_ms; /* monotonic */
};

struct request_list {
    struct request *first, *last;
    size_t count;
};

struct redis {
    struct redis_connection connection;
    struct request_list pending, lost;
    struct request *unused; /* kept for the next requests */
    struct text wire;
    struct loop_timer *deadline_timer, *lost_timer;
    bool deadline_armed, lost_armed;
    const struct request *late; /* was past its deadline a turn ago */
    int64_t deadline_ms;
    loop_callback on_connected, on_disconnected;
    void *context;
};

static void request_on_reply(redisAsyncContext *connection, void *reply, void *context);
static void request_lose(struct redis *redis, struct request *request);
static void request_complete(struct redis *redis, struct request *request, const struct redis_value *value);
static void redis_on_ready(void *context);
static void redis_on_lost(void *context);
static void redis_on_deadline_timer(void *context);
static void redis_on_lost_timer(void *context);
static void list_append(struct request_list *list, struct request *request);
static struct request *list_take(struct request_list *list);
static void list_move_all(struct request_list *from, struct request_list *to);

struct redis *redis_open(struct loop *loop, const struct redis_options *options)
{
    struct redis *redis = memory_zeroed(1, sizeof *redis);
    redis->deadline_ms = options->deadline_ms;
    redis->on_connected = options->on_connected;
    redis->on_disconnected = options->on_disconnected;
    redis->context = options->context;
    redis->deadline_timer = loop_timer_new(loop, redis_on_deadline_timer, redis);
    redis->lost_timer = loop_timer_new(loop, redis_on_lost_timer, redis);
    redis_connection_start(&redis->connection, loop, options, redis_on_ready, redis_on_lost, redis);
    return redis;
}

void redis_close(struct redis **closing)
{
    struct redis *redis = *closing;
    struct request *request;
    if (redis == NULL)
        return;
    redis_connection_finish(&redis->connection);
    list_move_all(&redis->pending, &redis->lost);
    while ((request = list_take(&redis->lost)) != NULL)
        request_complete(redis, request, NULL);
    while ((request = redis->unused) != NULL) {
        redis->unused = request->next;
        free(request);
    }
    loop_timer_free(&redis->deadline_timer);
    loop_timer_free(&redis->lost_timer);
    text_free(&redis->wire);
    free(redis);
    *closing = NULL;
}

bool redis_is_connected(const struct redis *redis)
{
    return redis->connection.ready;
}

size_t redis_outstanding(const struct redis *redis)
{
    return redis->pending.count + redis->lost.count;
}

void redis_send(struct redis *redis, const struct redis_command *command, redis_callback callback,
                void *context)
{
    struct request *request = redis->unused;
    assert(command->count > 0);
    if (request != NULL)
        redis->unused = request->next;
    else
        request = memory_zeroed(1, sizeof *request);
    request->callback = callback;
    request->context = context;
    if (!redis->connection.ready) {
        request_lose(redis, request);
        return;
    }
    text_clear(&redis->wire);
    redis_command_wire(command, &redis->wire);
    if (redisAsyncFormattedCommand(redis->connection.context, request_on_reply, redis, redis->wire.chars,
                                   redis->wire.bytes) != REDIS_OK) {
        request_lose(redis, request);
        return;
    }
    request->deadline_at_ms = clock_monotonic_ms() + redis->deadline_ms;
    list_append(&redis->pending, request);
    if (!redis->deadline_armed)
        loop_timer_arm(redis->deadline_timer, redis->deadline_ms);
    redis->deadline_armed = true;
}

static void request_on_reply(redisAsyncContext *connection, void *reply, void *context)
{
    struct redis *redis = context;
    (void)connection;
    if (reply == NULL)
        return; /* the connection ends: redis_on_lost or redis_close sees to it */
    struct request *request = list_take(&redis->pending);
    assert(request != NULL);
    request_complete(redis, request, reply);
}

static void request_lose(struct redis *redis, struct request *request)
{
    list_append(&redis->lost, request);
    if (!redis->lost_armed)
        loop_timer_arm(redis->lost_timer, LOST_DELAY_MS);
    redis->lost_armed = true;
}

static void request_complete(struct redis *redis, struct request *request, const struct redis_value *value)
{
    redis_callback callback = request->callback;
    void *context = request->context;
    request->next = redis->unused;
    redis->unused = request;
    redis->connection.inside++;
    callback(context, value);
    redis->connection.inside--;
}

static void redis_on_ready(void *context)
{
    struct redis *redis = context;
    if (redis->on_connected != NULL)
        redis->on_connected(redis->context);
}

static void redis_on_lost(void *context)
{
    struct redis *redis = context;
    list_move_all(&redis->pending, &redis->lost);
    if (redis->lost.count > 0 && !redis->lost_armed) {
        loop_timer_arm(redis->lost_timer, LOST_DELAY_MS);
        redis->lost_armed = true;
    }
    if (redis->on_disconnected != NULL)
        redis->on_disconnected(redis->context);
}

static void redis_on_deadline_timer(void *context)
{
    struct redis *redis = context;
    const struct request *oldest = redis->pending.first;
    redis->deadline_armed = false;
    if (oldest == NULL)
        return;
    int64_t left_ms = oldest->deadline_at_ms - clock_monotonic_ms();
    if (left_ms <= 0 && redis->late == oldest) {
        redis->late = NULL;
        redis_connection_drop(&redis->connection, "no answer within the deadline");
        return;
    }
    /* When our own process was held up, answers may be waiting in the socket: one more turn to read them. */
    redis->late = left_ms <= 0 ? oldest : NULL;
    loop_timer_arm(redis->deadline_timer, left_ms <= 0 ? 0 : left_ms);
    redis->deadline_armed = true;
}

static void redis_on_lost_timer(void *context)
{
    struct redis *redis = context;
    redis->lost_armed = false;
    /* What the callbacks send meanwhile is not of this turn. */
    for (size_t left = redis->lost.count; left > 0; left--)
        request_complete(redis, list_take(&redis->lost), NULL);
}

static void list_append(struct request_list *list, struct request *request)
{
    request->next = NULL;
    if (list->last != NULL)
        list->last->next = request;
    else
        list->first = request;
    list->last = request;
    list->count++;
}

static struct request *list_take(struct request_list *list)
{
    struct request *request = list->first;
    if (request == NULL)
        return NULL;
    list->first = request->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    return request;
}

static void list_move_all(struct request_list *from, struct request_list *to)
{
    if (from->first == NULL)
        return;
    if (to->last != NULL)
        to->last->next = from->first;
    else
        to->first = from->first;
    to->last = from->last;
    to->count += from->count;
    *from = (struct request_list){0};
}
