/* The judge itself on trial: it must agree with an honest service, and name every defect that is planted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "domain/chance.h"
#include "domain/figures.h"
#include "story.h"

static struct published_unit *unit_of(struct story *story, int64_t week, size_t pilot)
{
    for (size_t i = 0; i < story->units_count; i++)
        if (story->units[i].week == WEEK_FIRST + week && strcmp(story->units[i].pilot, pilots[pilot].id) == 0)
            return &story->units[i];
    fail_msg("no such unit");
    return NULL;
}

/* Changes a pilot's figures from week 0 on, as a service with that defect would publish them. */
static void recount(struct story *story, size_t pilot, int64_t positive, int64_t neutral, int64_t negative)
{
    for (int64_t week = 0; week < story->weeks; week++) {
        struct published_unit *unit = unit_of(story, week, pilot);
        unit->positive += positive;
        unit->neutral += neutral;
        unit->negative += negative;
        unit->answers += positive + neutral + negative;
        wilson_interval(unit->positive, unit->answers, &unit->wilson_low, &unit->wilson_high);
        unit->p_success = binomial_upper_tail(unit->positive, unit->answers, 0.7);
        unit->p_failure = binomial_upper_tail(unit->negative, unit->answers, 0.2);
    }
}

/* A person asked in week 0 who has sent nothing yet; the honest service counts the text as sent. */
static int64_t ask_one(struct story *story, size_t pilot)
{
    int64_t person = story_ask_at(story, pilot, MONDAY_MS);
    for (int64_t week = 0; week < story->weeks; week++)
        unit_of(story, week, pilot)->sent++;
    for (int64_t week = 0; week < story->weeks; week++)
        unit_of(story, week, pilot)->drawn++;
    return person;
}

/* --- what is no defect --- */

static void plant_nothing(struct story *story)
{
    (void)story;
}

static void plant_second_answer(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 1, false, MONDAY_MS + HOUR_MS);
    story_reply(story, person, 5, false, MONDAY_MS + DAY_MS);
    recount(story, MIDDLE_A, 1, 0, 0);
}

static void plant_overlapping_answers(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply_as(story, 9001, person, 1, false, MONDAY_MS + HOUR_MS, 4);
    story_reply_as(story, 9002, person, 5, false, MONDAY_MS + HOUR_MS, 4);
    recount(story, MIDDLE_A, 0, 0, 1);
}

static void plant_copied_reply(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply_as(story, 9001, person, 1, false, MONDAY_MS + HOUR_MS, 2);
    story_reply(story, person, 3, false, MONDAY_MS + 2 * HOUR_MS);
    story_reply_as(story, 9001, person, 1, false, MONDAY_MS + 3 * HOUR_MS, 2);
    recount(story, MIDDLE_A, 0, 1, 0);
}

static void plant_answer_and_stop(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 5, true, MONDAY_MS + HOUR_MS);
    story_reply(story, person, 1, false, MONDAY_MS + DAY_MS);
    recount(story, MIDDLE_A, 1, 0, 0);
    story->optouts++;
}

static void plant_late_reply(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 5, false, MONDAY_MS + 9 * DAY_MS);
}

static void plant_unknown_acceptance(struct story *story)
{
    (void)story_ask_at(story, MIDDLE_A, MONDAY_MS);
    story->unknown = 1;
}

/* --- defects --- */

static void plant_answer_counted_twice(struct story *story)
{
    recount(story, SUCCESS_A, 1, 0, 0);
}

static void plant_lost_answer(struct story *story)
{
    recount(story, SUCCESS_A, 0, 0, -1);
}

static void plant_wrong_value(struct story *story)
{
    recount(story, SUCCESS_A, 1, -1, 0);
}

static void plant_first_answer_kept(struct story *story)
{
    plant_second_answer(story);
    recount(story, MIDDLE_A, -1, 0, 1);
}

static void plant_late_answer_counted(struct story *story)
{
    plant_late_reply(story);
    recount(story, MIDDLE_A, 1, 0, 0);
}

static void plant_stop_ignored(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 0, true, MONDAY_MS + HOUR_MS);
    story_reply(story, person, 5, false, MONDAY_MS + DAY_MS);
    story->optouts++;
    recount(story, MIDDLE_A, 1, 0, 0);
}

static void plant_wrong_state(struct story *story)
{
    (void)text_copy(unit_of(story, 0, SUCCESS_A)->state, 16, "no_signal");
}

static void plant_polarised(struct story *story)
{
    unit_of(story, 0, FAILURE_A)->polarised = true;
}

static void plant_wrong_tail(struct story *story)
{
    unit_of(story, 0, MIDDLE_A)->p_success *= 1.01;
}

static void plant_short_window(struct story *story)
{
    struct published_unit *unit = unit_of(story, 1, WINDOW_A);
    unit->first_week++;
}

static void plant_long_window(struct story *story)
{
    unit_of(story, 0, WINDOW_A)->first_week -= 8;
}

static void plant_early_advance(struct story *story)
{
    *unit_of(story, 3, WINDOW_A) = *unit_of(story, 4, WINDOW_A);
    unit_of(story, 4, WINDOW_A)->week = WEEK_FIRST + 3;
    unit_of(story, 3, WINDOW_A)->last_week = WEEK_FIRST + 3;
}

static void plant_no_advance(struct story *story)
{
    int64_t week = unit_of(story, 4, WINDOW_A)->week;
    *unit_of(story, 4, WINDOW_A) = *unit_of(story, 3, WINDOW_A);
    story->units[story->units_count - 2].week = week;
}

