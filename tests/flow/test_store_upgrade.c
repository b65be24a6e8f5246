/* The function library is replaced while the programs run and people answer: nothing is lost, and a program that needs another
 * version works no further until it is replaced too, or the library is its own again. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/dataset.h"
#include "store/functions.h"
#include "support/program_run.h"
#include "support/wire.h"
#include "talk_fixture.h"

#define ASKED   20
#define LATER   120
#define SURVEY  "surveys/library/had-a-say.json"
#define FOREIGN "this program needs"

static int renew(void **state)
{
    (void)state;
    talk_open(&talk, SURVEY, ASKED);
    return 0;
}

static int check(void **state)
{
    (void)state;
    bool changed;
    struct error error;
    assert_true(functions_install(world->link, &changed, &error)); /* a test that failed left another */
    return talk_fixture_check(state);
}

/* The same functions under another version, as an install of another release does it. */
static void install_another(void)
{
    struct error error;
    char *text = memory_text(store_functions_text), *version = strstr(text, store_functions_version);
    assert_non_null(version);
    memset(version, 'x', 4);
    WORLD_DO(world, "FUNCTION", "LOAD", "REPLACE", text);
    assert_true(dataset_tell(world->link, &error));
    free(text);
}

static void install_ours(void)
{
    struct program_result said;
    char program[512], config[320];
    snprintf(program, sizeof program, "%s/pulssi", TEST_BIN_DIR);
    snprintf(config, sizeof config, "%s", station_path(station, "pulssi.conf"));
    program_run(&said, station->folder,
                (const char *const[]){program, "store", "install", "--config", config, NULL});
    if (said.status != 0 || strstr(said.output, ": installed") == NULL)
        fail_msg("status %d: %s%s", said.status, said.output, said.errors);
}

static void under_traffic_nothing_is_lost(void **state)
{
    (void)state;
    sending_import(&talk.sending, ASKED, LATER);
    script_gateway_delay(talk.sending.gateway, 20);
    sending_plan(&talk.sending, "r2", world->survey_ref, 0);
    int person = 0;
    for (; person < 5; person++)
        assert_int_equal(talk_says(&talk, person, "4"), 200);
    STATION_AWAIT(station, script_gateway_count(talk.sending.gateway, NULL) >= ASKED + 10);

    install_another();
    for (; person < 10; person++)
        assert_int_equal(talk_says(&talk, person, "4"), 200);
    STATION_AWAIT(station,
                  station_log_says(station, "log", "lanes stay closed: Redis has function library xxxx"));
    STATION_AWAIT(station, station_log_says(station, "collector.log", FOREIGN));
    STATION_AWAIT(station, world_count(world, "m:submitting") == 0);
    int handed_over = script_gateway_count(talk.sending.gateway, NULL);
    assert_in_range(handed_over, ASKED + 10, ASKED + LATER - 1); /* in the middle of it */
    for (; person < 15; person++)
        assert_int_equal(talk_says(&talk, person, "4"), 200);
    assert_int_equal(script_gateway_count(talk.sending.gateway, NULL), handed_over);

    install_ours();
    for (; person < ASKED; person++)
        assert_int_equal(talk_says(&talk, person, "4"), 200);
    sending_await_quiet(&talk.sending);
    for (int n = 0; n < ASKED + LATER; n++)
        assert_int_equal(script_gateway_accepted(talk.sending.gateway, world_phone(n)), 1);
    STATION_AWAIT(station, world_count(world, "x:answer") == ASKED);
}

static void a_program_of_another_version_says_so_and_its_successor_goes_on(void **state)
{
    (void)state;
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    install_another();
    station_expect_refusal(station, FOREIGN);
    assert_true(station_log_says(station, "log", "run `pulssi store install`"));
    sending_import(&talk.sending, ASKED, 1);
    sending_plan(&talk.sending, "r2", world->survey_ref, 0);
    install_ours();
    station_open(station);
    STATION_AWAIT(station, wire_is_ready(talk.port));
    sending_await_quiet(&talk.sending);
    assert_int_equal(script_gateway_count(talk.sending.gateway, world_phone(ASKED)), 1);
}

#define UPGRADE_TEST(test) cmocka_unit_test_setup_teardown(test, renew, check)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UPGRADE_TEST(under_traffic_nothing_is_lost),
        UPGRADE_TEST(a_program_of_another_version_says_so_and_its_successor_goes_on),
    };
    return TALK_MAIN(tests);
}
