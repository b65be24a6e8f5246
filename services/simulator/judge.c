/* The judge: reads the ledger, tallies it by the rules, compares with what was published, booked and kept. Shares
 * no figure, no rule and no counter with the service; only the calendar. Findings go to standard error, the
 * summary to standard output. */
#include "simulator/judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "simulator/options.h"
#include "simulator/summary.h"
#include "simulator/verdict.h"

struct judge_options {
    const char *scenario, *ledger, *published, *books, *records;
    bool json;
};

static void read_options(int argc, char **argv, struct judge_options *options);
static bool judge_compare(const struct judge_options *options, struct scenario *scenario, bool *passes_out,
                          struct error *error);
static bool judge_conclude(const struct judge_options *options, const struct summary *summary,
                           const struct findings *findings);
static bool records_compare(const struct judge_options *options, const struct conversation *conversation,
                            struct summary *summary, struct findings *findings, struct error *error);
static void books_compare(const struct summary *summary, const struct conversation *conversation,
                          struct findings *findings);
static void count_compare(struct findings *findings, const char *what, int64_t count, struct range right);

int judge_run(int argc, char **argv)
{
    static struct scenario scenario;
    struct judge_options options = {0};
    struct error error;
    bool passes = false;
    read_options(argc, argv, &options);
    if (!scenario_read(&scenario, options.scenario, &error) ||
        !judge_compare(&options, &scenario, &passes, &error)) {
        log_error("cannot judge: %s", error.text);
        return 1;
    }
    return passes ? 0 : 1;
}

static void read_options(int argc, char **argv, struct judge_options *options)
{
    const struct option_row rows[] = {
        {"scenario", "FILE", &options->scenario, NULL, true, "the scenario that was played"},
        {"ledger", "FILE", &options->ledger, NULL, true, "what GET /ledger of the simulator gave"},
        {"published", "FILE", &options->published, NULL, true, "what `pulssi signals --all --json` gave"},
        {"books", "FILE", &options->books, NULL, true, "what `pulssi books --json` gave"},
        {"records", "FILE", &options->records, NULL, false,
         "how many records there are: published.h says how"},
        {"json", NULL, NULL, &options->json, false, "print the summary of the demo as one JSON object"},
        {0},
    };
    const struct subcommand subcommand = {"judge", "compare what was published with the ledger", rows};
    options_read(argc, argv, &subcommand);
}

/* False when a file cannot be judged by. */
static bool judge_compare(const struct judge_options *options, struct scenario *scenario, bool *passes_out,
                          struct error *error)
{
    struct findings findings = {0};
    struct evidence evidence = {0};
    struct published published = {0};
    struct tallies tallies = {0};
    struct conversation conversation;
    struct summary summary = {
        .scenario = scenario, .evidence = &evidence, .tallies = &tallies, .published = &published};
    bool readable = evidence_read(&evidence, scenario, options->ledger, &findings, error) &&
                    published_read(&published, options->published, error) &&
                    books_read(&summary.books, options->books, error);
    if (!readable)
        goto cleanup;

    tallies_make(&tallies, &evidence, scenario, &findings);
    struct verdict verdict = {.scenario = scenario,
                              .tallies = &tallies,
                              .published = &published,
                              .unknown = summary.books.unknown,
                              .end_ms = evidence.end_ms,
                              .findings = &findings};
    verdict_compare(&verdict);
    conversation_make(&conversation, &evidence, scenario, &findings);
    books_compare(&summary, &conversation, &findings);
    readable = records_compare(options, &conversation, &summary, &findings, error);
    summary.conversation = &conversation;
    summary.agrees = findings.count == 0;
    if (readable)
        *passes_out = judge_conclude(options, &summary, &findings);
cleanup:
    tallies_free(&tallies);
    published_free(&published);
    evidence_free(&evidence);
    findings_free(&findings);
    return readable;
}

/* Says everything; true when nothing is wrong and the demo shows what it must. */
static bool judge_conclude(const struct judge_options *options, const struct summary *summary,
                           const struct findings *findings)
{
    struct findings shortcomings = {0};
    struct text out = {0};
    if (findings->count > 0)
        (void)fputs(findings->lines.chars, stderr);
    summary_check(summary, &shortcomings);
    if (shortcomings.count > 0)
        (void)fputs(shortcomings.lines.chars, stderr);
    if (options->json) {
        summary_print(summary, &out);
    } else {
        text_addf(&out, "judge %s: %zu weeks, %zu units, %" PRId64 " answers, %" PRId64 " follow-ups",
                  summary->agrees ? "agrees" : "disagrees", summary->published->weeks_count,
                  summary->published->units_count, summary->tallies->answers,
                  summary->conversation->follow_ups);
        if (findings->count > 0)
            text_addf(&out, "; %zu disagreements", findings->count);
        text_add(&out, "\n");
    }
    (void)fputs(out.chars, stdout);
    (void)fflush(stdout);
    bool passes = shortcomings.count == 0;
    text_free(&out);
    findings_free(&shortcomings);
    return passes;
}

static void books_compare(const struct summary *summary, const struct conversation *conversation,
                          struct findings *findings)
{
    const struct books *books = &summary->books;
    const struct published *published = summary->published;
    struct range answered = {0};
    char what[48];
    count_compare(findings, "opt-outs", books->optouts, summary->tallies->optouts);
    for (int i = 0; i < VERDICTS; i++) {
        (void)snprintf(what, sizeof what, "replies counted as %s", verdict_name((enum verdict_kind)i));
        count_compare(findings, what, books->verdicts[i], conversation->verdicts[i]);
    }
    for (size_t i = 0; i < published->weeks_count; i++)
        for (size_t pilot = 0; pilot < summary->scenario->pilots_count; pilot++) {
            struct tally week;
            tallies_sum(summary->tallies, summary->scenario->pilots[pilot].question, pilot,
                        published->weeks[i], published->weeks[i], &week);
            answered.low += week.answers.low;
            answered.high += week.answers.high;
        }
    count_compare(findings, "completed and partial pulses", books->completed + books->partial, answered);
}

/* False when there is a file of records that cannot be read. */
static bool records_compare(const struct judge_options *options, const struct conversation *conversation,
                            struct summary *summary, struct findings *findings, struct error *error)
{
    if (options->records == NULL)
        return true;
    if (!records_read(&summary->records, options->records, error))
        return false;
    summary->has_records = true;
    count_compare(findings, "volunteers", summary->records.volunteers, conversation->volunteers);
    count_compare(findings, "volunteers' names", summary->records.names, conversation->names);
    count_compare(findings, "own words kept", summary->records.words, conversation->verdicts[VERDICT_WORDS]);
    return true;
}

static void count_compare(struct findings *findings, const char *what, int64_t count, struct range right)
{
    if (count < right.low || count > right.high)
        findings_add(findings, "books: %" PRId64 " %s, the ledger says %" PRId64 "..%" PRId64, count, what,
                     right.low, right.high);
}
