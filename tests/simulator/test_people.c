/* The people: numbers that a mobile network would give, decisions that are repeatable, and texts that mean
 * what they are meant to mean to the reader of replies; and the scenarios: they know the surveys that are shipped. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "domain/reply.h"
#include "simulator/behaviour.h"
#include "simulator/scenario_questions.h"

#define DEMO TEST_SOURCE_DIR "/tests/scenarios/demo.json"
#define KILL TEST_SOURCE_DIR "/tests/scenarios/kill.json"

#define MONDAY_MS INT64_C(1767600000000) /* 2026-01-05 10:00 in Helsinki */

static struct scenario demo, town;
static struct org org;
static struct message_texts texts;
static struct reply_words words;
static struct survey surveys[3];

static bool read_file(cJSON **json_out, const char *path)
{
    struct error error;
    char whole[300];
    (void)snprintf(whole, sizeof whole, TEST_SOURCE_DIR "/config/%s", path);
    *json_out = json_read_file(whole, &error);
    return *json_out != NULL;
}

static bool read_survey(size_t index, const char *path)
{
    struct error error;
    cJSON *json = NULL;
    bool read = read_file(&json, path) && survey_read(&surveys[index], &org, json, &error);
    cJSON_Delete(json);
    return read;
}

static bool read_messages(size_t language)
{
    struct error error;
    char path[40];
    cJSON *json = NULL;
    (void)snprintf(path, sizeof path, "messages/%s.json", org.languages[language]);
    bool read =
        read_file(&json, path) && message_texts_read(&texts, &words, &org, language, "", json, &error);
    cJSON_Delete(json);
    return read;
}

static int read_all(void **state)
{
    struct error error;
    cJSON *json = NULL;
    (void)state;
    bool read = scenario_read(&demo, DEMO, &error) && scenario_read(&town, KILL, &error) &&
                read_file(&json, "examples/org.json") && org_read(&org, json, &error);
    cJSON_Delete(json);
    for (size_t i = 0; read && i < org.languages_count; i++)
        read = read_messages(i);
    return read && read_survey(0, "surveys/meeting.json") &&
                   read_survey(1, "surveys/library/next-step.json") &&
                   read_survey(2, "surveys/library/what-helped.json")
               ? 0
               : -1;
}

/* The question of the survey files that a ref of the scenario names. */
static const struct question *question_named(const char *ref)
{
    for (size_t i = 0; i < sizeof surveys / sizeof surveys[0]; i++)
        for (size_t k = 0; k < surveys[i].questions_count; k++) {
            char known[QUESTION_REF_SIZE];
            question_ref(&surveys[i], k, known);
            if (strcmp(known, ref) == 0)
                return &surveys[i].questions[k];
        }
    fail_msg("%s: no such question", ref);
    return NULL;
}

/* What the person does with a question that comes in a week; 0 = the first one of 2026. */
static void decide(const struct scenario *scenario, int64_t person, int question, int64_t ordinal,
                   int64_t week, struct behaviour *behaviour)
{
    struct received received = {.person = person, .question = question, .text = NOTHING, .ordinal = ordinal};
    received.at_ms = received.began_at_ms = MONDAY_MS + week * 7 * DAY_MS;
    behaviour_decide(scenario, &received, behaviour);
}

static void decide_first(const struct scenario *scenario, int64_t person, int64_t ordinal,
                         struct behaviour *behaviour)
{
    decide(scenario, person, (int)person_pilot(scenario, person)->question, ordinal, 0, behaviour);
}

static void numbers_lead_back_to_their_people(void **state)
{
    char phone[PHONE_SIZE], parsed[PHONE_SIZE];
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++) {
        person_phone(person, phone);
        assert_int_equal(person_of_phone(&demo, phone), person);
        assert_true(phone_is_e164(phone));
        if (person % 50 == 0) {
            assert_int_equal(phone_parse(phone, "FI", parsed), PHONE_OK);
            assert_string_equal(parsed, phone);
        }
    }
    person_phone(demo.people_count, phone);
    assert_int_equal(person_of_phone(&demo, phone), -1);
    static const char *const nobody[] = {
        "", "+358", "+35840112345", "+3584011234567", "+46701234567", "+358401 12345"};
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
        assert_int_equal(person_of_phone(&demo, nobody[i]), -1);
}

