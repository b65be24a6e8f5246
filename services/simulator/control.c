/* Small answers from what is in memory; nothing here waits. */
#include "simulator/control.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "io/status_server.h"

static void answer_ledger(const struct control *control, struct http_exchange *exchange);
static void answer_due(const struct control *control, struct http_exchange *exchange);
static void answer_faults(const struct control *control, struct http_exchange *exchange);
static void answer_say(const struct control *control, struct http_exchange *exchange);
static void answer_text(struct http_exchange *exchange, int status, const char *type, struct text *body);
static bool status_ready(void *context, struct error *sentence);
static void status_metrics(void *context, struct metrics *metrics);

void control_handle(const struct control *control, struct http_exchange *exchange)
{
    const char *path = http_exchange_path(exchange);
    bool gets = http_exchange_method(exchange) == HTTP_GET;
    bool posts = http_exchange_method(exchange) == HTTP_POST;
    const struct status_source source = {.program = "simulator",
                                         .ready = status_ready,
                                         .metrics = status_metrics,
                                         .context = (void *)(uintptr_t)control};
    if (status_answer(&source, exchange))
        return;
    if (gets && strcmp(path, "/ledger") == 0)
        answer_ledger(control, exchange);
    else if (gets && strcmp(path, "/due") == 0)
        answer_due(control, exchange);
    else if (posts && strcmp(path, "/faults") == 0)
        answer_faults(control, exchange);
    else if (posts && strcmp(path, "/say") == 0)
        answer_say(control, exchange);
    else
        http_exchange_answer(exchange, 404, NULL, NULL, 0, NULL);
}

static void answer_ledger(const struct control *control, struct http_exchange *exchange)
{
    struct text body = {0};
    text_add_bytes(&body, control->network->ledger->rows.chars, control->network->ledger->rows.bytes);
    webhooks_print_open(control->network->webhooks, &body);
    ledger_print_end(clock_domain_ms(control->clock), &body);
    answer_text(exchange, 200, "application/x-ndjson", &body);
}

static void answer_due(const struct control *control, struct http_exchange *exchange)
{
    struct text body = {0};
    text_addf(&body, "{\"due\":%zu,\"next_ms\":", webhooks_due(control->network->webhooks));
    int64_t next_ms = webhooks_next_ms(control->network->webhooks);
    if (next_ms == INT64_MAX)
        text_add(&body, "null}");
    else
        text_addf(&body, "%" PRId64 "}", next_ms);
    answer_text(exchange, 200, "application/json", &body);
}

static void answer_faults(const struct control *control, struct http_exchange *exchange)
{
    struct text answer = {0};
    struct error error;
    size_t bytes;
    const char *body = http_exchange_body(exchange, &bytes);
    bool taken = faults_set(control->network->faults, body, bytes, &error);
    if (taken) {
        faults_print(control->network->faults, &answer);
    } else {
        text_add(&answer, "{\"error\":");
        json_add_string(&answer, error.text);
        text_add(&answer, "}");
    }
    answer_text(exchange, taken ? 200 : 400, "application/json", &answer);
}

static void answer_say(const struct control *control, struct http_exchange *exchange)
{
    struct text answer = {0};
    struct error error;
    struct json_reader root;
    size_t bytes;
    const char *body = http_exchange_body(exchange, &bytes);
    cJSON *json = json_parse(body, bytes, &error);
    bool sound = json != NULL;
    if (sound) {
        json_reader_root(&root, json, &error);
        const char *from = json_string(&root, "from", 1, PHONE_SIZE - 1);
        const char *to = json_string(&root, "to", 1, 32);
        const char *text = json_string(&root, "text", 1, 4096);
        if (!phone_is_e164(from))
            (void)json_problem(&root, "from", "expected a number such as +358…");
        sound = json_finish(&root);
        if (sound)
            delivery_say(control->network, from, to, text, clock_domain_ms(control->clock));
    }
    if (!sound) {
        text_add(&answer, "{\"error\":");
        json_add_string(&answer, error.text);
        text_add(&answer, "}");
    }
    cJSON_Delete(json);
    answer_text(exchange, sound ? 202 : 400, sound ? NULL : "application/json", &answer);
}

static void answer_text(struct http_exchange *exchange, int status, const char *type, struct text *body)
{
    http_exchange_answer(exchange, status, type, body->chars, body->bytes, NULL);
    text_free(body);
}

/* What it needs it has in memory. */
static bool status_ready(void *context, struct error *sentence)
{
    (void)context;
    (void)sentence;
    return true;
}

static void status_metrics(void *context, struct metrics *metrics)
{
    const struct control *control = context;
    metrics_begin(metrics, "pulssi_simulator_sends_total", METRIC_COUNTER, "Messages handed to the gateway.");
    metrics_count(metrics, NULL, control->network->ledger->sends);
    metrics_begin(metrics, "pulssi_simulator_faults_total", METRIC_COUNTER, "Faults injected.");
    metrics_count(metrics, NULL, control->network->ledger->faults);
    metrics_begin(metrics, "pulssi_simulator_webhooks_total", METRIC_COUNTER,
                  "Receipts and replies answered 200.");
    metrics_count(metrics, NULL, control->network->ledger->webhooks);
    metrics_begin(metrics, "pulssi_simulator_webhooks_due", METRIC_GAUGE,
                  "Receipts and replies that have come due and are not finished.");
    metrics_count(metrics, NULL, (int64_t)webhooks_due(control->network->webhooks));
}
