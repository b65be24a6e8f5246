/* The dispatcher as a program that fires schedules: on time, made up, skipped, and once, whenever it is killed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/schedules.h"
#include "support/snapshot.h"

#define PEOPLE 20
#include "sending_fixture.h"

#define TUESDAYS "FREQ=WEEKLY;BYDAY=TU;BYHOUR=10"

/* The Monday before; the station's clock stands. */
static int renew(void **state)
{
    sending_fixture_renew(state);
    station_move_clock(&sending.station, "2026-01-12T12:00");
    return 0;
}

static void schedule_it(const char *id, const char *rrule, const char *except)
{
    struct schedule schedule = {.until_day = -1, .survey = "felt-forward", .seed = "a seed"};
    struct error error = {""};
    int64_t next_ms = 0;
    snprintf(schedule.id, sizeof schedule.id, "%s", id);
    snprintf(schedule.pilot, sizeof schedule.pilot, WORLD_PILOT);
    schedule.from_day = day_index_at(world->org.zone, world->now_ms);
    assert_true(schedule_set_rule(&schedule, &world->org.window, rrule, &error));
    assert_true(except == NULL || schedule_add_except(&schedule, except, &error));
    assert_true(schedule_next(&schedule, world->org.zone, world->now_ms, &next_ms));
    assert_int_equal(schedule_store(world->link, WORLD_ORG, &schedule, next_ms, &error),
                     SCHEDULE_PUT_WRITTEN);
}

/* Of the first schedule by name. */
static struct schedule_record the_record(void)
{
    struct schedule_record *records = NULL;
    size_t count = 0;
    struct error error = {""};
    if (!schedules_load(world->link, WORLD_ORG, &records, &count, &error))
        fail_msg("%s", error.text);
    assert_true(count > 0);
    struct schedule_record record = records[0];
    free(records);
    return record;
}

static const char *next_due(void)
{
    static char text[24];
    struct schedule_record record = the_record();
    if (record.next_ms < 0)
        return "";
    instant_text(world->org.zone, record.next_ms, text);
    return text;
}

static int64_t rounds_count(void)
{
    struct redis_value *value = WORLD_RUN(world, "ZCARD", world_key("rounds"));
    int64_t count = redis_int(value);
    redis_value_free(&value);
    return count;
}

/* --- when it fires --- */

static void a_schedule_fires_on_time(void **state)
{
    (void)state;
    sending_open(&sending);
    schedule_it("tuesdays", TUESDAYS, NULL); /* while the dispatcher runs: it is woken */
    STATION_AWAIT(&sending.station, strcmp(next_due(), "2026-01-13 10:00") == 0);
    station_move_clock(&sending.station, "2026-01-13T09:59:59");
    world->now_ms += 999;
    station_put_clock(&sending.station);
    assert_int_equal(world_reply(world, 5, "s", "STOP"),
                     COMMIT_DONE); /* its confirmation shows that it saw the clock */
    STATION_AWAIT(&sending.station, sending_messages(&sending, "accepted") == 1);
    assert_int_equal(rounds_count(), 0);

    station_move_clock(&sending.station, "2026-01-13T10:00");
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_quiet(&sending);
    assert_string_equal(world_field(world, "r:tuesdays.2026-01-13", "survey"), WORLD_SURVEY);
    assert_string_equal(world_field(world, "r:tuesdays.2026-01-13", "seed"), "a seed.2026-01-13");
    assert_string_equal(world_field(world, "r:tuesdays.2026-01-13", "at"), "1768291200000");
    assert_string_equal(world_field(world, "r:tuesdays.2026-01-13", "not_after"),
                        "1768320000000"); /* 18:00 */
    sending_expect_once(&sending, 0, PEOPLE);
    assert_string_equal(next_due(), "2026-01-20 10:00");
    assert_true(
        station_log_says(&sending.station, "log",
                         "schedule tuesdays: round tuesdays.2026-01-13 planned, due 2026-01-13 10:00"));
}

