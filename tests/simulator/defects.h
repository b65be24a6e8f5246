/* What can be planted in a story that an honest service published: what is no defect, and defects, each of which the
 * judge must name. A function changes the ledger, the figures, the books or the records. */
#ifndef TESTS_SIMULATOR_DEFECTS_H
#define TESTS_SIMULATOR_DEFECTS_H

#include "domain/figures.h"
#include "story.h"

static inline struct published_unit *unit_of(struct story *story, int64_t week, size_t pilot)
{
    for (size_t i = 0; i < story->units_count; i++)
        if (story->units[i].week == WEEK_FIRST + week && strcmp(story->units[i].pilot, pilots[pilot].id) == 0)
            return &story->units[i];
    fail_msg("no such unit");
    return NULL;
}

/* Changes a pilot's figures from week 0 on, as a service with that defect would publish them. */
static inline void recount(struct story *story, size_t pilot, int64_t positive, int64_t neutral,
                           int64_t negative)
{
    story->completed += positive + neutral + negative;
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
static inline int64_t ask_one(struct story *story, size_t pilot)
{
    int64_t person = story_ask_at(story, pilot, MONDAY_MS);
    for (int64_t week = 0; week < story->weeks; week++)
        unit_of(story, week, pilot)->sent++;
    for (int64_t week = 0; week < story->weeks; week++)
        unit_of(story, week, pilot)->drawn++;
    return person;
}

/* The service read the last answer as something else. */
static inline void reread(struct story *story, enum verdict_kind verdict)
{
    story->verdicts[VERDICT_ANSWER]--;
    story->verdicts[verdict]++;
}

/* Somebody more who talks: asked and answering in week 0, hidden among too few. */
static inline int64_t talk_one(struct story *story, int value)
{
    int64_t person = ask_one(story, TALK_A);
    story_reply(story, person, value, false, MONDAY_MS + HOUR_MS);
    story->completed++;
    return person;
}

static inline void stop(struct story *story, int64_t person, int64_t at_ms)
{
    story_say(story, person, "stop", NULL, -1, at_ms, VERDICT_STOP);
    story->optouts++;
}

/* --- what is no defect --- */

static inline void plant_nothing(struct story *story)
{
    (void)story;
}

static inline void plant_second_answer(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 1, false, MONDAY_MS + HOUR_MS);
    story_reply(story, person, 5, false, MONDAY_MS + DAY_MS);
    recount(story, MIDDLE_A, 1, 0, 0);
}

static inline void plant_overlapping_answers(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply_as(story, 9001, person, 1, false, MONDAY_MS + HOUR_MS, 4);
    story_reply_as(story, 9002, person, 5, false, MONDAY_MS + HOUR_MS, 4);
    recount(story, MIDDLE_A, 0, 0, 1);
}

static inline void plant_copied_reply(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply_as(story, 9001, person, 1, false, MONDAY_MS + HOUR_MS, 2);
    story_reply(story, person, 3, false, MONDAY_MS + 2 * HOUR_MS);
    story_reply_as(story, 9001, person, 1, false, MONDAY_MS + 3 * HOUR_MS, 2);
    story->verdicts[VERDICT_ANSWER]--;
    recount(story, MIDDLE_A, 0, 1, 0);
}

static inline void plant_answer_and_stop(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 5, true, MONDAY_MS + HOUR_MS);
    story_reply(story, person, 1, false, MONDAY_MS + DAY_MS);
    reread(story, VERDICT_LATE);
    recount(story, MIDDLE_A, 1, 0, 0);
    story->optouts++;
}

static inline void plant_late_reply(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 5, false, MONDAY_MS + 9 * DAY_MS);
    reread(story, VERDICT_LATE);
}

static inline void plant_unknown_acceptance(struct story *story)
{
    (void)story_ask_at(story, MIDDLE_A, MONDAY_MS);
    story->unknown = 1;
}

/* A second thought in the night: the question to come is another one. */
static inline int64_t think_again_at_night(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_reply(story, person, 2, false, MONDAY_MS + 12 * HOUR_MS);
    story_reply(story, person, 5, false, MONDAY_MS + 13 * HOUR_MS);
    story->completed++;
    return person;
}

static inline void plant_second_thought_at_night(struct story *story)
{
    int64_t person = think_again_at_night(story);
    story_text(story, person, "meeting@1/join", MONDAY_MS + 21 * HOUR_MS);
}

/* A second thought by day: the question that followed takes it. */
static inline void plant_second_thought_as_words(struct story *story)
{
    int64_t person = talk_one(story, 2);
    story_text(story, person, "meeting@1/why", MONDAY_MS + HOUR_MS);
    story_reply(story, person, 5, false, MONDAY_MS + DAY_MS);
    reread(story, VERDICT_WORDS);
    story->records.words++;
}

