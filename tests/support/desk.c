/* Settings, keys and clock of a collector under test, and a gateway's side of its webhooks. */
#include "support/desk.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "support/wire.h"

#define DEADLINE_MS 20000

const char *desk_path(struct desk *desk, const char *name)
{
    static char paths[4][320];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", desk->folder, name);
    return path;
}

static void put_file(struct desk *desk, const char *name, const char *content)
{
    struct error error = {""};
    if (!file_replace(desk_path(desk, name), content, strlen(content), 0600, &error))
        fail_msg("%s", error.text);
}

static void put_settings(struct desk *desk)
{
    struct text settings = {0};
    text_addf(&settings,
              "[pulssi]\ndata_folder = %s/data\nshare_folder = " PULSSI_SHARE_DIR "\n"
              "[clock]\nfile = %s/clock\n"
              "[redis]\naddress = %s\ndeadline_ms = 1000\n"
              "[collector]\nport = 0\n"
              "[gateway:simulator]\nurl = http://127.0.0.1:9\nwebhook_token = " DESK_TOKEN "\n"
              "[gateway:other]\nprofile = simulator\nurl = http://127.0.0.1:9\n"
              "webhook_token = another-token-than-that\n",
              desk->folder, desk->folder, redis_server_address(desk->world.server));
    put_file(desk, "pulssi.conf", settings.chars);
    text_free(&settings);
}

void desk_put_clock(struct desk *desk)
{
    struct error error = {""};
    struct clock clock = {.origin_real_ms = clock_wall_ms(),
                          .origin_domain_ms = desk->world.now_ms,
                          .scale = 1,
                          .limit_ms = desk->world.now_ms};
    snprintf(clock.path, sizeof clock.path, "%s", desk_path(desk, "clock"));
    assert_true(clock_write(&clock, &error));
}

void desk_put_key(struct desk *desk, const char *org, enum key_kind kind, const unsigned char key[KEY_BYTES])
{
    struct error error = {""};
    char line[96], path[128];
    key_encode(kind, key, line);
    snprintf(path, sizeof path, "data/keys/%s", org);
    assert_true(file_make_folder(desk_path(desk, path), &error));
    snprintf(path, sizeof path, "data/keys/%s/%s", org, key_file_name(kind));
    put_file(desk, path, line);
}

void desk_put_keys(struct desk *desk, const char *org)
{
    static const enum key_kind kinds[] = {KEY_HASH, KEY_READER_PUBLIC};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        desk_put_key(desk, org, kinds[i], desk->world.keys.keys[kinds[i]]);
}

void desk_start(struct desk *desk, const char *bin_folder)
{
    *desk = (struct desk){.folder = "/tmp/pulssi-collector-XXXXXX", .bin_folder = bin_folder};
    assert_non_null(mkdtemp(desk->folder));
    world_start(&desk->world);
    put_settings(desk);
}

void desk_stop(struct desk *desk)
{
    char command[128];
    world_stop(&desk->world);
    snprintf(command, sizeof command, "rm -r %s", desk->folder);
    assert_int_equal(system(command), 0);
}

void desk_ask_everyone(struct desk *desk)
{
    world_clear(&desk->world);
    desk_put_clock(desk);
    desk_put_keys(desk, WORLD_ORG);
    unlink(desk_path(desk, "data/keys/joensuu/hash.key"));
    unlink(desk_path(desk, "data/state/pulssi-collector.seen")); /* clearing made a new data set */
    world_import(&desk->world, WORLD_PILOT, 0, DESK_PEOPLE, NULL);
    world_round(&desk->world, "round-1", WORLD_PILOT);
    assert_int_equal(world_send_all(&desk->world), DESK_PEOPLE);
}

/* --- the program --- */

void desk_spawn(struct desk *desk)
{
    char program[512];
    snprintf(program, sizeof program, "%s/pulssi-collector", desk->bin_folder);
    const char *arguments[] = {program, "--config", desk_path(desk, "pulssi.conf"), NULL};
    unlink(desk_path(desk, "data/run/collector.port"));
    child_start(&desk->program, arguments, desk_path(desk, "log"));
}

static bool port_told(struct desk *desk)
{
    FILE *file = fopen(desk_path(desk, "data/run/collector.port"), "r");
    bool told = file != NULL && fscanf(file, "%d", &desk->port) == 1;
    if (file != NULL)
        fclose(file);
    return told;
}

