/* pulssi round resume: a paused round goes on. A kill half-way leaves some invitations held: the same command
 * again makes them due, too. */
#include "ctl/round_hold.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct round round;
    struct invitations invitations;
    struct clock clock;
    const char *result = "";
    if (!round_find(ctl, &round, &error) || !ctl_clock(ctl, &clock, &error) ||
        !round_put_hold(ctl, &round, ROUND_GOES_ON, "resumed", &result, &invitations, &error))
        return ctl_fail(&error);
    round_print_hold(ctl, &round, result, &invitations);
    if (!ctl->json && clock_domain_ms(&clock) >= round.not_after_ms) {
        char at[24];
        instant_text(ctl->record.org.zone, round.not_after_ms, at);
        printf("Its sending time was over at %s: what waits ends unsent.\n", at);
    }
    return EXIT_SUCCESS;
}

const struct command command_round_resume = {
    .name = "round",
    .subcommand = "resume",
    .argument = "ROUND",
    .summary = "let a paused round go on",
    .details = "What was held is due at once, in the organisation's sending window.",
    .example = "pulssi round resume coaching-a-felt-forward-2026w03",
    .run = run,
};
