/* The day that many months earlier: how long records are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/calendar.h"

static void a_day_months_before_is_the_same_day_of_its_month_or_the_last(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        int64_t months;
        const char *before;
    } cases[] = {
        {"2026-01-27", 12, "2025-01-27"}, {"2026-01-27", 3, "2025-10-27"},  {"2026-03-31", 1, "2026-02-28"},
        {"2024-03-31", 1, "2024-02-29"},  {"2024-02-29", 12, "2023-02-28"}, {"2026-12-31", 120, "2016-12-31"},
        {"2026-05-31", 6, "2025-11-30"},  {"2026-01-01", 1, "2025-12-01"},  {"2026-01-31", 0, "2026-01-31"},
        {"1970-01-01", 3, "1969-10-01"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t day = 0;
        char before[DAY_SIZE];
        assert_true(day_parse(cases[i].day, &day));
        day_text(day_months_before(day, cases[i].months), before);
        if (strcmp(before, cases[i].before) != 0)
            fail_msg("%lld months before %s: %s, not %s", (long long)cases[i].months, cases[i].day, before,
                     cases[i].before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_months_before_is_the_same_day_of_its_month_or_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