static bool says_ready(struct desk *desk)
{
    return wire_is_ready(desk->port);
}

static bool says_not_ready(struct desk *desk)
{
    return !wire_is_ready(desk->port);
}

static void await(struct desk *desk, bool (*condition)(struct desk *desk), const char *what)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (!condition(desk)) {
        if (clock_monotonic_ms() >= deadline_ms)
            fail_msg("waited too long for: %s", what);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

void desk_open(struct desk *desk)
{
    desk_spawn(desk);
    await(desk, port_told, "the collector's port");
    desk_await_ready(desk, true);
}

void desk_await_ready(struct desk *desk, bool ready)
{
    await(desk, ready ? says_ready : says_not_ready, ready ? "Redis" : "the loss of Redis to be seen");
}

static bool says_refused(struct desk *desk)
{
    struct text log = {0};
    struct error error = {""};
    bool says = file_read(desk_path(desk, "log"), (size_t)1024 * 1024, &log, &error) &&
                strstr(log.chars, "webhooks are kept in the spool, encounters get 503: ") != NULL;
    text_free(&log);
    return says;
}

void desk_await_refusal(struct desk *desk)
{
    await(desk, says_refused, "Redis to be refused");
}

void desk_close(struct desk *desk)
{
    if (redis_server_process(desk->world.server) != 0)
        redis_server_resume(desk->world.server); /* whatever a test that failed left behind */
    if (desk->program.process != 0)
        assert_int_equal(child_end(&desk->program, SIGTERM), 0);
    world_check(&desk->world);
}

void desk_log_holds(struct desk *desk, const char *words)
{
    struct text log = {0};
    struct error error = {""};
    assert_true(file_read(desk_path(desk, "log"), (size_t)1024 * 1024, &log, &error));
    if (strstr(log.chars, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, log.chars);
    text_free(&log);
}

/* --- a gateway's side --- */

void desk_reply_body(struct text *body, const char *id, const char *from, const char *to, const char *words)
{
    text_clear(body);
    text_addf(body, "{\"id\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"text\":\"%s\"}", id, from, to, words);
}

int desk_post(struct desk *desk, const char *path, const char *body)
{
    struct text answer = {0};
    int status = wire_post(desk->port, path, body, strlen(body), &answer);
    if (status == 200)
        assert_string_equal(strstr(answer.chars, "\r\n\r\n"), "\r\n\r\n");
    text_free(&answer);
    return status;
}

int desk_reply(struct desk *desk, int person, const char *id, const char *words)
{
    struct text body = {0};
    desk_reply_body(&body, id, world_phone(person), DESK_NUMBER, words);
    int status = desk_post(desk, DESK_PATH "/reply", body.chars);
    text_free(&body);
    return status;
}

int desk_receipt(struct desk *desk, const char *message, const char *state)
{
    char body[256];
    snprintf(body, sizeof body, "{\"id\":\"g\",\"ref\":\"%s\",\"state\":\"%s\"}", message, state);
    return desk_post(desk, DESK_PATH "/receipt", body);
}

/* --- what came of it --- */

int64_t desk_counted(struct desk *desk, const char *stratum, int value)
{
    char field[128];
    snprintf(field, sizeof field, WORLD_PILOT "|" WORLD_SURVEY "/forward|18-29,%s|%d", stratum, value);
    return strtoll(world_field(&desk->world, "k:2026-W03", field), NULL, 10);
}

int64_t desk_counted_in_all(struct desk *desk)
{
    int64_t sum = 0;
    for (int value = 1; value <= 5; value++)
        sum += desk_counted(desk, "north", value) + desk_counted(desk, "south", value);
    return sum;
}

int desk_send_reply(const struct desk *desk, int person, const char *id, const char *words)
{
    struct text body = {0}, request = {0};
    int descriptor = wire_open(desk->port);
    desk_reply_body(&body, id, world_phone(person), DESK_NUMBER, words);
    text_addf(&request,
              "POST " DESK_PATH
              "/reply HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
              body.bytes, body.chars);
    wire_send(descriptor, request.chars, request.bytes);
    text_free(&request);
    text_free(&body);
    return descriptor;
}
