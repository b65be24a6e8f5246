/* A small HTTP server beside a program's work, and the three answers. */
#include "io/status_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

#define HEADER_DEADLINE_MS 5000
#define BODY_DEADLINE_MS   5000
#define IDLE_DEADLINE_MS   75000 /* longer than scrapers usually wait between two looks */
#define CONNECTIONS_MAX    16
#define BODY_BYTES_MAX     1024

struct status_server {
    struct status_source source;
    struct http_server *http;
    char path[320]; /* of the file that tells the port; "" = not written */
};

static void server_on_request(void *context, struct http_exchange *exchange);
static bool server_tell_port(struct status_server *server, const char *data_folder, struct error *error);
static void answer_readiness(const struct status_source *source, struct http_exchange *exchange);
static void answer_metrics(const struct status_source *source, struct http_exchange *exchange);
static void say(struct http_exchange *exchange, int status, const char *sentence);

struct status_server *status_server_open(struct loop *loop, const struct status_server_options *options,
                                         const struct status_source *source, struct error *error)
{
    const struct http_server_options http = {.address = "127.0.0.1",
                                             .port = options->port,
                                             .header_deadline_ms = HEADER_DEADLINE_MS,
                                             .body_deadline_ms = BODY_DEADLINE_MS,
                                             .idle_deadline_ms = IDLE_DEADLINE_MS,
                                             .connections_max = CONNECTIONS_MAX,
                                             .body_bytes_max = BODY_BYTES_MAX};
    struct status_server *server = memory_zeroed(1, sizeof *server);
    server->source = *source;
    server->http = http_server_open(loop, &http, server_on_request, server, error);
    if (server->http == NULL)
        error_prefix(error, "%s", options->setting);
    if (server->http == NULL || !server_tell_port(server, options->data_folder, error))
        status_server_free(&server);
    return server;
}

int status_server_port(const struct status_server *server)
{
    return http_server_port(server->http);
}

void status_server_free(struct status_server **server)
{
    if (*server == NULL)
        return;
    if ((*server)->path[0] != '\0')
        (void)unlink((*server)->path);
    http_server_free(&(*server)->http);
    free(*server);
    *server = NULL;
}

bool status_answer(const struct status_source *source, struct http_exchange *exchange)
{
    const char *path = http_exchange_path(exchange);
    enum http_method method = http_exchange_method(exchange);
    if (method != HTTP_GET && method != HTTP_HEAD)
        return false;
    if (strcmp(path, "/healthz") == 0)
        say(exchange, 200, "ok");
    else if (strcmp(path, "/readyz") == 0)
        answer_readiness(source, exchange);
    else if (strcmp(path, "/metrics") == 0)
        answer_metrics(source, exchange);
    else
        return false;
    return true;
}

static void server_on_request(void *context, struct http_exchange *exchange)
{
    const struct status_server *server = context;
    if (!status_answer(&server->source, exchange))
        http_exchange_answer(exchange, 404, NULL, NULL, 0, NULL);
}

/* Whoever starts us on port 0 reads the port from the file. */
static bool server_tell_port(struct status_server *server, const char *data_folder, struct error *error)
{
    char folder[300], line[16];
    snprintf(folder, sizeof folder, "%s/run", data_folder);
    if (!file_make_folder(folder, error))
        return false;
    snprintf(server->path, sizeof server->path, "%s/%s.status-port", folder, server->source.program);
    int bytes = snprintf(line, sizeof line, "%d\n", status_server_port(server));
    return file_replace(server->path, line, (size_t)bytes, 0644, error);
}

static void answer_readiness(const struct status_source *source, struct http_exchange *exchange)
{
    struct error sentence = {"ok"};
    bool ready = source->ready(source->context, &sentence);
    say(exchange, ready ? 200 : 503, sentence.text);
}

static void answer_metrics(const struct status_source *source, struct http_exchange *exchange)
{
    struct text text = {0};
    struct metrics metrics = {.text = &text};
    process_metrics(&metrics, source->program, source->library);
    source->metrics(source->context, &metrics);
    http_exchange_answer(exchange, 200, METRICS_CONTENT_TYPE, text.chars, text.bytes, NULL);
    text_free(&text);
}

static void say(struct http_exchange *exchange, int status, const char *sentence)
{
    struct text line = {0};
    text_addf(&line, "%s\n", sentence);
    http_exchange_answer(exchange, status, "text/plain; charset=utf-8", line.chars, line.bytes, NULL);
    text_free(&line);
}
