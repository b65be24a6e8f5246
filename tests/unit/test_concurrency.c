/* How many requests go at once: a gateway is played that answers so many at a time in so many ms, and is overloaded by
 * more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dispatcher/concurrency.h"

#define MOST 32

static struct concurrency concurrency;
static int64_t now_ms;

static int renew(void **state)
{
    (void)state;
    concurrency_start(&concurrency, MOST);
    now_ms = 1000;
    return 0;
}

/* As many as are allowed go together; all are answered after `took_ms`. */
static void play_round(int64_t took_ms)
{
    size_t count = concurrency.limit;
    int64_t sent_at_ms = now_ms;
    now_ms += took_ms;
    for (size_t i = 0; i < count; i++)
        concurrency_on_answer(&concurrency, sent_at_ms, count, now_ms);
    now_ms++;
}

/* So many at a time take `took_ms`, more wait for each other. */
static int64_t overloaded_ms(size_t at_a_time, int64_t took_ms)
{
    return concurrency.limit <= at_a_time ? took_ms
                                          : took_ms * (int64_t)concurrency.limit / (int64_t)at_a_time;
}

static void begins_with_the_most_and_keeps_it_while_answers_are_fast(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        play_round(50 + i % 5);
    assert_int_equal(concurrency.limit, MOST);
}

static void half_as_many_when_answers_take_twice_as_long(void **state)
{
    (void)state;
    play_round(50);
    play_round(99);
    assert_int_equal(concurrency.limit, MOST);
    play_round(100);
    assert_int_equal(concurrency.limit, MOST / 2);
}

static void one_more_a_round_when_they_are_fast_again(void **state)
{
    (void)state;
    play_round(50);
    play_round(200);
    for (size_t limit = MOST / 2; limit < MOST; limit++) {
        assert_int_equal(concurrency.limit, limit);
        play_round(51);
    }
    play_round(51);
    assert_int_equal(concurrency.limit, MOST); /* never more */
}

static void neither_more_nor_less_in_between(void **state)
{
    (void)state;
    play_round(50);
    play_round(100);
    for (int i = 0; i < 20; i++)
        play_round(80);
    assert_int_equal(concurrency.limit, MOST / 2);
}

static void finds_what_a_gateway_can_take(void **state)
{
    (void)state;
    concurrency.limit = 1;
    for (int i = 0; i < 500; i++) {
        play_round(overloaded_ms(8, 40));
        if (i >= 50)
            assert_in_range(concurrency.limit, 6, 16);
    }
}

/* Requests that wait because the limit is not used say nothing about a higher one. */
static void no_more_while_the_limit_is_not_used(void **state)
{
    (void)state;
    play_round(50);
    play_round(100);
    for (int i = 0; i < 200; i++, now_ms += 50)
        concurrency_on_answer(&concurrency, now_ms - 50, 1, now_ms);
    assert_int_equal(concurrency.limit, MOST / 2);
}

static void trouble_halves_once_a_round_and_never_below_one(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++)
        concurrency_on_trouble(&concurrency, now_ms - 10, now_ms);
    assert_int_equal(concurrency.limit, MOST / 2); /* all were sent before the first was known */
    for (int i = 0; i < 20; i++, now_ms += 10)
        concurrency_on_trouble(&concurrency, now_ms, now_ms);
    assert_int_equal(concurrency.limit, 1);
    for (int i = 0; i < 3; i++)
        play_round(50);
    assert_int_equal(concurrency.limit, 4);
}

/* Answers of the overload that a cut was for do not cut again. */
static void answers_from_before_a_cut_do_not_count(void **state)
{
    (void)state;
    play_round(50);
    int64_t sent_at_ms = now_ms;
    now_ms += 200;
    for (int i = 0; i < 4 * MOST; i++)
        concurrency_on_answer(&concurrency, sent_at_ms, MOST, now_ms++);
    assert_int_equal(concurrency.limit, MOST / 2);
}

static void a_few_milliseconds_are_noise(void **state)
{
    (void)state;
    play_round(1);
    for (int i = 0; i < 20; i++)
        play_round(1 + CONCURRENCY_SLACK_MS);
    assert_int_equal(concurrency.limit, MOST);
    play_round(2 + CONCURRENCY_SLACK_MS);
    assert_int_equal(concurrency.limit, MOST / 2);
}

/* Another route, or another contract: what was fast years ago is no measure. */
static void a_gateway_that_became_slower_for_good_is_believed(void **state)
{
    (void)state;
    play_round(50);
    now_ms += 2 * CONCURRENCY_AGES_MS;
    play_round(400);
    now_ms += CONCURRENCY_AGES_MS;
    for (int i = 0; i < 2 * MOST; i++)
        play_round(400);
    assert_int_equal(concurrency.limit, MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(begins_with_the_most_and_keeps_it_while_answers_are_fast, renew),
        cmocka_unit_test_setup(half_as_many_when_answers_take_twice_as_long, renew),
        cmocka_unit_test_setup(one_more_a_round_when_they_are_fast_again, renew),
        cmocka_unit_test_setup(neither_more_nor_less_in_between, renew),
        cmocka_unit_test_setup(finds_what_a_gateway_can_take, renew),
        cmocka_unit_test_setup(no_more_while_the_limit_is_not_used, renew),
        cmocka_unit_test_setup(trouble_halves_once_a_round_and_never_below_one, renew),
        cmocka_unit_test_setup(answers_from_before_a_cut_do_not_count, renew),
        cmocka_unit_test_setup(a_few_milliseconds_are_noise, renew),
        cmocka_unit_test_setup(a_gateway_that_became_slower_for_good_is_believed, renew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
