/* What a reply does to a conversation: the whole decision, pure. Draws no time of its own: what a reply belongs to is
 * judged by when it was received, also when it is decided later.
 *
 *   reading ─► STOP, START, help, wrong person, leave ─► their own rules, at any time
 *           └► answer, words, no answer ─► nothing open: late
 *                                        └► value of its step ─► the way on: ask, withdraw, or the end */
#include "domain/session.h"

#include <assert.h>

static void decide_unknown(const struct session *session, const struct reading *reading,
                           struct reply_decision *decision);
static void decide_optout(const struct session *session, int64_t received_ms,
                          struct reply_decision *decision);
static void decide_optin(const struct session *session, int64_t received_ms, struct reply_decision *decision);
static void decide_leave(const struct session *session, int64_t received_ms, struct reply_decision *decision);
static void decide_late(const struct session *session, int64_t received_ms, struct reply_decision *decision);
static void decide_step(const struct session *session, const struct survey *survey,
                        const struct reading *reading, int64_t received_ms, struct reply_decision *decision);
static void say(const struct session *session, enum standing_text standing, int64_t received_ms,
                struct reply_decision *decision);

/* Place on the path of the last step that had been asked, or -1. */
static int path_place(const struct session *session, int64_t received_ms)
{
    if (!session->known || !session->has_pulse || session->stopped || received_ms >= session->closes_ms)
        return -1;
    for (size_t i = session->path_count; i > 0; i--) {
        int64_t asked_ms = session->asked_ms[session->path[i - 1]];
        if (asked_ms != 0 && asked_ms <= received_ms)
            return (int)i - 1;
    }
    return -1;
}

int session_step(const struct session *session, int64_t received_ms)
{
    int place = path_place(session, received_ms);
    return place < 0 ? STEP_NONE : session->path[place];
}

void session_decide(const struct session *session, const struct survey *survey, const struct reading *reading,
                    int64_t received_ms, struct reply_decision *decision_out)
{
    *decision_out = (struct reply_decision){
        .step = session_step(session, received_ms), .value = -1, .value_before = -1, .next_step = STEP_NONE};
    if (!session->known) {
        decide_unknown(session, reading, decision_out);
        return;
    }
    assert(decision_out->step == STEP_NONE || survey != NULL);
    if (reading->optout)
        decide_optout(session, received_ms, decision_out);
    switch (reading->outcome) {
    case READ_OPTOUT:
        decision_out->verdict = REPLY_STOP_ONLY;
        break;
    case READ_OPTIN:
        decide_optin(session, received_ms, decision_out);
        break;
    case READ_HELP:
        decision_out->verdict = REPLY_HELP;
        say(session, TEXT_HELP, received_ms, decision_out);
        break;
    case READ_WRONG_PERSON:
        decision_out->verdict = REPLY_WRONG_PERSON;
        say(session, TEXT_WRONG_PERSON, received_ms, decision_out);
        break;
    case READ_LEAVE:
        decide_leave(session, received_ms, decision_out);
        break;
    case READ_ANSWER:
    case READ_WORDS:
    case READ_UNCLEAR:
    case READ_COMMENT:
        if (decision_out->step != STEP_NONE)
            decide_step(session, survey, reading, received_ms, decision_out);
        else if (reading->optout)
            decision_out->verdict = REPLY_STOP_ONLY; /* a late answer does not hide the STOP behind it */
        else
            decide_late(session, received_ms, decision_out);
        break;
    }
}

/* --- at any time --- */

bool is_said_once_a_day(enum standing_text standing)
{
    return standing == TEXT_STOP_CONFIRM || standing == TEXT_START_CONFIRM || standing == TEXT_HELP ||
           standing == TEXT_LATE;
}

static void say(const struct session *session, enum standing_text standing, int64_t received_ms,
                struct reply_decision *decision)
{
    int64_t last_ms = session->said_ms[standing];
    if (is_said_once_a_day(standing) && last_ms != 0 && received_ms - last_ms < DAY_MS)
        return;
    decision->says = true;
    decision->standing = standing;
}

