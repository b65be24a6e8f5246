#include "store/server_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/notify.h"
#include "store/functions.h"

#define DATASET_KEY     "pulssi:dataset"
#define START_WAIT_MS   60000
#define START_POLL_MS   100
#define BEHIND_POLL_MS  1000
#define START_EXTEND_US 30000000 /* beyond a check that takes its longest */

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

static bool check_role(struct redis_link *link, struct error *error)
{
    struct redis_value *info = run3(link, "INFO", "replication", NULL, error);
    if (info == NULL) {
        return false;
    }
    bool replica = strstr(redis_text(info), "role:slave") != NULL;
    redis_value_free(&info);
    return !replica ||
           error_set(error,
                     "this Redis is a replica and takes no writes: correct [redis] address, or make it "
                     "the primary (REPLICAOF NO ONE) if its primary is gone for good");
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
    if (!check_version(link, error) || !check_role(link, error)) {
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

bool server_check_remarks(struct redis_link *link, struct text *remarks, struct error *error)
{
    char memory[256], rewrite[256];
    if (!config_value(link, "maxmemory", memory, error) ||
        !config_value(link, "auto-aof-rewrite-percentage", rewrite, error)) {
        return false;
    }
    if (strcmp(memory, "0") != 0) {
        text_addf(
            remarks,
            "Redis has `maxmemory %s`: when that is full it refuses every write, and replies wait in the "
            "collector's spool; set `maxmemory 0` unless something else needs the memory\n",
            memory);
    }
    if (strcmp(rewrite, "0") == 0) {
        text_add(
            remarks,
            "Redis has `auto-aof-rewrite-percentage 0`: between the closes of weeks its file only grows; set "
            "`auto-aof-rewrite-percentage 100` unless a backup is being made\n");
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

enum seen_verdict dataset_check(struct redis_link *link, const struct settings *settings, const char *program,
                                struct error *error)
{
    struct seen *seen = seen_open(settings, program, NULL, error);
    enum seen_verdict verdict = seen == NULL ? SEEN_FAILED : seen_judge(seen, link, error);
    seen_close(&seen);
    return verdict;
}

enum seen_verdict dataset_install(struct redis_link *link, const struct settings *settings,
                                  const char *program, struct error *error)
{
    struct seen *seen = seen_open(settings, program, NULL, error);
    bool is_known = seen != NULL && seen_dataset(seen)[0] != '\0';
    bool prepared = seen != NULL && (is_known || dataset_create(link, error));
    enum seen_verdict verdict = prepared ? seen_judge(seen, link, error) : SEEN_FAILED;
    seen_close(&seen);
    return verdict;
}

bool store_answers(const struct settings *settings, struct error *error)
{
    char address[320];
    settings_redis_address(settings, address);
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

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

static bool wait_for_answer(const struct settings *settings, struct error *error)
{
    int64_t give_up_ms = clock_monotonic_ms() + START_WAIT_MS;
    for (bool said = false; !store_answers(settings, error); pause_ms(START_POLL_MS)) {
        if (clock_monotonic_ms() >= give_up_ms) {
            return false;
        }
        if (!said) {
            log_info("waiting for Redis: %s", error->text);
            said = true;
        }
    }
    return true;
}

/* Opens and judges; NULL unless the verdict is good. */
static struct redis_link *open_and_judge(const struct settings *settings, struct seen *seen,
                                         enum seen_verdict *verdict_out, struct error *error)
{
    struct redis_link *link = store_open_unjudged(settings, error);
    *verdict_out = link == NULL ? SEEN_FAILED : seen_judge(seen, link, error);
    if (*verdict_out != SEEN_GOOD) {
        redis_link_close(&link);
    }
    return link;
}

/* Once a start. */
static void log_remarks(struct redis_link *link)
{
    struct text remarks = {0};
    struct error error;
    char *rest = NULL;
    if (link != NULL && server_check_remarks(link, &remarks, &error) && remarks.bytes > 0) {
        for (char *line = strtok_r(remarks.chars, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            log_warning("%s", line);
        }
    }
    text_free(&remarks);
}

/* The service manager must not take a program for stuck that waits for people. */
static void tell_waiting(const struct error *error)
{
    struct text lines = {0};
    text_addf(&lines, "EXTEND_TIMEOUT_USEC=%d\nSTATUS=waiting: %s", START_EXTEND_US, error->text);
    (void)notify_send(lines.chars);
    text_free(&lines);
}

struct redis_link *store_open_waiting(const struct settings *settings, struct seen *seen, struct error *error)
{
    enum seen_verdict verdict = SEEN_BEHIND;
    struct redis_link *link = NULL;
    for (bool said = false; link == NULL && verdict == SEEN_BEHIND;) {
        if (!wait_for_answer(settings, error)) {
            return NULL;
        }
        link = open_and_judge(settings, seen, &verdict, error);
        if (verdict == SEEN_BEHIND) {
            if (!said) {
                log_error("waiting: %s", error->text);
                said = true;
            }
            tell_waiting(error);
            pause_ms(BEHIND_POLL_MS);
        }
    }
    log_remarks(link);
    return link;
}

struct redis_link *store_open(const struct settings *settings, struct seen *seen, struct error *error)
{
    enum seen_verdict verdict;
    return open_and_judge(settings, seen, &verdict, error);
}

struct redis_link *store_open_unjudged(const struct settings *settings, struct error *error)
{
    char address[320];
    settings_redis_address(settings, address);
    struct redis_link *link =
        redis_link_open(address, settings->redis_password, settings->redis_deadline_ms, error);
    if (link != NULL && (!server_check_safety(link, error) || !functions_check(link, error))) {
        redis_link_close(&link);
    }
    return link;
}
