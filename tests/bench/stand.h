/* What the benchmarks stand on: a fresh world on a Redis of its own, a folder with settings and keys, and the
 * real programs as child processes. A step that does not work ends the program with its reason. */
#ifndef BENCH_STAND_H
#define BENCH_STAND_H

#include "report.h"
#include "support/child.h"
#include "support/world.h"

#define STAND_TOKEN  "a-token-of-the-simulator"
#define STAND_SECRET "a-secret-of-the-gateway"
#define STAND_NUMBER "18123"
#define STAND_PEOPLE_MAX                                                                                     \
    45000 /* ids of the world's messages have five digits, and a reply may take one too */

struct stand_option {
    const char *name, *help; /* "replies" */
    int64_t low, high;
    int64_t *value; /* holds the default */
};
/* Reads "--name N" options; --help and mistakes end the program. Writes the whole command with all values. */
void stand_options(int argc, char **argv, const char *bench, const struct stand_option *options,
                   size_t options_count, struct text *command_out);

struct stand {
    struct world world;
    char folder[64];
};

/* The world's now is a sending instant, at most some days ago; nobody is imported. Redis rewrites no file by
 * itself: when it would is chance, and it would fall into one measurement and not into another. */
void stand_open(struct stand *stand, struct report *report);
void stand_close(struct stand *stand);

/* Imports that many contacts into the pilot and releases a round to all of them: contact n has message n, due
 * now. */
void stand_release(struct stand *stand, int64_t people);
/* Sends what is due as a dispatcher would, all of it accepted. */
void stand_send_all(struct stand *stand, int64_t people);

/* What Redis uses, bytes: keys, tables, the allocator's rounding. */
double stand_redis_bytes(struct stand *stand);

/* A path in the folder; the fourth next call uses its memory again. */
const char *stand_path(struct stand *stand, const char *name);
void stand_put(struct stand *stand, const char *name, const char *content);
/* Settings of the services, and the org's keys; gateway_port as the simulator said. */
void stand_put_settings(struct stand *stand, int gateway_port, const char *clock_file);

/* Starts a program of the build; its standard output and error go to "<program>.out" and "<program>.log". */
void stand_spawn(struct stand *stand, struct child *child, const char *program, const char *const *arguments);
/* Polls until the first number after the word in the file appears; 20 s. */
int stand_await_number(struct stand *stand, const char *file, const char *word);

/* Domain time stands at this instant; programs that watch the clock file move there. */
void stand_put_clock(struct stand *stand, int64_t domain_ms);
/* A gateway of a town in which nobody answers; the world's people are strangers to it. Returns its port. */
int stand_start_simulator(struct stand *stand, struct child *simulator);

#endif