static void people_live_in_their_pilots(void **state)
{
    (void)state;
    int64_t person = 0;
    for (size_t i = 0; i < demo.pilots_count; i++)
        for (int64_t k = 0; k < demo.pilots[i].size; k += demo.pilots[i].size - 1) {
            assert_ptr_equal(person_pilot(&demo, demo.pilots[i].first_person + k), &demo.pilots[i]);
            person += k;
        }
    assert_int_equal(person + (int64_t)demo.pilots_count, demo.people_count);
}

/* What the reader makes of a reply must be what the person means, with the question open that it is written to. */
static void read_as_meant(const struct planned_reply *reply, int64_t person, int open, bool name)
{
    static const enum reading_outcome outcomes[MEANINGS] = {[MEANS_NOTHING] = READ_UNCLEAR,
                                                            [MEANS_VALUE] = READ_ANSWER,
                                                            [MEANS_WORDS] = READ_WORDS,
                                                            [MEANS_NAME] = READ_WORDS,
                                                            [MEANS_STOP] = READ_OPTOUT,
                                                            [MEANS_START] = READ_OPTIN,
                                                            [MEANS_HELP] = READ_HELP,
                                                            [MEANS_LEAVE] = READ_LEAVE,
                                                            [MEANS_WRONG_PERSON] = READ_WRONG_PERSON,
                                                            [MEANS_PAUSE] = READ_PAUSE,
                                                            [MEANS_BUSINESS] = READ_BUSINESS,
                                                            [MEANS_DISTRESS] = READ_DISTRESS};
    struct reading reading;
    struct reading_context context = {.name = name, .words = &words};
    if (open != NOTHING)
        context.question = question_named(demo.questions[open].ref);
    while (strcmp(org.languages[context.language], person_language(&demo, person)) != 0)
        context.language++;
    reply_read(&context, reply->text, &reading);
    if (reading.outcome != outcomes[reply->meaning] || reading.optout != reply->stop ||
        (reading.outcome == READ_ANSWER && reading.value != reply->value))
        fail_msg("\"%s\", meant as %s %d, is read as %d %d", reply->text, meaning_name(reply->meaning),
                 reply->value, (int)reading.outcome, reading.value);
}

static void texts_mean_what_they_are_meant_to(void **state)
{
    struct behaviour behaviour;
    int meant[MEANINGS] = {0};
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++)
        for (size_t question = 0; question < demo.questions_count; question++) {
            decide(&demo, person, (int)question, 1, 0, &behaviour);
            for (size_t i = 0; i < behaviour.replies_count; i++) {
                read_as_meant(&behaviour.replies[i], person, (int)question, false);
                meant[behaviour.replies[i].meaning]++;
            }
        }
    for (int64_t person = 0; person < 500; person++) {
        struct received received = {person, NOTHING, SERVICE_VOLUNTEER_NAME, 1, MONDAY_MS, MONDAY_MS};
        behaviour_decide(&demo, &received, &behaviour);
        for (size_t i = 0; i < behaviour.replies_count; i++) {
            read_as_meant(&behaviour.replies[i], person, NOTHING, true);
            meant[behaviour.replies[i].meaning]++;
        }
    }
    for (int i = 0; i < MEANINGS; i++)
        assert_in_range(meant[i], 20, 30000);
}

