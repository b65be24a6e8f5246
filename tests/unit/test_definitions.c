/* Definition files: the samples are accepted, and each mistake is refused with its exact path and reason. A
 * mistake is made by replacing a piece of the sample. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/file.h"
#include "domain/pilot.h"
#include "domain/survey.h"

struct mistake {
    const char *piece;       /* of the sample */
    const char *replacement; /* what somebody wrote instead */
    const char *error;
};

static struct text org_sample, pilot_sample, survey_sample;
static struct org varkaus;

/* The sample with its first `piece` replaced, parsed; fails the test when the piece is not there. */
static cJSON *changed(const struct text *sample, const char *piece, const char *replacement)
{
    struct error error = {""};
    struct text text = {0};
    const char *at = strstr(sample->chars, piece);
    if (at == NULL)
        fail_msg("the sample has no %s", piece);
    text_add_bytes(&text, sample->chars, (size_t)(at - sample->chars));
    text_add(&text, replacement);
    text_add(&text, at + strlen(piece));
    cJSON *json = json_parse(text.chars, text.bytes, &error);
    if (json == NULL)
        fail_msg("%s: %s", replacement, error.text);
    text_free(&text);
    return json;
}

static int samples_read(void **state)
{
    struct error error = {""};
    (void)state;
    if (!file_read(TEST_SOURCE_DIR "/config/examples/org.json", 65536, &org_sample, &error) ||
        !file_read(TEST_SOURCE_DIR "/config/examples/pilot.json", 65536, &pilot_sample, &error) ||
        !file_read(TEST_SOURCE_DIR "/config/surveys/felt-forward.json", 65536, &survey_sample, &error))
        return -1;
    cJSON *json = json_parse(org_sample.chars, org_sample.bytes, &error);
    bool read = json != NULL && org_read(&varkaus, json, &error);
    if (!read)
        print_error("%s\n", error.text);
    cJSON_Delete(json);
    return read ? 0 : -1;
}

static int samples_free(void **state)
{
    (void)state;
    text_free(&org_sample);
    text_free(&pilot_sample);
    text_free(&survey_sample);
    return 0;
}

static void the_sample_org_is_read(void **state)
{
    (void)state;
    assert_string_equal(varkaus.id, "varkaus");
    assert_string_equal(varkaus.name, "Varkauden työllisyys");
    assert_ptr_equal(varkaus.zone, zone_find("Europe/Helsinki"));
    assert_int_equal(varkaus.languages_count, 3);
    assert_int_equal(org_language(&varkaus, "sv"), 1);
    assert_int_equal(org_language(&varkaus, "et"), -1);
    assert_true(varkaus.language_required[0] && varkaus.language_required[1] &&
                !varkaus.language_required[2]);
    assert_int_equal(varkaus.strata_count, 2);
    assert_string_equal(varkaus.strata[0].name, "age_band");
    assert_int_equal(varkaus.strata[0].values_count, 3);
    assert_string_equal(varkaus.strata[0].values[2], "50+");
    assert_string_equal(varkaus.region, "FI");
    assert_int_equal(varkaus.gap_days, 14);
    assert_int_equal(varkaus.same_question_days, 56);
    assert_int_equal(varkaus.per_year, 6);
    assert_int_equal(varkaus.window.days, 0x1F);
    assert_int_equal(varkaus.window.from_minute, 540);
    assert_int_equal(varkaus.window.to_minute, 1080);
    assert_string_equal(varkaus.gateway, "simulator");
    assert_string_equal(varkaus.sender, "18123");
    assert_int_equal(varkaus.staff_count, 1);
    assert_string_equal(varkaus.staff[0], "Oona Malliainen");
}

