/* Start, routes and end of the collector. Refuses to start with a sentence that says what to do; after that
 * only a signal ends it, orderly: it stops accepting, lets what is under way finish, and leaves. */
#include "collector/collector.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "collector/beat.h"
#include "collector/door.h"
#include "collector/encounter.h"
#include "collector/gate.h"
#include "collector/status.h"
#include "collector/events.h"
#include "domain/crisis.h"
#include "domain/flood.h"
#include "store/server_check.h"

#define DRAIN_DEADLINE_MS 5000
#define JUDGE_RETRY_MS    1000
#define DRAIN_TICK_MS     20

static bool collector_load(struct collector *collector, struct error *error);
static bool collector_load_orgs(struct collector *collector, struct error *error);
static bool collector_open(struct collector *collector, struct error *error);
static bool collector_tell_port(const struct collector *collector, struct error *error);
static void collector_on_redis(void *context);
static void collector_judge_again(void *context);
static void collector_on_request(void *context, struct http_exchange *exchange);
static void collector_on_terminate(void *context);
static void collector_on_drain_tick(void *context);
static void collector_on_left(void *context);
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

bool collector_is_fit(const struct collector *collector)
{
    return collector->redis_is_safe && redis_is_connected(collector->redis);
}

const char *collector_unfitness(const struct collector *collector)
{
    return redis_is_connected(collector->redis) ? "Redis is not safe, see the log" : "Redis is away";
}

int64_t collector_now_ms(struct collector *collector)
{
    struct error error;
    if (!clock_reload(&collector->clock, &error))
        log_warning("%s: the clock goes on as it was", error.text);
    return clock_domain_ms(&collector->clock);
}

