/* What a reply does that is neither a plain answer nor a STOP: asked for once more, business, distress, a pause, a remark;
 * and what is not said in return. Each case is a whole decision. */
#include "session_fixture.h"

#define LATER  (ASKED + DAY_MS)
#define PAUSED (LATER + 100 * DAY_MS)

/* One of each kind that can be asked, first. */
static const struct survey yesno = {
    .questions_count = 1,
    .questions = {{.kind = QUESTION_YESNO, .max = 1, .next = {SURVEY_END, SURVEY_END}}}};
static const struct survey choice = {
    .questions_count = 1,
    .questions = {
        {.kind = QUESTION_CHOICE, .min = 1, .max = 3, .next = {SURVEY_END, SURVEY_END, SURVEY_END}}}};
static const struct survey own_words = {.questions_count = 1,
                                        .questions = {{.kind = QUESTION_TEXT, .next = {SURVEY_END}}}};

enum before { NOTHING, CLARIFIED = 1, STOPPED = 2, PAUSES = 4, BEFORE_PAUSE = 8 };

static struct session session_after(const char *path, unsigned before)
{
    struct session session = session_on(path);
    session.clarified = (before & CLARIFIED) != 0;
    session.stopped = (before & STOPPED) != 0;
    session.paused_until_ms = (before & PAUSES) != 0 ? PAUSED : (before & BEFORE_PAUSE) != 0 ? LATER : 0;
    return session;
}

static void what_is_not_read_is_asked_for_once_a_pulse(void **state)
{
    static const struct {
        const struct survey *survey;
        const char *path;
        unsigned before;
        int value; /* of the last step asked */
        enum reply_verdict verdict;
    } cases[] = {
        {&single, "0+", NOTHING, -1, REPLY_CLARIFIED},
        {&single, "0+", CLARIFIED, -1, REPLY_UNPARSEABLE},
        {&yesno, "0+", NOTHING, -1, REPLY_CLARIFIED},
        {&yesno, "0+", CLARIFIED, -1, REPLY_UNPARSEABLE},
        {&choice, "0+", NOTHING, -1, REPLY_CLARIFIED},
        {&volunteering_first, "0+", NOTHING, -1, REPLY_CLARIFIED},
        /* a later question of the same pulse: "we will not ask again" was said */
        {&branching, "0+1+", NOTHING, -1, REPLY_CLARIFIED},
        {&branching, "0+1+", CLARIFIED, -1, REPLY_UNPARSEABLE},
        /* own words and a first name need not be written */
        {&own_words, "0+", NOTHING, -1, REPLY_UNPARSEABLE},
        {&volunteering, "0+2+3+", NOTHING, -1, REPLY_UNPARSEABLE},
        /* after an answer it is a remark */
        {&single, "0+", NOTHING, 4, REPLY_COMMENT},
        {&single, "0+", CLARIFIED, 4, REPLY_COMMENT},
        {&branching, "0+2", NOTHING, -1, REPLY_CLARIFIED},
        /* who paused is not asked */
        {&single, "0+", PAUSES, -1, REPLY_UNPARSEABLE},
        {&single, "0+", BEFORE_PAUSE, -1, REPLY_CLARIFIED},
        /* nothing is open */
        {&single, "0+", STOPPED, -1, REPLY_LATE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session session = session_after(cases[i].path, cases[i].before);
        int step = session_step(&session, LATER);
        if (cases[i].value >= 0)
            session.value[step] = cases[i].value;
        struct reply_decision decision = decide(&session, cases[i].survey, unclear);
        if (decision.verdict != cases[i].verdict)
            fail_msg("case %zu: %s, expected %s", i, reply_verdict_name(decision.verdict),
                     reply_verdict_name(cases[i].verdict));
        struct reply_decision expected = expect_only(cases[i].verdict, step, -1);
        assert_decision(&decision, &expected); /* the answer stays, nothing else is said */
    }
}

static void a_stop_behind_what_is_not_read_is_a_stop(void **state)
{
    static const enum reading_outcome outcomes[] = {READ_UNCLEAR, READ_COMMENT, READ_PAUSE};
    (void)state;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        struct session session = session_on("0+");
        const struct reading reading = {.outcome = outcomes[i], .value = -1, .optout = true};
        struct reply_decision expected = expect_stop(REPLY_STOP_ONLY, 0, -1);
        struct reply_decision decision = decide(&session, &single, reading);
        assert_decision(&decision, &expected);
        session.value[0] = 4; /* the answer stays */
        decision = decide(&session, &single, reading);
        assert_decision(&decision, &expected);
    }
}

