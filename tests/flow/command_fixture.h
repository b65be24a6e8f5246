/* What the tests of commands beside a real dispatcher begin and end with: the sending fixture with the command line (RUN,
 * EXPECT) at its station, and settings written before each test. Define PEOPLE, how many contacts a new world has, before
 * including it. */
#ifndef TESTS_FLOW_COMMAND_FIXTURE_H
#define TESTS_FLOW_COMMAND_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "sending_fixture.h"
#include "support/command_line.h"

#define PROGRAM TEST_BIN_DIR "/pulssi"

static struct station *const station = &sending.station;

static int command_fixture_start(void **state)
{
    (void)sending_fixture_start(state);
    line.program = PROGRAM;
    line.link = world->link;
    (void)snprintf(line.folder, sizeof line.folder, "%s", station->folder);
    return setenv("PULSSI_CONFIG", station_path(station, "pulssi.conf"), 1);
}

static inline int command_fixture_renew(void **state)
{
    (void)sending_fixture_renew(state);
    sending_settings(&sending);
    return 0;
}

/* How many messages the gateway met. */
static inline int arrived(void)
{
    return script_gateway_count(sending.gateway, NULL);
}

/* The gateway holds as many invitations of round r as may be in flight. */
static inline void send_up_to_the_gate(void)
{
    script_gateway_shut(sending.gateway, true);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(station, script_gateway_waiting(sending.gateway) == sending.in_flight_max);
    sending_await_released(&sending);
}

#define COMMAND_TEST(test)  cmocka_unit_test_setup_teardown(test, command_fixture_renew, sending_fixture_check)
#define COMMAND_MAIN(tests) cmocka_run_group_tests(tests, command_fixture_start, sending_fixture_stop)

#endif
