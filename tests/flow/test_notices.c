/* What the service manager hears of each program, over systemd's notification protocol: READY once it works, how it
 * goes, the watchdog's beat, STOPPING at SIGTERM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/sending.h"

#define DEADLINE_MS 30000

static struct sending sending;
static struct station *const station = &sending.station;
static int manager = -1;
static struct text heard; /* every message, a line each, in order */

static int start(void **state)
{
    (void)state;
    sending_start(&sending, TEST_BIN_DIR);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    sending_stop(&sending);
    text_free(&heard);
    return 0;
}

static void forget(void)
{
    text_clear(&heard);
    text_add(&heard, "\n");
}

/* The manager's socket, and what it gives its children. */
static int renew(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    sending_renew(&sending, 1);
    sending_settings(&sending);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", station_path(station, "notify"));
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(manager, (const struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    forget();
    return 0;
}

static int close_and_check(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    (void)close(manager);
    sending_close(&sending);
    return 0;
}

/* Takes what has come, waiting for a message at most so long. */
static bool hear(int wait_ms)
{
    char message[512];
    struct pollfd waiting = {.fd = manager, .events = POLLIN};
    bool any = false;
    while (poll(&waiting, 1, any ? 0 : wait_ms) == 1) {
        ssize_t bytes = recv(manager, message, sizeof message - 1, 0);
        assert_true(bytes > 0);
        message[bytes] = '\0';
        text_addf(&heard, "%s\n", message);
        any = true;
    }
    return any;
}

static void expect_heard(const char *message)
{
    char line[256];
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    snprintf(line, sizeof line, "\n%s\n", message);
    while (strstr(heard.chars, line) == NULL) {
        if (clock_monotonic_ms() > deadline_ms)
            station_pause(station, 0, heard.chars);
        (void)hear(100);
    }
}

static int times_heard(const char *message)
{
    char line[256];
    int times = 0;
    snprintf(line, sizeof line, "\n%s\n", message);
    for (const char *at = heard.chars; (at = strstr(at, line)) != NULL; at += strlen(line) - 1)
        times++;
    return times;
}

static void end_program(void)
{
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    (void)hear(0);
    assert_int_equal(times_heard("READY=1"), 1);
    assert_non_null(strstr(heard.chars, "\nSTOPPING=1\nSTATUS=stopping\n"));
    assert_true(strstr(heard.chars, "\nREADY=1\n") < strstr(heard.chars, "\nSTOPPING=1\nSTATUS=stopping\n"));
}

static void every_service_says_when_it_is_ready(void **state)
{
    (void)state;
    static const struct {
        const char *program, *status;
    } cases[] = {{"pulssi-dispatcher", "STATUS=1 lane open"},
                 {"pulssi-collector", "STATUS=taking webhooks"},
                 {"pulssi-rollup", "STATUS=1 org"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget();
        station->name = cases[i].program;
        station_spawn(station);
        expect_heard("READY=1");
        expect_heard(cases[i].status);
        end_program();
        assert_int_equal(times_heard("WATCHDOG=1"), 0); /* nobody asked for it */
    }
    station->name = "pulssi-dispatcher";
}

static void the_loss_of_redis_is_told(void **state)
{
    (void)state;
    station->name = "pulssi-collector";
    station_spawn(station);
    expect_heard("STATUS=taking webhooks");
    forget();
    station_kill_redis(station);
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (strstr(heard.chars, "\nSTATUS=spooling: ") == NULL) {
        assert_true(clock_monotonic_ms() < deadline_ms);
        (void)hear(100);
    }
    station_restart_redis(station);
    expect_heard("STATUS=taking webhooks");
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    station->name = "pulssi-dispatcher";
}

/* Who waits for `pulssi adopt` is not taken for stuck and started again and again; the manager can say what is awaited. */
static void a_start_that_waits_for_an_adoption_takes_its_time(void **state)
{
    (void)state;
    WORLD_DO(&station->world, "SET", "pulssi:behind", "0|a test|it lost writes");
    station_spawn(station);
    expect_heard("EXTEND_TIMEOUT_USEC=30000000");
    expect_heard("STATUS=waiting: Redis is behind, as a test found: it lost writes: run `pulssi adopt`");
    assert_int_equal(times_heard("READY=1"), 0);
    WORLD_DO(&station->world, "DEL", "pulssi:behind");
    expect_heard("READY=1");
    end_program();
}

/* At least that often, and not in a rush. */
static void the_watchdog_hears_a_beat_at_half_its_interval(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "400000", 1);
    station_spawn(station);
    expect_heard("READY=1");
    int64_t began_ms = clock_monotonic_ms(), before_ms = began_ms;
    int before = times_heard("WATCHDOG=1");
    while (times_heard("WATCHDOG=1") < before + 10) {
        assert_true(hear(5000));
        before_ms = clock_monotonic_ms();
    }
    assert_true(before_ms - began_ms >= 9 * 200 - 100);
    end_program();
}

/* A beat that comes from the loop: a program that hangs gives none. */
static void a_program_that_stands_still_gives_no_beat(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "100000", 1);
    station_spawn(station);
    expect_heard("WATCHDOG=1");
    assert_int_equal(kill(station->program.process, SIGSTOP), 0);
    while (hear(500))
        continue;
    assert_int_equal(kill(station->program.process, SIGCONT), 0);
    assert_true(hear(5000));
    end_program();
}

/* `pulssi up` speaks for all; its children, which would confuse the manager, have no socket to speak to. */
static void up_speaks_for_all(void **state)
{
    (void)state;
    char folder[320];
    station->name = "pulssi";
    snprintf(folder, sizeof folder, "%s", station_path(station, "up"));
    const char *const arguments[] = {TEST_BIN_DIR "/pulssi", "up", NULL};
    setenv("PULSSI_PULSSI_DATA_FOLDER", folder, 1);
    setenv("PULSSI_COLLECTOR_PORT", "0", 1);
    child_start(&station->program, arguments, station_path(station, "log"));
    unsetenv("PULSSI_PULSSI_DATA_FOLDER");
    unsetenv("PULSSI_COLLECTOR_PORT");
    expect_heard("READY=1");
    expect_heard("STATUS=all 4 programs run");
    assert_true(station_log_says(station, "log", "everything is started"));
    end_program();
    station->name = "pulssi-dispatcher";
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, renew, close_and_check)
    const struct CMUnitTest tests[] = {
        TEST(every_service_says_when_it_is_ready),
        TEST(the_loss_of_redis_is_told),
        TEST(a_start_that_waits_for_an_adoption_takes_its_time),
        TEST(the_watchdog_hears_a_beat_at_half_its_interval),
        TEST(a_program_that_stands_still_gives_no_beat),
        TEST(up_speaks_for_all),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