static void what_is_optional_in_an_org_may_be_left_out(void **state)
{
    static const struct mistake leave[] = {
        {"\"phone_region\": \"FI\",", "", ""},
        {"\"reply_cost\": \"An answer costs one ordinary text message.\",", "", ""},
        {"\"strata\": {\n    \"age_band\": [\"18-29\", \"30-49\", \"50+\"],\n    \"office\": [\"north\", "
         "\"south\"]\n  },",
         "", ""},
        {"\"strata\": {", "\"strata\": {\"comment\": \"why these\",", ""},
        {"\"to\": \"18:00\"", "\"to\": \"24:00\"", ""},
        {"\"caps\": {", "\"caps\": {\"comment\": \"agreed in May\", ", ""},
        {"\"staff\": [\"Oona Malliainen\"],", "", ""},
        {"\"staff\": [\"Oona Malliainen\"]", "\"staff\": []", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof leave / sizeof leave[0]; i++) {
        struct error error = {""};
        struct org org;
        cJSON *json = changed(&org_sample, leave[i].piece, leave[i].replacement);
        if (!org_read(&org, json, &error))
            fail_msg("%s", error.text);
        assert_string_equal(org.region, "FI");
        cJSON_Delete(json);
    }
}

static const struct mistake org_mistakes[] = {
    {"\"id\": \"varkaus\"", "\"id\": \"Varkaus\"",
     "id: expected 1 to 32 characters of a-z 0-9 '-', a letter first"},
    {"\"id\": \"varkaus\",", "", "id: missing"},
    {"\"name\": \"Varkauden työllisyys\"", "\"name\": \"two\\nlines\"",
     "name: expected one line without control characters"},
    {"\"name\": \"Varkauden työllisyys\"", "\"name\": \"  \"", "name: empty"},
    {"Europe/Helsinki", "Europe/Varkaus",
     "time_zone: unknown zone \"Europe/Varkaus\"; expected an IANA name such as Europe/Helsinki"},
    {"[\"fi\", \"sv\", \"en\"]", "[]", "languages: expected an array of 1..8 items"},
    {"[\"fi\", \"sv\", \"en\"]", "[\"fi\", \"swe\"]",
     "languages: \"swe\" is not a language code of two letters such as fi"},
    {"[\"fi\", \"sv\", \"en\"]", "[\"fi\", \"sv\", \"fi\"]", "languages: \"fi\" is there twice"},
    {"\"required_languages\": [\"fi\", \"sv\"]", "\"required_languages\": [\"fi\", \"se\"]",
     "required_languages: \"se\" is not among the languages"},
    {"\"phone_region\": \"FI\"", "\"phone_region\": \"fi\"",
     "phone_region: expected a country code of two capitals such as FI"},
    {"\"age_band\":", "\"age-band\":",
     "strata.age-band: expected a name of 1 to 32 characters of a-z 0-9 '_', a letter first, other than "
     "phone and "
     "language"},
    {"\"office\":", "\"language\":",
     "strata.language: expected a name of 1 to 32 characters of a-z 0-9 '_', a letter first, other than "
     "phone and "
     "language"},
    {"\"north\", \"south\"", "\"north,south\"",
     "strata.office: \"north,south\" has a space or one of , ; : | = / \" { }"},
    {"\"north\", \"south\"", "\"north\", \"north\"", "strata.office: \"north\" is there twice"},
    {"\"north\", \"south\"", "\"north\", 2", "strata.office[1]: expected a string of 1..32 bytes"},
    {"\"office\": [\"north\", \"south\"]", "\"a\": [\"x\"], \"b\": [\"x\"], \"c\": [\"x\"], \"d\": [\"x\"]",
     "strata: at most 4 variables"},
    {"\"legal_basis\": \"public task: developing employment services (GDPR article 6(1)(e))\"",
     "\"legal_basis\": \"\"", "legal_basis: expected a string of 1..256 bytes"},
    {"\"impact_assessment\": \"VAR-DPIA-2026-01\",", "", "impact_assessment: missing"},
    {"\"gap_days\": 14", "\"gap_days\": 6", "caps.gap_days: expected a whole number in 7..90"},
    {"\"gap_days\": 14", "\"gap_days\": 14.5", "caps.gap_days: expected a whole number in 7..90"},
    {"\"same_question_days\": 56", "\"same_question_days\": 49",
     "caps.same_question_days: expected at least 56 days (8 weeks of a signal's window) and whole weeks, "
     "found 49"},
    {"\"same_question_days\": 56", "\"same_question_days\": 60",
     "caps.same_question_days: expected at least 56 days (8 weeks of a signal's window) and whole weeks, "
     "found 60"},
    {"\"per_year\": 6", "\"per_year\": 0", "caps.per_year: expected a whole number in 1..52"},
    {"\"per_year\": 6", "\"per_year\": 6, \"per_month\": 1", "caps.per_month: unknown member"},
    {"\"wed\"", "\"Wed\"", "window.days: \"Wed\" is not a day: mon, tue, wed, thu, fri, sat or sun"},
    {"\"from\": \"09:00\"", "\"from\": \"9:00\"", "window.from: \"9:00\" is not a time of day such as 09:00"},
    {"\"to\": \"18:00\"", "\"to\": \"24:01\"", "window.to: \"24:01\" is not a time of day such as 09:00"},
    {"\"to\": \"18:00\"", "\"to\": \"09:00\"", "window.to: must be later in the day than from"},
    {"\"sender\": \"18123\"", "\"sender\": \"Varkaus\"",
     "lane.sender: \"Varkaus\" is an alphanumeric sender, which cannot be replied to, and every survey asks "
     "for "
     "replies: give a number or a short code of the gateway, in digits"},
    {"\"reply_number\": \"18123\"", "\"reply_number\": \"+35818123\"",
     "lane.reply_number: \"+35818123\" must be 3 to 15 digits, without + and spaces"},
    {"\"lane\":", "\"lanes\": {}, \"lane\":", "lanes: unknown member"},
    {"[\"Oona Malliainen\"]", "\"Oona Malliainen\"", "staff: expected an array of 0..200 items"},
    {"\"Oona Malliainen\"", "\"Oona Malliainen\", \"\"", "staff[1]: expected a string of 1..64 bytes"},
    {"\"Oona Malliainen\"", "\"040 123\"", "staff: \"040 123\" is not a name such as Maija Virtanen"},
    {"\"Oona Malliainen\"", "\"\\u001b[2J\"", "staff: \"\\u001b[2J\" is not a name such as Maija Virtanen"},
};

static void each_mistake_in_an_org_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof org_mistakes / sizeof org_mistakes[0]; i++) {
        struct error error = {""};
        struct org org;
        cJSON *json = changed(&org_sample, org_mistakes[i].piece, org_mistakes[i].replacement);
        assert_false(org_read(&org, json, &error));
        assert_string_equal(error.text, org_mistakes[i].error);
        cJSON_Delete(json);
    }
}

