/* Months of an org, what a message adds to which, money, and the budget in org.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "domain/budget.h"

static struct org org;

static bool read_with(const char *budget, struct error *error)
{
    cJSON *json = json_read_file(TEST_SOURCE_DIR "/config/examples/org.json", error);
    assert_non_null(json);
    if (budget != NULL)
        cJSON_AddItemToObject(json, "monthly_budget", json_parse(budget, strlen(budget), error));
    bool read = org_read(&org, json, error);
    cJSON_Delete(json);
    return read;
}

static void the_budget_is_optional_and_checked(void **state)
{
    static const struct {
        const char *budget, *says; /* NULL = read */
        int64_t segments;
    } cases[] = {
        {NULL, NULL, 0},
        {"{\"segments\":1}", NULL, 1},
        {"{\"segments\":50000,\"comment\":\"a year's tender\"}", NULL, 50000},
        {"{\"segments\":0}", "monthly_budget.segments", 0},
        {"{\"segments\":1.5}", "monthly_budget.segments", 0},
        {"{}", "monthly_budget.segments", 0},
        {"500", "monthly_budget", 0},
        {"{\"segments\":5,\"euros\":9}", "monthly_budget.euros", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {""};
        bool read = read_with(cases[i].budget, &error);
        if (read != (cases[i].says == NULL) || (!read && strstr(error.text, cases[i].says) == NULL) ||
            (read && org.monthly_segments != cases[i].segments))
            fail_msg("%s: %s", cases[i].budget, error.text);
    }
}

/* Helsinki: two hours ahead of UTC in winter, three in summer. */
static void a_month_is_that_of_the_org(void **state)
{
    static const struct {
        int64_t at_ms, ends_ms;
        const char *month;
    } cases[] = {
        {INT64_C(1767218399999), INT64_C(1767218400000), "2025-12"}, /* the last ms of the year there */
        {INT64_C(1767218400000), INT64_C(1769896800000), "2026-01"},
        {INT64_C(1769896800000), INT64_C(1772316000000), "2026-02"}, /* 28 days */
        {INT64_C(1772316000000), INT64_C(1774990800000), "2026-03"}, /* the clocks go forward in it */
        {INT64_C(1792789200000), INT64_C(1793484000000), "2026-10"}, /* and back */
    };
    struct error error = {""};
    (void)state;
    assert_true(read_with("{\"segments\":7}", &error));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spending spending;
        spending_fill(&spending, &org, cases[i].at_ms, 3);
        assert_string_equal(spending.month, cases[i].month);
        assert_int_equal(spending.month_ends_ms, cases[i].ends_ms);
        assert_int_equal(spending.segments, 3);
        assert_int_equal(spending.budget, 7);
    }
}

static void money_is_rounded_up_to_a_cent(void **state)
{
    static const struct {
        int64_t millicents;
        const char *currency, *text;
    } cases[] = {{0, "EUR", "0.00 EUR"},    {1, "EUR", "0.01 EUR"},      {1000, "EUR", "0.01 EUR"},
                 {1001, "SEK", "0.02 SEK"}, {409500, "EUR", "4.10 EUR"}, {123456000, "EUR", "1234.56 EUR"},
                 {100000, "", "1.00"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[MONEY_SIZE];
        money_text(cases[i].millicents, cases[i].currency, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_budget_is_optional_and_checked),
        cmocka_unit_test(a_month_is_that_of_the_org),
        cmocka_unit_test(money_is_rounded_up_to_a_cent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
