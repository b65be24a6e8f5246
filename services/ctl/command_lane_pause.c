/* pulssi lane pause: nothing of an org is handed over, bulk or reply, until it is resumed.
 *
 *   pause set → what was claimed is taken back → (until nothing is in the gateway's hands) → told
 *
 * Promises: after its answer nothing of the org is handed over. A kill in between leaves the lane paused; the same
 * command again ends the same. */
#include "ctl/lane_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ctl/audited.h"

/* What was handed over before gets its answer, or its lease expires. */
static bool await_gateway(struct ctl *ctl, struct error *error)
{
    struct clock clock;
    int64_t patience_ms = ctl->settings.http_deadline_ms + ctl->settings.lease_ms;
    int64_t until_ms = clock_monotonic_ms() + patience_ms, told = 0;
    if (!ctl_clock(ctl, &clock, error))
        return false;
    for (;;) {
        int64_t count = 0;
        if (!lane_pause_apply(ctl->link, ctl->record.org.id, clock_domain_ms(&clock), &count, error))
            return false;
        if (count == 0)
            return true;
        if (clock_monotonic_ms() >= until_ms)
            return error_set(error,
                             "after %" PRId64 " s the gateway has not answered for %" PRId64
                             " messages that it was given before: is the dispatcher running?",
                             patience_ms / 1000, count);
        if (count != told)
            fprintf(stderr, "waiting for the gateway's answer to %" PRId64 " messages\n", count);
        told = count;
        lane_pause_between();
    }
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    char what[AUDITED_WHAT_SIZE];
    bool changed = false;
    if (!lane_org(ctl, &error))
        return ctl_fail(&error);
    const char *org = ctl->record.org.id;
    snprintf(what, sizeof what, "lane pause %s", org);
    if (!audited(ctl, what, 1, &error) || !lane_pause(ctl->link, org, true, &changed, &error))
        return ctl_fail(&error);
    if (!await_gateway(ctl, &error)) {
        (void)error_prefix(&error, "the lane is paused, and nothing new is handed over");
        return ctl_fail(&error);
    }
    if (ctl->json)
        printf("{\"org\":\"%s\",\"result\":\"%s\",\"state\":\"paused\"}\n", org,
               changed ? "paused" : "unchanged");
    else
        printf("lane of %s: %s\nNothing goes out, replies neither, until `pulssi lane resume %s`.\n", org,
               changed ? "paused" : "unchanged", org);
    return EXIT_SUCCESS;
}

const struct command command_lane_pause = {
    .name = "lane",
    .subcommand = "pause",
    .argument = "ORG",
    .summary = "hand nothing of an org over, bulk or reply, until it is resumed",
    .details = "Answers when nothing is in the gateway's hands any more. Replies that come in\n"
               "are still taken and counted; what answers them waits. Messages whose time is\n"
               "over meanwhile end unsent.",
    .example = "pulssi lane pause varkaus",
    .run = run,
};