static void the_sample_pilot_is_read(void **state)
{
    (void)state;
    struct error error = {""};
    struct pilot pilot;
    cJSON *json = changed(&pilot_sample, ", \"en\": \"Job search coaching\"", "");
    if (!pilot_read(&pilot, &varkaus, json, &error))
        fail_msg("%s", error.text);
    assert_string_equal(pilot.id, "coaching-a");
    assert_string_equal(pilot.names[0], "Työnhakuvalmennus");
    assert_string_equal(pilot.names[2], ""); /* English is not required */
    cJSON_Delete(json);
}

static const struct mistake pilot_mistakes[] = {
    {"\"sv\": \"Jobbsökarcoachning\", ", "", "name.sv: missing; the org requires a name in this language"},
    {"\"sv\":", "\"et\": \"Karjäär\", \"sv\":", "name.et: unknown member"},
    {"\"name\": {\"fi\": \"Työnhakuvalmennus\", \"sv\": \"Jobbsökarcoachning\", \"en\": \"Job search "
     "coaching\"}",
     "\"name\": \"Valmennus\"", "name: expected an object"},
    {"\"owner\": \"Coaching team\",", "", "owner: missing"},
    {"\"kind\": \"coaching\"", "\"kind\": \"Coaching A\"",
     "kind: expected 1 to 32 characters of a-z 0-9 '-', a letter first"},
    {"\"kind\":", "\"goal\": 0.7, \"kind\":", "goal: unknown member"},
};

static void each_mistake_in_a_pilot_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pilot_mistakes / sizeof pilot_mistakes[0]; i++) {
        struct error error = {""};
        struct pilot pilot;
        cJSON *json = changed(&pilot_sample, pilot_mistakes[i].piece, pilot_mistakes[i].replacement);
        assert_false(pilot_read(&pilot, &varkaus, json, &error));
        assert_string_equal(error.text, pilot_mistakes[i].error);
        cJSON_Delete(json);
    }
}