static void what_is_due_before_the_opening_waits_for_it(void **state)
{
    (void)state;
    schedule_it("tuesdays", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=7", NULL);
    station_move_clock(&sending.station, "2026-01-13T07:00");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_released(&sending);
    assert_int_equal(sending_messages(&sending, "queued"), PEOPLE);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 0);
    station_move_clock(&sending.station, "2026-01-13T09:00");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
}

static void what_was_missed_is_made_up_inside_its_window(void **state)
{
    (void)state;
    schedule_it("tuesdays", TUESDAYS, NULL);
    station_move_clock(&sending.station, "2026-01-13T17:59");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_int_equal(world_count(world, "x:schedule_skipped"), 0);
}

static void after_its_window_it_is_skipped_and_said_so(void **state)
{
    (void)state;
    schedule_it("tuesdays", TUESDAYS, NULL);
    station_move_clock(&sending.station, "2026-01-13T18:00");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, world_count(world, "x:schedule_skipped") == 1);
    STATION_AWAIT(
        &sending.station,
        station_log_says(&sending.station, "log",
                         "schedule tuesdays: the run of 2026-01-13 10:00 was missed and its sending "
                         "window was over: skipped"));
    assert_int_equal(rounds_count(), 0);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 0);
    assert_string_equal(the_record().skip_reason, "its sending window was over");
    station_move_clock(&sending.station, "2026-01-20T10:00"); /* and goes on */
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
}

static void of_several_missed_the_last_one_is_made_up(void **state)
{
    (void)state;
    schedule_it("tuesdays", TUESDAYS, NULL);
    station_move_clock(&sending.station, "2026-02-03T12:00");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_quiet(&sending);
    assert_int_equal(world_count(world, "x:schedule_skipped"), 3);
    assert_string_equal(world_field(world, "r:tuesdays.2026-02-03", "state"), "released");
    assert_true(station_log_says(&sending.station, "log",
                                 "3 runs from 2026-01-13 10:00 to 2026-01-27 10:00 were missed"));
    sending_expect_once(&sending, 0, PEOPLE);
    assert_string_equal(next_due(), "2026-02-10 10:00");
}

static void a_year_of_missed_days_is_skipped_in_steps(void **state)
{
    (void)state;
    schedule_it("tuesdays", "FREQ=DAILY;BYHOUR=10", NULL);
    station_move_clock(&sending.station, "2027-01-12T20:00");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, strcmp(next_due(), "2027-01-13 10:00") == 0);
    assert_int_equal(world_count(world, "x:schedule_skipped"), 365);
    assert_int_equal(rounds_count(), 0);
}

static void a_day_left_out_does_not_fire(void **state)
{
    (void)state;
    schedule_it("tuesdays", TUESDAYS, "2026-01-20");
    sending_open(&sending);
    station_move_clock(&sending.station, "2026-01-13T10:00");
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_quiet(&sending);
    assert_string_equal(next_due(), "2026-01-27 10:00");
    station_move_clock(&sending.station, "2026-01-27T10:00");
    STATION_AWAIT(&sending.station, rounds_count() == 2);
    assert_true(world_exists(world, "r:tuesdays.2026-01-27"));
    assert_false(world_exists(world, "r:tuesdays.2026-01-20"));
    assert_int_equal(world_count(world, "x:schedule_skipped"), 0);
    sending_await_quiet(&sending);
}

