/* pulssi gateway check: reads a gateway profile as the services do, and says where it is wrong. */
#include "ctl/ctl.h"
#include "ctl/gateway_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_file(const char *argument)
{
    size_t chars = strlen(argument);
    return strchr(argument, '/') != NULL || (chars > 5 && strcmp(argument + chars - 5, ".json") == 0);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct profile *profile = NULL;
    if (is_file(ctl->argument))
        profile = profile_read_file(ctl->argument, &error);
    else if (settings_load(&ctl->settings, ctl_config_path(ctl), &error))
        profile = profile_load(&ctl->settings, ctl->argument, &error);
    if (profile == NULL)
        return ctl_fail(&error);
    if (ctl->json)
        gateway_print_json(ctl->argument, profile);
    else
        gateway_print(ctl->argument, profile);
    profile_free(&profile);
    return EXIT_SUCCESS;
}

const struct command command_gateway_check = {
    .name = "gateway",
    .subcommand = "check",
    .argument = "PROFILE",
    .summary = "read a gateway profile, and say where it is wrong",
    .details =
        "PROFILE is a file, or the name of one in the share folder's gateways; then the settings of the\n"
        "gateways that use it are looked at too. The members of the file are described in\n"
        "config/schema/gateway.schema.json.",
    .example = "pulssi gateway check infobip",
    .run = run,
};
