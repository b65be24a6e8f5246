/* ops/backup under traffic, more traffic, ops/restore: every program refuses what came back until it is adopted; then the books
 * balance and nobody was asked twice. And what either of them refuses. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/program_run.h"
#include "support/wire.h"
#include "talk_fixture.h"

#define ASKED  10
#define LATER  60
#define SURVEY "surveys/library/had-a-say.json"

static struct program_result said;

static int renew(void **state)
{
    (void)state;
    talk_open(&talk, SURVEY, ASKED);
    return 0;
}

static void expect(int status, const char *words, const char *const *arguments)
{
    program_run(&said, station->folder, arguments);
    if (said.status != status || (strstr(said.output, words) == NULL && strstr(said.errors, words) == NULL))
        fail_msg("status %d, expected %d and \"%s\", said: %s%s", said.status, status, words, said.output,
                 said.errors);
}
#define EXPECT(status, words, ...) expect((status), (words), (const char *const[]){__VA_ARGS__, NULL})
#define BACKUP                     TEST_SOURCE_DIR "/ops/backup"
#define RESTORE                    TEST_SOURCE_DIR "/ops/restore"
#define OF_THIS_REDIS              "--redis", redis_server_address(world->server)

static void pulssi(int status, const char *words, const char *command, const char *option)
{
    setenv("PULSSI_CONFIG", station_path(station, "pulssi.conf"), 1);
    EXPECT(status, words, TEST_BIN_DIR "/pulssi", command, option);
    unsetenv("PULSSI_CONFIG");
}

/* As `setting name value` of Redis. */
static void expect_setting(const char *name, const char *wanted)
{
    struct redis_value *value = WORLD_RUN(world, "CONFIG", "GET", name);
    assert_string_equal(redis_text(redis_item(value, 1)), wanted);
    redis_value_free(&value);
}

static void shell(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* Redis ends, and starts on the files of the backup instead of its own. */
static void restore_and_restart(const char *backup)
{
    char command[1024];
    const char *folder = redis_server_folder(world->server);
    redis_server_kill(world->server);
    EXPECT(1, "is not empty", RESTORE, backup, "--redis-folder", folder);
    EXPECT(0, "pulssi adopt", RESTORE, backup, "--redis-folder", "restored");
    snprintf(command, sizeof command,
             "mv %s/appendonlydir %s/lost && mv %s/restored/appendonlydir %s/ && rm -r %s/lost", folder,
             folder, station->folder, folder, folder);
    shell(command);
    station_restart_redis(station);
}

static bool rollup_says(const char *words)
{
    return station_log_says(station, "rollup.log", words);
}

static void start_rollup(struct child *rollup)
{
    const char *arguments[] = {TEST_BIN_DIR "/pulssi-rollup", "--config",
                               station_path(station, "pulssi.conf"), NULL};
    child_start(rollup, arguments, station_path(station, "rollup.log"));
    STATION_AWAIT(station, rollup_says(": started"));
}

static void a_restored_backup_is_adopted_and_the_books_balance(void **state)
{
    (void)state;
    struct child rollup;
    start_rollup(&rollup);
    sending_import(&talk.sending, ASKED, LATER);
    script_gateway_shut(talk.sending.gateway, true);
    sending_plan(&talk.sending, "r2", world->survey_ref, 0);
    STATION_AWAIT(station, script_gateway_waiting(talk.sending.gateway) == talk.sending.in_flight_max);
    sending_await_released(&talk.sending);
    EXPECT(0, "The keys are not in it", BACKUP, "backup", OF_THIS_REDIS, "--data", "data");
    expect_setting("auto-aof-rewrite-percentage", "100");
    script_gateway_shut(talk.sending.gateway, false);
    for (int n = 0; n < ASKED; n++)
        assert_int_equal(talk_says(&talk, n, "4"), 200);
    sending_await_quiet(&talk.sending);
    assert_int_equal(script_gateway_accepted(talk.sending.gateway, NULL), ASKED + LATER);

    restore_and_restart("backup");
    STATION_AWAIT(station, station_log_says(station, "log", "lanes stay closed: Redis is behind"));
    STATION_AWAIT(station, station_log_says(station, "collector.log", "Redis is behind"));
    STATION_AWAIT(station, rollup_says("weeks wait: Redis is behind"));
    assert_int_equal(talk_says(&talk, 0, "5"), 200); /* kept */
    pulssi(0, "Nothing was changed.", "adopt", NULL);
    assert_int_equal(world_count(world, "x:adopted_unknown"), 0);
    pulssi(0, "Adopted.", "adopt", "--yes");
    STATION_AWAIT(station, wire_is_ready(talk.port));
    STATION_AWAIT(station,
                  world_count(world, "x:answer") == 1); /* what was kept; the ten before it are lost */
    sending_await_quiet(&talk.sending);
    for (int n = 0; n < ASKED + LATER; n++)
        assert_int_equal(script_gateway_count(talk.sending.gateway, world_phone(n)), 1);
    assert_int_equal(world_count(world, "m:unknown"), LATER); /* each may have been sent before the loss */
    pulssi(0, "balanced", "books", NULL);
    sending_import(&talk.sending, ASKED + LATER, 1); /* and it goes on */
    sending_plan(&talk.sending, "r3", world->survey_ref, 0);
    STATION_AWAIT(station, script_gateway_count(talk.sending.gateway, world_phone(ASKED + LATER)) == 1);
    sending_await_quiet(&talk.sending);
    assert_int_equal(child_end(&rollup, SIGTERM), 0);
}

static void expect_mode(const char *path, mode_t wanted)
{
    struct stat status;
    assert_int_equal(stat(station_path(station, path), &status), 0);
    assert_int_equal(status.st_mode & 0777, wanted);
}

static void keys_go_along_only_when_asked_for(void **state)
{
    (void)state;
    EXPECT(0, "keys", BACKUP, "without", OF_THIS_REDIS, "--data", "data");
    assert_int_not_equal(access(station_path(station, "without/keys"), F_OK), 0);
    EXPECT(0, "It holds the keys", BACKUP, "with", OF_THIS_REDIS, "--data", "data", "--with-keys");
    expect_mode("with", 0700);
    expect_mode("with/manifest", 0600);
    expect_mode("with/keys/" WORLD_ORG "/sealing.secret", 0600);
    EXPECT(0, "new/keys: the keys of the backup", RESTORE, "with", "--data", "new");
    expect_mode("new/keys/" WORLD_ORG "/sealing.secret", 0600);
    expect_mode("new/redis/appendonlydir", 0700);
    EXPECT(0, "data/keys is there and stays", RESTORE, "with", "--data", "data");
}

static void a_damaged_backup_is_not_restored(void **state)
{
    (void)state;
    static const struct {
        const char *damage, *words;
    } cases[] = {
        {"printf x >>damaged/appendonlydir/appendonly.aof.2.incr.aof", "is damaged"},
        {"rm damaged/appendonlydir/*.incr.aof", "missing: ./appendonlydir/"},
        {"touch damaged/appendonlydir/more", "unknown: ./appendonlydir/more"},
        {"rm damaged/manifest", "is no backup"},
        {"sed -i 1s/1/2/ damaged/manifest", "is not one that this program reads"},
    };
    WORLD_DO(world, "BGREWRITEAOF"); /* it is waited for: the backup has a base */
    EXPECT(0, "data set", BACKUP, "backup", OF_THIS_REDIS, "--data", "data");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[512];
        snprintf(command, sizeof command, "cd %s && rm -rf damaged && cp -R backup damaged && %s",
                 station->folder, cases[i].damage);
        shell(command);
        EXPECT(1, cases[i].words, RESTORE, "damaged", "--data", "new");
        assert_int_not_equal(access(station_path(station, "new/redis"), F_OK), 0);
    }
}

