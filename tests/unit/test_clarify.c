/* Texts that ask once more: which one asks what, what is filled in, and the mistakes in them that are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "domain/clarify.h"

static struct org varkaus;

static int org_sample_read(void **state)
{
    struct error error = {""};
    (void)state;
    cJSON *json = json_read_file(TEST_SOURCE_DIR "/config/examples/org.json", &error);
    bool read = json != NULL && org_read(&varkaus, json, &error);
    cJSON_Delete(json);
    return read ? 0 : -1;
}

static void every_kind_but_own_words_is_asked_for_once_more(void **state)
{
    static const struct {
        enum question_kind kind;
        const char *name;
    } cases[] = {{QUESTION_SCALE, "clarify_scale"},
                 {QUESTION_YESNO, "clarify_yesno"},
                 {QUESTION_CHOICE, "clarify_choice"},
                 {QUESTION_VOLUNTEER, "clarify_volunteer"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum standing_text standing = TEXT_HELP;
        assert_true(clarify_text(cases[i].kind, &standing));
        assert_string_equal(standing_text_name(standing), cases[i].name);
        assert_true(clarify_is(cases[i].name));
    }
    enum standing_text unchanged = TEXT_HELP;
    assert_false(clarify_text(QUESTION_TEXT, &unchanged));
    assert_false(clarify_is("stop_confirm"));
    assert_false(clarify_is("clarify"));
    assert_false(clarify_is(""));
}

static void what_can_be_answered_is_filled_in(void **state)
{
    static const struct {
        struct question question;
        const char *text, *filled;
    } cases[] = {
        {{.kind = QUESTION_SCALE, .min = 1, .max = 5}, "{org}: {min}-{max}? {min}!", "{org}: 1-5? 1!"},
        {{.kind = QUESTION_SCALE, .min = 0, .max = 9}, "{max}{min}", "90"},
        {{.kind = QUESTION_CHOICE, .min = 1, .max = 2}, "{letters}?", "A, B?"},
        {{.kind = QUESTION_CHOICE, .min = 1, .max = 9}, "{letters}", "A, B, C, D, E, F, G, H, I"},
        {{.kind = QUESTION_CHOICE, .min = 1, .max = 2},
         "{min}",
         "{min}"}, /* not a choice's: refused when read */
        {{.kind = QUESTION_YESNO, .max = 1}, "KYLLÄ tai EI {url}", "KYLLÄ tai EI {url}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text filled = {0};
        clarify_fill(&cases[i].question, cases[i].text, &filled);
        assert_string_equal(filled.chars, cases[i].filled);
        text_free(&filled);
    }
}

static void each_mistake_is_named(void **state)
{
#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10
    static const struct {
        const char *name, *text, *error;
    } cases[] = {
        {"clarify_scale", "{min}-{max}?", ""},
        {"clarify_scale", "1-{max}?", "clarify_scale: {min} is missing: nobody is told what can be answered"},
        {"clarify_scale", "1-5?", "clarify_scale: {min} is missing: nobody is told what can be answered"},
        {"clarify_choice", "A?", "clarify_choice: {letters} is missing: nobody is told what can be answered"},
        {"clarify_choice", "{letters} {min}",
         "clarify_choice: unknown placeholder {min}; known are {org}, {phone} and {url}"},
        {"clarify_yesno", "{letters}",
         "clarify_yesno: unknown placeholder {letters}; known are {org}, {phone} and {url}"},
        {"clarify_yesno", "{crisis}",
         "clarify_yesno: unknown placeholder {crisis}; known are {org}, {phone} and {url}"},
        {"clarify_scale", "{min}{max}{",
         "clarify_scale: a stray '{'; placeholders are {org}, {phone} and {url}"},
        /* three letters would fit, nine do not */
        {"clarify_choice", X70 X10 X10 X10 X10 X10 X10 "xxxxxx{letters}",
         "clarify_choice: 2 segments, at most 1: 161 septets of 160"},
        {"clarify_choice", X70 X10 X10 X10 X10 X10 X10 "xxxxx{letters}", ""},
        {"clarify_scale", X70 X70 "xx{min}{max}{url}",
         "clarify_scale: 2 segments, at most 1: 161 septets of 160"},
        {"clarify_yesno", "", "clarify_yesno: expected a string of 1..639 bytes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {""};
        struct json_reader reader;
        char out[SMS_BYTES_MAX] = "before";
        cJSON *json = cJSON_CreateObject();
        cJSON_AddStringToObject(json, cases[i].name, cases[i].text);
        json_reader_root(&reader, json, &error);
        clarify_read(&reader, cases[i].name, &varkaus, out);
        bool read = json_finish(&reader);
        if (read != (cases[i].error[0] == '\0') || strcmp(error.text, cases[i].error) != 0)
            fail_msg("%s \"%s\": \"%s\"", cases[i].name, cases[i].text, error.text);
        assert_string_equal(out, cases[i].error[0] == '\0' ? cases[i].text : ""); /* as written, or nothing */
        cJSON_Delete(json);
    }
}

/* What the project ships, for an org with a long name and whatever is asked. */
static void the_shipped_texts_say_what_can_be_answered(void **state)
{
    static const char *const files[] = {"fi", "sv", "en"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct error error = {""};
        char path[256];
        snprintf(path, sizeof path, TEST_SOURCE_DIR "/config/messages/%s.json", files[i]);
        cJSON *json = json_read_file(path, &error);
        assert_non_null(json);
        const char *once[] = {"toista kertaa", "inte igen", "not ask again"};
        for (int kind = QUESTION_SCALE; kind <= QUESTION_VOLUNTEER; kind++) {
            enum standing_text standing;
            if (!clarify_text((enum question_kind)kind, &standing))
                continue;
            const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(json, standing_text_name(standing)));
            assert_non_null(text);
            assert_non_null(strstr(text, once[i])); /* which is why it is done once a pulse */
        }
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_but_own_words_is_asked_for_once_more),
        cmocka_unit_test(what_can_be_answered_is_filled_in),
        cmocka_unit_test(each_mistake_is_named),
        cmocka_unit_test(the_shipped_texts_say_what_can_be_answered),
    };
    return cmocka_run_group_tests(tests, org_sample_read, NULL);
}