/* What asks again is answered, too: by some plainly, by some so that nobody can read it, by most of the silent not at all. */
static void who_is_asked_again_answers_or_not(void **state)
{
    static const enum service_text again[] = {SERVICE_REMINDER, SERVICE_CLARIFY, SERVICE_CLARIFY_VOLUNTEER};
    (void)state;
    for (size_t k = 0; k < sizeof again / sizeof again[0]; k++) {
        int answers = 0, unclear = 0, silent = 0;
        for (int64_t person = 0; person < demo.people_count; person++) {
            struct received received = {person, NOTHING, (int)again[k], 1, MONDAY_MS + 3 * DAY_MS, MONDAY_MS};
            struct behaviour first, behaviour;
            behaviour_decide(&demo, &received, &behaviour);
            decide_first(&demo, person, 1, &first);
            assert_false(again[k] == SERVICE_REMINDER && first.replies_count > 0 &&
                         behaviour.replies_count > 0);
            silent += behaviour.replies_count == 0;
            for (size_t i = 0; i < behaviour.replies_count; i++) {
                const struct planned_reply *reply = &behaviour.replies[i];
                assert_true(reply->question != NOTHING);
                assert_true(received.at_ms + reply->after_ms < MONDAY_MS + 7 * DAY_MS);
                read_as_meant(reply, person, reply->question, false);
                answers += reply->meaning == MEANS_VALUE;
                unclear += reply->meaning == MEANS_NOTHING;
            }
        }
        assert_in_range(answers, 50, demo.people_count);
        assert_in_range(unclear, 5, answers);
        assert_in_range(silent, 50, demo.people_count);
    }
}

/* A second thought that meets the question that followed is own words there, or unclear; never an answer to it. */
static void a_second_thought_is_no_answer_to_what_followed(void **state)
{
    struct behaviour behaviour;
    int met[2] = {0};
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++) {
        int first = (int)person_pilot(&demo, person)->question;
        decide(&demo, person, first, 1, 0, &behaviour);
        for (size_t i = 0; i < behaviour.replies_count; i++) {
            struct planned_reply reply = behaviour.replies[i];
            if (reply.meaning != MEANS_VALUE && reply.meaning != MEANS_NOTHING)
                continue;
            for (int value = 0; value < ANSWER_VALUES; value++) {
                int next = demo.questions[first].next[value];
                if (next == NOTHING || reply.stop)
                    continue;
                bool words_asked = demo.questions[next].asking == ASKS_WORDS;
                reply.meaning = words_asked ? MEANS_WORDS : MEANS_NOTHING;
                read_as_meant(&reply, person, next, false);
                met[words_asked]++;
            }
        }
    }
    assert_true(met[0] > 1000 && met[1] > 1000);
}

static bool is_first(const struct question *question)
{
    for (size_t i = 0; i < sizeof surveys / sizeof surveys[0]; i++)
        if (question == surveys[i].questions)
            return true;
    return false;
}

/* What the scenario says of a question is what the survey files say. */
/* Both scenarios know the text of that name in every language. */
static void recognises(enum service_text wanted, const char *name)
{
    enum standing_text standing;
    assert_true(standing_text_parse(name, &standing));
    for (size_t language = 0; language < org.languages_count; language++) {
        const struct scenario *const known[] = {&demo, &town};
        for (size_t i = 0; i < 2; i++) {
            int found, text;
            scenario_recognise(known[i], texts.text[standing][language], &found, &text);
            assert_int_equal(found, NOTHING);
            assert_int_equal(text, wanted);
        }
    }
}

