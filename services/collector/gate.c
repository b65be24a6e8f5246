/* Which of the checks a webhook fails is said in the log and in the figures, never to the one who sent it. Signatures are
 * judged by wall time, whatever clock the service runs by: it is the provider's. */
#include "collector/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "gateway/address_list.h"
#include "gateway/webhook.h"

#define PREFIX       "/v1/gateways/"
#define SAY_EVERY_MS 60000

struct gate {
    const struct settings *settings;
    const struct routing *routing;
    struct address_list proxies;
    struct address_list callers[SETTINGS_GATEWAYS_MAX]; /* empty = anybody */
    struct {
        int64_t count;
        int64_t said_ms;                                 /* monotonic */
    } refused[SETTINGS_GATEWAYS_MAX + 1][GATE_REFUSALS]; /* the last: of no gateway */
};

struct gate *gate_open(const struct settings *settings, const struct routing *routing, struct error *error)
{
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    struct error wrong;
    gate->settings = settings;
    gate->routing = routing;
    bool open = address_list_read(settings->trusted_proxies, &gate->proxies, &wrong) ||
                error_set(error, "[collector] trusted_proxies: %s", wrong.text);
    for (size_t i = 0; i < settings->gateways_count && open; i++) {
        const struct gateway_settings *gateway = &settings->gateways[i];
        open = address_list_read(gateway->webhook_addresses, &gate->callers[i], &wrong) ||
               error_set(error, "[gateway:%s] webhook_addresses: %s", gateway->name, wrong.text);
    }
    if (!open)
        gate_free(&gate);
    return gate;
}

void gate_free(struct gate **gate)
{
    free(*gate);
    *gate = NULL;
}

/* --- checks --- */

/* Splits "/v1/gateways/{name}/{token}/reply"; the parts are cut out of `path`. */
static bool path_split(char *path, const char **name_out, const char **token_out, enum webhook_kind *kind_out)
{
    char *name = path + strlen(PREFIX);
    char *token = strncmp(path, PREFIX, strlen(PREFIX)) == 0 ? strchr(name, '/') : NULL;
    char *kind = token == NULL ? NULL : strchr(token + 1, '/');
    if (kind == NULL)
        return false;
    *token++ = '\0';
    *kind++ = '\0';
    *name_out = name;
    *token_out = token;
    *kind_out = strcmp(kind, "reply") == 0 ? WEBHOOK_REPLY : WEBHOOK_RECEIPT;
    return *kind_out == WEBHOOK_REPLY || strcmp(kind, "receipt") == 0;
}

static bool address_fits(const struct gate *gate, size_t gateway, const struct http_exchange *exchange)
{
    const struct address_list *callers = &gate->callers[gateway];
    struct text forwarded = {0};
    char caller[ADDRESS_SIZE];
    if (callers->count == 0)
        return true;
    http_exchange_header_lines(exchange, "X-Forwarded-For", &forwarded);
    address_of_caller(&gate->proxies, http_exchange_peer(exchange), forwarded.chars, caller);
    text_free(&forwarded);
    return address_list_holds(callers, caller);
}

static bool method_fits(const struct route_gateway *gateway, enum webhook_kind kind, enum http_method method)
{
    return (method == HTTP_GET && webhook_takes_get(gateway->profile, kind)) ||
           (method == HTTP_POST && webhook_takes_post(gateway->profile, kind));
}

static const char *header_of(void *context, const char *name)
{
    return http_exchange_header(context, name);
}

static enum signature_verdict signature_of(const struct route_gateway *gateway, enum webhook_kind kind,
                                           struct http_exchange *exchange)
{
    struct signature_input input = {.path = http_exchange_path(exchange),
                                    .query = http_exchange_query(exchange),
                                    .content_type = http_exchange_header(exchange, "Content-Type"),
                                    .header = header_of,
                                    .context = exchange};
    input.body = http_exchange_body(exchange, &input.body_bytes);
    return signature_check(profile_signature(gateway->profile, kind), gateway->settings, &input,
                           clock_wall_ms());
}

/* Whether it may pass; else why not. The path has been split. */
static bool gateway_fits(const struct gate *gate, const struct route_gateway *gateway, const char *token,
                         enum webhook_kind kind, struct http_exchange *exchange,
                         enum gate_refusal *refusal_out)
{
    bool passes = false;
    if (!secret_equal(token, gateway->settings->webhook_token)) {
        *refusal_out = GATE_TOKEN;
    } else if (!address_fits(gate, (size_t)(gateway->settings - gate->settings->gateways), exchange)) {
        *refusal_out = GATE_ADDRESS;
    } else if (!method_fits(gateway, kind, http_exchange_method(exchange))) {
        *refusal_out = GATE_METHOD;
    } else {
        switch (signature_of(gateway, kind, exchange)) {
        case SIGNATURE_GOOD:
            passes = true;
            break;
        case SIGNATURE_MISSING:
            *refusal_out = GATE_SIGNATURE_MISSING;
            break;
        case SIGNATURE_WRONG:
            *refusal_out = GATE_SIGNATURE_WRONG;
            break;
        case SIGNATURE_STALE:
            *refusal_out = GATE_SIGNATURE_STALE;
            break;
        }
    }
    return passes;
}