static void survey_of(struct survey *survey_out, const char *piece, const char *replacement)
{
    struct error error = {""};
    cJSON *json = changed(&survey_sample, piece, replacement);
    if (!survey_read(survey_out, &varkaus, json, &error))
        fail_msg("%s", error.text);
    cJSON_Delete(json);
}

static void the_sample_survey_is_read_and_fits_one_segment(void **state)
{
    (void)state;
    struct error error = {""};
    struct survey survey;
    struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    char ref[SURVEY_REF_SIZE], of_question[QUESTION_REF_SIZE];
    survey_of(&survey, "\"id\"", "\"id\"");
    survey_ref(&survey, ref);
    question_ref(&survey, 0, of_question);
    assert_string_equal(ref, "felt-forward@1");
    assert_string_equal(of_question, "felt-forward@1/forward");

    const struct question *question = &survey.questions[0];
    static const enum coding codings[] = {CODE_NEGATIVE, CODE_NEGATIVE, CODE_NEUTRAL, CODE_POSITIVE,
                                          CODE_POSITIVE};
    for (int value = 1; value <= 5; value++)
        assert_int_equal(question_code(question, value), codings[value - 1]);
    assert_true(question->goal > 0.699 && question->goal < 0.701);
    assert_true(question->ceiling > 0.199 && question->ceiling < 0.201);
    assert_string_equal(question->tag, "experience");

    if (!survey_measure(&survey, &varkaus, measures, &error))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < varkaus.languages_count; i++) {
        assert_int_equal(measures[0][i].encoding, SMS_GSM7);
        assert_int_equal(measures[0][i].segments, 1);
        assert_true(measures[0][i].units > 100);
    }
}

static void a_scale_may_begin_at_zero_and_have_no_neutral(void **state)
{
    (void)state;
    struct error error = {""};
    struct survey survey;
    cJSON *json = changed(
        &survey_sample,
        "\"min\": 1,\n      \"max\": 5,\n      \"tag\": \"experience\",\n      \"coding\": {\"positive\": "
        "[4, 5], \"neutral\": [3], \"negative\": [1, 2]}",
        "\"min\": 0, \"max\": 3, \"coding\": {\"positive\": [0, 1], \"neutral\": [], \"negative\": [2, 3]}");
    if (!survey_read(&survey, &varkaus, json, &error))
        fail_msg("%s", error.text);
    assert_int_equal(question_code(&survey.questions[0], 0), CODE_POSITIVE); /* a reversed item */
    assert_int_equal(question_code(&survey.questions[0], 3), CODE_NEGATIVE);
    cJSON_Delete(json);
}

static const struct mistake survey_mistakes[] = {
    {"\"version\": 1", "\"version\": 0", "version: expected a whole number in 1..9999"},
    {"\"questions\": [", "\"questions\": [{},", "questions[0].id: missing"},
    {"\"kind\": \"scale\"", "\"kind\": \"slider\"",
     "questions[0].kind: \"slider\" is not one of scale, yesno, choice, text, volunteer"},
    {"\"min\": 1", "\"min\": 5", "questions[0].max: must be greater than min (5)"},
    {"\"max\": 5", "\"max\": 10", "questions[0].max: expected a whole number in 0..9"},
    {"\"tag\": \"experience\"", "\"tag\": \"mood\"",
     "questions[0].tag: \"mood\" is not one of experience, outcome, participation, expectation"},
    {"\"neutral\": [3]", "\"neutral\": []", "questions[0].coding: value 3 is coded nowhere"},
    {"\"neutral\": [3]", "\"neutral\": [3, 4]", "questions[0].coding: value 4 is coded twice"},
    {"\"neutral\": [3]", "\"neutral\": [6]",
     "questions[0].coding.neutral[0]: expected a whole number in 1..5"},
    {"\"neutral\": [3]", "\"neutral\": 3", "questions[0].coding.neutral: expected an array of 0..9 items"},
    {"\"positive\": [4, 5]", "\"positive\": []",
     "questions[0].coding.positive: expected an array of 1..9 items"},
    {"\"neutral\": [3],", "\"neutral\": [3], \"bad\": [],", "questions[0].coding.bad: unknown member"},
    {"\"goal\": 0.70", "\"goal\": 1", "questions[0].goal: expected a share between 0 and 1, both excluded"},
    {"\"goal\": 0.70", "\"goal\": 70", "questions[0].goal: expected a share between 0 and 1, both excluded"},
    {"\"ceiling\": 0.20", "\"ceiling\": 0",
     "questions[0].ceiling: expected a share between 0 and 1, both excluded"},
    {"\"ceiling\": 0.20,", "", "questions[0].ceiling: missing"},
    {"\"why\":", "\"reason\":", "questions[0].why: missing"},
    {"\"sv\":", "\"et\":", "questions[0].text.sv: missing; the org's languages are fi, sv, en"},
    {"\"sv\":", "\"et\": \"Tere\", \"sv\":", "questions[0].text.et: unknown member"},
    {"{org}", "{link}",
     "questions[0].text.fi: unknown placeholder {link}; known are {org}, {phone} and {url}"},
    {"{org}", "{org", "questions[0].text.fi: a stray '{'; placeholders are {org}, {phone} and {url}"},
    {"{org}", "org}", "questions[0].text.fi: a stray '}'; placeholders are {org}, {phone} and {url}"},
    {"\"text\":", "\"next\": [{\"else\": \"why\"}], \"text\":",
     "questions[0].next[0].else: no question \"why\"; the end is \"end\""},
    {"\"id\": \"felt-forward\"", "\"id\": \"felt-forward\", \"title\": \"x\"", "title: unknown member"},
};

