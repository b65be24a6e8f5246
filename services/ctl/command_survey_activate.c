/* pulssi survey activate: makes a version of a survey usable, and unchangeable. */
#include "ctl/put.h"
#include "ctl/survey_segments.h"

#include <stdlib.h>

static bool check_grounds(const struct org *org, struct error *error);
static enum put_result activate(struct ctl *ctl, struct survey *survey,
                                struct sms_measure measures_out[QUESTIONS_MAX][LANGUAGES_MAX],
                                struct error *error);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    enum put_result result = ctl_org(ctl, &error) ? activate(ctl, survey, measures, &error) : PUT_FAILED;
    int status = EXIT_SUCCESS;
    if (result == PUT_FAILED)
        status = ctl_fail(&error);
    else
        survey_segments_print(survey, &ctl->record.org, measures, result == PUT_SAME ? "unchanged" : "active",
                              ctl->json);
    free(survey);
    return status;
}

/* The stored text is read and checked again: the org may have changed since it was put. */
static enum put_result activate(struct ctl *ctl, struct survey *survey,
                                struct sms_measure measures_out[QUESTIONS_MAX][LANGUAGES_MAX],
                                struct error *error)
{
    const struct org *org = &ctl->record.org;
    const char *ref = ctl->argument;
    struct text json = {0};
    struct clock clock;
    bool active = false;
    enum put_result result = PUT_FAILED;
    if (!survey_load(ctl->link, org, ref, survey, &active, &json, error) ||
        !survey_measure(survey, org, measures_out, error)) {
        (void)error_prefix(error, "survey %.60s", ref);
        goto cleanup;
    }
    if (!check_grounds(org, error) || !ctl_clock(ctl, &clock, error))
        goto cleanup;
    result = survey_set_active(ctl->link, org->id, ref, json.chars, clock_domain_ms(&clock), error);
    if (result == PUT_REFUSED) {
        result = PUT_FAILED;
        (void)error_set(error, "survey %.60s was replaced meanwhile: run the command again", ref);
    }
cleanup:
    text_free(&json);
    return result;
}

static bool check_grounds(const struct org *org, struct error *error)
{
    if (org->legal_basis[0] == '\0' || org->impact_assessment[0] == '\0')
        return error_set(error,
                         "org \"%s\" has no legal_basis or impact_assessment: add both before asking anyone",
                         org->id);
    return true;
}

const struct command command_survey_activate = {
    .name = "survey",
    .subcommand = "activate",
    .argument = "SURVEY@VERSION",
    .summary = "make a version of a survey active: it can be asked and never changes again",
    .details = "Checks everything again: texts in every language of the organisation, one segment each,\n"
               "coding, goal and ceiling, that every way ends, and that the organisation names its legal\n"
               "basis and impact assessment.",
    .example = "pulssi survey activate felt-forward@1",
    .run = run,
};
