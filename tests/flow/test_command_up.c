/* pulssi up: a copy of the real program beside services that are scripts. It starts everything with a private
 * Redis, starts again what ends, is alone on its data folder, stops in order, and refuses a clock or a Redis
 * that is not safe. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "ctl/conductor.h"
#include "support/child.h"
#include "support/command_line.h"
#include "support/redis_server.h"

#define DEADLINE_MS 30000
#define MINUTE_MS   INT64_C(60000)
#define HOUR_MS     (60 * MINUTE_MS)

/* Writes down that it was asked to stop, then stops. */
#define SERVICE                                                                                              \
    "#!/bin/sh\n"                                                                                            \
    "trap 'echo ${0##*/} >> \"$PULSSI_PULSSI_DATA_FOLDER/stopped\"; exit 0' TERM\n"                          \
    "echo \"$PULSSI_CLOCK_FILE\" > \"$PULSSI_PULSSI_DATA_FOLDER/clock-of-${0##*/}\"\n"                       \
    "while :; do sleep 0.02; done\n"

static struct child up;
static char log_path[128];

static int make_programs(void **state)
{
    static const char *const services[] = {"pulssi-dispatcher", "pulssi-collector", "pulssi-rollup"};
    static char program[128];
    struct text bytes = {0};
    struct error error;
    char path[128];
    if (command_line_start(state) != 0)
        return -1;
    snprintf(program, sizeof program, "%s/pulssi", line.folder);
    snprintf(log_path, sizeof log_path, "%s/up.log", line.folder);
    if (!file_read(TEST_BIN_DIR "/pulssi", 256 << 20, &bytes, &error) ||
        !file_replace(program, bytes.chars, bytes.bytes, 0700, &error))
        return -1;
    text_free(&bytes);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        folder_write(line.folder, services[i], SERVICE, path);
        if (chmod(path, 0700) != 0)
            return -1;
    }
    line.program = program;
    return 0;
}

static int make_new(void **state)
{
    char data[80];
    (void)state;
    snprintf(data, sizeof data, "%s/data", line.folder);
    folder_remove(data);
    unsetenv("PULSSI_REDIS_ADDRESS");
    return mkdir(data, 0700);
}

static int end_up(void **state)
{
    (void)state;
    if (up.process != 0)
        (void)child_end(&up, SIGKILL);
    return 0;
}

static void pause_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* The pid in run/<name>.pid; 0 = the file is not there. */
static pid_t pid_of(const char *name)
{
    struct text content = {0};
    struct error error;
    char path[128];
    snprintf(path, sizeof path, "%s/data/run/%s.pid", line.folder, name);
    long pid = file_read(path, 64, &content, &error) ? strtol(content.chars, NULL, 10) : 0;
    text_free(&content);
    return (pid_t)pid;
}

static void fail_with_log(const char *what)
{
    struct text log = {0};
    struct error error;
    (void)!file_read(log_path, 65536, &log, &error);
    fail_msg("%s; it said:\n%s", what, log.chars);
}

/* An orphan that ended may stay as a zombie, which can be signalled still. */
static bool is_at_work(pid_t pid)
{
    struct text stat_line = {0};
    struct error error;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    bool at_work = file_read(path, 4096, &stat_line, &error) && strstr(stat_line.chars, ") Z ") == NULL;
    text_free(&stat_line);
    return at_work;
}

/* Another process than `before`, at work. */
static pid_t wait_for_pid(const char *name, pid_t before)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    for (;;) {
        pid_t pid = pid_of(name);
        if (pid != 0 && pid != before && is_at_work(pid))
            return pid;
        if (clock_monotonic_ms() > deadline_ms)
            fail_with_log(name);
        pause_a_little();
    }
}

static void wait_for_log(const char *words)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    struct text log = {0};
    struct error error;
    while (!file_read(log_path, 65536, &log, &error) || strstr(log.chars, words) == NULL) {
        if (clock_monotonic_ms() > deadline_ms)
            fail_with_log(words);
        pause_a_little();
    }
    text_free(&log);
}

