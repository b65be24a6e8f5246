/* The roll-up and the collectors: no week closes before every collector has said that all it received is in. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/audit.h"
#include "support/program_run.h"
#include "support/weeks.h"
#include "support/wire.h"
#include "desk_fixture.h"

#define WEEK          "2026-W03"
#define LOG_BYTES_MAX (1024 * 1024)
#define DEADLINE_MS   20000

static struct child rollup;
static struct program_result said;

static int ask_everyone(void **state)
{
    char command[400];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", desk_path(&desk, "data/spool"));
    assert_int_equal(system(command), 0);
    desk_ask_everyone(&desk);
    unlink(desk_path(&desk, "data/state/pulssi-rollup.seen"));
    unlink(desk_path(&desk, "data/state/pulssi.seen"));
    return 0;
}

static int close_and_check(void **state)
{
    if (rollup.process != 0)
        assert_int_equal(child_end(&rollup, SIGTERM), 0);
    return desk_fixture_check(state);
}

static void start_rollup(void)
{
    char program[512];
    snprintf(program, sizeof program, "%s/pulssi-rollup", TEST_BIN_DIR);
    const char *arguments[] = {program, "--config", desk_path(&desk, "pulssi.conf"), NULL};
    child_start(&rollup, arguments, desk_path(&desk, "rollup-log"));
}

/* To where the week of the asking is due: Tuesday of the second week after it, 0:00 in Helsinki. */
static int64_t let_week_be_due(void)
{
    struct error error = {""};
    assert_true(instant_parse(desk.world.org.zone, "2026-01-27T00:00", 0, &desk.world.now_ms, &error));
    desk_put_clock(&desk);
    return desk.world.now_ms;
}

static bool log_says(const char *words)
{
    struct text log = {0};
    struct error error = {""};
    bool says = file_read(desk_path(&desk, "rollup-log"), LOG_BYTES_MAX, &log, &error) &&
                strstr(log.chars, words) != NULL;
    text_free(&log);
    return says;
}

static bool state_is(const char *wanted)
{
    return strcmp(weeks_state(&desk.world, WEEK), wanted) == 0;
}

