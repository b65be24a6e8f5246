#include "dispatcher/send.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dispatcher/batch.h"

#define ASK_AGAIN_MS    100
#define RESEND_AFTER_MS 2000 /* a gateway that dropped a connection has a moment to come to itself */

struct send {
    struct lane *lane;
    struct way *way;
    struct send *next, **place; /* in the lane's list */
    struct claimed claimed;
    char operation[ID_SIZE];
    int64_t fence;
    int64_t leased_at_ms; /* monotonic */
    int64_t asked_at_ms;  /* monotonic; Redis or the gateway, whose answer is under way */
    char to[PHONE_SIZE];
    struct text text;
    struct sms_measure measure;
    bool sendable;            /* number opened, text rendered */
    bool handed_over;         /* perhaps: a request with it was sent before */
    struct spending spending; /* as its intend counted it */
    struct submit_reading reading;
    struct redis_command command;
    struct loop_timer *again;
};

static void send_learn(void *context);
static void send_intend(void *context);
static void send_on_intended(void *context, const struct redis_value *value);
static void send_hand_over(struct send *send);
static void send_once_more(void *context);
static void send_settle(void *context);
static void send_on_settled(void *context, const struct redis_value *value);
static void send_finish(struct send *send);

static void send_prepare(struct send *send);
static void send_leaves(struct send *send);
static void send_ends_as(struct send *send, enum submit_outcome outcome);
static void send_again(struct send *send, loop_callback step);
static void send_after(struct send *send, int64_t wait_ms, loop_callback step);

void send_start(struct way *way, const struct claimed *claimed)
{
    struct send *send = memory_zeroed(1, sizeof *send);
    struct lane *lane = way->lane;
    send->lane = lane;
    send->way = way;
    send->claimed = *claimed;
    send->fence = lane->fence;
    send->leased_at_ms = lane->claimed_at_ms;
    send->reading.retry_after_ms = -1;
    id_random(send->operation);
    send->next = lane->sends;
    send->place = &lane->sends;
    if (lane->sends != NULL) {
        lane->sends->place = &send->next;
    }
    lane->sends = send;
    lane->in_flight++;
    way->in_flight++;
    way->intending++;
    send_learn(send);
}

static void send_free(struct send *send)
{
    *send->place = send->next;
    if (send->next != NULL) {
        send->next->place = send->place;
    }
    loop_timer_free(&send->again);
    redis_command_free(&send->command);
    text_free(&send->text);
    free(send);
}

void sends_abandon(struct lane *lane)
{
    for (struct send *send = lane->sends, *next; send != NULL; send = next) {
        next = send->next;
        send_free(send);
    }
}

/* What the message needs and was not seen before is read; while Redis is away that can only be tried again.
 */
static void send_learn(void *context)
{
    struct send *send = context;
    struct lane *lane = send->lane;
    const struct dispatcher *dispatcher = lane->dispatcher;
    if (dispatcher->draining) {
        send_give_back(lane, &send->claimed);
        send_leaves(send);
    } else if (dispatcher->redis_ready &&
               numbers_learn(lane->numbers, dispatcher->link, send->claimed.batch) &&
               lane_texts_learn(lane->texts, dispatcher->link, &lane->record.org, send->claimed.survey)) {
        send_prepare(send);
        send_intend(send);
    } else {
        send_again(send, send_learn);
    }
}

/* Everything that can fail before the message is handed over is tried first; a message that cannot be written
 * ends as failed after its intend, so that it is seen in the books. */
static void send_prepare(struct send *send)
{
    struct lane *lane = send->lane;
    send->sendable =
        numbers_open(lane->numbers, &send->claimed, send->to) &&
        lane_texts_render(lane->texts, &lane->record.org, &send->claimed, &send->text, &send->measure);
    if (!send->sendable) {
        log_error("%s: message %s cannot be written (number or text)", lane->record.org.id,
                  send->claimed.message);
    }
}

