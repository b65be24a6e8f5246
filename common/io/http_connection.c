/* Watches connections beside evhttp. How it knows what evhttp does:
 * - the bufferevent is made here and a reference to it is kept; when evhttp frees it all its callbacks are
 * cleared, and only when this reference goes too is the descriptor closed, so a descriptor met here is never
 * someone else's;
 * - bytes that arrive are seen by a callback on the input buffer, before evhttp reads them.
 * One timer sweeps all connections ten times a second while there are any; precision is that. */
#include "io/http_connection.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/text.h"

#define SWEEP_EVERY_MS 100
#define NEVER          INT64_MAX

enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_HANDLING, PHASE_ANSWERING };

struct http_connection {
    struct http_connections *owner;
    struct http_connection *previous, *next;
    struct bufferevent *stream;
    int descriptor; /* known from the first byte on, -1 before */
    enum phase phase;
    size_t requests;     /* handed to the handler */
    bool line_is_empty;  /* in the head: no character since the last line feed but a carriage return */
    int64_t deadline_ms; /* monotonic */
};

struct http_connections {
    struct loop *loop;
    struct loop_timer *sweep;
    struct http_deadlines deadlines;
    loop_callback on_change;
    void *context;
    struct http_connection *first;
    size_t count;
    struct http_connection **by_descriptor;
    size_t descriptors;
};

static void connections_sweep(void *context);
static bool connection_was_freed(const struct http_connection *connection);
static void connection_release(struct http_connection *connection);
static void connection_on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context);
static void connection_register(struct http_connection *connection);
static void connection_set_phase(struct http_connection *connection, enum phase phase, int64_t wait_ms);
static void connection_read_head(struct http_connection *connection, struct evbuffer *input, size_t from);

struct http_connections *http_connections_new(struct loop *loop, const struct http_deadlines *deadlines,
                                              loop_callback on_change, void *context)
{
    struct http_connections *connections = memory_zeroed(1, sizeof *connections);
    connections->loop = loop;
    connections->deadlines = *deadlines;
    connections->on_change = on_change;
    connections->context = context;
    connections->sweep = loop_timer_new(loop, connections_sweep, connections);
    return connections;
}

void http_connections_free(struct http_connections **freeing)
{
    struct http_connections *connections = *freeing;
    if (connections == NULL)
        return;
    for (struct http_connection *next, *connection = connections->first; connection != NULL;
         connection = next) {
        next = connection->next;
        connection_release(connection);
    }
    loop_timer_free(&connections->sweep);
    free(connections->by_descriptor);
    free(connections);
    *freeing = NULL;
}

size_t http_connections_count(const struct http_connections *connections)
{
    return connections->count;
}

struct bufferevent *http_connections_add(struct http_connections *connections)
{
    struct http_connection *connection = memory_zeroed(1, sizeof *connection);
    connection->owner = connections;
    connection->descriptor = -1;
    connection->stream = bufferevent_socket_new(loop_base(connections->loop), -1, BEV_OPT_CLOSE_ON_FREE);
    assert(connection->stream != NULL);
    bufferevent_incref(connection->stream);
    evbuffer_add_cb(bufferevent_get_input(connection->stream), connection_on_input, connection);
    connection->line_is_empty = false;
    connection_set_phase(connection, PHASE_HEAD, connections->deadlines.header_ms);
    connection->next = connections->first;
    if (connection->next != NULL)
        connection->next->previous = connection;
    connections->first = connection;
    if (connections->count++ == 0)
        loop_timer_arm(connections->sweep, SWEEP_EVERY_MS);
    return connection->stream;
}

struct http_connection *http_connections_find(struct http_connections *connections,
                                              struct bufferevent *stream)
{
    int descriptor = bufferevent_getfd(stream);
    assert(descriptor >= 0 && (size_t)descriptor < connections->descriptors);
    struct http_connection *connection = connections->by_descriptor[descriptor];
    assert(connection != NULL && connection->stream == stream);
    return connection;
}

bool http_connection_is_reused(const struct http_connection *connection)
{
    return connection->requests > 1;
}

void http_connection_handling(struct http_connection *connection)
{
    connection->phase = PHASE_HANDLING;
    connection->requests++;
    connection->deadline_ms = NEVER;
}

