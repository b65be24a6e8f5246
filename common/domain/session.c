/* What a reply does to a conversation: the whole decision, pure. Draws no time of its own: what a reply belongs to is
 * judged by when it was received, also when it is decided later.
 *
 *   reading ─► STOP, START, pause, help, business, wrong person, leave ─► their own rules, at any time
 *           ├► distress ─► helpline, and the number in it as an answer
 *           └► answer, words, no answer ─► nothing open: late
 *                                        └► of its step: session_steps.c */
#include "domain/session.h"

#include <assert.h>

#include "domain/session_steps.h"

static void decide_unknown(const struct session *session, const struct reading *reading,
                           struct reply_decision *decision);
static void decide_optout(const struct session *session, int64_t received_ms,
                          struct reply_decision *decision);
static void decide_optin(const struct session *session, int64_t received_ms, struct reply_decision *decision);
static void decide_pause(const struct session *session, int64_t received_ms, struct reply_decision *decision);
static void decide_leave(const struct session *session, int64_t received_ms, struct reply_decision *decision);
static void decide_distress(const struct session *session, const struct survey *survey,
                            const struct reading *reading, int64_t received_ms,
                            struct reply_decision *decision);
static void decide_late(const struct session *session, int64_t received_ms, struct reply_decision *decision);

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
        session_say(session, TEXT_HELP, received_ms, decision_out);
        break;
    case READ_BUSINESS:
        decision_out->verdict = REPLY_BUSINESS;
        if (!reading->optout) /* what confirms STOP says it, too */
            session_say(session, TEXT_BUSINESS, received_ms, decision_out);
        break;
    case READ_PAUSE:
        if (reading->optout) /* outlasts it */
            decision_out->verdict = REPLY_STOP_ONLY;
        else
            decide_pause(session, received_ms, decision_out);
        break;
    case READ_WRONG_PERSON:
        decision_out->verdict = REPLY_WRONG_PERSON;
        session_say(session, TEXT_WRONG_PERSON, received_ms, decision_out);
        break;
    case READ_LEAVE:
        decide_leave(session, received_ms, decision_out);
        break;
    case READ_DISTRESS:
        decide_distress(session, survey, reading, received_ms, decision_out);
        break;
    case READ_ANSWER:
    case READ_WORDS:
    case READ_UNCLEAR:
    case READ_COMMENT:
        if (decision_out->step != STEP_NONE)
            session_decide_step(session, survey, reading, received_ms, decision_out);
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
           standing == TEXT_LATE || standing == TEXT_BUSINESS || standing == TEXT_PAUSE_CONFIRM;
}

void session_say(const struct session *session, enum standing_text standing, int64_t received_ms,
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
    session_say(session, TEXT_STOP_CONFIRM, received_ms, decision);
}

static void decide_optin(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    decision->verdict = REPLY_START;
    decision->optin = session->stopped;
    decision->resumes = session->paused_until_ms != 0;
    if (session->stopped || session->paused_until_ms > received_ms)
        session_say(session, TEXT_START_CONFIRM, received_ms, decision);
}

/* A STOP outlasts it. What was asked already may still be answered; nothing more is asked. */
static void decide_pause(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    decision->verdict = REPLY_PAUSE;
    decision->pauses = !session->stopped;
    session_say(session, session->stopped ? TEXT_STOP_CONFIRM : TEXT_PAUSE_CONFIRM, received_ms, decision);
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
    session_say(session, TEXT_VOLUNTEER_LEFT, received_ms, decision);
}

/* A number in it counts as if nothing else had been said, but whoever is in need is asked nothing further now. */
static void decide_distress(const struct session *session, const struct survey *survey,
                            const struct reading *reading, int64_t received_ms,
                            struct reply_decision *decision)
{
    decision->verdict = REPLY_DISTRESS;
    if (decision->step != STEP_NONE && decision->step != STEP_NAME && reading->value >= 0 &&
        survey->questions[decision->step].kind != QUESTION_TEXT) {
        const struct reading number = {
            .outcome = READ_ANSWER, .value = reading->value, .optout = reading->optout};
        session_decide_step(session, survey, &number, received_ms, decision);
        session_end(decision);
    }
    decision->helpline = true;
}

/* Who is about to be asked is not told that it is too late. */
static void decide_late(const struct session *session, int64_t received_ms, struct reply_decision *decision)
{
    bool to_be_asked = session->has_pulse && session->asked_ms[0] == 0;
    decision->verdict = REPLY_LATE;
    if (!session->stopped && !to_be_asked)
        session_say(session, TEXT_LATE, received_ms, decision);
}

/* --- what is not said --- */

void reply_mute(struct reply_decision *decision)
{
    if (decision->verdict == REPLY_CLARIFIED)
        decision->verdict = REPLY_UNPARSEABLE; /* it may be asked for once more another time */
    session_end(decision);
    decision->helpline = false;
    decision->says = false;
    decision->muted = true;
}

void reply_leave_stop_confirm(struct reply_decision *decision)
{
    if (decision->standing == TEXT_STOP_CONFIRM && decision->verdict != REPLY_PAUSE)
        decision->says = false;
}

const char *reply_verdict_name(enum reply_verdict verdict)
{
    static const char *const names[REPLY_VERDICTS] = {
        [REPLY_ANSWER] = "answer",
        [REPLY_WORDS] = "words",
        [REPLY_VOLUNTEER] = "volunteer",
        [REPLY_NO_VOLUNTEER] = "no_volunteer",
        [REPLY_NAME] = "name",
        [REPLY_CLARIFIED] = "clarified",
        [REPLY_UNPARSEABLE] = "unparseable",
        [REPLY_COMMENT] = "comment",
        [REPLY_STOP_ONLY] = "stop",
        [REPLY_PAUSE] = "pause",
        [REPLY_START] = "start",
        [REPLY_HELP] = "help",
        [REPLY_BUSINESS] = "business",
        [REPLY_DISTRESS] = "distress",
        [REPLY_WRONG_PERSON] = "wrong_person",
        [REPLY_LEAVE] = "leave",
        [REPLY_LATE] = "late",
        [REPLY_UNKNOWN] = "unknown_sender",
    };
    return names[verdict];
}