static void send_intend(void *context)
{
    struct send *send = context;
    struct lane *lane = send->lane;
    const struct org *org = &lane->record.org;
    const struct dispatcher *dispatcher = lane->dispatcher;
    if (!dispatcher->redis_ready) { /* away, or not judged: what it lost may be this very message's sending */
        send_again(send, send_intend);
        return;
    }
    int64_t now_ms = clock_domain_ms(&dispatcher->clock);
    struct intend intend = {
        .message = send->claimed.message,
        .rules = message_class(send->claimed.kind),
        .fence = send->fence,
        .operation = send->operation,
    };
    const struct survey *survey = lane_texts_survey(lane->texts, send->claimed.survey);
    asking_fill(&intend.asking, org, survey == NULL ? "" : survey->id,
                survey == NULL ? "" : survey->questions[0].id, now_ms,
                dispatcher->settings.reply_window_days);
    message_window(intend.rules, org, now_ms, &intend.window_opens_ms, &intend.window_closes_ms);
    spending_fill(&send->spending, org, now_ms, send->sendable ? send->measure.segments : 0);
    intend.spending = send->spending;
    outbox_intend_command(&send->command, org->id, &intend);
    send->asked_at_ms = clock_monotonic_ms();
    gather_send(lane->calls, &send->command, send_on_intended, send);
}

static void send_on_intended(void *context, const struct redis_value *value)
{
    struct send *send = context;
    if (value == NULL) {
        send_again(send, send_intend);
        return;
    }
    struct dispatcher *dispatcher = send->lane->dispatcher;
    enum intended intended = outbox_intend_result(value);
    dispatcher_saw(dispatcher, send->lane->record.org.id, call_commit_number(value));
    metric_latency_add(&dispatcher->calls[CALL_INTEND], clock_monotonic_ms() - send->asked_at_ms);
    send->lane->figures.intended[intended]++;
    lane_budget_tell(send->lane, &send->spending, outbox_intend_spent(value));
    switch (intended) {
    case INTEND_OK:
        send_hand_over(send);
        return;
    case INTEND_WINDOW:
    case INTEND_PAUSED:
    case INTEND_BUDGET:
    case INTEND_ENDED:
    case INTEND_NOT_OURS:
        send_leaves(send);
        return;
    case INTEND_FAILED: /* nothing was written: the lease expires and it is tried again then */
        log_error("%s: intend refused: %s", send->lane->record.org.id, redis_text(value));
        send_leaves(send);
        return;
    }
}

/* It joins no batch: others need not wait for it. */
static void send_leaves(struct send *send)
{
    struct way *way = send->way;
    way->intending--;
    batch_look(way);
    send_finish(send);
}

static void send_hand_over(struct send *send)
{
    struct way *way = send->way;
    way->intending--;
    if (send->sendable) {
        batch_join(way, send);
    } else {
        batch_look(way);
        send_ends_as(send, SUBMIT_PERMANENT);
    }
}

bool send_may_go(const struct send *send)
{
    const struct dispatcher *dispatcher = send->lane->dispatcher;
    return dispatcher->redis_ready &&
           clock_monotonic_ms() - send->leased_at_ms <= dispatcher->settings.lease_ms / 2;
}

void send_stays(struct send *send)
{
    send_ends_as(send, send->handed_over ? SUBMIT_UNKNOWN : SUBMIT_NOT_HANDED_OVER);
}

void send_fields(const struct send *send, struct submit_fields *fields_out)
{
    *fields_out = (struct submit_fields){
        .id = send->claimed.message,
        .sender = send->way->sender,
        .to = send->to,
        .text = send->text.chars,
        .encoding = sms_encoding_name(send->measure.encoding),
        .segments = send->measure.segments,
        .validity_hours = send->lane->dispatcher->settings.validity_hours,
        .now_ms = clock_wall_ms(),
    };
}

/* Refused for good reasons, or away, it would only be refused again; in doubt another request is as good as a probe. */
static bool may_go_once_more(const struct way *way)
{
    return profile_dedupes(way->profile) && (way->held_for == HOLD_NONE || way->held_for == HOLD_DOUBT);
}

/* Once more under the same id, when the gateway takes an id only once: then only its clear yes says anything, since a no
 * is perhaps of the second request and not of the first. */
