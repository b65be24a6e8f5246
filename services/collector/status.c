/* One family of series after the other: the format wants the series of a family together. */
#include "collector/status.h"

#include <string.h>

#include "collector/door.h"
#include "collector/events.h"
#include "collector/gate.h"
#include "collector/parts.h"
#include "io/spool.h"
#include "io/status_server.h"
#include "store/functions.h"

static const char *const kind_words[WEBHOOK_KINDS] = {
    [WEBHOOK_REPLY] = "reply", [WEBHOOK_RECEIPT] = "receipt"};
static const char *const reply_words[REPLY_FIGURES] = {[REPLY_COMMITTED] = "committed",
                                                       [REPLY_TOO_LATE] = "late",
                                                       [REPLY_OF_NOBODY] = "unknown_sender",
                                                       [REPLY_NOT_READ] = "not_read",
                                                       [REPLY_AGAIN] = "duplicate"};
static const char *const receipt_words[RECEIPT_FIGURES] = {
    [RECEIPT_APPLIED] = "applied", [RECEIPT_OF_NOTHING] = "unknown_message"};

static bool status_ready(void *context, struct error *sentence);
static void status_metrics(void *context, struct metrics *metrics);

bool status_of_collector(struct collector *collector, struct http_exchange *exchange)
{
    const struct status_source source = {.program = "collector",
                                         .library = store_functions_version,
                                         .ready = status_ready,
                                         .metrics = status_metrics,
                                         .context = collector};
    return status_answer(&source, exchange);
}

void status_sentence(void *context, struct text *line)
{
    struct error sentence = {"ok"};
    bool ready = status_ready(context, &sentence);
    text_add(line, ready && strcmp(sentence.text, "ok") == 0 ? "taking webhooks" : sentence.text);
}

/* Ready is who keeps what comes, in Redis or in the spool. */
static bool status_ready(void *context, struct error *sentence)
{
    const struct collector *collector = context;
    return door_is_ready(collector->door, sentence);
}

/* --- figures --- */

/* Of all gateways, from this refusal to that. */
static int64_t add_refusals(const struct collector *collector, enum gate_refusal from, enum gate_refusal to)
{
    int64_t sum = 0;
    for (size_t i = 0; i <= collector->settings->gateways_count; i++)
        for (enum gate_refusal refusal = from; refusal <= to; refusal++)
            sum += gate_count(collector->gate, i, refusal);
    return sum;
}

static void add_webhooks(struct metrics *metrics, const struct collector *collector)
{
    const struct collector_figures *figures = &collector->figures;
    metrics_begin(metrics, "pulssi_webhooks_total", METRIC_COUNTER,
                  "Requests answered: 200 = kept, 503 = not kept, to be sent again, 404 = of nobody we know, "
                  "401 = not signed as they must be.");
    for (size_t i = 0; i < collector->settings->gateways_count; i++) {
        const char *gateway = collector->settings->gateways[i].name;
        for (size_t kind = 0; kind < WEBHOOK_KINDS; kind++) {
            metrics_count(metrics,
                          METRICS_LABELS("gateway", gateway, "kind", kind_words[kind], "answer", "200"),
                          figures->webhooks[i][kind].taken);
            metrics_count(metrics,
                          METRICS_LABELS("gateway", gateway, "kind", kind_words[kind], "answer", "503"),
                          figures->webhooks[i][kind].refused);
        }
    }
    metrics_count(metrics, METRICS_LABELS("gateway", "", "kind", "", "answer", "404"),
                  add_refusals(collector, GATE_TOKEN, GATE_METHOD));
    metrics_count(metrics, METRICS_LABELS("gateway", "", "kind", "", "answer", "401"),
                  add_refusals(collector, GATE_SIGNATURE_MISSING, GATE_SIGNATURE_STALE));
    metrics_begin(
        metrics, "pulssi_webhooks_refused_total", METRIC_COUNTER,
        "Requests refused before anything of them was read, by gateway (\"\" = of none) and reason.");
    for (size_t i = 0; i <= collector->settings->gateways_count; i++)
        for (enum gate_refusal refusal = GATE_TOKEN; refusal <= GATE_SIGNATURE_STALE; refusal++)
            metrics_count(metrics,
                          METRICS_LABELS("gateway",
                                         i < collector->settings->gateways_count
                                             ? collector->settings->gateways[i].name
                                             : "",
                                         "reason", gate_refusal_name(refusal)),
                          gate_count(collector->gate, i, refusal));
    metrics_begin(
        metrics, "pulssi_webhook_events_total", METRIC_COUNTER,
        "Webhooks that concern nobody's pulse, by reason: unreadable, or of no number of ours; and replies "
        "of a flood from one number.");
    for (size_t i = 0; i < events_kinds(collector->events); i++) {
        struct event_figure event = events_figure(collector->events, i);
        metrics_count(metrics, METRICS_LABELS("gateway", event.gateway, "event", event.event), event.count);
    }
}

