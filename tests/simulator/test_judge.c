/* The judge itself on trial: it must agree with an honest service, and name every defect that is planted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "domain/chance.h"
#include "defects.h"
#include "judge_fixture.h"

static const struct trial trials[] = {
    {"nothing", plant_nothing, NULL},
    {"second answer", plant_second_answer, NULL},
    {"overlapping answers, either counts", plant_overlapping_answers, NULL},
    {"copied reply", plant_copied_reply, NULL},
    {"answer and stop", plant_answer_and_stop, NULL},
    {"late reply", plant_late_reply, NULL},
    {"acceptance nobody could know of", plant_unknown_acceptance, NULL},
    {"second thought at night", plant_second_thought_at_night, NULL},
    {"second thought as own words", plant_second_thought_as_words, NULL},
    {"stop and start", plant_stop_and_start, NULL},
    {"help first", plant_help_first, NULL},
    {"wrong person", plant_wrong_person, NULL},
    {"answer counted twice", plant_answer_counted_twice,
     "2026-W02 success-a: positive is 58, the ledger says 57"},
    {"lost answer", plant_lost_answer, "2026-W02 success-a: n is 59, the ledger says 60"},
    {"wrong value", plant_wrong_value, "2026-W02 success-a: neutral is 1, the ledger says 2"},
    {"first answer kept", plant_first_answer_kept, "2026-W02 middle-a: negative is 10, the ledger says 9"},
    {"late answer counted", plant_late_answer_counted, "2026-W02 middle-a: n is 61, the ledger says 60"},
    {"stop ignored", plant_stop_ignored, "2026-W02 middle-a: n is 61, the ledger says 60"},
    {"wrong state", plant_wrong_state, "2026-W02 success-a: the state is no_signal, the figures say success"},
    {"polarised", plant_polarised, "2026-W02 failure-a: polarised is true, the figures say false"},
    {"wrong tail", plant_wrong_tail, "2026-W02 middle-a: p_success is"},
    {"short window", plant_short_window, "2026-W03 window-a: the window must reach back further"},
    {"long window", plant_long_window, "2026-W02 window-a: the window must be of 1 to 8 weeks"},
    {"early advance", plant_early_advance, "2026-W05 window-a: the window advanced with only 3 new answers"},
    {"no advance", plant_no_advance, "2026-W06 window-a: the window did not advance"},
    {"changed repeat", plant_changed_repeat,
     "2026-W05 window-a: the window repeats, but its figures changed"},
    {"small shown", plant_small_shown, "2026-W02 small-a: figures are shown with 9 answers"},
    {"large hidden", plant_large_hidden, "2026-W02 success-a: figures are hidden with 60 answers"},
    {"sent", plant_sent_too_many, "2026-W02 success-a: sent is 69, the ledger says 70"},
    {"unit missing", plant_unit_missing,
     "2026-W04 middle-a: 0 units of felt-forward@1/forward, expected one"},
    {"unit twice", plant_unit_twice, "2026-W04 middle-a: 2 units of felt-forward@1/forward, expected one"},
    {"week missing", plant_week_missing, "2026-W04: closed, but not published"},
    {"opt-out missing", plant_optout_missing, "books: 0 opt-outs, the ledger says 1..1"},
    {"reply at the limit", plant_reply_at_the_limit, "within two hours of its window's end"},
    {"accepted twice", plant_accepted_twice, "handed over again after it was accepted"},
    {"repeat after an ambiguous outcome", plant_repeat_after_ambiguous, "after an ambiguous outcome"},
    {"asked after stop", plant_asked_after_stop, "message again: the person was asked after STOP"},
    {"wrong rate", plant_wrong_rate, "2026-W02 success-a: response_rate is"},
    {"wrong rr1", plant_wrong_rr1, "2026-W02 success-a: rr1 is"},
    {"completed missing", plant_completed_missing, "completed and partial pulses, the ledger says"},
    {"question of another pilot", plant_question_of_another_pilot,
     "meeting@1/forward is not asked in the person's"},
    {"follow-up missing", plant_follow_up_missing,
     "the answer leads to meeting@1/why, which was never asked"},
    {"follow-up for nothing", plant_follow_up_for_nothing, "no counted answer leads to this question"},
    {"other follow-up", plant_other_follow_up, "no counted answer leads to this question"},
    {"follow-up twice", plant_follow_up_twice, "the person was asked the same a second time"},
    {"follow-up at night", plant_follow_up_at_night, "a conversation goes on at night"},
    {"follow-up too late", plant_follow_up_too_late, "a question that follows, while no pulse is open"},
    {"follow-up to a stranger", plant_follow_up_to_a_stranger,
     "a question that follows, while no pulse is open"},
    {"withdrawn question", plant_withdrawn_question, "no counted answer leads to this question"},
    {"name asked without yes", plant_name_asked_without_yes, "no counted answer leads to this question"},
    {"talk after stop", plant_talk_after_stop, "the conversation went on after STOP"},
    {"written to a wrong person", plant_written_to_a_wrong_person, "was written to after \"wrong number\""},
    {"help unanswered", plant_help_unanswered, "replies lead to help 1 to 1 times, it was sent 0 times"},
    {"own words counted", plant_words_counted, "replies counted as words, the ledger says"},
    {"volunteer lost", plant_volunteer_lost, "books: 0 volunteers, the ledger says 1..1"},
    {"volunteer kept", plant_volunteer_kept, "books: 2 volunteers, the ledger says 1..1"},
    {"name kept", plant_name_kept, "books: 2 volunteers' names, the ledger says 1..1"},
    {"own words twice", plant_words_twice, "books: 2 own words kept, the ledger says 1..1"},
};

static void every_defect_is_named_and_nothing_else(void **state)
{
    (void)state;
    judge_fixture_try(trials, sizeof trials / sizeof trials[0]);
}

static void the_summary_is_one_object(void **state)
{
    (void)state;
    static struct story story;
    struct text said = {0};
    story_tell(&story);
    story_publish(&story);
    assert_int_equal(story_judge(&story, true, &said), 0);
    assert_non_null(strstr(said.chars,
                           "{\"sent\":491,\"delivered\":0,\"replies\":412,\"answers\":406,\"follow_ups\":4,"
                           "\"words\":1,\"volunteers\":1,\"names\":1,\"schedule_runs\":7,\"optouts\":0,"
                           "\"unknown\":0,\"books\":\"balanced\",\"judge\":\"agrees\",\"pilots\":["
                           "{\"pilot\":\"success-a\",\"question\":\"felt-forward@1/"
                           "forward\",\"truth\":\"success\",\"state\":\"success\",\"n\":60,"
                           "\"positive\":57,\"neutral\":2,\"negative\":1,"));
    text_free(&story.ledger);
    text_free(&said);
}

/* The story of a failure that looks like a success: nothing to disagree with, and still no demo. */
static void a_demo_must_show_the_truth(void **state)
{
    (void)state;
    static struct story story;
    struct text said = {0};
    story_start(&story);
    story.weeks = 1;
    story_group(&story, SUCCESS_A, 0, 15, 12, 33, 10);
    story_publish(&story);
    assert_int_equal(story_judge(&story, false, &said), 1);
    assert_non_null(strstr(said.chars, "judge agrees"));
    assert_non_null(strstr(said.chars, "success-a: in truth success, shown as failure"));
    assert_non_null(strstr(said.chars, "there are 0 and 0"));
    assert_non_null(strstr(said.chars, "no middle pilot"));
    assert_non_null(strstr(said.chars, "no answer led to another question"));
    assert_non_null(strstr(said.chars, "expected own words, volunteers and first names of some"));
    text_free(&story.ledger);
    text_free(&said);
}

