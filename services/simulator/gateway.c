/* A submit, step by step: readable and authorised? then for each of its messages: a number that asks for a refusal? a
 * repeat? and for what is left: a fault? accepted. Every message leaves one send row in the ledger, every fault injected
 * one fault row a message. A refusal of the whole request, and a fault, is of all its messages. */
#include "simulator/gateway.h"

#include <stdlib.h>
#include <string.h>

#include "simulator/held.h"
#include "simulator/id_table.h"
#include "simulator/submit.h"

#define TIMEOUT_HELD_MS 60000

struct message {
    bool accepted;
    bool ambiguous; /* some hand-over ended so that the caller could not know */
};

struct texts_of_person {
    int32_t pulses, others;
    int64_t began_at_ms; /* of the latest pulse */
};

struct gateway {
    struct gateway_options options;
    const struct dialect *dialect;
    struct id_table ids;
    struct message *messages; /* by number in `ids` */
    size_t messages_capacity;
    struct texts_of_person *texts; /* by person */
    struct held_list held;
};

/* One exchange while it is handled. */
struct request {
    struct held *held;
    bool waits_for_receipt; /* one of its messages does */
    struct dialect_batch batch;
    struct submit *submits; /* as many as messages; owned */
};

static struct dialect_call call_of(const struct http_exchange *exchange);
static void request_refuse(struct gateway *gateway, struct request *request,
                           const struct dialect_refusal *refusal);
static void request_look_up(struct gateway *gateway, struct request *request);
static void submit_look_up(struct gateway *gateway, struct submit *submit);
static const struct dialect_refusal *refusal_of_all(const struct gateway *gateway,
                                                    const struct request *request);
static void request_settle(struct gateway *gateway, struct request *request,
                           const struct dialect_refusal *of_all);
static bool request_strike(struct gateway *gateway, struct request *request);
static void request_fail(struct gateway *gateway, struct request *request, enum fault fault);
static void request_accept(struct gateway *gateway, struct request *request);
static void request_answer(struct gateway *gateway, struct request *request);
static void submit_plan(struct gateway *gateway, struct request *request, struct submit *submit);

struct gateway *gateway_new(const struct gateway_options *options)
{
    struct gateway *gateway = memory_zeroed(1, sizeof *gateway);
    gateway->options = *options;
    gateway->dialect = options->network->dialect;
    gateway->held = (struct held_list){.loop = options->loop, .faults = options->network->faults};
    gateway->texts =
        memory_zeroed((size_t)options->network->scenario->people_count, sizeof gateway->texts[0]);
    return gateway;
}

void gateway_free(struct gateway **freeing)
{
    struct gateway *gateway = *freeing;
    if (gateway == NULL)
        return;
    held_list_free(&gateway->held);
    id_table_free(&gateway->ids);
    free(gateway->messages);
    free(gateway->texts);
    free(gateway);
    *freeing = NULL;
}

void gateway_send(struct gateway *gateway, struct http_exchange *exchange)
{
    struct request request = {.held = held_new(&gateway->held, exchange)};
    struct dialect_call call = call_of(exchange);
    const struct dialect_refusal *refusal =
        gateway->dialect->read(gateway->options.account, &call, &request.batch);
    if (refusal != NULL) {
        submit_write_unread(gateway->options.network, clock_domain_ms(gateway->options.clock), refusal);
        request_refuse(gateway, &request, refusal);
    } else {
        request_look_up(gateway, &request);
        refusal = refusal_of_all(gateway, &request);
        request_settle(gateway, &request, refusal);
        if (refusal != NULL)
            request_refuse(gateway, &request, refusal);
        else if (!request_strike(gateway, &request))
            request_accept(gateway, &request);
    }
    free(request.submits);
    dialect_batch_clear(&request.batch);
}

static struct dialect_call call_of(const struct http_exchange *exchange)
{
    struct dialect_call call = {.method = http_exchange_method(exchange) == HTTP_POST ? "POST" : "GET",
                                .path = http_exchange_path(exchange),
                                .content_type = http_exchange_header(exchange, "Content-Type"),
                                .authorization = http_exchange_header(exchange, "Authorization")};
    call.body = http_exchange_body(exchange, &call.body_bytes);
    return call;
}

static void request_refuse(struct gateway *gateway, struct request *request,
                           const struct dialect_refusal *refusal)
{
    struct dialect_answer answer = {0};
    gateway->dialect->refuse(refusal, &answer);
    held_prepare(request->held, &answer);
    held_arm(request->held, 0);
}

