/* A gateway that leaves open what became of messages: the lane is held before a round is burnt, one probe goes at a
 * time, and a clear answer opens it; one alert, nothing doubled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/sending.h"

#define PEOPLE    120
#define IN_FLIGHT 8
#define IN_ROW    10                       /* of unknown fate hold the lane */
#define SHARE     10                       /* more of the last 50 do, too */
#define BURNT_MAX (IN_ROW + IN_FLIGHT - 1) /* unknown at most when the lane is held */

static struct sending sending;
static struct station *const station = &sending.station;

static int start(void **state)
{
    (void)state;
    sending_start(&sending, TEST_BIN_DIR);
    return setenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS", "20", 1); /* the longest hold */
}

static int stop(void **state)
{
    (void)state;
    sending_stop(&sending);
    return 0;
}

static int renew(void **state)
{
    (void)state;
    sending_renew(&sending, PEOPLE);
    sending.in_flight_max = IN_FLIGHT;
    return 0;
}

static int close_and_check(void **state)
{
    (void)state;
    sending_close(&sending);
    return 0;
}

static void script(struct script_step step)
{
    script_gateway_add(sending.gateway, &step);
}

/* How often the dispatcher said it. */
static int said(const char *words)
{
    struct text log = {0};
    struct error error;
    int count = 0;
    assert_true(file_read(station_path(station, "log"), 1 << 20, &log, &error));
    for (const char *at = log.chars; at != NULL && (at = strstr(at, words)) != NULL; at += strlen(words))
        count++;
    text_free(&log);
    return count;
}

static void send_round(void)
{
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
}

static void expect_round_is_done(int unknown)
{
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE);
    assert_int_equal(sending_messages(&sending, "unknown"), unknown);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - unknown);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE);
}

static void an_outage_is_told_of_once_and_the_round_completes(void **state)
{
    (void)state;
    script((struct script_step){.times = BURNT_MAX + 6, .status = 500});
    send_round();
    expect_round_is_done(BURNT_MAX + 6);
    assert_int_equal(said("lane held"), 1);
    assert_int_equal(said("too many messages of unknown fate: one probe at a time"), 1);
    assert_int_equal(said("answers clearly again, the lane is open"), 1);
}

/* The first request after those that may burn can only be a probe. It hangs, and nothing goes beside it, although
 * there is much to do. */
static void one_probe_goes_at_a_time(void **state)
{
    (void)state;
    script((struct script_step){.times = BURNT_MAX, .status = 500});
    script((struct script_step){.times = 1, .action = SCRIPT_HANG});
    send_round();
    STATION_AWAIT(station, script_gateway_count(sending.gateway, NULL) > BURNT_MAX);
    world_import(&station->world, "coaching-b", 1000, 3, NULL);
    world_plan(&station->world, "others", "coaching-b", 0);
    sending_await_released(&sending); /* it has looked at all that is due */
    STATION_AWAIT(station, sending_messages(&sending, "queued") + sending_messages(&sending, "leased") ==
                               PEOPLE + 3 - BURNT_MAX - 1);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), BURNT_MAX + 1);
    assert_int_equal(sending_messages(&sending, "submitting"), 1);
    assert_int_equal(sending_messages(&sending, "unknown"), BURNT_MAX);
    script_gateway_kill(
        sending.gateway); /* the probe is lost, and perhaps another on a connection that was kept */
    STATION_AWAIT(station, sending_messages(&sending, "unknown") > BURNT_MAX);
    script_gateway_restart(sending.gateway);
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE);
    int64_t unknown = sending_messages(&sending, "unknown");
    assert_in_range(unknown, BURNT_MAX + 1, BURNT_MAX + IN_FLIGHT);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE + 3 - unknown);
}

/* The whole message went up, and no word came back. */
static void answers_that_never_come_hold_the_lane_too(void **state)
{
    (void)state;
    sending.http_deadline_ms = 300;
    script((struct script_step){.times = BURNT_MAX + 1, .action = SCRIPT_HANG});
    send_round();
    expect_round_is_done(BURNT_MAX + 1);
    assert_int_equal(said("lane held"), 1);
    assert_int_equal(said("the lane is open"), 1);
}

/* Never ten in a row, but every third. */
static void more_than_a_fifth_of_unknown_fate_holds_the_lane(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    for (int i = 0; i <= SHARE; i++) {
        script((struct script_step){.times = 2, .status = 202});
        script((struct script_step){.times = 1, .status = 500});
    }
    send_round();
    expect_round_is_done(SHARE + 1);
    assert_int_equal(said("too many messages of unknown fate"), 1);
    assert_int_equal(said("the lane is open"), 1);
}

/* As long as fewer are unknown, nothing is held. */
static void a_fifth_of_unknown_fate_holds_nothing(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    for (int i = 0; i < PEOPLE / 5; i++) {
        script((struct script_step){.times = 4, .status = 202});
        script((struct script_step){.times = 1, .status = 500});
    }
    send_round();
    expect_round_is_done(PEOPLE / 5);
    assert_int_equal(said("lane held"), 0);
}

/* What becomes of the probe is clear, though it is no good news for its message. */
static void a_clear_refusal_opens_the_lane(void **state)
{
    (void)state;
    script((struct script_step){.times = BURNT_MAX, .status = 500});
    script((struct script_step){.times = 1, .status = 400});
    send_round();
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "unknown"), BURNT_MAX);
    assert_int_equal(sending_messages(&sending, "failed"), 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - BURNT_MAX - 1);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE);
    assert_int_equal(said("the lane is open"), 1);
}

/* A gateway that throttles all the time is no news every time. */
static void holds_that_follow_each_other_are_told_of_once(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    for (int i = 0; i < 5; i++) {
        script((struct script_step){.times = 3, .status = 429, .retry_after = "0"});
        script((struct script_step){.times = 2, .status = 202});
    }
    script((struct script_step){.times = 2, .status = 401}); /* but another reason is news */
    send_round();
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 5 * 3 + 2);
    assert_int_equal(said("the gateway throttles"), 1);
    assert_int_equal(said("the gateway refuses this lane"), 1);
    assert_int_equal(said("the lane is open"), 2);
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, renew, close_and_check)
    const struct CMUnitTest tests[] = {
        FLOW(an_outage_is_told_of_once_and_the_round_completes),
        FLOW(one_probe_goes_at_a_time),
        FLOW(answers_that_never_come_hold_the_lane_too),
        FLOW(more_than_a_fifth_of_unknown_fate_holds_the_lane),
        FLOW(a_fifth_of_unknown_fate_holds_nothing),
        FLOW(a_clear_refusal_opens_the_lane),
        FLOW(holds_that_follow_each_other_are_told_of_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
