/* pulssi audit list: who looked at or changed people's data. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/audit.h"

#define ROWS_SHOWN 200

static void print_json(const struct org *org, const struct audit_row *rows, size_t count, int64_t total)
{
    struct text text = {0};
    text_addf(&text, "{\"org\":\"%s\",\"total\":%" PRId64 ",\"rows\":[", org->id, total);
    for (size_t i = 0; i < count; i++) {
        char at[24];
        instant_text(org->zone, rows[i].at_ms, at);
        text_addf(&text,
                  "%s{\"id\":%" PRId64 ",\"at\":\"%s\",\"at_ms\":%" PRId64 ",\"who\":", i > 0 ? "," : "",
                  rows[i].id, at, rows[i].at_ms);
        json_add_string(&text, rows[i].who);
        text_add(&text, ",\"what\":");
        json_add_string(&text, rows[i].what);
        text_addf(&text, ",\"count\":%" PRId64 "}", rows[i].count);
    }
    text_add(&text, "]}");
    printf("%s\n", text.chars);
    text_free(&text);
}

static void print_text(const struct org *org, struct audit_row *rows, size_t count, int64_t total)
{
    static const char *const heads[] = {"when", "who", "count", "what"};
    struct table table;
    if (total == 0) {
        fputs("Nothing was looked at yet: finding, exporting and erasing people, the volunteers' list, own\n"
              "words and tokens leave a row here each time.\n",
              stderr);
        return;
    }
    table_start(&table, "llrl");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < count; i++) {
        char at[24];
        instant_text(org->zone, rows[i].at_ms, at);
        output_clean(rows[i].who);
        output_clean(rows[i].what);
        table_cell(&table, "%s", at);
        table_cell(&table, "%s", rows[i].who);
        table_cell(&table, "%" PRId64, rows[i].count);
        table_cell(&table, "%s", rows[i].what);
    }
    table_print(&table, "");
    if (total > (int64_t)count)
        printf("and %" PRId64 " older\n", total - (int64_t)count);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    size_t count = 0;
    int64_t total = 0;
    struct audit_row *rows = NULL;
    if (ctl_org(ctl, &error))
        rows = audit_read(ctl->link, ctl->record.org.id, ROWS_SHOWN, &count, &total, &error);
    if (rows == NULL)
        return ctl_fail(&error);
    if (ctl->json)
        print_json(&ctl->record.org, rows, count, total);
    else
        print_text(&ctl->record.org, rows, count, total);
    free(rows);
    return EXIT_SUCCESS;
}

const struct command command_audit_list = {
    .name = "audit",
    .subcommand = "list",
    .summary = "show who looked at or changed people's data, newest first",
    .details =
        "The latest 200 rows: when, who (login name and user id on the machine), how many records, and the\n"
        "command. Rows are never changed, and never hold a number.",
    .example = "pulssi audit list --json",
    .run = run,
};
