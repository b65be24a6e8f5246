/* evhttp with the limits it lacks. What comes to the handler is well framed: one Content-Length of digits or
 * one "Transfer-Encoding: chunked", never both, header names without blanks, method GET, HEAD or POST. All
 * else is answered here (400 or 405; CONNECT not at all) and the connection closed, so that bytes evhttp took
 * for the next request never run.
 *
 *   accept → evhttp reads head and body (deadlines: http_connection.c) → server_on_request → handler
 *          → http_exchange_answer → written → next request on the same connection
 *
 * evhttp stops reading while the handler holds the request, hence it does not notice that the client left
 * before the answer, and the request stays valid. Above the cap the server stops accepting; the kernel's
 * queue holds the rest. */
#include "io/http_server.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/text.h"
#include "io/http_connection.h"

#define HEAD_BYTES_MAX 8192

struct http_server {
    struct evhttp *evhttp;
    struct evhttp_bound_socket *socket; /* NULL once draining */
    struct http_connections *connections;
    size_t connections_max;
    bool paused; /* not accepting, being at the cap */
    bool draining;
    int port;
    http_handler handler;
    void *context;
    struct http_exchange *exchanges;
    size_t exchanges_count;
};

struct http_exchange {
    struct http_server *server; /* NULL once the server is gone */
    struct http_connection *connection;
    struct evhttp_request *request;
    struct http_exchange *previous, *next;
};

static struct bufferevent *server_on_accept(struct event_base *base, void *context);
static void server_on_connections_ended(void *context);
static void server_on_request(struct evhttp_request *request, void *context);
static bool framing_is_sound(struct evhttp_request *request);
static void exchange_answer_now(struct http_exchange *exchange, int status);
static void exchange_on_written(struct evhttp_request *request, void *context);
static void exchange_finish(struct http_exchange *exchange);
static int bound_port(struct evhttp_bound_socket *bound);

struct http_server *http_server_open(struct loop *loop, const struct http_server_options *options,
                                     http_handler handler, void *context, struct error *error)
{
    struct http_server *server = memory_zeroed(1, sizeof *server);
    struct http_deadlines deadlines = {.header_ms = options->header_deadline_ms,
                                       .body_ms = options->body_deadline_ms,
                                       .idle_ms = options->idle_deadline_ms};
    server->handler = handler;
    server->context = context;
    server->connections_max = (size_t)options->connections_max;
    server->connections = http_connections_new(loop, &deadlines, server_on_connections_ended, server);
    server->evhttp = evhttp_new(loop_base(loop));
    assert(server->evhttp != NULL);
    evhttp_set_bevcb(server->evhttp, server_on_accept, server);
    evhttp_set_gencb(server->evhttp, server_on_request, server);
    evhttp_set_max_headers_size(server->evhttp, HEAD_BYTES_MAX);
    evhttp_set_max_body_size(server->evhttp, options->body_bytes_max);
    evhttp_set_default_content_type(server->evhttp, NULL);
    /* All, also unknown ones: evhttp would say 501, we say 405. */
    evhttp_set_allowed_methods(server->evhttp, UINT16_MAX);
    /* A body that is too long is read to its end (within its deadline), so that the client gets to see the
     * 413. */
    evhttp_set_flags(server->evhttp, EVHTTP_SERVER_LINGERING_CLOSE);
    server->socket =
        evhttp_bind_socket_with_handle(server->evhttp, options->address, (ev_uint16_t)options->port);
    if (server->socket == NULL) {
        error_set(error, "cannot listen on %s port %lld: %s", options->address, (long long)options->port,
                  strerror(errno));
        http_server_free(&server);
        return NULL;
    }
    server->port = bound_port(server->socket);
    return server;
}

int http_server_port(const struct http_server *server)
{
    return server->port;
}

void http_server_drain(struct http_server *server)
{
    if (server->socket != NULL)
        evhttp_del_accept_socket(server->evhttp, server->socket);
    server->socket = NULL;
    server->draining = true;
}

size_t http_server_open_exchanges(const struct http_server *server)
{
    return server->exchanges_count;
}

