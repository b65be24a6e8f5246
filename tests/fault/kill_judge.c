/* Judges a run with kills: the simulator's ledger (what really happened) against the store (what Pulssi
 * believes), person by person, before the week closes and the links go. Prints a line for each breach; exits
 * 1 if there is any.
 *
 *   kill_judge --redis ADDRESS --org ORG --ledger FILE --in-flight N --kills N
 *
 * The survey is config/surveys/meeting.json, and nobody is asked it twice: who says 1 or 2 is asked why, who says 4 or
 * 5 whether to join, who joins for a first name.
 *
 * --kills counts kills of the dispatcher and of Redis: each may leave at most --in-flight messages of unknown
 * fate. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/calendar.h"
#include "store/books.h"
#include "store/call.h"
#include "support/invariants.h"

#include "kill_store.h"

#define REPLY_WINDOW_MS (7 * DAY_MS)
#define SLACK_MS        (12 * HOUR_MS) /* between our intend and the gateway's clock, at a fast scale */

static int breaches;

static void __attribute__((format(printf, 1, 2))) breach(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    breaches++;
}

/* --- the gateway's side: nothing twice, nothing again after an ambiguous end --- */

static void judge_sends(const struct rows *rows)
{
    for (size_t i = 0; i < rows->sends_count; i++) {
        const struct send_row *send = &rows->sends[i];
        if (send->is_repeat && send->accepted_before) {
            breach("message %s was handed over again after it was accepted", send->id);
        } else if (send->is_repeat && send->ambiguous_before) {
            breach("message %s was handed over again after an ambiguous outcome", send->id);
        }
    }
}

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
            strcmp(other->id, reply->id) != 0 && strcmp(other->message, reply->message) == 0) {
            counts = COUNTS_MAYBE;
        }
    }
    return counts;
}

static void judge_value(const struct rows *rows, const struct send_row *send, const struct stored *stored)
{
    bool allowed[10] = {false};
    bool none_allowed = true;
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *reply = &rows->replies[i];
        if (!reply->answered || reply->copy || reply->value == 0 || strcmp(reply->message, send->id) != 0) {
            continue;
        }
        enum counts counts = reply_counts(rows, reply, send->at_ms);
        bool replaced = false;
        for (size_t j = 0; j < rows->replies_count; j++) {
            const struct reply_row *later = &rows->replies[j];
            replaced = replaced || (later->answered && !later->copy && later->value != 0 &&
                                    later->began > reply->ended && strcmp(later->message, send->id) == 0 &&
                                    reply_counts(rows, later, send->at_ms) == COUNTS_SURELY);
        }
        /* A later question was only asked because some answer had been counted. */
        none_allowed = none_allowed && reply_is_open(rows, reply, send->at_ms) != COUNTS_SURELY;
        allowed[reply->value] = allowed[reply->value] || (counts != COUNTS_NEVER && !replaced);
    }
    const struct stored_pulse *pulse = stored_pulse(stored, send->id);
    int value = pulse != NULL ? pulse->value : -1;
    if (pulse == NULL) {
        breach("accepted message %s is unknown to the store", send->id);
    } else if (value == 0 ? !none_allowed : value > 5 || !allowed[value]) {
        breach("message %s: the counted value is %d, which is none of the answers that may count", send->id,
               value);
    }
}

/* --- what follows an answer: once, and only after an answer that leads there --- */

static void judge_once(const struct rows *rows, size_t index)
{
    const struct send_row *send = &rows->sends[index];
    for (size_t i = 0; i < index; i++) {
        const struct send_row *other = &rows->sends[i];
        if (other->accepted && other->step == send->step && strcmp(other->to, send->to) == 0 &&
            strcmp(other->id, send->id) != 0) {
            breach("%s was asked of somebody twice: messages %s and %s", steps[send->step], other->id,
                   send->id);
        }
    }
}

static void judge_reason(const struct send_row *send, const struct stored *stored)
{
    const struct stored_pulse *pulse = stored_pulse(stored, send->id);
    bool leads =
        pulse != NULL && (send->step == STEP_NAME ? pulse->joins : step_after(pulse->value) == send->step);
    if (!leads) {
        breach("message %s: no counted answer leads to %s", send->id, steps[send->step]);
    }
}

/* A counted answer that leads on: its question was handed over, or its fate is known to be unknown. */
static void judge_due(const struct send_row *send, const struct stored *stored)
{
    static const char *const accounted[] = {"accepted", "delivered", "undelivered", "expired", "unknown"};
    const struct stored_pulse *pulse = stored_pulse(stored, send->id);
    int next = pulse != NULL && !pulse->stopped ? step_after(pulse->value) : -1;
    if (next < 0) {
        return;
    }
    const struct stored_message *message = stored_message(stored, pulse->asked[next]);
    for (size_t i = 0; message != NULL && i < sizeof accounted / sizeof accounted[0]; i++) {
        if (strcmp(message->state, accounted[i]) == 0) {
            return;
        }
    }
    breach("message %s: the answer %d leads to %s, which is %s", send->id, pulse->value, steps[next],
           message != NULL ? message->state : "not there");
}

