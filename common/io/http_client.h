/* HTTP client: libcurl multi on the loop, HTTP/1.1 keep-alive. Bodies are given so that libcurl can never
 * replay them. A request completes exactly once, from the loop. */
#ifndef IO_HTTP_CLIENT_H
#define IO_HTTP_CLIENT_H

#include <stddef.h>

#include "io/loop.h"

struct http_client;
struct http_client_options {
    int64_t connect_deadline_ms;
    int64_t deadline_ms;     /* of the whole transfer */
    int64_t connections_max; /* kept alive and used at a time */
    size_t answer_bytes_max; /* a longer answer is cut and marked */
};
struct http_client *http_client_new(struct loop *loop, const struct http_client_options *options);
/* Requests under way end as HTTP_LOST, those still waiting for a connection as HTTP_NOT_SENT. Not from a
 * callback. */
void http_client_free(struct http_client **client);
size_t http_client_in_flight(const struct http_client *client);

struct http_request {
    const char *method; /* "POST" or "GET" */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-terminated, or NULL; values hold no CR or LF */
    const void *body;
    size_t body_bytes;
};

enum http_fate {
    HTTP_ANSWERED, /* a whole answer with a status */
    HTTP_NOT_SENT, /* nothing was uploaded: connect, DNS or TLS failed */
    HTTP_LOST,     /* anything else: it may have been received */
};
struct http_answer {
    enum http_fate fate;
    int status;       /* when answered */
    const char *body; /* terminated, valid during the callback; "" if none */
    size_t body_bytes;
    bool body_cut;
    const char *retry_after; /* header as sent, "" = none */
    const char *problem;     /* libcurl's words otherwise */
};
typedef void (*http_callback)(void *context, const struct http_answer *answer);

/* Copies everything it needs. The deadline runs from now, also while all connections are taken. */
void http_client_send(struct http_client *client, const struct http_request *request, http_callback callback,
                      void *context);

#endif
