/* The end of a closing: the append-only file is rewritten or it is said that it cannot be, whatever is killed meanwhile;
 * then, once, the checkpoint. What was kept for long enough goes. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "rollup_fixture.h"
#include "store/append_file.h"
#include "store/audit.h"
#include "store/books.h"
#include "support/disk.h"
#include "support/program_run.h"
#include "support/snapshot.h"

#define PEOPLE  12
#define FAILING "the append-only file cannot be rewritten"
#define PROOF   "varkaus: week 2026-W03: append-only file rewritten, no link is left; checkpoint "
#define SLOW_US "50000" /* for each key: a rewrite takes some seconds */

static struct program_result said;

static int ready(void **state)
{
    (void)rollup_fixture_renew(state);
    WORLD_DO(world, "CONFIG", "SET", "rdbcompression", "no");
    weeks_ask(world, "r", 0, PEOPLE);
    weeks_answer_all(world, 0, 5, "4");
    station_move_clock(&station, "2026-01-27T00:00");
    return 0;
}

/* Whatever a test did to Redis ends with it. */
static int check(void **state)
{
    WORLD_DO(world, "ACL", "SETUSER", "default", "+bgrewriteaof");
    WORLD_DO(world, "CONFIG", "SET", "rdb-key-save-delay", "0");
    return rollup_fixture_check(state);
}

static void let_rewrite(bool allowed)
{
    WORLD_DO(world, "ACL", "SETUSER", "default", allowed ? "+bgrewriteaof" : "-bgrewriteaof");
}

static void slow_down(bool slow)
{
    WORLD_DO(world, "CONFIG", "SET", "rdb-key-save-delay", slow ? SLOW_US : "0");
}

static struct append_file look(void)
{
    struct append_file file;
    struct error error;
    if (!append_file_look(world->link, &file, &error))
        fail_msg("%s", error.text);
    return file;
}

static bool is_checkpointed(const char *week)
{
    return world_field(world, "cp", week)[0] != '\0';
}

/* The roll-up has work at this instant: domain time is not to move on. */
static bool time_is_held(void)
{
    return strtoll(world_field(world, "rollup", "due"), NULL, 10) <= world->now_ms;
}

static bool is_link(const char *rest, size_t rest_bytes, const char *unused)
{
    (void)unused;
    return rest_bytes <= ID_CHARS || rest[ID_CHARS] != '|'; /* else a row of the answer log */
}

static size_t links_on_disk(void)
{
    const char *const folders[4] = {redis_server_folder(world->server), station.folder};
    size_t found = 0;
    for (int serial = 0; serial < PEOPLE; serial++) {
        found += disk_find(folders, world_pulse(serial), is_link, NULL).count;
        found += disk_find(folders, world_message(serial), NULL, NULL).count;
    }
    return found;
}

static size_t log_counts(const char *words)
{
    struct text log = {0};
    struct error error;
    size_t count = 0;
    assert_true(file_read(station_path(&station, "log"), (size_t)1024 * 1024, &log, &error));
    for (const char *at = log.chars; at != NULL && (at = strstr(at, words)) != NULL; at += strlen(words))
        count++;
    text_free(&log);
    return count;
}

static void expect_proven(void)
{
    struct books books;
    struct error error;
    weeks_await_published(&station, "2026-W03");
    STATION_AWAIT(&station, links_on_disk() == 0); /* Redis removes its old files in the background */
    assert_true(books_check(world->link, WORLD_ORG, &books, &error));
    assert_int_equal(books.weeks_verified, 1);
    assert_int_equal(books.weeks_unproven + books.differences, 0);
    books_free(&books);
}

