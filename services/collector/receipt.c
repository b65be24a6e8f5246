/* A receipt, step by step:
 *
 *   start ─ unreadable, or a state the profile does not know → event: counted
 *     ↓
 *   apply ←─────────────┐ the gateway's orgs in turn: a message's id says nothing of its org
 *     ↓                 │
 *   on_applied ─ UNKNOWN┘
 *     ↓
 *   finish: STORED once applied, or when no org knows the message; LOST when Redis was away; else REFUSED
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
    webhook_callback callback;
    void *context;
    struct webhook_receipt receipt;
    int64_t received_ms; /* domain */
    struct route_org *org;
};

static void receipt_apply(struct receipt_flow *flow);
static void receipt_on_applied(void *context, const struct redis_value *value);
static void receipt_done(struct receipt_flow *flow, enum receipt_figure figure);
static void receipt_finish(struct receipt_flow *flow, enum webhook_outcome outcome, const char *why);

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

void receipt_start(struct collector *collector, const struct webhook_request *request,
                   const struct webhook_item *item, webhook_callback callback, void *context)
{
    const struct route_gateway *gateway = request->gateway;
    const char *event = receipt_event(item->problem, item->receipt.state);
    struct route_org *first = routing_next(collector->routing, gateway, NULL);
    if (event == NULL && first == NULL)
        event = "receipt_unknown";
    if (event != NULL) {
        event_start(collector, gateway, routing_only(collector->routing, gateway), event, callback, context);
        return;
    }
    struct receipt_flow *flow = memory_zeroed(1, sizeof *flow);
    *flow = (struct receipt_flow){.collector = collector,
                                  .gateway = gateway,
                                  .callback = callback,
                                  .context = context,
                                  .receipt = item->receipt,
                                  .received_ms = request->received_ms,
                                  .org = first};
    receipt_apply(flow);
}

static void receipt_apply(struct receipt_flow *flow)
{
    struct collector *collector = flow->collector;
    struct receipt applied = {.message = flow->receipt.ref,
                              .gateway_id = flow->receipt.gateway_id,
                              .state = flow->receipt.state,
                              .of_part = profile_tells_parts(flow->gateway->profile)};
    /* As if asked now: for a message whose receipt is the first we hear of its sending. */
    asking_fill(&applied.asking, &flow->org->record.org, "", "", flow->received_ms,
                collector->settings->reply_window_days);
    id_random(applied.reminder);
    receipt_apply_command(&collector->command, flow->org->id, &applied);
    collector_call(collector, flow->org, receipt_on_applied, flow);
}

static void receipt_on_applied(void *context, const struct redis_value *value)
{
    struct receipt_flow *flow = context;
    const char *word = value == NULL ? "" : redis_word(value);
    collector_saw(flow->collector, flow->org->id, call_commit_number(value));
    if (strcmp(word, "UNKNOWN") == 0) {
        flow->org = routing_next(flow->collector->routing, flow->gateway, flow->org);
        if (flow->org != NULL)
            receipt_apply(flow);
        else
            receipt_done(flow, RECEIPT_OF_NOTHING);
    } else if (strcmp(word, "OK") == 0) {
        receipt_done(flow, RECEIPT_APPLIED);
    } else {
        receipt_finish(flow, request_failed(value), request_failure(value));
    }
}

static void receipt_done(struct receipt_flow *flow, enum receipt_figure figure)
{
    flow->collector->figures.receipts[flow->receipt.state][figure]++;
    receipt_finish(flow, OUTCOME_STORED, "");
}

static void receipt_finish(struct receipt_flow *flow, enum webhook_outcome outcome, const char *why)
{
    webhook_callback callback = flow->callback;
    void *context = flow->context;
    free(flow);
    callback(context, outcome, why);
}
