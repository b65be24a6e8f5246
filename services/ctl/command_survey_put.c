/* pulssi survey put: adds a version of a survey, or replaces one that is not active yet. */
#include "ctl/put.h"
#include "ctl/survey_segments.h"

#include <stdlib.h>

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct text json = {0};
    char ref[SURVEY_REF_SIZE] = "";
    struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    const struct org *org = &ctl->record.org;
    enum put_result result = PUT_FAILED;
    cJSON *tree = put_read(ctl, &json, &error);
    if (tree == NULL || !ctl_org(ctl, &error))
        goto cleanup;
    if (!survey_read(survey, org, tree, &error) || !survey_measure(survey, org, measures, &error)) {
        (void)error_prefix(&error, "%s", ctl->argument);
        goto cleanup;
    }
    survey_ref(survey, ref);
    result = survey_store(ctl->link, org->id, ref, json.chars, &error);
    if (result == PUT_REFUSED) {
        result = PUT_FAILED;
        (void)error_set(&error, "%s is active and cannot change: raise version", ref);
    }
cleanup:;
    int status = EXIT_SUCCESS;
    if (result == PUT_FAILED)
        status = ctl_fail(&error);
    else
        survey_segments_print(survey, org, measures, put_word(result), ctl->json);
    cJSON_Delete(tree);
    text_free(&json);
    free(survey);
    return status;
}

const struct command command_survey_put = {
    .name = "survey",
    .subcommand = "put",
    .argument = "FILE",
    .summary = "add a version of a survey from a JSON file, and show its segments and ways",
    .details =
        "A version that is not active yet is replaced; an active one never changes. Refused, with the\n"
        "place in the file: a text that needs more than one segment or is missing in a language, an\n"
        "answer that leads nowhere, a branch that no answer takes, a question that is never asked,\n"
        "questions that go in a circle. The members of the file are described in\n"
        "config/schema/survey.schema.json; config/surveys/library has questions that are ready to use.",
    .example = "pulssi survey put felt-forward.json",
    .run = run,
};