static void a_paused_schedule_does_not_fire(void **state)
{
    (void)state;
    bool changed = false;
    struct error error = {""};
    schedule_it("paused", TUESDAYS, NULL);
    schedule_it("running", TUESDAYS, NULL);
    assert_true(schedule_set_paused(world->link, WORLD_ORG, "paused", true, -1, &changed, &error));
    sending_open(&sending);
    station_move_clock(&sending.station, "2026-01-13T10:00");
    STATION_AWAIT(&sending.station, world_exists(world, "r:running.2026-01-13"));
    sending_await_quiet(&sending);
    assert_int_equal(rounds_count(), 1);

    int64_t next_ms = world->now_ms + 7 * DAY_MS;
    assert_true(schedule_set_paused(world->link, WORLD_ORG, "paused", false, next_ms, &changed, &error));
    assert_true(schedule_set_paused(world->link, WORLD_ORG, "running", true, -1, &changed, &error));
    station_move_clock(&sending.station, "2026-01-20T10:00");
    STATION_AWAIT(&sending.station, world_exists(world, "r:paused.2026-01-20"));
    sending_await_quiet(&sending);
    assert_int_equal(rounds_count(), 2);
}

static void a_survey_that_cannot_be_asked_is_skipped_this_time_only(void **state)
{
    (void)state;
    schedule_it("tuesdays", TUESDAYS, NULL);
    WORLD_DO(world, "HDEL", world_key("surveys"), WORLD_SURVEY "|active");
    station_move_clock(&sending.station, "2026-01-13T10:00");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, world_count(world, "x:schedule_skipped") == 1);
    STATION_AWAIT(&sending.station,
                  station_log_says(&sending.station, "log",
                                   "schedule tuesdays: the run of 2026-01-13 10:00 is skipped: "
                                   "survey \"felt-forward\" has no active version"));
    assert_int_equal(rounds_count(), 0);
    assert_string_equal(next_due(), "2026-01-20 10:00");
    assert_non_null(strstr(the_record().skip_reason, "survey \"felt-forward\" has no active version"));
    WORLD_DO(world, "HSET", world_key("surveys"), WORLD_SURVEY "|active", "1");
    station_move_clock(&sending.station, "2026-01-20T10:00");
    STATION_AWAIT(&sending.station, rounds_count() == 1);
    sending_await_quiet(&sending);
}

static void one_that_cannot_be_read_does_not_hold_up_the_others(void **state)
{
    (void)state;
    schedule_it("broken", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=9", NULL); /* due before the healthy one */
    schedule_it("tuesdays", TUESDAYS, NULL);
    WORLD_DO(world, "HSET", world_key("schedules"), "broken", "{\"rrule\":\"FREQ=HOURLY\"}");
    station_move_clock(&sending.station, "2026-01-13T10:00");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, world_exists(world, "r:tuesdays.2026-01-13"));
    sending_await_quiet(&sending);
    assert_int_equal(rounds_count(), 1);
    struct schedule_record record = the_record();
    assert_string_equal(record.schedule.id, "broken");
    assert_int_equal(record.state, SCHEDULE_UNREADABLE);
    assert_int_equal(record.skipped, 1);
    assert_string_equal(record.skip_reason, "cannot be read");
    assert_true(
        station_log_says(&sending.station, "log",
                         "schedule broken: the run of 2026-01-13 09:00 is skipped and it fires no more: "
                         "stored schedule \"broken\": "));
    struct redis_value *due = WORLD_RUN(world, "ZSCORE", world_key("sched"), "broken");
    assert_int_equal(redis_kind(due), REDIS_NIL); /* so it is said once */
    redis_value_free(&due);
}

/* --- once --- */

/* Everyone drawn has one invitation waiting for the opening: nothing was released twice. */
static bool is_released_once(void)
{
    return rounds_count() == 1 && !world_exists(world, "plan") && world_count(world, "p:queued") == PEOPLE &&
           world_count(world, "h:drawn") == PEOPLE;
}

/* Fired at seven, before the window opens, so that nothing is sent. Killed after the first call of a function,
 * after the second, and so on, and started again: at once, or when the window of the run is over. */
