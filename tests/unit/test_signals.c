/* Figures against the vectors, and the state of a question from its weeks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/json.h"
#include "domain/figures.h"
#include "domain/signals.h"

#define TOLERANCE 5e-6

static cJSON *vectors;

static int vectors_read(void **state)
{
    struct error error = {""};
    (void)state;
    vectors = json_read_file(TEST_VECTORS "/signals.json", &error);
    return vectors != NULL ? 0 : -1;
}

static int vectors_free(void **state)
{
    (void)state;
    cJSON_Delete(vectors);
    return 0;
}

static const cJSON *part(const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(vectors, name);
    assert_non_null(found);
    return found;
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    assert_true(cJSON_IsNumber(found));
    return found->valuedouble;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g is not %.12g", value, expected);
}

static void wilson_matches_the_vectors(void **state)
{
    (void)state;
    const cJSON *row;
    assert_int_equal(cJSON_GetArraySize(part("wilson")), 4);
    cJSON_ArrayForEach(row, part("wilson"))
    {
        double lo = NAN, hi = NAN;
        wilson_interval(cJSON_GetArrayItem(row, 0)->valueint, cJSON_GetArrayItem(row, 1)->valueint, &lo, &hi);
        assert_near(lo, cJSON_GetArrayItem(row, 2)->valuedouble, TOLERANCE);
        assert_near(hi, cJSON_GetArrayItem(row, 3)->valuedouble, TOLERANCE);
    }
}

static void wilson_stays_within_zero_and_one(void **state)
{
    (void)state;
    for (int64_t n = 1; n <= 400; n++) {
        double lo = NAN, hi = NAN;
        wilson_interval(0, n, &lo, &hi);
        assert_true(lo == 0.0 && hi > 0.0 && hi < 1.0);
        wilson_interval(n, n, &lo, &hi);
        assert_true(hi == 1.0 && lo > 0.0 && lo < 1.0);
    }
}

static void tails_match_the_vectors(void **state)
{
    (void)state;
    const cJSON *row;
    assert_int_equal(cJSON_GetArraySize(part("p_success")), 2);
    cJSON_ArrayForEach(row, part("p_success")) assert_near(
        binomial_upper_tail((int64_t)number_of(row, "P"), (int64_t)number_of(row, "n"), number_of(row, "g")),
        number_of(row, "p"), TOLERANCE);
    assert_int_equal(cJSON_GetArraySize(part("p_failure")), 2);
    cJSON_ArrayForEach(row, part("p_failure")) assert_near(
        binomial_upper_tail((int64_t)number_of(row, "G"), (int64_t)number_of(row, "n"), number_of(row, "f")),
        number_of(row, "p"), TOLERANCE);
}

/* P(X >= x) summed term by term. */
static double tail_by_sum(int64_t x, int64_t n, double p)
{
    double sum = 0;
    for (int64_t k = x; k <= n; k++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                   (double)k * log(p) + (double)(n - k) * log1p(-p));
    return sum;
}

static void tails_equal_the_sum_of_their_terms(void **state)
{
    (void)state;
    for (int64_t n = 1; n <= 120; n += 7)
        for (int64_t x = 1; x <= n; x++)
            for (int step = 0; step < 7; step++) {
                double p = 0.05 + 0.15 * step;
                double expected = tail_by_sum(x, n, p);
                assert_near(binomial_upper_tail(x, n, p), expected, 1e-10 * expected + 1e-300);
            }
    assert_true(binomial_upper_tail(0, 60, 0.7) == 1.0);
    assert_true(binomial_upper_tail(0, 0, 0.7) == 1.0);
    assert_near(binomial_upper_tail(200, 200, 0.2), pow(0.2, 200), 1e-150); /* a tiny tail keeps its digits */
}

static void response_rates_match_the_vectors(void **state)
{
    (void)state;
    const cJSON *row = part("response");
    struct response response = {.completed = (int64_t)number_of(row, "I"),
                                .partial = (int64_t)number_of(row, "P"),
                                .refused = (int64_t)number_of(row, "R"),
                                .no_reply = (int64_t)number_of(row, "NC"),
                                .unparseable = (int64_t)number_of(row, "O"),
                                .no_receipt = (int64_t)number_of(row, "UO"),
                                .wrong_person = (int64_t)number_of(row, "UH")};
    assert_near(response_rr1(&response), number_of(row, "RR1"), TOLERANCE);
    assert_near(response_rr2(&response), number_of(row, "RR2"), TOLERANCE);
}