static void start_up(void)
{
    const char *const words[] = {line.program, "up", NULL};
    (void)unlink(log_path); /* the one of the up before must not be taken for this one's */
    child_start(&up, words, log_path);
    wait_for_log("everything is started");
}

static void starts_everything_and_stops_it_in_order(void **state)
{
    static const char *const names[] = {"dispatcher", "collector", "rollup", "redis"};
    pid_t pids[4];
    struct stat status;
    struct text stopped = {0};
    struct error error;
    char path[128];
    (void)state;
    start_up();
    for (size_t i = 0; i < 4; i++)
        pids[i] = wait_for_pid(names[i], 0);
    snprintf(path, sizeof path, "%s/data/redis/redis.sock", line.folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    EXPECT(0, "safety      ok", "store", "check");
    EXPECT(1, "another `pulssi up` is running", "up");
    assert_int_equal(wait_for_pid("collector", 0), pids[1]);
    for (size_t i = 0; i < 3; i++) { /* their traps are set */
        snprintf(path, sizeof path, "%s/data/clock-of-pulssi-%s", line.folder, names[i]);
        int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
        while (stat(path, &status) != 0 && clock_monotonic_ms() < deadline_ms)
            pause_a_little();
    }

    assert_int_equal(child_end(&up, SIGTERM), 0);
    snprintf(path, sizeof path, "%s/data/stopped", line.folder);
    assert_true(file_read(path, 4096, &stopped, &error));
    for (size_t i = 0; i < 3; i++)
        assert_non_null(strstr(stopped.chars, names[i]));
    text_free(&stopped);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pid_of(names[i]), 0);
        assert_false(is_at_work(pids[i]));
    }
    wait_for_log("redis stopped");
}

static void what_ends_is_started_again(void **state)
{
    (void)state;
    start_up();
    pid_t collector = wait_for_pid("collector", 0), redis = wait_for_pid("redis", 0);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    assert_int_equal(kill(collector, SIGKILL), 0);
    collector = wait_for_pid("collector", collector);
    wait_for_log("collector ended by signal 9, starting again in 0.2 s");
    assert_int_equal(kill(collector, SIGKILL), 0);
    (void)wait_for_pid("collector", collector);
    wait_for_log("collector ended by signal 9, starting again in 0.4 s");
    assert_int_equal(kill(redis, SIGKILL), 0);
    (void)wait_for_pid("redis", redis);
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    do
        RUN("org", "put", ORG_FILE);
    while (line.said.status != 0 && clock_monotonic_ms() < deadline_ms);
    assert_string_equal(line.said.output, "org varkaus: unchanged\n");
    assert_int_equal(child_end(&up, SIGINT), 0);
}

static void children_die_with_it_and_the_next_one_takes_over(void **state)
{
    (void)state;
    start_up();
    pid_t redis = wait_for_pid("redis", 0), rollup = wait_for_pid("rollup", 0);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    assert_int_equal(child_end(&up, SIGKILL), 128 + SIGKILL);
    start_up(); /* waits for the Redis of the first to let go of its files */
    assert_int_not_equal(wait_for_pid("redis", redis), redis);
    assert_int_not_equal(wait_for_pid("rollup", rollup), rollup);
    assert_false(is_at_work(redis));
    EXPECT(0, "org varkaus: unchanged", "org", "put", ORG_FILE);
    assert_int_equal(child_end(&up, SIGTERM), 0);
}

static void unsafe_redis_is_refused_before_anything_starts(void **state)
{
    (void)state;
    setenv("PULSSI_REDIS_ADDRESS", redis_server_address(line.server), 1);
    EXPECT(1, "pulssi store install", "up");
    REDIS_DO("CONFIG", "SET", "appendfsync", "everysec");
    EXPECT(1, "appendfsync", "up");
    REDIS_DO("CONFIG", "SET", "appendfsync", "always");
    assert_int_equal(pid_of("dispatcher"), 0);
}

static void missing_redis_server_is_named(void **state)
{
    char *path = memory_text(getenv("PATH"));
    (void)state;
    setenv("PATH", "/nowhere", 1);
    EXPECT(1, "redis-server is not in PATH", "up");
    setenv("PATH", path, 1);
    free(path);
}

