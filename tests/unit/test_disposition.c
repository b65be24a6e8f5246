/* Where a pulse ended, and the response rates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "domain/disposition.h"

static void the_end_of_a_pulse_follows_one_order(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        struct pulse_end end = {.complete = (bits & 16) != 0,
                                .answered = (bits & 8) != 0,
                                .stopped = (bits & 4) != 0,
                                .unparseable = (bits & 2) != 0,
                                .delivered = (bits & 1) != 0};
        unsigned without_answer = bits & 7; /* complete says nothing there */
        enum disposition expected = bits >= 24            ? PULSE_COMPLETED
                                    : (bits & 8) != 0     ? PULSE_PARTIAL
                                    : without_answer >= 4 ? PULSE_REFUSED
                                    : without_answer >= 2 ? PULSE_UNPARSEABLE
                                    : without_answer == 1 ? PULSE_NO_REPLY
                                                          : PULSE_NO_RECEIPT;
        assert_int_equal(disposition_at_close(&end), expected);
    }
}

static void names_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < DISPOSITIONS; i++) {
        enum disposition disposition = PULSE_QUEUED;
        assert_true(disposition_parse(disposition_name((enum disposition)i), &disposition));
        assert_int_equal(disposition, i);
    }
    enum disposition kept = PULSE_STALE;
    assert_false(disposition_parse("gone", &kept));
    assert_int_equal(kept, PULSE_STALE);
    assert_string_equal(disposition_name(PULSE_NO_REPLY), "no_reply");
    assert_string_equal(disposition_name(PULSE_INELIGIBLE), "ineligible");
}

static void nobody_asked_has_no_rate(void **state)
{
    (void)state;
    struct response nobody = {0};
    assert_true(isnan(response_rr1(&nobody)));
    assert_true(isnan(response_rr2(&nobody)));
    struct response one = {.wrong_person = 1};
    assert_true(response_rr2(&one) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_pulse_follows_one_order),
        cmocka_unit_test(names_read_back),
        cmocka_unit_test(nobody_asked_has_no_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
