/* POST /send, step by step: authorised? readable? a number? a repeat? a fault? accepted. Every request leaves
 * one send row in the ledger, every fault injected one fault row. Answers may be held back: by latency, until
 * a receipt has gone ahead, or for good (then the connection is cut in the end, so that descriptors do not
 * run out). */
#include "simulator/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "simulator/delivery.h"
#include "simulator/id_table.h"

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
    struct id_table ids;
    struct message *messages; /* by number in `ids` */
    size_t messages_capacity;
    struct texts_of_person *texts; /* by person */
    struct network network;
    struct held *held;
};

enum held_end { HELD_ANSWER, HELD_CLOSE, HELD_RESET };

/* An exchange whose answer waits. */
struct held {
    struct gateway *gateway;
    struct held *previous, *next;
    struct http_exchange *exchange;
    struct loop_timer *timer;
    enum held_end end;
    int status;
    char body[96];
};

/* One request while it is handled. */
struct submit {
    int64_t at_ms;
    char id[MESSAGE_ID_SIZE], to[PHONE_SIZE], from[33];
    int question, text; /* what it is, by scenario_recognise */
    int64_t segments;
    int64_t person; /* -1 = nobody of the scenario */
    int64_t ordinal;
    char gateway_id[WIRE_ID_SIZE];
    struct message *message;
    bool is_repeat, accepted_before, ambiguous_before;
    struct held *held;
    bool waits_for_receipt; /* the answer goes after the receipt's first try */
};

static bool submit_read(struct gateway *gateway, const struct http_exchange *exchange, struct submit *submit);
static void submit_look_up(struct gateway *gateway, struct submit *submit);
static bool submit_begins(const struct gateway *gateway, const struct submit *submit);
static bool submit_strike(struct gateway *gateway, struct submit *submit);
static void submit_fail(struct gateway *gateway, struct submit *submit, enum fault fault);
static void submit_accept(struct gateway *gateway, struct submit *submit);
static void submit_plan(struct gateway *gateway, struct submit *submit);
static void write_send(struct gateway *gateway, const struct submit *submit, const char *outcome,
                       const enum fault *fault);
static void write_fault(struct gateway *gateway, const struct submit *submit, enum fault fault,
                        bool accepted);
static struct held *hold(struct gateway *gateway, struct http_exchange *exchange);
static void held_prepare(struct held *held, int status, const char *member, const char *value);
static void held_answer(struct held *held, int status, const char *member, const char *value);
static void held_arm(struct held *held, int64_t least_ms);
static void held_release(void *context);

struct gateway *gateway_new(const struct gateway_options *options)
{
    struct gateway *gateway = memory_zeroed(1, sizeof *gateway);
    gateway->options = *options;
    gateway->network = (struct network){.scenario = options->scenario,
                                        .faults = options->faults,
                                        .ledger = options->ledger,
                                        .webhooks = options->webhooks};
    gateway->texts = memory_zeroed((size_t)options->scenario->people_count, sizeof gateway->texts[0]);
    return gateway;
}

void gateway_free(struct gateway **freeing)
{
    struct gateway *gateway = *freeing;
    if (gateway == NULL)
        return;
    while (gateway->held != NULL) {
        gateway->held->end = HELD_CLOSE;
        held_release(gateway->held);
    }
    id_table_free(&gateway->ids);
    free(gateway->messages);
    free(gateway->texts);
    free(gateway);
    *freeing = NULL;
}

void gateway_send(struct gateway *gateway, struct http_exchange *exchange)
{
    struct submit submit = {
        .at_ms = clock_domain_ms(gateway->options.clock), .question = NOTHING, .text = NOTHING, .person = -1};
    char expected[160];
    (void)snprintf(expected, sizeof expected, "Bearer %s", gateway->options.secret);
    submit.held = hold(gateway, exchange);
    if (strcmp(http_exchange_header(exchange, "Authorization"), expected) != 0) {
        write_send(gateway, &submit, "unauthorized", NULL);
        held_answer(submit.held, 401, "error", "unauthorized");
        return;
    }
    if (!submit_read(gateway, exchange, &submit)) {
        write_send(gateway, &submit, "malformed", NULL);
        held_answer(submit.held, 400, "error", "malformed");
        return;
    }
    if (!phone_is_e164(submit.to)) {
        write_send(gateway, &submit, "invalid_number", NULL);
        held_answer(submit.held, 400, "error", "invalid_number");
        return;
    }
    submit_look_up(gateway, &submit);
    if (submit.accepted_before) {
        write_send(gateway, &submit, "accepted_twice", NULL);
        held_answer(submit.held, 202, "id", submit.gateway_id);
        return;
    }
    if (!submit_strike(gateway, &submit))
        submit_accept(gateway, &submit);
}

