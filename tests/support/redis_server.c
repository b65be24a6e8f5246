/* Starts, stops and removes a private redis-server. Depends on base and io only. */
#include "redis_server.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/text.h"
#include "io/redis.h"

#define READY_DEADLINE_MS 20000

struct redis_server {
    pid_t process;
    char folder[64];
    char address[96];
};

static void server_spawn(struct redis_server *server);
static void server_await(const struct redis_server *server);
static void server_reap(struct redis_server *server);
static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk);

static void give_up(const char *what)
{
    fprintf(stderr, "redis-server for the test: %s\n", what);
    exit(1);
}

struct redis_server *redis_server_start(void)
{
    struct redis_server *server = memory_zeroed(1, sizeof *server);
    /* A unix socket's path is short: always under /tmp. */
    strcpy(server->folder, "/tmp/pulssi-redis-XXXXXX");
    if (mkdtemp(server->folder) == NULL)
        give_up(strerror(errno));
    snprintf(server->address, sizeof server->address, "unix:%s/redis.sock", server->folder);
    server_spawn(server);
    server_await(server);
    return server;
}

void redis_server_free(struct redis_server **server)
{
    if (*server == NULL)
        return;
    redis_server_kill(*server);
    nftw((*server)->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(*server);
    *server = NULL;
}

const char *redis_server_address(const struct redis_server *server)
{
    return server->address;
}

const char *redis_server_folder(const struct redis_server *server)
{
    return server->folder;
}

pid_t redis_server_process(const struct redis_server *server)
{
    return server->process;
}

void redis_server_stop(struct redis_server *server)
{
    if (server->process > 0)
        kill(server->process, SIGTERM);
    server_reap(server);
}

void redis_server_kill(struct redis_server *server)
{
    if (server->process > 0)
        kill(server->process, SIGKILL);
    server_reap(server);
}

void redis_server_restart(struct redis_server *server)
{
    if (server->process > 0)
        give_up("restart needs a stop or a kill first");
    server_spawn(server);
    server_await(server);
}

void redis_server_pause(struct redis_server *server)
{
    kill(server->process, SIGSTOP);
}

void redis_server_resume(struct redis_server *server)
{
    kill(server->process, SIGCONT);
}

static void server_spawn(struct redis_server *server)
{
    const char *socket = server->address + strlen("unix:");
    char *arguments[] = {"redis-server",
                         "--port",
                         "0",
                         "--unixsocket",
                         (char *)socket,
                         "--dir",
                         server->folder,
                         "--save",
                         "",
                         "--appendonly",
                         "yes",
                         "--appendfsync",
                         "always",
                         "--logfile",
                         "redis.log",
                         "--daemonize",
                         "no",
                         "--databases",
                         "1",
                         "--maxmemory-policy",
                         "noeviction",
                         "--no-appendfsync-on-rewrite",
                         "no",
                         NULL};
    unlink(socket);
    server->process = fork();
    if (server->process < 0)
        give_up(strerror(errno));
    if (server->process > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The signal the test ignores is not to be ignored by the server. */
    signal(SIGPIPE, SIG_DFL);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    execvp(arguments[0], arguments);
    fprintf(stderr, "redis-server: %s\n", strerror(errno));
    _exit(127);
}

/* Ready means: it answers, and has read its append-only file. */
static void server_await(const struct redis_server *server)
{
    int64_t deadline_ms = clock_monotonic_ms() + READY_DEADLINE_MS;
    struct redis_command ping = {0};
    struct error error = {""};
    redis_command_add(&ping, "PING");
    for (;;) {
        struct redis_link *link = redis_link_open(server->address, NULL, 1000, &error);
        struct redis_value *value = link == NULL ? NULL : redis_link_run(link, &ping, &error);
        bool ready = value != NULL;
        redis_value_free(&value);
        redis_link_close(&link);
        if (ready)
            break;
        if (waitpid(server->process, NULL, WNOHANG) != 0)
            give_up("it ended at once");
        if (clock_monotonic_ms() > deadline_ms)
            give_up(error.text);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    redis_command_free(&ping);
}

static void server_reap(struct redis_server *server)
{
    if (server->process <= 0)
        return;
    kill(server->process, SIGCONT);
    while (waitpid(server->process, NULL, 0) < 0 && errno == EINTR)
        ;
    server->process = 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}
