/* pulssi lanes, and pulssi lane pause, resume and probe, beside a real dispatcher: nothing is handed over after the
 * pause's answer, whoever is restarted; what is wrong with a lane is said in words, also while the dispatcher is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/command_station.h"

#define PEOPLE 40
#include "command_fixture.h"

static int renew(void **state)
{
    (void)command_fixture_renew(state);
    return setenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS", "300000", 1);
}

static void script(struct script_step step)
{
    script_gateway_add(sending.gateway, &step);
}

static pid_t run_behind(const char *subcommand)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(nothing, STDOUT_FILENO);
        (void)dup2(nothing, STDERR_FILENO);
        execl(PROGRAM, "pulssi", "lane", subcommand, WORLD_ORG, (char *)NULL);
        _exit(127);
    }
    return child;
}

static bool lanes_say(const char *words)
{
    RUN("lanes");
    assert_int_equal(line.said.status, 0);
    return strstr(line.said.output, words) != NULL;
}

static void expect_audited(const char *what)
{
    RUN("audit", "list", "--json");
    assert_non_null(strstr(line.said.output, what));
}

/* --- pause --- */

static void nothing_is_handed_over_after_the_answer_of_a_pause(void **state)
{
    (void)state;
    send_up_to_the_gate();
    pid_t pausing = run_behind("pause");
    STATION_AWAIT(station, world_field(world, "lane", "hold")[0] == '1');
    STATION_AWAIT(station, sending_messages(&sending, "leased") == 0);
    assert_int_equal(waitpid(pausing, NULL, WNOHANG), 0); /* the gateway has not answered */
    script_gateway_shut(sending.gateway, false);
    int status = -1;
    assert_int_equal(waitpid(pausing, &status, 0), pausing);
    assert_int_equal(status, 0);
    int before = arrived();
    assert_int_equal(before, sending.in_flight_max);
    assert_int_equal(sending_messages(&sending, "queued"), PEOPLE - before);
    /* A restart does not forget it; new work is taken in and waits. */
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    sending_open(&sending);
    world_import(world, "coaching-b", 1000, 5, NULL);
    world_plan(world, "others", "coaching-b", 0);
    sending_await_released(&sending);
    STATION_AWAIT(station, lanes_say("paused, by `pulssi lane pause`"));
    assert_int_equal(arrived(), before);
    EXPECT(0, "lane of varkaus: resumed", "lane", "resume", WORLD_ORG);
    expect_audited("lane resume varkaus");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_int_equal(arrived(), PEOPLE + 5);
}

/* What was leased by a dispatcher that is gone is not handed over by its follower either. */
static void a_pause_beside_a_killed_dispatcher_holds(void **state)
{
    (void)state;
    sending.lease_ms = 2000;
    sending.http_deadline_ms = 500;
    send_up_to_the_gate();
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    script_gateway_shut(sending.gateway, false);
    EXPECT(1, "the lane is paused, and nothing new is handed over: after 2 s", "lane", "pause", WORLD_ORG);
    int before = arrived();
    sending_open(&sending);
    EXPECT(0, "Nothing goes out", "lane", "pause", WORLD_ORG);
    assert_int_equal(arrived(), before);
    EXPECT(0, "resumed", "lane", "resume", WORLD_ORG);
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE);
    assert_int_equal(arrived(), PEOPLE);
}

static void pause_and_resume_may_be_said_twice(void **state)
{
    (void)state;
    EXPECT(0, "lane of varkaus: paused", "lane", "pause", WORLD_ORG);
    expect_audited("lane pause varkaus");
    EXPECT(0, "lane of varkaus: unchanged", "lane", "pause", WORLD_ORG);
    EXPECT(0, "\"result\":\"resumed\"", "lane", "resume", WORLD_ORG, "--json");
    EXPECT(0, "\"result\":\"unchanged\"", "lane", "resume", WORLD_ORG, "--json");
    EXPECT(1, "nobody", "lane", "pause", "nobody");
    EXPECT(2, "ORG", "lane", "pause");
}

/* --- probe --- */

static void a_probe_opens_a_lane_that_is_held(void **state)
{
    (void)state;
    setenv("PULSSI_DISPATCHER_IN_FLIGHT_MAX", "1", 1);
    script((struct script_step){.times = 1, .status = 429, .retry_after = "250"});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    unsetenv("PULSSI_DISPATCHER_IN_FLIGHT_MAX");
    STATION_AWAIT(station, lanes_say("the gateway wants us to send less (429), tried again in"));
    command_station_fits_terminal();
    int before = arrived();
    EXPECT(0, "probe: the gateway took the message, the lane is open", "lane", "probe", WORLD_ORG);
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(arrived(), PEOPLE + before);
    expect_audited("lane probe varkaus");
    EXPECT(0, "no message waits", "lane", "probe", WORLD_ORG);
}