static void each_mistake_in_a_survey_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof survey_mistakes / sizeof survey_mistakes[0]; i++) {
        struct error error = {""};
        struct survey survey;
        cJSON *json = changed(&survey_sample, survey_mistakes[i].piece, survey_mistakes[i].replacement);
        assert_false(survey_read(&survey, &varkaus, json, &error));
        assert_string_equal(error.text, survey_mistakes[i].error);
        cJSON_Delete(json);
    }
}

static void a_text_of_two_segments_is_refused_with_its_cause(void **state)
{
    static const struct mistake texts[] = {
        {"Vapaaehtoista,", "Vapaaehtoista, vapaaehtoista,",
         "questions[0].text.fi: 2 segments, at most 1: 171 septets of 160"},
        {"Frivilligt,", "Frivilligt, š,",
         "questions[0].text.sv: 3 segments, at most 1: \"š\" leaves room for 70 characters instead of 160, "
         "and there are "
         "158"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct error error = {""};
        struct survey survey;
        struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
        survey_of(&survey, texts[i].piece, texts[i].replacement);
        assert_false(survey_measure(&survey, &varkaus, measures, &error));
        assert_string_equal(error.text, texts[i].error);
    }
}

static void a_text_that_fits_only_a_short_name_is_refused(void **state)
{
    (void)state;
    struct error error = {""};
    struct survey survey;
    struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    struct org vaasa = varkaus;
    survey_of(&survey, "Tietoa: INFO", "Lisätietoa: INFO"); /* 160 septets with 20 characters of name */
    assert_true(text_copy(vaasa.name, sizeof vaasa.name, "Vaasa"));
    assert_false(survey_measure(&survey, &vaasa, measures, &error));
    assert_string_equal(error.text,
                        "questions[0].text.fi: 2 segments with an org name of 22 characters, at most 1: 162 "
                        "septets of 160");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_org_is_read),
        cmocka_unit_test(what_is_optional_in_an_org_may_be_left_out),
        cmocka_unit_test(each_mistake_in_an_org_is_named),
        cmocka_unit_test(the_sample_pilot_is_read),
        cmocka_unit_test(each_mistake_in_a_pilot_is_named),
        cmocka_unit_test(the_sample_survey_is_read_and_fits_one_segment),
        cmocka_unit_test(a_scale_may_begin_at_zero_and_have_no_neutral),
        cmocka_unit_test(each_mistake_in_a_survey_is_named),
        cmocka_unit_test(a_text_of_two_segments_is_refused_with_its_cause),
        cmocka_unit_test(a_text_that_fits_only_a_short_name_is_refused),
    };
    return cmocka_run_group_tests(tests, samples_read, samples_free);
}
