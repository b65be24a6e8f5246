/* The collector: webhooks in, receipts and replies committed, answered 200 only when they are on disk: in Redis, or
 * in the spool while Redis cannot take them.
 *
 *   POST /v1/gateways/{name}/{token}/reply    → door.c → inbound.c   (GET where the gateway's profile says so)
 *   POST /v1/gateways/{name}/{token}/receipt  → door.c → receipt.c   (likewise)
 *   POST /v1/encounters                       → encounter.c (an API: answers 401 to a wrong token, and says what is wrong)
 *   GET  /healthz  the process runs           GET /readyz  what comes now is kept         GET /metrics  → status.c
 *
 * Each webhook passes gate.c first: token, address, signature. Everything else is 404 with nothing said. Single-threaded;
 * holds no reply in memory after its answer, but for parts of one that wait for the others, and for when it came
 * (domain/flood.h). Never logs a number, a text or a token. */
#ifndef COLLECTOR_COLLECTOR_H
#define COLLECTOR_COLLECTOR_H

#include "base/settings.h"
#include "collector/figures.h"
#include "collector/refresh.h"
#include "collector/routing.h"
#include "gateway/webhook.h"
#include "io/announcer.h"
#include "io/http_server.h"
#include "io/redis.h"
#include "store/seen.h"

struct beat;
struct door;
struct events;
struct flood;
struct gate;
struct parts;

struct collector {
    const struct settings *settings;
    struct clock clock;
    struct loop *loop;
    struct redis *redis;
    struct seen *seen;
    struct error refusal;         /* why the server was refused when it was judged last; "" = it was not */
    struct redis_command command; /* built and sent within one step, never kept */
    struct routing *routing;
    struct refresh *refresh;
    struct events *events;
    struct flood *flood;
    struct gate *gate;
    struct door *door;
    struct parts *parts; /* opened and closed with the door */
    struct beat *beat;
    struct http_server *server;
    struct announcer *announcer;
    struct collector_figures figures;
    struct loop_timer *drain_timer;
    struct loop_timer *judge_timer; /* Redis was refused: when it is judged again */
    bool routed;                    /* the orgs have been read */
    bool redis_is_safe;             /* the connection there is has passed every check */
    int64_t drain_until_ms;         /* monotonic */
    bool drained;                   /* nothing was open a tick ago */
    bool leaving;                   /* the roll-up is being told that nothing is left here */
};

/* Runs until SIGTERM or SIGINT; the program's exit status: 0 after an orderly end, 1 when it cannot start. */
int collector_run(const struct settings *settings);

/* Whether Redis may be given webhooks now; and why not, in a few words. */
bool collector_is_fit(const struct collector *collector);
const char *collector_unfitness(const struct collector *collector);

/* Domain time, from the clock file as it is now: its owner may have moved it in the moment before a reply
 * arrived that answers a message of that moment. */
int64_t collector_now_ms(struct collector *collector);

/* A webhook's request, as the gateway layer reads it; borrowed from the exchange. */
struct webhook_input collector_input(struct http_exchange *exchange);

/* Judges the server again: the store says that it changed. */
void collector_judge(struct collector *collector);

/* A commit number that came with a reply; 0 = none. After one that went down Redis counts as unsafe until it has been
 * judged again. */
void collector_saw(struct collector *collector, const char *org, int64_t number);

/* Sends collector->command, which is a call of the org's, together with the others of this turn of the loop. */
void collector_call(struct collector *collector, struct route_org *org, redis_callback callback,
                    void *context);

/* Answers with an empty body. */
void collector_answer(struct http_exchange *exchange, int status);

#endif