static void a_probe_says_what_is_still_wrong(void **state)
{
    (void)state;
    setenv("PULSSI_DISPATCHER_IN_FLIGHT_MAX", "1", 1);
    script((struct script_step){.times = 0, .status = 401});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    setenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS", "300000", 1);
    sending_open(&sending);
    unsetenv("PULSSI_DISPATCHER_IN_FLIGHT_MAX");
    STATION_AWAIT(station, arrived() >= 4); /* the backoff doubles: the next try is seconds away */
    EXPECT(0, "lane_stop", "lane", "probe", WORLD_ORG, "--json");
    EXPECT(0, "lane_stop; the lane is held for", "lane", "probe", WORLD_ORG);
    assert_non_null(strstr(line.said.output, "[gateway:simulator]"));
    command_station_fits_terminal();
    assert_int_equal(sending_messages(&sending, "failed"), 0);
}

static void a_probe_needs_a_dispatcher_and_no_pause(void **state)
{
    (void)state;
    EXPECT(1, "no dispatcher has the lane", "lane", "probe", WORLD_ORG);
    EXPECT(0, "paused", "lane", "pause", WORLD_ORG);
    EXPECT(1, "`pulssi lane resume varkaus`", "lane", "probe", WORLD_ORG);
}

/* --- lanes --- */

static void lanes_tell_what_goes_on(void **state)
{
    (void)state;
    EXPECT(0, "not taken, no dispatcher has had it so far", "lanes");
    script((struct script_step){.to = world_phone(3), .times = 1, .status = 400});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    sending_await_quiet(&sending);
    STATION_AWAIT(station, lanes_say("39 accepted, 1 permanent"));
    assert_non_null(strstr(line.said.output, "varkaus: open"));
    assert_non_null(strstr(line.said.output, "through simulator"));
    assert_non_null(strstr(line.said.output, "last error: 400"));
    assert_non_null(strstr(line.said.output, "no message is due"));
    command_station_fits_terminal();
    RUN("lanes", "--json");
    assert_non_null(strstr(line.said.output, "\"last_hour\":{\"accepted\":39,\"permanent\":1}"));
    assert_non_null(strstr(line.said.output, "\"dispatcher_away_ms\":null"));
}

/* What it said last stays, with its age; an orderly end frees the lane at once. */
static void lanes_tell_that_the_dispatcher_is_away(void **state)
{
    (void)state;
    script((struct script_step){.times = 0, .status = 401});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(station, lanes_say("the gateway refuses us: password or sender (401)"));
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    assert_true(lanes_say("away, no dispatcher has it for"));
    assert_non_null(strstr(line.said.output, "last error: 401"));
    assert_non_null(strstr(line.said.output, "the oldest message that is due waits for"));
    command_station_fits_terminal();
    RUN("lanes", "--json");
    assert_non_null(strstr(line.said.output, "\"state\":\"away\""));
}

/* Another dispatcher need not wait for the lease to end. */
static void an_orderly_end_gives_the_lane_back(void **state)
{
    (void)state;
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    sending_await_quiet(&sending);
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    struct redis_command command = {0};
    struct lane_taken taken;
    struct redis_value *time = WORLD_RUN(world, "TIME");
    int64_t now_ms = redis_int(redis_item(time, 0)) * 1000 + redis_int(redis_item(time, 1)) / 1000;
    lane_take_command(&command, WORLD_ORG, "another", now_ms + 1, LANE_LEASE_MS, true);
    struct redis_value *value = world_call(world, &command);
    assert_true(lane_take_result(value, &taken));
    assert_false(taken.held_by_other);
    redis_value_free(&time);
    redis_value_free(&value);
    redis_command_free(&command);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, renew, sending_fixture_check)
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_handed_over_after_the_answer_of_a_pause),
        TEST(a_pause_beside_a_killed_dispatcher_holds),
        TEST(pause_and_resume_may_be_said_twice),
        TEST(a_probe_opens_a_lane_that_is_held),
        TEST(a_probe_says_what_is_still_wrong),
        TEST(a_probe_needs_a_dispatcher_and_no_pause),
        TEST(lanes_tell_what_goes_on),
        TEST(lanes_tell_that_the_dispatcher_is_away),
        TEST(an_orderly_end_gives_the_lane_back),
    };
    return COMMAND_MAIN(tests);
}
