/* Floods: who writes more than twenty messages in five minutes, and who only seems to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "domain/flood.h"

#define NOW INT64_C(1768000000000)

/* A message of a number, both by their count. */
static bool note(struct flood *flood, int number, int message, int64_t received_ms)
{
    char hash[PHONE_HASH_SIZE], id[ID_SIZE];
    snprintf(hash, sizeof hash, "%022d", number);
    snprintf(id, sizeof id, "%012d", message);
    return flood_note(flood, hash, id, received_ms);
}

static void the_twenty_first_in_five_minutes_is_one_too_many(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    for (int i = 0; i < 20; i++)
        assert_false(note(flood, 1, i, NOW + i));
    assert_true(note(flood, 1, 20, NOW + FLOOD_MS - 1));
    assert_false(note(flood, 2, 21, NOW + 20)); /* another number */
    /* nineteen others are left around this instant, the first of them not */
    assert_false(note(flood, 1, 22, NOW + FLOOD_MS + 1));
    assert_true(note(flood, 1, 23, NOW + FLOOD_MS + 1));
    flood_free(&flood);
    assert_null(flood);
}

static void it_is_over_when_the_number_falls_silent(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    for (int i = 0; i < 50; i++)
        assert_int_equal(note(flood, 1, i, NOW + i * 1000), i >= 20);
    assert_false(note(flood, 1, 50, NOW + 49000 + FLOOD_MS));
    flood_free(&flood);
}

static void one_message_that_comes_again_and_again_is_one(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    for (int i = 0; i < 200; i++)
        assert_false(note(flood, 1, 7, NOW + i));
    for (int i = 0; i < 19; i++)
        assert_false(note(flood, 1, 100 + i, NOW));
    assert_false(note(flood, 1, 118, NOW + 1)); /* the twentieth again has nineteen others beside it */
    assert_true(note(flood, 1, 200, NOW));
    assert_true(note(flood, 1, 200, NOW + 1)); /* the same again: as it was */
    flood_free(&flood);
}

static void what_comes_out_of_a_spool_is_judged_by_when_it_was_received(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    for (int i = 0; i < 40; i++) /* a quarter of an hour apart, worked on at once */
        assert_false(note(flood, 1, i, NOW + i * FLOOD_MS * 3));
    for (int i = 40; i < 60; i++) /* the newest first */
        assert_false(note(flood, 2, i, NOW - i));
    assert_true(note(flood, 2, 60, NOW - 60));
    flood_free(&flood);
}

static void who_writes_much_is_not_forgotten_among_many_who_write_once(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    int others = 1000;
    for (int i = 0; i < 20; i++) {
        assert_false(note(flood, 1, i, NOW + i));
        for (int k = 0; k < (i < 2 ? 100 : 20000); k++, others++)
            assert_false(note(flood, others, others, NOW + i));
    }
    assert_true(note(flood, 1, 20, NOW + 20));
    flood_free(&flood);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_twenty_first_in_five_minutes_is_one_too_many),
        cmocka_unit_test(it_is_over_when_the_number_falls_silent),
        cmocka_unit_test(one_message_that_comes_again_and_again_is_one),
        cmocka_unit_test(what_comes_out_of_a_spool_is_judged_by_when_it_was_received),
        cmocka_unit_test(who_writes_much_is_not_forgotten_among_many_who_write_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
