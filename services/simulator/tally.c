/* From replies to counted values, by the rules alone: of those that belong to a question the last counts; of two
 * exchanges either may have come first unless one ended before the other began. */
#include "simulator/tally.h"

#include <stdlib.h>

#include "simulator/scenario_questions.h"

#define NEAR_END_MS  (2 * HOUR_MS)
#define HAND_OVER_MS 5000 /* real: what was on its way at STOP cannot be recalled */

static void cells_make(struct tallies *tallies, const struct evidence *evidence,
                       const struct scenario *scenario);
static struct tally *cell_of(const struct tallies *tallies, size_t question, size_t pilot, int64_t week);
static void person_tally(struct tallies *tallies, const struct person_evidence *person);
static void pulse_tally(struct tallies *tallies, const struct person_evidence *person,
                        const struct pulse *pulse);
static void question_tally(struct tally *tally, const struct scenario_question *question, unsigned outcomes);
static void optouts_tally(struct tallies *tallies, const struct person_evidence *person);
static void person_check(const struct person_evidence *person, struct findings *findings);
static bool is_stopped(const struct person_evidence *person, const struct pulse *pulse);
static void reply_check(const struct person_evidence *person, const struct reply_given *reply,
                        struct findings *findings);
static void tally_add(struct tally *sum, const struct tally *more);

void tallies_make(struct tallies *tallies, const struct evidence *evidence, const struct scenario *scenario,
                  struct findings *findings)
{
    struct person_evidence person = {.scenario = scenario, .evidence = evidence};
    *tallies = (struct tallies){0};
    cells_make(tallies, evidence, scenario);
    while (person_evidence_next(&person)) {
        person_check(&person, findings);
        person_tally(tallies, &person);
    }
}

void tallies_sum(const struct tallies *tallies, size_t question, size_t pilot, int64_t first_week,
                 int64_t last_week, struct tally *sum)
{
    *sum = (struct tally){0};
    for (size_t i = 0; i < tallies->weeks_count; i++) {
        int64_t week = tallies->first_week + (int64_t)i;
        if (week >= first_week && week <= last_week)
            tally_add(sum, cell_of(tallies, question, pilot, week));
    }
}

void tallies_free(struct tallies *tallies)
{
    free(tallies->cells);
    *tallies = (struct tallies){0};
}

unsigned pulse_outcomes(const struct person_evidence *person, const struct pulse *pulse, int question)
{
    uint64_t settled = 0; /* the latest beginning of an answer that surely counts at its time */
    bool surely = false;
    unsigned outcomes = 0;
    bool *belongs = memory_zeroed(person->replies_count, sizeof *belongs);
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        belongs[i] = reply->meaning == MEANS_VALUE && reply->question == question && place.pulse == pulse &&
                     (place.steps & STEP_OF((unsigned)question)) != 0;
        if (belongs[i] && reply->answered && place.steps == STEP_OF((unsigned)question)) {
            surely = true;
            settled = reply->began > settled ? reply->began : settled;
        }
    }
    for (size_t i = 0; i < person->replies_count; i++)
        if (belongs[i] && person->replies[i].ended >= settled)
            outcomes |= OUTCOME_OF(person->replies[i].value);
    free(belongs);
    return surely ? outcomes : outcomes | OUTCOME_NONE;
}

static void cells_make(struct tallies *tallies, const struct evidence *evidence,
                       const struct scenario *scenario)
{
    tallies->pilots_count = scenario->pilots_count;
    tallies->questions_count = scenario->questions_count;
    for (size_t i = 0; i < evidence->pulses_count; i++) {
        int64_t week = evidence->pulses[i].week;
        if (i == 0)
            tallies->first_week = week;
        int64_t last_week = tallies->first_week + (int64_t)tallies->weeks_count - 1;
        last_week = week > last_week ? week : last_week;
        tallies->first_week = week < tallies->first_week ? week : tallies->first_week;
        tallies->weeks_count = (size_t)(last_week - tallies->first_week + 1);
    }
    tallies->cells = memory_zeroed(tallies->questions_count * tallies->pilots_count * tallies->weeks_count,
                                   sizeof tallies->cells[0]);
}

static struct tally *cell_of(const struct tallies *tallies, size_t question, size_t pilot, int64_t week)
{
    size_t row = question * tallies->pilots_count + pilot;
    return &tallies->cells[row * tallies->weeks_count + (size_t)(week - tallies->first_week)];
}

static void person_tally(struct tallies *tallies, const struct person_evidence *person)
{
    for (size_t i = 0; i < person->pulses_count; i++)
        pulse_tally(tallies, person, &person->pulses[i]);
    optouts_tally(tallies, person);
}

