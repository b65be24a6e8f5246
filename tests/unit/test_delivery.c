/* Words of delivery there and back, and the spread of retries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "domain/delivery.h"

static void names_read_back(void **state)
{
    (void)state;
    for (int i = SUBMIT_ACCEPTED; i <= SUBMIT_NOT_HANDED_OVER; i++) {
        enum submit_outcome outcome = SUBMIT_ACCEPTED;
        assert_true(submit_outcome_parse(submit_outcome_name((enum submit_outcome)i), &outcome));
        assert_int_equal(outcome, i);
    }
    for (int i = RECEIPT_ENROUTE; i <= RECEIPT_UNKNOWN; i++) {
        enum receipt_state receipt = RECEIPT_ENROUTE;
        assert_true(receipt_state_parse(receipt_state_name((enum receipt_state)i), &receipt));
        assert_int_equal(receipt, i);
    }
    assert_string_equal(submit_outcome_name(SUBMIT_LANE_STOP), "lane_stop");
    assert_string_equal(receipt_state_name(RECEIPT_INVALID_NUMBER), "invalid_number");
}

static void foreign_names_are_refused(void **state)
{
    (void)state;
    enum submit_outcome outcome = SUBMIT_UNKNOWN;
    enum receipt_state receipt = RECEIPT_EXPIRED;
    assert_false(submit_outcome_parse("Accepted", &outcome));
    assert_int_equal(outcome, SUBMIT_UNKNOWN);
    assert_false(receipt_state_parse("", &receipt));
    assert_int_equal(receipt, RECEIPT_EXPIRED);
}

static void retries_double_up_to_the_limit_with_full_jitter(void **state)
{
    static const struct {
        int attempt;
        int64_t longest_ms;
    } cases[] = {{2, 1000}, {3, 2000}, {4, 4000}, {10, 256000}, {11, 300000}, {1000, 300000}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(retry_delay_ms(cases[i].attempt, 1000, 300000, 0), 0);
        assert_int_equal(retry_delay_ms(cases[i].attempt, 1000, 300000, UINT32_MAX), cases[i].longest_ms);
        int64_t half_ms = retry_delay_ms(cases[i].attempt, 1000, 300000, UINT32_C(1) << 31);
        assert_true(half_ms >= cases[i].longest_ms / 2 && half_ms <= cases[i].longest_ms / 2 + 1);
    }
    assert_int_equal(retry_delay_ms(2, 5000, 1000, UINT32_MAX), 1000);
    assert_int_equal(retry_delay_ms(5, 0, 1000, UINT32_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_read_back),
        cmocka_unit_test(foreign_names_are_refused),
        cmocka_unit_test(retries_double_up_to_the_limit_with_full_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