static void judge_conversations(const struct rows *rows, const struct stored *stored)
{
    for (size_t i = 0; i < rows->sends_count; i++) {
        const struct send_row *send = &rows->sends[i];
        if (!send->accepted || send->step < 0) {
            continue;
        }
        judge_once(rows, i);
        if (send->step > 0) {
            judge_reason(send, stored);
        } else {
            judge_due(send, stored);
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

static void judge_handed_over(const struct rows *rows, const struct stored *stored)
{
    static const char *const reached[] = {"accepted", "delivered", "undelivered", "expired"};
    for (size_t i = 0; i < stored->messages_count; i++) {
        const struct stored_message *message = &stored->messages[i];
        for (size_t j = 0; j < sizeof reached / sizeof reached[0]; j++) {
            if (strcmp(message->state, reached[j]) == 0 && !was_accepted(rows, message->id)) {
                breach("message %s counts as %s, but the gateway never accepted it", message->id, reached[j]);
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

static void judge_records(const struct rows *rows, const struct stored *stored, const struct books *books)
{
    int64_t counted = sums_of(&books->counts, "x:words"), written = 0, least = 0, most = 0;
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
        breach("own words: %lld are kept, %lld counted, %lld at least were written", (long long)stored->words,
               (long long)counted, (long long)written);
    }
    if (stored->volunteers < least || stored->volunteers > most) {
        breach("volunteers: %lld are on the list, %lld to %lld people said so", (long long)stored->volunteers,
               (long long)least, (long long)most);
    }
}

/* --- totals --- */

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct reply_row *)a)->id, ((const struct reply_row *)b)->id);
}

static int64_t distinct_replies(struct rows *rows)
{
    int64_t distinct = 0;
    if (rows->replies_count > 0) {
        qsort(rows->replies, rows->replies_count, sizeof *rows->replies, compare_ids);
    }
    const char *last = "";
    for (size_t i = 0; i < rows->replies_count; i++) {
        if (rows->replies[i].answered && strcmp(rows->replies[i].id, last) != 0) {
            distinct++;
            last = rows->replies[i].id;
        }
    }
    return distinct;
}

static void judge_totals(struct rows *rows, const struct books *books, int64_t in_flight, int64_t kills)
{
    static const char *const verdicts[] = {
        "x:answer", "x:words", "x:volunteer", "x:no_volunteer", "x:name",  "x:unparseable",   "x:stop",
        "x:start",  "x:help",  "x:late",      "x:wrong_person", "x:leave", "x:unknown_sender"};
    static const char *const forbidden[] = {"m:queued", "m:leased", "m:submitting", "m:failed", "m:stale"};
    int64_t counted = 0, answered = distinct_replies(rows);
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        counted += sums_of(&books->counts, verdicts[i]);
    }
    if (counted != answered) {
        breach("replies answered 200 and replies counted differ by %+lld", (long long)(counted - answered));
    }
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        int64_t count = sums_of(&books->counts, forbidden[i]);
        if (count != 0) {
            breach("%s: %lld messages are stuck or lost", forbidden[i], (long long)count);
        }
    }
    int64_t accepted = 0;
    for (size_t i = 0; i < rows->sends_count; i++) {
        accepted += rows->sends[i].accepted && !rows->sends[i].accepted_before;
    }
    int64_t unknown = sums_of(&books->counts, "x:unknown_ever");
    int64_t bound = in_flight * kills + rows->ambiguous_faults;
    if (unknown > bound) {
        breach("messages of unknown fate exceed their bound by %lld", (long long)(unknown - bound));
    }
    if (books->differences != 0) {
        breach("the books do not balance:\n%s", books->report.chars);
    }
    printf("sends %zu, accepted %lld, replies answered 200: %lld, answers %lld, own words %lld, volunteers "
           "%lld, "
           "ambiguous faults %lld, ever unknown %lld (bound %lld), unknown now %lld\n",
           rows->sends_count, (long long)accepted, (long long)answered,
           (long long)sums_of(&books->counts, "x:answer"), (long long)sums_of(&books->counts, "x:words"),
           (long long)sums_of(&books->counts, "x:volunteer"), (long long)rows->ambiguous_faults,
           (long long)unknown, (long long)bound, (long long)sums_of(&books->counts, "m:unknown"));
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"redis", required_argument, NULL, 'r'},  {"org", required_argument, NULL, 'o'},
        {"ledger", required_argument, NULL, 'l'}, {"in-flight", required_argument, NULL, 'f'},
        {"kills", required_argument, NULL, 'k'},  {NULL, 0, NULL, 0}};
    const char *address = "", *org = "", *ledger = "";
    int64_t in_flight = 0, kills = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'r':
            address = optarg;
            break;
        case 'o':
            org = optarg;
            break;
        case 'l':
            ledger = optarg;
            break;
        case 'f':
            in_flight = atoll(optarg);
            break;
        case 'k':
            kills = atoll(optarg);
            break;
        default:
            return 2;
        }
    }
    struct rows rows = {0};
    struct stored stored = {0};
    struct error error;
    struct books books;
    struct text report = {0};
    struct redis_link *link = redis_link_open(address, "", 10000, &error);
    if (link == NULL || !rows_read(ledger, &rows) || !books_check(link, org, &books, &error) ||
        !stored_read(link, org, &stored, &error)) {
        fprintf(stderr, "cannot judge: %s\n", error.text);
        return 2;
    }
    judge_sends(&rows);
    judge_conversations(&rows, &stored);
    judge_records(&rows, &stored, &books);
    judge_handed_over(&rows, &stored);
    for (size_t i = 0; i < rows.sends_count; i++) {
        if (rows.sends[i].accepted && rows.sends[i].step == 0 && !rows.sends[i].accepted_before) {
            judge_value(&rows, &rows.sends[i], &stored);
        }
    }
    judge_totals(&rows, &books, in_flight, kills);
    if (!invariants_hold(link, org, &report)) {
        breach("invariants are broken:\n%s", report.chars);
    }
    text_free(&report);
    books_free(&books);
    redis_link_close(&link);
    stored_free(&stored);
    rows_free(&rows);
    printf("%s\n", breaches == 0 ? "judge: every promise was kept" : "judge: promises were broken");
    return breaches == 0 ? 0 : 1;
}