/* A pulse is asked and sent for every counted question of its survey. */
static void pulse_tally(struct tallies *tallies, const struct person_evidence *person,
                        const struct pulse *pulse)
{
    const struct scenario *scenario = person->scenario;
    size_t pilot = (size_t)(person_pilot(scenario, pulse->person) - scenario->pilots);
    bool may_be_answered = false;
    for (size_t i = 0; i < scenario->questions_count; i++) {
        const struct scenario_question *question = &scenario->questions[i];
        if (!asking_is_counted(question->asking) ||
            !refs_share_survey(question->ref, scenario->questions[pulse->question].ref))
            continue;
        struct tally one = {.asked = 1,
                            .accepted = pulse->accepted,
                            .told = pulse->accepted && (pulse->answered || pulse->proven),
                            .proven = pulse->accepted && pulse->proven};
        unsigned outcomes = pulse_outcomes(person, pulse, (int)i);
        question_tally(&one, question, outcomes);
        tally_add(cell_of(tallies, i, pilot, pulse->week), &one);
        may_be_answered |= outcomes != OUTCOME_NONE;
    }
    tallies->answers += may_be_answered;
}

static void question_tally(struct tally *tally, const struct scenario_question *question, unsigned outcomes)
{
    unsigned feelings = 0, none = 1U << FEELINGS;
    for (int value = 0; value < ANSWER_VALUES; value++)
        if ((outcomes & OUTCOME_OF(value)) != 0)
            feelings |= 1U << question->feeling[value];
    if ((outcomes & OUTCOME_NONE) != 0)
        feelings |= none;
    tally->answers.low = (feelings & none) == 0;
    tally->answers.high = feelings != none;
    for (size_t k = 0; k < FEELINGS; k++) {
        tally->feelings[k].low = feelings == 1U << k;
        tally->feelings[k].high = (feelings & 1U << k) != 0;
    }
}

/* STOP takes force once, until START. */
static void optouts_tally(struct tallies *tallies, const struct person_evidence *person)
{
    bool surely = false, maybe = false;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        if (reply->stop && (place.steps & ~STEP_GONE) != 0) {
            bool takes_force = reply->answered && (place.steps & STEP_GONE) == 0;
            tallies->optouts.low += takes_force && !maybe;
            tallies->optouts.high += !surely;
            surely |= takes_force;
            maybe = true;
        } else if (reply->meaning == MEANS_START) {
            surely = false;
            maybe &= !reply->answered;
        }
    }
}

/* --- what must not be --- */

static void person_check(const struct person_evidence *person, struct findings *findings)
{
    const struct id_table *messages = &person->evidence->messages;
    for (size_t i = 0; i < person->pulses_count; i++) {
        const struct pulse *pulse = &person->pulses[i];
        if (i > 0 && pulse->asked_ms < person->pulses[i - 1].asked_ms + WINDOW_MS)
            findings_add(findings, "message %s: the person was asked while another question was open",
                         id_table_name(messages, pulse->message));
        if (is_stopped(person, pulse))
            findings_add(findings, "message %s: the person was asked after STOP",
                         id_table_name(messages, pulse->message));
        if (is_paused_before(person, pulse->moment))
            findings_add(findings, "message %s: the person was asked in a pause",
                         id_table_name(messages, pulse->message));
    }
    for (size_t i = 0; i < person->replies_count; i++)
        reply_check(person, &person->replies[i], findings);
}

static bool is_stopped(const struct person_evidence *person, const struct pulse *pulse)
{
    bool stopped = false;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        if (reply->stop && reply->answered && pulse->asked_real_ms > reply->finished_real_ms + HAND_OVER_MS)
            stopped = true;
        else if (reply->meaning == MEANS_START && reply->began < pulse->moment)
            stopped = false;
    }
    return stopped;
}

/* What is written to a question must be surely in time, or surely late. */
static void reply_check(const struct person_evidence *person, const struct reply_given *reply,
                        struct findings *findings)
{
    struct place place;
    place_of(person, reply, &place);
    if (reply->meaning >= MEANS_STOP || place.pulse == NULL)
        return;
    int64_t closes_ms = place.pulse->asked_ms + WINDOW_MS;
    if (reply->answered_ms >= closes_ms - NEAR_END_MS && reply->started_ms < closes_ms + NEAR_END_MS)
        findings_add(findings, "reply %s: within two hours of its window's end: the scenario is ambiguous",
                     id_table_name(&person->evidence->reply_ids, reply->id));
}

static void tally_add(struct tally *sum, const struct tally *more)
{
    sum->asked += more->asked;
    sum->accepted += more->accepted;
    sum->told += more->told;
    sum->proven += more->proven;
    sum->answers.low += more->answers.low;
    sum->answers.high += more->answers.high;
    for (size_t i = 0; i < FEELINGS; i++) {
        sum->feelings[i].low += more->feelings[i].low;
        sum->feelings[i].high += more->feelings[i].high;
    }
}
