/* Start, routes and end of the collector. Refuses to start with a sentence that says what to do; after that
 * only a signal ends it, orderly: it stops accepting, lets what is under way finish, and leaves. */
#include "collector/collector.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "collector/encounter.h"
#include "collector/events.h"
#include "collector/inbound.h"
#include "collector/receipt.h"
#include "store/server_check.h"

#define DRAIN_DEADLINE_MS 5000
#define JUDGE_RETRY_MS    1000
#define DRAIN_TICK_MS     20

static bool collector_load(struct collector *collector, struct error *error);
static bool collector_open(struct collector *collector, struct error *error);
static bool collector_tell_port(const struct collector *collector, struct error *error);
static void collector_on_redis(void *context);
static void collector_judge_again(void *context);
static void collector_on_request(void *context, struct http_exchange *exchange);
static void collector_on_terminate(void *context);
static void collector_on_drain_tick(void *context);
static void collector_close(struct collector *collector);

int collector_run(const struct settings *settings)
{
    struct collector collector = {.settings = settings};
    struct error error = {""};
    bool started = collector_load(&collector, &error) && collector_open(&collector, &error);
    if (started) {
        log_info("listening on %s:%d", settings->collector_address, http_server_port(collector.server));
        loop_run(collector.loop);
        log_info("stopped");
    } else {
        log_error("%s", error.text);
    }
    collector_close(&collector);
    return started ? 0 : 1;
}

int64_t collector_now_ms(struct collector *collector)
{
    struct error error;
    if (!clock_reload(&collector->clock, &error))
        log_warning("%s: the clock goes on as it was", error.text);
    return clock_domain_ms(&collector->clock);
}

struct webhook_input collector_input(struct http_exchange *exchange)
{
    struct webhook_input input = {.query = http_exchange_query(exchange),
                                  .content_type = http_exchange_header(exchange, "Content-Type")};
    input.body = http_exchange_body(exchange, &input.body_bytes);
    return input;
}

void collector_answer(struct http_exchange *exchange, int status)
{
    http_exchange_answer(exchange, status, NULL, NULL, 0, NULL);
}

/* --- start --- */

/* What must be right before the first request: clock, profiles, a Redis that keeps what it says, the orgs. */
static bool collector_load(struct collector *collector, struct error *error)
{
    const struct settings *settings = collector->settings;
    if (!clock_open(&collector->clock, settings->clock_file, error))
        return false;
    collector->routing = routing_open(settings, collector->clock.scale != 1, error);
    if (collector->routing == NULL)
        return false;
    struct redis_link *link = store_open_waiting(settings, "pulssi-collector", error);
    bool loaded = link != NULL && routing_load(collector->routing, link, error);
    redis_link_close(&link);
    return loaded;
}

static bool collector_open(struct collector *collector, struct error *error)
{
    const struct settings *settings = collector->settings;
    char address[320];
    settings_redis_address(settings, address);
    const struct redis_options redis_options = {.address = address,
                                                .password = settings->redis_password,
                                                .deadline_ms = settings->redis_deadline_ms,
                                                .on_connected = collector_on_redis,
                                                .context = collector};
    const struct http_server_options server_options = {.address = settings->collector_address,
                                                       .port = settings->collector_port,
                                                       .header_deadline_ms = settings->header_deadline_ms,
                                                       .body_deadline_ms = settings->body_deadline_ms,
                                                       .idle_deadline_ms = settings->idle_deadline_ms,
                                                       .connections_max = settings->connections_max,
                                                       .body_bytes_max = settings->body_bytes_max};
    collector->loop = loop_new();
    collector->judge_timer = loop_timer_new(collector->loop, collector_judge_again, collector);
    collector->drain_timer = loop_timer_new(collector->loop, collector_on_drain_tick, collector);
    loop_on_terminate(collector->loop, collector_on_terminate, collector);
    collector->redis = redis_open(collector->loop, &redis_options);
    collector->refresh = refresh_open(collector->routing, collector->loop, collector->redis, &redis_options);
    collector->events = events_new();
    collector->server =
        http_server_open(collector->loop, &server_options, collector_on_request, collector, error);
    return collector->server != NULL && collector_tell_port(collector, error);
}

/* Whoever starts us on port 0 reads the port from a file. */
static bool collector_tell_port(const struct collector *collector, struct error *error)
{
    char folder[sizeof collector->settings->data_folder + 16], path[sizeof folder + 32], line[16];
    snprintf(folder, sizeof folder, "%s/run", collector->settings->data_folder);
    snprintf(path, sizeof path, "%s/collector.port", folder);
    int bytes = snprintf(line, sizeof line, "%d\n", http_server_port(collector->server));
    return file_make_folder(folder, error) && file_replace(path, line, (size_t)bytes, 0644, error);
}

/* Every connection is judged again, not only the first: it may be another Redis, or one with other settings. Until it has
 * passed, webhooks get 503. What was published while there was no connection is lost, so the orgs are read again. */
static void collector_on_redis(void *context)
{
    struct collector *collector = context;
    struct error error;
    struct redis_link *link = store_open(collector->settings, "pulssi-collector", &error);
    collector->redis_is_safe = link != NULL;
    redis_link_close(&link);
    if (!collector->redis_is_safe) {
        log_error("webhooks get 503: %s", error.text);
        loop_timer_arm(collector->judge_timer, JUDGE_RETRY_MS);
    } else if (collector->refresh != NULL) {
        refresh_ask(collector->refresh, NULL, NULL);
    }
}

