/* Surveys, readings and sessions that the tests of session.h share, and comparing a decision with the one expected. */
#ifndef TESTS_UNIT_SESSION_FIXTURE_H
#define TESTS_UNIT_SESSION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/session.h"

#define ASKED  (INT64_C(1000) * DAY_MS)
#define CLOSES (ASKED + 7 * DAY_MS)
#define DURING (ASKED + HOUR_MS)

#define SCALE(to_low, to_high)                                                                               \
    {                                                                                                        \
        .kind = QUESTION_SCALE, .min = 1, .max = 5, .next = { to_low, to_low, to_high, to_high, to_high }    \
    }

/* "How was it?": 1-2 lead to a yes or no, which leads to own words; 3-5 lead to own words; then the end. */
static const struct survey branching = {
    .thanks = true,
    .questions_count = 3,
    .questions = {SCALE(1, 2),
                  {.kind = QUESTION_YESNO, .max = 1, .next = {2, SURVEY_END}},
                  {.kind = QUESTION_TEXT, .next = {SURVEY_END}}},
};
/* 1-2 lead to another scale, 3-5 to volunteering; a name is asked. */
static const struct survey volunteering = {
    .thanks = true,
    .questions_count = 3,
    .questions = {SCALE(1, 2),
                  SCALE(SURVEY_END, 2),
                  {.kind = QUESTION_VOLUNTEER, .max = 1, .ask_name = true, .next = {SURVEY_END, SURVEY_END}}},
};
/* Volunteering first, a scale after it. */
static const struct survey volunteering_first = {
    .questions_count = 2,
    .questions = {{.kind = QUESTION_VOLUNTEER, .max = 1, .next = {SURVEY_END, 1}},
                  SCALE(SURVEY_END, SURVEY_END)},
};
/* 1-2 lead to another scale, 3-5 end. */
static const struct survey reopening = {.questions_count = 2,
                                        .questions = {SCALE(1, SURVEY_END), SCALE(SURVEY_END, SURVEY_END)}};
static const struct survey single = {.questions_count = 1, .questions = {SCALE(SURVEY_END, SURVEY_END)}};

static const struct reading stop = {.outcome = READ_OPTOUT, .value = -1, .optout = true};
static const struct reading start = {.outcome = READ_OPTIN, .value = -1};
static const struct reading help = {.outcome = READ_HELP, .value = -1};
static const struct reading wrong = {.outcome = READ_WRONG_PERSON, .value = -1};
static const struct reading leave = {.outcome = READ_LEAVE, .value = -1};
static const struct reading words = {.outcome = READ_WORDS, .value = -1};
static const struct reading unclear = {.outcome = READ_UNCLEAR, .value = -1};
static const struct reading comment = {.outcome = READ_COMMENT, .value = -1};
static const struct reading business = {.outcome = READ_BUSINESS, .value = -1};
static const struct reading distress = {.outcome = READ_DISTRESS, .value = -1};
static const struct reading pause_word = {.outcome = READ_PAUSE, .value = -1};

static inline struct reading answer(int value)
{
    return (struct reading){.outcome = READ_ANSWER, .value = value};
}

static inline struct reading answer_and_stop(int value)
{
    return (struct reading){.outcome = READ_ANSWER, .value = value, .optout = true};
}

/* A session whose path is written as digits; '+' after a step = it was asked, an hour after the one before. */
static inline struct session session_on(const char *path)
{
    struct session session = {.known = true, .has_pulse = true, .closes_ms = CLOSES, .value = {-1, -1, -1}};
    for (const char *step = path; *step != '\0'; step++) {
        if (*step == '+')
            session.asked_ms[session.path[session.path_count - 1]] =
                ASKED + (int64_t)(session.path_count - 1) * HOUR_MS;
        else
            session.path[session.path_count++] = *step - '0';
    }
    return session;
}

static inline struct reply_decision decide_at(const struct session *session, const struct survey *survey,
                                              struct reading reading, int64_t received_ms)
{
    struct reply_decision decision;
    const struct survey *known = session_step(session, received_ms) == STEP_NONE ? NULL : survey;
    session_decide(session, known, &reading, received_ms, &decision);
    return decision;
}

/* Decides one that comes at the end of all that was asked. */
static inline struct reply_decision decide(const struct session *session, const struct survey *survey,
                                           struct reading reading)
{
    return decide_at(session, survey, reading, ASKED + DAY_MS);
}

/* --- what is expected of a decision --- */

/* Nothing beyond the verdict: no answer before this one, nothing is asked or said in return. */
static inline struct reply_decision expect_only(enum reply_verdict verdict, int step, int value)
{
    return (struct reply_decision){
        .verdict = verdict, .step = step, .value = value, .value_before = -1, .next_step = STEP_NONE};
}

/* No value, and a text of the service in return. */
static inline struct reply_decision expect_text(enum reply_verdict verdict, int step,
                                                enum standing_text standing)
{
    struct reply_decision expected = expect_only(verdict, step, -1);
    expected.says = true;
    expected.standing = standing;
    return expected;
}

/* The person is asked no more, and told so. */
static inline struct reply_decision expect_stop(enum reply_verdict verdict, int step, int value)
{
    struct reply_decision expected = expect_text(verdict, step, TEXT_STOP_CONFIRM);
    expected.value = value;
    expected.optout = true;
    return expected;
}

static inline void assert_decision(const struct reply_decision *decision,
                                   const struct reply_decision *expected)
{
    assert_int_equal(decision->verdict, expected->verdict);
    assert_int_equal(decision->step, expected->step);
    assert_int_equal(decision->value, expected->value);
    assert_int_equal(decision->value_before, expected->value_before);
    assert_int_equal(decision->complete, expected->complete);
    assert_int_equal(decision->cancel_pending, expected->cancel_pending);
    assert_int_equal(decision->next_step, expected->next_step);
    assert_int_equal(decision->optout, expected->optout);
    assert_int_equal(decision->optin, expected->optin);
    assert_int_equal(decision->pauses, expected->pauses);
    assert_int_equal(decision->resumes, expected->resumes);
    assert_int_equal(decision->block, expected->block);
    assert_int_equal(decision->unblock, expected->unblock);
    assert_int_equal(decision->volunteer, expected->volunteer);
    assert_int_equal(decision->keeps_name, expected->keeps_name);
    assert_int_equal(decision->thanks, expected->thanks);
    assert_int_equal(decision->withdraws_thanks, expected->withdraws_thanks);
    assert_int_equal(decision->withdraws_clarify, expected->withdraws_clarify);
    assert_int_equal(decision->confirm_join, expected->confirm_join);
    assert_int_equal(decision->helpline, expected->helpline);
    assert_int_equal(decision->commented, expected->commented);
    assert_int_equal(decision->muted, expected->muted);
    assert_int_equal(decision->says, expected->says);
    if (expected->says)
        assert_int_equal(decision->standing, expected->standing);
}

#endif