static void what_cannot_work_is_refused_and_leaves_redis_as_it_was(void **state)
{
    (void)state;
    EXPECT(0, "usage: ops/backup", BACKUP, "--help");
    EXPECT(0, "usage: ops/restore", RESTORE, "--help");
    EXPECT(2, "usage: ops/backup", BACKUP);
    EXPECT(2, "unknown option --fast", BACKUP, "to", "--fast");
    EXPECT(1, "no Redis answers", BACKUP, "to", "--redis", "unix:/nonexistent/redis.sock", "--data", "data");
    EXPECT(1, "is there already", BACKUP, "data", OF_THIS_REDIS);
    EXPECT(1, "is no folder", BACKUP, "to", OF_THIS_REDIS, "--data", "nowhere");
    WORLD_DO(world, "CONFIG", "SET", "auto-aof-rewrite-percentage", "70");
    EXPECT(1, "no folder", BACKUP, "pulssi.conf/to", OF_THIS_REDIS, "--data", "nowhere");
    EXPECT(1, "", BACKUP, "pulssi.conf/to", OF_THIS_REDIS, "--data", "data"); /* cannot be made */
    expect_setting("auto-aof-rewrite-percentage", "70");
    char command[512];
    snprintf(command, sizeof command, "! ls -d %s/backup-links.* 2>/dev/null",
             redis_server_folder(world->server));
    shell(command);
    WORLD_DO(world, "CONFIG", "SET", "auto-aof-rewrite-percentage", "100");
    assert_int_not_equal(access(station_path(station, "to"), F_OK), 0);
}

#define BACKUP_TEST(test) cmocka_unit_test_setup_teardown(test, renew, talk_fixture_check)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(a_restored_backup_is_adopted_and_the_books_balance),
        BACKUP_TEST(keys_go_along_only_when_asked_for),
        BACKUP_TEST(a_damaged_backup_is_not_restored),
        BACKUP_TEST(what_cannot_work_is_refused_and_leaves_redis_as_it_was),
    };
    return TALK_MAIN(tests);
}
