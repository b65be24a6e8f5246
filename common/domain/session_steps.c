/* A reply to an open step of a conversation: what its value is, and where the conversation goes from there: ask, withdraw
 * what waits to be asked, or end. Nothing is guessed: the first reply of a pulse that answers nothing is asked for once
 * more, the next one is not. Pure. */
#include "domain/session_steps.h"

#include "domain/clarify.h"

static void decide_unclear(const struct session *session, const struct survey *survey,
                           const struct reading *reading, int64_t received_ms,
                           struct reply_decision *decision);
static void decide_volunteer(const struct session *session, const struct reading *reading,
                             int64_t received_ms, struct reply_decision *decision);
static void go_on(const struct session *session, const struct survey *survey, int64_t received_ms,
                  struct reply_decision *decision);

/* Who paused is asked nothing further; what was asked may still be answered, and is thanked for. */
static bool is_paused(const struct session *session, int64_t received_ms)
{
    return session->paused_until_ms > received_ms;
}

void session_decide_step(const struct session *session, const struct survey *survey,
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
        decision->commented = reading->comment_bytes > 0;
    } else {
        decide_unclear(session, survey, reading, received_ms, decision);
        return;
    }
    decision->withdraws_clarify = session->clarified;
    if (!named)
        decision->value_before = session->value[decision->step];
    if (!named && survey->questions[decision->step].kind == QUESTION_VOLUNTEER)
        decide_volunteer(session, reading, received_ms, decision);
    go_on(session, survey, received_ms, decision);
    if (reading->optout)
        session_end(decision);
}

void session_end(struct reply_decision *decision)
{
    decision->next_step = STEP_NONE;
    decision->thanks = false;
    decision->withdraws_thanks = false;
    decision->confirm_join = false;
    if (decision->volunteer == RECORD_WRITTEN)
        decision->volunteer = RECORD_STAYS;
}

/* Once a pulse, as the text that asks promises: whichever of its questions it is about. After an answer it is a remark,
 * not an answer gone wrong: the one given stays. */
static void decide_unclear(const struct session *session, const struct survey *survey,
                           const struct reading *reading, int64_t received_ms,
                           struct reply_decision *decision)
{
    enum standing_text asking;
    if (reading->optout)
        decision->verdict = REPLY_STOP_ONLY; /* that much was read */
    else if (decision->step == STEP_NAME)
        return; /* it need not be told */
    else if (session->value[decision->step] >= 0)
        decision->verdict = REPLY_COMMENT;
    else if (!session->clarified && !is_paused(session, received_ms) &&
             clarify_text(survey->questions[decision->step].kind, &asking))
        decision->verdict = REPLY_CLARIFIED;
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
            session_say(session, TEXT_VOLUNTEER_LEFT, received_ms, decision);
    }
}

/* --- the way on --- */

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

static void go_to(const struct session *session, const struct survey *survey, int next, int64_t received_ms,
                  struct reply_decision *decision)
{
    bool asks = next != STEP_NONE && !is_paused(session, received_ms);
    decision->complete = !counts_from(survey, next);
    decision->next_step = asks ? next : STEP_NONE;
    decision->thanks = !asks && survey->thanks && !session->thanked;
    decision->withdraws_thanks = asks && session->thanked;
}

/* Where the conversation goes from the step that was answered. When a later step is on its way to be asked,
 * the new answer may lead to it all the same, or take it back; when one has been asked already (the reply
 * took long to reach us), the conversation has gone on and only the value changes. */
static void go_on(const struct session *session, const struct survey *survey, int64_t received_ms,
                  struct reply_decision *decision)
{
    int last = session->path[session->path_count - 1];
    int next = step_after(survey, decision->step, decision->value);
    bool is_pending = last != decision->step && session->asked_ms[last] == 0;
    if (decision->step == last) {
        go_to(session, survey, is_on_path(session, next) ? STEP_NONE : next, received_ms, decision);
    } else if (is_pending && next != last && session->path[session->path_count - 2] == decision->step) {
        decision->cancel_pending = true;
        go_to(session, survey, is_on_path(session, next) ? STEP_NONE : next, received_ms, decision);
    } else {
        decision->complete = !counts_from_last(session, survey);
    }
}
