/* What a reply does at any time, whatever was asked: STOP, START, help, a wrong person, a late reply, a number of nobody. */
#include "session_fixture.h"

/* --- STOP and START --- */

static void stop_works_at_any_time(void **state)
{
    struct session open = session_on("0+"), idle = {.known = true, .value = {-1, -1, -1}};
    struct reply_decision expected = expect_stop(REPLY_STOP_ONLY, 0, -1);
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
    struct reply_decision expected = expect_stop(REPLY_ANSWER, 0, 1);
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
    struct reply_decision expected = expect_only(REPLY_START, 0, -1);
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
        struct reply_decision expected = expect_text(REPLY_HELP, i == 0 ? 0 : STEP_NONE, TEXT_HELP);
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
    struct reply_decision expected = expect_text(REPLY_LATE, STEP_NONE, TEXT_LATE);
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
        struct reply_decision expected = expect_only(cases[i].verdict, STEP_NONE, -1);
        expected.block = cases[i].block;
        expected.unblock = cases[i].unblock;
        struct reply_decision decision = decide(&nobody, NULL, cases[i].reading);
        assert_decision(&decision, &expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_works_at_any_time),
        cmocka_unit_test(an_answer_with_stop_is_both_and_ends_the_pulse),
        cmocka_unit_test(stop_is_confirmed_once_in_a_day),
        cmocka_unit_test(start_lifts_stop_and_opens_nothing),
        cmocka_unit_test(start_is_confirmed_once_in_a_day),
        cmocka_unit_test(help_is_given_always),
        cmocka_unit_test(help_is_given_once_in_a_day),
        cmocka_unit_test(what_comes_late_is_told_so_once_in_a_day),
        cmocka_unit_test(a_number_of_nobody_is_never_written_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
