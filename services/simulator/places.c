/* Nothing here trusts the service: what happened first follows from the ledger's moments, and from domain time where
 * an instant of the service's own (its deciding to send) is not in the ledger. */
#include "simulator/places.h"

#define AWAKE_FROM_MS (7 * HOUR_MS)
#define AWAKE_TO_MS   (21 * HOUR_MS)

static unsigned steps_of(const struct person_evidence *person, const struct pulse *pulse,
                         const struct reply_given *reply);
static bool may_be_asked_before(const struct person_evidence *person, const struct pulse *pulse,
                                const struct text_given *text, const struct reply_given *reply);
static bool closes(const struct reply_given *reply, const struct pulse *pulse);
static unsigned verdict_at(const struct person_evidence *person, const struct reply_given *reply,
                           const struct pulse *pulse, unsigned step);
static unsigned unclear_verdicts(const struct person_evidence *person, const struct reply_given *reply,
                                 const struct pulse *pulse, unsigned step);
static bool answers_step(const struct reply_given *reply, unsigned step);

const char *verdict_name(enum verdict_kind verdict)
{
    static const char *const names[VERDICTS] = {
        "answer",      "words",    "volunteer",    "no_volunteer", "name",  "clarified",
        "unparseable", "comment",  "stop",         "pause",        "start", "help",
        "business",    "distress", "wrong_person", "leave",        "late",  "unknown_sender"};
    return names[verdict];
}

bool person_evidence_next(struct person_evidence *person)
{
    const struct evidence *evidence = person->evidence;
    size_t pulse = 0, text = 0, reply = 0;
    if (person->pulses != NULL) {
        pulse = (size_t)(person->pulses - evidence->pulses) + person->pulses_count;
        text = (size_t)(person->texts - evidence->texts) + person->texts_count;
        reply = (size_t)(person->replies - evidence->replies) + person->replies_count;
    }
    int64_t who = INT64_MAX;
    if (pulse < evidence->pulses_count)
        who = evidence->pulses[pulse].person;
    if (text < evidence->texts_count && evidence->texts[text].person < who)
        who = evidence->texts[text].person;
    if (reply < evidence->replies_count && evidence->replies[reply].person < who)
        who = evidence->replies[reply].person;
    *person = (struct person_evidence){.scenario = person->scenario,
                                       .evidence = evidence,
                                       .person = who,
                                       .pulses = evidence->pulses + pulse,
                                       .texts = evidence->texts + text,
                                       .replies = evidence->replies + reply};
    while (pulse + person->pulses_count < evidence->pulses_count &&
           evidence->pulses[pulse + person->pulses_count].person == who)
        person->pulses_count++;
    while (text + person->texts_count < evidence->texts_count &&
           evidence->texts[text + person->texts_count].person == who)
        person->texts_count++;
    while (reply + person->replies_count < evidence->replies_count &&
           evidence->replies[reply + person->replies_count].person == who)
        person->replies_count++;
    return who != INT64_MAX;
}

void place_of(const struct person_evidence *person, const struct reply_given *reply, struct place *place)
{
    *place = (struct place){.steps = STEP_CLOSED};
    for (size_t i = 0; i < person->pulses_count; i++)
        if (person->pulses[i].asked_ms <= reply->started_ms)
            place->pulse = &person->pulses[i];
    const struct pulse *pulse = place->pulse;
    if (pulse != NULL && reply->answered_ms < pulse->asked_ms + WINDOW_MS)
        place->steps = steps_of(person, pulse, reply);
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *other = &person->replies[i];
        if (other == reply || other->began >= reply->ended)
            continue;
        unsigned then = 0;
        if (other->meaning == MEANS_WRONG_PERSON)
            then = STEP_GONE;
        else if (pulse != NULL && closes(other, pulse))
            then = STEP_CLOSED;
        if (then != 0)
            place->steps = other->ended < reply->began ? then : place->steps | then;
        if (then == STEP_GONE && other->ended < reply->began)
            return;
    }
}

unsigned verdicts_of(const struct person_evidence *person, const struct reply_given *reply,
                     const struct place *place)
{
    unsigned verdicts = 0;
    for (unsigned step = 1; step <= STEP_GONE; step <<= 1)
        if ((place->steps & step) != 0)
            verdicts |= verdict_at(person, reply, place->pulse, step);
    return verdicts;
}

bool text_is_step(const struct text_given *text)
{
    return text->question != NOTHING || text->text == SERVICE_VOLUNTEER_NAME;
}

unsigned text_step(const struct text_given *text)
{
    return text->question != NOTHING ? STEP_OF((unsigned)text->question) : STEP_OF_NAME;
}

const struct pulse *text_pulse(const struct person_evidence *person, const struct text_given *text)
{
    const struct pulse *found = NULL;
    for (size_t i = 0; i < person->pulses_count; i++)
        if (person->pulses[i].moment < text->moment)
            found = &person->pulses[i];
    return found;
}

bool people_sleep(const struct zone *zone, int64_t at_ms)
{
    int64_t midnight_ms = day_index_at(zone, at_ms) * DAY_MS;
    return at_ms < instant_of_local(zone, midnight_ms + AWAKE_FROM_MS) ||
           at_ms >= instant_of_local(zone, midnight_ms + AWAKE_TO_MS) + SLACK_MS;
}

bool is_paused_before(const struct person_evidence *person, uint64_t moment)
{
    bool paused = false;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *reply = &person->replies[i];
        if (reply->meaning == MEANS_PAUSE && reply->answered && reply->ended < moment)
            paused = true;
        else if (reply->meaning == MEANS_START && reply->began < moment)
            paused = false;
    }
    return paused;
}

