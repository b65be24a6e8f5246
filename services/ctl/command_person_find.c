/* pulssi person find: what is held of a phone number, for the terminal. */
#include "ctl/ctl.h"

#include <stdlib.h>

#include "ctl/person_show.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct asked_number number;
    struct person person;
    if (!person_asked(ctl, "person find", &number, &person, &error))
        return ctl_fail(&error);
    if (ctl->json)
        person_print_json(person_summary_json(&ctl->record.org, &number, &person));
    else
        person_print(&ctl->record.org, &number, &person);
    person_free(&person);
    return EXIT_SUCCESS;
}

const struct command command_person_find = {
    .name = "person",
    .subcommand = "find",
    .argument = "PHONE",
    .summary = "show what is held of a phone number",
    .details = "Shows no answer, no first name, and the number masked; `person export` has everything.\n"
               "Answers of closed weeks and own words are linked to nobody: they cannot be found.",
    .example = "pulssi person find \"040 123 4567\"",
    .run = run,
};