void send_on_submitted(struct send *send, const struct submit_reading *reading)
{
    bool unknown = reading->outcome == SUBMIT_UNKNOWN;
    bool accepted = reading->outcome == SUBMIT_ACCEPTED;
    send->reading = *reading;
    if (unknown && !send->handed_over && may_go_once_more(send->way)) {
        send->handed_over = true;
        send_after(send, RESEND_AFTER_MS, send_once_more);
        return;
    }
    send_ends_as(send, accepted || !send->handed_over ? reading->outcome : SUBMIT_UNKNOWN);
}

static void send_once_more(void *context)
{
    struct send *send = context;
    if (send->lane->dispatcher->draining || !may_go_once_more(send->way))
        send_stays(send);
    else
        batch_join(send->way, send);
}

static void send_ends_as(struct send *send, enum submit_outcome outcome)
{
    struct way *way = send->way;
    send->reading.outcome = outcome;
    way->outcomes[outcome]++;
    last_hour_add(&way->hour, outcome, clock_monotonic_ms());
    lane_on_outcome(send->lane, outcome);
    send_settle(send);
}

static void send_settle(void *context)
{
    struct send *send = context;
    struct lane *lane = send->lane;
    const struct settings *settings = &lane->dispatcher->settings;
    int64_t wait_ms = retry_delay_ms((int)send->claimed.attempts + 2, settings->backoff_first_ms,
                                     settings->backoff_max_ms, random_number());
    struct settle settle = {
        .message = send->claimed.message,
        .fence = send->fence,
        .operation = send->operation,
        .outcome = send->reading.outcome,
        .gateway_id = send->reading.gateway_id,
        .now_ms = clock_domain_ms(&lane->dispatcher->clock),
        .wait_until_ms = dispatcher_redis_now_ms(lane->dispatcher) + wait_ms,
        .attempts_max = settings->submit_attempts_max,
        .spending = &send->spending,
    };
    outbox_settle_command(&send->command, lane->record.org.id, &settle);
    send->asked_at_ms = clock_monotonic_ms();
    gather_send(lane->calls, &send->command, send_on_settled, send);
}

static void send_on_settled(void *context, const struct redis_value *value)
{
    struct send *send = context;
    char state[16];
    if (value != NULL)
        metric_latency_add(&send->lane->dispatcher->calls[CALL_SETTLE],
                           clock_monotonic_ms() - send->asked_at_ms);
    dispatcher_saw(send->lane->dispatcher, send->lane->record.org.id, call_commit_number(value));
    if (value == NULL || !outbox_settle_result(value, state)) {
        bool refused = value != NULL;
        if (refused) {
            log_error("%s: settle refused: %s", send->lane->record.org.id, redis_text(value));
        }
        bool lease_is_over =
            clock_monotonic_ms() - send->leased_at_ms > send->lane->dispatcher->settings.lease_ms;
        if (!refused || !lease_is_over) {
            send_again(send, send_settle);
            return;
        }
    }
    send_finish(send);
}

static void send_again(struct send *send, loop_callback step)
{
    send_after(send, ASK_AGAIN_MS, step);
}

static void send_after(struct send *send, int64_t wait_ms, loop_callback step)
{
    loop_timer_free(&send->again);
    send->again = loop_timer_new(send->lane->dispatcher->loop, step, send);
    loop_timer_arm(send->again, wait_ms);
}

static void send_finish(struct send *send)
{
    struct lane *lane = send->lane;
    send->way->in_flight--;
    send_free(send);
    lane->in_flight--;
    lane_send_ended(lane);
}

static void ignore_answer(void *context, const struct redis_value *value)
{
    (void)context;
    (void)value;
}

void send_give_back(struct lane *lane, const struct claimed *claimed)
{
    struct settle settle = {.message = claimed->message,
                            .fence = lane->fence,
                            .operation = "",
                            .outcome = SUBMIT_NOT_HANDED_OVER,
                            .gateway_id = "",
                            .now_ms = clock_domain_ms(&lane->dispatcher->clock),
                            .attempts_max = lane->dispatcher->settings.submit_attempts_max};
    struct redis_command command = {0};
    outbox_settle_command(&command, lane->record.org.id, &settle);
    redis_send(lane->dispatcher->redis, &command, ignore_answer, NULL);
    redis_command_free(&command);
}
