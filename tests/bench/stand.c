/* Builds the stand. Steps of many messages are pipelined: one by one each would wait for the disk. */
#include "stand.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

#define AWAIT_MS 20000

static void print_usage(FILE *out, const char *bench, const struct stand_option *options,
                        size_t options_count);
static void redis_prepare(struct stand *stand, struct report *report);
static int64_t sending_instant(const struct world *world);
static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk);

/* --- options --- */

void stand_options(int argc, char **argv, const char *bench, const struct stand_option *options,
                   size_t options_count, struct text *command_out)
{
    setenv("CMOCKA_TEST_ABORT", "1", 0); /* outside a test its failures would be silent otherwise */
    for (int i = 1; i < argc; i += 2) {
        size_t found = 0;
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout, bench, options, options_count);
            exit(0);
        }
        while (found < options_count &&
               (strncmp(argv[i], "--", 2) != 0 || strcmp(argv[i] + 2, options[found].name) != 0))
            found++;
        if (found == options_count || i + 1 == argc ||
            !text_to_int(argv[i + 1], options[found].low, options[found].high, options[found].value)) {
            print_usage(stderr, bench, options, options_count);
            exit(2);
        }
    }
    text_addf(command_out, "ops/bench %s", bench);
    for (size_t i = 0; i < options_count; i++)
        text_addf(command_out, " --%s %lld", options[i].name, (long long)*options[i].value);
}

static void print_usage(FILE *out, const char *bench, const struct stand_option *options,
                        size_t options_count)
{
    fprintf(out, "Usage: ops/bench %s [OPTION N...]\n\n", bench);
    for (size_t i = 0; i < options_count; i++)
        fprintf(out, "  --%-14s %s, %lld..%lld, default %lld\n", options[i].name, options[i].help,
                (long long)options[i].low, (long long)options[i].high, (long long)*options[i].value);
}

/* --- the world --- */

