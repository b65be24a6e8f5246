/* Person by person: sums first, then the rules, each in a function of its own. */
#include "simulator/conversation.h"

#include "simulator/again.h"

#define HAND_OVER_MS     5000           /* real: what was on its way cannot be recalled */
#define OPPORTUNITY_MS   (15 * HOUR_MS) /* within it a follow-up must have been sent: a night, and slack */
#define CONFIRMATIONS_MS DAY_MS

/* A text that answers a command. */
struct answering {
    enum service_text text;
    enum verdict_kind verdict;
    bool once_a_day;
};

static void person_sum(struct conversation *conversation, const struct person_evidence *person);
static void person_sum_records(struct conversation *conversation, const struct person_evidence *person);
static void step_check(const struct person_evidence *person, const struct text_given *text,
                       struct findings *findings);
static bool is_asked_again(const struct person_evidence *person, const struct text_given *text);
static bool has_a_reason(const struct person_evidence *person, const struct text_given *text);
static bool was_replaced(const struct person_evidence *person, const struct reply_given *reply,
                         const struct text_given *text);
static void silence_check(const struct person_evidence *person, const struct text_given *text,
                          struct findings *findings);
static int64_t paused_real_ms(const struct person_evidence *person);
static void pulse_check(const struct person_evidence *person, const struct pulse *pulse,
                        struct findings *findings);
static int surely_next(const struct person_evidence *person, const struct pulse *pulse, int question);
static void answering_check(const struct person_evidence *person, const struct answering *answering,
                            struct findings *findings);
static const char *name_of(const struct person_evidence *person, const struct text_given *text);

void conversation_make(struct conversation *conversation, const struct evidence *evidence,
                       const struct scenario *scenario, struct findings *findings)
{
    static const struct answering answerings[] = {
        {SERVICE_HELP, VERDICT_HELP, true},           {SERVICE_START_CONFIRM, VERDICT_START, true},
        {SERVICE_PAUSE_CONFIRM, VERDICT_PAUSE, true}, {SERVICE_BUSINESS, VERDICT_BUSINESS, true},
        {SERVICE_HELPLINE, VERDICT_DISTRESS, false},  {SERVICE_WRONG_PERSON, VERDICT_WRONG_PERSON, false},
        {SERVICE_STOP_CONFIRM, VERDICT_STOP, true},   {SERVICE_LATE, VERDICT_LATE, true},
    };
    struct person_evidence person = {.scenario = scenario, .evidence = evidence};
    *conversation = (struct conversation){0};
    while (person_evidence_next(&person)) {
        person_sum(conversation, &person);
        person_sum_records(conversation, &person);
        for (size_t i = 0; i < person.texts_count; i++) {
            conversation->follow_ups += person.texts[i].question != NOTHING;
            if (text_is_step(&person.texts[i]))
                step_check(&person, &person.texts[i], findings);
            silence_check(&person, &person.texts[i], findings);
        }
        for (size_t i = 0; i < person.pulses_count; i++)
            pulse_check(&person, &person.pulses[i], findings);
        again_check(&person, findings);
        for (size_t i = 0; i < sizeof answerings / sizeof answerings[0]; i++)
            if (scenario->texts[answerings[i].text].count > 0)
                answering_check(&person, &answerings[i], findings);
    }
}

/* --- sums --- */

static void person_sum(struct conversation *conversation, const struct person_evidence *person)
{
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        unsigned verdicts = verdicts_of(person, reply, &place);
        for (unsigned k = 0; k < VERDICTS; k++) {
            conversation->verdicts[k].low += reply->answered && verdicts == 1U << k;
            conversation->verdicts[k].high += (verdicts & 1U << k) != 0;
        }
    }
}