void http_server_free(struct http_server **freeing)
{
    struct http_server *server = *freeing;
    if (server == NULL)
        return;
    /* Requests still unanswered outlive their connections: whoever holds one answers into the void. */
    for (struct http_exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next) {
        evhttp_request_own(exchange->request);
        exchange->server = NULL;
    }
    evhttp_free(server->evhttp);
    http_connections_free(&server->connections);
    free(server);
    *freeing = NULL;
}

/* --- taking requests --- */

static struct bufferevent *server_on_accept(struct event_base *base, void *context)
{
    struct http_server *server = context;
    (void)base;
    struct bufferevent *stream = http_connections_add(server->connections);
    if (http_connections_count(server->connections) >= server->connections_max && server->socket != NULL) {
        evconnlistener_disable(evhttp_bound_socket_get_listener(server->socket));
        server->paused = true;
    }
    return stream;
}

static void server_on_connections_ended(void *context)
{
    struct http_server *server = context;
    if (!server->paused || server->socket == NULL ||
        http_connections_count(server->connections) >= server->connections_max)
        return;
    server->paused = false;
    evconnlistener_enable(evhttp_bound_socket_get_listener(server->socket));
}

static void server_on_request(struct evhttp_request *request, void *context)
{
    struct http_server *server = context;
    struct http_exchange *exchange = memory_zeroed(1, sizeof *exchange);
    struct bufferevent *stream = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    exchange->server = server;
    exchange->request = request;
    exchange->connection = http_connections_find(server->connections, stream);
    exchange->next = server->exchanges;
    if (exchange->next != NULL)
        exchange->next->previous = exchange;
    server->exchanges = exchange;
    server->exchanges_count++;
    http_connection_handling(exchange->connection);
    /* evhttp keeps the connection of a CONNECT open whatever the answer says. */
    if (evhttp_request_get_command(request) == EVHTTP_REQ_CONNECT)
        http_exchange_cut(exchange, false);
    else if (!framing_is_sound(request))
        exchange_answer_now(exchange, 400);
    else if (http_exchange_method(exchange) == HTTP_OTHER)
        exchange_answer_now(exchange, 405);
    else
        server->handler(server->context, exchange);
}

/* A name by RFC 9110: evhttp keeps "Content-Length " with its blank and would then not see it. */
static bool is_token(const char *name)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return name[0] != '\0' && name[strspn(name, token)] == '\0';
}

static bool framing_is_sound(struct evhttp_request *request)
{
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    const struct evkeyval *header;
    const char *length = NULL, *encoding = NULL;
    TAILQ_FOREACH(header, headers, next)
    {
        bool is_length = strcasecmp(header->key, "Content-Length") == 0;
        bool is_encoding = strcasecmp(header->key, "Transfer-Encoding") == 0;
        if (!is_token(header->key) || (is_length && length != NULL) || (is_encoding && encoding != NULL))
            return false;
        length = is_length ? header->value : length;
        encoding = is_encoding ? header->value : encoding;
    }
    if (length != NULL && (length[0] == '\0' || length[strspn(length, "0123456789")] != '\0'))
        return false;
    if (encoding != NULL && (length != NULL || strcasecmp(encoding, "chunked") != 0))
        return false;
    /* The body of a HEAD would be left in the stream and read as a request. */
    if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD)
        return encoding == NULL && (length == NULL || strspn(length, "0") == strlen(length));
    return true;
}

/* --- what an exchange tells --- */

enum http_method http_exchange_method(const struct http_exchange *exchange)
{
    enum evhttp_cmd_type command = evhttp_request_get_command(exchange->request);
    if (command == EVHTTP_REQ_GET)
        return HTTP_GET;
    if (command == EVHTTP_REQ_HEAD)
        return HTTP_HEAD;
    return command == EVHTTP_REQ_POST ? HTTP_POST : HTTP_OTHER;
}

const char *http_exchange_path(const struct http_exchange *exchange)
{
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(exchange->request));
    return path == NULL ? "" : path;
}

const char *http_exchange_query(const struct http_exchange *exchange)
{
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(exchange->request));
    return query == NULL ? "" : query;
}

const char *http_exchange_header(const struct http_exchange *exchange, const char *name)
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(exchange->request), name);
    return value == NULL ? "" : value;
}

