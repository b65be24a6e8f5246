/* pulssi round pause: nothing of a round is handed over until it is resumed.
 *
 *   hold set → what waits is held → (until nothing is in the gateway's hands) → told
 *
 * Promises: after its answer nothing of the round is handed over. A kill in between leaves the round paused; the
 * same command again ends the same. */
#include "ctl/round_hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

#define LOOK_AGAIN_MS 50

/* What was handed over before the hold gets its answer, or its lease expires. */
static bool await_gateway(struct ctl *ctl, const struct round *round, struct error *error)
{
    int64_t patience_ms = ctl->settings.http_deadline_ms + ctl->settings.lease_ms;
    int64_t until_ms = clock_monotonic_ms() + patience_ms, told = 0;
    for (;;) {
        int64_t count = 0;
        if (!hold_submitting(ctl->link, ctl->record.org.id, round->id, &count, error))
            return false;
        if (count == 0)
            return true;
        if (clock_monotonic_ms() >= until_ms)
            return error_set(error,
                             "after %" PRId64 " s the gateway has not answered for %" PRId64
                             " invitations that it "
                             "was given before: is the dispatcher running?",
                             patience_ms / 1000, count);
        if (count != told)
            fprintf(stderr, "waiting for the gateway's answer to %" PRId64 " invitations\n", count);
        told = count;
        (void)nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_MS * 1000000}, NULL);
    }
}

static bool pause_round(struct ctl *ctl, struct round *round, const char **result,
                        struct invitations *invitations, struct error *error)
{
    if (!round_put_hold(ctl, round, ROUND_PAUSED, "paused", result, invitations, error))
        return false;
    if (invitations->under_way == 0 && invitations->leased == 0)
        return true;
    return (await_gateway(ctl, round, error) &&
            hold_apply(ctl->link, ctl->record.org.id, round->id, 0, invitations, error)) ||
           error_prefix(error, "round %s is paused, and nothing new is handed over", round->id);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct round round;
    struct invitations invitations;
    const char *result = "";
    if (!round_find(ctl, &round, &error) || !pause_round(ctl, &round, &result, &invitations, &error))
        return ctl_fail(&error);
    round_print_hold(ctl, &round, result, &invitations);
    if (!ctl->json)
        printf("Nothing more of it is handed over until `pulssi round resume %s`.\n", round.id);
    return EXIT_SUCCESS;
}

const struct command command_round_pause = {
    .name = "round",
    .subcommand = "pause",
    .argument = "ROUND",
    .summary = "hand nothing of a round over until it is resumed",
    .details = "Answers when nothing of the round is in the gateway's hands any more. What was\n"
               "sent stays sent: replies count, and conversations that have begun go on.\n"
               "Those whose invitation is held get none from other rounds meanwhile. A pause\n"
               "does not make the round's sending time longer.",
    .example = "pulssi round pause coaching-a-felt-forward-2026w03",
    .run = run,
};