/* A volunteer is on the list until LEAVE, or until the number is somebody else's. */
static void person_sum_records(struct conversation *conversation, const struct person_evidence *person)
{
    static const unsigned leaving = 1U << VERDICT_LEAVE | 1U << VERDICT_WRONG_PERSON;
    struct range listed = {0}, named = {0};
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        unsigned verdicts = verdicts_of(person, reply, &place);
        if ((verdicts & leaving) != 0) {
            listed.low = named.low = 0;
            listed.high = reply->answered ? 0 : listed.high;
            named.high = reply->answered ? 0 : named.high;
        }
        if ((verdicts & 1U << VERDICT_NO_VOLUNTEER) != 0)
            listed.low = named.low = 0; /* two answers that overlap: either may be the last */
        if ((verdicts & 1U << VERDICT_VOLUNTEER) != 0) {
            listed.high = 1;
            listed.low |= reply->answered && verdicts == 1U << VERDICT_VOLUNTEER;
        }
        if ((verdicts & 1U << VERDICT_NAME) != 0) {
            named.high = listed.high;
            named.low |= reply->answered && verdicts == 1U << VERDICT_NAME;
        }
    }
    conversation->volunteers.low += listed.low;
    conversation->volunteers.high += listed.high;
    conversation->names.low += named.low;
    conversation->names.high += named.high;
}

/* --- a text that asks something further --- */

static void step_check(const struct person_evidence *person, const struct text_given *text,
                       struct findings *findings)
{
    const struct pulse *pulse = text_pulse(person, text);
    const char *name = name_of(person, text);
    if (pulse == NULL || text->at_ms >= pulse->asked_ms + WINDOW_MS + SLACK_MS)
        findings_add(findings, "message %s: a question that follows, while no pulse is open", name);
    else if (is_asked_again(person, text))
        findings_add(findings, "message %s: the person was asked the same a second time", name);
    else if (!has_a_reason(person, text))
        findings_add(findings, "message %s: no counted answer leads to this question", name);
    if (people_sleep(person->scenario->zone, text->at_ms))
        findings_add(findings, "message %s: a conversation goes on at night", name);
}

static bool is_asked_again(const struct person_evidence *person, const struct text_given *text)
{
    for (const struct text_given *other = person->texts; other < text; other++)
        if (text_is_step(other) && text_step(other) == text_step(text) &&
            text_pulse(person, other) == text_pulse(person, text))
            return true;
    return false;
}

/* Some answer that may have been the counted one when the text was sent leads to it. */
static bool has_a_reason(const struct person_evidence *person, const struct text_given *text)
{
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        if (reply->began < text->moment && reply_leads_to(person->scenario, reply, text) &&
            place.pulse == text_pulse(person, text) &&
            (place.steps & STEP_OF((unsigned)reply->question)) != 0 && !was_replaced(person, reply, text))
            return true;
    }
    return false;
}

/* Another answer came after it, surely before the service sent the text, and leads elsewhere. */
static bool was_replaced(const struct person_evidence *person, const struct reply_given *reply,
                         const struct text_given *text)
{
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *later = &person->replies[i];
        struct place place;
        if (later->meaning != MEANS_VALUE || later->question != reply->question ||
            later->began < reply->ended || later->answered_ms + SLACK_MS >= text->at_ms ||
            reply_leads_to(person->scenario, later, text))
            continue;
        place_of(person, later, &place);
        if (place.steps == STEP_OF((unsigned)later->question))
            return true;
    }
    return false;
}

/* --- after STOP, after "wrong number" --- */

static void silence_check(const struct person_evidence *person, const struct text_given *text,
                          struct findings *findings)
{
    bool stopped = false, gone = false;
    bool asks = text_is_step(text) || service_text_asks(text->text);
    bool talks = asks || text->text == SERVICE_THANKS || text->text == SERVICE_VOLUNTEER_CONFIRM;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        bool before = reply->answered && text->real_ms > reply->finished_real_ms + HAND_OVER_MS;
        if (reply->stop && before)
            stopped = true;
        else if (reply->meaning == MEANS_START && reply->began < text->moment)
            stopped = false;
        gone |= reply->meaning == MEANS_WRONG_PERSON && before;
    }
    if (stopped && talks)
        findings_add(findings, "message %s: the conversation went on after STOP", name_of(person, text));
    if (asks && is_paused_before(person, text->moment) &&
        text->real_ms > paused_real_ms(person) + HAND_OVER_MS)
        findings_add(findings, "message %s: somebody was asked something in a pause", name_of(person, text));
    if (gone && text->text != SERVICE_WRONG_PERSON)
        findings_add(findings, "message %s: the number was written to after \"wrong number\"",
                     name_of(person, text));
}