static void kill_everywhere(const char *again_at)
{
    schedule_it("tuesdays", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=7", NULL);
    station_move_clock(&sending.station, "2026-01-13T07:00");
    struct snapshot *before = snapshot_take(world);
    WORLD_DO(world, "CONFIG", "RESETSTAT");
    sending_open(&sending);
    STATION_AWAIT(&sending.station, is_released_once());
    int64_t whole = world_calls(world), fired = 0, skipped = 0;
    assert_int_equal(child_end(&sending.station.program, SIGTERM), 0);
    assert_in_range(whole, 7,
                    60); /* lane, recovery, next, firing, freezing, release, and the questions between */

    for (int64_t kill_after = 1; kill_after <= whole; kill_after++) {
        snapshot_put_back(world, before);
        station_forget(&sending.station);
        station_move_clock(&sending.station, "2026-01-13T07:00");
        WORLD_DO(world, "CONFIG", "RESETSTAT");
        station_spawn(&sending.station);
        station_await_calls(&sending.station, kill_after);
        assert_int_equal(child_end(&sending.station.program, SIGKILL), 128 + SIGKILL);
        world_check(world);
        station_move_clock(&sending.station, again_at);
        station_open(&sending.station);
        STATION_AWAIT(&sending.station, strcmp(next_due(), "2026-01-20 07:00") == 0);
        STATION_AWAIT(&sending.station, !world_exists(world, "plan"));
        assert_int_equal(child_end(&sending.station.program, SIGTERM), 0);
        assert_int_equal(rounds_count() + world_count(world, "x:schedule_skipped"), 1);
        assert_int_equal(the_record().run_ms >= 0, rounds_count());
        assert_int_equal(world_count(world, "h:drawn"), rounds_count() * PEOPLE);
        fired += rounds_count();
        skipped += world_count(world, "x:schedule_skipped");
        world_check(world);
    }
    snapshot_free(&before);
    assert_true(fired > 0);
    assert_int_equal(skipped > 0, strcmp(again_at, "2026-01-13T07:00") != 0);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 0);
}

static void a_kill_anywhere_fires_it_once(void **state)
{
    (void)state;
    kill_everywhere("2026-01-13T07:00");
}

static void a_kill_until_its_window_is_over_fires_or_skips_it(void **state)
{
    (void)state;
    kill_everywhere("2026-01-13T18:00");
}

static void a_redis_that_is_killed_meanwhile_fires_it_once(void **state)
{
    (void)state;
    schedule_it("tuesdays", "FREQ=WEEKLY;BYDAY=TU;BYHOUR=7", NULL);
    sending_open(&sending);
    STATION_AWAIT(&sending.station, strcmp(next_due(), "2026-01-13 07:00") == 0);
    station_kill_redis(&sending.station);
    station_move_clock(&sending.station, "2026-01-13T07:00");
    station_restart_redis(&sending.station);
    STATION_AWAIT(&sending.station, is_released_once());
    assert_string_equal(next_due(), "2026-01-20 07:00");
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, renew, sending_fixture_check)
    const struct CMUnitTest tests[] = {
        FLOW(a_schedule_fires_on_time),
        FLOW(what_is_due_before_the_opening_waits_for_it),
        FLOW(what_was_missed_is_made_up_inside_its_window),
        FLOW(after_its_window_it_is_skipped_and_said_so),
        FLOW(of_several_missed_the_last_one_is_made_up),
        FLOW(a_year_of_missed_days_is_skipped_in_steps),
        FLOW(a_day_left_out_does_not_fire),
        FLOW(a_paused_schedule_does_not_fire),
        FLOW(a_survey_that_cannot_be_asked_is_skipped_this_time_only),
        FLOW(one_that_cannot_be_read_does_not_hold_up_the_others),
        FLOW(a_kill_anywhere_fires_it_once),
        FLOW(a_kill_until_its_window_is_over_fires_or_skips_it),
        FLOW(a_redis_that_is_killed_meanwhile_fires_it_once),
    };
    return SENDING_MAIN(tests);
}
