/* pulssi pilot put: adds or replaces a pilot of an organisation. */
#include "ctl/put.h"

#include <stdlib.h>

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct text json = {0};
    struct pilot pilot = {.id = ""};
    enum put_result result = PUT_FAILED;
    cJSON *tree = put_read(ctl, &json, &error);
    if (tree != NULL && ctl_org(ctl, &error)) {
        if (pilot_read(&pilot, &ctl->record.org, tree, &error))
            result = pilot_store(ctl->link, ctl->record.org.id, pilot.id, json.chars, &error);
        else
            (void)error_prefix(&error, "%s", ctl->argument);
    }
    int status = put_finish(ctl, result, "pilot", pilot.id, "refused", &error);
    cJSON_Delete(tree);
    text_free(&json);
    return status;
}

const struct command command_pilot_put = {
    .name = "pilot",
    .subcommand = "put",
    .argument = "FILE",
    .summary = "add or replace a pilot from a JSON file",
    .example = "pulssi pilot put coaching-a.json",
    .run = run,
};
