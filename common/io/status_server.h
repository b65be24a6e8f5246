/* What a program says of itself to whoever runs it, over HTTP:
 *
 *   GET /healthz  200 "ok": the process runs and its loop turns
 *   GET /readyz   200 when it does its work, else 503, and a sentence: "ok" or how it is
 *   GET /metrics  Prometheus' text format, base/metrics.h
 *
 * HEAD is answered alike; anything else is 404. A server of its own listens on 127.0.0.1 only; a program that has
 * an HTTP server already asks status_answer first. Never says anything of a person; asks nobody, so that it answers
 * also when nothing else does. */
#ifndef IO_STATUS_SERVER_H
#define IO_STATUS_SERVER_H

#include "base/metrics.h"
#include "io/http_server.h"

/* How a program fills the answers. */
struct status_source {
    const char *program; /* "dispatcher" */
    const char *library; /* version of the function library; NULL = it uses none */
    /* True when it does its work. The sentence is "ok" unless another one is set, in either case. */
    bool (*ready)(void *context, struct error *sentence);
    void (*metrics)(void *context, struct metrics *metrics);
    void *context;
};

/* Answers one of the three paths, and then the exchange is gone; false for every other request. */
bool status_answer(const struct status_source *source, struct http_exchange *exchange);

struct status_server;
struct status_server_options {
    int64_t port;            /* 0 = any free */
    const char *setting;     /* the key that says it, for errors: "[dispatcher] status_port" */
    const char *data_folder; /* run/<program>.status-port in it tells the port while the server is open */
};

/* NULL when the port is taken or cannot be told. The source is copied; what it points to must outlive the server. */
struct status_server *status_server_open(struct loop *loop, const struct status_server_options *options,
                                         const struct status_source *source, struct error *error) MUST_CHECK;
int status_server_port(const struct status_server *server);
void status_server_free(struct status_server **server);

#endif
