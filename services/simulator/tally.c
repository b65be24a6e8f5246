/* From replies to counted values, by the rules alone:
 * - a reply belongs to the person's latest pulse asked before it, if it comes within seven days;
 * - the last value counts; replies after the person's STOP count nothing;
 * - of two exchanges either may have come first unless one ended before the other began. */
#include "simulator/tally.h"

#include <stdlib.h>

#define WINDOW_MS    (7 * DAY_MS)
#define NEAR_END_MS  (2 * HOUR_MS)
#define HAND_OVER_MS 5000 /* real: what was on its way at STOP cannot be recalled */

/* What a pulse may count as: a bit for each coding, and one for nothing. */
#define MAY_BE(coding) (1U << (coding))
#define MAY_BE_NOTHING (1U << TALLY_CODINGS)

/* A person's replies and pulses: slices of the sorted evidence. */
struct person_evidence {
    const struct evidence *evidence;
    const struct reply_given *replies;
    size_t replies_count;
    const struct pulse *pulses;
    size_t pulses_count;
};

static void cells_make(struct tallies *tallies, const struct evidence *evidence,
                       const struct scenario *scenario);
static void person_tally(struct tallies *tallies, const struct person_evidence *person,
                         const struct scenario *scenario, struct findings *findings);
static void person_check(const struct person_evidence *person, struct findings *findings);
static unsigned pulse_outcomes(const struct person_evidence *person, const struct pulse *pulse,
                               struct findings *findings);
static const struct pulse *pulse_of_reply(const struct person_evidence *person,
                                          const struct reply_given *reply);
static bool reply_is_in_time(const struct person_evidence *person, const struct reply_given *reply,
                             const struct pulse *pulse, struct findings *findings);
static bool stop_came_before(const struct person_evidence *person, const struct reply_given *reply);
static bool stop_may_have_come_before(const struct person_evidence *person, const struct reply_given *reply);
static enum tally_coding coding_of(int value);
static void tally_add(struct tally *sum, const struct tally *more);

void tallies_make(struct tallies *tallies, const struct evidence *evidence, const struct scenario *scenario,
                  struct findings *findings)
{
    *tallies = (struct tallies){0};
    cells_make(tallies, evidence, scenario);
    size_t pulse = 0, reply = 0;
    while (pulse < evidence->pulses_count) {
        struct person_evidence person = {.evidence = evidence, .pulses = &evidence->pulses[pulse]};
        int64_t who = person.pulses->person;
        while (reply < evidence->replies_count && evidence->replies[reply].person < who)
            reply++;
        person.replies = &evidence->replies[reply];
        while (reply < evidence->replies_count && evidence->replies[reply].person == who) {
            person.replies_count++;
            reply++;
        }
        while (pulse < evidence->pulses_count && evidence->pulses[pulse].person == who) {
            person.pulses_count++;
            pulse++;
        }
        person_check(&person, findings);
        person_tally(tallies, &person, scenario, findings);
    }
}

void tallies_sum(const struct tallies *tallies, size_t pilot, int64_t first_week, int64_t last_week,
                 struct tally *sum)
{
    *sum = (struct tally){0};
    for (size_t i = 0; i < tallies->weeks_count; i++) {
        int64_t week = tallies->first_week + (int64_t)i;
        if (week >= first_week && week <= last_week)
            tally_add(sum, &tallies->cells[pilot * tallies->weeks_count + i]);
    }
}

void tallies_free(struct tallies *tallies)
{
    free(tallies->cells);
    *tallies = (struct tallies){0};
}

static void cells_make(struct tallies *tallies, const struct evidence *evidence,
                       const struct scenario *scenario)
{
    tallies->pilots_count = scenario->pilots_count;
    for (size_t i = 0; i < evidence->pulses_count; i++) {
        int64_t week = evidence->pulses[i].week;
        if (i == 0)
            tallies->first_week = week;
        int64_t last_week = tallies->first_week + (int64_t)tallies->weeks_count - 1;
        last_week = week > last_week ? week : last_week;
        tallies->first_week = week < tallies->first_week ? week : tallies->first_week;
        tallies->weeks_count = (size_t)(last_week - tallies->first_week + 1);
    }
    tallies->cells = memory_zeroed(tallies->pilots_count * tallies->weeks_count, sizeof tallies->cells[0]);
}