/* --- what is known of a message --- */

static void request_look_up(struct gateway *gateway, struct request *request)
{
    request->submits = memory_zeroed(request->batch.count, sizeof request->submits[0]);
    for (size_t i = 0; i < request->batch.count; i++) {
        struct submit *submit = &request->submits[i];
        *submit = (struct submit){.at_ms = clock_domain_ms(gateway->options.clock),
                                  .of = &request->batch.messages[i],
                                  .batch = request->batch.count,
                                  .person = -1};
        scenario_recognise(gateway->options.network->scenario, submit->of->text, &submit->question,
                           &submit->text);
        submit_look_up(gateway, submit);
    }
}

static void submit_look_up(struct gateway *gateway, struct submit *submit)
{
    submit->is_repeat = id_table_put(&gateway->ids, submit->of->id, &submit->number);
    if (submit->number >= gateway->messages_capacity) {
        gateway->messages_capacity = gateway->messages_capacity > 0 ? gateway->messages_capacity * 2 : 1024;
        gateway->messages =
            memory_resized(gateway->messages, gateway->messages_capacity, sizeof gateway->messages[0]);
    }
    struct message *message = &gateway->messages[submit->number];
    if (!submit->is_repeat)
        *message = (struct message){0};
    submit->accepted_before = message->accepted;
    submit->ambiguous_before = message->ambiguous;
    submit->person = person_of_phone(gateway->options.network->scenario, submit->of->to);
    gateway->dialect->gateway_id(submit->of->id, submit->of->gateway_id);
}

/* --- refusing --- */

static const struct dialect_refusal *refusal_of_all(const struct gateway *gateway,
                                                    const struct request *request)
{
    for (size_t i = 0; i < request->batch.count; i++) {
        const struct submit *submit = &request->submits[i];
        const struct dialect_refusal *asked =
            submit->person < 0 ? dialect_refusal_asked(gateway->dialect, submit->of->to) : NULL;
        if (asked != NULL && asked->whole)
            return asked;
    }
    return NULL;
}

/* Refuses what the provider will not have, and tells repeats. */
static void request_settle(struct gateway *gateway, struct request *request,
                           const struct dialect_refusal *of_all)
{
    for (size_t i = 0; i < request->batch.count; i++) {
        struct submit *submit = &request->submits[i];
        const char *outcome = "accepted_twice";
        if (of_all != NULL)
            submit->of->refusal = of_all;
        else if (submit->of->refusal == NULL && submit->person < 0)
            submit->of->refusal = dialect_refusal_asked(gateway->dialect, submit->of->to);
        if (submit->of->refusal == NULL && submit->accepted_before)
            submit->of->refusal = dialect_refusal(gateway->dialect, REFUSES_DUPLICATE);
        submit->is_settled = submit->of->refusal != NULL || submit->accepted_before;
        if (!submit->is_settled)
            continue;
        if (submit->of->refusal != NULL) {
            outcome = refusal_name(submit->of->refusal->kind);
            if (submit->of->refusal->kind == REFUSES_UNKNOWN)
                gateway->messages[submit->number].ambiguous = true;
        }
        submit_write(gateway->options.network, submit, outcome, NULL);
    }
}

/* --- faults --- */

static bool has_unsettled(const struct request *request)
{
    for (size_t i = 0; i < request->batch.count; i++)
        if (!request->submits[i].is_settled)
            return true;
    return false;
}

/* True when a fault struck and the exchange is taken care of. */
static bool request_strike(struct gateway *gateway, struct request *request)
{
    static const enum fault order[] = {FAULT_THROTTLE,         FAULT_UNAVAILABLE,
                                       FAULT_SERVER_ERROR,     FAULT_ACCEPT_THEN_TIMEOUT,
                                       FAULT_CLOSE_AFTER_BODY, FAULT_RESET};
    struct faults *faults = gateway->options.network->faults;
    if (!has_unsettled(request))
        return false;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        bool possible =
            order[i] != FAULT_CLOSE_AFTER_BODY || http_exchange_is_reused(held_exchange(request->held));
        if (possible && faults_happens(faults, order[i])) {
            request_fail(gateway, request, order[i]);
            return true;
        }
    }
    return false;
}

