/* Judges a run with kills: the simulator's ledger (what really happened) against the store (what Pulssi
 * believes), person by person, before the week closes and the links go. Prints a line for each breach; exits
 * 1 if there is any.
 *
 *   kill_judge --redis ADDRESS --org ORG --ledger FILE --in-flight N --kills N
 *
 * --kills counts kills of the dispatcher and of Redis: each may leave at most --in-flight messages of unknown
 * fate. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "domain/calendar.h"
#include "store/books.h"
#include "store/call.h"
#include "support/invariants.h"

#define REPLY_WINDOW_MS (7 * DAY_MS)
#define SLACK_MS        (12 * HOUR_MS) /* between our intend and the gateway's clock, at a fast scale */

struct send_row {
    char id[ID_SIZE];
    int64_t at_ms;
    bool accepted, survey, accepted_before, ambiguous_before, is_repeat;
};
struct reply_row {
    char id[64];
    char message[ID_SIZE];
    int value; /* 0 = none */
    bool stop, copy, answered;
    int64_t started_ms, answered_ms;
    double began, ended;
};
struct rows {
    struct send_row *sends;
    size_t sends_count;
    struct reply_row *replies;
    size_t replies_count;
    int64_t ambiguous_faults;
};

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

static const char *member_text(const cJSON *row, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsString(member) ? member->valuestring : "";
}

static double member_number(const cJSON *row, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsNumber(member) ? member->valuedouble : 0;
}

static bool member_true(const cJSON *row, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, name));
}

static void take_row(struct rows *rows, const cJSON *row)
{
    const char *kind = member_text(row, "t");
    if (strcmp(kind, "send") == 0) {
        rows->sends = memory_resized(rows->sends, rows->sends_count + 1, sizeof *rows->sends);
        struct send_row *send = &rows->sends[rows->sends_count++];
        const char *outcome = member_text(row, "outcome");
        *send = (struct send_row){.at_ms = (int64_t)member_number(row, "at"),
                                  .accepted = strncmp(outcome, "accepted", 8) == 0,
                                  .survey = member_true(row, "survey"),
                                  .is_repeat = member_true(row, "repeat"),
                                  .accepted_before = member_true(row, "accepted_before"),
                                  .ambiguous_before = member_true(row, "ambiguous_before")};
        (void)text_copy(send->id, sizeof send->id, member_text(row, "id"));
    } else if (strcmp(kind, "reply") == 0) {
        rows->replies = memory_resized(rows->replies, rows->replies_count + 1, sizeof *rows->replies);
        struct reply_row *reply = &rows->replies[rows->replies_count++];
        *reply = (struct reply_row){.value = (int)member_number(row, "value"),
                                    .stop = member_true(row, "stop"),
                                    .copy = member_true(row, "copy"),
                                    .answered = member_number(row, "status") == 200,
                                    .started_ms = (int64_t)member_number(row, "started_at"),
                                    .answered_ms = (int64_t)member_number(row, "answered_at"),
                                    .began = member_number(row, "began"),
                                    .ended = member_number(row, "ended")};
        (void)text_copy(reply->id, sizeof reply->id, member_text(row, "id"));
        (void)text_copy(reply->message, sizeof reply->message, member_text(row, "for"));
    } else if (strcmp(kind, "fault") == 0 && member_true(row, "ambiguous")) {
        rows->ambiguous_faults++;
    }
}

