/* Judges a run with faults: the simulator's ledger (what really happened) against the store (what Pulssi believes), person
 * by person while the links are there, by sums once a week is published. Prints a line for each breach, then what it
 * counted as one line of JSON; exits 1 if there is any breach, 2 when it cannot judge.
 *
 *   kill_judge --redis ADDRESS --org ORG --ledger FILE --spool FOLDER --in-flight N --kills N [--published WEEK]
 *              [--may-go-stale]
 *
 * --kills counts what took the dispatcher or Redis away: each may leave at most --in-flight messages of unknown fate.
 * --published names a week that must be closed by now. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/definitions.h"
#include "support/invariants.h"

#include "kill_trial.h"

struct plan {
    const char *address, *org, *ledger, *spool, *published;
    int64_t in_flight, kills;
    bool may_go_stale;
};

void breach(struct trial *trial, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    trial->breaches++;
}

const struct send_row *trial_asked(const struct trial *trial, const char *phone)
{
    for (size_t i = 0; i < trial->rows->sends_count; i++) {
        const struct send_row *send = &trial->rows->sends[i];
        if (send->accepted && send->step == 0 && strcmp(send->to, phone) == 0) {
            return send;
        }
    }
    return NULL;
}

bool trial_is_closed(const struct trial *trial, const struct send_row *asked)
{
    return stored_is_published(trial->stored, week_index_at(trial->zone, asked->at_ms));
}

/* --- the gateway's side: nothing twice, nothing again after an ambiguous end --- */

static void judge_sends(struct trial *trial)
{
    for (size_t i = 0; i < trial->rows->sends_count; i++) {
        const struct send_row *send = &trial->rows->sends[i];
        if (send->is_repeat && send->accepted_before) {
            breach(trial, "message %s was handed over again after it was accepted", send->id);
        } else if (send->is_repeat && send->ambiguous_before) {
            breach(trial, "message %s was handed over again after an ambiguous outcome", send->id);
        }
    }
}

/* --- totals --- */

static int compare_ids(const void *a, const void *b)
{
    const struct reply_row *const *one = a, *const *other = b;
    return strcmp((*one)->id, (*other)->id);
}

/* Replies answered 200, each id once. */
static int64_t distinct_replies(const struct rows *rows)
{
    const struct reply_row **sorted = memory_zeroed(rows->replies_count + 1, sizeof *sorted);
    int64_t distinct = 0;
    const char *last = "";
    for (size_t i = 0; i < rows->replies_count; i++) {
        sorted[i] = &rows->replies[i];
    }
    qsort(sorted, rows->replies_count, sizeof *sorted, compare_ids);
    for (size_t i = 0; i < rows->replies_count; i++) {
        if (sorted[i]->answered && strcmp(sorted[i]->id, last) != 0) {
            distinct++;
            last = sorted[i]->id;
        }
    }
    free(sorted);
    return distinct;
}

static void judge_replies(struct trial *trial)
{
    static const char *const verdicts[] = {
        "x:answer",   "x:words",        "x:volunteer", "x:no_volunteer", "x:name",           "x:clarified",
        "x:comment",  "x:unparseable",  "x:stop",      "x:pause",        "x:start",          "x:help",
        "x:business", "x:wrong_person", "x:distress",  "x:leave",        "x:unknown_sender", "x:late"};
    int64_t counted = 0, answered = distinct_replies(trial->rows);
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        counted += sums_of(&trial->books->counts, verdicts[i]);
    }
    if (counted != answered) {
        breach(trial, "replies answered 200 and replies counted differ by %+lld",
               (long long)(counted - answered));
    }
}

static void judge_messages(struct trial *trial, int64_t bound)
{
    static const char *const forbidden[] = {"m:queued", "m:leased", "m:submitting", "m:failed"};
    const struct sums *counts = &trial->books->counts;
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        if (sums_of(counts, forbidden[i]) != 0) {
            breach(trial, "%s: %lld messages are stuck or lost", forbidden[i],
                   (long long)sums_of(counts, forbidden[i]));
        }
    }
    for (size_t i = 0; i < trial->stored->messages_count; i++) {
        const struct stored_message *message = &trial->stored->messages[i];
        /* a reminder has its day, which passes in a blink when time does */
        bool may_go_stale = trial->may_go_stale || strcmp(message->kind, "reminder") == 0;
        if (strcmp(message->state, "stale") == 0 && !may_go_stale) {
            breach(trial, "message %s (%s) went stale", message->id, message->kind);
        }
    }
    if (sums_of(counts, "x:unknown_ever") > bound) {
        breach(trial, "messages of unknown fate exceed their bound by %lld",
               (long long)(sums_of(counts, "x:unknown_ever") - bound));
    }
    if (trial->books->differences != 0) {
        breach(trial, "the books do not balance:\n%s", trial->books->report.chars);
    }
}