/* Two sets of rules written apart, on stories nobody thought of. */
static void judge_and_service_agree_on_any_story(void **state)
{
    (void)state;
    static struct story story;
    struct text said = {0};
    for (int seed = 0; seed < 25; seed++) {
        story_start(&story);
        story.weeks = WEEKS;
        for (size_t pilot = 0; pilot < PILOTS; pilot++)
            for (int64_t week = 0; pilot != TALK_A && week < WEEKS; week++) {
                char what[32], name[16];
                int counts[3];
                (void)snprintf(name, sizeof name, "story-%d", seed);
                (void)snprintf(what, sizeof what, "%zu/%" PRId64, pilot, week);
                if (chance_uniform(name, what) < 0.3)
                    continue;
                for (int i = 0; i < 3; i++) {
                    (void)snprintf(what, sizeof what, "%zu/%" PRId64 "/%d", pilot, week, i);
                    counts[i] = (int)(pow(chance_uniform(name, what), 3) * 14);
                }
                story_group(&story, pilot, week, counts[0], counts[1], counts[2], 1);
            }
        story_publish(&story);
        (void)story_judge(&story, false, &said);
        if (strstr(said.chars, "judge agrees: 20 weeks") == NULL)
            fail_msg("story %d:\n%s", seed, said.chars);
        text_free(&story.ledger);
    }
    text_free(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_defect_is_named_and_nothing_else),
        cmocka_unit_test(the_summary_is_one_object),
        cmocka_unit_test(a_demo_must_show_the_truth),
        cmocka_unit_test(judge_and_service_agree_on_any_story),
    };
    return JUDGE_MAIN(tests);
}
