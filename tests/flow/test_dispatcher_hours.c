/* The dispatcher as a program: when a message may go, and what goes first. */
#include <stdlib.h>
#include <string.h>

#define PEOPLE 20
#include "sending_fixture.h"

static void what_is_released_at_night_waits_for_the_opening(void **state)
{
    (void)state;
    station_move_clock(&sending.station, "2026-01-13T08:59:59");
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    sending_await_released(&sending);
    world->now_ms += 999;
    station_put_clock(&sending.station);
    assert_int_equal(world_reply(world, 5, "s", "STOP"), COMMIT_DONE); /* between release and intend */
    STATION_AWAIT(&sending.station, sending_messages(&sending, "accepted") == 1);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 1); /* the confirmation has no window */
    assert_int_equal(sending_messages(&sending, "queued"), PEOPLE);

    station_move_clock(&sending.station, "2026-01-13T09:00");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_non_null(strstr(script_gateway_arrival(sending.gateway, world_phone(5), 0)->text,
                           "Emme enää lähetä kyselyjä"));
    assert_int_equal(sending_messages(&sending, "suppressed"), 1);
    assert_int_equal(world_count(world, "p:suppressed"), 1);
}

/* The lane is held across the closing: what was claimed inside the window is judged when it is to go. */
static void a_window_that_closes_meanwhile_is_noticed(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    script_gateway_add(sending.gateway, &(struct script_step){.times = 1, .status = 429, .retry_after = "1"});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(&sending.station, station_log_says(&sending.station, "log", "the gateway throttles"));
    station_move_clock(&sending.station, "2026-01-13T18:00");
    STATION_AWAIT(&sending.station, sending_messages(&sending, "queued") == PEOPLE);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 1);

    station_move_clock(&sending.station, "2026-01-14T09:00");
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
}

static void what_is_not_sent_by_its_last_moment_dies(void **state)
{
    (void)state;
    station_move_clock(&sending.station, "2026-01-13T08:00");
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    sending_await_released(&sending);
    station_move_clock(&sending.station, "2026-01-16T08:00"); /* three days later to the minute */
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 0);
    assert_int_equal(sending_messages(&sending, "stale"), PEOPLE);
    assert_int_equal(world_count(world, "p:stale"), PEOPLE);
    assert_string_equal(world_contact_field(world, 0, "o"), "");
}

/* The first message is under way and the second is claimed when a STOP comes in. */
static void replies_go_before_invitations(void **state)
{
    (void)state;
    sending.in_flight_max = 1;
    sending.claim_max = 2;
    script_gateway_shut(sending.gateway, true);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(&sending.station, script_gateway_waiting(sending.gateway) == 1);
    sending_await_released(&sending);
    const struct script_arrival *first = script_gateway_arrival(sending.gateway, NULL, 0);
    int contact = atoi(first->to + strlen("+35840"));
    assert_int_equal(world_reply(world, contact, "s", "STOP"), COMMIT_DONE);
    script_gateway_shut(sending.gateway, false);
    sending_await_quiet(&sending);
    const struct script_arrival *third = script_gateway_arrival(sending.gateway, NULL, 2);
    assert_string_equal(third->to, first->to);
    assert_non_null(strstr(third->text, "Emme enää lähetä kyselyjä"));
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(sending_messages(&sending, "delivered"), 1); /* the reply proves the first */
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDING_TEST(what_is_released_at_night_waits_for_the_opening),
        SENDING_TEST(a_window_that_closes_meanwhile_is_noticed),
        SENDING_TEST(what_is_not_sent_by_its_last_moment_dies),
        SENDING_TEST(replies_go_before_invitations),
    };
    return SENDING_MAIN(tests);
}
