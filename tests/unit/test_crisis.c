/* Crisis numbers: sections of the settings, the age of their confirmation, and their place in texts. */
#include "domain/crisis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "domain/calendar.h"
#include "domain/message_template.h"

#define FILE_NAME "pulssi.conf"

static char folder[] = "/tmp/pulssi-crisis-XXXXXX";
static struct settings settings;
static struct error error;

static int enter_folder(void **state)
{
    (void)state;
    if (clearenv() != 0 || mkdtemp(folder) == NULL)
        return -1;
    return chdir(folder);
}

static int leave_folder(void **state)
{
    (void)state;
    (void)unlink(FILE_NAME);
    return rmdir(folder);
}

static bool load(const char *content)
{
    assert_true(file_replace(FILE_NAME, content, strlen(content), 0600, &error));
    error = (struct error){""};
    return settings_load(&settings, FILE_NAME, &error);
}

static void each_language_has_its_own(void **state)
{
    (void)state;
    if (!load("[crisis:fi]\nphrase = Kriisipuhelin 09 2525 0111 (24 h)\nconfirmed_on = 2026-03-01\n"
              "[crisis:sv]\nconfirmed_on = 2026-02-01\nphrase = Kristelefon 09 2525 0112\n"))
        fail_msg("%s", error.text);
    assert_int_equal(settings.crisis_count, 2);
    assert_string_equal(settings_crisis(&settings, "fi"), "Kriisipuhelin 09 2525 0111 (24 h)");
    assert_string_equal(settings_crisis(&settings, "sv"), "Kristelefon 09 2525 0112");
    assert_string_equal(settings_crisis(&settings, "en"), "");
    assert_string_equal(settings.crisis[1].confirmed_on, "2026-02-01");
}

static void the_environment_sets_them_too(void **state)
{
    (void)state;
    setenv("PULSSI_CRISIS_EN_PHRASE", "Crisis line 09 2525 0113", 1);
    setenv("PULSSI_CRISIS_EN_CONFIRMED_ON", "2026-05-05", 1);
    setenv("PULSSI_CRISIS_FI_CONFIRMED_ON", "2026-06-06", 1);
    bool loaded = load("[crisis:fi]\nphrase = Kriisipuhelin\nconfirmed_on = 2020-01-01\n");
    if (!loaded)
        fail_msg("%s", error.text);
    assert_string_equal(settings_crisis(&settings, "en"), "Crisis line 09 2525 0113");
    assert_string_equal(settings.crisis[0].confirmed_on, "2026-06-06");
    setenv("PULSSI_CRISIS_EN_NUMBER", "1", 1);
    assert_false(load(""));
    assert_non_null(strstr(error.text, "PULSSI_CRISIS_EN_NUMBER: unknown variable: expected PULSSI_CRISIS_"));
    clearenv();
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *content, *said;
    } rows[] = {
        {"[crisis:fi]\nphrase = x\n", "pulssi.conf:1: [crisis:fi] confirmed_on: missing"},
        {"\n[crisis:fi]\nconfirmed_on = 2026-01-01\n", "pulssi.conf:2: [crisis:fi] phrase: missing"},
        {"[crisis:fi]\nphrase = {phone}\nconfirmed_on = 2026-01-01\n", "[crisis:fi] phrase: may not hold"},
        {"[crisis:FI]\nphrase = x\n", "[crisis:FI]: expected a language code"},
        {"[crisis:suomi]\nphrase = x\n", "[crisis:suomi]: expected a language code"},
        {"[crisis]\nphrase = x\n", "[crisis]: unknown section"},
        {"[crisis:fi]\nnumber = x\n", "[crisis:fi] number: unknown key"},
        {"[crisis:fi]\nphrase = x\nphrase = y\n", "[crisis:fi] phrase: given before, on line 2"},
        {"[crisis:aa]\n[crisis:bb]\n[crisis:cc]\n[crisis:dd]\n[crisis:ee]\n[crisis:ff]\n[crisis:gg]\n[crisis:"
         "hh]\n"
         "[crisis:ii]\nphrase = x\n",
         "[crisis:ii]: more than 8 languages"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (load(rows[i].content) || strstr(error.text, rows[i].said) == NULL)
            fail_msg("\"%s\": said \"%s\"", rows[i].content, error.text);
}

static bool confirmed(const char *day, const char *today)
{
    int64_t today_index = 0;
    assert_true(day_parse(today, &today_index));
    settings.crisis_count = 2;
    settings.crisis[0] = (struct crisis_settings){"fi", "09 2525 0111", "2026-11-22"};
    settings.crisis[1] = (struct crisis_settings){"sv", "09 2525 0112", ""};
    assert_true(text_copy(settings.crisis[1].confirmed_on, sizeof settings.crisis[1].confirmed_on, day));
    error = (struct error){""};
    return crisis_check(&settings, today_index * DAY_MS + 12 * HOUR_MS, &error);
}

static void a_confirmation_holds_for_twelve_months(void **state)
{
    (void)state;
    assert_true(confirmed("2026-11-22", "2026-11-22"));
    assert_true(confirmed("2025-11-22", "2026-11-22")); /* to the day */
    assert_false(confirmed("2025-11-21", "2026-11-22"));
    assert_non_null(
        strstr(error.text, "[crisis:sv] confirmed_on = 2025-11-21: that is more than 12 months ago"));
    assert_non_null(strstr(error.text, "call the number"));
    assert_true(confirmed("2026-11-23", "2026-11-22")); /* where it is tomorrow */
    assert_false(confirmed("2026-11-24", "2026-11-22"));
    assert_non_null(strstr(error.text, "lies in the future"));
    assert_false(confirmed("22.11.2026", "2026-11-22"));
    assert_non_null(strstr(error.text, "[crisis:sv] confirmed_on = 22.11.2026: expected a day"));
    assert_false(confirmed("2026-02-30", "2026-11-22"));
    settings.crisis_count = 0;
    assert_true(crisis_check(&settings, 0, &error));
}

static void the_phrase_takes_its_place_in_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *crisis, *filled; /* NULL = refused */
    } rows[] = {
        {"Help: {crisis}. Or 112.", "09 2525 0111", "Help: 09 2525 0111. Or 112."},
        {"Call 112 {crisis}", "", "Call 112"}, /* nobody is configured: no space is left over */
        {"{crisis} 112", "", " 112"},
        {"{crisis}{crisis}", "x", "xx"},
        {"{org}: {crisis} {phone}", "x", "{org}: x {phone}"},
        {"Help: {crisis}", NULL, NULL}, /* no text of a survey */
        {"Help: {crises}", "x", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char json[128], out[SMS_BYTES_MAX];
        struct json_reader root;
        int bytes = snprintf(json, sizeof json, "{\"text\":\"%s\"}", rows[i].text);
        cJSON *tree = json_parse(json, (size_t)bytes, &error);
        assert_non_null(tree);
        json_reader_root(&root, tree, &error);
        message_template_read(&root, "text", rows[i].crisis, out);
        bool read = json_finish(&root);
        cJSON_Delete(tree);
        assert_int_equal(read, rows[i].filled != NULL);
        assert_string_equal(out, read ? rows[i].filled : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_language_has_its_own),
        cmocka_unit_test(the_environment_sets_them_too),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(a_confirmation_holds_for_twelve_months),
        cmocka_unit_test(the_phrase_takes_its_place_in_a_text),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
