/* Each fault that strikes leaves one fault row in the ledger. */
#include "simulator/delivery.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "domain/sms_text.h"

#define DUPLICATE_SPREAD_MS (5.0 * 60000.0)
#define DUPLICATE_REPLY_MS  (6.0 * (double)HOUR_MS)
#define ENROUTE_AFTER_MS    1000
#define PARTS_MAX           16   /* of a reply; a longer one comes whole */
#define CONTRARY_MS         2000 /* between the true receipt and each contrary one */

static void plan_receipts(struct network *network, const struct delivery *delivery,
                          const struct behaviour *behaviour);
static void plan_parts(struct network *network, const struct delivery *delivery,
                       const struct dialect_state *told, int64_t at_ms);
static void plan_lies(struct network *network, const struct delivery *delivery, int64_t at_ms);
static void plan_receipt(struct network *network, const struct delivery *delivery, const char *message,
                         const char *gateway_id, const char *means, int64_t at_ms);
static struct webhook *receipt_new(const struct delivery *delivery, const char *message,
                                   const char *gateway_id, const struct dialect_state *told);
static void plan_reply(struct network *network, const struct delivery *delivery,
                       const struct planned_reply *reply, size_t number);
static void plan_said(struct network *network, struct webhook *webhook, int64_t at_ms);
static size_t part_bytes(const char *text, enum sms_encoding encoding);
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
    const struct dialect_state *told =
        delivery->told != NULL ? delivery->told : dialect_state(network->dialect, behaviour->receipt);
    struct webhook *receipt = receipt_new(delivery, delivery->message, delivery->gateway_id, told);
    if (delivery->on_receipt_tried != NULL) {
        write_fault(network, delivery, FAULT_EARLY_RECEIPT);
        at_ms = delivery->at_ms;
        receipt->on_tried = delivery->on_receipt_tried;
        receipt->on_tried_context = delivery->context;
    }
    if (strikes(network, delivery, FAULT_REORDER_RECEIPT))
        plan_receipt(network, delivery, delivery->message, delivery->gateway_id, "enroute",
                     at_ms + ENROUTE_AFTER_MS);
    if (strikes(network, delivery, FAULT_DUPLICATE_RECEIPT)) {
        for (int64_t i = 0; i < faults->copies; i++)
            webhooks_plan(network->webhooks, webhook_copy(receipt),
                          at_ms + (int64_t)(DUPLICATE_SPREAD_MS * faults_draw(faults)));
    }
    webhooks_plan(network->webhooks, receipt, at_ms);
    plan_parts(network, delivery, told, at_ms);
    plan_lies(network, delivery, at_ms);
}

/* The further parts of a long text, where each has a receipt of its own; the ids are as dialect_vonage.c gives them. */
static void plan_parts(struct network *network, const struct delivery *delivery,
                       const struct dialect_state *told, int64_t at_ms)
{
    for (int64_t part = 2; network->dialect->comes_in_parts && part <= delivery->segments; part++) {
        char of[MESSAGE_ID_SIZE + 24], gateway_id[WIRE_ID_SIZE];
        (void)snprintf(of, sizeof of, "%s/%" PRId64, delivery->message, part);
        network->dialect->gateway_id(of, gateway_id);
        webhooks_plan(network->webhooks, receipt_new(delivery, delivery->message, gateway_id, told), at_ms);
    }
}

/* Receipts that are not true, around the true one at at_ms. */
static void plan_lies(struct network *network, const struct delivery *delivery, int64_t at_ms)
{
    const char *id = delivery->gateway_id;
    if (strikes(network, delivery, FAULT_STRANGE_RECEIPT)) {
        char strange[WIRE_ID_SIZE], strange_id[WIRE_ID_SIZE];
        webhook_id('g', id, "gateway", strange);
        network->dialect->gateway_id(strange, strange_id);
        plan_receipt(network, delivery, strange, strange_id, "delivered", at_ms);
    }
    if (strikes(network, delivery, FAULT_CONTRARY_RECEIPT)) {
        plan_receipt(network, delivery, delivery->message, id, "undelivered", at_ms - CONTRARY_MS);
        plan_receipt(network, delivery, delivery->message, id, "undelivered", at_ms + CONTRARY_MS);
    }
    if (network->delivered_last[0] != '\0' && strikes(network, delivery, FAULT_MISDIRECTED_RECEIPT))
        plan_receipt(network, delivery, network->delivered_last, id, "undelivered", at_ms);
}