static void what_was_asked_once_more_is_withdrawn_when_it_comes(void **state)
{
    static const struct {
        struct reading reading;
        bool withdraws;
    } cases[] = {
        {{.outcome = READ_ANSWER, .value = 4}, true},
        {{.outcome = READ_ANSWER, .value = 4, .optout = true}, true},
        {{.outcome = READ_DISTRESS, .value = 4}, true},
        {{.outcome = READ_DISTRESS, .value = -1}, false},
        {{.outcome = READ_UNCLEAR, .value = -1}, false},
        {{.outcome = READ_BUSINESS, .value = -1}, false},
        {{.outcome = READ_HELP, .value = -1}, false},
        {{.outcome = READ_PAUSE, .value = -1}, false},
    };
    (void)state;
    struct session session = session_after("0+", CLARIFIED), fresh = session_on("0+");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(decide(&session, &single, cases[i].reading).withdraws_clarify, cases[i].withdraws);
        assert_false(decide(&fresh, &single, cases[i].reading).withdraws_clarify);
    }
}

static void business_is_told_and_leaves_the_pulse_alone(void **state)
{
    (void)state;
    struct session session = session_on("0+"), none = session_on("0+"),
                   stopped = session_after("0+", STOPPED);
    none.has_pulse = false;
    struct reply_decision expected = expect_text(REPLY_BUSINESS, 0, TEXT_BUSINESS);
    struct reply_decision decision = decide(&session, &single, business);
    assert_decision(&decision, &expected);
    expected.step = STEP_NONE;
    decision = decide(&none, &single, business);
    assert_decision(&decision, &expected);
    decision = decide(&stopped, &single, business);
    assert_decision(&decision, &expected);

    session.said_ms[TEXT_BUSINESS] = LATER - DAY_MS + 1;
    assert_false(decide(&session, &single, business).says); /* once in 24 hours */
    session.said_ms[TEXT_BUSINESS] = LATER - DAY_MS;
    assert_true(decide(&session, &single, business).says);

    struct reading and_stop = business;
    and_stop.optout = true; /* what confirms it says that nothing was cancelled */
    decision = decide(&session, &single, and_stop);
    assert_true(decision.optout && decision.says);
    assert_int_equal(decision.standing, TEXT_STOP_CONFIRM);
}

static void distress_is_answered_first_and_a_number_in_it_counts(void **state)
{
    (void)state;
    struct session session = session_on("0+"), stopped = session_after("0+", STOPPED);
    struct reply_decision expected = expect_only(REPLY_DISTRESS, 0, -1);
    expected.helpline = true;
    struct reply_decision decision = decide(&session, &branching, distress);
    assert_decision(&decision, &expected);
    session.said_ms[TEXT_HELPLINE] = LATER - 1;
    decision = decide(&session, &branching, distress); /* each time */
    assert_decision(&decision, &expected);
    expected.step = STEP_NONE;
    decision = decide(&stopped, &branching, distress);
    assert_decision(&decision, &expected);

    struct reading with_number = {.outcome = READ_DISTRESS, .value = 1};
    expected.verdict = REPLY_ANSWER;
    expected.step = 0;
    expected.value = 1;
    decision = decide(&session, &branching, with_number);
    assert_decision(&decision, &expected); /* and nothing further is asked, nor thanked for */
    with_number.value = 5;
    expected.value = 5;
    expected.complete = true;
    decision = decide(&session, &branching, with_number);
    assert_decision(&decision, &expected);

    with_number.optout = true;
    decision = decide(&session, &branching, with_number);
    assert_true(decision.helpline && decision.optout && decision.says);
    assert_int_equal(decision.standing, TEXT_STOP_CONFIRM);
    assert_int_equal(decision.verdict, REPLY_ANSWER);

    struct session words_asked = session_on("0+");
    with_number = (struct reading){.outcome = READ_DISTRESS, .value = 1};
    assert_int_equal(decide(&words_asked, &own_words, with_number).verdict, REPLY_DISTRESS);
}

static void a_pause_is_told_lifted_by_start_and_outlasted_by_stop(void **state)
{
    (void)state;
    struct session session = session_on("0+");
    struct reply_decision expected = expect_text(REPLY_PAUSE, 0, TEXT_PAUSE_CONFIRM);
    expected.pauses = true;
    struct reply_decision decision = decide(&session, &single, pause_word);
    assert_decision(&decision, &expected);
    session.said_ms[TEXT_PAUSE_CONFIRM] = LATER - 1;
    expected.says = false;
    decision = decide(&session, &single, pause_word); /* anew from now, but not told twice a day */
    assert_decision(&decision, &expected);

    struct session stopped = session_after("0+", STOPPED);
    expected.step = STEP_NONE;
    expected.pauses = false;
    expected.says = true;
    expected.standing = TEXT_STOP_CONFIRM;
    decision = decide(&stopped, &single, pause_word);
    assert_decision(&decision, &expected);

    static const struct {
        unsigned before;
        bool optin, resumes, says;
    } starts[] = {
        {NOTHING, false, false, false},     {PAUSES, false, true, true},
        {BEFORE_PAUSE, false, true, false}, /* it was over */
        {STOPPED, true, false, true},       {STOPPED | PAUSES, true, true, true},
    };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        session = session_after("0+", starts[i].before);
        decision = decide(&session, &single, start);
        expected = expect_only(REPLY_START, session_step(&session, LATER), -1);
        expected.optin = starts[i].optin;
        expected.resumes = starts[i].resumes;
        expected.says = starts[i].says;
        expected.standing = TEXT_START_CONFIRM;
        assert_decision(&decision, &expected);
    }
}