void collector_call(struct collector *collector, struct route_org *org, redis_callback callback,
                    void *context)
{
    if (org->calls == NULL)
        org->calls = gather_new(collector->loop, collector->redis, org->id);
    gather_send(org->calls, &collector->command, callback, context);
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

/* What must be right before the first request: clock, profiles, and, if Redis answers, that it keeps what it says, and
 * the orgs. Without Redis webhooks are kept from the start. */
static bool collector_load(struct collector *collector, struct error *error)
{
    const struct settings *settings = collector->settings;
    if (!crisis_check(settings, clock_wall_ms(), error) ||
        !clock_open(&collector->clock, settings->clock_file, error))
        return false;
    collector->routing = routing_open(settings, collector->clock.scale != 1, error);
    collector->gate = collector->routing == NULL ? NULL : gate_open(settings, collector->routing, error);
    if (collector->gate == NULL)
        return false;
    collector->loop = loop_new();
    collector->seen = seen_open(settings, "pulssi-collector", collector->loop, error);
    if (collector->seen == NULL)
        return false;
    if (store_answers(settings, error))
        return collector_load_orgs(collector, error);
    log_warning("starting without Redis: %s", error->text);
    return true;
}

/* A Redis that has lost writes is no reason not to start: webhooks are kept until it is adopted. */
static bool collector_load_orgs(struct collector *collector, struct error *error)
{
    struct redis_link *link = store_open_unjudged(collector->settings, error);
    enum seen_verdict verdict = link == NULL ? SEEN_FAILED : seen_judge(collector->seen, link, error);
    collector->routed = verdict == SEEN_GOOD && routing_load(collector->routing, link, error);
    redis_link_close(&link);
    return collector->routed || verdict == SEEN_BEHIND;
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
    collector->judge_timer = loop_timer_new(collector->loop, collector_judge_again, collector);
    collector->drain_timer = loop_timer_new(collector->loop, collector_on_drain_tick, collector);
    loop_on_terminate(collector->loop, collector_on_terminate, collector);
    collector->redis = redis_open(collector->loop, &redis_options);
    seen_watch(collector->seen, collector->redis, collector_judge_again, collector);
    collector->refresh = refresh_open(collector->routing, collector->loop, collector->redis, &redis_options);
    collector->events = events_new();
    collector->flood = flood_new();
    collector->beat = beat_open(collector, &redis_options, error);
    collector->door = collector->beat == NULL ? NULL : door_open(collector, error);
    if (collector->door == NULL)
        return false;
    collector->server =
        http_server_open(collector->loop, &server_options, collector_on_request, collector, error);
    if (collector->server == NULL || !collector_tell_port(collector, error))
        return false;
    collector->announcer = announcer_new(collector->loop, status_sentence, collector);
    return true;
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
 * passed, webhooks are kept. What was published while there was no connection is lost, so the orgs are read again. */
static void collector_on_redis(void *context)
{
    struct collector *collector = context;
    struct error error;
    struct redis_link *link = store_open(collector->settings, collector->seen, &error);
    if (link != NULL && !collector->routed)
        collector->routed = routing_load(collector->routing, link, &error);
    collector->redis_is_safe = link != NULL && collector->routed;
    redis_link_close(&link);
    if (!collector->redis_is_safe) {
        if (strcmp(collector->refusal.text, error.text) != 0)
            log_error("webhooks are kept in the spool, encounters get 503: %s", error.text);
        collector->refusal = error;
        loop_timer_arm(collector->judge_timer, JUDGE_RETRY_MS);
        return;
    }
    collector->refusal.text[0] = '\0';
    if (collector->refresh != NULL) {
        refresh_ask(collector->refresh, NULL, NULL);
    }
    beat_now(collector->beat);
    door_on_redis(collector->door);
}

void collector_saw(struct collector *collector, const char *org, int64_t number)
{
    if (seen_take(collector->seen, org, number))
        return;
    log_error("%s: the commit number went down: this is another Redis than a moment ago", org);
    collector->redis_is_safe = false;
    loop_timer_arm(collector->judge_timer, 0);
}

static void collector_judge_again(void *context)
{
    collector_judge(context);
}

void collector_judge(struct collector *collector)
{
    if (redis_is_connected(collector->redis))
        collector_on_redis(collector);
}

/* --- routes --- */

static void webhook_take(struct collector *collector, struct http_exchange *exchange)
{
    enum webhook_kind kind;
    const struct route_gateway *gateway = gate_pass(collector->gate, exchange, &kind);
    if (gateway != NULL)
        door_take(collector->door, gateway, kind, exchange);
}

static void collector_on_request(void *context, struct http_exchange *exchange)
{
    struct collector *collector = context;
    if (status_of_collector(collector, exchange))
        return;
    if (strcmp(http_exchange_path(exchange), ENCOUNTERS_PATH) == 0)
        encounter_start(collector, exchange);
    else
        webhook_take(collector, exchange);
}

/* --- end --- */

static void collector_on_terminate(void *context)
{
    struct collector *collector = context;
    announcer_stopping(collector->announcer);
    http_server_drain(collector->server);
    door_stop(collector->door);
    collector->drain_until_ms = clock_monotonic_ms() + DRAIN_DEADLINE_MS;
    loop_timer_arm(collector->drain_timer, 0);
}

/* One tick more after the last answer, so that it leaves the socket's buffer. Then, with nothing in the spool, the
 * roll-up is told that it need not wait for us. */
static void collector_on_drain_tick(void *context)
{
    struct collector *collector = context;
    bool empty = http_server_open_exchanges(collector->server) == 0 && door_is_still(collector->door);
    bool over = clock_monotonic_ms() >= collector->drain_until_ms || collector->leaving;
    if (!over && (!empty || !collector->drained)) {
        collector->drained = empty;
        loop_timer_arm(collector->drain_timer, DRAIN_TICK_MS);
    } else if (!over && door_spooled(collector->door) == 0 && collector_is_fit(collector)) {
        collector->leaving = true;
        beat_leave(collector->beat, collector_on_left, collector);
    } else {
        loop_stop(collector->loop);
    }
}

static void collector_on_left(void *context)
{
    struct collector *collector = context;
    loop_stop(collector->loop);
}

/* Closing Redis first completes every flow with a lost answer, closing the door then answers whoever still waits. */
static void collector_close(struct collector *collector)
{
    redis_close(&collector->redis);
    refresh_close(&collector->refresh);
    door_close(&collector->door);
    beat_close(&collector->beat);
    announcer_free(&collector->announcer);
    http_server_free(&collector->server);
    events_free(&collector->events);
    flood_free(&collector->flood);
    loop_timer_free(&collector->drain_timer);
    loop_timer_free(&collector->judge_timer);
    seen_close(&collector->seen);
    gate_free(&collector->gate);
    routing_free(&collector->routing);
    loop_free(&collector->loop);
    redis_command_free(&collector->command);
}
