/* pulssi round list: the newest rounds and what each is doing. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/table.h"
#include "store/rounds.h"

#define ROUNDS_SHOWN 200

static void print_json(const struct org *org, const struct round *rounds, size_t count)
{
    printf("{\"org\":\"%s\",\"rounds\":[", org->id);
    for (size_t i = 0; i < count; i++) {
        const struct round *round = &rounds[i];
        char at[24], not_after[24];
        instant_text(org->zone, round->at_ms, at);
        instant_text(org->zone, round->not_after_ms, not_after);
        printf("%s{\"round\":\"%s\",\"state\":\"%s\",\"pilot\":\"%s\",\"survey\":\"%s\",\"at\":\"%s\",\"at_"
               "ms\":%" PRId64 ",\"not_after\":\"%s\",\"not_after_ms\":%" PRId64 ",\"sample\":%" PRId64
               ",\"frame\":%" PRId64 ",\"drawn\":%" PRId64 ",\"released\":%" PRId64 "}",
               i > 0 ? "," : "", round->id, round_state(round), round->pilot, round->survey, at, round->at_ms,
               not_after, round->not_after_ms, round->sample, round->frame, round->drawn, round->cursor);
    }
    printf("]}\n");
}

static void print_text(const struct org *org, const struct round *rounds, size_t count)
{
    static const char *const heads[] = {"round", "state", "start", "sends until", "drawn", "released"};
    struct table table;
    table_start(&table, "llllrr");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < count; i++) {
        const struct round *round = &rounds[i];
        char at[24], not_after[24];
        instant_text(org->zone, round->at_ms, at);
        instant_text(org->zone, round->not_after_ms, not_after);
        table_cell(&table, "%s", round->id);
        table_cell(&table, "%s", round_state(round));
        table_cell(&table, "%s", at);
        table_cell(&table, "%s", not_after);
        table_cell(&table, "%" PRId64, round->drawn);
        table_cell(&table, "%" PRId64, round->cursor);
    }
    table_print(&table, "");
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    size_t count = 0;
    struct round *rounds = NULL;
    if (ctl_org(ctl, &error))
        rounds = rounds_load(ctl->link, ctl->record.org.id, ROUNDS_SHOWN, &count, &error);
    if (rounds == NULL)
        return ctl_fail(&error);
    if (ctl->json)
        print_json(&ctl->record.org, rounds, count);
    else if (count == 0)
        printf("no rounds: start one with `pulssi round start`\n");
    else
        print_text(&ctl->record.org, rounds, count);
    free(rounds);
    return EXIT_SUCCESS;
}

const struct command command_round_list = {
    .name = "round",
    .subcommand = "list",
    .summary = "show the newest rounds and what each is doing, the latest start first",
    .details = "At most 200. States: planned, releasing (into the outbox), released, paused,\n"
               "cancelled.",
    .example = "pulssi round list",
    .works_behind = true,
    .run = run,
};
