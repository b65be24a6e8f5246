/* Puts the parts together and runs the loop:
 *
 *   POST /send → gateway ─ plans → webhooks ─ domain time → collector
 *   others     → control ─ reads → ledger, webhooks; sets faults
 *
 * Says "listening ADDRESS:PORT" on standard output once requests are taken. Keeps nothing when it ends. */
#include "simulator/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "simulator/control.h"
#include "simulator/gateway.h"
#include "simulator/options.h"

#define HEADER_DEADLINE_MS 5000
#define BODY_DEADLINE_MS   10000
#define IDLE_DEADLINE_MS   60000
#define CONNECTIONS_MAX    1000
#define BODY_BYTES_MAX     16384

struct serve_options {
    const char *scenario, *listen, *collector, *secret, *token, *clock, *gateway_name;
};

struct serve {
    struct scenario scenario;
    struct clock clock;
    struct faults faults;
    struct ledger ledger;
    struct loop *loop;
    struct webhooks *webhooks;
    struct gateway *gateway;
    struct control control;
    struct http_server *server;
};

static void read_options(int argc, char **argv, struct serve_options *options);
static bool serve_start(struct serve *serve, const struct serve_options *options, struct error *error);
static void serve_on_request(void *context, struct http_exchange *exchange);
static void serve_on_clock(void *context);
static void serve_on_terminate(void *context);
static void serve_finish(struct serve *serve);
static bool listen_parse(const char *listen, char address_out[64], int64_t *port_out);

int serve_run(int argc, char **argv)
{
    static struct serve serve;
    struct serve_options options = {0};
    struct error error;
    read_options(argc, argv, &options);
    bool started = serve_start(&serve, &options, &error);
    if (started)
        loop_run(serve.loop);
    else
        log_error("%s", error.text);
    serve_finish(&serve);
    return started ? 0 : 1;
}

static void read_options(int argc, char **argv, struct serve_options *options)
{
    options->secret = getenv("PULSSI_GATEWAY_SIMULATOR_SECRET");
    options->token = getenv("PULSSI_GATEWAY_SIMULATOR_WEBHOOK_TOKEN");
    const struct option_row rows[] = {
        {"scenario", "FILE", &options->scenario, NULL, true, "who lives in the town"},
        {"listen", "ADDRESS:PORT", &options->listen, NULL, true,
         "where requests are taken; port 0 = any free one"},
        {"collector", "URL", &options->collector, NULL, true, "base URL of the webhooks to call"},
        {"secret", "TEXT", &options->secret, NULL, false,
         "what a submit must carry as Bearer (PULSSI_GATEWAY_SIMULATOR_SECRET)"},
        {"token", "TEXT", &options->token, NULL, false,
         "path token of the webhooks (PULSSI_GATEWAY_SIMULATOR_WEBHOOK_TOKEN)"},
        {"clock", "FILE", &options->clock, NULL, false, "the clock's file; without it time is real"},
        {"org-gateway-name", "NAME", &options->gateway_name, NULL, false,
         "name in the webhooks' path; otherwise the scenario's"},
        {0},
    };
    const struct subcommand subcommand = {"serve", "be the gateway and the people of a scenario", rows};
    options_read(argc, argv, &subcommand);
}

static bool serve_start(struct serve *serve, const struct serve_options *options, struct error *error)
{
    char address[64];
    int64_t port;
    if (!listen_parse(options->listen, address, &port))
        return error_set(error, "--listen: expected ADDRESS:PORT, port 0..65535");
    if (options->secret == NULL || options->token == NULL)
        return error_set(error, "--secret and --token: give both, or set their variables");
    if (strlen(options->secret) > 128)
        return error_set(error, "--secret: at most 128 characters");
    if (!scenario_read(&serve->scenario, options->scenario, error) ||
        !clock_open(&serve->clock, options->clock, error))
        return false;
    serve->loop = loop_new();
    loop_on_terminate(serve->loop, serve_on_terminate, serve);
    faults_init(&serve->faults, serve->scenario.seed);

    struct webhooks_options webhooks = {.loop = serve->loop,
                                        .clock = &serve->clock,
                                        .ledger = &serve->ledger,
                                        .collector = options->collector,
                                        .gateway = options->gateway_name != NULL ? options->gateway_name
                                                                                 : serve->scenario.gateway,
                                        .token = options->token,
                                        .people_count = serve->scenario.people_count};
    serve->webhooks = webhooks_new(&webhooks);
    struct gateway_options gateway = {.loop = serve->loop,
                                      .clock = &serve->clock,
                                      .scenario = &serve->scenario,
                                      .faults = &serve->faults,
                                      .ledger = &serve->ledger,
                                      .webhooks = serve->webhooks,
                                      .secret = options->secret};
    serve->gateway = gateway_new(&gateway);
    serve->control = (struct control){&serve->clock, &serve->faults, &serve->ledger, serve->webhooks};

    struct http_server_options server = {.address = address,
                                         .port = port,
                                         .header_deadline_ms = HEADER_DEADLINE_MS,
                                         .body_deadline_ms = BODY_DEADLINE_MS,
                                         .idle_deadline_ms = IDLE_DEADLINE_MS,
                                         .connections_max = CONNECTIONS_MAX,
                                         .body_bytes_max = BODY_BYTES_MAX};
    if (!loop_watch_clock(serve->loop, &serve->clock, serve_on_clock, serve, error))
        return false;
    serve->server = http_server_open(serve->loop, &server, serve_on_request, serve, error);
    if (serve->server == NULL)
        return false;
    (void)printf("listening %s:%d\n", address, http_server_port(serve->server));
    (void)fflush(stdout);
    return true;
}

static void serve_on_request(void *context, struct http_exchange *exchange)
{
    struct serve *serve = context;
    bool sends =
        http_exchange_method(exchange) == HTTP_POST && strcmp(http_exchange_path(exchange), "/send") == 0;
    if (sends)
        gateway_send(serve->gateway, exchange);
    else
        control_handle(&serve->control, exchange);
}

static void serve_on_clock(void *context)
{
    struct serve *serve = context;
    webhooks_on_clock(serve->webhooks);
}

static void serve_on_terminate(void *context)
{
    struct serve *serve = context;
    loop_stop(serve->loop);
}

/* Also after a start that failed half-way. */
static void serve_finish(struct serve *serve)
{
    webhooks_free(&serve->webhooks);
    gateway_free(&serve->gateway);
    http_server_free(&serve->server);
    loop_free(&serve->loop);
    ledger_free(&serve->ledger);
}

static bool listen_parse(const char *listen, char address_out[64], int64_t *port_out)
{
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || colon == listen || (size_t)(colon - listen) >= 64)
        return false;
    memcpy(address_out, listen, (size_t)(colon - listen));
    address_out[colon - listen] = '\0';
    return text_to_int(colon + 1, 0, 65535, port_out);
}
