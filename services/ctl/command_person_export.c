/* pulssi person export: everything that is held of a phone number, for the person who asks for it. The
 * only place where a number and an answer are shown together: of a pulse that is still open, to nobody but
 * its own person. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ctl/output.h"
#include "ctl/person_show.h"
#include "ctl/reader.h"

/* A first name that cannot be opened here stays sealed, and that is said. */
static bool open_name(const struct ctl *ctl, const struct person *person, struct text *name_out)
{
    struct error error = {{0}};
    struct reader reader;
    if (person->volunteer.name.bytes == 0)
        return false;
    bool opened =
        reader_load(ctl, &reader, &error) &&
        (reader_text(&reader, person->volunteer.name.chars, person->volunteer.name.bytes, name_out) ||
         error_set(&error, "the record is damaged or was sealed to another key"));
    reader_clear(&reader);
    if (!opened)
        fprintf(stderr, "pulssi: the first name stays sealed: %s\n", error.text);
    return opened;
}

static bool export_write(struct ctl *ctl, const struct asked_number *number, const struct person *person,
                         const struct person_traces *traces, struct error *error)
{
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    struct text name = {0}, json = {0};
    struct clock clock;
    struct error no_survey;
    bool active = false;
    struct person_export export = {
        .org = &ctl->record.org, .number = number, .person = person, .traces = traces};
    if (person->has_pulse &&
        survey_load(ctl->link, &ctl->record.org, person->pulse.survey, survey, &active, NULL, &no_survey))
        export.survey = survey;
    if (open_name(ctl, person, &name))
        export.first_name = name.chars;
    bool written = ctl_clock(ctl, &clock, error);
    if (written) {
        export.now_ms = clock_domain_ms(&clock);
        cJSON *tree = person_export_json(&export);
        json_print(tree, &json);
        cJSON_Delete(tree);
        text_add(&json, "\n");
        written = output_write(ctl_option(ctl, "--output"), &json, error);
    }
    text_free(&name);
    text_free(&json);
    free(survey);
    return written;
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct asked_number number;
    struct person person;
    struct person_traces traces = {0};
    if (!person_asked(ctl, "person export", &number, &person, &error))
        return ctl_fail(&error);
    bool done = (!person.is_contact ||
                 person_traces_load(ctl->link, ctl->record.org.id, person.contact, &traces, &error)) &&
                export_write(ctl, &number, &person, &traces, &error);
    const char *path = ctl_option(ctl, "--output");
    if (done && path != NULL && ctl->json)
        printf("{\"org\":\"%s\",\"result\":\"written\"}\n", ctl->record.org.id);
    else if (done && path != NULL)
        printf("%s: everything that is held is in %s, readable by you alone\n", number.masked, path);
    person_traces_free(&traces);
    person_free(&person);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

static const struct command_option export_options[] = {
    {"--output", "FILE", "write it there, readable by you alone (otherwise standard output)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_person_export = {
    .name = "person",
    .subcommand = "export",
    .argument = "PHONE",
    .options = export_options,
    .summary = "hand out everything that is held of a phone number, as JSON",
    .details =
        "For the person who asks for it: also answers of the open pulse and the first name. A first name is\n"
        "sealed: it needs the reader's secret key. Answers of closed weeks and own words are linked to\n"
        "nobody: they cannot be found. The number is whole in it: keep it safe.",
    .example = "pulssi person export \"040 123 4567\" --output person.json",
    .run = run,
};
