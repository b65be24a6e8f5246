/* pulssi schedule list: every schedule with its next times, its last run and its last skip. */
#include "ctl/schedule_print.h"

#include <stdio.h>
#include <stdlib.h>

static void print_all_json(const struct org *org, const struct schedule_record *records, size_t count)
{
    struct text text = {0};
    text_addf(&text, "{\"org\":\"%s\",\"schedules\":[", org->id);
    for (size_t i = 0; i < count; i++) {
        text_add(&text, i > 0 ? ",{" : "{");
        schedule_print_json(org, &records[i], &text);
        text_add(&text, "}");
    }
    text_add(&text, "]}");
    printf("%s\n", text.chars);
    text_free(&text);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct schedule_record *records = NULL;
    size_t count = 0;
    if (!ctl_org(ctl, &error) || !schedules_load(ctl->link, ctl->record.org.id, &records, &count, &error))
        return ctl_fail(&error);
    if (ctl->json)
        print_all_json(&ctl->record.org, records, count);
    for (size_t i = 0; !ctl->json && i < count; i++) {
        printf("%s", i > 0 ? "\n" : "");
        schedule_print(&ctl->record.org, &records[i]);
    }
    if (!ctl->json && count == 0)
        printf("no schedules: make one with `pulssi round schedule`\n");
    free(records);
    return EXIT_SUCCESS;
}

const struct command command_schedule_list = {
    .name = "schedule",
    .subcommand = "list",
    .summary = "show the schedules, their next five times, last run and last skip",
    .details = "A run that was missed while the dispatcher was down is made up inside its\n"
               "sending window; when that is over it is skipped, and shown here.",
    .example = "pulssi schedule list",
    .works_behind = true,
    .run = run,
};