static void plan_receipt(struct network *network, const struct delivery *delivery, const char *message,
                         const char *gateway_id, const char *means, int64_t at_ms)
{
    webhooks_plan(network->webhooks,
                  receipt_new(delivery, message, gateway_id, dialect_state(network->dialect, means)), at_ms);
}

/* A receipt that may be for another message: then its callback names that one. */
static struct webhook *receipt_new(const struct delivery *delivery, const char *message,
                                   const char *gateway_id, const struct dialect_state *told)
{
    struct text callback = {0};
    const char *found = delivery->callback != NULL ? strstr(delivery->callback, delivery->message) : NULL;
    if (found != NULL) {
        text_add_bytes(&callback, delivery->callback, (size_t)(found - delivery->callback));
        text_addf(&callback, "%s%s", message, found + strlen(delivery->message));
    }
    struct webhook *receipt = webhook_new_receipt(message, gateway_id, told, delivery->to, delivery->from,
                                                  found != NULL ? callback.chars : delivery->callback);
    text_free(&callback);
    return receipt;
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
        plan_said(network, beside, at_ms);
    }
    if (strikes(network, delivery, FAULT_DUPLICATE_REPLY)) {
        bool at_once = faults_draw(faults) < 0.5;
        for (int64_t i = 0; i < faults->copies; i++) {
            int64_t after_ms = at_once ? 0 : (int64_t)(DUPLICATE_REPLY_MS * faults_draw(faults));
            plan_said(network, webhook_copy(webhook), at_ms + after_ms);
        }
    }
    plan_said(network, webhook, at_ms);
}

void delivery_say(struct network *network, const char *from, const char *to, const char *text, int64_t at_ms)
{
    char drawn[ID_SIZE], id[WIRE_ID_SIZE];
    id_random(drawn);
    webhook_id('r', drawn, "said", id);
    plan_said(network, webhook_new_said(id, from, to, text), at_ms);
}

/* Takes the reply; in parts where the dialect tells it so, the last first. */
static void plan_said(struct network *network, struct webhook *webhook, int64_t at_ms)
{
    struct text texts[PARTS_MAX] = {{0}};
    struct sms_measure measure;
    size_t parts = 0;
    const char *rest = webhook_text(webhook);
    sms_measure(rest, &measure);
    if (!network->dialect->comes_in_parts || measure.segments <= 1 || measure.segments > PARTS_MAX) {
        webhooks_plan(network->webhooks, webhook, at_ms);
        return;
    }
    while (*rest != '\0' && parts < PARTS_MAX) {
        size_t bytes = part_bytes(rest, measure.encoding);
        text_add_bytes(&texts[parts++], rest, bytes);
        rest += bytes;
    }
    for (size_t part = parts; part > 0; part--) {
        struct webhook *piece = webhook_part(webhook, part, parts, texts[part - 1].chars);
        piece->together = webhook->together || part < parts;
        webhooks_plan(network->webhooks, piece, at_ms);
        text_free(&texts[part - 1]);
    }
    webhook_free(&webhook);
}

/* How much of a text goes into one part: 153 septets or 67 units, whole characters. */
static size_t part_bytes(const char *text, enum sms_encoding encoding)
{
    size_t bytes = 0, units = 0;
    while (text[bytes] != '\0') {
        size_t character = 1;
        while (((unsigned char)text[bytes + character] & 0xC0) == 0x80)
            character++;
        size_t more = character == 4 ? 2 : 1;
        if (encoding == SMS_GSM7)
            more = strchr("^{}\\[~]|\f", text[bytes]) != NULL || strncmp(text + bytes, "€", 3) == 0 ? 2 : 1;
        if (units + more > (encoding == SMS_GSM7 ? 153U : 67U))
            break;
        units += more;
        bytes += character;
    }
    return bytes;
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
