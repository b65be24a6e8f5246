/* pulssi schedule pause: nothing fires until it is resumed. */
#include "ctl/schedule_print.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct schedule_record record;
    bool changed = false;
    if (!ctl_org(ctl, &error) || !schedule_find(ctl, ctl->argument, &record, &error) ||
        !schedule_set_paused(ctl->link, ctl->record.org.id, ctl->argument, true, -1, &changed, &error))
        return ctl_fail(&error);
    return schedule_say(ctl, ctl->argument, changed ? "paused" : "unchanged", "");
}

const struct command command_schedule_pause = {
    .name = "schedule",
    .subcommand = "pause",
    .argument = "SCHEDULE",
    .summary = "let a schedule fire no more until it is resumed",
    .details = "Rounds it has planned already are sent. Times that pass meanwhile are not\n"
               "made up later.",
    .example = "pulssi schedule pause coaching-a-felt-forward",
    .run = run,
};
