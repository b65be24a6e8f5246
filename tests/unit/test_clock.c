/* Domain time: how it runs, stops at its limit, and what its file may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define MONDAY_MS INT64_C(1767607200000) /* 2026-01-05T10:00:00Z */
#define SLOW_MS   5000                   /* how long a busy machine may stop between two lines of a test */

static char folder[] = "/tmp/pulssi-clock-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/clock", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static void without_a_file_domain_time_is_wall_time(void **state)
{
    (void)state;
    struct clock clock;
    struct error error;
    assert_true(clock_open(&clock, NULL, &error));
    assert_true(clock_reload(&clock, &error));
    int64_t before_ms = clock_wall_ms();
    int64_t domain_ms = clock_domain_ms(&clock);
    assert_in_range(domain_ms, before_ms, before_ms + SLOW_MS);
    assert_int_equal(clock_wait_ms(&clock, before_ms - 1), 0);
    assert_in_range(clock_wait_ms(&clock, clock_wall_ms() + 60000), 60000 - SLOW_MS, 60000);
}

static void monotonic_time_does_not_go_back(void **state)
{
    (void)state;
    int64_t last_ms = clock_monotonic_ms();
    for (int i = 0; i < 1000; i++) {
        int64_t now_ms = clock_monotonic_ms();
        assert_true(now_ms >= last_ms);
        last_ms = now_ms;
    }
}

/* Writes the figures as the owner does and opens them as everybody else does. */
static void open_clock(struct clock *clock_out, int64_t ago_ms, int64_t scale, int64_t limit_ms)
{
    struct error error;
    struct clock owner = {.origin_real_ms = clock_wall_ms() - ago_ms,
                          .origin_domain_ms = MONDAY_MS,
                          .scale = scale,
                          .limit_ms = limit_ms};
    (void)snprintf(owner.path, sizeof(owner.path), "%s", path);
    assert_true(clock_write(&owner, &error));
    assert_true(clock_open(clock_out, path, &error));
    assert_int_equal(clock_out->origin_real_ms, owner.origin_real_ms);
    assert_int_equal(clock_out->limit_ms, limit_ms);
}

static void domain_time_runs_at_its_scale(void **state)
{
    (void)state;
    struct clock clock;
    open_clock(&clock, 10000, 1000, INT64_MAX);
    assert_in_range(clock_domain_ms(&clock), MONDAY_MS + 10000 * 1000, MONDAY_MS + (10000 + SLOW_MS) * 1000);
    assert_int_equal(clock_wait_ms(&clock, MONDAY_MS + 5000), 0);
    int64_t hour_of_real_ms = 3600000;
    int64_t wait_ms = clock_wait_ms(&clock, MONDAY_MS + (10000 + hour_of_real_ms) * 1000 - 999);
    assert_in_range(wait_ms, hour_of_real_ms - SLOW_MS, hour_of_real_ms); /* rounded up, never early */
}

static void domain_time_stops_at_the_limit(void **state)
{
    (void)state;
    struct clock clock;
    open_clock(&clock, 10000, 1000000, MONDAY_MS + 7);
    assert_int_equal(clock_domain_ms(&clock), MONDAY_MS + 7);
    assert_int_equal(clock_wait_ms(&clock, MONDAY_MS + 7), 0);
    assert_int_equal(clock_wait_ms(&clock, MONDAY_MS + 8), -1);
    open_clock(&clock, 10000, 1, MONDAY_MS - 3); /* held before the origin */
    assert_int_equal(clock_domain_ms(&clock), MONDAY_MS - 3);
}

static void domain_time_waits_for_an_origin_to_come(void **state)
{
    (void)state;
    struct clock clock;
    open_clock(&clock, -60000, 100, INT64_MAX);
    assert_int_equal(clock_domain_ms(&clock), MONDAY_MS);
    assert_in_range(clock_wait_ms(&clock, MONDAY_MS + 100), 60001 - SLOW_MS, 60001);
}

static void extreme_figures_do_not_overflow(void **state)
{
    (void)state;
    struct clock clock;
    struct error error;
    const char *line = "pulssi-clock 1 0 9007199254740992 1000000 9223372036854775807\n";
    assert_true(file_replace(path, line, strlen(line), 0600, &error));
    assert_true(clock_open(&clock, path, &error));
    assert_true(clock_domain_ms(&clock) > INT64_C(1) << 53);
    assert_int_equal(clock_wait_ms(&clock, 0), 0);
    open_clock(&clock, 0, 1, INT64_MAX);
    assert_true(clock_wait_ms(&clock, INT64_MAX) > INT64_C(1) << 52);
}

static void wrong_files_are_refused_and_old_figures_kept(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "pulssi-clock 1 0 0 1 0",         /* no end of line */
        "pulssi-clock 1 0 0 1 0\n\n",     /* more lines */
        "pulssi-clock 2 0 0 1 0\n",       /* another version */
        "clock 1 0 0 1 0\n",              /* another file */
        "pulssi-clock 1 0 0 0 0\n",       /* scale 0 */
        "pulssi-clock 1 0 0 1000001 0\n", /* scale too high */
        "pulssi-clock 1 -1 0 1 0\n",      /* before 1970 */
        "pulssi-clock 1 0 0 1\n",         /* a figure short */
        "pulssi-clock 1 0 0 1 0 0\n",     /* a figure more */
        "pulssi-clock 1 0 0 1 99999999999999999999\n",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct clock clock;
        struct error error;
        open_clock(&clock, 0, 60, INT64_MAX);
        struct clock before = clock;
        assert_true(file_replace(path, lines[i], strlen(lines[i]), 0600, &error));
        if (clock_reload(&clock, &error) || strstr(error.text, path) == NULL)
            fail_msg("case %zu was not refused", i);
        assert_int_equal(clock.origin_real_ms, before.origin_real_ms);
        assert_int_equal(clock.scale, 60);
        assert_int_equal(clock.limit_ms, INT64_MAX);
    }
    struct clock clock;
    struct error error;
    assert_int_equal(unlink(path), 0);
    assert_false(clock_open(&clock, path, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_file_domain_time_is_wall_time),
        cmocka_unit_test(monotonic_time_does_not_go_back),
        cmocka_unit_test(domain_time_runs_at_its_scale),
        cmocka_unit_test(domain_time_stops_at_the_limit),
        cmocka_unit_test(domain_time_waits_for_an_origin_to_come),
        cmocka_unit_test(extreme_figures_do_not_overflow),
        cmocka_unit_test(wrong_files_are_refused_and_old_figures_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
