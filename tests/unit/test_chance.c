/* Chance that can be repeated: the numbers themselves, their range, their evenness, and that nothing runs
 * together. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/secret.h"
#include "domain/chance.h"

/* b2sum -l 256 of "demo-1\0first": the first 53 bits. */
static void the_number_is_the_documented_hash(void **state)
{
    (void)state;
    assert_true(chance_uniform("demo-1", "first") ==
                (double)(UINT64_C(0x542dca3cbe78873a) >> 11) / 9007199254740992.0);
}

static void the_same_question_gets_the_same_number(void **state)
{
    (void)state;
    assert_true(chance_uniform("seed", "what") == chance_uniform("seed", "what"));
    assert_true(chance_uniform("seed", "what") != chance_uniform("seed", "what else"));
    assert_true(chance_uniform("seed", "what") != chance_uniform("seed-2", "what"));
}

static void seed_and_purpose_do_not_run_together(void **state)
{
    (void)state;
    assert_true(chance_uniform("a", "bc") != chance_uniform("ab", "c"));
    assert_true(chance_uniform("", "abc") != chance_uniform("abc", ""));
}

/* 100 000 draws in ten equal bins: each holds 10 000 within five standard deviations (475). */
static void draws_are_even(void **state)
{
    (void)state;
    int bins[10] = {0};
    for (int i = 0; i < 100000; i++) {
        char what[16];
        (void)snprintf(what, sizeof what, "%d", i);
        double draw = chance_uniform("even", what);
        assert_true(draw >= 0 && draw < 1);
        bins[(int)(draw * 10)]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(bins[i], 9525, 10475);
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_the_documented_hash),
        cmocka_unit_test(the_same_question_gets_the_same_number),
        cmocka_unit_test(seed_and_purpose_do_not_run_together),
        cmocka_unit_test(draws_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
