/* Texts with placeholders: filled in, prepared, and the message files that ship with the project. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/message_texts.h"
#include "domain/sms_text.h"

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

static void rendering_fills_in_and_prepares(void **state)
{
    (void)state;
    struct text text = {0};
    message_render(&varkaus, "{org} – {phone}, {url}; {url}", &text);
    assert_string_equal(text.chars,
                        "Varkauden työllisyys - 017 123 4567, varkaus.fi/kysely; varkaus.fi/kysely");
    text_clear(&text);
    struct org odd = varkaus;
    assert_true(text_copy(odd.name, sizeof odd.name, "{phone}")); /* never read again for placeholders */
    message_render(&odd, "{org}", &text);
    assert_string_equal(text.chars, "{phone}");
    text_free(&text);
}

static void the_messages_of_every_language_are_read(void **state)
{
    (void)state;
    struct message_texts texts = {0};
    for (size_t i = 0; i < varkaus.languages_count; i++) {
        struct error error = {""};
        struct text path = {0}, rendered = {0};
        struct sms_measure measure;
        text_addf(&path, "%s/config/messages/%s.json", TEST_SOURCE_DIR, varkaus.languages[i]);
        cJSON *json = json_read_file(path.chars, &error);
        if (json == NULL || !message_texts_read(&texts, &varkaus, i, json, &error))
            fail_msg("%s: %s", path.chars, error.text);
        message_render(&varkaus, texts.stop_confirm[i], &rendered);
        sms_measure(rendered.chars, &measure);
        assert_int_equal(measure.segments, 1);
        assert_non_null(strstr(rendered.chars, "017 123 4567"));
        cJSON_Delete(json);
        text_free(&path);
        text_free(&rendered);
    }
}

static void each_mistake_in_messages_is_named(void **state)
{
    static const struct {
        const char *json, *error;
    } cases[] = {
        {"{}", "stop_confirm: missing"},
        {"{\"stop_confirm\": \"\"}", "stop_confirm: expected a string of 1..639 bytes"},
        {"{\"stop_confirm\": \"{name}\"}",
         "stop_confirm: unknown placeholder {name}; known are {org}, {phone} and {url}"},
        {"{\"stop_confirm\": \"ok\", \"help\": \"?\"}", "help: unknown member"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {""};
        struct message_texts texts = {0};
        cJSON *json = json_parse(cases[i].json, strlen(cases[i].json), &error);
        assert_non_null(json);
        assert_false(message_texts_read(&texts, &varkaus, 0, json, &error));
        assert_string_equal(error.text, cases[i].error);
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rendering_fills_in_and_prepares),
        cmocka_unit_test(the_messages_of_every_language_are_read),
        cmocka_unit_test(each_mistake_in_messages_is_named),
    };
    return cmocka_run_group_tests(tests, org_sample_read, NULL);
}