static void request_fail(struct gateway *gateway, struct request *request, enum fault fault)
{
    bool cuts = fault == FAULT_CLOSE_AFTER_BODY || fault == FAULT_RESET;
    bool accepts =
        fault == FAULT_ACCEPT_THEN_TIMEOUT || (cuts && faults_draw(gateway->options.network->faults) < 0.5);
    const struct dialect_refusal *refusal = NULL;
    if (fault == FAULT_THROTTLE)
        refusal = dialect_refusal(gateway->dialect, REFUSES_THROTTLED);
    if (fault == FAULT_UNAVAILABLE)
        refusal = dialect_refusal(gateway->dialect, REFUSES_RETRY);
    if (fault == FAULT_SERVER_ERROR)
        refusal = dialect_refusal(gateway->dialect, REFUSES_UNKNOWN);
    const char *outcome = accepts ? "accepted" : "lost";
    if (refusal != NULL)
        outcome = refusal_name(refusal->kind);
    for (size_t i = 0; i < request->batch.count; i++) {
        struct submit *submit = &request->submits[i];
        if (submit->is_settled)
            continue;
        gateway->messages[submit->number].ambiguous |= fault_is_ambiguous(fault);
        gateway->messages[submit->number].accepted = accepts;
        submit->of->refusal = refusal;
        if (accepts)
            submit_plan(gateway, request, submit);
        submit_write(gateway->options.network, submit, outcome, &fault);
        submit_write_fault(gateway->options.network, submit, fault, accepts);
    }

    if (refusal != NULL && refusal->whole) {
        request_refuse(gateway, request, refusal);
    } else if (refusal != NULL) {
        request_answer(gateway, request);
    } else {
        held_prepare_cut(request->held, fault == FAULT_RESET);
        held_arm(request->held, fault == FAULT_ACCEPT_THEN_TIMEOUT ? TIMEOUT_HELD_MS : 0);
    }
}

/* --- accepting --- */

static void request_accept(struct gateway *gateway, struct request *request)
{
    struct faults *faults = gateway->options.network->faults;
    for (size_t i = 0; i < request->batch.count; i++) {
        struct submit *submit = &request->submits[i];
        if (submit->is_settled)
            continue;
        gateway->messages[submit->number].accepted = true;
        submit->waits_for_receipt =
            !request->waits_for_receipt && faults_happens(faults, FAULT_EARLY_RECEIPT);
        submit_plan(gateway, request, submit);
        request->waits_for_receipt |= submit->waits_for_receipt;
        submit_write(gateway->options.network, submit, "accepted", NULL);
    }
    request_answer(gateway, request);
}

/* Writes the answer, which waits when a receipt is to go ahead. */
static void request_answer(struct gateway *gateway, struct request *request)
{
    struct dialect_answer answer = {0};
    gateway->dialect->answer(&request->batch, &answer);
    held_prepare(request->held, &answer);
    if (!request->waits_for_receipt)
        held_arm(request->held, 0);
}

/* Plans everything that follows from a text that reached the network. */
static void submit_plan(struct gateway *gateway, struct request *request, struct submit *submit)
{
    const struct scenario *scenario = gateway->options.network->scenario;
    const struct dialect_message *of = submit->of;
    struct behaviour behaviour = {.receipt = "undelivered", .receipt_after_ms = 5000};
    struct delivery delivery = {.message = of->id,
                                .gateway_id = of->gateway_id,
                                .from = of->from,
                                .to = of->to,
                                .callback = of->callback,
                                .segments = of->segments,
                                .at_ms = submit->at_ms,
                                .person = submit->person};
    if (submit->person >= 0) {
        struct texts_of_person *texts = &gateway->texts[submit->person];
        bool talks = submit->question != NOTHING || service_text_asks(submit->text);
        if (submit_begins(scenario, submit)) {
            texts->pulses++;
            texts->began_at_ms = submit->at_ms;
        }
        submit->ordinal = talks ? texts->pulses : ++texts->others;
        struct received received = {.person = submit->person,
                                    .question = submit->question,
                                    .text = submit->text,
                                    .ordinal = submit->ordinal,
                                    .at_ms = submit->at_ms,
                                    .began_at_ms = texts->began_at_ms};
        behaviour_decide(scenario, &received, &behaviour);
    } else if (gateway->dialect != &dialect_simulator) {
        behaviour = (struct behaviour){.receipt = dialect_silence_asked(of->to) ? NULL : "delivered"};
        delivery.told = dialect_state_asked(gateway->dialect, of->to);
    }
    submit->waits_for_receipt = submit->waits_for_receipt && behaviour.receipt != NULL;
    if (submit->waits_for_receipt) {
        delivery.on_receipt_tried = held_release;
        delivery.context = request->held;
    }
    delivery_plan(gateway->options.network, &delivery, &behaviour);
}