void http_exchange_header_lines(const struct http_exchange *exchange, const char *name, struct text *lines)
{
    const struct evkeyval *header;
    text_add(lines, "");
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(exchange->request), next)
    {
        if (strcasecmp(header->key, name) == 0)
            text_addf(lines, "%s%s", lines->bytes == 0 ? "" : ", ", header->value);
    }
}

const char *http_exchange_body(const struct http_exchange *exchange, size_t *bytes_out)
{
    struct evbuffer *body = evhttp_request_get_input_buffer(exchange->request);
    *bytes_out = evbuffer_get_length(body);
    return *bytes_out == 0 ? "" : (const char *)evbuffer_pullup(body, -1);
}

const char *http_exchange_peer(const struct http_exchange *exchange)
{
    char *address = "";
    ev_uint16_t port = 0;
    if (exchange->server != NULL)
        evhttp_connection_get_peer(evhttp_request_get_connection(exchange->request), &address, &port);
    return address;
}

bool http_exchange_is_reused(const struct http_exchange *exchange)
{
    return exchange->server != NULL && http_connection_is_reused(exchange->connection);
}

/* --- answering --- */

void http_exchange_answer(struct http_exchange *exchange, int status, const char *content_type,
                          const void *body, size_t body_bytes, const char *const *headers)
{
    struct evhttp_request *request = exchange->request;
    struct evkeyvalq *out = evhttp_request_get_output_headers(request);
    char length[24];
    if (exchange->server == NULL) {
        evhttp_request_free(request);
        exchange_finish(exchange);
        return;
    }
    if (content_type != NULL)
        evhttp_add_header(out, "Content-Type", content_type);
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i += 2)
        evhttp_add_header(out, headers[i], headers[i + 1]);
    if (status >= 200 && status != 204 && status != 304) {
        evutil_snprintf(length, sizeof length, "%zu", body_bytes);
        evhttp_add_header(out, "Content-Length", length);
    }
    if (exchange->server->draining && evhttp_find_header(out, "Connection") == NULL)
        evhttp_add_header(out, "Connection", "close");
    /* evhttp would write the body of an answer to HEAD if it were given one. */
    if (body_bytes > 0 && http_exchange_method(exchange) != HTTP_HEAD)
        evbuffer_add(evhttp_request_get_output_buffer(request), body, body_bytes);
    http_connection_answering(exchange->connection);
    evhttp_request_set_on_complete_cb(request, exchange_on_written, exchange->connection);
    exchange_finish(exchange);
    /* NULL: evhttp's own words for the status; it lacks these. */
    evhttp_send_reply(request, status,
                      status == 429   ? "Too Many Requests"
                      : status == 422 ? "Unprocessable Content"
                                      : NULL,
                      NULL);
}

void http_exchange_cut(struct http_exchange *exchange, bool reset)
{
    if (exchange->server == NULL) {
        evhttp_request_free(exchange->request);
        exchange_finish(exchange);
        return;
    }
    struct evhttp_connection *connection = evhttp_request_get_connection(exchange->request);
    if (reset) {
        /* Linux resets a TCP connection at once when its socket is connected to nothing. */
        struct sockaddr nothing = {.sa_family = AF_UNSPEC};
        int descriptor = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
        (void)connect(descriptor, &nothing, sizeof nothing);
    }
    exchange_finish(exchange);
    evhttp_connection_free(connection); /* and the request with it */
}

static void exchange_answer_now(struct http_exchange *exchange, int status)
{
    static const char *const refused[] = {"Connection", "close", NULL};
    static const char *const not_allowed[] = {"Connection", "close", "Allow", "GET, HEAD, POST", NULL};
    http_exchange_answer(exchange, status, NULL, NULL, 0, status == 405 ? not_allowed : refused);
}

static void exchange_on_written(struct evhttp_request *request, void *context)
{
    (void)request;
    http_connection_answered(context);
}

static void exchange_finish(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;
    if (server != NULL) {
        if (exchange->previous != NULL)
            exchange->previous->next = exchange->next;
        else
            server->exchanges = exchange->next;
        if (exchange->next != NULL)
            exchange->next->previous = exchange->previous;
        server->exchanges_count--;
    }
    free(exchange);
}

static int bound_port(struct evhttp_bound_socket *bound)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t bytes = sizeof address;
    if (getsockname(evhttp_bound_socket_get_fd(bound), &address.any, &bytes) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}