/* False when a member is missing, of another type, or too long. */
static bool submit_read(struct gateway *gateway, const struct http_exchange *exchange, struct submit *submit)
{
    struct error error;
    struct json_reader root;
    size_t bytes;
    const char *body = http_exchange_body(exchange, &bytes);
    cJSON *json = json_parse(body, bytes, &error);
    if (json == NULL)
        return false;
    json_reader_root(&root, json, &error);
    (void)text_copy(submit->id, sizeof submit->id, json_string(&root, "id", 1, sizeof submit->id - 1));
    (void)text_copy(submit->from, sizeof submit->from,
                    json_string(&root, "from", 1, sizeof submit->from - 1));
    /* A number too long for a number becomes "", which is none either. */
    (void)text_copy(submit->to, sizeof submit->to, json_string(&root, "to", 1, 64));
    scenario_recognise(gateway->options.scenario, json_string(&root, "text", 1, 4096), &submit->question,
                       &submit->text);
    (void)json_string(&root, "encoding", 1, 16);
    submit->segments = json_int(&root, "segments", 1, 255);
    bool sound = json_finish(&root);
    cJSON_Delete(json);
    return sound;
}

/* What is known of the message id and of the person. */
static void submit_look_up(struct gateway *gateway, struct submit *submit)
{
    size_t number;
    submit->is_repeat = id_table_put(&gateway->ids, submit->id, &number);
    if (number >= gateway->messages_capacity) {
        gateway->messages_capacity = gateway->messages_capacity > 0 ? gateway->messages_capacity * 2 : 1024;
        gateway->messages =
            memory_resized(gateway->messages, gateway->messages_capacity, sizeof gateway->messages[0]);
    }
    submit->message = &gateway->messages[number];
    if (!submit->is_repeat)
        *submit->message = (struct message){0};
    submit->accepted_before = submit->message->accepted;
    submit->ambiguous_before = submit->message->ambiguous;
    submit->person = person_of_phone(gateway->options.scenario, submit->to);
    webhook_gateway_id(submit->id, submit->gateway_id);
}

/* With this text a pulse begins. */
static bool submit_begins(const struct gateway *gateway, const struct submit *submit)
{
    return submit->question != NOTHING && gateway->options.scenario->questions[submit->question].begins;
}

/* --- faults --- */

/* True when a fault struck and the exchange is taken care of. */
static bool submit_strike(struct gateway *gateway, struct submit *submit)
{
    static const enum fault order[] = {FAULT_THROTTLE,         FAULT_UNAVAILABLE,
                                       FAULT_SERVER_ERROR,     FAULT_ACCEPT_THEN_TIMEOUT,
                                       FAULT_CLOSE_AFTER_BODY, FAULT_RESET};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        bool possible = order[i] != FAULT_CLOSE_AFTER_BODY || http_exchange_is_reused(submit->held->exchange);
        if (possible && faults_happens(gateway->options.faults, order[i])) {
            submit_fail(gateway, submit, order[i]);
            return true;
        }
    }
    return false;
}

static void submit_fail(struct gateway *gateway, struct submit *submit, enum fault fault)
{
    bool cuts = fault == FAULT_CLOSE_AFTER_BODY || fault == FAULT_RESET;
    bool accepts = fault == FAULT_ACCEPT_THEN_TIMEOUT || (cuts && faults_draw(gateway->options.faults) < 0.5);
    const char *outcome = accepts ? "accepted" : "lost";
    if (fault == FAULT_THROTTLE)
        outcome = "throttled";
    if (fault == FAULT_UNAVAILABLE)
        outcome = "unavailable";
    if (fault == FAULT_SERVER_ERROR)
        outcome = "server_error";
    submit->message->ambiguous |= fault_is_ambiguous(fault);
    submit->message->accepted = accepts;
    if (accepts)
        submit_plan(gateway, submit);
    write_send(gateway, submit, outcome, &fault);
    write_fault(gateway, submit, fault, accepts);

    struct held *held = submit->held;
    if (fault == FAULT_THROTTLE) {
        held_answer(held, 429, "error", "throttled");
    } else if (fault == FAULT_UNAVAILABLE) {
        held_answer(held, 503, "error", "unavailable");
    } else if (fault == FAULT_SERVER_ERROR) {
        held_answer(held, 500, "error", "server_error");
    } else {
        held->end = fault == FAULT_RESET ? HELD_RESET : HELD_CLOSE;
        held_arm(held, fault == FAULT_ACCEPT_THEN_TIMEOUT ? TIMEOUT_HELD_MS : 0);
    }
}

/* --- accepting --- */

static void submit_accept(struct gateway *gateway, struct submit *submit)
{
    submit->message->accepted = true;
    submit->waits_for_receipt = faults_happens(gateway->options.faults, FAULT_EARLY_RECEIPT);
    submit_plan(gateway, submit);
    write_send(gateway, submit, "accepted", NULL);
    held_prepare(submit->held, 202, "id", submit->gateway_id);
    if (!submit->waits_for_receipt)
        held_arm(submit->held, 0);
}

