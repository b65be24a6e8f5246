/* Each fault that strikes leaves one fault row in the ledger. */
#include "simulator/delivery.h"

#include <assert.h>

#define DUPLICATE_SPREAD_MS (5.0 * 60000.0)
#define DUPLICATE_REPLY_MS  (6.0 * (double)HOUR_MS)
#define ENROUTE_AFTER_MS    1000
#define CONTRARY_MS         2000 /* between the true receipt and each contrary one */

static void plan_receipts(struct network *network, const struct delivery *delivery,
                          const struct behaviour *behaviour);
static void plan_lies(struct network *network, const struct delivery *delivery, int64_t at_ms);
static void plan_receipt(struct network *network, const char *message, const char *gateway_id,
                         const char *state, int64_t at_ms);
static void plan_reply(struct network *network, const struct delivery *delivery,
                       const struct planned_reply *reply, size_t number);
static bool strikes(struct network *network, const struct delivery *delivery, enum fault fault);
static void write_fault(struct network *network, const struct delivery *delivery, enum fault fault);

void delivery_plan(struct network *network, const struct delivery *delivery,
                   const struct behaviour *behaviour)
{
    assert(behaviour->receipt != NULL || delivery->on_receipt_tried == NULL);
    if (behaviour->receipt != NULL)
        plan_receipts(network, delivery, behaviour);
    for (size_t i = 0; i < behaviour->replies_count; i++)
        plan_reply(network, delivery, &behaviour->replies[i], i);
    (void)text_copy(network->delivered_last, sizeof network->delivered_last, delivery->message);
}

/* --- receipts --- */

static void plan_receipts(struct network *network, const struct delivery *delivery,
                          const struct behaviour *behaviour)
{
    struct faults *faults = network->faults;
    int64_t at_ms = delivery->at_ms + behaviour->receipt_after_ms;
    struct webhook *receipt =
        webhook_new_receipt(delivery->message, delivery->gateway_id, behaviour->receipt);
    if (delivery->on_receipt_tried != NULL) {
        write_fault(network, delivery, FAULT_EARLY_RECEIPT);
        at_ms = delivery->at_ms;
        receipt->on_tried = delivery->on_receipt_tried;
        receipt->on_tried_context = delivery->context;
    }
    if (strikes(network, delivery, FAULT_REORDER_RECEIPT))
        plan_receipt(network, delivery->message, delivery->gateway_id, "enroute", at_ms + ENROUTE_AFTER_MS);
    if (strikes(network, delivery, FAULT_DUPLICATE_RECEIPT)) {
        for (int64_t i = 0; i < faults->copies; i++)
            webhooks_plan(network->webhooks, webhook_copy(receipt),
                          at_ms + (int64_t)(DUPLICATE_SPREAD_MS * faults_draw(faults)));
    }
    webhooks_plan(network->webhooks, receipt, at_ms);
    plan_lies(network, delivery, at_ms);
}

/* Receipts that are not true, around the true one at at_ms. */
static void plan_lies(struct network *network, const struct delivery *delivery, int64_t at_ms)
{
    if (strikes(network, delivery, FAULT_STRANGE_RECEIPT)) {
        char strange[WIRE_ID_SIZE], strange_gateway_id[WIRE_ID_SIZE];
        webhook_gateway_id(delivery->gateway_id, strange);
        webhook_gateway_id(strange, strange_gateway_id);
        plan_receipt(network, strange, strange_gateway_id, "delivered", at_ms);
    }
    if (strikes(network, delivery, FAULT_CONTRARY_RECEIPT)) {
        plan_receipt(network, delivery->message, delivery->gateway_id, "undelivered", at_ms - CONTRARY_MS);
        plan_receipt(network, delivery->message, delivery->gateway_id, "undelivered", at_ms + CONTRARY_MS);
    }
    if (network->delivered_last[0] != '\0' && strikes(network, delivery, FAULT_MISDIRECTED_RECEIPT))
        plan_receipt(network, network->delivered_last, delivery->gateway_id, "undelivered", at_ms);
}

static void plan_receipt(struct network *network, const char *message, const char *gateway_id,
                         const char *state, int64_t at_ms)
{
    webhooks_plan(network->webhooks, webhook_new_receipt(message, gateway_id, state), at_ms);
}

/* --- replies --- */

static void plan_reply(struct network *network, const struct delivery *delivery,
                       const struct planned_reply *reply, size_t number)
{
    static const char *const names[REPLIES_MAX] = {"first", "second", "third"};
    struct faults *faults = network->faults;
    int64_t at_ms = delivery->at_ms + reply->after_ms;
    assert(number < REPLIES_MAX);
    struct webhook *webhook =
        webhook_new_reply(delivery->message, delivery->person, delivery->from, reply, names[number]);
    if (reply->question != NOTHING)
        webhook->question = network->scenario->questions[reply->question].ref;
    if (number == 0 && reply->value != NOTHING && strikes(network, delivery, FAULT_DOUBLE_REPLY)) {
        struct planned_reply other;
        behaviour_contradict(network->scenario, delivery->person, reply, &other);
        struct webhook *beside =
            webhook_new_reply(delivery->message, delivery->person, delivery->from, &other, "beside");
        beside->together = true;
        beside->question = webhook->question;
        webhooks_plan(network->webhooks, beside, at_ms);
    }
    if (strikes(network, delivery, FAULT_DUPLICATE_REPLY)) {
        bool at_once = faults_draw(faults) < 0.5;
        for (int64_t i = 0; i < faults->copies; i++) {
            int64_t after_ms = at_once ? 0 : (int64_t)(DUPLICATE_REPLY_MS * faults_draw(faults));
            webhooks_plan(network->webhooks, webhook_copy(webhook), at_ms + after_ms);
        }
    }
    webhooks_plan(network->webhooks, webhook, at_ms);
}

/* --- faults --- */

static bool strikes(struct network *network, const struct delivery *delivery, enum fault fault)
{
    bool happens = faults_happens(network->faults, fault);
    if (happens)
        write_fault(network, delivery, fault);
    return happens;
}

static void write_fault(struct network *network, const struct delivery *delivery, enum fault fault)
{
    struct ledger_fault row = {
        .at_ms = delivery->at_ms, .fault = fault, .id = delivery->message, .accepted = true};
    ledger_add_fault(network->ledger, &row);
}