static void scenarios_know_the_surveys(void **state)
{
    (void)state;
    for (size_t i = 0; i < demo.questions_count; i++) {
        const struct scenario_question *known = &demo.questions[i];
        const struct question *question = question_named(known->ref), *first = question;
        while (first > surveys[0].questions && !is_first(first))
            first--;
        assert_int_equal(asking_is_counted(known->asking), question_is_counted(question));
        for (int value = 0; value < ANSWER_VALUES; value++) {
            if (known->feeling[value] == NOTHING)
                continue;
            assert_in_range(value, question->min, question->max);
            int next = question_next(question, value), known_next = known->next[value];
            assert_int_equal(next == SURVEY_END, known_next == NOTHING);
            if (known_next != NOTHING)
                assert_ptr_equal(question_named(demo.questions[known_next].ref), first + next);
        }
        for (size_t language = 0; language < org.languages_count; language++) {
            int found, text;
            scenario_recognise(&demo, question->text[language], &found, &text);
            assert_int_equal(found, i);
            assert_int_equal(text, NOTHING);
        }
    }
    for (size_t i = 0; i < SERVICE_TEXTS; i++)
        if (i != SERVICE_CLARIFY)
            recognises((enum service_text)i, service_text_name((enum service_text)i));
    recognises(SERVICE_CLARIFY, "clarify_scale");
    recognises(SERVICE_CLARIFY, "clarify_yesno");
    recognises(SERVICE_CLARIFY, "clarify_choice");
}

static void replies_keep_clear_of_the_end_of_the_window(void **state)
{
    struct behaviour behaviour;
    int seconds = 0, late = 0, within_six_hours = 0, in_time = 0;
    (void)state;
    for (int64_t person = 0; person < demo.people_count; person++) {
        decide_first(&demo, person, 1, &behaviour);
        if (behaviour.receipt != NULL)
            assert_in_range(behaviour.receipt_after_ms, 5000, 300000);
        for (size_t i = 0; i < behaviour.replies_count; i++) {
            const struct planned_reply *reply = &behaviour.replies[i];
            if (reply->question == NOTHING)
                continue; /* commands are understood at any time */
            if (reply->late) {
                assert_in_range(reply->after_ms, 8 * DAY_MS, 10 * DAY_MS);
                late++;
                continue;
            }
            assert_in_range(reply->after_ms, 60000, DAY_MS * 13 / 2);
            in_time++;
            within_six_hours += reply->after_ms < 6 * HOUR_MS;
            seconds += i > 0 && behaviour.replies[i - 1].question != NOTHING;
        }
    }
    assert_true(late > 20 && seconds > 50);
    assert_true(within_six_hours * 2 > in_time);
}

/* Whoever is asked something further near the end of the seven days says nothing more, but LEAVE. */
static void a_conversation_ends_before_its_window(void **state)
{
    struct behaviour behaviour;
    int joining = scenario_question(&demo, "meeting@1/join"), talking = 0;
    (void)state;
    for (int64_t person = 0; person < 2000; person++)
        for (int hour = 1; hour < 7 * 24; hour += 40) {
            struct received received = {person, joining, NOTHING, 1, MONDAY_MS + hour * HOUR_MS, MONDAY_MS};
            behaviour_decide(&demo, &received, &behaviour);
            if (behaviour.replies_count == 0)
                continue;
            assert_int_equal(behaviour.replies[0].question, joining);
            assert_in_range(behaviour.replies[0].after_ms, 60000, 12 * HOUR_MS);
            assert_true(hour * HOUR_MS + behaviour.replies[0].after_ms < 7 * DAY_MS - 3 * HOUR_MS);
            talking++;
        }
    assert_true(talking > 2000);
}

/* Who answers so that own words are asked for next does not send another number instead. */
static void nobody_writes_a_number_where_words_are_asked(void **state)
{
    struct behaviour behaviour;
    int thinking_again = 0;
    (void)state;
    for (int64_t person = 0; person < town.people_count; person++) {
        decide_first(&town, person, 1, &behaviour);
        if (behaviour.replies_count < 2 || behaviour.replies[1].question == NOTHING)
            continue;
        if (behaviour.replies[0].question != NOTHING && behaviour.replies[0].value != NOTHING)
            assert_true(behaviour.replies[0].value > 2);
        thinking_again++;
    }
    assert_true(thinking_again > 50);
}

