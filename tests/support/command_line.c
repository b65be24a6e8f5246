/* Commands run to their end, and what they said. */
#include "support/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/redis_server.h"

struct command_line line;

int command_line_start(void **state)
{
    struct error error;
    char data[80];
    (void)state;
    folder_make(line.folder);
    line.server = redis_server_start();
    snprintf(data, sizeof data, "%s/data", line.folder);
    setenv("PULSSI_PULSSI_DATA_FOLDER", data, 1);
    setenv("PULSSI_REDIS_ADDRESS", redis_server_address(line.server), 1);
    setenv("PULSSI_REDIS_DEADLINE_MS", "10000",
           1); /* nothing is measured here, and the machine may be busy */
    unsetenv("PULSSI_CONFIG");
    line.link = redis_link_open(redis_server_address(line.server), "", 5000, &error);
    return line.link != NULL ? 0 : -1;
}

int command_line_stop(void **state)
{
    (void)state;
    redis_link_close(&line.link);
    redis_server_free(&line.server);
    folder_remove(line.folder);
    return 0;
}

int command_line_clear(void **state)
{
    char data[80];
    (void)state;
    snprintf(data, sizeof data, "%s/data", line.folder);
    folder_remove(data);
    REDIS_DO("FLUSHALL");
    EXPECT(0, "function library", "store", "install");
    return 0;
}

void command_line_run(const char *const *arguments)
{
    const char *words[160] = {line.program};
    for (size_t count = 1; *arguments != NULL; arguments++)
        words[count++] = *arguments;
    program_run(&line.said, line.folder, words);
}

void command_line_expect(int status, const char *words, const char *const *arguments)
{
    command_line_run(arguments);
    if (line.said.status != status ||
        (strstr(line.said.output, words) == NULL && strstr(line.said.errors, words) == NULL))
        fail_msg("status %d, expected %d and \"%s\", said: %s%s", line.said.status, status, words,
                 line.said.output, line.said.errors);
}

double command_line_number(const char *path)
{
    struct error error;
    char names[64];
    cJSON *tree = json_parse(line.said.output, strlen(line.said.output), &error);
    if (tree == NULL)
        fail_msg("%s: %s", error.text, line.said.output);
    const cJSON *at = tree;
    snprintf(names, sizeof names, "%s", path);
    char *rest = NULL;
    for (char *name = strtok_r(names, ".", &rest); name != NULL; name = strtok_r(NULL, ".", &rest))
        at = cJSON_GetObjectItemCaseSensitive(at, name);
    double value = cJSON_IsNumber(at) ? at->valuedouble : -1;
    cJSON_Delete(tree);
    return value;
}

struct redis_value *command_line_redis(const char *const *words)
{
    struct redis_command command = {0};
    struct error error;
    for (; *words != NULL; words++)
        redis_command_add(&command, *words);
    struct redis_value *value = redis_link_run(line.link, &command, &error);
    redis_command_free(&command);
    if (value == NULL)
        fail_msg("%s", error.text);
    return value;
}

void command_line_redis_do(const char *const *words)
{
    struct redis_value *value = command_line_redis(words);
    redis_value_free(&value);
}

int64_t command_line_redis_int(const char *const *words)
{
    struct redis_value *value = command_line_redis(words);
    int64_t number = redis_int(value);
    redis_value_free(&value);
    return number;
}
