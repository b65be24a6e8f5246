/* pulssi settings check: reads the settings as every program does. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    if (!settings_load(&ctl->settings, ctl_config_path(ctl), &error))
        return ctl_fail(&error);
    const char *path = ctl_config_path(ctl);
    const char *from = path != NULL ? path : "defaults and environment";
    if (ctl->json) {
        struct text text = {0};
        json_add_string(&text, from);
        printf("{\"settings\":%s,\"result\":\"ok\"}\n", text.chars);
        text_free(&text);
    } else {
        printf("settings from %s: ok\n", from);
    }
    return EXIT_SUCCESS;
}

const struct command command_settings_check = {
    .name = "settings",
    .subcommand = "check",
    .summary = "read the settings and say whether they are valid",
    .example = "pulssi settings check --config /etc/pulssi/pulssi.conf",
    .run = run,
};
