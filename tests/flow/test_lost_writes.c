/* A Redis that lost writes under the real programs: each finds out, nothing more is handed over, what people say is kept, until
 * `pulssi adopt` has settled what cannot be known. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/audit.h"
#include "support/program_run.h"
#include "support/snapshot.h"
#include "support/wire.h"
#include "talk_fixture.h"

#define ASKED   4  /* in the first round */
#define WAITING 12 /* who come later, more than are in flight */
#define EVERY   (ASKED + WAITING)
#define SURVEY  "surveys/library/had-a-say.json"
#define REFUSED "run `pulssi adopt`"

static struct program_result said;

static int renew(void **state)
{
    (void)state;
    talk_open(&talk, SURVEY, ASKED);
    return 0;
}

static void pulssi(int status, const char *words, const char *command, const char *second, const char *third)
{
    char program[512];
    snprintf(program, sizeof program, "%s/pulssi", TEST_BIN_DIR);
    setenv("PULSSI_CONFIG", station_path(station, "pulssi.conf"), 1);
    program_run(&said, station->folder, (const char *const[]){program, command, second, third, NULL});
    unsetenv("PULSSI_CONFIG");
    if (said.status != status || (strstr(said.output, words) == NULL && strstr(said.errors, words) == NULL))
        fail_msg("status %d, expected %d and \"%s\", said: %s%s", said.status, status, words, said.output,
                 said.errors);
}

static bool collector_is_ready(void)
{
    return wire_is_ready(talk.port);
}

static int64_t answers(void)
{
    return world_count(world, "x:answer");
}

/* --- found out --- */

static void one_exchanged_under_open_connections_is_found_by_the_next_number(void **state)
{
    (void)state;
    struct snapshot *backup = snapshot_take(world);
    assert_int_equal(talk_says(&talk, 0, "4"), 200);
    assert_int_equal(talk_says(&talk, 1, "4"), 200);
    assert_int_equal(answers(), 2);
    snapshot_put_back(world, backup); /* what was said is lost */
    assert_int_equal(talk_says(&talk, 2, "5"), 200);
    STATION_AWAIT(station, !collector_is_ready());
    STATION_AWAIT(station, station_log_says(station, "collector.log", "the commit number went down"));
    STATION_AWAIT(station, station_log_says(station, "collector.log", REFUSED));
    STATION_AWAIT(station, station_log_says(station, "log", "lanes stay closed: "));
    assert_int_equal(talk_says(&talk, 3, "3"), 200); /* kept in the spool */
    assert_int_equal(answers(), 1);
    sending_plan(&talk.sending, "r2", world->survey_ref, 0);
    pulssi(0, "pulssi adopt --yes", "adopt", NULL, NULL);
    pulssi(0, "Adopted.", "adopt", "--yes", NULL);
    STATION_AWAIT(station, collector_is_ready() && answers() == 2);
    assert_string_equal(world_field(world, "r:r2", "hold"), "cancelled");
    snapshot_free(&backup);
}

/* A pause that was answered holds also when Redis then lost it, though nobody but `pulssi` had seen it. */
static void a_pause_that_was_lost_is_missed_by_the_dispatcher_too(void **state)
{
    (void)state;
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    sending_import(&talk.sending, ASKED, WAITING);
    sending_plan(&talk.sending, "r2", world->survey_ref, 0);
    struct snapshot *backup = snapshot_take(world);
    pulssi(0, "round r2: paused", "round", "pause", "r2");
    snapshot_put_back(world, backup);
    station_spawn(station);
    STATION_AWAIT(station, station_log_says(station, "log", REFUSED));
    assert_int_equal(script_gateway_accepted(talk.sending.gateway, NULL), ASKED);
    pulssi(0, "Adopted.", "adopt", "--yes", NULL);
    STATION_AWAIT(station, station_log_says(station, "log", ": started"));
    assert_string_equal(world_field(world, "r:r2", "hold"), "cancelled");
    sending_await_quiet(&talk.sending);
    assert_int_equal(script_gateway_accepted(talk.sending.gateway, NULL), ASKED);
    snapshot_free(&backup);
}

/* Also by one that nobody speaks to: the next reply must not be the one that is lost. */
static void a_flush_is_found_by_an_idle_collector(void **state)
{
    (void)state;
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    struct snapshot *backup = snapshot_take(world);
    WORLD_DO(world, "FLUSHALL");
    STATION_AWAIT(station, station_log_says(station, "collector.log", "it was flushed"));
    assert_false(collector_is_ready());
    assert_int_equal(talk_says(&talk, 0, "4"), 200); /* kept in the spool */
    snapshot_put_back(world, backup);
    STATION_AWAIT(station, collector_is_ready() && answers() == 1);
    snapshot_free(&backup);
}

/* --- a restored backup --- */

/* A second round of everyone who comes later: the backup is made while its first texts are at the gateway, which then takes
 * them all. Both programs end, and start on the backup. */
