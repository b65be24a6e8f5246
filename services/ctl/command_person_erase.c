/* pulssi person erase: the end of everything that is found by a phone number.
 *
 *   number → what is held → audit → (without --yes: shown, and no more) → erased → references swept
 *
 * Promises: an unknown number makes nothing; a kill at any point and the same command again end the same: so
 * references are swept also when nothing is held any more. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/audited.h"
#include "ctl/person_show.h"
#include "ctl/table.h"

static void erased_json(const struct ctl *ctl, const struct asked_number *number,
                        const struct person_erased *erased, bool changed)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddStringToObject(tree, "org", ctl->record.org.id);
    cJSON_AddStringToObject(tree, "phone", number->masked);
    cJSON_AddStringToObject(tree, "result", changed ? "erased" : "unchanged");
    cJSON_AddBoolToObject(tree, "contact", erased->contact);
    cJSON_AddBoolToObject(tree, "open_pulse", erased->pulse);
    cJSON_AddBoolToObject(tree, "volunteer", erased->volunteer);
    cJSON_AddNumberToObject(tree, "references", (double)erased->references);
    if (erased->mark == CONTACT_ALLOWED)
        cJSON_AddNullToObject(tree, "do_not_contact");
    else
        cJSON_AddStringToObject(tree, "do_not_contact", do_not_contact_name(erased->mark));
    person_print_json(tree);
}

static const char *return_words(const struct person_erased *erased, bool allow_return)
{
    if (erased->mark == CONTACT_ALLOWED)
        return "allowed: an import may add the number again";
    return allow_return ? "stays forbidden: they said STOP, START lifts it"
                        : "forbidden: imports pass over the number, START lifts it";
}

static void erased_print(const struct asked_number *number, const struct person_erased *erased, bool changed,
                         bool allow_return)
{
    struct table table;
    printf("%s: %s\n", number->masked, changed ? "erased." : "nothing more is held of this number.");
    table_start(&table, "ll");
    if (changed) {
        table_cell(&table, "contact");
        table_cell(&table, "%s", erased->contact ? "erased" : "there was none");
        table_cell(&table, "open pulse");
        table_cell(&table, "%s", erased->pulse ? "ended, counted as erased" : "there was none");
        table_cell(&table, "other references");
        table_cell(&table, "%" PRId64 " taken off", erased->references);
        table_cell(&table, "volunteer");
        table_cell(&table, "%s", erased->volunteer ? "record erased" : "there was no record");
    }
    table_cell(&table, "contacting them");
    table_cell(&table, "%s", return_words(erased, allow_return));
    table_print(&table, "  ");
}

static int refuse_erase(const struct ctl *ctl, const struct asked_number *number, const struct person *person)
{
    struct error error;
    if (!ctl->json)
        person_print(&ctl->record.org, number, person);
    (void)error_set(&error, "nothing was erased: all that is held of %s goes for good when you add --yes",
                    number->masked);
    return ctl_fail(&error);
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct asked_number number;
    struct person person;
    struct person_erased erased;
    bool sure = ctl_option(ctl, "--yes") != NULL, allow_return = ctl_option(ctl, "--allow-return") != NULL;
    char what[AUDITED_WHAT_SIZE];
    snprintf(what, sizeof what, "person erase%s%s", allow_return ? " --allow-return" : "",
             sure ? "" : " (not confirmed)");
    if (!person_looked_up(ctl, what, &number, &person, &error))
        return ctl_fail(&error);
    int status = EXIT_SUCCESS;
    enum do_not_contact before = person.mark;
    bool done =
        sure && person_erase(ctl->link, ctl->record.org.id, number.hash, allow_return, &erased, &error);
    if (sure && !done) {
        status = ctl_fail(&error);
    } else if (sure ? !erased.known : !person_is_known(&person)) {
        (void)person_refuse_unknown(ctl, &number, &error);
        status = ctl_fail(&error);
    } else if (!sure) {
        status = refuse_erase(ctl, &number, &person);
    } else {
        bool changed = erased.contact || erased.volunteer || erased.references > 0 || erased.mark != before;
        if (ctl->json)
            erased_json(ctl, &number, &erased, changed);
        else
            erased_print(&number, &erased, changed, allow_return);
    }
    person_free(&person);
    return status;
}

static const struct command_option erase_options[] = {
    {"--yes", NULL, "erase; without it you see what would go", false},
    {"--allow-return", NULL, "leave no do-not-contact mark: imports may add them again", false},
    {NULL, NULL, NULL, false},
};

const struct command command_person_erase = {
    .name = "person",
    .subcommand = "erase",
    .argument = "PHONE",
    .options = erase_options,
    .summary = "erase everything that is held of a phone number",
    .details =
        "Ends an open pulse as erased; deletes contact, caps, references and volunteer record. Counts that\n"
        "name nobody stay. A keyed hash of the number stays as a do-not-contact mark, so that imports pass\n"
        "over it; --allow-return leaves none, but a STOP stays until they send START.\n"
        "Stopped half-way, the same command again ends the same.",
    .example = "pulssi person erase \"040 123 4567\" --yes",
    .run = run,
};
