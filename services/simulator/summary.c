/* Figures here are copied from what was published, or counted from the ledger; nothing is decided but what a
 * demo must show. */
#include "simulator/summary.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "simulator/verdict.h"

#define CLEAR_ANSWERS 60
#define CLEAR_PILOTS  2

static void print_pilot(const struct scenario_pilot *pilot, const struct published_unit *unit,
                        struct text *out);
static void check_conversations(const struct summary *summary, struct findings *shortcomings);
static void print_records(const struct summary *summary, struct text *out);
static bool is_large(const struct published_unit *unit);

void summary_print(const struct summary *summary, struct text *out)
{
    const struct evidence *evidence = summary->evidence;
    int64_t sent = 0, delivered = 0, replies = 0;
    for (size_t i = 0; i < evidence->pulses_count; i++) {
        sent += evidence->pulses[i].accepted;
        delivered += evidence->pulses[i].delivered;
    }
    for (size_t i = 0; i < evidence->replies_count; i++)
        replies += evidence->replies[i].answered;
    text_addf(out, "{\"sent\":%" PRId64 ",\"delivered\":%" PRId64 ",\"replies\":%" PRId64, sent, delivered,
              replies);
    text_addf(out, ",\"answers\":%" PRId64 ",\"follow_ups\":%" PRId64 ",\"words\":%" PRId64,
              summary->tallies->answers, summary->conversation->follow_ups,
              summary->conversation->verdicts[VERDICT_WORDS].low);
    print_records(summary, out);
    text_addf(out, ",\"optouts\":%" PRId64 ",\"unknown\":%" PRId64, summary->tallies->optouts.low,
              summary->books.unknown);
    text_addf(out, ",\"books\":\"%s\",\"judge\":\"%s\",\"pilots\":[",
              summary->books.balanced ? "balanced" : "unbalanced", summary->agrees ? "agrees" : "disagrees");
    for (size_t i = 0; i < summary->scenario->pilots_count; i++) {
        const struct scenario_pilot *pilot = &summary->scenario->pilots[i];
        if (i > 0)
            text_add(out, ",");
        print_pilot(pilot, verdict_last_unit(summary->published, pilot->id), out);
    }
    text_add(out, "]}\n");
}

void summary_check(const struct summary *summary, struct findings *shortcomings)
{
    int64_t successes = 0, failures = 0, quiet = 0;
    if (!summary->books.balanced)
        findings_add(shortcomings, "the books do not balance");
    if (!summary->agrees)
        findings_add(shortcomings, "the judge disagrees");
    for (size_t i = 0; i < summary->scenario->pilots_count; i++) {
        const struct scenario_pilot *pilot = &summary->scenario->pilots[i];
        const struct published_unit *unit = verdict_last_unit(summary->published, pilot->id);
        if (unit == NULL)
            continue;
        bool succeeds = strcmp(unit->state, "success") == 0, fails = strcmp(unit->state, "failure") == 0;
        bool good = pilot->truth == TRUTH_SUCCESS || pilot->truth == TRUTH_MILD_SUCCESS;
        bool bad = pilot->truth == TRUTH_FAILURE || pilot->truth == TRUTH_MILD_FAILURE;
        bool clear = pilot->truth == TRUTH_SUCCESS || pilot->truth == TRUTH_FAILURE;
        if ((good && fails) || (bad && succeeds))
            findings_add(shortcomings, "%s: in truth %s, shown as %s", pilot->id, truth_name(pilot->truth),
                         unit->state);
        else if (clear && is_large(unit) && !(good ? succeeds : fails))
            findings_add(shortcomings, "%s: in truth a clear %s, shown as %s", pilot->id,
                         truth_name(pilot->truth), unit->state);
        successes += pilot->truth == TRUTH_SUCCESS && is_large(unit) && succeeds;
        failures += pilot->truth == TRUTH_FAILURE && is_large(unit) && fails;
        quiet += pilot->truth == TRUTH_MIDDLE && is_large(unit) && strcmp(unit->state, "no_signal") == 0;
    }
    if (successes < CLEAR_PILOTS || failures < CLEAR_PILOTS)
        findings_add(shortcomings,
                     "expected %d clear successes and failures at least, there are %" PRId64 " and %" PRId64,
                     CLEAR_PILOTS, successes, failures);
    if (summary->has_records)
        check_conversations(summary, shortcomings);
    if (quiet < 1)
        findings_add(shortcomings, "no middle pilot of %d answers is without a signal", CLEAR_ANSWERS);
}

/* Each way that a conversation can go must have been gone. */
static void check_conversations(const struct summary *summary, struct findings *shortcomings)
{
    const struct records *records = &summary->records;
    if (summary->conversation->follow_ups == 0)
        findings_add(shortcomings, "no answer led to another question");
    if (records->words == 0 || records->volunteers == 0 || records->names == 0)
        findings_add(shortcomings, "expected own words, volunteers and first names of some");
    if (records->schedule_runs == 0)
        findings_add(shortcomings, "no schedule ran");
}

static void print_records(const struct summary *summary, struct text *out)
{
    const struct records *records = &summary->records;
    if (summary->has_records)
        text_addf(out, ",\"volunteers\":%" PRId64 ",\"names\":%" PRId64 ",\"schedule_runs\":%" PRId64,
                  records->volunteers, records->names, records->schedule_runs);
    else
        text_add(out, ",\"volunteers\":null,\"names\":null,\"schedule_runs\":null");
}

static void print_pilot(const struct scenario_pilot *pilot, const struct published_unit *unit,
                        struct text *out)
{
    bool shown = unit != NULL && unit->shows_figures;
    text_addf(out, "{\"pilot\":\"%s\",\"question\":", pilot->id);
    if (unit != NULL)
        json_add_string(out, unit->question);
    else
        text_add(out, "null");
    text_addf(out, ",\"truth\":\"%s\",\"state\":", truth_name(pilot->truth));
    json_add_string(out, unit != NULL ? unit->state : "too_few");
    if (!shown) {
        text_add(out,
                 ",\"n\":null,\"positive\":null,\"neutral\":null,\"negative\":null,\"response_rate\":null,"
                 "\"wilson\":null}");
        return;
    }
    text_addf(out,
              ",\"n\":%" PRId64 ",\"positive\":%" PRId64 ",\"neutral\":%" PRId64 ",\"negative\":%" PRId64,
              unit->answers, unit->positive, unit->neutral, unit->negative);
    text_addf(out, ",\"response_rate\":%.15g,\"wilson\":[%.15g,%.15g]}", unit->response_rate,
              unit->wilson_low, unit->wilson_high);
}

static bool is_large(const struct published_unit *unit)
{
    return unit->shows_figures && unit->answers >= CLEAR_ANSWERS;
}
