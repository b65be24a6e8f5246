/* HTTP server: evhttp on the loop with limits of our own: header, body and idle deadlines for each
 * connection, a cap on connections, a cap on the body, framing faults refused (two Content-Length headers:
 * 400 and close). */
#ifndef IO_HTTP_SERVER_H
#define IO_HTTP_SERVER_H

#include <stddef.h>

#include "base/text.h"
#include "io/loop.h"

struct http_server;
struct http_exchange; /* one request and the answer to be */

struct http_server_options {
    const char *address;
    int64_t port; /* 0 = any free */
    int64_t header_deadline_ms, body_deadline_ms, idle_deadline_ms;
    int64_t connections_max;
    int64_t body_bytes_max;
};

/* The handler answers now or later, exactly once. If the client leaves before, the exchange stays valid until
 * it is answered. */
typedef void (*http_handler)(void *context, struct http_exchange *exchange);

struct http_server *http_server_open(struct loop *loop, const struct http_server_options *options,
                                     http_handler handler, void *context, struct error *error);
int http_server_port(const struct http_server *server);
/* Stops accepting; exchanges under way may still be answered, and their connections close then. */
void http_server_drain(struct http_server *server);
size_t http_server_open_exchanges(const struct http_server *server);
void http_server_free(struct http_server **server);

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OTHER };
enum http_method http_exchange_method(const struct http_exchange *exchange);
const char *http_exchange_path(const struct http_exchange *exchange);  /* undecoded, without query */
const char *http_exchange_query(const struct http_exchange *exchange); /* undecoded, "" = none */
const char *http_exchange_header(const struct http_exchange *exchange, const char *name); /* "" = absent */
/* Appends the values of all headers of this name, in their order, with ", " between (RFC 9110, 5.3). */
void http_exchange_header_lines(const struct http_exchange *exchange, const char *name, struct text *lines);
const char *http_exchange_body(const struct http_exchange *exchange, size_t *bytes_out); /* borrowed */
const char *http_exchange_peer(const struct http_exchange *exchange); /* address of the peer */
/* True when the connection carried a request before this one. */
bool http_exchange_is_reused(const struct http_exchange *exchange);

/* Answers and frees the exchange. content_type may be NULL with an empty body. A header value pair list
 * ("Retry-After","5",NULL) may be NULL. */
void http_exchange_answer(struct http_exchange *exchange, int status, const char *content_type,
                          const void *body, size_t body_bytes, const char *const *headers);

/* For the simulator's faults: ends the connection without an answer, orderly or by reset, and frees the
 * exchange. */
void http_exchange_cut(struct http_exchange *exchange, bool reset);

#endif