static void restore_what_was_before_the_sending(void)
{
    sending_import(&talk.sending, ASKED, WAITING);
    script_gateway_shut(talk.sending.gateway, true);
    sending_plan(&talk.sending, "r2", world->survey_ref, 0);
    STATION_AWAIT(station, script_gateway_waiting(talk.sending.gateway) == talk.sending.in_flight_max);
    sending_await_released(&talk.sending);
    struct snapshot *backup = snapshot_take(world);
    script_gateway_shut(talk.sending.gateway, false);
    sending_await_quiet(&talk.sending);
    assert_int_equal(talk_says(&talk, ASKED, "4"), 200);
    assert_int_equal(script_gateway_accepted(talk.sending.gateway, NULL), EVERY);
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    assert_int_equal(child_end(&talk.collector, SIGTERM), 0);
    snapshot_put_back(world, backup);
    snapshot_free(&backup);
}

static void expect_asked_once(void)
{
    for (int n = 0; n < EVERY; n++)
        assert_int_equal(script_gateway_count(talk.sending.gateway, world_phone(n)), 1);
}

static int64_t audited(void)
{
    struct error error;
    size_t count = 0;
    int64_t total = 0;
    struct audit_row *rows = audit_read(world->link, WORLD_ORG, 1, &count, &total, &error);
    int64_t messages =
        rows != NULL && count > 0 && strncmp(rows[0].what, "adopt: ", 7) == 0 ? rows[0].count : -1;
    free(rows);
    return messages;
}

static void a_restored_backup_waits_for_its_adoption_and_asks_nobody_twice(void **state)
{
    (void)state;
    restore_what_was_before_the_sending();
    station_spawn(station);
    STATION_AWAIT(station, station_log_says(station, "log",
                                            "waiting: Redis is behind what pulssi-dispatcher has seen: "
                                            "org " WORLD_ORG " is at commit "));
    pulssi(1, REFUSED, "volunteers", "list", NULL);
    pulssi(0, REFUSED, "status", NULL, NULL);
    pulssi(0, "balanced", "books", NULL, NULL);
    int64_t unknown_before = world_count(world, "m:unknown");

    pulssi(0, "What cannot be known", "adopt", NULL, NULL);
    assert_non_null(strstr(said.output, "pulssi-dispatcher found: org " WORLD_ORG " is at commit "));
    assert_non_null(strstr(said.output, "Nothing was changed."));
    assert_int_equal(world_count(world, "m:unknown"), unknown_before);
    assert_false(station_log_says(station, "log", ": started"));
    pulssi(0, "\"result\":\"adopted\",\"behind\":true,\"orgs\":[{\"org\":\"varkaus\",\"messages\":12,",
           "adopt", "--yes", "--json");
    assert_int_equal(audited(), WAITING);
    STATION_AWAIT(station, station_log_says(station, "log", ": started"));
    sending_await_quiet(&talk.sending);
    assert_int_equal(world_count(world, "m:unknown"), unknown_before + WAITING);
    expect_asked_once();
    pulssi(0, "balanced", "books", NULL, NULL);
    pulssi(0, "there is nothing to adopt", "adopt", "--yes", NULL);
}

static void an_older_backup_after_that_is_refused_again(void **state)
{
    (void)state;
    restore_what_was_before_the_sending();
    struct snapshot *backup = snapshot_take(world);
    pulssi(0, "Adopted.", "adopt", "--yes", NULL);
    station_open(station);
    assert_int_equal(child_end(&station->program, SIGTERM), 0);
    snapshot_put_back(world, backup);
    station_spawn(station);
    STATION_AWAIT(station, station_log_says(station, "log", "it was adopted 0 times, and 1 were seen"));
    pulssi(0, "Adopted.", "adopt", "--yes", NULL);
    STATION_AWAIT(station, station_log_says(station, "log", ": started"));
    expect_asked_once();
    snapshot_free(&backup);
}

static void another_data_set_is_not_adopted(void **state)
{
    (void)state;
    WORLD_DO(world, "SET", "pulssi:dataset", "anotherdata1");
    pulssi(1, "another data set cannot be adopted", "adopt", "--yes", NULL);
    assert_non_null(strstr(said.errors, "data/state/*.seen"));
}

static void an_adoption_that_was_cut_off_is_begun_again(void **state)
{
    (void)state;
    restore_what_was_before_the_sending();
    WORLD_DO(world, "HSET", world_key("org"), "json", "no org"); /* it comes as far as this */
    station_spawn(station);
    STATION_AWAIT(station, station_log_says(station, "log", "waiting: Redis is behind"));
    pulssi(1, "", "adopt", "--yes", NULL);
    assert_false(station_log_says(station, "log", ": started"));
    WORLD_DO(world, "HSET", world_key("org"), "json", world->org_json.chars);
    pulssi(0, "Adopted.", "adopt", "--yes", NULL);
    STATION_AWAIT(station, station_log_says(station, "log", ": started"));
    sending_await_quiet(&talk.sending);
    expect_asked_once();
}

#define LOST_TEST(test) cmocka_unit_test_setup_teardown(test, renew, talk_fixture_check)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOST_TEST(one_exchanged_under_open_connections_is_found_by_the_next_number),
        LOST_TEST(a_pause_that_was_lost_is_missed_by_the_dispatcher_too),
        LOST_TEST(a_flush_is_found_by_an_idle_collector),
        LOST_TEST(a_restored_backup_waits_for_its_adoption_and_asks_nobody_twice),
        LOST_TEST(an_older_backup_after_that_is_refused_again),
        LOST_TEST(another_data_set_is_not_adopted),
        LOST_TEST(an_adoption_that_was_cut_off_is_begun_again),
    };
    return TALK_MAIN(tests);
}
