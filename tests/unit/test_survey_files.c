/* Whole survey files: those that ship are right for an organisation with a name of 22 characters; the
 * vectors are accepted or refused with exactly the sentence that stands in refusals.json.
 * tests/unit/survey_schema holds the schema against the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <string.h>

#include "base/json.h"
#include "domain/survey.h"

#define CONFIG_SURVEYS TEST_SOURCE_DIR "/config/surveys"
#define SURVEYS        TEST_VECTORS "/surveys"

static struct org varkaus;

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

/* As `pulssi survey put` does: read, then measured. */
static bool survey_accept(const char *path, const struct org *org, struct survey *survey_out,
                          struct error *error)
{
    struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    cJSON *json = json_read_file(path, error);
    bool accepted = json != NULL && survey_read(survey_out, org, json, error) &&
                    survey_measure(survey_out, org, measures, error);
    cJSON_Delete(json);
    return accepted;
}

/* Calls `each` for every .json file of a folder; returns how many there are. */
static size_t for_each_file(const char *folder,
                            void (*each)(const char *path, const char *name, void *context), void *context)
{
    size_t count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct text path = {0}, name = {0};
        const char *end = strstr(entry->d_name, ".json");
        if (end == NULL)
            continue;
        text_addf(&path, "%s/%s", folder, entry->d_name);
        text_add_bytes(&name, entry->d_name, (size_t)(end - entry->d_name));
        each(path.chars, name.chars, context);
        text_free(&path);
        text_free(&name);
        count++;
    }
    closedir(entries);
    return count;
}

static void accept_file(const char *path, const char *name, void *context)
{
    static struct survey survey;
    struct error error = {""};
    (void)name;
    (void)context;
    if (!survey_accept(path, &varkaus, &survey, &error))
        fail_msg("%s: %s", path, error.text);
}

static void accept_shipped_file(const char *path, const char *name, void *context)
{
    static const struct {
        const char *no_effect, *stop_and_more;
    } said[] = {{"ei vaikuta", "STOP. Tietoa: INFO"},
                {"påverkar inte", "STOPP. Mer: INFO"},
                {"ffect", "STOP. More: INFO"}}; /* no effect, does not affect */
    static struct survey survey;
    struct error error = {""};
    struct org longer = varkaus;
    (void)context;
    assert_true(text_copy(longer.name, sizeof longer.name, "Järvikaupungin työllis")); /* 22 characters */
    assert_true(text_copy(longer.phone, sizeof longer.phone, "0295 123 4567"));
    assert_true(text_copy(longer.info_url, sizeof longer.info_url, "tyollisyys.fi/kysely"));
    if (!survey_accept(path, &longer, &survey, &error))
        fail_msg("%s: %s", path, error.text);
    assert_string_equal(survey.id, name);
    assert_int_equal(longer.languages_count, sizeof said / sizeof said[0]);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        const char *first = survey.questions[0].text[i];
        struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
        assert_memory_equal(first, "{org}: ", strlen("{org}: ")); /* who asks */
        if (strstr(first, said[i].no_effect) == NULL)
            fail_msg("%s: %s does not say that it has no effect", path, first);
        if (strstr(first, said[i].stop_and_more) == NULL)
            fail_msg("%s: %s does not say how to stop and know more", path, first);
        assert_true(survey_measure(&survey, &longer, measures, &error));
        for (size_t k = 0; k < survey.questions_count; k++)
            assert_int_equal(measures[k][i].encoding, SMS_GSM7);
    }
}

static void the_surveys_that_ship_are_right(void **state)
{
    (void)state;
    assert_true(for_each_file(CONFIG_SURVEYS, accept_shipped_file, NULL) >= 2);
    assert_true(for_each_file(CONFIG_SURVEYS "/library", accept_shipped_file, NULL) >= 5);
}

static void valid_files_are_accepted(void **state)
{
    (void)state;
    assert_true(for_each_file(SURVEYS "/valid", accept_file, NULL) > 10);
}

static void refuse_file(const char *path, const char *name, void *context)
{
    static struct survey survey;
    struct error error = {""};
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(context, name);
    if (survey_accept(path, &varkaus, &survey, &error))
        fail_msg("%s: accepted", path);
    if (expected == NULL)
        fail_msg("refusals.json has no %s: %s", path, error.text);
    assert_string_equal(error.text, expected->valuestring);
}

static void each_refusal_names_path_and_reason(void **state)
{
    static const char *const groups[] = {"invalid", "meaning"};
    struct error error = {""};
    (void)state;
    cJSON *refusals = json_read_file(SURVEYS "/refusals.json", &error);
    assert_non_null(refusals);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        struct text folder = {0};
        cJSON *group = cJSON_GetObjectItemCaseSensitive(refusals, groups[i]);
        text_addf(&folder, "%s/%s", SURVEYS, groups[i]);
        assert_int_equal(for_each_file(folder.chars, refuse_file, group), cJSON_GetArraySize(group));
        text_free(&folder);
    }
    cJSON_Delete(refusals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surveys_that_ship_are_right),
        cmocka_unit_test(valid_files_are_accepted),
        cmocka_unit_test(each_refusal_names_path_and_reason),
    };
    return cmocka_run_group_tests(tests, org_sample_read, NULL);
}