/* When the last pause was answered, real ms. */
static int64_t paused_real_ms(const struct person_evidence *person)
{
    int64_t real_ms = 0;
    for (size_t i = 0; i < person->replies_count; i++)
        if (person->replies[i].meaning == MEANS_PAUSE && person->replies[i].answered)
            real_ms = person->replies[i].finished_real_ms;
    return real_ms;
}

/* --- what must have been asked --- */

static void pulse_check(const struct person_evidence *person, const struct pulse *pulse,
                        struct findings *findings)
{
    for (size_t i = 0; i < person->scenario->questions_count; i++) {
        int next = surely_next(person, pulse, (int)i);
        bool asked = next == NOTHING;
        for (size_t k = 0; k < person->texts_count; k++)
            asked |= person->texts[k].question == next && text_pulse(person, &person->texts[k]) == pulse;
        if (!asked)
            findings_add(findings, "message %s: the answer leads to %s, which was never asked",
                         id_table_name(&person->evidence->messages, pulse->message),
                         person->scenario->questions[next].ref);
    }
}

/* The question that must have followed in the pulse; NOTHING when there is none, or something may have come between. */
static int surely_next(const struct person_evidence *person, const struct pulse *pulse, int question)
{
    const struct scenario_question *from = &person->scenario->questions[question];
    unsigned outcomes = pulse_outcomes(person, pulse, question);
    int next = NOTHING;
    if ((outcomes & OUTCOME_NONE) != 0)
        return NOTHING;
    for (int value = 0; value < ANSWER_VALUES; value++) {
        if ((outcomes & OUTCOME_OF(value)) == 0)
            continue;
        if (next != NOTHING && from->next[value] != next)
            return NOTHING;
        next = from->next[value];
        if (next == NOTHING)
            return NOTHING;
    }
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        bool ends = reply->stop || reply->meaning == MEANS_WRONG_PERSON || reply->meaning == MEANS_PAUSE;
        bool is_near_the_end = reply->question == question &&
                               (reply->answered_ms + OPPORTUNITY_MS > pulse->asked_ms + WINDOW_MS ||
                                reply->answered_ms + OPPORTUNITY_MS > person->evidence->end_ms);
        if (place.pulse == pulse && (ends || is_near_the_end))
            return NOTHING;
    }
    return next;
}

/* --- what must have been answered --- */

static void answering_check(const struct person_evidence *person, const struct answering *answering,
                            struct findings *findings)
{
    int64_t asked_low = 0, asked_high = 0, given = 0;
    const struct text_given *last = NULL;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        struct place place;
        place_of(person, reply, &place);
        unsigned verdicts = verdicts_of(person, reply, &place), bit = 1U << answering->verdict;
        bool stops = answering->verdict == VERDICT_STOP && reply->stop && (place.steps & STEP_GONE) == 0;
        asked_low += reply->answered && (verdicts == bit || stops);
        asked_high += (verdicts & bit) != 0 || (answering->verdict == VERDICT_STOP && reply->stop);
    }
    for (size_t i = 0; i < person->texts_count; i++) {
        const struct text_given *text = &person->texts[i];
        if (text->text != (int)answering->text)
            continue;
        given++;
        if (answering->once_a_day && last != NULL && text->at_ms < last->at_ms + CONFIRMATIONS_MS - SLACK_MS)
            findings_add(findings, "message %s: %s twice within a day", name_of(person, text),
                         service_text_name(answering->text));
        last = text;
    }
    if (answering->once_a_day && asked_low > 1)
        asked_low = 1;
    if (given < asked_low || given > asked_high)
        findings_add(findings, "somebody's replies lead to %s %d to %d times, it was sent %d times",
                     service_text_name(answering->text), (int)asked_low, (int)asked_high, (int)given);
}

static const char *name_of(const struct person_evidence *person, const struct text_given *text)
{
    return id_table_name(&person->evidence->messages, text->message);
}
