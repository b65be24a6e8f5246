/* The way of a country's public holidays from its file into an org's record: what a file leaves out is completed, and
 * what was completed is read again as the same days. */
#include "store/holiday_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"

static struct org org;
static struct error error;

/* The example org with another "holidays" (NULL = none) and phone_region. */
static cJSON *file_of(const char *holidays, const char *region)
{
    cJSON *tree = json_read_file(PULSSI_SHARE_DIR "/examples/org.json", &error);
    assert_non_null(tree);
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "holidays");
    cJSON_ReplaceItemInObjectCaseSensitive(tree, "phone_region", cJSON_CreateString(region));
    if (holidays != NULL) {
        cJSON *member = json_parse(holidays, strlen(holidays), &error);
        assert_non_null(member);
        cJSON_AddItemToObject(tree, "holidays", member);
    }
    if (!org_read(&org, tree, &error))
        fail_msg("%s", error.text);
    return tree;
}

static void what_a_file_leaves_out_is_completed(void **state)
{
    (void)state;
    static const struct {
        const char *holidays, *region, *country;
        bool national_day; /* 6 June: Sweden */
        bool epiphany;
        bool added; /* 31 December 2026 */
    } rows[] = {
        {NULL, "FI", "FI", false, true, false},
        {NULL, "SE", "SE", true, true, true},
        {"{\"country\":\"SE\"}", "FI", "SE", true, true, true},
        {"{\"country\":\"FI\",\"add\":[\"2026-12-31\"],\"not\":[\"2026-01-06\"]}", "FI", "FI", false, false,
         true},
        {"{\"country\":\"none\"}", "FI", "none", false, false, false},
        {"{\"country\":\"none\",\"add\":[\"2026-12-31\"]}", "FI", "none", false, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cJSON *tree = file_of(rows[i].holidays, rows[i].region);
        if (!holidays_complete(PULSSI_SHARE_DIR, &org, tree, &error))
            fail_msg("%s", error.text);
        if (!org_read(&org, tree, &error)) /* as every program reads what is stored */
            fail_msg("%s", error.text);
        const struct holidays *holidays = &org.window.holidays;
        assert_string_equal(holidays->country, rows[i].country);
        assert_int_equal(holidays_has(holidays, day_of_date(2026, 6, 6)), rows[i].national_day);
        assert_int_equal(holidays_has(holidays, day_of_date(2026, 1, 6)), rows[i].epiphany);
        assert_int_equal(holidays_has(holidays, day_of_date(2026, 12, 31)), rows[i].added);
        cJSON_Delete(tree);
    }
}

static void expect_refusal(const char *share_folder, const char *holidays, const char *region,
                           const char *words)
{
    cJSON *tree = file_of(holidays, region);
    error = (struct error){""};
    if (holidays_complete(share_folder, &org, tree, &error) || strstr(error.text, words) == NULL)
        fail_msg("said \"%s\", not \"%s\"", error.text, words);
    cJSON_Delete(tree);
}

static void what_cannot_be_completed_is_refused(void **state)
{
    (void)state;
    static const char file[] = "{\"country\":\"FI\",\"days\":[{}]}";
    char folder[] = "/tmp/pulssi-holidays-XXXXXX", path[128], command[64];
    expect_refusal(PULSSI_SHARE_DIR, NULL, "DE", "holidays/DE.json");
    expect_refusal(PULSSI_SHARE_DIR, "{\"country\":\"XX\"}", "FI", "\"none\" = no holidays");
    expect_refusal(PULSSI_SHARE_DIR, "{\"country\":\"FI\",\"days\":[]}", "FI",
                   "holidays.days: comes from holidays/FI.json");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/holidays", folder);
    assert_true(file_make_folder(path, &error));
    snprintf(path, sizeof path, "%s/holidays/FI.json", folder);
    assert_true(file_replace(path, file, sizeof file - 1, 0600, &error));
    expect_refusal(folder, NULL, "FI", "holidays/FI.json: days[0]");
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_leaves_out_is_completed),
        cmocka_unit_test(what_cannot_be_completed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
