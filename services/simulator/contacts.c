/* Prints "phone,language" and the scenario's strata, a header and a line a person, in the order of the
 * people. The same scenario prints the same bytes. */
#include "simulator/contacts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "simulator/options.h"
#include "simulator/people.h"

static void print_people(const struct scenario *scenario, const struct scenario_pilot *pilot)
{
    char phone[PHONE_SIZE];
    (void)printf("phone,language");
    for (size_t i = 0; i < scenario->strata_count; i++)
        (void)printf(",%s", scenario->strata[i].name);
    (void)printf("\n");
    for (int64_t i = 0; i < pilot->size; i++) {
        int64_t person = pilot->first_person + i;
        person_phone(person, phone);
        (void)printf("%s,%s", phone, person_language(scenario, person));
        for (size_t k = 0; k < scenario->strata_count; k++)
            (void)printf(",%s", person_stratum(scenario, person, k));
        (void)printf("\n");
    }
}

int contacts_run(int argc, char **argv)
{
    static struct scenario scenario;
    const char *file = NULL, *pilot_id = NULL;
    const struct option_row rows[] = {
        {"scenario", "FILE", &file, NULL, true, "the scenario"},
        {"pilot", "ID", &pilot_id, NULL, true, "whose people"},
        {0},
    };
    const struct subcommand subcommand = {"contacts", "print the people of a pilot as contacts.csv", rows};
    struct error error;
    options_read(argc, argv, &subcommand);
    if (!scenario_read(&scenario, file, &error)) {
        log_error("%s", error.text);
        return 1;
    }
    const struct scenario_pilot *pilot = scenario_pilot(&scenario, pilot_id);
    if (pilot == NULL) {
        log_error("%s: no pilot \"%s\"", file, pilot_id);
        return 1;
    }
    print_people(&scenario, pilot);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        log_error("standard output: cannot write");
        return 1;
    }
    return 0;
}
