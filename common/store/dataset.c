#include "store/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/wake.h"

#define DATASET_KEY  "pulssi:dataset"
#define ADOPTION_KEY "pulssi:adoption"
#define BEHIND_KEY   "pulssi:behind" /* "adoption|program|why" */

/* Runs the words up to NULL; an owned answer. */
static struct redis_value *run(struct redis_link *link, const char *const *words, struct error *error)
{
    struct redis_command command = {0};
    for (; *words != NULL; words++)
        redis_command_add(&command, *words);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}
#define RUN(link, error, ...) run(link, (const char *const[]){__VA_ARGS__, NULL}, error)

static bool done(struct redis_value *value)
{
    bool answered = value != NULL;
    redis_value_free(&value);
    return answered;
}

static void read_mark(const char *mark, struct dataset *dataset)
{
    const char *program = strchr(mark, '|'), *why = program == NULL ? NULL : strchr(program + 1, '|');
    dataset->behind_adoption = strtoll(mark, NULL, 10);
    if (why != NULL)
        snprintf(dataset->behind, sizeof dataset->behind, "%.*s found: %s", (int)(why - program - 1),
                 program + 1, why + 1);
    else if (mark[0] != '\0')
        snprintf(dataset->behind, sizeof dataset->behind, "it is marked so");
}

bool dataset_read(struct redis_link *link, struct dataset *dataset_out, struct error *error)
{
    *dataset_out = (struct dataset){0};
    struct redis_value *value = RUN(link, error, "MGET", DATASET_KEY, ADOPTION_KEY, BEHIND_KEY);
    if (value == NULL)
        return false;
    bool fits = text_copy(dataset_out->id, sizeof dataset_out->id, redis_text(redis_item(value, 0)));
    dataset_out->adoption = redis_int(redis_item(value, 1));
    read_mark(redis_text(redis_item(value, 2)), dataset_out);
    redis_value_free(&value);
    return fits || error_set(error, "Redis: " DATASET_KEY " is no id of a data set");
}

void dataset_watch_command(struct redis_command *command)
{
    redis_command_clear(command);
    redis_command_add(command, "MGET");
    redis_command_add(command, DATASET_KEY);
    redis_command_add(command, BEHIND_KEY);
}

bool dataset_mark_behind(struct redis_link *link, const char *program, const char *why, int64_t adoption,
                         struct error *error)
{
    char mark[400];
    snprintf(mark, sizeof mark, "%lld|%s|%s", (long long)adoption, program, why);
    return done(RUN(link, error, "SET", BEHIND_KEY, mark, "NX")) && dataset_tell(link, error);
}

bool dataset_adopt(struct redis_link *link, int64_t adoption, struct error *error)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)adoption);
    return done(RUN(link, error, "SET", ADOPTION_KEY, number)) && done(RUN(link, error, "DEL", BEHIND_KEY)) &&
           dataset_tell(link, error);
}

bool dataset_tell(struct redis_link *link, struct error *error)
{
    return done(RUN(link, error, "PUBLISH", WAKE_CHANNEL, WAKE_JUDGE));
}