static void who_paused_is_asked_nothing_further_but_may_answer(void **state)
{
    (void)state;
    struct session session = session_after("0+", PAUSES);
    struct reply_decision decision = decide(&session, &branching, answer(1));
    struct reply_decision expected = expect_only(REPLY_ANSWER, 0, 1);
    expected.thanks = true;
    assert_decision(&decision, &expected);
    session = session_after("0+", BEFORE_PAUSE);
    decision = decide(&session, &branching, answer(1));
    assert_int_equal(decision.next_step, 1);
}

static void words_beside_an_answer_are_counted(void **state)
{
    (void)state;
    struct session session = session_on("0+"), named = session_on("0+2+3+");
    struct reading with_words = answer(4);
    with_words.comment_start = 2;
    with_words.comment_bytes = 5;
    assert_true(decide(&session, &single, with_words).commented);
    assert_false(decide(&session, &single, answer(4)).commented);
    named.volunteer = true;
    with_words = words;
    with_words.comment_bytes = 5;
    assert_false(decide(&named, &volunteering, with_words).commented); /* they are what was asked for */
}

static void a_number_of_nobody_is_never_written_to(void **state)
{
    static const struct reading *const readings[] = {&business, &distress, &pause_word, &unclear, &help};
    (void)state;
    struct session nobody = {.path_count = 1};
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        struct reply_decision decision = decide(&nobody, NULL, *readings[i]);
        struct reply_decision expected = expect_only(REPLY_UNKNOWN, STEP_NONE, -1);
        assert_decision(&decision, &expected);
    }
}

/* --- nothing is said in return --- */

static void a_muted_reply_takes_force_without_a_word(void **state)
{
    (void)state;
    struct session session = session_on("0+");
    struct reply_decision decision = decide(&session, &branching, answer_and_stop(1));
    reply_mute(&decision);
    struct reply_decision expected = expect_only(REPLY_ANSWER, 0, 1);
    expected.optout = true;
    expected.muted = true;
    assert_decision(&decision, &expected);

    decision = decide(&session, &branching, answer(5));
    assert_int_equal(decision.next_step, 2);
    reply_mute(&decision);
    expected.value = 5;
    expected.complete = true;
    expected.optout = false;
    assert_decision(&decision, &expected);

    decision = decide(&session, &branching, unclear);
    assert_int_equal(decision.verdict, REPLY_CLARIFIED);
    reply_mute(&decision); /* it was not asked for once more: that stays possible */
    assert_int_equal(decision.verdict, REPLY_UNPARSEABLE);

    decision = decide(&session, &branching, distress);
    reply_mute(&decision);
    assert_false(decision.helpline);

    struct session asked = session_on("0+2+");
    decision = decide(&asked, &volunteering, answer(1));
    assert_true(decision.confirm_join);
    reply_mute(&decision); /* nobody joins who is not told so */
    assert_false(decision.confirm_join);
    assert_int_equal(decision.volunteer, RECORD_STAYS);
}

static void a_gateway_that_confirms_stop_leaves_the_rest_to_us(void **state)
{
    static const struct {
        const struct reading *reading;
        bool says;
    } cases[] = {{&stop, false}, {&help, true}, {&business, true}, {&pause_word, true}, {&leave, false}};
    (void)state;
    struct session session = session_on("0+");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply_decision decision = decide(&session, &single, *cases[i].reading);
        assert_true(decision.says);
        bool optout = decision.optout;
        reply_leave_stop_confirm(&decision);
        assert_int_equal(decision.says, cases[i].says);
        assert_int_equal(decision.optout, optout);
    }
    struct session stopped = session_after("0+", STOPPED);
    struct reply_decision decision = decide(&stopped, &single, pause_word);
    reply_leave_stop_confirm(&decision); /* TAUKO is no word of the gateway's */
    assert_true(decision.says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_read_is_asked_for_once_a_pulse),
        cmocka_unit_test(a_stop_behind_what_is_not_read_is_a_stop),
        cmocka_unit_test(what_was_asked_once_more_is_withdrawn_when_it_comes),
        cmocka_unit_test(business_is_told_and_leaves_the_pulse_alone),
        cmocka_unit_test(distress_is_answered_first_and_a_number_in_it_counts),
        cmocka_unit_test(a_pause_is_told_lifted_by_start_and_outlasted_by_stop),
        cmocka_unit_test(who_paused_is_asked_nothing_further_but_may_answer),
        cmocka_unit_test(words_beside_an_answer_are_counted),
        cmocka_unit_test(a_number_of_nobody_is_never_written_to),
        cmocka_unit_test(a_muted_reply_takes_force_without_a_word),
        cmocka_unit_test(a_gateway_that_confirms_stop_leaves_the_rest_to_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
