/* Person by person. Nobody is asked config/surveys/meeting.json twice: who says 1 or 2 is asked why, who says 4 or 5
 * whether to join, who joins for a first name. */
#include "kill_trial.h"

#include <string.h>

#define REPLY_WINDOW_MS (7 * DAY_MS)
#define SLACK_MS        (12 * HOUR_MS) /* between our intend and the gateway's clock, at a fast scale */
#define RECALL_MS                                                                                            \
    INT64_C(15000) /* real: what was handed over, and a STOP that waited in the spool meanwhile */

/* The step that follows a value of the first question, -1 = none. */
static int step_after(int value)
{
    if (value == 0 || value == 3) {
        return -1;
    }
    return value <= 2 ? 1 : 2;
}

/* --- each person's value --- */

enum counts { COUNTS_NEVER, COUNTS_MAYBE, COUNTS_SURELY };

/* Whether a reply came while its pulse was open: in time, and not after a STOP of the same person. */
static enum counts reply_is_open(const struct rows *rows, const struct reply_row *reply, int64_t asked_ms)
{
    enum counts counts = COUNTS_SURELY;
    if (reply->answered_ms >= asked_ms + REPLY_WINDOW_MS - SLACK_MS) {
        counts = reply->started_ms >= asked_ms + REPLY_WINDOW_MS + SLACK_MS ? COUNTS_NEVER : COUNTS_MAYBE;
    }
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *stop = &rows->replies[i];
        if (!stop->stop || stop == reply || !stop->answered || stop->copy ||
            strcmp(stop->from, reply->from) != 0 || strcmp(stop->id, reply->id) == 0) {
            continue;
        }
        if (stop->ended < reply->began) {
            return COUNTS_NEVER;
        }
        if (reply->ended >= stop->began) {
            counts = counts == COUNTS_SURELY ? COUNTS_MAYBE : counts;
        }
    }
    return counts;
}

/* Whether an answer had to be counted: it came while its pulse was open, and no further question of the conversation
 * had been asked. When the service asked that is not in the ledger, only when the gateway saw it. */
static enum counts reply_counts(const struct rows *rows, const struct reply_row *reply, int64_t asked_ms)
{
    enum counts counts = reply_is_open(rows, reply, asked_ms);
    for (size_t i = 0; i < rows->sends_count; i++) {
        const struct send_row *send = &rows->sends[i];
        if (send->step > 0 && send->accepted && send->moment < reply->began &&
            strcmp(send->to, reply->from) == 0) {
            return COUNTS_NEVER;
        }
    }
    for (size_t i = 0; counts == COUNTS_SURELY && i < rows->replies_count; i++) {
        const struct reply_row *other = &rows->replies[i];
        if (step_after(other->value) > 0 && other->began < reply->ended &&
            strcmp(other->id, reply->id) != 0 && strcmp(other->from, reply->from) == 0) {
            counts = COUNTS_MAYBE;
        }
    }
    return counts;
}

void trial_values(const struct trial *trial, const struct send_row *send, bool allowed[10])
{
    const struct rows *rows = trial->rows;
    memset(allowed, 0, 10 * sizeof allowed[0]);
    allowed[0] = true;
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *reply = &rows->replies[i];
        if (!reply->answered || reply->copy || reply->value == 0 || strcmp(reply->from, send->to) != 0) {
            continue;
        }
        enum counts counts = reply_counts(rows, reply, send->at_ms);
        bool replaced = false;
        for (size_t j = 0; j < rows->replies_count; j++) {
            const struct reply_row *later = &rows->replies[j];
            replaced = replaced || (later->answered && !later->copy && later->value != 0 &&
                                    later->began > reply->ended && strcmp(later->from, send->to) == 0 &&
                                    reply_counts(rows, later, send->at_ms) == COUNTS_SURELY);
        }
        /* A later question was only asked because some answer had been counted. */
        allowed[0] = allowed[0] && reply_is_open(rows, reply, send->at_ms) != COUNTS_SURELY;
        allowed[reply->value] = allowed[reply->value] || (counts != COUNTS_NEVER && !replaced);
    }
}

static void judge_value(struct trial *trial, const struct send_row *send)
{
    bool allowed[10];
    const struct stored_pulse *pulse = stored_pulse(trial->stored, send->id);
    if (pulse == NULL) {
        breach(trial, "accepted message %s is unknown to the store", send->id);
        return;
    }
    trial_values(trial, send, allowed);
    if (pulse->value > 5 || !allowed[pulse->value]) {
        breach(trial, "message %s: the counted value is %d, which is none of the answers that may count",
               send->id, pulse->value);
    }
}