/* One line: what was judged. */
static void print_counts(const struct trial *trial, int64_t bound)
{
    const struct rows *rows = trial->rows;
    const struct sums *counts = &trial->books->counts;
    int64_t accepted = 0, answered = 0, distinct = distinct_replies(rows);
    for (size_t i = 0; i < rows->sends_count; i++) {
        accepted += rows->sends[i].accepted && !rows->sends[i].accepted_before;
    }
    for (size_t i = 0; i < rows->replies_count; i++) {
        answered += rows->replies[i].answered;
    }
    printf(
        "{\"sends\":%zu,\"sent\":%lld,\"replies\":%lld,\"duplicates\":%lld,\"answers\":%lld,\"words\":%lld,"
        "\"volunteers\":%lld,\"ambiguous_faults\":%lld,\"unknown_ever\":%lld,\"unknown_bound\":%lld,"
        "\"unknown\":%lld,\"weeks_published\":%zu,\"breaches\":%d}\n",
        rows->sends_count, (long long)accepted, (long long)distinct, (long long)(answered - distinct),
        (long long)sums_of(counts, "x:answer"), (long long)sums_of(counts, "x:words"),
        (long long)sums_of(counts, "x:volunteer"), (long long)rows->ambiguous_faults,
        (long long)sums_of(counts, "x:unknown_ever"), (long long)bound,
        (long long)sums_of(counts, "m:unknown"), trial->stored->published_count, trial->breaches);
}

/* --- the trial --- */

static bool plan_read(int argc, char **argv, struct plan *plan)
{
    static const struct option options[] = {{"redis", required_argument, NULL, 'r'},
                                            {"org", required_argument, NULL, 'o'},
                                            {"ledger", required_argument, NULL, 'l'},
                                            {"in-flight", required_argument, NULL, 'f'},
                                            {"kills", required_argument, NULL, 'k'},
                                            {"published", required_argument, NULL, 'p'},
                                            {"may-go-stale", no_argument, NULL, 's'},
                                            {"spool", required_argument, NULL, 'd'},
                                            {NULL, 0, NULL, 0}};
    *plan = (struct plan){.address = "", .org = "", .ledger = "", .spool = ""};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'r':
            plan->address = optarg;
            break;
        case 'o':
            plan->org = optarg;
            break;
        case 'l':
            plan->ledger = optarg;
            break;
        case 'f':
            plan->in_flight = atoll(optarg);
            break;
        case 'k':
            plan->kills = atoll(optarg);
            break;
        case 'd':
            plan->spool = optarg;
            break;
        case 'p':
            plan->published = optarg;
            break;
        case 's':
            plan->may_go_stale = true;
            break;
        default:
            return false;
        }
    }
    return true;
}

static void judge(struct trial *trial, const struct plan *plan, struct redis_link *link)
{
    struct text report = {0};
    int64_t bound = plan->in_flight * plan->kills + trial->rows->ambiguous_faults, week = 0;
    judge_sends(trial);
    judge_people(trial);
    judge_weeks(trial);
    judge_replies(trial);
    judge_spool(trial, link, plan->spool);
    judge_messages(trial, bound);
    if (plan->published != NULL &&
        (!week_parse(plan->published, &week) || !stored_is_published(trial->stored, week))) {
        breach(trial, "week %s is not published", plan->published);
    }
    if (!invariants_hold(link, plan->org, &report)) {
        breach(trial, "invariants are broken:\n%s", report.chars);
    }
    text_free(&report);
    print_counts(trial, bound);
}

int main(int argc, char **argv)
{
    struct plan plan;
    struct rows rows = {0};
    struct stored stored = {0};
    struct error error = {""};
    struct books books = {0};
    static struct org_record record;
    if (!plan_read(argc, argv, &plan)) {
        return 2;
    }
    struct redis_link *link = redis_link_open(plan.address, "", 10000, &error);
    if (link == NULL || !rows_read(plan.ledger, &rows) || !org_load(link, plan.org, &record, &error) ||
        !books_check(link, plan.org, &books, &error) || !stored_read(link, plan.org, &stored, &error)) {
        fprintf(stderr, "cannot judge: %s\n", error.text);
        return 2;
    }
    struct trial trial = {.rows = &rows,
                          .stored = &stored,
                          .books = &books,
                          .zone = record.org.zone,
                          .may_go_stale = plan.may_go_stale};
    judge(&trial, &plan, link);
    books_free(&books);
    redis_link_close(&link);
    stored_free(&stored);
    rows_free(&rows);
    return trial.breaches == 0 ? 0 : 1;
}
