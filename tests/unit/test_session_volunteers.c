/* What a reply does to volunteering: yes, no, the name, and leaving again. */
#include "session_fixture.h"

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
    expected = expect_only(REPLY_NAME, STEP_NAME, -1);
    expected.complete = true;
    expected.keeps_name = true;
    expected.thanks = true;
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
    struct reply_decision expected = expect_only(REPLY_NO_VOLUNTEER, 2, 0);
    expected.complete = true;
    expected.thanks = true;
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
    struct reply_decision expected = expect_text(REPLY_LEAVE, 0, TEXT_VOLUNTEER_LEFT);
    expected.volunteer = RECORD_REMOVED;
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
    struct reply_decision expected = expect_stop(REPLY_STOP_ONLY, 0, -1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yes_joins_and_asks_for_a_name),
        cmocka_unit_test(no_takes_back_a_yes_of_this_pulse),
        cmocka_unit_test(volunteering_leads_on_like_any_question),
        cmocka_unit_test(leaving_takes_the_record_away),
        cmocka_unit_test(who_leaves_is_not_asked_for_a_name),
        cmocka_unit_test(leaving_no_list_is_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
