/* What became of the messages of the last hour: what is older falls out, minute by minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dispatcher/last_hour.h"

#define MINUTE_MS INT64_C(60000)

static int64_t sum(struct last_hour *hour, int64_t now_ms, enum submit_outcome outcome)
{
    int64_t sums[SUBMIT_OUTCOMES];
    last_hour_sum(hour, now_ms, sums);
    return sums[outcome];
}

static void outcomes_are_counted_apart(void **state)
{
    (void)state;
    struct last_hour hour = {0};
    last_hour_add(&hour, SUBMIT_ACCEPTED, 5 * MINUTE_MS);
    last_hour_add(&hour, SUBMIT_ACCEPTED, 7 * MINUTE_MS);
    last_hour_add(&hour, SUBMIT_UNKNOWN, 7 * MINUTE_MS);
    assert_int_equal(sum(&hour, 8 * MINUTE_MS, SUBMIT_ACCEPTED), 2);
    assert_int_equal(sum(&hour, 8 * MINUTE_MS, SUBMIT_UNKNOWN), 1);
    assert_int_equal(sum(&hour, 8 * MINUTE_MS, SUBMIT_RETRY), 0);
}

static void an_hour_later_they_are_gone(void **state)
{
    (void)state;
    struct last_hour hour = {0};
    last_hour_add(&hour, SUBMIT_ACCEPTED, 1000 * MINUTE_MS);
    last_hour_add(&hour, SUBMIT_ACCEPTED, 1030 * MINUTE_MS);
    assert_int_equal(sum(&hour, 1059 * MINUTE_MS, SUBMIT_ACCEPTED), 2);
    assert_int_equal(sum(&hour, 1060 * MINUTE_MS, SUBMIT_ACCEPTED), 1);
    assert_int_equal(sum(&hour, 1090 * MINUTE_MS, SUBMIT_ACCEPTED), 0);
}

/* Nobody looked for days: nothing of what stood in the ring is counted. */
static void a_long_silence_leaves_nothing(void **state)
{
    (void)state;
    struct last_hour hour = {0};
    for (int64_t minute = 0; minute < 200; minute++)
        last_hour_add(&hour, SUBMIT_ACCEPTED, minute * MINUTE_MS);
    assert_int_equal(sum(&hour, 199 * MINUTE_MS, SUBMIT_ACCEPTED), HOUR_MINUTES);
    last_hour_add(&hour, SUBMIT_ACCEPTED, 9000 * MINUTE_MS);
    assert_int_equal(sum(&hour, 9000 * MINUTE_MS, SUBMIT_ACCEPTED), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_are_counted_apart),
        cmocka_unit_test(an_hour_later_they_are_gone),
        cmocka_unit_test(a_long_silence_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
