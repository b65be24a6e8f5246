#include "store/server_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "store/functions.h"

#define DATASET_KEY   "pulssi:dataset"
#define START_WAIT_MS 60000
#define START_POLL_NS 100000000L

static struct redis_value *run3(struct redis_link *link, const char *a, const char *b, const char *c,
                                struct error *error)
{
    struct redis_command command = {0};
    redis_command_add(&command, a);
    redis_command_add(&command, b);
    if (c != NULL) {
        redis_command_add(&command, c);
    }
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}

static bool check_version(struct redis_link *link, struct error *error)
{
    struct redis_value *info = run3(link, "INFO", "server", NULL, error);
    if (info == NULL) {
        return false;
    }
    const char *version = strstr(redis_text(info), "redis_version:");
    char found[32] = "unknown";
    if (version != NULL) {
        snprintf(found, sizeof found, "%.*s", (int)strcspn(version + 14, "\r\n"), version + 14);
    }
    redis_value_free(&info);
    if (atoi(found) < 7) {
        return error_set(error, "Redis is version %s: 7.0 or newer is needed (functions)", found);
    }
    return true;
}

static bool config_value(struct redis_link *link, const char *name, char out[256], struct error *error)
{
    struct redis_value *value = run3(link, "CONFIG", "GET", name, error);
    if (value == NULL) {
        return error_prefix(error, "asking Redis for its setting %s", name);
    }
    bool found = redis_count(value) == 2 && text_copy(out, 256, redis_text(redis_item(value, 1)));
    redis_value_free(&value);
    return found || error_set(error, "Redis does not tell its setting %s", name);
}

bool server_check_safety(struct redis_link *link, struct error *error)
{
    static const struct {
        const char *name, *wanted, *why;
    } rules[] = {
        {"appendonly", "yes", "answers must be on disk"},
        {"appendfsync", "always", "a reply answered 200 must survive a crash"},
        {"no-appendfsync-on-rewrite", "no", "a rewrite must not suspend fsync"},
        {"maxmemory-policy", "noeviction", "nothing may be evicted"},
    };
    if (!check_version(link, error)) {
        return false;
    }
    char value[256];
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!config_value(link, rules[i].name, value, error)) {
            return false;
        }
        if (strcmp(value, rules[i].wanted) != 0) {
            return error_set(error, "Redis has `%s %s`: set `%s %s` (%s)", rules[i].name, value,
                             rules[i].name, rules[i].wanted, rules[i].why);
        }
    }
    char save[256];
    if (!config_value(link, "save", save, error) ||
        !config_value(link, "stop-writes-on-bgsave-error", value, error)) {
        return false;
    }
    if (save[0] != '\0' && strcmp(value, "no") != 0) {
        return error_set(error,
                         "Redis has `save %s` and `stop-writes-on-bgsave-error yes`: set `save \"\"` or "
                         "`stop-writes-on-bgsave-error no` (a failed snapshot must not stop replies)",
                         save);
    }
    return true;
}

bool dataset_create(struct redis_link *link, struct error *error)
{
    char id[ID_SIZE];
    id_random(id);
    struct redis_value *value = run3(link, "SETNX", DATASET_KEY, id, error);
    if (value == NULL) {
        return false;
    }
    redis_value_free(&value);
    return true;
}

bool dataset_check(struct redis_link *link, const struct settings *settings, const char *program,
                   struct error *error)
{
    struct redis_value *value = run3(link, "GET", DATASET_KEY, NULL, error);
    if (value == NULL) {
        return false;
    }
    char found[ID_SIZE] = "";
    bool present = redis_kind(value) == REDIS_TEXT && text_copy(found, sizeof found, redis_text(value));
    redis_value_free(&value);
    if (!present) {
        return error_set(error, "Redis holds no Pulssi data set: run `pulssi store install`");
    }
    char folder[300], path[384];
    snprintf(folder, sizeof folder, "%s/state", settings->data_folder);
    snprintf(path, sizeof path, "%s/%s.dataset", folder, program);
    struct text known = {0};
    struct error unreadable = {{0}};
    bool same = true;
    bool remembered = file_read(path, 64, &known, &unreadable);
    if (remembered) {
        same = strcmp(known.chars, found) == 0;
    }
    text_free(&known);
    if (!remembered && access(path, F_OK) == 0) { /* it is there: what it says must not be forgotten */
        return error_set(error, "cannot read which data set %s worked with: %s", program, unreadable.text);
    }
    if (!remembered &&
        (!file_make_folder(folder, error) || !file_replace(path, found, strlen(found), 0600, error))) {
        return false;
    }
    if (!same) {
        return error_set(
            error,
            "Redis holds data set %s, but %s worked with another before (%s): this is another Redis, "
            "or it was flushed; correct [redis] address, or remove that file if you mean it",
            found, program, path);
    }
    return true;
}

/* Whether Redis answers; it refuses commands while it loads its data set. */
static bool is_answering(const char *address, const struct settings *settings, struct error *error)
{
    struct redis_link *link =
        redis_link_open(address, settings->redis_password, settings->redis_deadline_ms, error);
    struct redis_command command = {0};
    redis_command_add(&command, "PING");
    struct redis_value *pong = link == NULL ? NULL : redis_link_run(link, &command, error);
    bool answers = pong != NULL;
    redis_command_free(&command);
    redis_value_free(&pong);
    redis_link_close(&link);
    return answers;
}

struct redis_link *store_open_waiting(const struct settings *settings, const char *program,
                                      struct error *error)
{
    char address[320];
    settings_redis_address(settings, address);
    int64_t give_up_ms = clock_monotonic_ms() + START_WAIT_MS;
    bool said = false;
    while (!is_answering(address, settings, error)) {
        if (clock_monotonic_ms() >= give_up_ms) {
            return NULL;
        }
        if (!said) {
            log_info("waiting for Redis: %s", error->text);
            said = true;
        }
        const struct timespec pause = {.tv_nsec = START_POLL_NS};
        nanosleep(&pause, NULL);
    }
    return store_open(settings, program, error);
}

struct redis_link *store_open(const struct settings *settings, const char *program, struct error *error)
{
    char address[320];
    settings_redis_address(settings, address);
    struct redis_link *link =
        redis_link_open(address, settings->redis_password, settings->redis_deadline_ms, error);
    if (link == NULL) {
        return NULL;
    }
    if (!server_check_safety(link, error) || !functions_check(link, error) ||
        !dataset_check(link, settings, program, error)) {
        redis_link_close(&link);
    }
    return link;
}
