/* pulssi round cancel: what was not sent yet never is. What the gateway has goes on and counts. A kill half-way
 * leaves the round cancelled; the same command again ends the same. */
#include "ctl/round_hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int refuse(const struct round *round)
{
    struct error error;
    (void)error_set(
        &error,
        "nothing was cancelled: all of round %s that was not sent yet ends for good when you add --yes",
        round->id);
    return ctl_fail(&error);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct round round;
    struct invitations invitations;
    const char *result = "";
    if (!round_find(ctl, &round, &error))
        return ctl_fail(&error);
    if (ctl_option(ctl, "--yes") == NULL)
        return refuse(&round);
    if (!round_put_hold(ctl, &round, ROUND_CANCELLED, "cancelled", &result, &invitations, &error))
        return ctl_fail(&error);
    round_print_hold(ctl, &round, result, &invitations);
    return EXIT_SUCCESS;
}

static const struct command_option options[] = {
    {"--yes", NULL, "cancel; without it nothing is done", false},
    {NULL, NULL, NULL, false},
};

const struct command command_round_cancel = {
    .name = "round",
    .subcommand = "cancel",
    .argument = "ROUND",
    .options = options,
    .summary = "end a round: what was not sent yet never is",
    .details = "Those who were not asked are free for other rounds at once. What was sent stays\n"
               "sent: replies count, and conversations that have begun go on. A cancelled round\n"
               "does not come back; a schedule that planned it goes on.",
    .example = "pulssi round cancel coaching-a-felt-forward-2026w03 --yes",
    .run = run,
};
