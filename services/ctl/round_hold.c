#include "ctl/round_hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/audited.h"
#include "ctl/table.h"

bool round_find(struct ctl *ctl, struct round *round_out, struct error *error)
{
    bool there = false;
    if (!ctl_org(ctl, error))
        return false;
    if (id_is_name(ctl->argument, ROUND_SIZE - 1) &&
        !round_load(ctl->link, ctl->record.org.id, ctl->argument, round_out, &there, error))
        return false;
    return there || error_set(error, "there is no round \"%.64s\": see `pulssi round list`", ctl->argument);
}

bool round_put_hold(struct ctl *ctl, struct round *round, enum round_hold hold, const char *done,
                    const char **result_out, struct invitations *invitations_out, struct error *error)
{
    const char *org = ctl->record.org.id;
    char id[ROUND_SIZE], what[AUDITED_WHAT_SIZE];
    struct clock clock;
    bool there = false;
    memcpy(id, round->id, sizeof id);
    snprintf(what, sizeof what, "round %s %s", ctl->command->subcommand, id);
    if (!ctl_clock(ctl, &clock, error) || !audited(ctl, what, 1, error))
        return false;
    switch (hold_set(ctl->link, org, id, hold, error)) {
    case HOLD_SET:
        *result_out = done;
        break;
    case HOLD_SAME:
        *result_out = "unchanged";
        break;
    case HOLD_CANCELLED:
        return error_set(error, "round %s is cancelled, and that is for good", id);
    case HOLD_FAILED:
        return false;
    }
    return (hold_apply(ctl->link, org, id, clock_domain_ms(&clock), invitations_out, error) &&
            round_load(ctl->link, org, id, round, &there, error)) ||
           error_prefix(error,
                        "the round is %s, but not everything that waits was brought in line: run this again",
                        done);
}

void round_print_hold(const struct ctl *ctl, const struct round *round, const char *result,
                      const struct invitations *invitations)
{
    bool paused = round->hold == ROUND_PAUSED, cancelled = round->hold == ROUND_CANCELLED;
    int64_t waiting = invitations->waiting + (cancelled ? 0 : invitations->leased);
    const struct {
        const char *name, *words;
        int64_t count;
    } rows[] = {
        {"sent", "sent", invitations->sent},
        {"unknown", "perhaps sent", invitations->unknown},
        {"under_way", "in the gateway's hands", invitations->under_way},
        {"held", "held", paused ? waiting : 0},
        {"waiting", "waiting to be sent", paused ? 0 : waiting},
        {"cancelled", "cancelled", invitations->cancelled},
        {"ending", "cancelled before they are handed over", cancelled ? invitations->leased : 0},
        {"not_sent", "ended unsent", invitations->not_sent},
        {"not_drawn", cancelled ? "not drawn, and never will be" : "drawn later",
         round->drawn - round->cursor},
    };
    if (ctl->json) {
        printf("{\"org\":\"%s\",\"round\":\"%s\",\"result\":\"%s\",\"state\":\"%s\"", ctl->record.org.id,
               round->id, result, round_state(round));
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            printf(",\"%s\":%" PRId64, rows[i].name, rows[i].count);
        printf("}\n");
        return;
    }
    struct table table;
    printf("round %s: %s\n", round->id, result);
    table_start(&table, "lr");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].count > 0 || i == 0) {
            table_cell(&table, "%s", rows[i].words);
            table_cell(&table, "%" PRId64, rows[i].count);
        }
    }
    table_print(&table, "  ");
}