/* Plans everything that follows from a text that reached the network. */
static void submit_plan(struct gateway *gateway, struct submit *submit)
{
    const struct scenario *scenario = gateway->options.scenario;
    struct behaviour behaviour = {.receipt = "undelivered", .receipt_after_ms = 5000};
    if (submit->person >= 0) {
        struct texts_of_person *texts = &gateway->texts[submit->person];
        bool talks = submit->question != NOTHING || submit->text == SERVICE_VOLUNTEER_NAME;
        if (submit_begins(gateway, submit)) {
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
    }
    submit->waits_for_receipt = submit->waits_for_receipt && behaviour.receipt != NULL;
    struct delivery delivery = {.message = submit->id,
                                .gateway_id = submit->gateway_id,
                                .from = submit->from,
                                .at_ms = submit->at_ms,
                                .person = submit->person};
    if (submit->waits_for_receipt) {
        delivery.on_receipt_tried = held_release;
        delivery.context = submit->held;
    }
    delivery_plan(&gateway->network, &delivery, &behaviour);
}

/* --- the ledger --- */

static void write_send(struct gateway *gateway, const struct submit *submit, const char *outcome,
                       const enum fault *fault)
{
    bool answered = fault == NULL || *fault == FAULT_THROTTLE || *fault == FAULT_UNAVAILABLE ||
                    *fault == FAULT_SERVER_ERROR;
    bool accepted = strcmp(outcome, "accepted") == 0 || strcmp(outcome, "accepted_twice") == 0;
    const char *what = submit->text != NOTHING ? service_text_name((enum service_text)submit->text) : "other";
    if (submit->question != NOTHING)
        what = gateway->options.scenario->questions[submit->question].ref;
    struct ledger_send row = {.at_ms = submit->at_ms,
                              .id = submit->id,
                              .to = submit->to,
                              .outcome = outcome,
                              .answered = answered,
                              .has_fault = fault != NULL,
                              .fault = fault != NULL ? *fault : FAULT_THROTTLE,
                              .what = what,
                              .begins = submit_begins(gateway, submit),
                              .ordinal = submit->ordinal,
                              .segments = submit->segments,
                              .gateway_id = accepted ? submit->gateway_id : NULL,
                              .is_repeat = submit->is_repeat,
                              .accepted_before = submit->accepted_before,
                              .ambiguous_before = submit->ambiguous_before};
    ledger_add_send(gateway->options.ledger, &row);
}

static void write_fault(struct gateway *gateway, const struct submit *submit, enum fault fault, bool accepted)
{
    struct ledger_fault row = {
        .at_ms = submit->at_ms, .fault = fault, .id = submit->id, .accepted = accepted};
    ledger_add_fault(gateway->options.ledger, &row);
}

/* --- answers that may have to wait --- */

static struct held *hold(struct gateway *gateway, struct http_exchange *exchange)
{
    struct held *held = memory_zeroed(1, sizeof *held);
    held->gateway = gateway;
    held->exchange = exchange;
    held->timer = loop_timer_new(gateway->options.loop, held_release, held);
    held->next = gateway->held;
    if (held->next != NULL)
        held->next->previous = held;
    gateway->held = held;
    return held;
}

static void held_prepare(struct held *held, int status, const char *member, const char *value)
{
    held->end = HELD_ANSWER;
    held->status = status;
    (void)snprintf(held->body, sizeof held->body, "{\"%s\":\"%s\"}", member, value);
}

static void held_answer(struct held *held, int status, const char *member, const char *value)
{
    held_prepare(held, status, member, value);
    held_arm(held, 0);
}

/* Releases it after at least least_ms, and the latency of the moment. */
static void held_arm(struct held *held, int64_t least_ms)
{
    struct faults *faults = held->gateway->options.faults;
    int64_t latency_ms = 0;
    if (faults->latency_ms > 0)
        latency_ms = (int64_t)((double)(faults->latency_ms + 1) * faults_draw(faults));
    if (least_ms + latency_ms == 0)
        held_release(held);
    else
        loop_timer_arm(held->timer, least_ms + latency_ms);
}

static void held_release(void *context)
{
    static const char *const retry_after[] = {"Retry-After", "1", NULL};
    struct held *held = context;
    struct gateway *gateway = held->gateway;
    if (held->end == HELD_ANSWER)
        http_exchange_answer(held->exchange, held->status, "application/json", held->body, strlen(held->body),
                             held->status == 429 ? retry_after : NULL);
    else
        http_exchange_cut(held->exchange, held->end == HELD_RESET);
    if (held->previous != NULL)
        held->previous->next = held->next;
    else
        gateway->held = held->next;
    if (held->next != NULL)
        held->next->previous = held->previous;
    loop_timer_free(&held->timer);
    free(held);
}
