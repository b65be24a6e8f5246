/* The way of a webhook:
 *
 *   webhooks_plan → agenda ─ domain time → due → ready → in flight ─ 200 → finished
 *                                           │      ↑         └─ else → pause ─┐
 *                   a reply waits until the │      └──────────────────────────┘
 *                   person's line is free ──┘
 *
 * A pause holds no place among those in flight, so that one webhook that is always refused stops no other.
 */
#include "simulator/webhooks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/http_client.h"
#include "simulator/agenda.h"

#define IN_FLIGHT_MAX       32
#define BACKOFF_FIRST_MS    50
#define BACKOFF_MAX_MS      1000
#define CONNECT_DEADLINE_MS 2000
#define ANSWER_DEADLINE_MS  10000
#define ANSWER_BYTES_MAX    4096
#define GROUP_MAX           100

/* A person's replies, one after the other. */
struct line {
    struct webhook *sending; /* not yet answered 200 */
    struct webhook *first, *last;
};

struct webhooks {
    struct loop *loop;
    const struct clock *clock;
    struct ledger *ledger;
    struct http_client *client;
    struct loop_timer *agenda_timer, *pauses_timer;
    const struct dialect *dialect;
    const struct dialect_account *account;
    struct agenda agenda;      /* by domain time */
    struct agenda pauses;      /* by monotonic time */
    struct webhook *under_way; /* due and not finished */
    size_t under_way_count;
    struct webhook *ready_first, *ready_last;
    size_t in_flight;
    struct line *lines; /* by person */
    bool closing;
};

/* What the callback of a request gets: the webhooks that go with it, several only of receipts. */
struct call {
    struct webhooks *webhooks;
    size_t count;
    struct webhook *list[GROUP_MAX];
};

static void webhooks_on_agenda(void *context);
static void webhooks_take_due(struct webhooks *webhooks);
static void webhook_start(struct webhooks *webhooks, struct webhook *webhook);
static void ready_add(struct webhooks *webhooks, struct webhook *webhook);
static void webhooks_call_ready(struct webhooks *webhooks);
static void call_gather(struct webhooks *webhooks, struct call *call);
static void call_start(struct webhooks *webhooks, struct call *call);
static void call_on_answer(void *context, const struct http_answer *answer);
static void webhook_on_answer(struct webhooks *webhooks, struct webhook *webhook,
                              const struct http_answer *answer);
static void webhook_pause(struct webhooks *webhooks, struct webhook *webhook);
static void webhooks_on_pauses(void *context);
static void webhook_finish(struct webhooks *webhooks, struct webhook *webhook);

struct webhooks *webhooks_new(const struct webhooks_options *options)
{
    struct webhooks *webhooks = memory_zeroed(1, sizeof *webhooks);
    struct http_client_options client = {.connect_deadline_ms = CONNECT_DEADLINE_MS,
                                         .deadline_ms = ANSWER_DEADLINE_MS,
                                         .connections_max = IN_FLIGHT_MAX,
                                         .answer_bytes_max = ANSWER_BYTES_MAX};
    webhooks->loop = options->loop;
    webhooks->clock = options->clock;
    webhooks->ledger = options->ledger;
    webhooks->client = http_client_new(options->loop, &client);
    webhooks->agenda_timer = loop_timer_new(options->loop, webhooks_on_agenda, webhooks);
    webhooks->pauses_timer = loop_timer_new(options->loop, webhooks_on_pauses, webhooks);
    webhooks->dialect = options->dialect;
    webhooks->account = options->account;
    assert(options->dialect->receipts_max <= GROUP_MAX);
    webhooks->lines = memory_zeroed((size_t)options->people_count, sizeof webhooks->lines[0]);
    return webhooks;
}

void webhooks_free(struct webhooks **freeing)
{
    struct webhooks *webhooks = *freeing;
    struct webhook *webhook;
    if (webhooks == NULL)
        return;
    webhooks->closing = true;
    http_client_free(&webhooks->client);
    while ((webhook = webhooks->under_way) != NULL) {
        webhooks->under_way = webhook->next;
        webhook_free(&webhook);
    }
    while ((webhook = agenda_take(&webhooks->agenda, INT64_MAX)) != NULL)
        webhook_free(&webhook);
    agenda_free(&webhooks->agenda);
    agenda_free(&webhooks->pauses);
    loop_timer_free(&webhooks->agenda_timer);
    loop_timer_free(&webhooks->pauses_timer);
    free(webhooks->lines);
    free(webhooks);
    *freeing = NULL;
}