static void decisions_are_repeatable_and_differ_by_text(void **state)
{
    struct behaviour once, again, next;
    int same = 0;
    (void)state;
    for (int64_t person = 0; person < 200; person++) {
        decide_first(&town, person, 1, &once);
        decide_first(&town, person, 1, &again);
        decide_first(&town, person, 2, &next);
        assert_memory_equal(&once, &again, sizeof once);
        same += once.replies_count == next.replies_count;
    }
    assert_true(same < 160);
}

/* Shares of a pilot's people: 2500 draws of .70 and .15 stay within five standard deviations. */
static void truth_shows_in_the_answers(void **state)
{
    struct behaviour behaviour;
    int answers = 0, positive = 0, negative = 0, responding = 0;
    (void)state;
    for (int64_t person = 0; person < town.people_count; person++) {
        decide_first(&town, person, 1, &behaviour);
        responding += behaviour.replies_count > 0;
        const struct planned_reply *reply = &behaviour.replies[0];
        if (behaviour.replies_count > 1 && reply->meaning == MEANS_HELP)
            reply++;
        if (behaviour.replies_count == 0 || reply->meaning != MEANS_VALUE)
            continue;
        answers++;
        positive += reply->value >= 4;
        negative += reply->value <= 2;
    }
    assert_in_range(responding, 1350, 1590); /* 2500 × .98 × .60 = 1470 */
    assert_in_range(positive * 1000, answers * 635, answers * 765);
    assert_in_range(negative * 1000, answers * 100, answers * 200);
}

static void a_pilot_turns_in_its_week(void **state)
{
    const struct scenario_pilot *pilot = scenario_pilot(&demo, "evening-desk");
    struct behaviour behaviour;
    int64_t negative[2] = {0};
    (void)state;
    assert_non_null(pilot);
    for (int64_t i = 0; i < pilot->size; i++)
        for (int64_t after = 0; after < 2; after++) {
            int64_t week = pilot->turn_week - 1 + after - week_index_at(demo.zone, MONDAY_MS);
            decide(&demo, pilot->first_person + i, (int)pilot->question, 1, week, &behaviour);
            negative[after] += behaviour.replies_count > 0 && behaviour.replies[0].value > 0 &&
                               behaviour.replies[0].value <= 2;
        }
    assert_true(negative[1] > 4 * negative[0]);
}

static void a_contradiction_has_another_coding(void **state)
{
    struct planned_reply reply = {.after_ms = 1000}, other;
    (void)state;
    for (reply.question = 0; reply.question < (int)demo.questions_count; reply.question++) {
        const struct scenario_question *question = &demo.questions[reply.question];
        for (reply.value = 0; reply.value < ANSWER_VALUES; reply.value++) {
            if (question->feeling[reply.value] == NOTHING)
                continue;
            behaviour_contradict(&demo, 1, &reply, &other);
            assert_int_equal(other.after_ms, reply.after_ms);
            assert_int_not_equal(question->feeling[other.value], question->feeling[reply.value]);
            read_as_meant(&other, 1, reply.question, false);
        }
    }
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_lead_back_to_their_people),
        cmocka_unit_test(people_live_in_their_pilots),
        cmocka_unit_test(texts_mean_what_they_are_meant_to),
        cmocka_unit_test(who_is_asked_again_answers_or_not),
        cmocka_unit_test(a_second_thought_is_no_answer_to_what_followed),
        cmocka_unit_test(scenarios_know_the_surveys),
        cmocka_unit_test(replies_keep_clear_of_the_end_of_the_window),
        cmocka_unit_test(a_conversation_ends_before_its_window),
        cmocka_unit_test(nobody_writes_a_number_where_words_are_asked),
        cmocka_unit_test(decisions_are_repeatable_and_differ_by_text),
        cmocka_unit_test(truth_shows_in_the_answers),
        cmocka_unit_test(a_pilot_turns_in_its_week),
        cmocka_unit_test(a_contradiction_has_another_coding),
    };
    return cmocka_run_group_tests(tests, read_all, NULL);
}
