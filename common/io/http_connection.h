/* The deadlines of the HTTP server's connections. evhttp has idle timers only: a peer that drips a byte a
 * second would hold a connection for ever. Here each connection is in one phase with an absolute deadline:
 *
 *   idle ─ first byte → head ─ empty line → body ─ handler called → handling ─ answered → answering ─ written
 * → idle
 *
 * A connection in its first request starts in head. What is late is shut down; evhttp notices and frees it.
 * Shared by the http_server files only. */
#ifndef IO_HTTP_CONNECTION_H
#define IO_HTTP_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

#include "io/loop.h"

struct bufferevent;
struct http_connections;
struct http_connection;

struct http_deadlines {
    int64_t header_ms, body_ms, idle_ms;
};

/* `on_change` runs from the loop after connections ended. */
struct http_connections *http_connections_new(struct loop *loop, const struct http_deadlines *deadlines,
                                              loop_callback on_change, void *context);
/* After evhttp let go of all of them. */
void http_connections_free(struct http_connections **connections);
size_t http_connections_count(const struct http_connections *connections);

/* A bufferevent for the connection about to be accepted, watched from now on. */
struct bufferevent *http_connections_add(struct http_connections *connections);

/* The watched connection of a bufferevent with an open descriptor. */
struct http_connection *http_connections_find(struct http_connections *connections,
                                              struct bufferevent *stream);

/* True from the second request of a connection on. */
bool http_connection_is_reused(const struct http_connection *connection);

void http_connection_handling(struct http_connection *connection);  /* no deadline: the handler's turn */
void http_connection_answering(struct http_connection *connection); /* the answer must be taken in time */
void http_connection_answered(struct http_connection *connection);  /* written: the next request may come */

#endif
