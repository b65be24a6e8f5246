/* A private redis-server for one test program: unix socket in a fresh folder, append-only file fsynced
 * always, no snapshots, no port. Dies with the test. A server that cannot start ends the test program with a
 * message. */
#ifndef TESTS_REDIS_SERVER_H
#define TESTS_REDIS_SERVER_H

#include <sys/types.h>

struct redis_server;

/* Starts it and returns when it answers. */
struct redis_server *redis_server_start(void);
/* Kills it and removes its folder. */
void redis_server_free(struct redis_server **server);

const char *redis_server_address(const struct redis_server *server); /* "unix:/…" */
const char *redis_server_folder(const struct redis_server *server);
pid_t redis_server_process(const struct redis_server *server); /* 0 = not running */

void redis_server_stop(struct redis_server *server);    /* orderly, waits for its end */
void redis_server_kill(struct redis_server *server);    /* SIGKILL, waits for its end */
void redis_server_restart(struct redis_server *server); /* on the same files, after stop or kill */
void redis_server_pause(struct redis_server *server);   /* SIGSTOP: connected, but answers nothing */
void redis_server_resume(struct redis_server *server);

#endif