static void add_stored(struct metrics *metrics, const struct collector_figures *figures)
{
    metrics_begin(metrics, "pulssi_replies_total", METRIC_COUNTER,
                  "Replies in the store, also those that came through the spool.");
    for (size_t i = 0; i < REPLY_FIGURES; i++)
        metrics_count(metrics, METRICS_LABELS("outcome", reply_words[i]), figures->replies[i]);
    metrics_begin(metrics, "pulssi_receipts_total", METRIC_COUNTER,
                  "Receipts in the store, also those that came through the spool.");
    for (size_t state = 0; state < RECEIPT_STATES; state++)
        for (size_t i = 0; i < RECEIPT_FIGURES; i++)
            metrics_count(metrics,
                          METRICS_LABELS("state", receipt_state_name((enum receipt_state)state), "outcome",
                                         receipt_words[i]),
                          figures->receipts[state][i]);
}

static void add_spool(struct metrics *metrics, struct collector *collector)
{
    const struct spool *spool = door_spool(collector->door);
    int64_t oldest_ms = door_oldest_ms(collector->door), now_ms = collector_now_ms(collector);
    metrics_begin(metrics, "pulssi_spool_records", METRIC_GAUGE, "Webhooks in the spool.");
    metrics_count(metrics, NULL, (int64_t)spool_count(spool));
    metrics_begin(metrics, "pulssi_spool_bytes", METRIC_GAUGE, "Size of the spool on disk.");
    metrics_count(metrics, NULL, spool_bytes(spool));
    metrics_begin(metrics, "pulssi_spool_limit_bytes", METRIC_GAUGE,
                  "Size that it may have, [collector] spool_mib.");
    metrics_count(metrics, NULL, collector->settings->spool_mib * 1048576);
    metrics_begin(metrics, "pulssi_spool_damaged", METRIC_GAUGE,
                  "Records and segments of the spool that could not be read since the start.");
    metrics_count(metrics, NULL, (int64_t)spool_damaged(spool));
    metrics_begin(metrics, "pulssi_reply_parts", METRIC_GAUGE,
                  "Parts of long replies that wait for the others, or to be stored.");
    metrics_count(metrics, NULL, (int64_t)parts_count(collector->parts));
    metrics_begin(
        metrics, "pulssi_spool_oldest_seconds", METRIC_GAUGE,
        "How long the oldest webhook that is not in Redis has been waiting, in domain time; 0 = none is.");
    metrics_seconds(metrics, NULL, oldest_ms < now_ms ? now_ms - oldest_ms : 0);
}

static void status_metrics(void *context, struct metrics *metrics)
{
    struct collector *collector = context;
    bool connected = redis_is_connected(collector->redis);
    metrics_begin(metrics, "pulssi_redis_connected", METRIC_GAUGE, "1 while Redis is connected.");
    metrics_count(metrics, NULL, connected ? 1 : 0);
    metrics_begin(metrics, "pulssi_redis_safe", METRIC_GAUGE,
                  "1 while the connected Redis has passed every check of safety and identity.");
    metrics_count(metrics, NULL, connected && collector->redis_is_safe ? 1 : 0);
    add_webhooks(metrics, collector);
    add_stored(metrics, &collector->figures);
    add_spool(metrics, collector);
}
