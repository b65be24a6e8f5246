/* What a reply does to a conversation. */
#include "session_fixture.h"

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
        {&branching, "0+1+", {1, -1, -1}, UNCLEAR, REPLY_CLARIFIED, 1, -1, -1, -1, 0},
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

static void verdicts_have_names(void **state)
{
    static const char *const names[REPLY_VERDICTS] = {
        "answer",      "words",    "volunteer",    "no_volunteer", "name",  "clarified",
        "unparseable", "comment",  "stop",         "pause",        "start", "help",
        "business",    "distress", "wrong_person", "leave",        "late",  "unknown_sender"};
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
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