static void collector_judge_again(void *context)
{
    struct collector *collector = context;
    if (redis_is_connected(collector->redis))
        collector_on_redis(collector);
}

/* --- routes --- */

#define WEBHOOK_PREFIX "/v1/gateways/"

enum webhook { WEBHOOK_NONE, WEBHOOK_REPLY, WEBHOOK_RECEIPT };

/* Splits "/v1/gateways/{name}/{token}/reply"; the parts are cut out of `path`. */
static enum webhook path_split(char *path, const char **name_out, const char **token_out)
{
    char *name = path + strlen(WEBHOOK_PREFIX);
    char *token = strncmp(path, WEBHOOK_PREFIX, strlen(WEBHOOK_PREFIX)) == 0 ? strchr(name, '/') : NULL;
    char *kind = token == NULL ? NULL : strchr(token + 1, '/');
    if (kind == NULL)
        return WEBHOOK_NONE;
    *token++ = '\0';
    *kind++ = '\0';
    *name_out = name;
    *token_out = token;
    if (strcmp(kind, "reply") == 0)
        return WEBHOOK_REPLY;
    return strcmp(kind, "receipt") == 0 ? WEBHOOK_RECEIPT : WEBHOOK_NONE;
}

/* The gateway that shows its token in the path; NULL says nothing of what was wrong. */
static const struct route_gateway *authenticate(const struct routing *routing, const char *name,
                                                const char *token)
{
    const struct route_gateway *gateway = routing_gateway(routing, name);
    return gateway != NULL && secret_equal(token, gateway->settings->webhook_token) ? gateway : NULL;
}

/* A webhook comes in one way only. */
static bool method_fits(const struct route_gateway *gateway, enum webhook webhook, enum http_method method)
{
    bool is_get = webhook == WEBHOOK_REPLY ? webhook_reply_is_get(gateway->profile)
                                           : webhook_receipt_is_get(gateway->profile);
    return method == (is_get ? HTTP_GET : HTTP_POST);
}

static void webhook_take(struct collector *collector, struct http_exchange *exchange)
{
    char path[sizeof WEBHOOK_PREFIX + 256];
    const char *name = "", *token = "";
    enum webhook webhook = WEBHOOK_NONE;
    if (text_copy(path, sizeof path, http_exchange_path(exchange)))
        webhook = path_split(path, &name, &token);
    const struct route_gateway *gateway =
        webhook == WEBHOOK_NONE ? NULL : authenticate(collector->routing, name, token);
    if (gateway == NULL || !method_fits(gateway, webhook, http_exchange_method(exchange)))
        collector_answer(exchange, 404);
    else if (!collector->redis_is_safe)
        collector_answer(exchange, 503);
    else if (webhook == WEBHOOK_REPLY)
        inbound_start(collector, gateway, exchange);
    else
        receipt_start(collector, gateway, exchange);
}

static void say(struct http_exchange *exchange, int status, const char *sentence)
{
    http_exchange_answer(exchange, status, "text/plain", sentence, strlen(sentence), NULL);
}

static void collector_on_request(void *context, struct http_exchange *exchange)
{
    struct collector *collector = context;
    const char *path = http_exchange_path(exchange);
    bool asks = http_exchange_method(exchange) != HTTP_POST;
    bool health = asks && strcmp(path, "/healthz") == 0;
    bool readiness = asks && strcmp(path, "/readyz") == 0;
    if (health || (readiness && redis_is_connected(collector->redis) && collector->redis_is_safe))
        say(exchange, 200, "ok\n");
    else if (readiness)
        say(exchange, 503, "Redis is not connected, or not safe: see the log\n");
    else if (strcmp(path, ENCOUNTERS_PATH) == 0)
        encounter_start(collector, exchange);
    else
        webhook_take(collector, exchange);
}

/* --- end --- */

static void collector_on_terminate(void *context)
{
    struct collector *collector = context;
    http_server_drain(collector->server);
    collector->drain_until_ms = clock_monotonic_ms() + DRAIN_DEADLINE_MS;
    loop_timer_arm(collector->drain_timer, 0);
}

/* One tick more after the last answer, so that it leaves the socket's buffer. */
static void collector_on_drain_tick(void *context)
{
    struct collector *collector = context;
    bool empty = http_server_open_exchanges(collector->server) == 0;
    if ((empty && collector->drained) || clock_monotonic_ms() >= collector->drain_until_ms) {
        loop_stop(collector->loop);
        return;
    }
    collector->drained = empty;
    loop_timer_arm(collector->drain_timer, DRAIN_TICK_MS);
}

/* Closing Redis first completes every flow with a lost answer, hence 503 to whoever still waits. */
static void collector_close(struct collector *collector)
{
    redis_close(&collector->redis);
    refresh_close(&collector->refresh);
    http_server_free(&collector->server);
    events_free(&collector->events);
    loop_timer_free(&collector->drain_timer);
    loop_timer_free(&collector->judge_timer);
    loop_free(&collector->loop);
    routing_free(&collector->routing);
    redis_command_free(&collector->command);
}
