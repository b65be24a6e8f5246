/* A survey file: what was read ends, and can be measured. */
#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "domain/survey.h"
#include "fuzz.h"

static struct org org;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    size_t bytes = 0;
    struct error error;
    const char *file = fuzz_read(FUZZ_SOURCE_DIR "/config/examples/org.json", &bytes);
    cJSON *json = json_parse(file, bytes, &error);
    bool read = json != NULL && org_read(&org, json, &error);
    assert(read);
    cJSON_Delete(json);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct survey survey;
    static struct sms_measure measures[QUESTIONS_MAX][LANGUAGES_MAX];
    struct error error = {""};
    cJSON *json = json_parse((const char *)data, size, &error);
    if (json == NULL) {
        assert(error.text[0] != '\0');
        return 0;
    }
    if (!survey_read(&survey, &org, json, &error)) {
        assert(error.text[0] != '\0');
    } else {
        assert(survey.questions_count >= 1 && survey.questions_count <= QUESTIONS_MAX);
        for (size_t i = 0; i < survey.questions_count; i++) {
            const struct question *question = &survey.questions[i];
            for (int value = question->min; value <= question->max; value++) {
                int steps = 0;
                for (int at = (int)i; at != SURVEY_END && steps <= QUESTIONS_MAX; steps++)
                    at =
                        question_next(&survey.questions[at], at == (int)i ? value : survey.questions[at].min);
                assert(steps <= QUESTIONS_MAX);
            }
        }
        error.text[0] = '\0';
        if (!survey_measure(&survey, &org, measures, &error))
            assert(error.text[0] != '\0');
    }
    cJSON_Delete(json);
    return 0;
}
