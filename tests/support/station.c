/* Files of a program under test, its start and its end. */
#include "support/station.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"

#define DEADLINE_MS   20000
#define LOG_BYTES_MAX (1024 * 1024)

const char *station_path(struct station *station, const char *name)
{
    static char paths[4][320];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", station->folder, name);
    return path;
}

static void put_file(struct station *station, const char *name, const char *content)
{
    struct error error = {""};
    if (!file_replace(station_path(station, name), content, strlen(content), 0600, &error))
        fail_msg("%s", error.text);
}

void station_start(struct station *station, const char *bin_folder, const char *name)
{
    *station =
        (struct station){.folder = "/tmp/pulssi-station-XXXXXX", .bin_folder = bin_folder, .name = name};
    assert_non_null(mkdtemp(station->folder));
    world_start(&station->world);
}

static void remove_files(struct station *station, const char *what)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf %s", station_path(station, what));
    assert_int_equal(system(command), 0);
}

void station_stop(struct station *station)
{
    world_stop(&station->world);
    remove_files(station, "");
}

void station_renew(struct station *station)
{
    remove_files(station, "*");
    world_clear(&station->world);
    WORLD_DO(&station->world, "DEL", world_key("lane")); /* no program is at work */
    station_put_clock(station);
    for (enum key_kind kind = KEY_HASH; kind <= KEY_READER_SECRET; kind++)
        station_put_key(station, "data", kind, station->world.keys.keys[kind]);
}

void station_forget(struct station *station)
{
    remove_files(station, "data/state/*.seen");
}

void station_put_settings(struct station *station, const char *sections)
{
    struct text settings = {0};
    text_addf(&settings,
              "[pulssi]\ndata_folder = %s/data\nshare_folder = " PULSSI_SHARE_DIR "\n"
              "[clock]\nfile = %s/clock\n"
              "[redis]\naddress = %s\ndeadline_ms = 3000\n%s",
              station->folder, station->folder, redis_server_address(station->world.server), sections);
    put_file(station, "pulssi.conf", settings.chars);
    text_free(&settings);
}

void station_put_clock(struct station *station)
{
    struct error error = {""};
    struct clock clock = {.origin_real_ms = clock_wall_ms(),
                          .origin_domain_ms = station->world.now_ms,
                          .scale = 1,
                          .limit_ms = station->world.now_ms};
    snprintf(clock.path, sizeof clock.path, "%s", station_path(station, "clock"));
    assert_true(clock_write(&clock, &error));
}

void station_move_clock(struct station *station, const char *local)
{
    struct error error = {""};
    if (!instant_parse(station->world.org.zone, local, 0, &station->world.now_ms, &error))
        fail_msg("%s", error.text);
    station_put_clock(station);
}

void station_put_key(struct station *station, const char *data, enum key_kind kind,
                     const unsigned char key[KEY_BYTES])
{
    struct error error = {""};
    char line[96], path[128];
    key_encode(kind, key, line);
    snprintf(path, sizeof path, "%s/keys/" WORLD_ORG, data);
    assert_true(file_make_folder(station_path(station, path), &error));
    snprintf(path, sizeof path, "%s/keys/" WORLD_ORG "/%s", data, key_file_name(kind));
    put_file(station, path, line);
}

/* --- the program --- */

static void spawn(struct station *station, struct child *child, const char *log)
{
    char program[512];
    snprintf(program, sizeof program, "%s/%s", station->bin_folder, station->name);
    const char *arguments[] = {program, "--config", station_path(station, "pulssi.conf"), NULL};
    unlink(station_path(station, log)); /* what an earlier one said there is not to be read */
    child_start(child, arguments, station_path(station, log));
}

void station_spawn(struct station *station)
{
    spawn(station, &station->program, "log");
}

void station_spawn_other(struct station *station, struct child *other, const char *data, const char *log)
{
    setenv("PULSSI_PULSSI_DATA_FOLDER", station_path(station, data), 1);
    spawn(station, other, log);
    unsetenv("PULSSI_PULSSI_DATA_FOLDER");
}

void station_open(struct station *station)
{
    station_spawn(station);
    STATION_AWAIT(station, station_log_says(station, "log", ": started"));
}

void station_close(struct station *station)
{
    if (redis_server_process(station->world.server) == 0)
        station_restart_redis(station); /* a test that failed left it so */
    if (station->program.process != 0 && child_end(&station->program, SIGTERM) != 0)
        station_pause(station, 0, "an orderly end of the program");
    world_check(&station->world);
}

void station_expect_refusal(struct station *station, const char *words)
{
    station_spawn(station);
    assert_int_equal(child_wait(&station->program), 1);
    if (!station_log_says(station, "log", words))
        station_pause(station, 0, words);
}

void station_kill_redis(struct station *station)
{
    redis_server_kill(station->world.server);
}

void station_restart_redis(struct station *station)
{
    struct error error = {""};
    redis_server_restart(station->world.server);
    redis_link_close(&station->world.link);
    station->world.link = redis_link_open(redis_server_address(station->world.server), "", 10000, &error);
    assert_non_null(station->world.link);
}

static void read_log(struct station *station, const char *log, struct text *log_out)
{
    struct error error = {""};
    if (!file_read(station_path(station, log), LOG_BYTES_MAX, log_out, &error))
        text_add(log_out, "");
}

bool station_log_says(struct station *station, const char *log, const char *words)
{
    struct text content = {0};
    read_log(station, log, &content);
    bool says = strstr(content.chars, words) != NULL;
    text_free(&content);
    return says;
}

int64_t station_deadline(void)
{
    return clock_monotonic_ms() + DEADLINE_MS;
}

void station_await_calls(struct station *station, int64_t count)
{
    for (int64_t deadline_ms = station_deadline(); world_calls(&station->world) < count;)
        assert_true(clock_monotonic_ms() < deadline_ms);
}

void station_pause(struct station *station, int64_t until_ms, const char *what)
{
    if (clock_monotonic_ms() < until_ms) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        return;
    }
    struct text content = {0};
    read_log(station, "log", &content);
    print_error("%s\n", content.chars);
    text_free(&content);
    fail_msg("waited in vain for: %s", what);
}
