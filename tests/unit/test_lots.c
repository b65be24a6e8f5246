/* Lots of own words: whole weeks, at least five people, and the same lots however much comes later or is
 * deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/lots.h"

#define ITEMS_MAX 64

/* "1+ 1- 2+": a text in week 1, more of the same person, one of another in week 2. */
static size_t items_of(const char *text, struct lot_item items_out[ITEMS_MAX])
{
    size_t count = 0;
    for (; text[0] != '\0' && text[1] != '\0'; text += text[2] == ' ' ? 3 : 2)
        items_out[count++] = (struct lot_item){.week = text[0] - '0', .another_person = text[1] == '+'};
    return count;
}

static void lots_are_whole_weeks_of_at_least_five_people(void **state)
{
    static const struct {
        const char *items;
        int64_t deleted;
        size_t lots;
        size_t counts[3];
        int64_t people[3], first[3], last[3];
        int64_t waiting;
        size_t cut;
    } cases[] = {
        {"", 0, 0, {0}, {0}, {0}, {0}, 0, 0},
        {"1+ 1+ 1+ 1+", 0, 0, {0}, {0}, {0}, {0}, 4, 0},
        {"1+ 1+ 1+ 1+ 1+", 0, 1, {5}, {5}, {1}, {1}, 0, 0},
        {"1+ 1+ 1+ 1+ 1-", 0, 0, {0}, {0}, {0}, {0}, 4, 0},          /* four people, five texts */
        {"1+ 1+ 1+ 1+ 1+ 1+ 1+", 0, 1, {7}, {7}, {1}, {1}, 0, 0},    /* a week is never divided */
        {"1+ 1- 3+ 3+ 4+ 6+ 6+ 7+", 0, 1, {7}, {6}, {1}, {6}, 1, 0}, /* weeks without words lie between */
        {"1+ 1+ 1+ 1+ 1+ 2- 2+ 2+ 2+ 2+ 2+ 3+", 0, 2, {5, 6}, {5, 5}, {1, 2}, {1, 2}, 1, 0},
        {"2+ 2+", 3, 0, {0}, {0}, {0}, {0}, 0, 2}, /* the lot is over with week 2, but it was cut */
        {"2+ 2+ 3+ 3+ 3+ 3+ 3+", 3, 1, {5}, {5}, {3}, {3}, 0, 2},
        {"2+ 2-", 3, 0, {0}, {0}, {0}, {0}, 0, 2},
        {"", 3, 0, {0}, {0}, {0}, {0}, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lot_item items[ITEMS_MAX];
        struct lot made[ITEMS_MAX];
        size_t count = items_of(cases[i].items, items);
        struct lots lots = lots_make(items, count, cases[i].deleted, made);
        assert_int_equal(lots.count, cases[i].lots);
        for (size_t k = 0; k < lots.count; k++) {
            assert_int_equal(made[k].count, cases[i].counts[k]);
            assert_int_equal(made[k].people, cases[i].people[k]);
            assert_int_equal(made[k].first_week, cases[i].first[k]);
            assert_int_equal(made[k].last_week, cases[i].last[k]);
        }
        assert_int_equal(lots.people_waiting, cases[i].waiting);
        assert_int_equal(lots.items_cut, cases[i].cut);
    }
}

/* What is shown after any week is a beginning of what is shown later; each text is in one lot at most. */
static void later_weeks_never_change_a_lot(void **state)
{
    struct lot_item items[ITEMS_MAX];
    struct lot all[ITEMS_MAX], some[ITEMS_MAX];
    (void)state;
    size_t count = items_of("1+ 1+ 1- 2+ 2+ 2+ 3+ 4+ 4+ 4- 4- 5+ 5+ 6+ 6+ 6+ 7+ 7+ 7+ 7+ 7+ 8+", items);
    struct lots whole = lots_make(items, count, 0, all);
    assert_true(whole.count >= 3);
    for (size_t until = 0; until <= count; until++) {
        if (until > 0 && until < count && items[until].week == items[until - 1].week)
            continue; /* only whole weeks are ever read */
        struct lots lots = lots_make(items, until, 0, some);
        for (size_t k = 0; k < lots.count; k++) {
            assert_int_equal(some[k].first, all[k].first);
            assert_int_equal(some[k].count, all[k].count);
        }
    }
}

/* Deleting the oldest weeks one by one, as words_expire counts their people, leaves every later lot as it
 * was. */
static void deleted_weeks_never_change_a_later_lot(void **state)
{
    struct lot_item items[ITEMS_MAX];
    struct lot all[ITEMS_MAX], some[ITEMS_MAX];
    int64_t deleted = 0;
    (void)state;
    size_t count = items_of("1+ 1+ 1- 2+ 2+ 2+ 3+ 4+ 4+ 4- 4- 5+ 5+ 6+ 6+ 6+ 7+ 7+ 7+ 7+ 7+ 8+", items);
    struct lots whole = lots_make(items, count, 0, all);
    for (size_t from = 0; from < count; from++) {
        if (from > 0 && items[from].week != items[from - 1].week) {
            deleted = deleted >= LOT_PEOPLE ? 0 : deleted;
            struct lots lots = lots_make(items + from, count - from, deleted, some);
            assert_true(lots.count <= whole.count);
            for (size_t k = 0; k < lots.count; k++) {
                const struct lot *before = &all[whole.count - lots.count + k];
                assert_int_equal(some[k].first + from, before->first);
                assert_int_equal(some[k].count, before->count);
            }
        }
        deleted += items[from].another_person ? 1 : 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lots_are_whole_weeks_of_at_least_five_people),
        cmocka_unit_test(later_weeks_never_change_a_lot),
        cmocka_unit_test(deleted_weeks_never_change_a_later_lot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