void webhooks_plan(struct webhooks *webhooks, struct webhook *webhook, int64_t at_ms)
{
    bool is_next = at_ms < agenda_next_ms(&webhooks->agenda);
    agenda_add(&webhooks->agenda, at_ms, webhook);
    if (is_next)
        webhooks_on_clock(webhooks);
}

void webhooks_on_clock(struct webhooks *webhooks)
{
    int64_t wait_ms = -1;
    if (webhooks->agenda.count > 0)
        wait_ms = clock_wait_ms(webhooks->clock, agenda_next_ms(&webhooks->agenda));
    if (wait_ms >= 0)
        loop_timer_arm(webhooks->agenda_timer, wait_ms);
    else
        loop_timer_disarm(webhooks->agenda_timer);
}

size_t webhooks_due(struct webhooks *webhooks)
{
    webhooks_take_due(webhooks);
    return webhooks->under_way_count;
}

int64_t webhooks_next_ms(const struct webhooks *webhooks)
{
    return agenda_next_ms(&webhooks->agenda);
}

void webhooks_print_open(const struct webhooks *webhooks, struct text *out)
{
    for (const struct webhook *webhook = webhooks->under_way; webhook != NULL; webhook = webhook->next)
        if (webhook->tries > 0)
            ledger_print_webhook(webhook, out);
}

/* --- coming due --- */

static void webhooks_on_agenda(void *context)
{
    webhooks_take_due(context);
}

static void webhooks_take_due(struct webhooks *webhooks)
{
    int64_t now_ms = clock_domain_ms(webhooks->clock);
    struct webhook *webhook;
    while ((webhook = agenda_take(&webhooks->agenda, now_ms)) != NULL)
        webhook_start(webhooks, webhook);
    webhooks_on_clock(webhooks);
    webhooks_call_ready(webhooks);
}

static void webhook_start(struct webhooks *webhooks, struct webhook *webhook)
{
    webhook->backoff_ms = BACKOFF_FIRST_MS;
    webhook->previous = NULL;
    webhook->next = webhooks->under_way;
    if (webhook->next != NULL)
        webhook->next->previous = webhook;
    webhooks->under_way = webhook;
    webhooks->under_way_count++;
    if (webhook->kind == WEBHOOK_RECEIPT || webhook->together) {
        ready_add(webhooks, webhook);
        return;
    }
    struct line *line = &webhooks->lines[webhook->person];
    if (line->sending == NULL) {
        line->sending = webhook;
        ready_add(webhooks, webhook);
        return;
    }
    if (line->last != NULL)
        line->last->behind = webhook;
    else
        line->first = webhook;
    line->last = webhook;
}

static void ready_add(struct webhooks *webhooks, struct webhook *webhook)
{
    webhook->behind = NULL;
    if (webhooks->ready_last != NULL)
        webhooks->ready_last->behind = webhook;
    else
        webhooks->ready_first = webhook;
    webhooks->ready_last = webhook;
}

/* --- calling --- */

static void webhooks_call_ready(struct webhooks *webhooks)
{
    while (webhooks->in_flight < IN_FLIGHT_MAX && webhooks->ready_first != NULL) {
        struct call *call = memory_zeroed(1, sizeof *call);
        call->webhooks = webhooks;
        call_gather(webhooks, call);
        call_start(webhooks, call);
    }
}

static struct webhook *ready_take(struct webhooks *webhooks)
{
    struct webhook *webhook = webhooks->ready_first;
    webhooks->ready_first = webhook->behind;
    if (webhooks->ready_first == NULL)
        webhooks->ready_last = NULL;
    webhook->behind = NULL;
    return webhook;
}

static bool goes_with(const struct webhook *first, const struct webhook *next)
{
    bool same = first->callback == NULL || next->callback == NULL
                    ? first->callback == next->callback
                    : strcmp(first->callback, next->callback) == 0;
    return first->kind == WEBHOOK_RECEIPT && next->kind == WEBHOOK_RECEIPT && same;
}

/* The first that is ready, and the receipts right behind it that go to the same place. */
static void call_gather(struct webhooks *webhooks, struct call *call)
{
    call->list[call->count++] = ready_take(webhooks);
    while (call->count < webhooks->dialect->receipts_max && webhooks->ready_first != NULL &&
           goes_with(call->list[0], webhooks->ready_first))
        call->list[call->count++] = ready_take(webhooks);
}