static void a_rewrite_that_is_refused_is_said_and_tried_again(void **state)
{
    (void)state;
    let_rewrite(false);
    station_open(&station);
    STATION_AWAIT(&station, station_log_says(&station, "log", FAILING));
    assert_string_equal(weeks_state(world, "2026-W03"), "published");
    assert_false(is_checkpointed("2026-W03"));
    assert_true(time_is_held());
    assert_true(links_on_disk() > 0); /* deleted in Redis, but not from its file */
    int64_t tried = 0;
    STATION_AWAIT(&station, (tried = look().rewrites, world_field(world, "rollup", "due")[0] != '\0'));
    let_rewrite(true);
    expect_proven();
    assert_int_equal(look().rewrites, tried + 1);
    assert_int_equal(log_counts(FAILING), 1);
    assert_int_equal(log_counts("the append-only file could be rewritten"), 1);
    assert_int_equal(log_counts(PROOF), 1);
}

/* The process that Redis forked for the rewrite. */
static pid_t rewriting_process(void)
{
    char path[64];
    int child = 0;
    pid_t redis = redis_server_process(world->server);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)redis, (int)redis);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bool found = fscanf(file, "%d", &child) == 1;
    fclose(file);
    return found ? child : 0;
}

static void a_rewrite_that_dies_is_said_and_tried_again(void **state)
{
    (void)state;
    pid_t victim = 0;
    slow_down(true);
    station_open(&station);
    STATION_AWAIT(&station, (victim = rewriting_process()) != 0);
    assert_int_equal(kill(victim, SIGKILL), 0);
    STATION_AWAIT(&station, station_log_says(&station, "log", FAILING));
    assert_false(is_checkpointed("2026-W03"));
    assert_true(time_is_held());
    slow_down(false);
    expect_proven();
    assert_int_equal(log_counts(FAILING), 1);
}

static void redis_that_dies_in_a_rewrite_begins_another(void **state)
{
    (void)state;
    slow_down(true);
    station_open(&station);
    STATION_AWAIT(&station, look().under_way);
    station_kill_redis(&station);
    station_restart_redis(&station);
    expect_proven();
    assert_int_equal(log_counts(PROOF), 1);
}

/* --- kills --- */

static void kill_rollup(void)
{
    assert_false(is_checkpointed("2026-W03"));
    assert_true(time_is_held());
    assert_int_equal(child_end(&station.program, SIGKILL), 128 + SIGKILL);
}

/* A roll-up that starts now does the rest, and one that starts after it nothing. */
static void expect_resumed(void)
{
    char checkpoint[1024];
    station_open(&station);
    expect_proven();
    assert_int_equal(log_counts(PROOF), 1);
    assert_int_equal(log_counts("week 2026-W03 closed"), 0);
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    int64_t rewrites = look().rewrites;
    snprintf(checkpoint, sizeof checkpoint, "%s", world_field(world, "cp", "2026-W03"));
    station_open(&station);
    STATION_AWAIT(&station, station_log_says(&station, "log", ": started"));
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    assert_int_equal(look().rewrites, rewrites);
    assert_string_equal(world_field(world, "cp", "2026-W03"), checkpoint);
    assert_int_equal(log_counts(PROOF), 0);
}

static void a_kill_before_the_rewrite_is_made_good(void **state)
{
    (void)state;
    let_rewrite(false);
    station_open(&station);
    STATION_AWAIT(&station, station_log_says(&station, "log", FAILING));
    kill_rollup();
    let_rewrite(true);
    expect_resumed();
}

/* The one that is under way may have begun too early, for all that a new process knows. */
static void a_kill_during_the_rewrite_is_made_good(void **state)
{
    (void)state;
    slow_down(true);
    int64_t before = look().rewrites;
    station_open(&station);
    STATION_AWAIT(&station, look().under_way);
    kill_rollup();
    slow_down(false);
    assert_true(look().under_way);
    expect_resumed();
    assert_int_equal(look().rewrites, before + 2);
}

static void a_kill_between_rewrite_and_checkpoint_is_made_good(void **state)
{
    (void)state;
    slow_down(true);
    station_open(&station);
    STATION_AWAIT(&station, look().under_way);
    WORLD_DO(world, "SET", world_key("cp"), "planted"); /* then the checkpoint cannot be written */
    STATION_AWAIT(&station, station_log_says(&station, "log", "closing waits: Redis: WRONGTYPE"));
    assert_false(look().under_way);
    WORLD_DO(world, "DEL", world_key("cp"));
    slow_down(false);
    kill_rollup();
    expect_resumed();
}

