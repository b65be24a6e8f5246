/* pulssi collector list: the collectors the roll-up waits for, how far each is, and what it holds on its disk. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ctl/table.h"
#include "store/collectors.h"

static void print_json(const struct collector_rows *rows);
static void print_table(const struct collector_rows *rows);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct collector_rows rows;
    if (!ctl_store(ctl, &error) || !collectors_read(ctl->link, &rows, &error))
        return ctl_fail(&error);
    if (ctl->json)
        print_json(&rows);
    else if (rows.count == 0)
        printf("no collector is registered: the roll-up waits for none\n");
    else
        print_table(&rows);
    collectors_free(&rows);
    return EXIT_SUCCESS;
}

static const char *state_word(const struct collector_rows *rows, const struct collector_row *row)
{
    if (!row->readable)
        return "unreadable";
    return collector_is_away(rows, row) ? "away" : "running";
}

static void print_json(const struct collector_rows *rows)
{
    printf("{\"collectors\":[");
    for (size_t i = 0; i < rows->count; i++) {
        const struct collector_row *row = &rows->items[i];
        printf("%s{\"id\":\"%s\",\"state\":\"%s\"", i > 0 ? "," : "", row->id, state_word(rows, row));
        if (row->readable)
            printf(",\"heard_ms\":%" PRId64 ",\"until_ms\":%" PRId64 ",\"spooled\":%" PRId64, row->at_ms,
                   row->until_ms, row->spooled);
        printf("}");
    }
    printf("]}\n");
}

static void print_table(const struct collector_rows *rows)
{
    static const char *const heads[] = {"id", "state", "heard last", "all is in until", "in its spool"};
    struct table table;
    table_start(&table, "llllr");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < rows->count; i++) {
        const struct collector_row *row = &rows->items[i];
        char heard[CLOCK_UTC_SIZE] = "?", until[CLOCK_UTC_SIZE] = "?";
        if (row->readable) {
            clock_utc_text(row->at_ms, heard);
            clock_utc_text(row->until_ms, until);
        }
        table_cell(&table, "%s", row->id);
        table_cell(&table, "%s", state_word(rows, row));
        table_cell(&table, "%s", heard);
        table_cell(&table, "%s", until);
        table_cell(&table, "%" PRId64, row->spooled);
    }
    table_print(&table, "");
}

const struct command command_collector_list = {
    .name = "collector",
    .subcommand = "list",
    .summary = "show the collectors, how far each is, and what it holds in its spool",
    .details = "A week closes only when every collector here has said that all it received\n"
               "before is in Redis. One that is away keeps it open: start it again, or, when\n"
               "it is gone for good, see `pulssi collector remove`. Times are UTC.",
    .example = "pulssi collector list",
    .works_behind = true,
    .run = run,
};