/* Nobody's number is never written to; its STOP is kept for the day when the number is imported. */
static void decide_unknown(const struct session *session, const struct reading *reading,
                           struct reply_decision *decision)
{
    bool leaves = reading->outcome == READ_LEAVE;
    decision->verdict = REPLY_UNKNOWN;
    if (leaves && session->volunteer) {
        decision->verdict = REPLY_LEAVE;
        decision->volunteer = RECORD_REMOVED;
    } else if (reading->optout || leaves) {
        decision->verdict = REPLY_STOP_ONLY;
        decision->block = true; /* a STOP outlasts any other mark */
    } else if (reading->outcome == READ_OPTIN && session->blocked) {
        decision->verdict = REPLY_START;
        decision->unblock = true;
    }
}

static void decide_optout(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    decision->optout = !session->stopped;
    say(session, TEXT_STOP_CONFIRM, received_ms, decision);
}

static void decide_optin(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    decision->verdict = REPLY_START;
    decision->optin = session->stopped;
    if (session->stopped)
        say(session, TEXT_START_CONFIRM, received_ms, decision);
}

/* Who is on no list means the surveys: START takes it back. Who leaves the list is not asked for a name. */
static void decide_leave(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    if (!session->volunteer) {
        decision->verdict = REPLY_STOP_ONLY;
        decide_optout(session, received_ms, decision);
        return;
    }
    decision->verdict = REPLY_LEAVE;
    decision->volunteer = RECORD_REMOVED;
    decision->cancel_pending = decision->step != STEP_NONE &&
                               session->path[session->path_count - 1] == STEP_NAME &&
                               session->asked_ms[STEP_NAME] == 0;
    say(session, TEXT_VOLUNTEER_LEFT, received_ms, decision);
}

/* Who is about to be asked is not told that it is too late. */
static void decide_late(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    bool to_be_asked = session->has_pulse && session->asked_ms[0] == 0;
    decision->verdict = REPLY_LATE;
    if (!session->stopped && !to_be_asked)
        say(session, TEXT_LATE, received_ms, decision);
}

/* --- a reply to an open step --- */

/* The step that follows a value, by the survey alone. */
static int step_after(const struct survey *survey, int step, int value)
{
    if (step == STEP_NAME)
        return STEP_NONE;
    const struct question *question = &survey->questions[step];
    if (question->kind == QUESTION_VOLUNTEER && question->ask_name && value == 1)
        return STEP_NAME;
    int next = question_next(question, value);
    return next == SURVEY_END ? STEP_NONE : next;
}

static bool counts_from(const struct survey *survey, int step)
{
    return step != STEP_NONE && step != STEP_NAME && survey_counts_from(survey, step);
}

static bool is_on_path(const struct session *session, int step)
{
    for (size_t i = 0; i < session->path_count; i++)
        if (session->path[i] == step)
            return true;
    return false;
}

/* Whether a counted question can still come when the conversation stands at the last step of its path. */
static bool counts_from_last(const struct session *session, const struct survey *survey)
{
    int last = session->path[session->path_count - 1];
    bool answered = last < QUESTIONS_MAX && session->value[last] >= 0;
    return counts_from(survey, answered ? step_after(survey, last, session->value[last]) : last);
}

static void go_to(const struct session *session, const struct survey *survey, int next,
                  struct reply_decision *decision)
{
    decision->complete = !counts_from(survey, next);
    decision->next_step = next;
    decision->thanks = next == STEP_NONE && survey->thanks && !session->thanked;
    decision->withdraws_thanks = next != STEP_NONE && session->thanked;
}

/* Where the conversation goes from the step that was answered. When a later step is on its way to be asked,
 * the new answer may lead to it all the same, or take it back; when one has been asked already (the reply
 * took long to reach us), the conversation has gone on and only the value changes. */