/* --- whom a rewrite serves --- */

static void a_rewrite_that_began_before_does_not_count(void **state)
{
    (void)state;
    int64_t before = look().rewrites;
    slow_down(true);
    WORLD_DO(world, "BGREWRITEAOF"); /* the operator's, before the links went */
    station_open(&station);
    STATION_AWAIT(&station, strcmp(weeks_state(world, "2026-W03"), "published") == 0);
    assert_true(look().under_way);
    slow_down(false);
    expect_proven();
    assert_int_equal(look().rewrites, before + 2);
}

static bool other_is_checkpointed(void)
{
    struct redis_value *value = WORLD_RUN(world, "HEXISTS", "p:{" OTHER "}:cp", "2026-W03");
    bool exists = redis_int(value) == 1;
    redis_value_free(&value);
    return exists;
}

/* As an earlier version left them: published, and no checkpoint. */
static void one_rewrite_serves_all_weeks_and_orgs_that_wait(void **state)
{
    (void)state;
    station_move_clock(&station, "2026-02-03T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W04");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    rollup_fixture_put_other_org();
    WORLD_DO(world, "HSET", "p:{" OTHER "}:weeks", "2026-W03", "published");
    WORLD_DO(world, "DEL", world_key("cp"));
    int64_t before = look().rewrites;
    station_open(&station);
    STATION_AWAIT(&station,
                  is_checkpointed("2026-W03") && is_checkpointed("2026-W04") && other_is_checkpointed());
    assert_int_equal(look().rewrites, before + 1);
    assert_int_equal(log_counts(OTHER ": week 2026-W03: append-only file rewritten"), 1);
}

/* One org waits for the rewrite; the other has its week closed meanwhile. */
static void other_orgs_go_on_while_one_waits(void **state)
{
    (void)state;
    let_rewrite(false);
    rollup_fixture_put_other_org();
    WORLD_DO(world, "HSET", "p:{" OTHER "}:weeks", "2026-W03", "published", "2026-W04", "open");
    station_open(&station); /* the other waits with its third week, ours is closed */
    STATION_AWAIT(&station, station_log_says(&station, "log", FAILING));
    STATION_AWAIT(&station, strcmp(weeks_state(world, "2026-W03"), "published") == 0);
    let_rewrite(true);
    expect_proven();
    STATION_AWAIT(&station, other_is_checkpointed());
}

/* --- what the command says --- */

static void books(int status, const char *words, bool json)
{
    char program[512];
    (void)unlink(station_path(&station, "data/state/pulssi.seen"));
    snprintf(program, sizeof program, "%s/pulssi", TEST_BIN_DIR);
    setenv("PULSSI_CONFIG", station_path(&station, "pulssi.conf"), 1);
    const char *const arguments[] = {program, "books", json ? "--json" : NULL, NULL};
    program_run(&said, station.folder, arguments);
    unsetenv("PULSSI_CONFIG");
    if (said.status != status || strstr(said.output, words) == NULL)
        fail_msg("status %d, not %d with \"%s\": %s%s", said.status, status, words, said.output, said.errors);
}

static void the_books_name_the_week_that_was_changed(void **state)
{
    (void)state;
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    books(0, "balanced (17 log rows replayed)\n1 week verified against its checkpoint\n", false);
    books(0, "\"checkpoints\":{\"verified\":1,\"missing\":0,\"differing\":[]}}", true);
    struct snapshot *before = snapshot_take(world);
    WORLD_DO(world, "XDEL", world_key("log"), "9-0");
    books(1, "week 2026-W03: 16 log rows, 17 in its checkpoint\n", false);
    books(1, "\"checkpoints\":{\"verified\":0,\"missing\":0,\"differing\":[\"2026-W03\"]}}", true);
    snapshot_put_back(world, before);
    WORLD_DO(world, "HSET", world_key("cp"), "2026-W03", "{\"week\":\"2026-W03\"}");
    books(1, "unbalanced: 1 differences\nweek 2026-W03: its checkpoint cannot be read\n", false);
    snapshot_put_back(world, before);
    WORLD_DO(world, "HDEL", world_key("cp"), "2026-W03");
    books(0, "1 published week without a checkpoint yet\n", false);
    snapshot_put_back(world, before);
    snapshot_free(&before);
}

