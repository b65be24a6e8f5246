/* pulssi volunteers list: who asked to help develop a service. Numbers masked, names only as given or not. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "ctl/table.h"
#include "ctl/volunteers_open.h"

/* The masked number; "sealed" without the key (reader NULL), "unreadable" for a record that does not open. */
static void number_shown(const struct reader *reader, const struct volunteer *volunteer, char out[24],
                         size_t *unreadable)
{
    struct volunteer_opened opened;
    snprintf(out, 24, "sealed");
    if (reader == NULL)
        return;
    if (volunteer_open(reader, volunteer, &opened)) {
        phone_mask(opened.e164, out);
    } else {
        snprintf(out, 24, "unreadable");
        (*unreadable)++;
    }
}

static void print_json(const struct ctl *ctl, const struct volunteers *volunteers,
                       const struct reader *reader)
{
    struct text text = {0};
    size_t unreadable = volunteers->unreadable;
    text_addf(&text, "{\"org\":\"%s\",\"volunteers\":[", ctl->record.org.id);
    for (size_t i = 0; i < volunteers->count; i++) {
        const struct volunteer *one = &volunteers->items[i];
        char number[24];
        number_shown(reader, one, number, &unreadable);
        text_addf(&text, "%s{\"date\":\"%s\",\"language\":\"%s\",\"pilot\":\"%s\",\"consent_text\":\"%s\",",
                  i > 0 ? "," : "", one->date, one->language, one->pilot, one->question);
        text_addf(&text, "\"channel\":\"%s\",\"name_given\":%s,\"phone\":\"%s\"}", one->channel,
                  one->name.bytes > 0 ? "true" : "false", number);
    }
    text_addf(&text, "],\"unreadable\":%zu}", unreadable);
    printf("%s\n", text.chars);
    text_free(&text);
}

static void print_text(const struct volunteers *volunteers, const struct reader *reader)
{
    static const char *const heads[] = {"date", "language", "pilot", "consent text", "name", "number"};
    struct table table;
    size_t unreadable = volunteers->unreadable;
    table_start(&table, "llllll");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < volunteers->count; i++) {
        const struct volunteer *one = &volunteers->items[i];
        char number[24];
        number_shown(reader, one, number, &unreadable);
        table_cell(&table, "%s", one->date);
        table_cell(&table, "%s", one->language);
        table_cell(&table, "%s", one->pilot);
        table_cell(&table, "%s", one->question);
        table_cell(&table, "%s", one->name.bytes > 0 ? "yes" : "no");
        table_cell(&table, "%s", number);
    }
    table_print(&table, "");
    (void)fflush(stdout);
    volunteers_say_unreadable(unreadable);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct volunteers volunteers;
    struct reader reader;
    if (!ctl_org(ctl, &error) || !volunteers_asked(ctl, "volunteers list", &volunteers, &error))
        return ctl_fail(&error);
    bool opens = volunteers.count > 0 && reader_load(ctl, &reader, &error);
    if (volunteers.count > 0 && !opens)
        fprintf(stderr, "pulssi: the numbers stay sealed: %s\n", error.text);
    if (ctl->json)
        print_json(ctl, &volunteers, opens ? &reader : NULL);
    else if (volunteers.count + volunteers.unreadable == 0)
        volunteers_say_none(ctl);
    else
        print_text(&volunteers, opens ? &reader : NULL);
    reader_clear(&reader);
    volunteers_free(&volunteers);
    return EXIT_SUCCESS;
}

static const struct command_option options[] = {
    {"--pilot", "P", "those who joined in this pilot only", false},
    {NULL, NULL, NULL, false},
};

const struct command command_volunteers_list = {
    .name = "volunteers",
    .subcommand = "list",
    .options = options,
    .summary = "show who volunteered to help develop a service",
    .details =
        "Numbers are masked, of a first name only whether it was given; `volunteers export` opens both.\n"
        "Where the reader's secret key is not on this machine the numbers stay sealed.",
    .example = "pulssi volunteers list --pilot coaching-a",
    .run = run,
};
