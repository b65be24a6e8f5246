/* pulssi schedule remove: forgets a schedule; the rounds it planned stay. */
#include "ctl/schedule_print.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    bool changed = false;
    if (!id_is_name(ctl->argument, SCHEDULE_ID_SIZE - 1))
        return ctl_misused(ctl, "%.60s: not the name of a schedule", ctl->argument);
    if (!ctl_org(ctl, &error) ||
        !schedule_remove(ctl->link, ctl->record.org.id, ctl->argument, &changed, &error))
        return ctl_fail(&error);
    if (!changed) {
        error_set(&error, "no schedule \"%s\"; nothing removed", ctl->argument);
        return ctl_fail(&error);
    }
    return schedule_say(ctl, ctl->argument, "removed", "");
}

const struct command command_schedule_remove = {
    .name = "schedule",
    .subcommand = "remove",
    .argument = "SCHEDULE",
    .summary = "forget a schedule; the rounds it planned stay",
    .example = "pulssi schedule remove coaching-a-felt-forward",
    .run = run,
};
