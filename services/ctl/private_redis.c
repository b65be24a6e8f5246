/* Starting the private Redis. Two servers on one folder would spoil the file: the server itself holds a lock,
 * so that the one of an earlier `pulssi up` that was killed is waited for. */
#include "ctl/private_redis.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "io/redis.h"

#define READY_DEADLINE_MS 20000 /* without a sign of progress */
#define LOCK_DEADLINE_MS  15000
#define FULL_BYTES        (1024 * 1024)
#define POLL_MS           10

static bool find_program(struct error *error);
static bool take_lock(struct private_redis *redis, struct error *error);
static const char *explain_end(void *context);
static bool wait_until_ready(struct private_redis *redis, struct supervisor *supervisor,
                             const struct settings *settings, struct error *error);

static void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

bool private_redis_start(struct private_redis *redis, struct supervisor *supervisor,
                         const struct settings *settings, int rank, struct error *error)
{
    static const char *const arguments[] = {"redis-server",
                                            "--port",
                                            "0",
                                            "--unixsocket",
                                            "redis.sock",
                                            "--unixsocketperm",
                                            "700",
                                            "--dir",
                                            ".",
                                            "--appendonly",
                                            "yes",
                                            "--appendfsync",
                                            "always",
                                            "--no-appendfsync-on-rewrite",
                                            "no",
                                            "--save",
                                            "",
                                            "--maxmemory-policy",
                                            "noeviction",
                                            "--databases",
                                            "1",
                                            "--daemonize",
                                            "no",
                                            "--loglevel",
                                            "warning",
                                            "--logfile",
                                            "redis.log",
                                            NULL};
    char folder[320];
    snprintf(folder, sizeof folder, "%s/redis", settings->data_folder);
    redis->lock = -1;
    if (!find_program(error) || !file_make_folder(folder, error))
        return false;
    char *absolute = realpath(folder, NULL);
    bool fits = absolute != NULL && text_copy(redis->folder, sizeof redis->folder, absolute);
    free(absolute);
    if (!fits)
        return error_set(error, "%s: the path cannot be used", folder);
    if (!take_lock(redis, error))
        return false;
    struct child_plan plan = {.label = "redis",
                              .arguments = arguments,
                              .folder = redis->folder,
                              .rank = rank,
                              .inherited = redis->lock,
                              .explain = explain_end,
                              .context = redis};
    redis->child = supervisor_start(supervisor, &plan);
    return wait_until_ready(redis, supervisor, settings, error);
}

static bool find_program(struct error *error)
{
    const char *path = getenv("PATH");
    char *folders = memory_text(path != NULL ? path : "/usr/bin:/bin"), *rest = NULL;
    bool found = false;
    for (char *folder = strtok_r(folders, ":", &rest); folder != NULL && !found;
         folder = strtok_r(NULL, ":", &rest)) {
        char candidate[4200];
        snprintf(candidate, sizeof candidate, "%s/redis-server", folder);
        found = access(candidate, X_OK) == 0;
    }
    free(folders);
    return found ||
           error_set(error,
                     "redis-server is not in PATH: install it (Debian: apt install redis-server), or set "
                     "[redis] address to a Redis of yours");
}

static bool take_lock(struct private_redis *redis, struct error *error)
{
    char path[4200];
    int64_t deadline_ms = clock_monotonic_ms() + LOCK_DEADLINE_MS;
    snprintf(path, sizeof path, "%s/redis.lock", redis->folder);
    redis->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (redis->lock < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    while (flock(redis->lock, LOCK_EX | LOCK_NB) != 0) {
        if (clock_monotonic_ms() > deadline_ms)
            return error_set(error, "another redis-server is still at work in %s", redis->folder);
        pause_ms(POLL_MS);
    }
    return true;
}

static const char *explain_end(void *context)
{
    const struct private_redis *redis = context;
    struct statvfs disk;
    bool full = statvfs(redis->folder, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < FULL_BYTES;
    return full ? "disk full" : "";
}

/* An answer that it is still loading its file is progress. */
static bool wait_until_ready(struct private_redis *redis, struct supervisor *supervisor,
                             const struct settings *settings, struct error *error)
{
    char address[320];
    struct redis_command ping = {0};
    struct error reason = {{0}};
    int64_t deadline_ms = clock_monotonic_ms() + READY_DEADLINE_MS;
    bool ready = false;
    settings_redis_address(settings, address);
    redis_command_add(&ping, "PING");
    while (!ready) {
        struct redis_link *link = redis_link_open(address, "", settings->redis_deadline_ms, &reason);
        struct redis_value *value = link != NULL ? redis_link_run(link, &ping, &reason) : NULL;
        ready = value != NULL;
        if (strstr(reason.text, "LOADING") != NULL)
            deadline_ms = clock_monotonic_ms() + READY_DEADLINE_MS;
        redis_value_free(&value);
        redis_link_close(&link);
        if (!ready && !child_is_running(supervisor, redis->child)) {
            const char *why = explain_end(redis);
            (void)error_set(error, "redis-server ended at once%s%s; see %s/redis.log",
                            why[0] != '\0' ? ": " : "", why, redis->folder);
            break;
        }
        if (!ready && clock_monotonic_ms() > deadline_ms) {
            (void)error_set(error, "redis-server does not answer at %s: %s", address, reason.text);
            break;
        }
        reason.text[0] = '\0';
        if (!ready)
            pause_ms(POLL_MS);
    }
    redis_command_free(&ping);
    return ready;
}
