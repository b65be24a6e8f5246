/* From a meeting held to the text on the phone: the collector takes an encounter, the dispatcher sends its invitation
 * when it is due, and not before; two real programs, one Redis, a scripted gateway. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/tokens.h"
#include "support/wire.h"

#define PEOPLE 20
#include "sending_fixture.h"

static struct child collector;
static int port;
static char token[TOKEN_SIZE];

static bool collector_is_ready(void)
{
    FILE *file = fopen(station_path(&sending.station, "data/run/collector.port"), "re");
    bool told = file != NULL && fscanf(file, "%d", &port) == 1;
    if (file != NULL)
        fclose(file);
    return told && wire_is_ready(port);
}

static int open_both(void **state)
{
    struct token made = {.name = "booking", .scope = TOKEN_SCOPE_ENCOUNTERS};
    struct error error = {""};
    sending_fixture_renew(state);
    token_make(WORLD_ORG, token, made.id, made.hash);
    assert_int_equal(token_store(world->link, WORLD_ORG, &made, &error), TOKEN_WRITTEN);
    sending_open(&sending);
    sending.station.name = "pulssi-collector";
    setenv("PULSSI_COLLECTOR_PORT", "0", 1);
    station_spawn_other(&sending.station, &collector, "data", "collector-log");
    unsetenv("PULSSI_COLLECTOR_PORT");
    sending.station.name = "pulssi-dispatcher";
    STATION_AWAIT(&sending.station, collector_is_ready());
    return 0;
}

static int close_both(void **state)
{
    assert_int_equal(child_end(&collector, SIGTERM), 0);
    return sending_fixture_check(state);
}

static int report(const char *key, int contact)
{
    char body[256];
    struct text request = {0};
    int bytes =
        snprintf(body, sizeof body,
                 "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"contact\":{\"phone\":\"%s\"}}",
                 world_phone(contact));
    text_addf(
        &request,
        "POST /v1/encounters HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s",
        token, key, bytes, body);
    int status = wire_ask(port, request.chars, request.bytes, NULL);
    text_free(&request);
    return status;
}

static void the_text_goes_when_the_delay_is_over(void **state)
{
    (void)state;
    assert_int_equal(report("meeting", 3), 202);
    assert_int_equal(report("meeting", 3), 202);
    station_move_clock(&sending.station, "2026-01-13T10:59:59");
    assert_int_equal(report("meeting", 3), 202);
    assert_int_equal(sending_messages(&sending, "queued"), 1);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 0);
    station_move_clock(&sending.station, "2026-01-13T11:00");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 3, 1);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 1);
    assert_non_null(
        strstr(script_gateway_arrival(sending.gateway, world_phone(3), 0)->text, "Auttoiko tapaaminen?"));
    assert_int_equal(report("meeting", 3), 202); /* and is not sent again */
    assert_int_equal(sending_messages(&sending, "queued"), 0);
    assert_int_equal(report("next-meeting", 3), 200); /* its pulse is open */
    assert_int_equal(world_count(world, "p:capped"), 1);
}

static void a_meeting_in_the_evening_is_asked_about_in_the_morning(void **state)
{
    (void)state;
    station_move_clock(&sending.station, "2026-01-16T17:30"); /* a Friday */
    assert_int_equal(report("meeting", 4), 202);
    station_move_clock(&sending.station, "2026-01-18T12:00");
    assert_int_equal(report("meeting", 4), 202);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), 0);
    station_move_clock(&sending.station, "2026-01-19T09:00");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 4, 1);
    assert_string_equal(world_field(world, "n:2026-W04", WORLD_PILOT "|" WORLD_SURVEY), "20");
}

static void a_stop_in_between_is_obeyed(void **state)
{
    (void)state;
    assert_int_equal(report("meeting", 5), 202);
    assert_int_equal(world_reply(world, 5, "s", "STOP"), COMMIT_DONE);
    station_move_clock(&sending.station, "2026-01-13T11:00");
    sending_await_quiet(&sending);
    assert_int_equal(world_count(world, "p:suppressed"), 1);
    for (int i = 0; i < script_gateway_count(sending.gateway, world_phone(5));
         i++) /* its confirmation, nothing else */
        assert_null(
            strstr(script_gateway_arrival(sending.gateway, world_phone(5), i)->text, "Auttoiko tapaaminen?"));
}

static void what_cannot_go_in_its_window_dies(void **state)
{
    (void)state;
    script_gateway_add(sending.gateway, &(struct script_step){.times = 1, .status = 429, .retry_after = "1"});
    assert_int_equal(report("meeting", 6), 202);
    station_move_clock(&sending.station, "2026-01-13T11:00");
    STATION_AWAIT(&sending.station, station_log_says(&sending.station, "log", "the gateway throttles"));
    station_move_clock(&sending.station, "2026-01-13T18:00");
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_accepted(sending.gateway, world_phone(6)), 0);
    assert_int_equal(world_count(world, "p:stale"), 1);
    assert_string_equal(world_contact_field(world, 6, "o"), "");
}

int main(void)
{
#define BOTH_TEST(test) cmocka_unit_test_setup_teardown(test, open_both, close_both)
    const struct CMUnitTest tests[] = {
        BOTH_TEST(the_text_goes_when_the_delay_is_over),
        BOTH_TEST(a_meeting_in_the_evening_is_asked_about_in_the_morning),
        BOTH_TEST(a_stop_in_between_is_obeyed),
        BOTH_TEST(what_cannot_go_in_its_window_dies),
    };
    return SENDING_MAIN(tests);
}