static inline void plant_stop_and_start(struct story *story)
{
    int64_t person = talk_one(story, 2);
    story_text(story, person, "meeting@1/why", MONDAY_MS + HOUR_MS);
    stop(story, person, MONDAY_MS + DAY_MS);
    story_say(story, person, "start", NULL, -1, MONDAY_MS + 2 * DAY_MS, VERDICT_START);
    story_text(story, person, "start_confirm", MONDAY_MS + 2 * DAY_MS);
    story_say(story, person, "words", "meeting@1/why", -1, MONDAY_MS + 3 * DAY_MS, VERDICT_LATE);
}

static inline void plant_help_first(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "help", NULL, -1, MONDAY_MS + HOUR_MS, VERDICT_HELP);
    story_text(story, person, "help", MONDAY_MS + HOUR_MS);
    story_reply(story, person, 3, false, MONDAY_MS + 2 * HOUR_MS);
    story->completed++;
}

static inline void plant_wrong_person(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "wrong_person", NULL, -1, MONDAY_MS + HOUR_MS, VERDICT_WRONG_PERSON);
    story_text(story, person, "wrong_person", MONDAY_MS + HOUR_MS);
    story_say(story, person, "stop", NULL, -1, MONDAY_MS + 2 * HOUR_MS, VERDICT_UNKNOWN_SENDER);
}

/* --- defects --- */

static inline void plant_answer_counted_twice(struct story *story)
{
    recount(story, SUCCESS_A, 1, 0, 0);
}

static inline void plant_lost_answer(struct story *story)
{
    recount(story, SUCCESS_A, 0, 0, -1);
}

static inline void plant_wrong_value(struct story *story)
{
    recount(story, SUCCESS_A, 1, -1, 0);
}

static inline void plant_first_answer_kept(struct story *story)
{
    plant_second_answer(story);
    recount(story, MIDDLE_A, -1, 0, 1);
}

static inline void plant_late_answer_counted(struct story *story)
{
    plant_late_reply(story);
    recount(story, MIDDLE_A, 1, 0, 0);
}

static inline void plant_stop_ignored(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 0, true, MONDAY_MS + HOUR_MS);
    story_reply(story, person, 5, false, MONDAY_MS + DAY_MS);
    story->optouts++;
    reread(story, VERDICT_LATE);
    recount(story, MIDDLE_A, 1, 0, 0);
}

static inline void plant_wrong_state(struct story *story)
{
    (void)text_copy(unit_of(story, 0, SUCCESS_A)->state, 16, "no_signal");
}

static inline void plant_polarised(struct story *story)
{
    unit_of(story, 0, FAILURE_A)->polarised = true;
}

static inline void plant_wrong_tail(struct story *story)
{
    unit_of(story, 0, MIDDLE_A)->p_success *= 1.01;
}

static inline void plant_short_window(struct story *story)
{
    struct published_unit *unit = unit_of(story, 1, WINDOW_A);
    unit->first_week++;
}

static inline void plant_long_window(struct story *story)
{
    unit_of(story, 0, WINDOW_A)->first_week -= 8;
}

static inline void plant_early_advance(struct story *story)
{
    *unit_of(story, 3, WINDOW_A) = *unit_of(story, 4, WINDOW_A);
    unit_of(story, 4, WINDOW_A)->week = WEEK_FIRST + 3;
    unit_of(story, 3, WINDOW_A)->last_week = WEEK_FIRST + 3;
}

static inline void plant_no_advance(struct story *story)
{
    struct published_unit *unit = unit_of(story, 4, WINDOW_A);
    int64_t week = unit->week;
    *unit = *unit_of(story, 3, WINDOW_A);
    unit->week = week;
}

static inline void plant_changed_repeat(struct story *story)
{
    unit_of(story, 3, WINDOW_A)->delivered = 0;
    unit_of(story, 3, WINDOW_A)->frame--;
}

static inline void plant_small_shown(struct story *story)
{
    unit_of(story, 0, SMALL_A)->shows_figures = true;
}

static inline void plant_large_hidden(struct story *story)
{
    unit_of(story, 0, SUCCESS_A)->shows_figures = false;
}

static inline void plant_sent_too_many(struct story *story)
{
    unit_of(story, 0, SUCCESS_A)->sent--;
}

static inline void plant_unit_missing(struct story *story)
{
    unit_of(story, 2, MIDDLE_A)->week = 0;
}

static inline void plant_unit_twice(struct story *story)
{
    story->units[story->units_count++] = *unit_of(story, 2, MIDDLE_A);
}

static inline void plant_week_missing(struct story *story)
{
    story->missing_week = 2;
}

static inline void plant_optout_missing(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 0, true, MONDAY_MS + HOUR_MS);
}

