/* Timers, signals and the watch on the clock's file. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/loop.h"
#include "until.h"

struct counter {
    int calls, wanted;
};

static void count(void *context)
{
    ((struct counter *)context)->calls++;
}

static bool counted(void *context)
{
    const struct counter *counter = context;
    return counter->calls >= counter->wanted;
}

static void a_timer_fires_once_for_each_arming(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct counter moved = {.wanted = 1}, disarmed = {.wanted = 1};
    struct loop_timer *timer = loop_timer_new(loop, count, &moved);
    struct loop_timer *other = loop_timer_new(loop, count, &disarmed);
    int64_t start_ms = clock_monotonic_ms();
    loop_timer_arm(timer, 0);
    loop_timer_arm(timer, 30);
    loop_timer_arm(other, 1);
    loop_timer_disarm(other);
    assert_true(loop_until(loop, 5000, counted, &moved));
    assert_in_range(clock_monotonic_ms() - start_ms, 29, 5000);
    moved.wanted = 2;
    assert_false(loop_until(loop, 60, counted, &moved));
    loop_timer_arm(timer, 0);
    assert_true(loop_until(loop, 5000, counted, &moved));
    assert_int_equal(disarmed.calls, 0);
    loop_timer_free(&timer);
    loop_timer_free(&other);
    loop_free(&loop);
}

static void signals_to_end_and_of_children_arrive_in_the_loop(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct counter ends = {.wanted = 2}, children = {.wanted = 1};
    loop_on_terminate(loop, count, &ends);
    loop_on_child(loop, count, &children);
    raise(SIGTERM);
    assert_int_equal(ends.calls, 0);
    raise(SIGPIPE);
    raise(SIGINT);
    raise(SIGCHLD);
    assert_true(loop_until(loop, 5000, counted, &ends));
    assert_true(loop_until(loop, 5000, counted, &children));
    loop_free(&loop);
}

static void a_replaced_clock_file_is_read_again(void **state)
{
    (void)state;
    char folder[] = "/tmp/pulssi-clock-XXXXXX";
    char other_path[64];
    struct error error;
    struct counter changes = {.wanted = 1};
    struct clock watched, owner = {.origin_domain_ms = 1000, .scale = 1, .limit_ms = 5000};
    assert_non_null(mkdtemp(folder));
    snprintf(owner.path, sizeof owner.path, "%s/clock", folder);
    snprintf(other_path, sizeof other_path, "%s/other", folder);
    assert_true(clock_write(&owner, &error));
    assert_true(clock_open(&watched, owner.path, &error));
    struct loop *loop = loop_new();
    assert_true(loop_watch_clock(loop, &watched, count, &changes, &error));

    FILE *other = fopen(other_path, "w");
    assert_non_null(other);
    fclose(other);
    assert_false(loop_until(loop, 50, counted, &changes));

    owner.limit_ms = 7000;
    assert_true(clock_write(&owner, &error));
    assert_true(loop_until(loop, 5000, counted, &changes));
    assert_int_equal(watched.limit_ms, 7000);
    loop_free(&loop);
    unlink(owner.path);
    unlink(other_path);
    assert_int_equal(rmdir(folder), 0);
}

static void real_time_needs_no_watch_and_a_missing_folder_is_an_error(void **state)
{
    (void)state;
    struct error error;
    struct clock real = {.path = ""}, lost = {.path = "/nonexistent/clock"};
    struct loop *loop = loop_new();
    assert_true(loop_watch_clock(loop, &real, count, NULL, &error));
    assert_false(loop_watch_clock(loop, &lost, count, NULL, &error));
    assert_non_null(strstr(error.text, "/nonexistent/clock"));
    loop_free(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_fires_once_for_each_arming),
        cmocka_unit_test(signals_to_end_and_of_children_arrive_in_the_loop),
        cmocka_unit_test(a_replaced_clock_file_is_read_again),
        cmocka_unit_test(real_time_needs_no_watch_and_a_missing_folder_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