static void person_tally(struct tallies *tallies, const struct person_evidence *person,
                         const struct scenario *scenario, struct findings *findings)
{
    size_t pilot = (size_t)(person_pilot(scenario, person->pulses[0].person) - scenario->pilots);
    for (size_t i = 0; i < person->pulses_count; i++) {
        const struct pulse *pulse = &person->pulses[i];
        unsigned outcomes = pulse_outcomes(person, pulse, findings);
        struct tally one = {.asked = 1,
                            .accepted = pulse->accepted,
                            .told = pulse->accepted && (pulse->answered || pulse->proven),
                            .proven = pulse->accepted && pulse->proven};
        one.answers.low = (outcomes & MAY_BE_NOTHING) == 0;
        one.answers.high = outcomes != MAY_BE_NOTHING;
        for (size_t k = 0; k < TALLY_CODINGS; k++) {
            one.codings[k].low = outcomes == MAY_BE(k);
            one.codings[k].high = (outcomes & MAY_BE(k)) != 0;
        }
        size_t week = (size_t)(pulse->week - tallies->first_week);
        tally_add(&tallies->cells[pilot * tallies->weeks_count + week], &one);
        tallies->answers += one.answers.high;
    }
    struct range stops = {0};
    for (size_t i = 0; i < person->replies_count; i++) {
        stops.low |= person->replies[i].stop && person->replies[i].answered;
        stops.high |= person->replies[i].stop;
    }
    tallies->optouts.low += stops.low;
    tallies->optouts.high += stops.high;
}

static void person_check(const struct person_evidence *person, struct findings *findings)
{
    const struct id_table *messages = &person->evidence->messages;
    for (size_t i = 0; i < person->pulses_count; i++) {
        const struct pulse *pulse = &person->pulses[i];
        if (i > 0 && pulse->asked_ms < person->pulses[i - 1].asked_ms + WINDOW_MS)
            findings_add(findings, "message %s: the person was asked while another question was open",
                         id_table_name(messages, pulse->message));
        for (size_t k = 0; k < person->replies_count; k++) {
            const struct reply_given *reply = &person->replies[k];
            if (reply->stop && reply->answered &&
                pulse->asked_real_ms > reply->finished_real_ms + HAND_OVER_MS) {
                findings_add(findings, "message %s: the person was asked after STOP",
                             id_table_name(messages, pulse->message));
                break;
            }
        }
    }
}

/* What the pulse may count as, at least one bit. */
static unsigned pulse_outcomes(const struct person_evidence *person, const struct pulse *pulse,
                               struct findings *findings)
{
    uint64_t settled = 0; /* the latest beginning of an answer that surely counts at its time */
    bool surely = false;
    unsigned outcomes = 0;
    bool *belongs = memory_zeroed(person->replies_count, sizeof *belongs);
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        belongs[i] = reply->value > 0 && pulse_of_reply(person, reply) == pulse &&
                     reply_is_in_time(person, reply, pulse, findings) && !stop_came_before(person, reply);
        if (belongs[i] && reply->answered && !stop_may_have_come_before(person, reply)) {
            surely = true;
            settled = reply->began > settled ? reply->began : settled;
        }
    }
    for (size_t i = 0; i < person->replies_count; i++)
        if (belongs[i] && person->replies[i].ended >= settled)
            outcomes |= MAY_BE(coding_of(person->replies[i].value));
    free(belongs);
    return surely ? outcomes : outcomes | MAY_BE_NOTHING;
}

/* The latest pulse asked before the reply; NULL if none. */
static const struct pulse *pulse_of_reply(const struct person_evidence *person,
                                          const struct reply_given *reply)
{
    const struct pulse *found = NULL;
    for (size_t i = 0; i < person->pulses_count; i++)
        if (person->pulses[i].asked_ms <= reply->started_ms)
            found = &person->pulses[i];
    return found;
}

static bool reply_is_in_time(const struct person_evidence *person, const struct reply_given *reply,
                             const struct pulse *pulse, struct findings *findings)
{
    int64_t closes_ms = pulse->asked_ms + WINDOW_MS;
    bool surely_in_time = reply->answered_ms < closes_ms - NEAR_END_MS;
    bool surely_late = reply->started_ms >= closes_ms + NEAR_END_MS;
    if (!surely_in_time && !surely_late)
        findings_add(findings, "reply %s: within two hours of its window's end: the scenario is ambiguous",
                     id_table_name(&person->evidence->reply_ids, reply->id));
    return reply->answered_ms < closes_ms;
}

/* True when another reply, a STOP, was answered before this one was begun. */
static bool stop_came_before(const struct person_evidence *person, const struct reply_given *reply)
{
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *other = &person->replies[i];
        if (other != reply && other->stop && other->ended < reply->began)
            return true;
    }
    return false;
}

static bool stop_may_have_come_before(const struct person_evidence *person, const struct reply_given *reply)
{
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *other = &person->replies[i];
        if (other != reply && other->stop && other->began < reply->ended)
            return true;
    }
    return false;
}

static enum tally_coding coding_of(int value)
{
    if (value >= 4)
        return TALLY_POSITIVE;
    return value == 3 ? TALLY_NEUTRAL : TALLY_NEGATIVE;
}

static void tally_add(struct tally *sum, const struct tally *more)
{
    sum->asked += more->asked;
    sum->accepted += more->accepted;
    sum->told += more->told;
    sum->proven += more->proven;
    sum->answers.low += more->answers.low;
    sum->answers.high += more->answers.high;
    for (size_t i = 0; i < TALLY_CODINGS; i++) {
        sum->codings[i].low += more->codings[i].low;
        sum->codings[i].high += more->codings[i].high;
    }
}
