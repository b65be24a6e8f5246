/* pulssi volunteers remove: takes somebody off the volunteers' list, as they can do themselves with LEAVE. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>

#include "ctl/asked_number.h"
#include "ctl/audited.h"
#include "store/volunteers.h"

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct asked_number number;
    bool was = false;
    if (!asked_number(ctl, &number, &error) || !audited(ctl, "volunteers remove", 1, &error) ||
        !volunteer_remove(ctl->link, ctl->record.org.id, number.hash, &was, &error))
        return ctl_fail(&error);
    if (!was) {
        (void)error_set(&error, "%s is not on the volunteers' list of org \"%s\"", number.masked,
                        ctl->record.org.id);
        return ctl_fail(&error);
    }
    if (ctl->json)
        printf("{\"org\":\"%s\",\"phone\":\"%s\",\"result\":\"removed\"}\n", ctl->record.org.id,
               number.masked);
    else
        printf("%s: off the volunteers' list. They are not told; pulses go on as before.\n", number.masked);
    return EXIT_SUCCESS;
}

const struct command command_volunteers_remove = {
    .name = "volunteers",
    .subcommand = "remove",
    .argument = "PHONE",
    .summary = "take somebody off the volunteers' list",
    .details = "Number, first name and date go at once. They stay a contact: `person erase` ends that.",
    .example = "pulssi volunteers remove \"040 123 4567\"",
    .run = run,
};
