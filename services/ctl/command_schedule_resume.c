/* pulssi schedule resume: a paused schedule goes on with its next time from now. */
#include "ctl/schedule_print.h"

#include "base/clock.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct schedule_record record;
    struct clock clock;
    bool changed = false;
    int64_t next_ms = -1;
    char starts_after[ROUND_SIZE];
    if (!ctl_org(ctl, &error) || !ctl_clock(ctl, &clock, &error) ||
        !schedule_find(ctl, ctl->argument, &record, &error) ||
        !schedule_first(ctl, &record.schedule, clock_domain_ms(&clock), &next_ms, starts_after, &error) ||
        !schedule_set_paused(ctl->link, ctl->record.org.id, ctl->argument, false, next_ms, &changed, &error))
        return ctl_fail(&error);
    if (!changed)
        return schedule_say(ctl, ctl->argument, "unchanged", "");
    return schedule_say(ctl, ctl->argument, next_ms < 0 ? "ended" : "active", starts_after);
}

const struct command command_schedule_resume = {
    .name = "schedule",
    .subcommand = "resume",
    .argument = "SCHEDULE",
    .summary = "let a paused schedule fire again, from its next time on",
    .example = "pulssi schedule resume coaching-a-felt-forward",
    .run = run,
};
