/* What a reply does to a conversation. */
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

static struct reading answer(int value)
{
    return (struct reading){.outcome = READ_ANSWER, .value = value};
}

static struct reading answer_and_stop(int value)
{
    return (struct reading){.outcome = READ_ANSWER, .value = value, .optout = true};
}

/* A session whose path is written as digits; '+' after a step = it was asked, an hour after the one before. */
static struct session session_on(const char *path)
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

static struct reply_decision decide_at(const struct session *session, const struct survey *survey,
                                       struct reading reading, int64_t received_ms)
{
    struct reply_decision decision;
    const struct survey *known = session_step(session, received_ms) == STEP_NONE ? NULL : survey;
    session_decide(session, known, &reading, received_ms, &decision);
    return decision;
}

/* Decides one that comes at the end of all that was asked. */
static struct reply_decision decide(const struct session *session, const struct survey *survey,
                                    struct reading reading)
{
    return decide_at(session, survey, reading, ASKED + DAY_MS);
}

static void assert_decision(const struct reply_decision *decision, const struct reply_decision *expected)
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
    assert_int_equal(decision->block, expected->block);
    assert_int_equal(decision->unblock, expected->unblock);
    assert_int_equal(decision->volunteer, expected->volunteer);
    assert_int_equal(decision->keeps_name, expected->keeps_name);
    assert_int_equal(decision->thanks, expected->thanks);
    assert_int_equal(decision->withdraws_thanks, expected->withdraws_thanks);
    assert_int_equal(decision->confirm_join, expected->confirm_join);
    assert_int_equal(decision->says, expected->says);
    if (expected->says)
        assert_int_equal(decision->standing, expected->standing);
}

/* --- which step a reply belongs to --- */

static void a_pulse_is_open_from_asking_to_closing(void **state)
{
    struct session session = session_on("0+");
    (void)state;
    assert_int_equal(session_step(&session, ASKED - 1), STEP_NONE);
    assert_int_equal(session_step(&session, ASKED), 0);
    assert_int_equal(session_step(&session, CLOSES - 1), 0);
    assert_int_equal(session_step(&session, CLOSES), STEP_NONE);
    session.stopped = true;
    assert_int_equal(session_step(&session, DURING), STEP_NONE);
    session = session_on("0+");
    session.has_pulse = false;
    assert_int_equal(session_step(&session, DURING), STEP_NONE);
    session = session_on("0+");
    session.known = false;
    assert_int_equal(session_step(&session, DURING), STEP_NONE);
    session = session_on("0");
    assert_int_equal(session_step(&session, DURING), STEP_NONE);
}

static void a_reply_belongs_to_what_had_been_asked_when_it_came(void **state)
{
    struct session session = session_on("0+1+2+3");
    (void)state;
    assert_int_equal(session_step(&session, ASKED + HOUR_MS - 1), 0);
    assert_int_equal(session_step(&session, ASKED + HOUR_MS), 1);
    assert_int_equal(session_step(&session, ASKED + 2 * HOUR_MS - 1), 1);
    assert_int_equal(session_step(&session, ASKED + 2 * HOUR_MS), 2);
    assert_int_equal(session_step(&session, CLOSES - 1), 2); /* the name was not asked yet */
    session = session_on("0+2+3+");
    assert_int_equal(session_step(&session, CLOSES - 1), STEP_NAME);
}

/* --- answers and the way on --- */

#define WORDS     (-2) /* read, instead of a value */
#define UNCLEAR   (-3)
#define COMPLETES 1
#define WITHDRAWS 2
#define THANKS    4

