#include "dispatcher/send.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define ASK_AGAIN_MS 100

struct send {
    struct lane *lane;
    struct send *next, **place; /* in the lane's list */
    struct claimed claimed;
    char operation[ID_SIZE];
    int64_t fence;
    int64_t leased_at_ms; /* monotonic */
    int64_t asked_at_ms;  /* monotonic; Redis or the gateway, whose answer is under way */
    char to[PHONE_SIZE];
    struct text text;
    struct sms_measure measure;
    bool sendable; /* number opened, text rendered */
    struct submit_reading reading;
    struct redis_command command;
    struct loop_timer *again;
};

static void send_learn(void *context);
static void send_intend(void *context);
static void send_on_intended(void *context, const struct redis_value *value);
static void send_submit(struct send *send);
static void send_on_submitted(void *context, const struct http_answer *answer);
static void send_settle(void *context);
static void send_on_settled(void *context, const struct redis_value *value);
static void send_finish(struct send *send);

static void send_prepare(struct send *send);
static void send_outcome(struct send *send, enum submit_outcome outcome);
static void send_again(struct send *send, loop_callback step);

void send_start(struct lane *lane, const struct claimed *claimed)
{
    struct send *send = memory_zeroed(1, sizeof *send);
    send->lane = lane;
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
        send_finish(send);
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

/* The hours in which a message of this class may go. */
static void send_window(const struct org *org, enum message_class class, int64_t now_ms,
                        struct intend *intend)
{
    static const struct window waking_hours = {
        .days = 0x7f, .from_minute = CONVERSATION_FROM_MINUTE, .to_minute = CONVERSATION_TO_MINUTE};
    switch (class) {
    case MESSAGE_BULK:
        window_next(org->zone, &org->window, now_ms, &intend->window_opens_ms, &intend->window_closes_ms);
        break;
    case MESSAGE_CONVERSATION:
        window_next(org->zone, &waking_hours, now_ms, &intend->window_opens_ms, &intend->window_closes_ms);
        break;
    case MESSAGE_STANDING:
        intend->window_opens_ms = now_ms;
        intend->window_closes_ms = now_ms + 1;
        break;
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
        .message = send->claimed.message, .fence = send->fence, .operation = send->operation};
    const struct survey *survey = lane_texts_survey(lane->texts, send->claimed.survey);
    asking_fill(&intend.asking, org, survey == NULL ? "" : survey->id,
                survey == NULL ? "" : survey->questions[0].id, now_ms,
                dispatcher->settings.reply_window_days);
    send_window(org, message_class(send->claimed.kind), now_ms, &intend);
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
    switch (intended) {
    case INTEND_OK:
        if (dispatcher->redis_ready)
            send_submit(send);
        else
            send_outcome(send, SUBMIT_NOT_HANDED_OVER);
        return;
    case INTEND_WINDOW:
    case INTEND_PAUSED:
    case INTEND_ENDED:
    case INTEND_NOT_OURS:
        send_finish(send);
        return;
    case INTEND_FAILED: /* nothing was written: the lease expires and it is tried again then */
        log_error("%s: intend refused: %s", send->lane->record.org.id, redis_text(value));
        send_finish(send);
        return;
    }
}

static void send_submit(struct send *send)
{
    struct lane *lane = send->lane;
    struct dispatcher *dispatcher = lane->dispatcher;
    if (!send->sendable) {
        send_outcome(send, SUBMIT_PERMANENT);
        return;
    }
    if (clock_monotonic_ms() - send->leased_at_ms > dispatcher->settings.lease_ms / 2) {
        send_outcome(send, SUBMIT_NOT_HANDED_OVER);
        return;
    }
    struct submit_fields fields = {
        .id = send->claimed.message,
        .sender = lane->record.org.sender,
        .to = send->to,
        .text = send->text.chars,
        .encoding = sms_encoding_name(send->measure.encoding),
        .segments = send->measure.segments,
        .validity_hours = dispatcher->settings.validity_hours,
    };
    static struct submit_request request; /* its buffers are used again; http_client_send copies */
    submit_request_write(lane->profile, &lane->gateway, &fields, &request);
    lane_use_tokens(lane, send->measure.segments);
    send->asked_at_ms = clock_monotonic_ms();
    http_client_send(lane->http, &request.request, send_on_submitted, send);
}

static void send_on_submitted(void *context, const struct http_answer *answer)
{
    struct send *send = context;
    metric_latency_add(&send->lane->figures.submits, clock_monotonic_ms() - send->asked_at_ms);
    submit_answer_read(send->lane->profile, answer, clock_wall_ms(), &send->reading);
    if (answer->fate == HTTP_NOT_SENT) {
        /* The gateway is away. Nothing was handed over, so it is no attempt: an outage must not burn a round.
         */
        send->reading.outcome = SUBMIT_NOT_HANDED_OVER;
        lane_hold(send->lane, -1, HOLD_AWAY);
    } else if (send->reading.outcome != SUBMIT_UNKNOWN) {
        lane_answers(send->lane, send->reading.outcome);
    }
    send_outcome(send, send->reading.outcome);
}

/* What the outcome means for the lane, then for the message. */
static void send_outcome(struct send *send, enum submit_outcome outcome)
{
    struct lane *lane = send->lane;
    send->reading.outcome = outcome;
    lane->figures.outcomes[outcome]++;
    switch (outcome) {
    case SUBMIT_THROTTLED:
        lane_hold(lane, send->reading.retry_after_ms, HOLD_THROTTLED);
        break;
    case SUBMIT_LANE_STOP:
        lane_hold(lane, -1, HOLD_REFUSED);
        break;
    case SUBMIT_UNKNOWN:
        lane_doubts(lane);
        break;
    case SUBMIT_RETRY:
        if (lane_is_refused(lane))
            send->reading.outcome = SUBMIT_THROTTLED; /* no attempt: an outage must not burn a round */
        break;
    case SUBMIT_ACCEPTED:
    case SUBMIT_NOT_HANDED_OVER:
    case SUBMIT_PERMANENT:
    case SUBMIT_INVALID_NUMBER:
    case SUBMIT_OPTED_OUT:
        break;
    }
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
    loop_timer_free(&send->again);
    send->again = loop_timer_new(send->lane->dispatcher->loop, step, send);
    loop_timer_arm(send->again, ASK_AGAIN_MS);
}

static void send_finish(struct send *send)
{
    struct lane *lane = send->lane;
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
