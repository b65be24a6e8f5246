/* pulssi settings sample: every key there is. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>

static int run(struct ctl *ctl)
{
    struct text text = {0};
    (void)ctl;
    settings_sample(&text);
    fputs(text.chars, stdout);
    text_free(&text);
    return EXIT_SUCCESS;
}

const struct command command_settings_sample = {
    .name = "settings",
    .subcommand = "sample",
    .summary = "print a settings file with every key, its range and default",
    .example = "pulssi settings sample > pulssi.conf",
    .run = run,
};