static void answers_lead_through_the_survey(void **state)
{
    static const struct {
        const struct survey *survey;
        const char *path;
        int values[QUESTIONS_MAX];
        int read;
        enum reply_verdict verdict;
        int step, value, value_before, next;
        unsigned does;
    } cases[] = {
        /* the first question, low and high */
        {&branching, "0+", {-1, -1, -1}, 1, REPLY_ANSWER, 0, 1, -1, 1, 0},
        {&branching, "0+", {-1, -1, -1}, 5, REPLY_ANSWER, 0, 5, -1, 2, COMPLETES},
        /* the second, to the end and on to own words; zero is a value */
        {&branching, "0+1+", {1, -1, -1}, 1, REPLY_ANSWER, 1, 1, -1, -1, COMPLETES | THANKS},
        {&branching, "0+1+", {1, -1, -1}, 0, REPLY_ANSWER, 1, 0, -1, 2, COMPLETES},
        {&branching, "0+1+", {1, 0, -1}, 0, REPLY_ANSWER, 1, 0, 0, 2, COMPLETES},
        /* own words, once and again */
        {&branching, "0+1+2+", {1, 0, -1}, WORDS, REPLY_WORDS, 2, 0, -1, -1, COMPLETES | THANKS},
        {&branching, "0+2+", {5, -1, 0}, WORDS, REPLY_WORDS, 2, 0, 0, -1, COMPLETES | THANKS},
        /* one question, without thanks */
        {&single, "0+", {-1, -1, -1}, 3, REPLY_ANSWER, 0, 3, -1, -1, COMPLETES},
        {&single, "0+", {3, -1, -1}, 4, REPLY_ANSWER, 0, 4, 3, -1, COMPLETES},
        /* an answer that is not one */
        {&branching, "0+1+", {1, -1, -1}, UNCLEAR, REPLY_UNPARSEABLE, 1, -1, -1, -1, 0},
        /* replaced before the next was asked: the same way */
        {&branching, "0+1", {1, -1, -1}, 2, REPLY_ANSWER, 0, 2, 1, -1, 0},
        {&branching, "0+2", {5, -1, -1}, 4, REPLY_ANSWER, 0, 4, 5, -1, COMPLETES},
        /* another way, and to the end */
        {&branching, "0+2", {5, -1, -1}, 1, REPLY_ANSWER, 0, 1, 5, 1, WITHDRAWS},
        {&branching, "0+1", {1, -1, -1}, 5, REPLY_ANSWER, 0, 5, 1, 2, WITHDRAWS | COMPLETES},
        {&branching, "0+1+2", {1, 0, -1}, 1, REPLY_ANSWER, 1, 1, 0, -1, WITHDRAWS | COMPLETES | THANKS},
        /* replaced after the end: the conversation goes on */
        {&volunteering, "0+1+", {1, 1, -1}, 4, REPLY_ANSWER, 1, 4, 1, 2, COMPLETES},
        {&reopening, "0+", {5, -1, -1}, 1, REPLY_ANSWER, 0, 1, 5, 1, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session session = session_on(cases[i].path);
        struct reading reading = cases[i].read == WORDS     ? words
                                 : cases[i].read == UNCLEAR ? unclear
                                                            : answer(cases[i].read);
        struct reply_decision expected = {.verdict = cases[i].verdict,
                                          .step = cases[i].step,
                                          .value = cases[i].value,
                                          .value_before = cases[i].value_before,
                                          .next_step = cases[i].next,
                                          .complete = (cases[i].does & COMPLETES) != 0,
                                          .cancel_pending = (cases[i].does & WITHDRAWS) != 0,
                                          .thanks = (cases[i].does & THANKS) != 0};
        memcpy(session.value, cases[i].values, sizeof session.value);
        struct reply_decision decision = decide(&session, cases[i].survey, reading);
        assert_decision(&decision, &expected);
    }
}

static void thanks_are_sent_once(void **state)
{
    struct session session = session_on("0+1+");
    (void)state;
    session.value[0] = 1;
    assert_true(decide(&session, &branching, answer(1)).thanks);
    session.thanked = true;
    assert_false(decide(&session, &branching, answer(1)).thanks);
    assert_false(decide(&session, &branching, unclear).thanks);
}

static void thanks_give_way_to_a_further_question(void **state)
{
    struct session session = session_on("0+");
    struct reply_decision expected = {.verdict = REPLY_ANSWER,
                                      .step = 0,
                                      .value = 1,
                                      .value_before = 3,
                                      .next_step = 1,
                                      .withdraws_thanks = true};
    (void)state;
    session.value[0] = 3;
    session.thanked = true;
    struct reply_decision decision = decide(&session, &volunteering, answer(1));
    assert_decision(&decision, &expected);
    session.thanked = false; /* there is nothing to take back */
    assert_false(decide(&session, &volunteering, answer(1)).withdraws_thanks);
    session.thanked = true;
    assert_false(decide(&session, &volunteering, answer_and_stop(1)).withdraws_thanks);
    assert_false(decide(&session, &volunteering, unclear).withdraws_thanks);
}

/* Replies that reached us late are decided on when a later question has been asked already. */
static void what_was_asked_already_is_not_withdrawn(void **state)
{
    struct session session = session_on("0+1+");
    (void)state;
    session.value[0] = 1;
    struct reply_decision decision = decide_at(&session, &branching, answer(5), ASKED + 1);
    struct reply_decision expected = {
        .verdict = REPLY_ANSWER, .step = 0, .value = 5, .value_before = 1, .next_step = STEP_NONE};
    assert_decision(&decision, &expected); /* the second question is open and counted */
    session.value[1] = 1;
    decision = decide_at(&session, &branching, answer(5), ASKED + 1);
    expected.complete = true; /* it has its answer */
    assert_decision(&decision, &expected);

    session = session_on("0+1+2");
    session.value[0] = 1;
    session.value[1] = 0;
    decision = decide_at(&session, &branching, answer(5), ASKED + 1);
    assert_decision(&decision, &expected); /* the third is on its way, but not from here */
}

/* --- STOP and START --- */

static void stop_works_at_any_time(void **state)
{
    struct session open = session_on("0+"), idle = {.known = true, .value = {-1, -1, -1}};
    struct reply_decision expected = {.verdict = REPLY_STOP_ONLY,
                                      .step = 0,
                                      .value = -1,
                                      .value_before = -1,
                                      .next_step = STEP_NONE,
                                      .optout = true,
                                      .says = true,
                                      .standing = TEXT_STOP_CONFIRM};
    (void)state;
    struct reply_decision decision = decide(&open, &branching, stop);
    assert_decision(&decision, &expected);
    expected.step = STEP_NONE;
    decision = decide(&idle, NULL, stop);
    assert_decision(&decision, &expected);
    decision = decide_at(&open, &branching, stop, CLOSES + 30 * DAY_MS);
    assert_decision(&decision, &expected);
    decision =
        decide_at(&open, &branching, answer_and_stop(5), CLOSES); /* a late answer does not hide the STOP */
    assert_decision(&decision, &expected);
}

static void an_answer_with_stop_is_both_and_ends_the_pulse(void **state)
{
    struct session session = session_on("0+");
    struct reply_decision expected = {.verdict = REPLY_ANSWER,
                                      .step = 0,
                                      .value = 1,
                                      .value_before = -1,
                                      .next_step = STEP_NONE,
                                      .optout = true,
                                      .says = true,
                                      .standing = TEXT_STOP_CONFIRM};
    (void)state;
    struct reply_decision decision = decide(&session, &branching, answer_and_stop(1));
    assert_decision(&decision, &expected); /* a counted question was left: not complete */
    decision = decide(&session, &branching, answer_and_stop(5));
    expected.value = 5;
    expected.complete = true;
    assert_decision(&decision, &expected); /* no thanks, no own words asked */
    session = session_on("0+1+");
    session.value[0] = 1;
    decision = decide(&session, &branching, answer_and_stop(1));
    assert_false(decision.thanks);
    assert_true(decision.complete);
}

static void stop_is_confirmed_once_in_a_day(void **state)
{
    struct session stopped = session_on("0+");
    (void)state;
    stopped.stopped = true;
    stopped.said_ms[TEXT_STOP_CONFIRM] = DURING;
    struct reply_decision again = decide_at(&stopped, NULL, stop, DURING + DAY_MS - 1);
    assert_int_equal(again.verdict, REPLY_STOP_ONLY);
    assert_false(again.optout); /* it is in force already */
    assert_false(again.says);
    again = decide_at(&stopped, NULL, stop, DURING + DAY_MS);
    assert_false(again.optout);
    assert_true(again.says);
    again = decide_at(&stopped, NULL, stop, DURING - HOUR_MS); /* received before, decided on after */
    assert_false(again.says);
    stopped.stopped = false; /* START came between */
    again = decide_at(&stopped, &single, stop, DURING + 1);
    assert_true(again.optout);
    assert_false(again.says);
}

static void start_lifts_stop_and_opens_nothing(void **state)
{
    struct session session = session_on("0+");
    struct reply_decision expected = {
        .verdict = REPLY_START, .step = 0, .value = -1, .value_before = -1, .next_step = STEP_NONE};
    (void)state;
    struct reply_decision decision = decide(&session, &branching, start);
    assert_decision(&decision, &expected); /* nothing was stopped */
    session.stopped = true;
    expected.step = STEP_NONE;
    expected.optin = true;
    expected.says = true;
    expected.standing = TEXT_START_CONFIRM;
    decision = decide(&session, &branching, start);
    assert_decision(&decision, &expected);
}

static void start_is_confirmed_once_in_a_day(void **state)
{
    struct session session = session_on("0+");
    (void)state;
    session.stopped = true;
    session.said_ms[TEXT_START_CONFIRM] = DURING;
    struct reply_decision again = decide_at(&session, NULL, start, DURING + DAY_MS - 1);
    assert_true(again.optin);
    assert_false(again.says);
    assert_true(decide_at(&session, NULL, start, DURING + DAY_MS).says);
    session.said_ms[TEXT_START_CONFIRM] = 0;
    session.said_ms[TEXT_STOP_CONFIRM] = DURING; /* each text has a day of its own */
    assert_true(decide_at(&session, NULL, start, DURING + 1).says);
}

/* --- help, wrong person, late --- */

static void help_is_given_always(void **state)
{
    struct session open = session_on("0+"), stopped = session_on("0+"), idle = {.known = true};
    (void)state;
    stopped.stopped = true;
    const struct session *sessions[] = {&open, &stopped, &idle};
    for (size_t i = 0; i < 3; i++) {
        struct reply_decision decision = decide(sessions[i], &single, help);
        struct reply_decision expected = {.verdict = REPLY_HELP,
                                          .step = i == 0 ? 0 : STEP_NONE,
                                          .value = -1,
                                          .value_before = -1,
                                          .next_step = STEP_NONE,
                                          .says = true,
                                          .standing = TEXT_HELP};
        assert_decision(&decision, &expected);
        decision = decide(sessions[i], &single, wrong);
        expected.verdict = REPLY_WRONG_PERSON;
        expected.standing = TEXT_WRONG_PERSON;
        assert_decision(&decision, &expected);
    }
}

static void help_is_given_once_in_a_day(void **state)
{
    struct session session = session_on("0+");
    (void)state;
    session.said_ms[TEXT_HELP] = DURING;
    struct reply_decision again = decide_at(&session, &single, help, DURING + DAY_MS - 1);
    assert_int_equal(again.verdict, REPLY_HELP);
    assert_false(again.says);
    assert_true(decide_at(&session, &single, help, DURING + DAY_MS).says);
}

static void what_comes_late_is_told_so_once_in_a_day(void **state)
{
    struct session session = session_on("0+");
    struct reply_decision expected = {.verdict = REPLY_LATE,
                                      .step = STEP_NONE,
                                      .value = -1,
                                      .value_before = -1,
                                      .next_step = STEP_NONE,
                                      .says = true,
                                      .standing = TEXT_LATE};
    (void)state;
    struct reply_decision decision = decide_at(&session, NULL, comment, CLOSES);
    assert_decision(&decision, &expected);
    decision = decide_at(&session, NULL, comment, ASKED - 1);
    assert_decision(&decision, &expected);
    session.asked_ms[0] = 0; /* about to be asked: not told that it is too late */
    assert_false(decide_at(&session, NULL, comment, ASKED - 1).says);
    session.asked_ms[0] = ASKED;
    session.said_ms[TEXT_LATE] = CLOSES;
    assert_true(decide_at(&session, NULL, comment, CLOSES + DAY_MS).says);
    decision = decide_at(&session, NULL, comment, CLOSES + DAY_MS - 1);
    expected.says = false;
    assert_decision(&decision, &expected);
    session.said_ms[TEXT_LATE] = 0;
    session.stopped = true;
    decision = decide_at(&session, NULL, comment, DURING);
    assert_decision(&decision, &expected);
}

/* --- a number of nobody --- */

static void a_number_of_nobody_is_never_written_to(void **state)
{
    static const struct {
        struct reading reading;
        bool blocked;
        enum reply_verdict verdict;
        bool block, unblock;
    } cases[] = {
        {{.outcome = READ_OPTOUT, .optout = true}, false, REPLY_STOP_ONLY, true, false},
        {{.outcome = READ_OPTOUT, .optout = true}, true, REPLY_STOP_ONLY, true, false},
        {{.outcome = READ_OPTIN}, false, REPLY_UNKNOWN, false, false},
        {{.outcome = READ_OPTIN}, true, REPLY_START, false, true},
        {{.outcome = READ_HELP}, false, REPLY_UNKNOWN, false, false},
        {{.outcome = READ_WRONG_PERSON}, true, REPLY_UNKNOWN, false, false},
        {{.outcome = READ_LEAVE}, false, REPLY_STOP_ONLY, true, false},
        {{.outcome = READ_LEAVE}, true, REPLY_STOP_ONLY, true, false},
        {{.outcome = READ_COMMENT}, true, REPLY_UNKNOWN, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session nobody = {.blocked = cases[i].blocked, .value = {-1, -1, -1}};
        struct reply_decision expected = {.verdict = cases[i].verdict,
                                          .step = STEP_NONE,
                                          .value = -1,
                                          .value_before = -1,
                                          .next_step = STEP_NONE,
                                          .block = cases[i].block,
                                          .unblock = cases[i].unblock};
        struct reply_decision decision = decide(&nobody, NULL, cases[i].reading);
        assert_decision(&decision, &expected);
    }
}

/* --- volunteers --- */

static void yes_joins_and_asks_for_a_name(void **state)
{
    struct session session = session_on("0+2+");
    struct reply_decision expected = {.verdict = REPLY_VOLUNTEER,
                                      .step = 2,
                                      .value = 1,
                                      .value_before = -1,
                                      .complete = true,
                                      .next_step = STEP_NAME,
                                      .volunteer = RECORD_WRITTEN,
                                      .confirm_join = true};
    (void)state;
    session.value[0] = 5;
    struct reply_decision decision = decide(&session, &volunteering, answer(1));
    assert_decision(&decision, &expected);
    session.volunteer = true; /* who is on the list already joins anew */
    decision = decide(&session, &volunteering, answer(1));
    assert_decision(&decision, &expected);
    session.value[2] = 1; /* a yes said twice is confirmed once: two machines must not talk for ever */
    assert_false(decide(&session, &volunteering, answer(1)).confirm_join);
    session.volunteer = false; /* left the list in between */
    assert_true(decide(&session, &volunteering, answer(1)).confirm_join);

    session = session_on("0+2+3+");
    session.volunteer = true;
    session.value[2] = 1;
    decision = decide(&session, &volunteering, words);
    expected = (struct reply_decision){.verdict = REPLY_NAME,
                                       .step = STEP_NAME,
                                       .value = -1,
                                       .value_before = -1,
                                       .complete = true,
                                       .next_step = STEP_NONE,
                                       .keeps_name = true,
                                       .thanks = true};
    assert_decision(&decision, &expected);
    decision =
        decide(&session, &volunteering, answer(0)); /* "no": declines to tell it, and stays on the list */
    expected.keeps_name = false;
    assert_decision(&decision, &expected);
    session.volunteer = false; /* left the list before the name */
    decision = decide(&session, &volunteering, answer(0));
    assert_decision(&decision, &expected);
    assert_int_equal(decide(&session, &volunteering, words).verdict, REPLY_UNPARSEABLE);
    assert_int_equal(decide(&session, &volunteering, unclear).verdict, REPLY_UNPARSEABLE);
}

static void no_takes_back_a_yes_of_this_pulse(void **state)
{
    struct session session = session_on("0+2+");
    struct reply_decision expected = {.verdict = REPLY_NO_VOLUNTEER,
                                      .step = 2,
                                      .value = 0,
                                      .value_before = -1,
                                      .complete = true,
                                      .next_step = STEP_NONE,
                                      .thanks = true};
    (void)state;
    session.value[0] = 5;
    session.volunteer = true; /* of another time: this no does not concern it */
    struct reply_decision decision = decide(&session, &volunteering, answer(0));
    assert_decision(&decision, &expected);

    session = session_on("0+2+3");
    session.value[0] = 5;
    session.value[2] = 1;
    session.volunteer = true;
    decision = decide(&session, &volunteering, answer(0));
    expected.value_before = 1;
    expected.cancel_pending = true; /* the name is not asked any more */
    expected.volunteer = RECORD_REMOVED;
    expected.says = true; /* as by POIS */
    expected.standing = TEXT_VOLUNTEER_LEFT;
    assert_decision(&decision, &expected);
    session.volunteer = false; /* left since */
    decision = decide(&session, &volunteering, answer(0));
    expected.volunteer = RECORD_STAYS;
    expected.says = false;
    expected.standing = (enum standing_text)0;
    assert_decision(&decision, &expected);
}

static void volunteering_leads_on_like_any_question(void **state)
{
    struct session session = session_on("0+");
    struct reply_decision expected = {.verdict = REPLY_VOLUNTEER,
                                      .step = 0,
                                      .value = 1,
                                      .value_before = -1,
                                      .next_step = 1,
                                      .volunteer = RECORD_WRITTEN,
                                      .confirm_join = true};
    (void)state;
    struct reply_decision decision = decide(&session, &volunteering_first, answer(1));
    assert_decision(&decision, &expected);
    decision =
        decide(&session, &volunteering_first, answer_and_stop(1)); /* nobody joins who cannot be told so */
    expected.next_step = STEP_NONE;
    expected.volunteer = RECORD_STAYS;
    expected.confirm_join = false;
    expected.optout = true;
    expected.says = true;
    expected.standing = TEXT_STOP_CONFIRM;
    assert_decision(&decision, &expected);
}

static void leaving_takes_the_record_away(void **state)
{
    struct session open = session_on("0+"), idle = {.known = true, .stopped = true};
    struct reply_decision expected = {.verdict = REPLY_LEAVE,
                                      .step = 0,
                                      .value = -1,
                                      .value_before = -1,
                                      .next_step = STEP_NONE,
                                      .volunteer = RECORD_REMOVED,
                                      .says = true,
                                      .standing = TEXT_VOLUNTEER_LEFT};
    (void)state;
    open.volunteer = idle.volunteer = true;
    struct reply_decision decision = decide(&open, &single, leave);
    assert_decision(&decision, &expected);
    expected.step = STEP_NONE;
    decision = decide(&idle, NULL, leave);
    assert_decision(&decision, &expected);
    const struct session nobody = {.volunteer = true}; /* once a contact: nobody's number is not written to */
    decision = decide(&nobody, NULL, leave);
    expected.says = false;
    assert_decision(&decision, &expected);
}

static void who_leaves_is_not_asked_for_a_name(void **state)
{
    struct session pending = session_on("0+2+3"), asked = session_on("0+2+3+"), other = session_on("0+2");
    (void)state;
    pending.volunteer = asked.volunteer = other.volunteer = true;
    assert_true(decide(&pending, &volunteering, leave).cancel_pending);
    assert_int_equal(decide(&pending, &volunteering, leave).next_step, STEP_NONE);
    assert_false(decide(&asked, &volunteering, leave).cancel_pending);
    assert_false(decide(&other, &volunteering, leave).cancel_pending); /* surveys go on */
    assert_false(decide_at(&pending, NULL, leave, CLOSES).cancel_pending);
}

static void leaving_no_list_is_stop(void **state)
{
    struct session open = session_on("0+");
    struct reply_decision expected = {.verdict = REPLY_STOP_ONLY,
                                      .step = 0,
                                      .value = -1,
                                      .value_before = -1,
                                      .next_step = STEP_NONE,
                                      .optout = true,
                                      .says = true,
                                      .standing = TEXT_STOP_CONFIRM};
    (void)state;
    struct reply_decision decision = decide(&open, &single, leave);
    assert_decision(&decision, &expected);
    open.stopped = true;
    open.said_ms[TEXT_STOP_CONFIRM] = DURING;
    decision = decide_at(&open, NULL, leave, DURING + 1);
    expected.step = STEP_NONE;
    expected.optout = expected.says = false;
    assert_decision(&decision, &expected);
}

static void verdicts_have_names(void **state)
{
    static const char *const names[REPLY_VERDICTS] = {
        "answer", "words", "volunteer",    "no_volunteer", "name", "unparseable",   "stop",
        "start",  "help",  "wrong_person", "leave",        "late", "unknown_sender"};
    (void)state;
    for (int verdict = 0; verdict < REPLY_VERDICTS; verdict++)
        assert_string_equal(reply_verdict_name((enum reply_verdict)verdict), names[verdict]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pulse_is_open_from_asking_to_closing),
        cmocka_unit_test(a_reply_belongs_to_what_had_been_asked_when_it_came),
        cmocka_unit_test(answers_lead_through_the_survey),
        cmocka_unit_test(thanks_are_sent_once),
        cmocka_unit_test(thanks_give_way_to_a_further_question),
        cmocka_unit_test(what_was_asked_already_is_not_withdrawn),
        cmocka_unit_test(stop_works_at_any_time),
        cmocka_unit_test(an_answer_with_stop_is_both_and_ends_the_pulse),
        cmocka_unit_test(stop_is_confirmed_once_in_a_day),
        cmocka_unit_test(start_lifts_stop_and_opens_nothing),
        cmocka_unit_test(start_is_confirmed_once_in_a_day),
        cmocka_unit_test(help_is_given_always),
        cmocka_unit_test(help_is_given_once_in_a_day),
        cmocka_unit_test(what_comes_late_is_told_so_once_in_a_day),
        cmocka_unit_test(a_number_of_nobody_is_never_written_to),
        cmocka_unit_test(yes_joins_and_asks_for_a_name),
        cmocka_unit_test(no_takes_back_a_yes_of_this_pulse),
        cmocka_unit_test(volunteering_leads_on_like_any_question),
        cmocka_unit_test(leaving_takes_the_record_away),
        cmocka_unit_test(who_leaves_is_not_asked_for_a_name),
        cmocka_unit_test(leaving_no_list_is_stop),
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