static void go_on(const struct session *session, const struct survey *survey, struct reply_decision *decision)
{
    int last = session->path[session->path_count - 1];
    int next = step_after(survey, decision->step, decision->value);
    bool is_pending = last != decision->step && session->asked_ms[last] == 0;
    if (decision->step == last) {
        go_to(session, survey, is_on_path(session, next) ? STEP_NONE : next, decision);
    } else if (is_pending && next != last && session->path[session->path_count - 2] == decision->step) {
        decision->cancel_pending = true;
        go_to(session, survey, is_on_path(session, next) ? STEP_NONE : next, decision);
    } else {
        decision->complete = !counts_from_last(session, survey);
    }
}

static void decide_volunteer(const struct session *session, const struct reading *reading,
                             int64_t received_ms, struct reply_decision *decision)
{
    bool yes = reading->value == 1;
    decision->verdict = yes ? REPLY_VOLUNTEER : REPLY_NO_VOLUNTEER;
    if (yes) {
        decision->volunteer = RECORD_WRITTEN;
        decision->confirm_join =
            !session->volunteer || decision->value_before != 1; /* said twice, confirmed once */
    } else if (session->volunteer && decision->value_before == 1) {
        decision->volunteer = RECORD_REMOVED;
        if (!decision->says)
            say(session, TEXT_VOLUNTEER_LEFT, received_ms, decision);
    }
}

/* No text goes on with a conversation that STOP ended, and nobody joins who cannot be told so. */
static void stop_conversation(struct reply_decision *decision)
{
    decision->next_step = STEP_NONE;
    decision->thanks = false;
    decision->withdraws_thanks = false;
    decision->confirm_join = false;
    if (decision->volunteer == RECORD_WRITTEN)
        decision->volunteer = RECORD_STAYS;
}

static void decide_step(const struct session *session, const struct survey *survey,
                        const struct reading *reading, int64_t received_ms, struct reply_decision *decision)
{
    bool named = decision->step == STEP_NAME;
    decision->verdict = REPLY_UNPARSEABLE;
    if (reading->outcome == READ_WORDS && named) {
        if (!session->volunteer)
            return; /* left the list before telling the name: there is no record to keep it in */
        decision->verdict = REPLY_NAME;
        decision->keeps_name = true;
    } else if (reading->outcome == READ_ANSWER && named) {
        decision->verdict = REPLY_NAME; /* "no": the conversation ends without it */
    } else if (reading->outcome == READ_WORDS) {
        decision->verdict = REPLY_WORDS;
        decision->value = 0;
    } else if (reading->outcome == READ_ANSWER) {
        decision->verdict = REPLY_ANSWER;
        decision->value = reading->value;
    } else {
        return;
    }
    if (!named)
        decision->value_before = session->value[decision->step];
    if (!named && survey->questions[decision->step].kind == QUESTION_VOLUNTEER)
        decide_volunteer(session, reading, received_ms, decision);
    go_on(session, survey, decision);
    if (reading->optout)
        stop_conversation(decision);
}

const char *reply_verdict_name(enum reply_verdict verdict)
{
    static const char *const names[REPLY_VERDICTS] = {
        [REPLY_ANSWER] = "answer",
        [REPLY_WORDS] = "words",
        [REPLY_VOLUNTEER] = "volunteer",
        [REPLY_NO_VOLUNTEER] = "no_volunteer",
        [REPLY_NAME] = "name",
        [REPLY_UNPARSEABLE] = "unparseable",
        [REPLY_STOP_ONLY] = "stop",
        [REPLY_START] = "start",
        [REPLY_HELP] = "help",
        [REPLY_WRONG_PERSON] = "wrong_person",
        [REPLY_LEAVE] = "leave",
        [REPLY_LATE] = "late",
        [REPLY_UNKNOWN] = "unknown_sender",
    };
    return names[verdict];
}