static void scaled_clock_needs_simulators_only(void **state)
{
    char path[128];
    (void)state;
    EXPECT(1, "--clock-scale needs a simulator", "up", "--clock-scale", "1000");
    EXPECT(1, "--clock-until needs --clock-scale", "up", "--clock-until", "2026-01-05T08:00");
    EXPECT(1, "--clock-scale 1: expected a whole number", "up", "--clock-scale", "1");
    folder_write(
        line.folder, "real.conf",
        "[gateway:other]\nprofile = absent\nurl = http://127.0.0.1:9\nwebhook_token = 0123456789abcdef\n",
        path);
    EXPECT(1, "absent", "up", "--clock-scale", "1000", "--config", path);
    EXPECT(1, "absent.json", "up", "--simulator", "absent.json");
    snprintf(path, sizeof path, "%s/data/run", line.folder);
    assert_true(mkdir(path, 0700) == 0 || access(path, W_OK) == 0);
    folder_write(line.folder, "data/run/clock", "pulssi-clock 1 1 1 2 1\n", NULL);
    EXPECT(1, "was used with a scaled clock", "up");
}

static void limit_follows_what_is_due(void **state)
{
    static const struct {
        const char *name;
        int64_t next_ms, schedule_ms, until_ms, limit_ms;
    } cases[] = {
        {"nothing is planned: time stands", -1, -1, -1, 0},
        {"nothing is planned, though an end is", -1, -1, HOUR_MS, 0},
        {"due soon: ten minutes", 3 * MINUTE_MS, -1, -1, 10 * MINUTE_MS},
        {"due in an hour: until then", HOUR_MS, -1, -1, HOUR_MS},
        {"due tomorrow: six hours", 24 * HOUR_MS, -1, -1, 6 * HOUR_MS},
        {"not past the end", 24 * HOUR_MS, -1, 2 * HOUR_MS, 2 * HOUR_MS},
        {"not past the end, due soon", 3 * MINUTE_MS, -1, 5 * MINUTE_MS, 5 * MINUTE_MS},
        {"at the end: time stands", HOUR_MS, -1, 0, 0},
        {"a schedule due soon: until then and no further", 3 * MINUTE_MS, 3 * MINUTE_MS, -1, 3 * MINUTE_MS},
        {"something due before the schedule", 3 * MINUTE_MS, 5 * MINUTE_MS, -1, 5 * MINUTE_MS},
        {"a schedule due in days: six hours", 72 * HOUR_MS, 72 * HOUR_MS, -1, 6 * HOUR_MS},
        {"a schedule that is due: time stands", HOUR_MS, 0, -1, 0},
    };
    const int64_t now_ms = INT64_C(1767600000000);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t next_ms = cases[i].next_ms < 0 ? -1 : now_ms + cases[i].next_ms;
        int64_t until_ms = cases[i].until_ms < 0 ? -1 : now_ms + cases[i].until_ms;
        int64_t schedule_ms = cases[i].schedule_ms < 0 ? -1 : now_ms + cases[i].schedule_ms;
        int64_t limit_ms = conductor_limit_ms(now_ms, next_ms, schedule_ms, until_ms) - now_ms;
        if (limit_ms != cases[i].limit_ms)
            fail_msg("%s: %lld ms", cases[i].name, (long long)limit_ms);
    }
    assert_int_equal(conductor_limit_ms(now_ms, now_ms + HOUR_MS, -1, now_ms - HOUR_MS), now_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(starts_everything_and_stops_it_in_order, make_new, end_up),
        cmocka_unit_test_setup_teardown(what_ends_is_started_again, make_new, end_up),
        cmocka_unit_test_setup_teardown(children_die_with_it_and_the_next_one_takes_over, make_new, end_up),
        cmocka_unit_test_setup_teardown(unsafe_redis_is_refused_before_anything_starts, make_new, end_up),
        cmocka_unit_test_setup_teardown(missing_redis_server_is_named, make_new, end_up),
        cmocka_unit_test_setup_teardown(scaled_clock_needs_simulators_only, make_new, end_up),
        cmocka_unit_test(limit_follows_what_is_due),
    };
    return cmocka_run_group_tests(tests, make_programs, command_line_stop);
}
