/* Puts the parts together and runs the loop:
 *
 *   the dialect's paths → gateway ─ plans → webhooks ─ domain time → collector
 *   others              → control ─ reads → ledger, webhooks; sets faults
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
#define BODY_BYTES_MAX     4194304 /* a thousand messages */

struct serve_options {
    const char *scenario, *listen, *secret, *clock, *dialect;
    struct dialect_account account; /* as the options tell, NULL = not told */
};

struct serve {
    struct scenario scenario;
    struct clock clock;
    struct faults faults;
    struct ledger ledger;
    struct dialect_account account;
    struct network network;
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
    struct dialect_account *account = &options->account;
    account->secret = getenv("PULSSI_GATEWAY_SIMULATOR_SECRET");
    account->token = getenv("PULSSI_GATEWAY_SIMULATOR_WEBHOOK_TOKEN");
    account->webhook_secret = getenv("PULSSI_GATEWAY_SIMULATOR_WEBHOOK_SECRET");
    account->webhook_password = getenv("PULSSI_GATEWAY_SIMULATOR_WEBHOOK_PASSWORD");
    const struct option_row rows[] = {
        {"scenario", "FILE", &options->scenario, NULL, true, "who lives in the town"},
        {"listen", "ADDRESS:PORT", &options->listen, NULL, true,
         "where requests are taken; port 0 = any free one"},
        {"collector", "URL", &account->collector, NULL, true, "base URL of the webhooks to call"},
        {"secret", "TEXT", &account->secret, NULL, false,
         "what a submit must carry (PULSSI_GATEWAY_SIMULATOR_SECRET)"},
        {"token", "TEXT", &account->token, NULL, false,
         "path token of the webhooks (PULSSI_GATEWAY_SIMULATOR_WEBHOOK_TOKEN)"},
        {"clock", "FILE", &options->clock, NULL, false, "the clock's file; without it time is real"},
        {"org-gateway-name", "NAME", &account->gateway, NULL, false,
         "name in the webhooks' path; otherwise the scenario's"},
        {"dialect", "NAME", &options->dialect, NULL, false,
         "which provider's wire is spoken: simulator (if not told), twilio, vonage, infobip, link, 46elks, "
         "gatewayapi, sinch or telnyx"},
        {"account", "TEXT", &account->name, NULL, false,
         "the customer's account, user, plan or key, as the provider calls it"},
        {"public-url", "URL", &account->public_url, NULL, false,
         "base URL of the collector as the customer tells it, which is what gets signed; otherwise "
         "--collector"},
        {"webhook-secret", "TEXT", &account->webhook_secret, NULL, false,
         "what webhooks are signed with (PULSSI_GATEWAY_SIMULATOR_WEBHOOK_SECRET)"},
        {"webhook-user", "TEXT", &account->webhook_user, NULL, false, "name shown with webhooks (Basic)"},
        {"webhook-password", "TEXT", &account->webhook_password, NULL, false,
         "password shown with it (PULSSI_GATEWAY_SIMULATOR_WEBHOOK_PASSWORD)"},
        {0},
    };
    const struct subcommand subcommand = {"serve", "be the gateway and the people of a scenario", rows};
    options_read(argc, argv, &subcommand);
}

static const char *told_or(const char *told, const char *otherwise)
{
    return told != NULL ? told : otherwise;
}

static bool account_read(struct serve *serve, const struct serve_options *options, struct error *error)
{
    const struct dialect_account *told = &options->account;
    if (told->secret == NULL || told->token == NULL)
        return error_set(error, "--secret and --token: give both, or set their variables");
    if (strlen(told->secret) > 128)
        return error_set(error, "--secret: at most 128 characters");
    serve->account = (struct dialect_account){.name = told_or(told->name, ""),
                                              .secret = told->secret,
                                              .collector = told->collector,
                                              .public_url = told_or(told->public_url, told->collector),
                                              .gateway = told_or(told->gateway, serve->scenario.gateway),
                                              .token = told->token,
                                              .webhook_secret = told_or(told->webhook_secret, ""),
                                              .webhook_user = told_or(told->webhook_user, ""),
                                              .webhook_password = told_or(told->webhook_password, "")};
    serve->network.dialect = dialect_find(told_or(options->dialect, "simulator"));
    if (serve->network.dialect == NULL) {
        struct text names = {0};
        dialect_names(&names);
        (void)error_set(error, "--dialect: expected one of %s", names.chars);
        text_free(&names);
        return false;
    }
    return true;
}

static bool serve_start(struct serve *serve, const struct serve_options *options, struct error *error)
{
    char address[64];
    int64_t port;
    if (!listen_parse(options->listen, address, &port))
        return error_set(error, "--listen: expected ADDRESS:PORT, port 0..65535");
    if (!scenario_read(&serve->scenario, options->scenario, error) || !account_read(serve, options, error) ||
        !clock_open(&serve->clock, options->clock, error))
        return false;
    serve->loop = loop_new();
    loop_on_terminate(serve->loop, serve_on_terminate, serve);
    faults_init(&serve->faults, serve->scenario.seed);

    struct webhooks_options webhooks = {.loop = serve->loop,
                                        .clock = &serve->clock,
                                        .ledger = &serve->ledger,
                                        .dialect = serve->network.dialect,
                                        .account = &serve->account,
                                        .people_count = serve->scenario.people_count};
    serve->webhooks = webhooks_new(&webhooks);
    serve->network.scenario = &serve->scenario;
    serve->network.faults = &serve->faults;
    serve->network.ledger = &serve->ledger;
    serve->network.webhooks = serve->webhooks;
    struct gateway_options gateway = {
        .loop = serve->loop, .clock = &serve->clock, .account = &serve->account, .network = &serve->network};
    serve->gateway = gateway_new(&gateway);
    serve->control = (struct control){&serve->clock, &serve->network};

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
    if (dialect_owns(serve->network.dialect, http_exchange_path(exchange)))
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