void stand_open(struct stand *stand, struct report *report)
{
    strcpy(stand->folder, "/tmp/pulssi-bench-XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    world_start(&stand->world);
    world_clear(&stand->world);
    stand->world.now_ms = sending_instant(&stand->world);
    redis_prepare(stand, report);
}

void stand_close(struct stand *stand)
{
    world_stop(&stand->world);
    nftw(stand->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void redis_prepare(struct stand *stand, struct report *report)
{
    static const char name[] = "redis_version:";
    WORLD_DO(&stand->world, "CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
    struct redis_value *info = WORLD_RUN(&stand->world, "INFO", "server");
    const char *version = strstr(redis_text(info), name);
    assert_non_null(version);
    version += strlen(name);
    snprintf(report->redis_version, sizeof report->redis_version, "%.*s", (int)strcspn(version, "\r\n"),
             version);
    redis_value_free(&info);
}

/* The last full hour or so that lies in a window, and in the past. */
static int64_t sending_instant(const struct world *world)
{
    int64_t at_ms = clock_wall_ms(), opens_ms, closes_ms;
    do {
        at_ms -= HOUR_MS;
        window_next(world->org.zone, &world->org.window, at_ms, &opens_ms, &closes_ms);
    } while (opens_ms > at_ms);
    return at_ms;
}

void stand_release(struct stand *stand, int64_t people)
{
    assert_in_range(people, 1, STAND_PEOPLE_MAX);
    for (int first = 0; first < (int)people; first += STORE_ITEMS_MAX) {
        int count = (int)people - first < STORE_ITEMS_MAX ? (int)people - first : STORE_ITEMS_MAX;
        world_import(&stand->world, WORLD_PILOT, first, count, NULL);
    }
    assert_int_equal(world_round(&stand->world, "round-1", WORLD_PILOT), 0);
    assert_int_equal(stand->world.serial, people);
}

/* Takes the answers of one step of some messages; each must say the word. */
static void take_all(struct world *world, size_t count, const char *word)
{
    struct error error = {""};
    for (size_t i = 0; i < count; i++) {
        struct redis_value *value = redis_link_take(world->link, &error);
        if (value == NULL)
            fail_msg("%s", error.text);
        assert_string_equal(redis_word(value), word);
        redis_value_free(&value);
    }
}

/* Runs prepared commands in one pipeline; each must be answered with OK. */
static void run_all(struct world *world, const struct redis_command *commands, size_t count)
{
    struct error error = {""};
    for (size_t i = 0; i < count; i++)
        assert_true(redis_link_queue(world->link, &commands[i], &error));
    take_all(world, count, "OK");
}

void stand_send_all(struct stand *stand, int64_t people)
{
    struct world *world = &stand->world;
    struct claimed claimed[STORE_ITEMS_MAX];
    struct redis_command commands[STORE_ITEMS_MAX];
    int64_t sent = 0;
    memset(commands, 0, sizeof commands);
    for (size_t count; (count = world_claim(world, STORE_ITEMS_MAX, claimed)) > 0; sent += (int64_t)count) {
        for (size_t i = 0; i < count; i++)
            world_intend_command(world, &commands[i], claimed[i].message, "send-all");
        run_all(world, commands, count);
        for (size_t i = 0; i < count; i++)
            world_settle_command(world, &commands[i], claimed[i].message, "send-all", SUBMIT_ACCEPTED);
        run_all(world, commands, count);
    }
    for (size_t i = 0; i < STORE_ITEMS_MAX; i++)
        redis_command_free(&commands[i]);
    assert_int_equal(sent, people);
}

double stand_redis_bytes(struct stand *stand)
{
    struct redis_value *info = WORLD_RUN(&stand->world, "INFO", "memory");
    const char *at = strstr(redis_text(info), "used_memory:");
    long long bytes = 0;
    assert_true(at != NULL && sscanf(at, "used_memory:%lld", &bytes) == 1);
    redis_value_free(&info);
    return (double)bytes;
}

/* --- files --- */

const char *stand_path(struct stand *stand, const char *name)
{
    static char paths[4][320];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", stand->folder, name);
    return path;
}

void stand_put(struct stand *stand, const char *name, const char *content)
{
    struct error error = {""};
    if (!file_replace(stand_path(stand, name), content, strlen(content), 0600, &error))
        fail_msg("%s", error.text);
}

void stand_put_settings(struct stand *stand, int gateway_port, const char *clock_file)
{
    struct text settings = {0};
    struct error error = {""};
    text_addf(&settings,
              "[pulssi]\ndata_folder = %s/data\nshare_folder = " TEST_SOURCE_DIR "/config\n"
              "[clock]\nfile = %s\n"
              "[redis]\naddress = %s\n"
              "[collector]\nport = 0\n"
              "[gateway:simulator]\nurl = http://127.0.0.1:%d\nrate_segments = 0\n"
              "secret = " STAND_SECRET "\nwebhook_token = " STAND_TOKEN "\n",
              stand->folder, clock_file, redis_server_address(stand->world.server), gateway_port);
    stand_put(stand, "pulssi.conf", settings.chars);
    text_free(&settings);
    assert_true(file_make_folder(stand_path(stand, "data/keys/" WORLD_ORG), &error));
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        char line[96], name[128];
        key_encode((enum key_kind)kind, stand->world.keys.keys[kind], line);
        snprintf(name, sizeof name, "data/keys/" WORLD_ORG "/%s", key_file_name((enum key_kind)kind));
        stand_put(stand, name, line);
    }
}

/* --- programs --- */

void stand_spawn(struct stand *stand, struct child *child, const char *program, const char *const *arguments)
{
    const char *all[32] = {NULL};
    char path[512], out[64], log[64];
    size_t count = 0;
    snprintf(path, sizeof path, TEST_BIN_DIR "/%s", program);
    snprintf(out, sizeof out, "%s.out", program);
    snprintf(log, sizeof log, "%s.log", program);
    all[count++] = path;
    while (*arguments != NULL && count + 1 < sizeof all / sizeof all[0])
        all[count++] = *arguments++;
    /* A child inherits its standard output: the file stands in for ours meanwhile. */
    fflush(stdout);
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    int file = open(stand_path(stand, out), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(kept >= 0 && file >= 0 && dup2(file, STDOUT_FILENO) >= 0);
    child_start(child, all, stand_path(stand, log));
    dup2(kept, STDOUT_FILENO);
    close(file);
    close(kept);
}

int stand_await_number(struct stand *stand, const char *file, const char *word)
{
    int64_t deadline_ms = clock_monotonic_ms() + AWAIT_MS;
    while (clock_monotonic_ms() < deadline_ms) {
        struct text content = {0};
        struct error error;
        int number = 0;
        const char *at = NULL;
        if (file_read(stand_path(stand, file), 65536, &content, &error) && content.chars != NULL)
            at = strstr(content.chars, word);
        bool found = at != NULL && sscanf(at + strlen(word), "%d", &number) == 1 && strchr(at, '\n') != NULL;
        text_free(&content);
        if (found)
            return number;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    fail_msg("%s: \"%s\" did not come", stand_path(stand, file), word);
    return -1;
}

/* --- the simulator --- */

void stand_put_clock(struct stand *stand, int64_t domain_ms)
{
    struct error error = {""};
    struct clock clock = {
        .origin_real_ms = clock_wall_ms(), .origin_domain_ms = domain_ms, .scale = 1, .limit_ms = domain_ms};
    snprintf(clock.path, sizeof clock.path, "%s", stand_path(stand, "clock"));
    assert_true(clock_write(&clock, &error));
}

/* A town in which nobody answers; the world's people are strangers to it. Returns its port. */
int stand_start_simulator(struct stand *stand, struct child *simulator)
{
    stand_put(stand, "scenario.json",
              "{\"seed\":\"bench\",\"org\":\"" WORLD_ORG
              "\",\"time_zone\":\"Europe/Helsinki\",\"gateway\":\"simulator\","
              "\"questions\":[{\"ref\":\"" WORLD_SURVEY
              "/forward\",\"kind\":\"scale\",\"goal\":0.7,\"ceiling\":0.2,\"contains\":[\"1-5\"]}],"
              "\"languages\":{\"fi\":1},\"strata\":{\"office\":[\"north\"]},"
              "\"typing\":{\"plain\":1,\"punctuated\":0,\"spaced\":0,\"commented\":0,\"unreadable\":0},"
              "\"shares\":{\"stop\":0,\"answer_and_stop\":0,\"second_answer\":0,\"late\":0,\"undelivered\":0,"
              "\"no_receipt\":0},"
              "\"pilots\":[{\"id\":\"" WORLD_PILOT
              "\",\"size\":1,\"truth\":\"middle\",\"positive\":0.5,\"negative\":0.2,"
              "\"response\":0}]}");
    stand_spawn(stand, simulator, "pulssi-simulator",
                (const char *const[]){"serve", "--scenario", stand_path(stand, "scenario.json"), "--listen",
                                      "127.0.0.1:0", "--collector", "http://127.0.0.1:9", "--secret",
                                      STAND_SECRET, "--token", STAND_TOKEN, "--clock",
                                      stand_path(stand, "clock"), NULL});
    return stand_await_number(stand, "pulssi-simulator.out", "listening 127.0.0.1:");
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}
