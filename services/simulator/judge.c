/* The judge: reads the ledger, tallies it by the rules, compares with what was published and booked. Shares
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
    const char *scenario, *ledger, *published, *books;
    bool json;
};

static void read_options(int argc, char **argv, struct judge_options *options);
static bool judge_compare(const struct judge_options *options, struct scenario *scenario, bool *passes_out,
                          struct error *error);
static bool judge_conclude(const struct judge_options *options, const struct summary *summary,
                           const struct findings *findings);
static void books_compare(const struct books *books, const struct tallies *tallies,
                          struct findings *findings);

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
    struct books books;
    bool readable = evidence_read(&evidence, scenario, options->ledger, &findings, error) &&
                    published_read(&published, options->published, error) &&
                    books_read(&books, options->books, error);
    if (!readable)
        goto cleanup;

    tallies_make(&tallies, &evidence, scenario, &findings);
    struct verdict verdict = {.scenario = scenario,
                              .tallies = &tallies,
                              .published = &published,
                              .unknown = books.unknown,
                              .end_ms = evidence.end_ms,
                              .findings = &findings};
    verdict_compare(&verdict);
    books_compare(&books, &tallies, &findings);
    struct summary summary = {.scenario = scenario,
                              .evidence = &evidence,
                              .tallies = &tallies,
                              .published = &published,
                              .books = books,
                              .agrees = findings.count == 0};
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
    if (options->json)
        summary_print(summary, &out);
    else
        text_addf(&out, "judge %s: %zu weeks, %zu units, %" PRId64 " answers, %zu disagreements\n",
                  summary->agrees ? "agrees" : "disagrees", summary->published->weeks_count,
                  summary->published->units_count, summary->tallies->answers, findings->count);
    (void)fputs(out.chars, stdout);
    (void)fflush(stdout);
    bool passes = shortcomings.count == 0;
    text_free(&out);
    findings_free(&shortcomings);
    return passes;
}

static void books_compare(const struct books *books, const struct tallies *tallies, struct findings *findings)
{
    if (books->optouts < tallies->optouts.low || books->optouts > tallies->optouts.high)
        findings_add(findings, "books: %" PRId64 " opt-outs, the ledger says %" PRId64, books->optouts,
                     tallies->optouts.low);
}
