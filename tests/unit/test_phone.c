/* Phone numbers: what import accepts and refuses, the strict form of webhooks, the mask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/phone.h"

static const struct {
    const char *typed, *region;
    enum phone_problem problem;
    const char *e164;
} typed_numbers[] = {
    {"040 123 4567", "FI", PHONE_OK, "+358401234567"},
    {"+358 (0)40 1234567", "FI", PHONE_OK, "+358401234567"},
    {"00358401234567", "FI", PHONE_OK, "+358401234567"},
    {"401234567", "FI", PHONE_OK, "+358401234567"}, /* a spreadsheet ate the zero */
    {" 050-123 4567 ", "FI", PHONE_OK, "+358501234567"},
    {"04573961234", "FI", PHONE_OK, "+3584573961234"},
    {"+46701234567", "FI", PHONE_OK, "+46701234567"},
    {"070-123 45 67", "SE", PHONE_OK, "+46701234567"},
    {"+12025550123", "FI", PHONE_OK, "+12025550123"}, /* fixed line or mobile: cannot be told apart */
    {"017 123 4567", "FI", PHONE_FIXED_LINE, ""},
    {"+46 8 123 456 78", "FI", PHONE_FIXED_LINE, ""},
    {"16123", "FI", PHONE_SHORT_CODE, ""},
    {"18123", "FI", PHONE_SHORT_CODE, ""},
    {"+35816123", "FI", PHONE_SHORT_CODE, ""},
    {"112", "FI", PHONE_SHORT_CODE, ""},
    {"0800 123 456", "FI", PHONE_SHORT_CODE, ""},
    {"0700 12345", "FI", PHONE_SHORT_CODE, ""},
    {"029 500 1234", "FI", PHONE_SHORT_CODE, ""},
    {"1234", "FI", PHONE_IMPOSSIBLE, ""},
    {"0401234567890123", "FI", PHONE_IMPOSSIBLE, ""},
    {"", "FI", PHONE_NOT_A_NUMBER, ""},
    {"-", "FI", PHONE_NOT_A_NUMBER, ""},
    {"call me", "FI", PHONE_NOT_A_NUMBER, ""},
    {"Matti 0401234567", "FI", PHONE_NOT_A_NUMBER, ""},
    {"0401234567 ext 5", "FI", PHONE_NOT_A_NUMBER, ""},
    {"0800 FLOWERS", "FI", PHONE_NOT_A_NUMBER, ""},
    {"0401234567", "ZZ", PHONE_NOT_A_NUMBER, ""},
    {"+358401234567", "ZZ", PHONE_OK, "+358401234567"},
};

static void import_reads_what_people_typed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof typed_numbers / sizeof typed_numbers[0]; i++) {
        char e164[PHONE_SIZE];
        enum phone_problem problem = phone_parse(typed_numbers[i].typed, typed_numbers[i].region, e164);
        if (problem != typed_numbers[i].problem)
            print_error("number \"%s\"\n", typed_numbers[i].typed);
        assert_int_equal(problem, typed_numbers[i].problem);
        assert_string_equal(e164, typed_numbers[i].e164);
    }
}

static void strict_form_is_e164_only(void **state)
{
    static const char *const good[] = {"+358401234567", "+1234567", "+123456789012345"};
    static const char *const bad[] = {
        "",           "+",          "358401234567",      "+0358401234", "+123456",
        "+35840 123", "0401234567", "+1234567890123456", "+3584012x45", "+358401234567 "};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(phone_is_e164(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(phone_is_e164(bad[i]));
}

static void mask_shows_country_and_two_digits(void **state)
{
    static const char *const cases[][2] = {
        {"+358401234567", "+358…67"},
        {"+46701234567", "+46…67"},
        {"+12025550123", "+1…23"},
        {"+37251234567", "+372…67"},
        {"+79161234567", "+7…67"},
        {"0401234567", "…"},
        {"", "…"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char masked[24];
        phone_mask(cases[i][0], masked);
        assert_string_equal(masked, cases[i][1]);
    }
}

static void refusals_have_their_own_sentences(void **state)
{
    (void)state;
    for (int a = PHONE_OK; a <= PHONE_SHORT_CODE; a++)
        for (int b = a + 1; b <= PHONE_SHORT_CODE; b++)
            assert_string_not_equal(phone_problem_text((enum phone_problem)a),
                                    phone_problem_text((enum phone_problem)b));
    assert_string_equal(phone_problem_text(PHONE_NOT_A_NUMBER), "not a phone number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import_reads_what_people_typed),
        cmocka_unit_test(strict_form_is_e164_only),
        cmocka_unit_test(mask_shows_country_and_two_digits),
        cmocka_unit_test(refusals_have_their_own_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