static bool read_ledger(const char *path, struct rows *rows)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    bool read = file != NULL;
    while (read && (bytes = getline(&line, &capacity, file)) > 0) {
        struct error error;
        cJSON *row = json_parse(line, (size_t)bytes, &error);
        if (row == NULL) {
            fprintf(stderr, "%s: %s\n", path, error.text);
            read = false;
        } else {
            take_row(rows, row);
        }
        cJSON_Delete(row);
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return read;
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

/* --- each person's value --- */

static struct redis_value *hash_field(struct redis_link *link, const char *org, const char *prefix,
                                      const char *id, const char *field)
{
    char base[STORE_BASE_SIZE], key[128];
    struct error error;
    call_base(org, base);
    snprintf(key, sizeof key, "%s%s%s", base, prefix, id);
    struct redis_command command = {0};
    redis_command_add(&command, "HGET");
    redis_command_add(&command, key);
    redis_command_add(&command, field);
    struct redis_value *value = redis_link_run(link, &command, &error);
    redis_command_free(&command);
    if (value == NULL) {
        fprintf(stderr, "Redis: %s\n", error.text);
        exit(2);
    }
    return value;
}

/* 0 = no value counted, -1 = the store does not know the message. */
static int counted_value(struct redis_link *link, const char *org, const char *message)
{
    struct redis_value *pulse = hash_field(link, org, "m:", message, "u");
    int value = -1;
    if (redis_kind(pulse) == REDIS_TEXT) {
        struct redis_value *answer = hash_field(link, org, "u:", redis_text(pulse), "a");
        value = (int)redis_int(answer);
        redis_value_free(&answer);
    }
    redis_value_free(&pulse);
    return value;
}

enum counts { COUNTS_NEVER, COUNTS_MAYBE, COUNTS_SURELY };

/* Whether a reply had to be counted: in time for its pulse, and not after a STOP of the same person. */
static enum counts reply_counts(const struct rows *rows, const struct reply_row *reply, int64_t asked_ms)
{
    enum counts counts = COUNTS_SURELY;
    if (reply->answered_ms >= asked_ms + REPLY_WINDOW_MS - SLACK_MS) {
        counts = reply->started_ms >= asked_ms + REPLY_WINDOW_MS + SLACK_MS ? COUNTS_NEVER : COUNTS_MAYBE;
    }
    for (size_t i = 0; i < rows->replies_count; i++) {
        const struct reply_row *stop = &rows->replies[i];
        if (!stop->stop || stop == reply || !stop->answered || stop->copy ||
            strcmp(stop->message, reply->message) != 0 || strcmp(stop->id, reply->id) == 0) {
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

static void judge_value(const struct rows *rows, const struct send_row *send, struct redis_link *link,
                        const char *org)
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
        none_allowed = none_allowed && counts != COUNTS_SURELY;
        allowed[reply->value] = allowed[reply->value] || (counts != COUNTS_NEVER && !replaced);
    }
    int value = counted_value(link, org, send->id);
    if (value < 0) {
        breach("accepted message %s is unknown to the store", send->id);
    } else if (value == 0 ? !none_allowed : !allowed[value]) {
        breach("message %s: the counted value is %d, which is none of the answers that may count", send->id,
               value);
    }
}

/* --- the store's side: whoever counts as asked was asked --- */

static bool was_accepted(const struct rows *rows, const char *message)
{
    for (size_t i = 0; i < rows->sends_count; i++) {
        if (rows->sends[i].accepted && strcmp(rows->sends[i].id, message) == 0) {
            return true;
        }
    }
    return false;
}

static void judge_handed_over(const struct rows *rows, struct redis_link *link, const char *org)
{
    static const char *const reached[] = {"accepted", "delivered", "undelivered", "expired"};
    char base[STORE_BASE_SIZE], pattern[STORE_BASE_SIZE + 4];
    struct error error;
    call_base(org, base);
    snprintf(pattern, sizeof pattern, "%sm:*", base);
    struct redis_command command = {0};
    redis_command_add(&command, "KEYS");
    redis_command_add(&command, pattern);
    struct redis_value *keys = redis_link_run(link, &command, &error);
    redis_command_free(&command);
    if (keys == NULL) {
        fprintf(stderr, "Redis: %s\n", error.text);
        exit(2);
    }
    for (size_t i = 0; i < redis_count(keys); i++) {
        const char *message = redis_text(redis_item(keys, i)) + strlen(pattern) - 1;
        struct redis_value *state = hash_field(link, org, "m:", message, "s");
        for (size_t j = 0; j < sizeof reached / sizeof reached[0]; j++) {
            if (strcmp(redis_text(state), reached[j]) == 0 && !was_accepted(rows, message)) {
                breach("message %s counts as %s, but the gateway never accepted it", message, reached[j]);
            }
        }
        redis_value_free(&state);
    }
    redis_value_free(&keys);
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
    static const char *const verdicts[] = {"x:answer", "x:unparseable", "x:stop", "x:late",
                                           "x:unknown_sender"};
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
    printf("sends %zu, accepted %lld, replies answered 200: %lld, answers %lld, ambiguous faults %lld, ever "
           "unknown %lld (bound "
           "%lld), unknown now %lld\n",
           rows->sends_count, (long long)accepted, (long long)answered,
           (long long)sums_of(&books->counts, "x:answer"), (long long)rows->ambiguous_faults,
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
    struct error error;
    struct books books;
    struct text report = {0};
    struct redis_link *link = redis_link_open(address, "", 10000, &error);
    if (link == NULL || !read_ledger(ledger, &rows) || !books_check(link, org, &books, &error)) {
        fprintf(stderr, "cannot judge: %s\n", error.text);
        return 2;
    }
    judge_sends(&rows);
    judge_handed_over(&rows, link, org);
    for (size_t i = 0; i < rows.sends_count; i++) {
        if (rows.sends[i].accepted && rows.sends[i].survey && !rows.sends[i].accepted_before) {
            judge_value(&rows, &rows.sends[i], link, org);
        }
    }
    judge_totals(&rows, &books, in_flight, kills);
    if (!invariants_hold(link, org, &report)) {
        breach("invariants are broken:\n%s", report.chars);
    }
    text_free(&report);
    books_free(&books);
    redis_link_close(&link);
    free(rows.sends);
    free(rows.replies);
    printf("%s\n", breaches == 0 ? "judge: every promise was kept" : "judge: promises were broken");
    return breaches == 0 ? 0 : 1;
}
