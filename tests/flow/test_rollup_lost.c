/* The roll-up and a Redis that is not what it was: one that lost a published week and was adopted, one that took
 * another's place behind a connection that broke. What the roll-up remembers must not outlive what it read it from. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rollup_fixture.h"
#include "support/program_run.h"
#include "support/snapshot.h"

#define PEOPLE 12

static struct program_result said;

/* Weeks with answers: the first is due on 27 January, each other a week later. */
static void answer_three_weeks(void)
{
    weeks_ask(world, "r", 0, PEOPLE);
    weeks_answer_all(world, 0, PEOPLE, "4");
    station_move_clock(&station, "2026-01-20T10:00");
    weeks_ask(world, "r2", PEOPLE, PEOPLE);
    weeks_answer_all(world, PEOPLE, PEOPLE, "2");
    station_move_clock(&station, "2026-01-26T10:00");
    weeks_ask(world, "r3", 2 * PEOPLE, PEOPLE);
    weeks_answer_all(world, 2 * PEOPLE, PEOPLE, "5");
}

static void adopt(void)
{
    char program[512];
    snprintf(program, sizeof program, "%s/pulssi", TEST_BIN_DIR);
    setenv("PULSSI_CONFIG", station_path(&station, "pulssi.conf"), 1);
    program_run(&said, station.folder, (const char *const[]){program, "adopt", "--yes", NULL});
    unsetenv("PULSSI_CONFIG");
    if (said.status != 0)
        fail_msg("%s%s", said.output, said.errors);
}

static void a_week_whose_publication_was_lost_is_closed_again_and_counted_once(void **state)
{
    (void)state;
    char first[4096], second[4096];
    answer_three_weeks();
    struct snapshot *backup = snapshot_take(world);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    station_move_clock(&station, "2026-02-03T00:00");
    weeks_await_published(&station, "2026-W04");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    snprintf(first, sizeof first, "%s", weeks_figure(world, "2026-W03"));
    snprintf(second, sizeof second, "%s", weeks_figure(world, "2026-W04"));
    assert_string_not_equal(first, second);

    snapshot_put_back(world, backup);
    station_forget(&station);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    snapshot_put_back(world, backup); /* under the connection: a failover to one that is behind */
    STATION_AWAIT(&station, station_log_says(&station, "log", "weeks wait: Redis is behind"));
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
    adopt();
    weeks_await_published(&station, "2026-W03");
    station_move_clock(&station, "2026-02-03T00:00");
    weeks_await_published(&station, "2026-W04");
    assert_string_equal(weeks_figure(world, "2026-W03"), first);
    assert_string_equal(weeks_figure(world, "2026-W04"), second);
    snapshot_free(&backup);
}

/* Two roll-ups at once are not meant to be, but the figures must not suffer. */
static void a_week_that_another_published_is_counted_too(void **state)
{
    (void)state;
    char third[4096];
    answer_three_weeks();
    struct snapshot *before = snapshot_take(world);
    station_move_clock(&station, "2026-02-03T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W04");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    struct snapshot *two_published = snapshot_take(world);
    station_move_clock(&station, "2026-02-10T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W05");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    snprintf(third, sizeof third, "%s", weeks_figure(world, "2026-W05"));
    assert_string_not_equal(third, weeks_figure(world, "2026-W04"));

    snapshot_put_back(world, before);
    station_forget(&station);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    snapshot_put_back(world, two_published); /* the other was faster with the second */
    station_move_clock(&station, "2026-02-10T00:00");
    weeks_await_published(&station, "2026-W05");
    assert_string_equal(weeks_figure(world, "2026-W05"), third);
    snapshot_free(&before);
    snapshot_free(&two_published);
}

/* Both orgs wait for their books. In one instant the data set becomes one that is behind, with books in balance, and the
 * connection breaks: the org whose turn comes first finds that out, and the other may not lead back to it. */
static void a_connection_made_anew_leads_nowhere_before_it_is_judged(void **state)
{
    (void)state;
    static const char *const books[] = {"p:{" WORLD_ORG "}:b", "p:{" OTHER "}:b"};
    rollup_fixture_put_other_org();
    WORLD_DO(world, "HSET", world_key("weeks"), "2026-W03", "open");
    WORLD_DO(world, "HSET", "p:{" OTHER "}:weeks", "2026-W03", "open");
    for (size_t i = 0; i < 2; i++)
        WORLD_DO(world, "HINCRBY", books[i], "m:accepted", "1");
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    STATION_AWAIT(&station, station_log_says(&station, "log", WORLD_ORG ": closing waits: the books"));
    STATION_AWAIT(&station, station_log_says(&station, "log", OTHER ": closing waits: the books"));
    WORLD_DO(world, "MULTI");
    for (size_t i = 0; i < 2; i++) {
        WORLD_DO(world, "HINCRBY", books[i], "m:accepted", "-1");
        WORLD_DO(world, "HINCRBY", books[i], "cn", "-1");
    }
    WORLD_DO(world, "CLIENT", "KILL", "TYPE", "normal");
    WORLD_DO(world, "EXEC");
    STATION_AWAIT(&station, station_log_says(&station, "log", "weeks wait: Redis is behind"));
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
    assert_false(station_log_says(&station, "log", "week 2026-W03 closed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROLLUP_TEST(a_week_whose_publication_was_lost_is_closed_again_and_counted_once),
        ROLLUP_TEST(a_week_that_another_published_is_counted_too),
        ROLLUP_TEST(a_connection_made_anew_leads_nowhere_before_it_is_judged),
    };
    return ROLLUP_MAIN(tests);
}