/* --- what follows an answer: once, and only after an answer that leads there --- */

static void judge_once(struct trial *trial, size_t index)
{
    const struct rows *rows = trial->rows;
    const struct send_row *send = &rows->sends[index];
    for (size_t i = 0; i < index; i++) {
        const struct send_row *other = &rows->sends[i];
        if (other->accepted && other->step == send->step && strcmp(other->to, send->to) == 0 &&
            strcmp(other->id, send->id) != 0) {
            breach(trial, "%s was asked of somebody twice: messages %s and %s", steps[send->step], other->id,
                   send->id);
        }
    }
}

/* Two answers came so close together that the first had its question asked before the second was counted, and the second
 * is the one that counts: as when both waited in the spool. */
static bool was_replaced(const struct trial *trial, const struct stored_pulse *pulse, const char *phone,
                         int step)
{
    bool led = false, counts = false;
    for (size_t i = 0; i < trial->rows->replies_count; i++) {
        const struct reply_row *reply = &trial->rows->replies[i];
        if (!reply->answered || strcmp(reply->from, phone) != 0) {
            continue;
        }
        bool leads = step == STEP_NAME ? reply->joins == 1 : step_after(reply->value) == step;
        led = led || leads;
        counts =
            counts || (!leads && (step == STEP_NAME ? reply->joins == 0
                                                    : reply->value != 0 && reply->value == pulse->value));
    }
    return led && counts;
}

static void judge_reason(struct trial *trial, const struct send_row *send)
{
    const struct stored_pulse *pulse = stored_pulse(trial->stored, send->id);
    bool leads =
        pulse != NULL && (send->step == STEP_NAME ? pulse->joins : step_after(pulse->value) == send->step);
    if (!leads && (pulse == NULL || !was_replaced(trial, pulse, send->to, send->step))) {
        breach(trial, "message %s: no counted answer leads to %s", send->id, steps[send->step]);
    }
}

/* A follow-up question was handed over, or its fate is known to be unknown. */
static bool is_asked(const struct trial *trial, const struct stored_message *message)
{
    static const char *const accounted[] = {"accepted", "delivered", "undelivered", "expired", "unknown"};
    for (size_t i = 0; message != NULL && i < sizeof accounted / sizeof accounted[0]; i++) {
        if (strcmp(message->state, accounted[i]) == 0) {
            return true;
        }
    }
    return message != NULL && trial->may_go_stale && strcmp(message->state, "stale") == 0;
}

/* A counted answer that leads on: its question was asked, or that of the answer it replaced. */
static void judge_due(struct trial *trial, const struct send_row *send)
{
    const struct stored_pulse *pulse = stored_pulse(trial->stored, send->id);
    int next = pulse != NULL && !pulse->stopped ? step_after(pulse->value) : -1;
    if (next < 0) {
        return;
    }
    int other = next == STEP_WHY ? STEP_JOIN : STEP_WHY;
    const struct stored_message *message = stored_message(trial->stored, pulse->asked[next]);
    bool replaced = message == NULL && is_asked(trial, stored_message(trial->stored, pulse->asked[other])) &&
                    was_replaced(trial, pulse, send->to, other);
    if (!replaced && !is_asked(trial, message)) {
        breach(trial, "message %s: the answer %d leads to %s, which is %s", send->id, pulse->value,
               steps[next], message != NULL ? message->state : "not there");
    }
}

static void judge_conversations(struct trial *trial)
{
    const struct rows *rows = trial->rows;
    for (size_t i = 0; i < rows->sends_count; i++) {
        const struct send_row *send = &rows->sends[i];
        const struct send_row *asked = trial_asked(trial, send->to);
        if (!send->accepted || send->step < 0) {
            continue;
        }
        judge_once(trial, i);
        if (asked != NULL && trial_is_closed(trial, asked)) {
            continue;
        }
        if (send->step > 0) {
            judge_reason(trial, send);
        } else {
            judge_due(trial, send);
        }
    }
}

/* --- STOP: nothing is asked of somebody who said so, until START --- */

static bool started_again(const struct rows *rows, const struct reply_row *stop, const struct send_row *send)
{
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *reply = &rows->replies[i];
        if (strcmp(reply->means, "start") == 0 && strcmp(reply->from, stop->from) == 0 &&
            reply->began < send->moment) {
            return true;
        }
    }
    return false;
}

