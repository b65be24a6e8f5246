/* The collector: webhooks in, receipts and replies committed, answered 200 only when they are on disk.
 *
 *   POST /v1/gateways/{name}/{token}/reply    → inbound.c   (GET where the gateway's profile says so)
 *   POST /v1/gateways/{name}/{token}/receipt  → receipt.c   (likewise)
 *   POST /v1/encounters                       → encounter.c (an API: answers 401 to a wrong token, and says what is wrong)
 *   GET  /healthz  the process runs           GET /readyz  Redis is connected
 *
 * Everything else, a wrong token included, is 404 with nothing said. Single-threaded; holds no reply in
 * memory after its answer. Never logs a number, a text or a token. */
#ifndef COLLECTOR_COLLECTOR_H
#define COLLECTOR_COLLECTOR_H

#include "base/settings.h"
#include "collector/refresh.h"
#include "collector/routing.h"
#include "gateway/webhook.h"
#include "io/http_server.h"
#include "io/redis.h"

struct events;

struct collector {
    const struct settings *settings;
    struct clock clock;
    struct loop *loop;
    struct redis *redis;
    struct redis_command command; /* built and sent within one step, never kept */
    struct routing *routing;
    struct refresh *refresh;
    struct events *events;
    struct http_server *server;
    struct loop_timer *drain_timer;
    struct loop_timer *judge_timer; /* Redis was refused: when it is judged again */
    bool redis_is_safe;             /* the connection there is has passed every check */
    int64_t drain_until_ms;         /* monotonic */
    bool drained;                   /* nothing was open a tick ago */
};

/* Runs until SIGTERM or SIGINT; the program's exit status: 0 after an orderly end, 1 when it cannot start. */
int collector_run(const struct settings *settings);

/* Domain time, from the clock file as it is now: its owner may have moved it in the moment before a reply
 * arrived that answers a message of that moment. */
int64_t collector_now_ms(struct collector *collector);

/* A webhook's request, as the gateway layer reads it; borrowed from the exchange. */
struct webhook_input collector_input(struct http_exchange *exchange);

/* Answers with an empty body. */
void collector_answer(struct http_exchange *exchange, int status);

#endif