/* --- refusals --- */

const char *gate_refusal_name(enum gate_refusal refusal)
{
    static const char *const names[GATE_REFUSALS] = {[GATE_TOKEN] = "token",
                                                     [GATE_ADDRESS] = "address",
                                                     [GATE_METHOD] = "method",
                                                     [GATE_SIGNATURE_MISSING] = "signature_missing",
                                                     [GATE_SIGNATURE_WRONG] = "signature_wrong",
                                                     [GATE_SIGNATURE_STALE] = "signature_stale"};
    return names[refusal];
}

int64_t gate_count(const struct gate *gate, size_t gateway, enum gate_refusal refusal)
{
    return gate->refused[gateway][refusal].count;
}

/* What is wrong, and what may be done about it. */
static void refusal_describe(const struct route_gateway *gateway, enum webhook_kind kind,
                             enum gate_refusal refusal, struct text *text)
{
    const struct signature_scheme *scheme = profile_signature(gateway->profile, kind);
    switch (refusal) {
    case GATE_TOKEN:
        text_add(text,
                 "the token in their URL is another: check the webhook URLs that the provider was given "
                 "against webhook_token");
        break;
    case GATE_ADDRESS:
        text_add(text,
                 "they come from elsewhere: check webhook_addresses, and [collector] trusted_proxies when a "
                 "web server stands in front");
        break;
    case GATE_METHOD:
        text_add(text,
                 "they come in another way: check GET or POST, and that replies and receipts go to a URL of "
                 "their own");
        break;
    case GATE_SIGNATURE_MISSING:
        text_addf(text, "they have no signature: %s", signature_fix(scheme, SIGNATURE_MISSING));
        break;
    case GATE_SIGNATURE_WRONG:
        text_addf(text, "the signature is wrong: %s", signature_fix(scheme, SIGNATURE_WRONG));
        break;
    case GATE_SIGNATURE_STALE:
        text_addf(text, "they were signed at another time: %s", signature_fix(scheme, SIGNATURE_STALE));
        break;
    }
    text_addf(text, " of [gateway:%s]", gateway->settings->name);
}

static void refusal_count(struct gate *gate, const struct route_gateway *gateway, enum webhook_kind kind,
                          enum gate_refusal refusal)
{
    size_t index = gateway == NULL ? gate->settings->gateways_count
                                   : (size_t)(gateway->settings - gate->settings->gateways);
    int64_t now_ms = clock_monotonic_ms();
    int64_t count = ++gate->refused[index][refusal].count;
    bool lately = count > 1 && now_ms - gate->refused[index][refusal].said_ms < SAY_EVERY_MS;
    if (gateway == NULL || lately)
        return;
    struct text text = {0};
    gate->refused[index][refusal].said_ms = now_ms;
    refusal_describe(gateway, kind, refusal, &text);
    log_warning("alert: webhooks are refused (%lld since the start): %s", (long long)count, text.chars);
    text_free(&text);
}

static void refusal_answer(const struct route_gateway *gateway, enum webhook_kind kind,
                           enum gate_refusal refusal, struct http_exchange *exchange)
{
    static const char *const ask_name[] = {"WWW-Authenticate", "Basic realm=\"webhooks\"", NULL};
    bool unsigned_one = refusal >= GATE_SIGNATURE_MISSING;
    bool ask = unsigned_one && signature_is_basic(profile_signature(gateway->profile, kind));
    http_exchange_answer(exchange, unsigned_one ? 401 : 404, NULL, NULL, 0, ask ? ask_name : NULL);
}

const struct route_gateway *gate_pass(struct gate *gate, struct http_exchange *exchange,
                                      enum webhook_kind *kind_out)
{
    char path[sizeof PREFIX + 256];
    const char *name = "", *token = "";
    const struct route_gateway *gateway = NULL;
    enum gate_refusal refusal = GATE_TOKEN;
    *kind_out = WEBHOOK_REPLY;
    if (text_copy(path, sizeof path, http_exchange_path(exchange)) &&
        path_split(path, &name, &token, kind_out))
        gateway = routing_gateway(gate->routing, name);
    if (gateway != NULL && gateway_fits(gate, gateway, token, *kind_out, exchange, &refusal))
        return gateway;
    refusal_count(gate, gateway, *kind_out, refusal);
    refusal_answer(gateway, *kind_out, refusal, exchange);
    return NULL;
}
