/* When a lane is held for submits of unknown fate, and when it flows again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dispatcher/breaker.h"

static void ten_in_a_row_open_it(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < BREAKER_IN_ROW - 1; i++) {
        assert_false(breaker_on_unknown(&breaker));
    }
    assert_true(breaker_on_unknown(&breaker));
    assert_true(breaker.open);
    assert_false(breaker_on_unknown(&breaker)); /* said once */
}

/* Every fifth is exactly 20 % and keeps it closed; a little more often opens it, never ten in a row. */
static void more_than_a_fifth_of_the_last_fifty_open_it(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < 500; i++) {
        assert_false(i % 5 == 0 ? breaker_on_unknown(&breaker) : breaker_on_answer(&breaker));
    }
    assert_false(breaker.open);
    for (int i = 0; i < 100 && !breaker.open; i++) {
        (void)(i % 4 == 0 ? breaker_on_unknown(&breaker) : breaker_on_answer(&breaker));
    }
    assert_true(breaker.open);
}

static void a_clear_answer_closes_it_with_a_clean_slate(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < 30; i++) {
        (void)breaker_on_unknown(&breaker);
    }
    assert_true(breaker_on_answer(&breaker));
    assert_false(breaker.open);
    assert_false(breaker_on_answer(&breaker));
    for (int i = 0; i < BREAKER_IN_ROW - 1; i++) {
        assert_false(breaker_on_unknown(&breaker));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_in_a_row_open_it),
        cmocka_unit_test(more_than_a_fifth_of_the_last_fifty_open_it),
        cmocka_unit_test(a_clear_answer_closes_it_with_a_clean_slate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
