/* survey.json: the versioned definition. Reading is: each question by itself, then where each answer
 * leads, then whether all ways end and reach every question. What is read here is complete; what is asked
 * of it later cannot fail. */
#include "domain/survey.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "domain/definition.h"
#include "domain/survey_paths.h"
#include "domain/survey_question.h"

static void read_questions(struct survey *survey, const struct org *org, struct json_reader *root);

bool survey_read(struct survey *survey_out, const struct org *org, const cJSON *json, struct error *error)
{
    struct json_reader root;
    memset(survey_out, 0, sizeof *survey_out);
    json_reader_root(&root, json, error);
    definition_name(&root, "id", survey_out->id);
    survey_out->version = (int)json_int(&root, "version", 1, 9999);
    survey_out->thanks = json_bool_or(&root, "thanks", false);
    read_questions(survey_out, org, &root);
    return json_finish(&root);
}

static bool id_is_there(const struct survey *survey, size_t count, const char *id)
{
    for (size_t k = 0; k < count; k++)
        if (strcmp(survey->questions[k].id, id) == 0)
            return true;
    return false;
}

/* Questions come first, so that the ways between them can name any of them. */
static void read_questions(struct survey *survey, const struct org *org, struct json_reader *root)
{
    struct json_reader list, items[QUESTIONS_MAX];
    size_t count = 0;
    json_array(root, "questions", 1, QUESTIONS_MAX, &list, &count);
    for (size_t k = 0; k < count; k++) {
        json_item_object(&list, k, &items[k]);
        survey_question_read(&survey->questions[k], org, &items[k]);
        const char *id = survey->questions[k].id;
        if (strcmp(id, "end") == 0)
            json_problem(&items[k], "id", "\"end\" is the word for no further question");
        else if (id[0] != '\0' && id_is_there(survey, k, id))
            json_problem(&items[k], "id", "\"%s\" is there twice", id);
    }
    survey->questions_count = count;
    for (size_t k = 0; k < count; k++) {
        survey_next_read(survey, k, &items[k]);
        json_finish(&items[k]);
    }
    if (count > 0 && !*root->failed)
        survey_paths_check(survey, items);
}

void survey_ref(const struct survey *survey, char out[SURVEY_REF_SIZE])
{
    snprintf(out, SURVEY_REF_SIZE, "%s@%d", survey->id, survey->version);
}

void question_ref(const struct survey *survey, size_t question, char out[QUESTION_REF_SIZE])
{
    assert(question < survey->questions_count);
    snprintf(out, QUESTION_REF_SIZE, "%s@%d/%s", survey->id, survey->version, survey->questions[question].id);
}

bool survey_measure(const struct survey *survey, const struct org *org,
                    struct sms_measure measures_out[QUESTIONS_MAX][LANGUAGES_MAX], struct error *error)
{
    for (size_t k = 0; k < survey->questions_count; k++)
        for (size_t i = 0; i < org->languages_count; i++)
            if (!message_measure(org, survey->questions[k].text[i], &measures_out[k][i], error))
                return error_prefix(error, "questions[%zu].text.%s", k, org->languages[i]);
    return true;
}

bool question_is_counted(const struct question *question)
{
    switch (question->kind) {
    case QUESTION_SCALE:
    case QUESTION_YESNO:
    case QUESTION_CHOICE:
        return true;
    case QUESTION_TEXT:
    case QUESTION_VOLUNTEER:
        return false;
    }
    return false;
}

enum coding question_code(const struct question *question, int value)
{
    assert(question_is_counted(question) && value >= question->min && value <= question->max);
    return question->coding[value - question->min];
}

int question_next(const struct question *question, int value)
{
    assert(value >= question->min && value <= question->max);
    return question->next[value - question->min];
}

bool survey_counts_from(const struct survey *survey, int question)
{
    if (question == SURVEY_END)
        return false;
    assert(question >= 0 && (size_t)question < survey->questions_count);
    const struct question *asked = &survey->questions[question];
    if (question_is_counted(asked))
        return true;
    for (int value = asked->min; value <= asked->max; value++)
        if (survey_counts_from(survey, question_next(asked, value))) /* ends: a survey has no circle */
            return true;
    return false;
}