static inline void plant_reply_at_the_limit(struct story *story)
{
    int64_t person = ask_one(story, MIDDLE_A);
    story_reply(story, person, 5, false, MONDAY_MS + WEEK_MS - HOUR_MS);
    recount(story, MIDDLE_A, 1, 0, 0);
}

/* Takes the last row again with other words in it. */
static inline void repeat_last_row(struct story *story, const char *from, const char *to)
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

static inline void plant_accepted_twice(struct story *story)
{
    (void)ask_one(story, MIDDLE_A);
    repeat_last_row(story, "\"accepted\"", "\"accepted_twice\"");
}

static inline void plant_repeat_after_ambiguous(struct story *story)
{
    (void)ask_one(story, MIDDLE_A);
    repeat_last_row(story, "\"ambiguous_before\":false", "\"ambiguous_before\":true");
}

static inline void plant_asked_after_stop(struct story *story)
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

static inline void plant_wrong_rate(struct story *story)
{
    unit_of(story, 0, SUCCESS_A)->response_rate = -0.1;
}

static inline void plant_wrong_rr1(struct story *story)
{
    unit_of(story, 0, SUCCESS_A)->rr1 = -0.1;
}

static inline void plant_completed_missing(struct story *story)
{
    story->completed--;
}

static inline void plant_question_of_another_pilot(struct story *story)
{
    int64_t person = (int64_t)MIDDLE_A * SIZE + story->next_person[MIDDLE_A]++;
    story_send(story, "other", person, "meeting@1/forward", true, MONDAY_MS);
}

static inline void plant_follow_up_missing(struct story *story)
{
    (void)talk_one(story, 2);
}

static inline void plant_follow_up_for_nothing(struct story *story)
{
    story_text(story, talk_one(story, 3), "meeting@1/join", MONDAY_MS + HOUR_MS);
}

static inline void plant_other_follow_up(struct story *story)
{
    story_text(story, talk_one(story, 5), "meeting@1/why", MONDAY_MS + HOUR_MS);
}

static inline void plant_follow_up_twice(struct story *story)
{
    int64_t person = talk_one(story, 2);
    story_text(story, person, "meeting@1/why", MONDAY_MS + HOUR_MS);
    story_text(story, person, "meeting@1/why", MONDAY_MS + 2 * HOUR_MS);
}

static inline void plant_follow_up_at_night(struct story *story)
{
    story_text(story, talk_one(story, 2), "meeting@1/why", MONDAY_MS + 13 * HOUR_MS);
}

static inline void plant_follow_up_too_late(struct story *story)
{
    story_text(story, talk_one(story, 2), "meeting@1/why", MONDAY_MS + 8 * DAY_MS);
}

static inline void plant_follow_up_to_a_stranger(struct story *story)
{
    story_text(story, (int64_t)TALK_A * SIZE + SIZE - 1, "meeting@1/why", MONDAY_MS);
}

static inline void plant_withdrawn_question(struct story *story)
{
    int64_t person = think_again_at_night(story);
    story_text(story, person, "meeting@1/why", MONDAY_MS + 21 * HOUR_MS);
    story_text(story, person, "meeting@1/join", MONDAY_MS + 21 * HOUR_MS);
}

static inline void plant_name_asked_without_yes(struct story *story)
{
    int64_t person = talk_one(story, 5);
    story_text(story, person, "meeting@1/join", MONDAY_MS + HOUR_MS);
    story_text(story, person, "volunteer_name", MONDAY_MS + HOUR_MS);
}

static inline void plant_talk_after_stop(struct story *story)
{
    int64_t person = talk_one(story, 5);
    stop(story, person, MONDAY_MS + 2 * HOUR_MS);
    story_text(story, person, "meeting@1/join", MONDAY_MS + 5 * HOUR_MS);
}

static inline void plant_written_to_a_wrong_person(struct story *story)
{
    plant_wrong_person(story);
    story_text(story, (int64_t)TALK_A * SIZE + story->next_person[TALK_A] - 1, "help", MONDAY_MS + DAY_MS);
}

static inline void plant_help_unanswered(struct story *story)
{
    int64_t person = ask_one(story, TALK_A);
    story_say(story, person, "help", NULL, -1, MONDAY_MS + HOUR_MS, VERDICT_HELP);
}

/* Counted as an answer, though own words were asked for by then. */
static inline void plant_words_counted(struct story *story)
{
    plant_second_thought_as_words(story);
    story->verdicts[VERDICT_WORDS]--;
    story->verdicts[VERDICT_ANSWER]++;
}

static inline void plant_volunteer_lost(struct story *story)
{
    story->records.volunteers--;
}

static inline void plant_volunteer_kept(struct story *story)
{
    story->records.volunteers++;
}

static inline void plant_name_kept(struct story *story)
{
    story->records.names++;
}

static inline void plant_words_twice(struct story *story)
{
    story->records.words++;
}

#endif
