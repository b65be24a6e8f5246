/* Named amounts that fold into sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "store/sums.h"

static void nothing_folds_to_nothing(void **state)
{
    (void)state;
    struct sums sums = {0};
    sums_fold(&sums);
    assert_int_equal(sums.count, 0);
    assert_int_equal(sums_of(&sums, "any"), 0);
    sums_free(&sums);
}

static void one_name_is_one_sum_and_the_copy_is_its_own(void **state)
{
    (void)state;
    struct sums sums = {0};
    char name[] = "b";
    sums_add(&sums, name, 5);
    name[0] = 'a';
    sums_add(&sums, name, 1);
    sums_add(&sums, "b", -7);
    sums_fold(&sums);
    assert_int_equal(sums.count, 2);
    assert_string_equal(sums.items[0].name, "a");
    assert_int_equal(sums_of(&sums, "a"), 1);
    assert_int_equal(sums_of(&sums, "b"), -2);
    assert_int_equal(sums_of(&sums, ""), 0);
    assert_int_equal(sums_of(&sums, "c"), 0);
    sums_free(&sums);
    assert_int_equal(sums.count, 0);
}

static void a_single_item_is_found(void **state)
{
    (void)state;
    struct sums sums = {0};
    sums_add(&sums, "only", INT64_MAX);
    sums_fold(&sums);
    assert_true(sums_of(&sums, "only") == INT64_MAX);
    sums_free(&sums);
}

static void folded_sums_go_on_being_added_to(void **state)
{
    (void)state;
    struct sums sums = {0};
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 500; i++) {
            char name[16];
            snprintf(name, sizeof name, "n%d", (i * 7919) % 250);
            sums_add(&sums, name, i % 2 == 0 ? 3 : -1);
        }
        sums_fold(&sums);
        assert_int_equal(sums.count, 250);
    }
    int64_t total = 0;
    for (size_t i = 0; i < sums.count; i++)
        total += sums.items[i].amount;
    assert_int_equal(total, 3 * (250 * 3 - 250));
    assert_int_equal(sums_of(&sums, "n0"), 3 * (3 + 3));
    sums_free(&sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_folds_to_nothing),
        cmocka_unit_test(one_name_is_one_sum_and_the_copy_is_its_own),
        cmocka_unit_test(a_single_item_is_found),
        cmocka_unit_test(folded_sums_go_on_being_added_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
