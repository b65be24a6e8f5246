/* pulssi lane resume: what a pause held goes out again. */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/audited.h"
#include "ctl/lane_look.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    char what[AUDITED_WHAT_SIZE];
    bool changed = false;
    if (!lane_org(ctl, &error))
        return ctl_fail(&error);
    const char *org = ctl->record.org.id;
    snprintf(what, sizeof what, "lane resume %s", org);
    if (!audited(ctl, what, 1, &error) || !lane_pause(ctl->link, org, false, &changed, &error))
        return ctl_fail(&error);
    if (ctl->json)
        printf("{\"org\":\"%s\",\"result\":\"%s\"}\n", org, changed ? "resumed" : "unchanged");
    else
        printf("lane of %s: %s\n", org, changed ? "resumed" : "unchanged");
    return EXIT_SUCCESS;
}

const struct command command_lane_resume = {
    .name = "lane",
    .subcommand = "resume",
    .argument = "ORG",
    .summary = "let an org's messages go out again after a pause",
    .example = "pulssi lane resume varkaus",
    .run = run,
};
