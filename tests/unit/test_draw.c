/* The draw: the same for everybody, fair, without repetition. Known answers were computed with an independent
 * ChaCha20 and BLAKE2b (Python). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "domain/draw.h"

static void the_known_answers(void **state)
{
    static const uint32_t spring[10] = {9, 1, 2, 3, 7, 0, 5, 4, 6, 8};
    static const uint32_t second[10] = {5, 4, 2, 6, 0, 9, 8, 7, 3, 1};
    static const uint32_t million[6] = {962129, 918550, 607214, 736050, 727231, 559384};
    (void)state;
    uint32_t positions[10];
    draw_positions("2026-spring", 10, 10, positions);
    assert_memory_equal(positions, spring, sizeof spring);
    draw_positions("toinen", 10, 10, positions);
    assert_memory_equal(positions, second, sizeof second);
    draw_positions("2026-spring", 1000000, 6, positions);
    assert_memory_equal(positions, million, sizeof million);
}

static void a_draw_longer_than_one_chunk_of_the_stream(void **state)
{
    (void)state;
    static uint32_t positions[3000];
    draw_positions("large", 3000, 3000, positions);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 3000; i++)
        sum += (uint64_t)i * positions[i];
    assert_int_equal(positions[0], 1977);
    assert_int_equal(positions[2999], 1355);
    assert_int_equal(sum, UINT64_C(6747012104));
}

static void a_whole_draw_is_a_permutation(void **state)
{
    enum { FRAME = 5000 };
    (void)state;
    static uint32_t positions[FRAME];
    static unsigned char seen[FRAME];
    draw_positions("permutation", FRAME, FRAME, positions);
    for (size_t i = 0; i < FRAME; i++) {
        assert_true(positions[i] < FRAME);
        assert_int_equal(seen[positions[i]], 0);
        seen[positions[i]] = 1;
    }
}

static void a_smaller_sample_is_the_start_of_a_larger_one(void **state)
{
    (void)state;
    uint32_t large[300], small[20];
    draw_positions("prefix", 300, 300, large);
    draw_positions("prefix", 300, 20, small);
    assert_memory_equal(large, small, sizeof small);
}

static void the_ends(void **state)
{
    (void)state;
    uint32_t position = 7;
    draw_positions("none", 0, 0, &position);
    assert_int_equal(position, 7);
    draw_positions("one", 1, 1, &position);
    assert_int_equal(position, 0);
}

/* 20 000 seeds, first of 10 positions: each expects 2000 with a standard deviation of 42; 5 of those on each
 * side. */
static void every_position_has_the_same_chance(void **state)
{
    (void)state;
    int drawn[10] = {0};
    struct text seed = {0};
    for (int i = 0; i < 20000; i++) {
        uint32_t first = 0;
        text_clear(&seed);
        text_addf(&seed, "seed-%d", i);
        draw_positions(seed.chars, 10, 1, &first);
        drawn[first]++;
    }
    text_free(&seed);
    for (size_t i = 0; i < 10; i++)
        assert_in_range(drawn[i], 1790, 2210);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_answers),
        cmocka_unit_test(a_draw_longer_than_one_chunk_of_the_stream),
        cmocka_unit_test(a_whole_draw_is_a_permutation),
        cmocka_unit_test(a_smaller_sample_is_the_start_of_a_larger_one),
        cmocka_unit_test(the_ends),
        cmocka_unit_test(every_position_has_the_same_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