static void judge_stops(struct trial *trial)
{
    const struct rows *rows = trial->rows;
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *stop = &rows->replies[i];
        if (!stop->stop || !stop->answered || stop->copy) {
            continue;
        }
        for (size_t j = 0; j < rows->sends_count; j++) {
            const struct send_row *send = &rows->sends[j];
            if (send->step >= 0 && send->real_ms > stop->finished_real_ms + RECALL_MS &&
                strcmp(send->to, stop->from) == 0 && !started_again(rows, stop, send)) {
                breach(trial, "message %s asks %s of somebody who had said STOP", send->id,
                       steps[send->step]);
            }
        }
    }
}

/* --- the store's side: whoever counts as asked was asked --- */

/* A follow-up that the gateway lost may pass for delivered: the person's second thoughts on the first question then
 * read as own words. */
static bool was_accepted(const struct rows *rows, const char *message)
{
    for (size_t i = 0; i < rows->sends_count; i++) {
        const struct send_row *send = &rows->sends[i];
        if ((send->accepted || (send->is_lost && send->step > 0)) && strcmp(send->id, message) == 0) {
            return true;
        }
    }
    return false;
}

static void judge_handed_over(struct trial *trial)
{
    const struct rows *rows = trial->rows;
    const struct stored *stored = trial->stored;
    static const char *const reached[] = {"accepted", "delivered", "undelivered", "expired"};
    for (size_t i = 0; i < stored->messages_count; i++) {
        const struct stored_message *message = &stored->messages[i];
        for (size_t j = 0; j < sizeof reached / sizeof reached[0]; j++) {
            if (strcmp(message->state, reached[j]) == 0 && !was_accepted(rows, message->id)) {
                breach(trial, "message %s counts as %s, but the gateway never accepted it", message->id,
                       reached[j]);
            }
        }
    }
}

/* --- records: own words once each, volunteers who said so and did not leave --- */

/* Whether anybody said so by a reply that was answered; `surely` leaves out those who said STOP, no, or LEAVE, too. */
static bool person_joins(const struct rows *rows, const char *phone, bool surely)
{
    bool joins = false;
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *reply = &rows->replies[i];
        if (strcmp(reply->from, phone) != 0) {
            continue;
        }
        joins = joins || (reply->joins == 1 && (reply->answered || !surely));
        if (surely && (reply->stop || reply->joins == 0 || strcmp(reply->means, "leave") == 0)) {
            return false;
        }
    }
    return joins;
}

static void judge_records(struct trial *trial)
{
    const struct rows *rows = trial->rows;
    const struct stored *stored = trial->stored;
    int64_t counted = sums_of(&trial->books->counts, "x:words"), written = 0, least = 0, most = 0;
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *reply = &rows->replies[i];
        bool stopped = false;
        for (size_t j = 0; j < rows->replies_count; j++) {
            stopped = stopped || (rows->replies[j].stop && strcmp(rows->replies[j].from, reply->from) == 0);
        }
        written += strcmp(reply->means, "words") == 0 && reply->answered && !reply->copy && !stopped;
    }
    for (size_t i = 0; i < rows->sends_count; i++) {
        if (rows->sends[i].step == STEP_JOIN && rows->sends[i].accepted) {
            least += person_joins(rows, rows->sends[i].to, true);
            most += person_joins(rows, rows->sends[i].to, false);
        }
    }
    if (stored->words != counted || counted < written) {
        breach(trial, "own words: %lld are kept, %lld counted, %lld at least were written",
               (long long)stored->words, (long long)counted, (long long)written);
    }
    if (stored->volunteers < least || stored->volunteers > most) {
        breach(trial, "volunteers: %lld are on the list, %lld to %lld people said so",
               (long long)stored->volunteers, (long long)least, (long long)most);
    }
}

void judge_people(struct trial *trial)
{
    const struct rows *rows = trial->rows;
    for (size_t i = 0; i < rows->sends_count; i++) {
        const struct send_row *send = &rows->sends[i];
        if (send->accepted && send->step == 0 && !send->accepted_before && !trial_is_closed(trial, send)) {
            judge_value(trial, send);
        }
    }
    judge_conversations(trial);
    judge_stops(trial);
    judge_records(trial);
    judge_handed_over(trial);
}
