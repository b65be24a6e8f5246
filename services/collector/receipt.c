/* A receipt, step by step:
 *
 *   start ─ unreadable, or a state the profile does not know → event: counted, 200
 *     ↓
 *   apply ←─────────────┐ the gateway's orgs in turn: a message's id says nothing of its org
 *     ↓                 │
 *   on_applied ─ UNKNOWN┘
 *     ↓
 *   finish: 200 once applied, or when no org knows the message; else 503
 *
 * Applying is idempotent, so a receipt that comes twice does nothing twice. */
#include "collector/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "store/outbox.h"

struct receipt_flow {
    struct collector *collector;
    const struct route_gateway *gateway;
    struct http_exchange *exchange;
    struct webhook_receipt receipt;
    int64_t received_ms; /* domain */
    struct route_org *org;
};

static void receipt_apply(struct receipt_flow *flow);
static void receipt_on_applied(void *context, const struct redis_value *value);
static void receipt_finish(struct receipt_flow *flow, int status);

/* Why a receipt is not applied, as counted; NULL when it is. */
static const char *receipt_event(enum webhook_problem problem, enum receipt_state state)
{
    switch (problem) {
    case WEBHOOK_OK:
        return state == RECEIPT_UNKNOWN ? "receipt_state_unseen" : NULL;
    case WEBHOOK_NO_ID:
        return "receipt_no_reference";
    case WEBHOOK_MALFORMED:
    case WEBHOOK_NO_SENDER:
        return "receipt_malformed";
    }
    return "receipt_malformed";
}

void receipt_start(struct collector *collector, const struct route_gateway *gateway,
                   struct http_exchange *exchange)
{
    struct webhook_receipt receipt;
    const struct webhook_input input = collector_input(exchange);
    enum webhook_problem problem = webhook_receipt_read(gateway->profile, &input, &receipt);
    const char *event = receipt_event(problem, receipt.state);
    struct route_org *first = routing_next(collector->routing, gateway, NULL);
    if (event == NULL && first == NULL)
        event = "receipt_unknown";
    if (event != NULL) {
        event_start(collector, gateway, routing_only(collector->routing, gateway), event, exchange);
        return;
    }
    struct receipt_flow *flow = memory_zeroed(1, sizeof *flow);
    *flow = (struct receipt_flow){.collector = collector,
                                  .gateway = gateway,
                                  .exchange = exchange,
                                  .receipt = receipt,
                                  .received_ms = collector_now_ms(collector),
                                  .org = first};
    receipt_apply(flow);
}

static void receipt_apply(struct receipt_flow *flow)
{
    struct collector *collector = flow->collector;
    struct receipt applied = {
        .message = flow->receipt.ref, .gateway_id = flow->receipt.gateway_id, .state = flow->receipt.state};
    /* As if asked now: for a message whose receipt is the first we hear of its sending. */
    asking_fill(&applied.asking, &flow->org->record.org, "", "", flow->received_ms,
                collector->settings->reply_window_days);
    receipt_apply_command(&collector->command, flow->org->id, &applied);
    redis_send(collector->redis, &collector->command, receipt_on_applied, flow);
}

static void receipt_on_applied(void *context, const struct redis_value *value)
{
    struct receipt_flow *flow = context;
    const char *word = value == NULL ? "" : redis_word(value);
    if (strcmp(word, "UNKNOWN") == 0) {
        flow->org = routing_next(flow->collector->routing, flow->gateway, flow->org);
        if (flow->org != NULL)
            receipt_apply(flow);
        else
            receipt_finish(flow, 200);
    } else {
        receipt_finish(flow, strcmp(word, "OK") == 0 ? 200 : 503);
    }
}

static void receipt_finish(struct receipt_flow *flow, int status)
{
    collector_answer(flow->exchange, status);
    free(flow);
}