static void plant_changed_repeat(struct story *story)
{
    unit_of(story, 3, WINDOW_A)->delivered = 0;
    unit_of(story, 3, WINDOW_A)->frame--;
}

static void plant_small_shown(struct story *story)
{
    unit_of(story, 0, SMALL_A)->shows_figures = true;
}

static void plant_large_hidden(struct story *story)
{
    unit_of(story, 0, SUCCESS_A)->shows_figures = false;
}

static void plant_sent_too_many(struct story *story)
{
    unit_of(story, 0, SUCCESS_A)->sent--;
}

static void plant_unit_missing(struct story *story)
{
    unit_of(story, 2, MIDDLE_A)->week = 0;
}

static void plant_unit_twice(struct story *story)
{
    story->units[story->units_count++] = *unit_of(story, 2, MIDDLE_A);
}

static void plant_week_missing(struct story *story)
{
    story->missing_week = 2;
}

static void plant_optout_missing(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 0, true, MONDAY_MS + HOUR_MS);
}

static void plant_reply_at_the_limit(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 5, false, MONDAY_MS + WEEK_MS - HOUR_MS);
    recount(story, MIDDLE_A, 1, 0, 0);
}

/* Takes the last row again with other words in it. */
static void repeat_last_row(struct story *story, const char *from, const char *to)
{
    char *end = story->ledger.chars + story->ledger.bytes - 1;
    char *start = end;
    while (start > story->ledger.chars && start[-1] != '\n')
        start--;
    char *row = strndup(start, (size_t)(end - start));
    char *found = strstr(row, from);
    assert_non_null(found);
    text_addf(&story->ledger, "%.*s%s%s\n", (int)(found - row), row, to, found + strlen(from));
    free(row);
}

static void plant_accepted_twice(struct story *story)
{
    (void)ask_one(story, MIDDLE_A);
    repeat_last_row(story, "\"accepted\"", "\"accepted_twice\"");
}

static void plant_repeat_after_ambiguous(struct story *story)
{
    (void)ask_one(story, MIDDLE_A);
    repeat_last_row(story, "\"ambiguous_before\":false", "\"ambiguous_before\":true");
}

static void plant_asked_after_stop(struct story *story)
{
    int64_t person = story->next_person[MIDDLE_A] - 1 + MIDDLE_A * SIZE;
    char id[32];
    story_reply(story, person, 0, true, MONDAY_MS + DAY_MS);
    story->optouts++;
    story->next_person[MIDDLE_A]--;
    (void)story_ask_at(story, MIDDLE_A, MONDAY_MS + 3 * WEEK_MS);
    (void)snprintf(id, sizeof id, "\"id\":\"m%" PRId64 "\"", person);
    repeat_last_row(story, id, "\"id\":\"again\"");
}

static const struct {
    const char *name;
    void (*plant)(struct story *);
    const char *says; /* what the judge must say; NULL = it agrees */
} cases[] = {
    {"nothing", plant_nothing, NULL},
    {"second answer", plant_second_answer, NULL},
    {"overlapping answers, either counts", plant_overlapping_answers, NULL},
    {"copied reply", plant_copied_reply, NULL},
    {"answer and stop", plant_answer_and_stop, NULL},
    {"late reply", plant_late_reply, NULL},
    {"acceptance nobody could know of", plant_unknown_acceptance, NULL},
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
    {"unit missing", plant_unit_missing, "2026-W04 middle-a: 0 units, expected one"},
    {"unit twice", plant_unit_twice, "2026-W04 middle-a: 2 units, expected one"},
    {"week missing", plant_week_missing, "2026-W04: closed, but not published"},
    {"opt-out missing", plant_optout_missing, "books: 0 opt-outs, the ledger says 1"},
    {"reply at the limit", plant_reply_at_the_limit, "within two hours of its window's end"},
    {"accepted twice", plant_accepted_twice, "handed over again after it was accepted"},
    {"repeat after an ambiguous outcome", plant_repeat_after_ambiguous, "after an ambiguous outcome"},
    {"asked after stop", plant_asked_after_stop, "message again: the person was asked after STOP"},
};

static void every_defect_is_named_and_nothing_else(void **state)
{
    (void)state;
    static struct story story;
    struct text said = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        story_tell(&story);
        story_publish(&story);
        cases[i].plant(&story);
        int status = story_judge(&story, false, &said);
        const char *expected = cases[i].says != NULL ? cases[i].says : "judge agrees: 5 weeks, 35 units";
        if (strstr(said.chars, expected) == NULL || (status == 0) != (cases[i].says == NULL))
            fail_msg("%s: exit %d, said:\n%s", cases[i].name, status, said.chars);
        text_free(&story.ledger);
    }
    text_free(&said);
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
                           "{\"sent\":486,\"delivered\":0,\"replies\":401,\"answers\":401,\"optouts\":0,"
                           "\"unknown\":0,\"books\":\"balanced\",\"judge\":\"agrees\",\"pilots\":["
                           "{\"pilot\":\"success-a\",\"truth\":\"success\",\"state\":\"success\",\"n\":60,"
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
            for (int64_t week = 0; week < WEEKS; week++) {
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

static int remove_folder(void **state)
{
    static const char *const names[] = {"scenario.json", "ledger", "published.json", "books.json", "said"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    secret_start();
    if (mkdtemp(folder) == NULL)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_defect_is_named_and_nothing_else),
        cmocka_unit_test(the_summary_is_one_object),
        cmocka_unit_test(a_demo_must_show_the_truth),
        cmocka_unit_test(judge_and_service_agree_on_any_story),
    };
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