bool reply_leads_to(const struct scenario *scenario, const struct reply_given *reply,
                    const struct text_given *text)
{
    if (reply->meaning != MEANS_VALUE)
        return false;
    const struct scenario_question *question = &scenario->questions[reply->question];
    if (text->text == SERVICE_VOLUNTEER_NAME)
        return question->asking == ASKS_VOLUNTEER && question->feeling[reply->value] == FEELS_POSITIVE;
    return text->question != NOTHING && question->next[reply->value] == text->question;
}

/* Without STOP: the last step asked before the reply began, and those whose asking it may have met. */
static unsigned steps_of(const struct person_evidence *person, const struct pulse *pulse,
                         const struct reply_given *reply)
{
    unsigned steps = STEP_OF((unsigned)pulse->question);
    for (size_t i = 0; i < person->texts_count; i++) {
        const struct text_given *text = &person->texts[i];
        if (!text_is_step(text) || text_pulse(person, text) != pulse)
            continue;
        if (text->moment < reply->began)
            steps = text_step(text);
        else if (may_be_asked_before(person, pulse, text, reply))
            steps |= text_step(text);
    }
    return steps;
}

/* The service decides to send before the gateway sees it, and only after an answer in the pulse that leads there. */
static bool may_be_asked_before(const struct person_evidence *person, const struct pulse *pulse,
                                const struct text_given *text, const struct reply_given *reply)
{
    if (text->at_ms - SLACK_MS > reply->answered_ms)
        return false;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *other = &person->replies[i];
        if (other != reply && other->began < reply->ended && other->began > pulse->moment &&
            reply_leads_to(person->scenario, other, text))
            return true;
    }
    return false;
}

/* STOP closes the pulse that is open. */
static bool closes(const struct reply_given *reply, const struct pulse *pulse)
{
    return reply->stop && reply->began > pulse->moment;
}

static unsigned verdict_at(const struct person_evidence *person, const struct reply_given *reply,
                           const struct pulse *pulse, unsigned step)
{
    static const enum verdict_kind commands[MEANINGS] = {[MEANS_STOP] = VERDICT_STOP,
                                                         [MEANS_START] = VERDICT_START,
                                                         [MEANS_HELP] = VERDICT_HELP,
                                                         [MEANS_LEAVE] = VERDICT_LEAVE,
                                                         [MEANS_WRONG_PERSON] = VERDICT_WRONG_PERSON,
                                                         [MEANS_PAUSE] = VERDICT_PAUSE,
                                                         [MEANS_BUSINESS] = VERDICT_BUSINESS,
                                                         [MEANS_DISTRESS] = VERDICT_DISTRESS};
    if (step == STEP_GONE)
        return 1U << VERDICT_UNKNOWN_SENDER;
    if (reply->meaning >= MEANS_STOP)
        return 1U << commands[reply->meaning];
    if (step == STEP_CLOSED)
        return 1U << (reply->stop ? VERDICT_STOP : VERDICT_LATE);
    if (step == STEP_OF_NAME)
        return reply->meaning == MEANS_NAME ? 1U << VERDICT_NAME
                                            : 1U << VERDICT_NAME | 1U << VERDICT_UNPARSEABLE;
    unsigned at = 0;
    while (STEP_OF(at) != step)
        at++;
    const struct scenario_question *question = &person->scenario->questions[at];
    if (question->asking == ASKS_WORDS)
        return 1U << VERDICT_WORDS;
    if (!answers_step(reply, step))
        return unclear_verdicts(person, reply, pulse, step);
    if (question->asking == ASKS_VOLUNTEER)
        return 1U << (question->feeling[reply->value] == FEELS_POSITIVE ? VERDICT_VOLUNTEER
                                                                        : VERDICT_NO_VOLUNTEER);
    return 1U << VERDICT_ANSWER;
}

static bool answers_step(const struct reply_given *reply, unsigned step)
{
    return reply->meaning == MEANS_VALUE && STEP_OF((unsigned)reply->question) == step;
}

/* By what came before it in the pulse: answers to the same step, and others that nobody could read; who paused is asked
 * nothing more. */
static unsigned unclear_verdicts(const struct person_evidence *person, const struct reply_given *reply,
                                 const struct pulse *pulse, unsigned step)
{
    static const unsigned unclear = 1U << VERDICT_CLARIFIED | 1U << VERDICT_UNPARSEABLE;
    bool maybe_answered = false, maybe_clarified = false, surely_clarified = false;
    for (size_t i = 0; i < person->replies_count; i++) {
        const struct reply_given *other = &person->replies[i];
        struct place theirs;
        if (other == reply || other->began >= reply->ended)
            continue;
        place_of(person, other, &theirs);
        bool before = other->answered && other->ended < reply->began;
        maybe_clarified |= other->meaning == MEANS_PAUSE;
        if (theirs.pulse != pulse || other->meaning >= MEANS_STOP)
            continue;
        if (answers_step(other, step) && (theirs.steps & step) != 0) {
            if (before && theirs.steps == step)
                return 1U << VERDICT_COMMENT;
            maybe_answered = true;
            continue;
        }
        unsigned verdicts = before ? verdicts_of(person, other, &theirs) : unclear;
        maybe_clarified |= (verdicts & unclear) != 0;
        surely_clarified |= before && (verdicts & ~unclear) == 0;
    }
    unsigned possible = surely_clarified ? 0 : 1U << VERDICT_CLARIFIED;
    if (maybe_answered)
        possible |= 1U << VERDICT_COMMENT;
    if (maybe_clarified)
        possible |= 1U << VERDICT_UNPARSEABLE;
    return possible;
}
