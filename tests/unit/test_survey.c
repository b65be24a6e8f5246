/* What a survey that was read answers: where each answer leads, what is counted, what the ways look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "domain/survey.h"
#include "domain/survey_paths.h"

static struct org varkaus;
static struct survey survey;

static int org_sample_read(void **state)
{
    struct error error = {""};
    (void)state;
    cJSON *json = json_read_file(TEST_SOURCE_DIR "/config/examples/org.json", &error);
    bool read = json != NULL && org_read(&varkaus, json, &error);
    if (!read)
        print_error("%s\n", error.text);
    cJSON_Delete(json);
    return read ? 0 : -1;
}

static void survey_of(const char *file)
{
    struct error error = {""};
    struct text path = {0};
    text_addf(&path, "%s/%s", TEST_SOURCE_DIR, file);
    cJSON *json = json_read_file(path.chars, &error);
    if (json == NULL || !survey_read(&survey, &varkaus, json, &error))
        fail_msg("%s: %s", file, error.text);
    cJSON_Delete(json);
    text_free(&path);
}

static void the_conversation_follows_the_answers(void **state)
{
    (void)state;
    survey_of("config/surveys/meeting.json");
    assert_int_equal(survey.questions_count, 3);
    assert_true(survey.thanks);
    assert_true(survey.questions[2].ask_name);
    static const int after[] = {1, 1, SURVEY_END, 2, 2};
    for (int value = 1; value <= 5; value++)
        assert_int_equal(question_next(&survey.questions[0], value), after[value - 1]);
    assert_int_equal(question_next(&survey.questions[1], 0), SURVEY_END);
    assert_int_equal(question_next(&survey.questions[2], 0), SURVEY_END);
    assert_int_equal(question_next(&survey.questions[2], 1), SURVEY_END);
}

static void each_kind_has_its_values(void **state)
{
    static const struct {
        const char *file;
        size_t question;
        enum question_kind kind;
        int min, max;
        const char *first, *last;
    } cases[] = {
        {"tests/vectors/surveys/valid/scale-from-zero.json", 0, QUESTION_SCALE, 0, 9, "0", "9"},
        {"tests/vectors/surveys/valid/yesno.json", 0, QUESTION_YESNO, 0, 1, "no", "yes"},
        {"tests/vectors/surveys/valid/choice-of-nine.json", 0, QUESTION_CHOICE, 1, 9, "A", "I"},
        {"tests/vectors/surveys/valid/branches.json", 1, QUESTION_TEXT, 0, 0, "0", "0"},
        {"tests/vectors/surveys/valid/branches.json", 2, QUESTION_VOLUNTEER, 0, 1, "no", "yes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[4];
        survey_of(cases[i].file);
        const struct question *question = &survey.questions[cases[i].question];
        assert_int_equal(question->kind, cases[i].kind);
        assert_int_equal(question->min, cases[i].min);
        assert_int_equal(question->max, cases[i].max);
        assert_int_equal(question_is_counted(question), cases[i].kind <= QUESTION_CHOICE);
        question_value_name(question, question->min, name);
        assert_string_equal(name, cases[i].first);
        question_value_name(question, question->max, name);
        assert_string_equal(name, cases[i].last);
    }
}

static void answers_of_words_and_letters_are_coded(void **state)
{
    (void)state;
    survey_of("tests/vectors/surveys/valid/yesno-reversed.json");
    assert_int_equal(question_code(&survey.questions[0], 0), CODE_POSITIVE);
    assert_int_equal(question_code(&survey.questions[0], 1), CODE_NEGATIVE);
    survey_of("tests/vectors/surveys/valid/choice-of-nine.json");
    assert_int_equal(question_code(&survey.questions[0], 1), CODE_POSITIVE);
    assert_int_equal(question_code(&survey.questions[0], 5), CODE_NEUTRAL);
    assert_int_equal(question_code(&survey.questions[0], 9), CODE_NEGATIVE);
    assert_int_equal(survey.questions[0].options_count, 9);
    assert_string_equal(survey.questions[0].labels[8][1], "Option 8 sv");
}

static void what_can_still_be_counted(void **state)
{
    static const struct {
        const char *file;
        bool from[QUESTIONS_MAX];
    } cases[] = {
        {"config/surveys/meeting.json", {true, false, false}},
        {"tests/vectors/surveys/valid/one-after-the-other.json", {true, true, true}},
        {"tests/vectors/surveys/valid/text-alone.json", {false}},
        {"tests/vectors/surveys/valid/words-first.json", {true, true}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        survey_of(cases[i].file);
        for (size_t k = 0; k < survey.questions_count; k++)
            assert_int_equal(survey_counts_from(&survey, (int)k), cases[i].from[k]);
        assert_false(survey_counts_from(&survey, SURVEY_END));
    }
}

static void the_ways_are_told_in_plain_words(void **state)
{
    static const struct {
        const char *file, *ways;
    } cases[] = {
        {"config/surveys/felt-forward.json", "forward → end\n"},
        {"config/surveys/meeting.json",
         "forward 1-2 → why → end\nforward 3 → end\nforward 4-5 → join → end\n"},
        {"tests/vectors/surveys/valid/branches-by-value.json",
         "forward 1,5 → step no → why → end\nforward 1,5 → step yes → end\nforward 2-4 → end\n"},
        {"tests/vectors/surveys/valid/branches-by-letter.json",
         "helped A,B → join → end\nhelped C → why → join → end\n"},
        {"tests/vectors/surveys/valid/backwards.json", "forward → join → why → end\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text ways = {0};
        survey_of(cases[i].file);
        survey_paths_describe(&survey, &ways);
        assert_string_equal(ways.chars, cases[i].ways);
        text_free(&ways);
    }
}

static void the_longest_way_is_counted_in_texts(void **state)
{
    static const struct {
        const char *file;
        size_t texts;
    } cases[] = {
        {"config/surveys/felt-forward.json", 1},
        {"config/surveys/meeting.json", 5}, /* forward, join, confirmation, name, thanks */
        {"config/surveys/library/next-step.json", 2},
        {"tests/vectors/surveys/valid/branches-by-letter.json", 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        survey_of(cases[i].file);
        assert_int_equal(survey_texts_max(&survey), cases[i].texts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_conversation_follows_the_answers),
        cmocka_unit_test(each_kind_has_its_values),
        cmocka_unit_test(answers_of_words_and_letters_are_coded),
        cmocka_unit_test(what_can_still_be_counted),
        cmocka_unit_test(the_ways_are_told_in_plain_words),
        cmocka_unit_test(the_longest_way_is_counted_in_texts),
    };
    return cmocka_run_group_tests(tests, org_sample_read, NULL);
}