static struct signal signal_of(int64_t frame, int64_t positive, int64_t neutral, int64_t negative)
{
    struct period week = {
        .week_index = 100, .frame = frame, .positive = positive, .neutral = neutral, .negative = negative};
    struct signal signal;
    signal_compute(&week, 1, 0.70, 0.20, &signal);
    return signal;
}

static void the_state_follows_the_two_tests(void **state)
{
    static const struct {
        int64_t frame, positive, neutral, negative;
        enum signal_state state;
        bool polarised;
    } cases[] = {
        {200, 52, 4, 4, SIGNAL_SUCCESS, false},  /* p_S .0022 */
        {200, 48, 6, 6, SIGNAL_NONE, false},     /* p_S .0568 */
        {200, 30, 9, 21, SIGNAL_FAILURE, false}, /* p_F .0048 */
        {200, 5, 0, 5, SIGNAL_NONE, false},      /* p_F .0328 */
        {200, 9, 0, 0, SIGNAL_TOO_FEW, false},   /* n < 10 */
        {200, 10, 0, 0, SIGNAL_NONE, false},     /* p_S .0282: ten of ten are not enough */
        {200, 11, 0, 0, SIGNAL_SUCCESS, false},  /* p_S .0198 */
        {9, 11, 0, 0, SIGNAL_TOO_FEW, false},    /* a target group under 10 never gets a state */
        {10, 0, 0, 10, SIGNAL_FAILURE, false},   {200, 0, 0, 0, SIGNAL_TOO_FEW, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct signal signal =
            signal_of(cases[i].frame, cases[i].positive, cases[i].neutral, cases[i].negative);
        if (signal.state != cases[i].state)
            print_error("case %zu\n", i);
        assert_int_equal(signal.state, cases[i].state);
        assert_int_equal(signal.polarised, cases[i].polarised);
    }
}

static void failure_goes_before_success_and_is_flagged(void **state)
{
    (void)state;
    struct period week = {.week_index = 100, .frame = 500, .positive = 60, .negative = 40};
    struct signal signal;
    signal_compute(&week, 1, 0.40, 0.20, &signal);
    assert_true(signal.p_success <= 0.025 && signal.p_failure <= 0.025);
    assert_int_equal(signal.state, SIGNAL_FAILURE);
    assert_true(signal.polarised);
}

static void no_answers_have_no_interval(void **state)
{
    (void)state;
    struct signal signal = signal_of(200, 0, 0, 0);
    assert_true(isnan(signal.wilson_lo) && isnan(signal.wilson_hi) && isnan(signal.rr2));
    assert_true(signal.p_success == 1.0 && signal.p_failure == 1.0);
    signal = signal_of(200, 45, 10, 5);
    assert_near(signal.wilson_lo, 0.627679, TOLERANCE);
    assert_near(signal.wilson_hi, 0.842235, TOLERANCE);
}

static void the_window_takes_whole_weeks_until_sixty(void **state)
{
    (void)state;
    struct period weeks[] = {
        {.week_index = 95, .frame = 900, .positive = 50},
        {.week_index = 98, .frame = 120, .positive = 30, .drawn = 40, .sent = 39, .delivered = 38},
        {.week_index = 99, .frame = 150, .negative = 20, .drawn = 30, .sent = 29, .delivered = 28},
        {.week_index = 100, .frame = 100, .neutral = 15, .drawn = 20, .sent = 19, .delivered = 18},
    };
    weeks[1].response = (struct response){1, 2, 3, 4, 5, 6, 7};
    weeks[3].response = (struct response){10, 20, 30, 40, 50, 60, 70};
    struct signal signal;
    signal_compute(weeks, 4, 0.70, 0.20, &signal);
    assert_int_equal(signal.first_week, 98); /* 15 + 20 + 30 = 65: the week of 50 stays out */
    assert_int_equal(signal.last_week, 100);
    assert_int_equal(signal.answered, 65);
    assert_int_equal(signal.sums.positive, 30);
    assert_int_equal(signal.sums.neutral, 15);
    assert_int_equal(signal.sums.negative, 20);
    assert_int_equal(signal.sums.frame, 150); /* the largest, never a sum */
    assert_int_equal(signal.sums.drawn, 90);
    assert_int_equal(signal.sums.sent, 87);
    assert_int_equal(signal.sums.delivered, 84);
    assert_int_equal(signal.sums.response.completed, 11);
    assert_int_equal(signal.sums.response.partial, 22);
    assert_int_equal(signal.sums.response.refused, 33);
    assert_int_equal(signal.sums.response.no_reply, 44);
    assert_int_equal(signal.sums.response.unparseable, 55);
    assert_int_equal(signal.sums.response.no_receipt, 66);
    assert_int_equal(signal.sums.response.wrong_person, 77);
    assert_near(signal.rr1, 11.0 / 308.0, 1e-12);
    assert_near(signal.rr2, 33.0 / 308.0, 1e-12);
}

static void the_window_ends_at_eight_weeks(void **state)
{
    (void)state;
    struct period weeks[] = {
        {.week_index = 92, .frame = 100, .positive = 5}, /* 8 weeks before: outside */
        {.week_index = 93, .frame = 100, .positive = 5}, /* 7 weeks before: the eighth week */
        {.week_index = 100, .frame = 100, .positive = 5},
    };
    struct signal signal;
    signal_compute(weeks, 3, 0.70, 0.20, &signal);
    assert_int_equal(signal.first_week, 93);
    assert_int_equal(signal.answered, 10);
    signal_compute(weeks, 1, 0.70, 0.20, &signal);
    assert_int_equal(signal.first_week, 92);
    assert_int_equal(signal.last_week, 92);
}

static void sixty_in_the_closing_week_need_no_other(void **state)
{
    (void)state;
    struct period weeks[] = {{.week_index = 99, .frame = 100, .positive = 5},
                             {.week_index = 100, .frame = 100, .positive = 60}};
    struct signal signal;
    signal_compute(weeks, 2, 0.70, 0.20, &signal);
    assert_int_equal(signal.first_week, 100);
    weeks[1].positive = 59;
    signal_compute(weeks, 2, 0.70, 0.20, &signal);
    assert_int_equal(signal.first_week, 99);
}

static void a_published_window_moves_on_with_five_new_answers(void **state)
{
    (void)state;
    struct period weeks[] = {{.week_index = 98, .positive = 50},
                             {.week_index = 99, .positive = 2, .neutral = 1},
                             {.week_index = 100, .negative = 1}};
    assert_true(signal_advances(weeks, 3, false, 0));
    assert_false(signal_advances(weeks, 3, true, 98)); /* 4 */
    weeks[2].negative = 2;
    assert_true(signal_advances(weeks, 3, true, 98)); /* 5 */
    assert_false(signal_advances(weeks, 3, true, 99));
    assert_false(signal_advances(weeks, 3, true, 100));
    assert_true(signal_advances(weeks, 3, true, 97));
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(signal_state_name(SIGNAL_TOO_FEW), "too_few");
    assert_string_equal(signal_state_name(SIGNAL_NONE), "no_signal");
    assert_string_equal(signal_state_name(SIGNAL_SUCCESS), "success");
    assert_string_equal(signal_state_name(SIGNAL_FAILURE), "failure");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_matches_the_vectors),
        cmocka_unit_test(wilson_stays_within_zero_and_one),
        cmocka_unit_test(tails_match_the_vectors),
        cmocka_unit_test(tails_equal_the_sum_of_their_terms),
        cmocka_unit_test(response_rates_match_the_vectors),
        cmocka_unit_test(the_state_follows_the_two_tests),
        cmocka_unit_test(failure_goes_before_success_and_is_flagged),
        cmocka_unit_test(no_answers_have_no_interval),
        cmocka_unit_test(the_window_takes_whole_weeks_until_sixty),
        cmocka_unit_test(the_window_ends_at_eight_weeks),
        cmocka_unit_test(sixty_in_the_closing_week_need_no_other),
        cmocka_unit_test(a_published_window_moves_on_with_five_new_answers),
        cmocka_unit_test(states_have_names),
    };
    return cmocka_run_group_tests(tests, vectors_read, vectors_free);
}
