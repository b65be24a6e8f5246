/* The real command line against a real Redis, for tests of it: a scratch folder with the data folder in it, a
 * private server, and checks of what was said. */
#ifndef TESTS_COMMAND_LINE_H
#define TESTS_COMMAND_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "io/redis.h"
#include "support/program_run.h"

#define ORG_FILE    TEST_SOURCE_DIR "/config/examples/org.json"
#define PILOT_FILE  TEST_SOURCE_DIR "/config/examples/pilot.json"
#define SURVEY_FILE TEST_SOURCE_DIR "/config/surveys/felt-forward.json"

struct command_line {
    const char *program; /* path of pulssi */
    char folder[64];     /* commands run in it; its `data` is the data folder */
    struct redis_server *server;
    struct redis_link *link;
    struct program_result said; /* by the last command */
};
extern struct command_line line;

/* Group set-up (cmocka) after line.program is set, and tear-down. */
int command_line_start(void **state);
int command_line_stop(void **state);

/* An empty store with the library, and no files. */
int command_line_clear(void **state);

void command_line_run(const char *const *arguments);
#define RUN(...) command_line_run((const char *const[]){__VA_ARGS__, NULL})

/* Runs a command that must end with the status and, on either stream, say the words. */
void command_line_expect(int status, const char *words, const char *const *arguments);
#define EXPECT(status, words, ...)                                                                           \
    command_line_expect((status), (words), (const char *const[]){__VA_ARGS__, NULL})

/* A number in the JSON object that was said, by its path ("capped.total"); -1 when it is not there. */
double command_line_number(const char *path);

/* A Redis command that must succeed; the answer is owned. */
struct redis_value *command_line_redis(const char *const *words);
#define REDIS(...)    command_line_redis((const char *const[]){__VA_ARGS__, NULL})
#define REDIS_DO(...) command_line_redis_do((const char *const[]){__VA_ARGS__, NULL})
void command_line_redis_do(const char *const *words);
int64_t command_line_redis_int(const char *const *words);
#define REDIS_INT(...) command_line_redis_int((const char *const[]){__VA_ARGS__, NULL})

#endif