/* Takes the call. */
static void call_start(struct webhooks *webhooks, struct call *call)
{
    struct dialect_webhook said = {0};
    const char *headers[DIALECT_HEADERS_MAX + 1] = {NULL};
    for (size_t i = 0; i < call->count; i++) {
        struct webhook *webhook = call->list[i];
        webhook->tries++;
        if (!webhook->may_have_arrived) {
            webhook->began = ledger_moment(webhooks->ledger);
            webhook->started_at_ms = clock_domain_ms(webhooks->clock);
            webhook->started_real_ms = clock_wall_ms();
        }
    }
    if (call->list[0]->kind == WEBHOOK_RECEIPT)
        webhooks->dialect->receipts(webhooks->account, (const struct webhook *const *)call->list, call->count,
                                    clock_wall_ms(), &said);
    else
        webhooks->dialect->reply(webhooks->account, call->list[0], clock_wall_ms(), &said);
    for (size_t i = 0; i < said.headers_count; i++)
        headers[i] = said.headers[i].chars;
    struct http_request request = {.method = "POST",
                                   .url = said.url.chars,
                                   .headers = headers,
                                   .body = said.body.chars,
                                   .body_bytes = said.body.bytes};
    webhooks->in_flight++;
    http_client_send(webhooks->client, &request, call_on_answer, call);
    dialect_webhook_clear(&said);
}

static void call_on_answer(void *context, const struct http_answer *answer)
{
    struct call *call = context;
    struct webhooks *webhooks = call->webhooks;
    webhooks->in_flight--;
    for (size_t i = 0; i < call->count; i++)
        webhook_on_answer(webhooks, call->list[i], answer);
    free(call);
    if (!webhooks->closing)
        webhooks_call_ready(webhooks);
}

static void webhook_on_answer(struct webhooks *webhooks, struct webhook *webhook,
                              const struct http_answer *answer)
{
    bool answered = answer->fate == HTTP_ANSWERED;
    if (webhook->on_tried != NULL)
        webhook->on_tried(webhook->on_tried_context);
    webhook->on_tried = NULL;
    if (webhooks->closing)
        return;
    if (answer->fate != HTTP_NOT_SENT)
        webhook->may_have_arrived = true;
    if (answered && answer->status >= 200 && answer->status <= webhooks->dialect->status_taken_high) {
        webhook->ended = ledger_moment(webhooks->ledger);
        webhook->answered_at_ms = clock_domain_ms(webhooks->clock);
        webhook->finished_real_ms = clock_wall_ms();
        webhook->status = 200;
        webhook_finish(webhooks, webhook);
        return;
    }
    if (answered)
        webhook->refused = answer->status;
    webhook_pause(webhooks, webhook);
}

static void webhook_pause(struct webhooks *webhooks, struct webhook *webhook)
{
    int64_t now_ms = clock_monotonic_ms();
    agenda_add(&webhooks->pauses, now_ms + webhook->backoff_ms, webhook);
    webhook->backoff_ms = webhook->backoff_ms * 2 < BACKOFF_MAX_MS ? webhook->backoff_ms * 2 : BACKOFF_MAX_MS;
    int64_t wait_ms = agenda_next_ms(&webhooks->pauses) - now_ms;
    loop_timer_arm(webhooks->pauses_timer, wait_ms > 0 ? wait_ms : 0);
}

static void webhooks_on_pauses(void *context)
{
    struct webhooks *webhooks = context;
    int64_t now_ms = clock_monotonic_ms();
    struct webhook *webhook;
    while ((webhook = agenda_take(&webhooks->pauses, now_ms)) != NULL)
        ready_add(webhooks, webhook);
    if (webhooks->pauses.count > 0)
        loop_timer_arm(webhooks->pauses_timer, agenda_next_ms(&webhooks->pauses) - now_ms);
    webhooks_call_ready(webhooks);
}

/* Answered 200: into the ledger, and the person's next reply may go. */
static void webhook_finish(struct webhooks *webhooks, struct webhook *webhook)
{
    ledger_add_webhook(webhooks->ledger, webhook);
    bool of_person = webhook->kind == WEBHOOK_REPLY && webhook->person >= 0;
    struct line *line = of_person ? &webhooks->lines[webhook->person] : NULL;
    if (line != NULL && line->sending == webhook) {
        line->sending = line->first;
        if (line->first != NULL) {
            line->first = line->first->behind;
            if (line->first == NULL)
                line->last = NULL;
            ready_add(webhooks, line->sending);
        }
    }
    if (webhook->previous != NULL)
        webhook->previous->next = webhook->next;
    else
        webhooks->under_way = webhook->next;
    if (webhook->next != NULL)
        webhook->next->previous = webhook->previous;
    webhooks->under_way_count--;
    webhook_free(&webhook);
}
