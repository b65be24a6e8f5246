/* The life of one asynchronous connection:
 *
 *   connect → (hiredis: connected) → AUTH if there is a password, PING → ready → lost ┐
 *      ▲          └ failed, refused, still loading or late ────────────────────────── ┤
 *      └───────────────────────────── backoff ─────────────────────────────────────────┘
 *
 * hiredis 0.14 frees its context by itself after a failed connect and after a disconnect, so the pointer is
 * cleared in both callbacks; it knows no deadlines, so a timer guards connecting. */
#include "io/redis_connection.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/redis_wire.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS   2000

static void connection_connect(struct redis_connection *connection);
static void connection_on_connected(const redisAsyncContext *context, int status);
static void connection_greet(struct redis_connection *connection, redisCallbackFn *callback, const char *word,
                             const char *argument);
static void connection_on_logged_in(redisAsyncContext *context, void *reply, void *owner);
static void connection_on_ping(redisAsyncContext *context, void *reply, void *owner);
static void connection_become_ready(struct redis_connection *connection);
static void connection_on_disconnected(const redisAsyncContext *context, int status);
static void connection_on_timer(void *context);
static void connection_back_off(struct redis_connection *connection, const char *reason);
static void adapter_attach(redisAsyncContext *context, struct event_base *base);

void redis_connection_start(struct redis_connection *connection, struct loop *loop,
                            const struct redis_options *options, loop_callback on_ready,
                            loop_callback on_lost, void *owner)
{
    struct error error;
    *connection = (struct redis_connection){.loop = loop,
                                            .deadline_ms = options->deadline_ms,
                                            .on_ready = on_ready,
                                            .on_lost = on_lost,
                                            .owner = owner};
    connection->address_text = memory_text(options->address);
    connection->password = memory_text(options->password == NULL ? "" : options->password);
    connection->timer = loop_timer_new(loop, connection_on_timer, connection);
    if (!redis_address_read(options->address, &connection->address, &error)) {
        /* Settings were checked before; here it can only stay without a connection. */
        log_error("%s", error.text);
        return;
    }
    connection_connect(connection);
}

void redis_connection_finish(struct redis_connection *connection)
{
    assert(connection->inside == 0);
    redisAsyncContext *context = connection->context;
    connection->context = NULL;
    connection->ready = false;
    if (context != NULL)
        redisAsyncFree(context);
    loop_timer_free(&connection->timer);
    free(connection->address_text);
    free(connection->password);
}

void redis_connection_drop(struct redis_connection *connection, const char *reason)
{
    redisAsyncContext *context = connection->context;
    bool was_ready = connection->ready;
    assert(context != NULL);
    /* Cleared first: the disconnect callback that follows is then not ours any more. */
    connection->context = NULL;
    connection->ready = false;
    redisAsyncFree(context);
    connection_back_off(connection, reason);
    if (was_ready) {
        connection->inside++;
        connection->on_lost(connection->owner);
        connection->inside--;
    }
}

static void connection_connect(struct redis_connection *connection)
{
    const struct redis_address *address = &connection->address;
    /* A host name is looked up here and blocks; production uses a unix socket or an IP address. */
    redisAsyncContext *context = address->path[0] != '\0' ? redisAsyncConnectUnix(address->path)
                                                          : redisAsyncConnect(address->host, address->port);
    if (context == NULL || context->err != 0) {
        connection_back_off(connection, context == NULL ? "no memory" : context->errstr);
        if (context != NULL)
            redisAsyncFree(context);
        return;
    }
    context->data = connection;
    connection->context = context;
    adapter_attach(context, loop_base(connection->loop));
    redisAsyncSetConnectCallback(context, connection_on_connected);
    redisAsyncSetDisconnectCallback(context, connection_on_disconnected);
    loop_timer_arm(connection->timer, connection->deadline_ms);
}

static void connection_on_connected(const redisAsyncContext *context, int status)
{
    struct redis_connection *connection = context->data;
    if (connection->context != context)
        return;
    if (status != REDIS_OK) {
        connection->context = NULL;
        connection_back_off(connection, context->c.errstr);
        return;
    }
    if (connection->password[0] != '\0')
        connection_greet(connection, connection_on_logged_in, "AUTH", connection->password);
    connection_greet(connection, connection_on_ping, "PING", NULL);
}

/* Should an answer not come, the deadline of connecting ends the attempt. */
static void connection_greet(struct redis_connection *connection, redisCallbackFn *callback, const char *word,
                             const char *argument)
{
    struct redis_command command = {0};
    struct text wire = {0};
    redis_command_add(&command, word);
    if (argument != NULL)
        redis_command_add(&command, argument);
    redis_command_wire(&command, &wire);
    redisAsyncFormattedCommand(connection->context, callback, connection, wire.chars, wire.bytes);
    text_free(&wire);
    redis_command_free(&command);
}