static void await(bool (*condition)(const char *), const char *what)
{
    int64_t until_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (!condition(what)) {
        if (clock_monotonic_ms() >= until_ms)
            fail_msg("waited in vain for: %s", what);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static void run(int status, const char *words, const char *a, const char *b, const char *c, const char *d)
{
    const char *arguments[] = {TEST_BIN_DIR "/pulssi", NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    size_t count = 1;
    const char *given[] = {a, b, c, d, "--config", "pulssi.conf"};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i] != NULL)
            arguments[count++] = given[i];
    program_run(&said, desk.folder, arguments);
    if (said.status != status || (strstr(said.output, words) == NULL && strstr(said.errors, words) == NULL))
        fail_msg("%s %s: exit %d, said: %s%s", a, b, said.status, said.output, said.errors);
}

/* What another collector said last. */
static void put_row(const char *id, int64_t until_ms, int64_t at_ms, int spooled)
{
    char json[128];
    snprintf(json, sizeof json, "{\"until\":%" PRId64 ",\"at\":%" PRId64 ",\"spooled\":%d}", until_ms, at_ms,
             spooled);
    WORLD_DO(&desk.world, "HSET", "pulssi:collectors", id, json);
}

static int64_t rows_count(void)
{
    struct redis_value *value = WORLD_RUN(&desk.world, "HLEN", "pulssi:collectors");
    int64_t count = redis_int(value);
    redis_value_free(&value);
    return count;
}

static bool row_is_there(const char *what)
{
    (void)what;
    return rows_count() == 1;
}

/* --- a collector that lives --- */

/* It is asked, and need not wait for its next beat. */
static void a_week_closes_at_once_when_nothing_is_held(void **state)
{
    (void)state;
    desk_open(&desk);
    assert_int_equal(desk_reply(&desk, 1, "r1", "5"), 200);
    start_rollup();
    await(log_says, "started");
    int64_t before_ms = clock_monotonic_ms();
    let_week_be_due();
    await(state_is, "published");
    assert_true(clock_monotonic_ms() - before_ms < 4000);
    assert_false(log_says("closing waits: collector"));
    assert_int_equal(rows_count(), 1);
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    assert_int_equal(rows_count(), 0);
}

/* --- one that died with a reply on its disk --- */

static void spool_a_reply_and_die(void)
{
    struct error error = {""};
    desk_open(&desk);
    await(row_is_there, "the collector's first beat");
    redis_server_kill(desk.world.server);
    desk_await_ready(&desk, false);
    assert_int_equal(desk_reply(&desk, 1, "r1", "5"), 200);
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
    redis_server_restart(desk.world.server);
    redis_link_close(&desk.world.link);
    desk.world.link = redis_link_open(redis_server_address(desk.world.server), "", 10000, &error);
    assert_non_null(desk.world.link);
    assert_int_equal(rows_count(), 1);
}

static void a_week_waits_for_a_spool_and_closes_when_it_is_drained(void **state)
{
    (void)state;
    spool_a_reply_and_die();
    let_week_be_due();
    start_rollup();
    await(log_says, "closing waits: collector ");
    assert_true(state_is("open"));
    assert_int_equal(world_count(&desk.world, "p:open"), DESK_PEOPLE);
    desk_open(&desk);
    await(state_is, "published");
    assert_int_equal(world_count(&desk.world, "p:completed"), 1); /* received in time, counted in its week */
    assert_int_equal(world_count(&desk.world, "x:late"), 0);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
}

/* While what it holds cannot be stored a living collector does not say that all is in. */
static void a_week_waits_for_a_spool_that_cannot_be_drained(void **state)
{
    (void)state;
    spool_a_reply_and_die();
    char since[32];
    snprintf(since, sizeof since, "%s", world_field(&desk.world, "surveys", WORLD_SURVEY "|active"));
    WORLD_DO(&desk.world, "HDEL", world_key("surveys"), WORLD_SURVEY "|active");
    desk_spawn(&desk);
    let_week_be_due();
    start_rollup();
    await(log_says, "still has webhooks in its spool");
    desk_log_holds(
        &desk, "alert: 1 webhooks wait in the spool behind one that cannot be stored: survey " WORLD_SURVEY);
    assert_true(state_is("open"));
    WORLD_DO(&desk.world, "HSET", world_key("surveys"), WORLD_SURVEY "|active", since);
    await(state_is, "published");
    assert_int_equal(world_count(&desk.world, "p:completed"), 1);
}

/* --- one that is gone for good --- */

static void a_collector_that_is_away_is_named_until_it_is_removed(void **state)
{
    (void)state;
    int64_t due_ms = let_week_be_due();
    put_row("AwayAwayAway", due_ms - 1, 1767866400000, 7);
    start_rollup();
    await(log_says,
          "closing waits: collector AwayAwayAway is away since 2026-01-08T10:00:00Z and may hold replies");
    assert_true(log_says("pulssi collector remove AwayAwayAway --yes"));
    assert_true(state_is("open"));

    run(0, "away", "collector", "list", NULL, NULL);
    run(0,
        "{\"collectors\":[{\"id\":\"AwayAwayAway\",\"state\":\"away\",\"heard_ms\":1767866400000,\"until_"
        "ms\":",
        "collector", "list", "--json", NULL);
    run(0, "Collector AwayAwayAway is away since 2026-01-08T10:00:00Z with 7 webhooks in its spool", "status",
        NULL, NULL, NULL);
    run(0, "\"collectors\":1,\"collectors_away\":1,\"spooled\":7", "status", "--json", NULL, NULL);
    run(2, "say --yes", "collector", "remove", "AwayAwayAway", NULL);
    run(1, "no such collector", "collector", "remove", "Nobody", "--yes");
    assert_true(state_is("open"));
    run(0, "off the list", "collector", "remove", "AwayAwayAway", "--yes");
    await(state_is, "published");
    run(0, "no collector is registered", "collector", "list", NULL, NULL);

    struct error error = {""};
    size_t count = 0;
    int64_t total = 0;
    struct audit_row *rows = audit_read(desk.world.link, WORLD_ORG, 10, &count, &total, &error);
    assert_non_null(rows);
    assert_int_equal(total, 1);
    assert_string_equal(rows[0].what, "collector remove AwayAwayAway");
    assert_int_equal(rows[0].count, 7);
    free(rows);
}

static void a_running_collector_is_not_removed(void **state)
{
    (void)state;
    char id[ID_SIZE] = "";
    desk_open(&desk);
    await(row_is_there, "the collector's first beat");
    FILE *file = fopen(desk_path(&desk, "data/state/collector.id"), "re");
    assert_non_null(file);
    assert_int_equal(fread(id, 1, ID_CHARS, file), ID_CHARS);
    fclose(file);
    run(0, "running", "collector", "list", NULL, NULL);
    run(1, "is running", "collector", "remove", id, "--yes");
    assert_int_equal(rows_count(), 1);
}

/* --- what rows say --- */

static void the_week_waits_for_the_last_of_all_collectors(void **state)
{
    (void)state;
    int64_t due_ms = let_week_be_due(), now_ms = clock_wall_ms();
    put_row("AheadAheadAh", due_ms, now_ms, 0);
    put_row("BehindBehind", due_ms - 1, now_ms + 3600000, 2);
    start_rollup();
    await(log_says, "closing waits: collector BehindBehind still has webhooks in its spool");
    assert_true(state_is("open"));
    put_row("BehindBehind", due_ms, now_ms + 3600000, 2); /* of later days */
    await(state_is, "published");
}

static void a_row_that_cannot_be_read_holds_the_week(void **state)
{
    (void)state;
    let_week_be_due();
    WORLD_DO(&desk.world, "HSET", "pulssi:collectors", "StrangeStran", "{\"until\":\"soon\"}");
    start_rollup();
    await(log_says, "closing waits: what collector StrangeStran says cannot be read");
    assert_true(state_is("open"));
    run(0, "unreadable", "collector", "list", NULL, NULL);
    run(0, "off the list", "collector", "remove", "StrangeStran", "--yes");
    await(state_is, "published");
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, ask_everyone, close_and_check)
    const struct CMUnitTest tests[] = {
        FLOW(a_week_closes_at_once_when_nothing_is_held),
        FLOW(a_week_waits_for_a_spool_and_closes_when_it_is_drained),
        FLOW(a_week_waits_for_a_spool_that_cannot_be_drained),
        FLOW(a_collector_that_is_away_is_named_until_it_is_removed),
        FLOW(a_running_collector_is_not_removed),
        FLOW(the_week_waits_for_the_last_of_all_collectors),
        FLOW(a_row_that_cannot_be_read_holds_the_week),
    };
    return DESK_MAIN(tests);
}
