/* The dispatcher as a program when things go wrong: it or Redis is killed or hangs, it is told to end in the
 * middle of work, there are two of it, it starts on what would go wrong later. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEOPLE 60
#include "sending_fixture.h"

static struct station *const station = &sending.station;

/* A round is under way: the gateway holds as many messages as may be in flight. */
static void send_up_to_the_gate(void)
{
    script_gateway_shut(sending.gateway, true);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(station, script_gateway_waiting(sending.gateway) == sending.in_flight_max);
    sending_await_released(&sending);
}

static void await_arrivals(int count)
{
    STATION_AWAIT(station, script_gateway_count(sending.gateway, NULL) >= count);
}

/* --- killed --- */

static void a_kill_in_the_middle_leaves_only_what_was_in_flight_unknown(void **state)
{
    (void)state;
    send_up_to_the_gate();
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    assert_int_equal(sending_messages(&sending, "submitting"), sending.in_flight_max);
    script_gateway_shut(sending.gateway, false);
    sending_open(&sending);
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE);
    assert_int_equal(sending_messages(&sending, "unknown"), sending.in_flight_max);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - sending.in_flight_max);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE);
}

/* At no particular moment: of claiming, intending, handing over, settling. */
static void many_kills_double_nothing_and_leave_nothing_stuck(void **state)
{
    (void)state;
    enum { MORE = 340, KILLS = 6 };
    sending.claim_max = 20;
    sending_import(&sending, PEOPLE, MORE);
    script_gateway_delay(sending.gateway, 3);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    for (int i = 1; i <= KILLS; i++) {
        sending_open(&sending);
        await_arrivals(i * 53);
        assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
        world_check(world);
    }
    sending_open(&sending);
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE + MORE);
    assert_in_range(sending_messages(&sending, "unknown"), 0, KILLS * sending.in_flight_max);
    assert_int_equal(sending_messages(&sending, "accepted") + sending_messages(&sending, "unknown"),
                     PEOPLE + MORE);
}

/* Its release is cut off, too: a frame of many steps, at night. */
static void a_kill_while_a_round_is_released_releases_everyone_once(void **state)
{
    (void)state;
    enum { MORE = 2000 };
    sending_import(&sending, PEOPLE, MORE);
    station_move_clock(station, "2026-01-13T08:00");
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(station, sending_messages(&sending, "queued") > 0);
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    world_check(world);
    sending_open(&sending);
    sending_await_released(&sending);
    assert_int_equal(sending_messages(&sending, "queued"), PEOPLE + MORE);
    assert_int_equal(world_count(world, "p:queued"), PEOPLE + MORE);
    for (int n = 0; n < PEOPLE + MORE; n += 97)
        assert_string_not_equal(sending_message_of(&sending, n), "");
}

/* --- told to end --- */

static void it_drains_before_it_ends(void **state)
{
    (void)state;
    sending.claim_max = 20;
    send_up_to_the_gate();
    kill(station->program.process, SIGTERM);
    STATION_AWAIT(station, station_log_says(station, "log", "draining"));
    script_gateway_shut(sending.gateway, false);
    assert_int_equal(child_wait(&station->program), 0);
    assert_int_equal(sending_messages(&sending, "accepted"), sending.in_flight_max);
    assert_int_equal(sending_messages(&sending, "queued"), PEOPLE - sending.in_flight_max);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), sending.in_flight_max);
    world_check(world);
    sending_open(&sending);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
}

/* --- Redis away --- */

static void a_redis_killed_in_the_middle_costs_nobody_a_message(void **state)
{
    (void)state;
    send_up_to_the_gate();
    station_kill_redis(station);
    script_gateway_shut(sending.gateway, false); /* accepted, and nobody can be told */
    STATION_AWAIT(station, station_log_says(station, "log", "Redis is away"));
    STATION_AWAIT(station, script_gateway_waiting(sending.gateway) == 0);
    station_restart_redis(station);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
}

/* At no particular moment; a lost claim is found again when its lease ends. */
static void a_redis_killed_under_load_costs_nobody_a_message(void **state)
{
    (void)state;
    enum { MORE = 240, KILLS = 3 };
    sending.claim_max = 10;
    sending.lease_ms = 4000;
    sending_import(&sending, PEOPLE, MORE);
    script_gateway_delay(sending.gateway, 2);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    for (int i = 1; i <= KILLS; i++) {
        await_arrivals(i * 71);
        station_kill_redis(station);
        station_restart_redis(station);
    }
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE + MORE);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE + MORE);
}

/* It hangs just when a number is to be opened; each is of an import batch of its own, whose key is to be
 * read.
 */
static void a_redis_that_hangs_fails_no_message(void **state)
{
    (void)state;
    enum { BATCHES = 10 };
    sending_renew(&sending, 0);
    for (int n = 0; n < BATCHES; n++)
        sending_import(&sending, n, 1);
    sending.in_flight_max = 1;
    script_gateway_add(sending.gateway, &(struct script_step){.times = 1, .status = 429, .retry_after = "1"});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    sending_await_released(&sending);
    STATION_AWAIT(station, station_log_says(station, "log", "the gateway throttles"));
    redis_server_pause(world->server);
    STATION_AWAIT(station, station_log_says(station, "log", "Redis is away"));
    redis_server_resume(world->server);
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "accepted"), BATCHES);
    assert_int_equal(script_gateway_accepted(sending.gateway, NULL), BATCHES);
}