/* --- what was kept for long enough --- */

static int64_t rows_of(const char *stream)
{
    struct redis_value *value = WORLD_RUN(world, "XLEN", world_key(stream));
    int64_t rows = redis_int(value);
    redis_value_free(&value);
    return rows;
}

/* The week is over on 19 January at 00:00, and its rows are old on 19 April; the first closing after that is on the 21st. */
static void rows_of_the_log_go_when_they_are_old(void **state)
{
    (void)state;
    station_put_settings(&station, "[retention]\nlog_months = 3\n");
    station_move_clock(&station, "2026-04-18T23:59");
    station_open(&station);
    weeks_await_published(&station, "2026-W14");
    assert_int_equal(rows_of("log"), PEOPLE + 5);
    assert_int_equal(log_counts("rows of the answer log"), 0);
    station_move_clock(&station, "2026-04-21T00:00");
    weeks_await_published(&station, "2026-W15");
    STATION_AWAIT(&station,
                  station_log_says(&station, "log",
                                   "varkaus: deleted 17 rows of the answer log, of weeks that ended more "
                                   "than 3 months ago"));
    assert_int_equal(rows_of("log"), 0);
    books(0, "balanced (0 log rows replayed)\n13 weeks verified against their checkpoints\n", false);
    station_move_clock(&station, "2026-04-28T00:00");
    weeks_await_published(&station, "2026-W16");
    assert_int_equal(log_counts("rows of the answer log"), 1);
    WORLD_DO(world, "HINCRBY", world_key("k:2026-W03"), "coaching-a|felt-forward@1/forward|18-29,north|4",
             "1");
    books(1, "week 2026-W03: its counters are not those of its checkpoint\n", false);
    WORLD_DO(world, "HINCRBY", world_key("k:2026-W03"), "coaching-a|felt-forward@1/forward|18-29,north|4",
             "-1");
}

static void put_audit(const char *local)
{
    struct error error;
    struct audit_row row = {.count = 1};
    snprintf(row.who, sizeof row.who, "maija (1000)");
    snprintf(row.what, sizeof row.what, "words list");
    assert_true(instant_parse(world->org.zone, local, 0, &row.at_ms, &error));
    assert_true(audit_append(world->link, WORLD_ORG, &row, &error));
}

static void rows_of_the_audit_go_when_they_are_old(void **state)
{
    (void)state;
    for (int i = 0; i < 130; i++) /* more than one step */
        put_audit("2025-01-26T23:59");
    put_audit("2025-01-27T00:00");
    put_audit("2026-01-20T10:00");
    station_put_settings(&station, "[retention]\naudit_months = 12\n");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    assert_int_equal(log_counts("varkaus: deleted 130 rows of the audit, older than 12 months"), 1);
    assert_int_equal(rows_of("audit"), 2);
}

int main(void)
{
#define END(name) cmocka_unit_test_setup_teardown(name, ready, check)
    const struct CMUnitTest tests[] = {
        END(a_rewrite_that_is_refused_is_said_and_tried_again),
        END(a_rewrite_that_dies_is_said_and_tried_again),
        END(redis_that_dies_in_a_rewrite_begins_another),
        END(a_kill_before_the_rewrite_is_made_good),
        END(a_kill_during_the_rewrite_is_made_good),
        END(a_kill_between_rewrite_and_checkpoint_is_made_good),
        END(a_rewrite_that_began_before_does_not_count),
        END(one_rewrite_serves_all_weeks_and_orgs_that_wait),
        END(other_orgs_go_on_while_one_waits),
        END(the_books_name_the_week_that_was_changed),
        END(rows_of_the_log_go_when_they_are_old),
        END(rows_of_the_audit_go_when_they_are_old),
    };
    return ROLLUP_MAIN(tests);
}
