/* What a reply does to a pulse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "domain/session.h"

#define ASKED  (INT64_C(1000) * DAY_MS)
#define CLOSES (ASKED + 7 * DAY_MS)
#define DURING (ASKED + HOUR_MS)

static const struct session open_session = {
    .known = true, .has_pulse = true, .asked = true, .asked_ms = ASKED, .closes_ms = CLOSES, .value = -1};
static const struct reading five = {.answered = true, .value = 5};
static const struct reading five_stop = {.answered = true, .value = 5, .optout = true};
static const struct reading stop = {.optout = true};
static const struct reading unreadable = {0};

static struct reply_decision decide(const struct session *session, const struct reading *reading,
                                    int64_t received_ms)
{
    struct reply_decision decision;
    session_decide(session, reading, received_ms, &decision);
    return decision;
}

static void a_pulse_is_open_from_asking_to_closing(void **state)
{
    (void)state;
    struct session session = open_session;
    assert_false(session_open(&session, ASKED - 1));
    assert_true(session_open(&session, ASKED));
    assert_true(session_open(&session, CLOSES - 1));
    assert_false(session_open(&session, CLOSES));
    session.asked = false;
    assert_false(session_open(&session, DURING));
    session = open_session;
    session.stopped = true;
    assert_false(session_open(&session, DURING));
    session = open_session;
    session.has_pulse = false;
    assert_false(session_open(&session, DURING));
}

static void an_answer_counts_and_a_second_replaces(void **state)
{
    (void)state;
    struct session session = open_session;
    struct reply_decision decision = decide(&session, &five, DURING);
    assert_int_equal(decision.verdict, REPLY_ANSWER);
    assert_int_equal(decision.value, 5);
    assert_false(decision.replaces);
    assert_false(decision.optout);
    assert_false(decision.confirm_stop);
    session.value = 0; /* zero is a value */
    assert_true(decide(&session, &five, DURING).replaces);
}

static void what_cannot_be_read_is_unparseable_only_while_open(void **state)
{
    (void)state;
    assert_int_equal(decide(&open_session, &unreadable, DURING).verdict, REPLY_UNPARSEABLE);
    assert_int_equal(decide(&open_session, &unreadable, CLOSES).verdict, REPLY_LATE);
}

static void an_answer_with_stop_is_both(void **state)
{
    (void)state;
    struct reply_decision decision = decide(&open_session, &five_stop, DURING);
    assert_int_equal(decision.verdict, REPLY_ANSWER);
    assert_true(decision.optout);
    assert_true(decision.confirm_stop);
}

static void stop_works_at_any_time(void **state)
{
    (void)state;
    struct session idle = {.known = true, .value = -1};
    assert_int_equal(decide(&open_session, &stop, DURING).verdict, REPLY_STOP_ONLY);
    assert_int_equal(decide(&idle, &stop, DURING).verdict, REPLY_STOP_ONLY);
    struct reply_decision late = decide(&open_session, &five_stop, CLOSES + DAY_MS);
    assert_int_equal(late.verdict, REPLY_STOP_ONLY);
    assert_true(late.optout);
    assert_true(late.confirm_stop);
}

static void stop_is_confirmed_once_in_a_day(void **state)
{
    (void)state;
    struct session stopped = open_session;
    stopped.stopped = true;
    stopped.stop_confirmed_ms = DURING;
    struct reply_decision again = decide(&stopped, &stop, DURING + DAY_MS - 1);
    assert_int_equal(again.verdict, REPLY_STOP_ONLY);
    assert_false(again.optout); /* it is in force already */
    assert_false(again.confirm_stop);
    again = decide(&stopped, &stop, DURING + DAY_MS);
    assert_int_equal(again.verdict, REPLY_STOP_ONLY);
    assert_true(again.confirm_stop);
}

static void a_digit_after_stop_is_late(void **state)
{
    (void)state;
    struct session stopped = open_session;
    stopped.stopped = true;
    struct reply_decision decision = decide(&stopped, &five, DURING);
    assert_int_equal(decision.verdict, REPLY_LATE);
    assert_false(decision.confirm_stop);
}

static void a_number_of_nobody_is_unknown(void **state)
{
    (void)state;
    struct session nobody = {.value = -1};
    struct reply_decision decision = decide(&nobody, &five_stop, DURING);
    assert_int_equal(decision.verdict, REPLY_UNKNOWN);
    assert_false(decision.optout);
    assert_false(decision.confirm_stop);
}

static void a_reply_before_the_question_belongs_to_no_pulse(void **state)
{
    (void)state;
    assert_int_equal(decide(&open_session, &five, ASKED - 1).verdict, REPLY_LATE);
}

static void verdicts_have_names(void **state)
{
    static const char *const names[] = {"answer", "unparseable", "stop", "late", "unknown_sender"};
    (void)state;
    for (int verdict = REPLY_ANSWER; verdict <= REPLY_UNKNOWN; verdict++)
        assert_string_equal(reply_verdict_name((enum reply_verdict)verdict), names[verdict]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pulse_is_open_from_asking_to_closing),
        cmocka_unit_test(an_answer_counts_and_a_second_replaces),
        cmocka_unit_test(what_cannot_be_read_is_unparseable_only_while_open),
        cmocka_unit_test(an_answer_with_stop_is_both),
        cmocka_unit_test(stop_works_at_any_time),
        cmocka_unit_test(stop_is_confirmed_once_in_a_day),
        cmocka_unit_test(a_digit_after_stop_is_late),
        cmocka_unit_test(a_number_of_nobody_is_unknown),
        cmocka_unit_test(a_reply_before_the_question_belongs_to_no_pulse),
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
