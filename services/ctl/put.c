/* Definitions on their way into the store. */
#include "ctl/put.h"

#include <stdio.h>
#include <stdlib.h>

cJSON *put_read(const struct ctl *ctl, struct text *json_out, struct error *error)
{
    cJSON *tree = json_read_file(ctl->argument, error);
    if (tree != NULL)
        json_print(tree, json_out);
    return tree;
}

const char *put_word(enum put_result result)
{
    return result == PUT_SAME ? "unchanged" : "written";
}

int put_finish(const struct ctl *ctl, enum put_result result, const char *kind, const char *name,
               const char *refusal, const struct error *error)
{
    struct error refused;
    switch (result) {
    case PUT_FAILED:
        return ctl_fail(error);
    case PUT_REFUSED:
        (void)error_set(&refused, "%s", refusal);
        return ctl_fail(&refused);
    case PUT_WRITTEN:
    case PUT_SAME:
        break;
    }
    if (ctl->json)
        printf("{\"%s\":\"%s\",\"result\":\"%s\"}\n", kind, name, put_word(result));
    else
        printf("%s %s: %s\n", kind, name, put_word(result));
    return EXIT_SUCCESS;
}