/* --- two of them --- */

static void a_second_one_in_the_same_data_folder_is_refused(void **state)
{
    (void)state;
    struct child second;
    send_up_to_the_gate();
    station_spawn_other(station, &second, "data", "log-2");
    assert_int_equal(child_wait(&second), 1);
    assert_true(station_log_says(station, "log-2", "another dispatcher works in this data folder"));
    script_gateway_shut(sending.gateway, false);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
}

static void a_second_one_elsewhere_waits_for_the_lane(void **state)
{
    (void)state;
    struct child second;
    send_up_to_the_gate();
    for (enum key_kind kind = KEY_HASH; kind <= KEY_READER_SECRET; kind++)
        station_put_key(station, "data-2", kind, world->keys.keys[kind]);
    station_spawn_other(station, &second, "data-2", "log-2");
    STATION_AWAIT(station, station_log_says(station, "log-2", "another dispatcher holds the lane"));
    assert_string_equal(world_field(world, "lane", "fence"), "1");
    script_gateway_shut(sending.gateway, false);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);

    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    WORLD_DO(world, "HSET", world_key("lane"), "until", "0"); /* as if its hold had run out */
    sending_import(&sending, PEOPLE, 10);
    sending_plan(&sending, "r2", WORLD_SURVEY, 0);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE + 10);
    assert_string_equal(world_field(world, "lane", "fence"), "2");
    assert_int_equal(child_end(&second, SIGTERM), 0);
}

/* --- starts that must not be --- */

/* The example org with another gap between two messages. */
static void put_org_with_gap(const char *days)
{
    static const char before[] = "\"gap_days\": ", old[] = "\"gap_days\": 14";
    struct text json = {0};
    struct error error = {""};
    const char *at = strstr(world->org_json.chars, old);
    assert_non_null(at);
    text_add_bytes(&json, world->org_json.chars, (size_t)(at - world->org_json.chars));
    text_addf(&json, "%s%s%s", before, days, at + strlen(old));
    if (org_store(world->link, WORLD_ORG, json.chars, "", "", "", &error) != PUT_WRITTEN)
        fail_msg("%s", error.text);
    text_free(&json);
}

static void it_refuses_to_start_on_what_would_go_wrong_later(void **state)
{
    (void)state;
    struct key_set others;
    char mine[FINGERPRINT_SIZE], wanted[FINGERPRINT_SIZE];
    keys_generate(&others);
    key_fingerprint(KEY_SEALING_SECRET, others.keys[KEY_SEALING_SECRET], mine);
    key_fingerprint(KEY_SEALING_SECRET, world->keys.keys[KEY_SEALING_SECRET], wanted);
    sending_open(&sending);
    assert_int_equal(child_end(&station->program, SIGTERM), 0);

    station_put_key(station, "data", KEY_SEALING_SECRET, others.keys[KEY_SEALING_SECRET]);
    station_expect_refusal(station, "data/keys/varkaus/sealing.secret: wrong key");
    assert_true(station_log_says(station, "log", mine) && station_log_says(station, "log", wanted));
    unlink(station_path(station, "data/keys/varkaus/sealing.secret"));
    station_expect_refusal(station, "data/keys/varkaus/sealing.secret");
    station_put_key(station, "data", KEY_SEALING_SECRET, world->keys.keys[KEY_SEALING_SECRET]);

    setenv("PULSSI_SURVEY_REPLY_WINDOW_DAYS", "10", 1);
    setenv("PULSSI_ROLLUP_GRACE_HOURS", "72", 1);
    put_org_with_gap("9");
    station_expect_refusal(station, "caps.gap_days is 9, below [survey] reply_window_days 10");
    unsetenv("PULSSI_SURVEY_REPLY_WINDOW_DAYS");
    unsetenv("PULSSI_ROLLUP_GRACE_HOURS");
    station_open(station);
    assert_int_equal(child_end(&station->program, SIGTERM), 0);

    world_clear(world); /* another data set */
    station_expect_refusal(station, "Redis holds data set");
    assert_true(station_log_says(station, "log", "data/state/*.seen"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDING_TEST(a_kill_in_the_middle_leaves_only_what_was_in_flight_unknown),
        SENDING_TEST(many_kills_double_nothing_and_leave_nothing_stuck),
        SENDING_TEST(a_kill_while_a_round_is_released_releases_everyone_once),
        SENDING_TEST(it_drains_before_it_ends),
        SENDING_TEST(a_redis_killed_in_the_middle_costs_nobody_a_message),
        SENDING_TEST(a_redis_killed_under_load_costs_nobody_a_message),
        SENDING_TEST(a_redis_that_hangs_fails_no_message),
        SENDING_TEST(a_second_one_in_the_same_data_folder_is_refused),
        SENDING_TEST(a_second_one_elsewhere_waits_for_the_lane),
        SENDING_TEST(it_refuses_to_start_on_what_would_go_wrong_later),
    };
    return SENDING_MAIN(tests);
}