/* True when the answer is a refusal; the attempt is over then. */
static bool connection_was_refused(struct redis_connection *connection, const struct redis_value *value)
{
    redisAsyncContext *context = connection->context;
    if (redis_kind(value) != REDIS_ERROR)
        return false;
    connection->context = NULL;
    redisAsyncFree(context); /* happens after this callback */
    connection_back_off(connection, redis_text(value));
    return true;
}

static void connection_on_logged_in(redisAsyncContext *context, void *reply, void *owner)
{
    struct redis_connection *connection = owner;
    if (reply != NULL && connection->context == context)
        (void)connection_was_refused(connection, reply);
}

static void connection_on_ping(redisAsyncContext *context, void *reply, void *owner)
{
    struct redis_connection *connection = owner;
    if (reply != NULL && connection->context == context && !connection_was_refused(connection, reply))
        connection_become_ready(connection);
}

static void connection_become_ready(struct redis_connection *connection)
{
    loop_timer_disarm(connection->timer);
    connection->ready = true;
    connection->reported = false;
    connection->backoff_ms = 0;
    connection->inside++;
    connection->on_ready(connection->owner);
    connection->inside--;
}

static void connection_on_disconnected(const redisAsyncContext *context, int status)
{
    struct redis_connection *connection = context->data;
    if (connection->context != context)
        return;
    bool was_ready = connection->ready;
    connection->context = NULL;
    connection->ready = false;
    connection_back_off(connection, status == REDIS_OK ? "closed" : context->errstr);
    if (was_ready) {
        connection->inside++;
        connection->on_lost(connection->owner);
        connection->inside--;
    }
}

static void connection_on_timer(void *context)
{
    struct redis_connection *connection = context;
    if (connection->context != NULL)
        redis_connection_drop(connection, "no answer while connecting");
    else
        connection_connect(connection);
}

static void connection_back_off(struct redis_connection *connection, const char *reason)
{
    if (!connection->reported)
        log_warning("Redis at %s: %s; connecting again until it answers", connection->address_text, reason);
    connection->reported = true;
    connection->backoff_ms = connection->backoff_ms == 0 ? BACKOFF_FIRST_MS : connection->backoff_ms * 2;
    if (connection->backoff_ms > BACKOFF_MAX_MS)
        connection->backoff_ms = BACKOFF_MAX_MS;
    loop_timer_arm(connection->timer, connection->backoff_ms);
}

/* --- hiredis on libevent. The adapter that comes with hiredis arms its read event anew for every read; a
 * persistent one saves two system calls each time. --- */

struct adapter {
    redisAsyncContext *context;
    struct event *readable, *writable;
};

static void adapter_on_readable(evutil_socket_t descriptor, short what, void *context)
{
    struct adapter *adapter = context;
    (void)descriptor;
    (void)what;
    redisAsyncHandleRead(adapter->context);
}

static void adapter_on_writable(evutil_socket_t descriptor, short what, void *context)
{
    struct adapter *adapter = context;
    (void)descriptor;
    (void)what;
    redisAsyncHandleWrite(adapter->context);
}

static void adapter_add_read(void *context)
{
    event_add(((struct adapter *)context)->readable, NULL);
}

static void adapter_stop_read(void *context)
{
    event_del(((struct adapter *)context)->readable);
}

static void adapter_add_write(void *context)
{
    event_add(((struct adapter *)context)->writable, NULL);
}

static void adapter_stop_write(void *context)
{
    event_del(((struct adapter *)context)->writable);
}

static void adapter_free(void *context)
{
    struct adapter *adapter = context;
    event_free(adapter->readable);
    event_free(adapter->writable);
    free(adapter);
}

static void adapter_attach(redisAsyncContext *context, struct event_base *base)
{
    struct adapter *adapter = memory_zeroed(1, sizeof *adapter);
    int descriptor = context->c.fd;
    adapter->context = context;
    adapter->readable = event_new(base, descriptor, EV_READ | EV_PERSIST, adapter_on_readable, adapter);
    adapter->writable = event_new(base, descriptor, EV_WRITE | EV_PERSIST, adapter_on_writable, adapter);
    assert(adapter->readable != NULL && adapter->writable != NULL);
    context->ev.data = adapter;
    context->ev.addRead = adapter_add_read;
    context->ev.delRead = adapter_stop_read;
    context->ev.addWrite = adapter_add_write;
    context->ev.delWrite = adapter_stop_write;
    context->ev.cleanup = adapter_free;
    event_add(adapter->readable, NULL);
}