void http_connection_answering(struct http_connection *connection)
{
    connection_set_phase(connection, PHASE_ANSWERING, connection->owner->deadlines.idle_ms);
}

void http_connection_answered(struct http_connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->stream);
    connection_set_phase(connection, PHASE_IDLE, connection->owner->deadlines.idle_ms);
    /* Bytes of the next request may have come with this one. */
    if (evbuffer_get_length(input) > 0)
        connection_read_head(connection, input, 0);
}

static void connections_sweep(void *context)
{
    struct http_connections *connections = context;
    struct http_connection *next;
    int64_t now_ms = clock_monotonic_ms();
    size_t before = connections->count;
    for (struct http_connection *connection = connections->first; connection != NULL; connection = next) {
        next = connection->next;
        if (connection_was_freed(connection)) {
            connection_release(connection);
        } else if (now_ms >= connection->deadline_ms) {
            /* evhttp reads the end of the stream, or fails to write, and frees the connection. */
            shutdown(bufferevent_getfd(connection->stream), SHUT_RDWR);
            connection->deadline_ms = NEVER;
        }
    }
    if (connections->count > 0)
        loop_timer_arm(connections->sweep, SWEEP_EVERY_MS);
    if (connections->count < before)
        connections->on_change(connections->context);
}

static bool connection_was_freed(const struct http_connection *connection)
{
    bufferevent_data_cb on_readable, on_written;
    bufferevent_event_cb on_event;
    void *context;
    bufferevent_getcb(connection->stream, &on_readable, &on_written, &on_event, &context);
    return on_readable == NULL && on_written == NULL && on_event == NULL;
}

static void connection_release(struct http_connection *connection)
{
    struct http_connections *connections = connection->owner;
    if (connection->descriptor >= 0)
        connections->by_descriptor[connection->descriptor] = NULL;
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    evbuffer_remove_cb(bufferevent_get_input(connection->stream), connection_on_input, connection);
    bufferevent_decref(connection->stream);
    connections->count--;
    free(connection);
}

static void connection_on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
    struct http_connection *connection = context;
    if (info->n_added == 0)
        return;
    if (connection->descriptor < 0)
        connection_register(connection);
    if (connection->phase == PHASE_IDLE || connection->phase == PHASE_HEAD)
        connection_read_head(connection, input, evbuffer_get_length(input) - info->n_added);
}

static void connection_register(struct http_connection *connection)
{
    struct http_connections *connections = connection->owner;
    connection->descriptor = bufferevent_getfd(connection->stream);
    size_t index = (size_t)connection->descriptor;
    if (index >= connections->descriptors) {
        size_t descriptors = (index + 1) * 2;
        connections->by_descriptor =
            memory_resized(connections->by_descriptor, descriptors, sizeof connections->by_descriptor[0]);
        for (size_t i = connections->descriptors; i < descriptors; i++)
            connections->by_descriptor[i] = NULL;
        connections->descriptors = descriptors;
    }
    connections->by_descriptor[index] = connection;
}

static void connection_set_phase(struct http_connection *connection, enum phase phase, int64_t wait_ms)
{
    connection->phase = phase;
    connection->deadline_ms = clock_monotonic_ms() + wait_ms;
}

/* Looks for the empty line that ends the head in what came from `from` on. */
static void connection_read_head(struct http_connection *connection, struct evbuffer *input, size_t from)
{
    struct evbuffer_ptr position;
    struct evbuffer_iovec part;
    size_t length = evbuffer_get_length(input);
    if (connection->phase == PHASE_IDLE) {
        connection->line_is_empty = false;
        connection_set_phase(connection, PHASE_HEAD, connection->owner->deadlines.header_ms);
    }
    while (from < length) {
        evbuffer_ptr_set(input, &position, from, EVBUFFER_PTR_SET);
        evbuffer_peek(input, -1, &position, &part, 1);
        const char *chars = part.iov_base;
        for (size_t i = 0; i < part.iov_len; i++) {
            if (chars[i] == '\n' && connection->line_is_empty) {
                connection_set_phase(connection, PHASE_BODY, connection->owner->deadlines.body_ms);
                return;
            }
            connection->line_is_empty = chars[i] == '\n' || (chars[i] == '\r' && connection->line_is_empty);
        }
        from += part.iov_len;
    }
}
