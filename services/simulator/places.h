/* Where replies belong, by the rules alone: to the person's latest pulse asked before, if they come within seven days
 * and not after STOP, and there to the last step whose text had been handed over. Where exchanges overlapped in time
 * several places are possible. */
#ifndef SIMULATOR_PLACES_H
#define SIMULATOR_PLACES_H

#include "simulator/evidence.h"

#define WINDOW_MS (7 * DAY_MS)
#define SLACK_MS  HOUR_MS /* of domain time, between the service's deciding and the gateway's clock */

/* Steps as bits: of a question its index. */
#define STEP_OF(question) (1U << (question))
#define STEP_OF_NAME      (1U << SCENARIO_QUESTIONS_MAX)
#define STEP_CLOSED       (1U << (SCENARIO_QUESTIONS_MAX + 1)) /* nothing was open */
#define STEP_GONE         (1U << (SCENARIO_QUESTIONS_MAX + 2)) /* the number was erased before: a wrong person */

/* What the service may have made of a reply, by its names. */
enum verdict_kind {
    VERDICT_ANSWER,
    VERDICT_WORDS,
    VERDICT_VOLUNTEER,
    VERDICT_NO_VOLUNTEER,
    VERDICT_NAME,
    VERDICT_CLARIFIED,
    VERDICT_UNPARSEABLE,
    VERDICT_COMMENT,
    VERDICT_STOP,
    VERDICT_PAUSE,
    VERDICT_START,
    VERDICT_HELP,
    VERDICT_BUSINESS,
    VERDICT_DISTRESS,
    VERDICT_WRONG_PERSON,
    VERDICT_LEAVE,
    VERDICT_LATE,
    VERDICT_UNKNOWN_SENDER
};
#define VERDICTS 18
const char *verdict_name(enum verdict_kind verdict); /* "no_volunteer" */

/* Everything of one person: slices of the sorted evidence. */
struct person_evidence {
    const struct scenario *scenario;
    const struct evidence *evidence;
    int64_t person;
    const struct pulse *pulses;
    size_t pulses_count;
    const struct text_given *texts;
    size_t texts_count;
    const struct reply_given *replies;
    size_t replies_count;
};

/* The next person of whom there is evidence; begin with a zeroed one but for scenario and evidence. False at the end.
 */
bool person_evidence_next(struct person_evidence *person);

struct place {
    const struct pulse *pulse; /* NULL = none was asked before */
    unsigned steps;            /* at least one bit */
};
void place_of(const struct person_evidence *person, const struct reply_given *reply, struct place *place_out);

/* Verdicts as bits; at least one. What nobody can read is asked for once more, once a pulse; after an answer to the same
 * question it is a remark. */
unsigned verdicts_of(const struct person_evidence *person, const struct reply_given *reply,
                     const struct place *place);

/* Whether the text asks something that follows in a conversation: a question, or a first name. */
bool text_is_step(const struct text_given *text);
unsigned text_step(const struct text_given *text);

/* The pulse in which the text was given; NULL if none was asked before. */
const struct pulse *text_pulse(const struct person_evidence *person, const struct text_given *text);

/* At night nobody is asked anything. */
bool people_sleep(const struct zone *zone, int64_t at_ms);

/* Whether a pause had been answered 200 before the moment, and nobody said START since. */
bool is_paused_before(const struct person_evidence *person, uint64_t moment);

/* Whether what the person means by the reply leads to the text. */
bool reply_leads_to(const struct scenario *scenario, const struct reply_given *reply,
                    const struct text_given *text);

#endif
