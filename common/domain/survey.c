/* survey.json: the versioned definition, one `scale` question in this version. What is read here is complete:
 * every value has a coding, every language a text, goal and ceiling a reason. */
#include "domain/survey.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "domain/definition.h"

#define VALUE_MAX          9  /* one digit */
#define ORG_NAME_CHARS_MIN 22 /* a text must also fit with a name of this length */
#define NOT_CODED          (-1)

static const char *const coding_names[] = {
    [CODE_POSITIVE] = "positive",
    [CODE_NEUTRAL] = "neutral",
    [CODE_NEGATIVE] = "negative",
};
#define CODINGS 3

static void read_question(struct question *question, const struct org *org, struct json_reader *reader);

bool survey_read(struct survey *survey_out, const struct org *org, const cJSON *json, struct error *error)
{
    struct json_reader root, questions, item;
    size_t count = 0;
    memset(survey_out, 0, sizeof *survey_out);
    json_reader_root(&root, json, error);
    definition_name(&root, "id", survey_out->id);
    survey_out->version = (int)json_int(&root, "version", 1, 9999);
    json_array(&root, "questions", 1, 64, &questions, &count);
    if (count > 1)
        json_problem(&root, "questions", "this version asks one question");
    if (count == 1) {
        json_item_object(&questions, 0, &item);
        read_question(&survey_out->questions[0], org, &item);
        survey_out->questions_count = 1;
    }
    return json_finish(&root);
}

static void read_scale(struct question *question, struct json_reader *reader)
{
    const char *kind = json_string(reader, "kind", 1, 64);
    if (strcmp(kind, "scale") != 0)
        json_problem(reader, "kind", "\"%s\": this version asks only questions of kind \"scale\"", kind);
    question->min = (int)json_int_or(reader, "min", 0, VALUE_MAX, 1);
    question->max = (int)json_int_or(reader, "max", 0, VALUE_MAX, 5);
    if (question->max <= question->min)
        json_problem(reader, "max", "must be greater than min (%d)", question->min);
}

static void read_tag(struct question *question, struct json_reader *reader)
{
    static const char *const tags[] = {"experience", "outcome", "participation", "expectation"};
    const char *tag = json_string_or(reader, "tag", 64, "experience");
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (strcmp(tag, tags[i]) == 0 && text_copy(question->tag, sizeof question->tag, tag))
            return;
    json_problem(reader, "tag", "\"%s\" is not one of experience, outcome, participation, expectation", tag);
}

/* Every value is coded exactly once; a goal needs a positive value and a ceiling a negative one. */
static void read_coding(struct question *question, struct json_reader *reader)
{
    struct json_reader coding, values;
    int coded[VALUE_MAX + 1];
    for (int value = 0; value <= VALUE_MAX; value++)
        coded[value] = NOT_CODED;

    json_object(reader, "coding", &coding);
    for (int code = 0; code < CODINGS; code++) {
        size_t count = 0;
        json_array(&coding, coding_names[code], code == CODE_NEUTRAL ? 0 : 1, VALUE_MAX, &values, &count);
        for (size_t i = 0; i < count; i++) {
            int value = (int)json_item_int(&values, i, question->min, question->max);
            if (coded[value] != NOT_CODED)
                json_problem(reader, "coding", "value %d is coded twice", value);
            coded[value] = code;
        }
    }
    json_finish(&coding);
    for (int value = question->min; value <= question->max; value++) {
        if (coded[value] == NOT_CODED)
            json_problem(reader, "coding", "value %d is coded nowhere", value);
        else
            question->coding[value - question->min] = (enum coding)coded[value];
    }
}

static double read_share(struct json_reader *reader, const char *member)
{
    double share = json_number(reader, member, -1e9, 1e9);
    if (!(share > 0.0 && share < 1.0))
        json_problem(reader, member, "expected a share between 0 and 1, both excluded");
    return share;
}

static void refuse_missing_text(const struct org *org, struct json_reader *texts, const char *language)
{
    struct text languages = {0};
    for (size_t i = 0; i < org->languages_count; i++)
        text_addf(&languages, "%s%s", i > 0 ? ", " : "", org->languages[i]);
    json_problem(texts, language, "missing; the org's languages are %s", languages.chars);
    text_free(&languages);
}

static void read_texts(struct question *question, const struct org *org, struct json_reader *reader)
{
    struct json_reader texts;
    json_object(reader, "text", &texts);
    for (size_t i = 0; i < org->languages_count; i++) {
        if (json_has(&texts, org->languages[i]))
            message_template_read(&texts, org->languages[i], question->text[i]);
        else
            refuse_missing_text(org, &texts, org->languages[i]);
    }
    json_finish(&texts);
}

static void read_question(struct question *question, const struct org *org, struct json_reader *reader)
{
    definition_name(reader, "id", question->id);
    read_scale(question, reader);
    read_tag(question, reader);
    read_coding(question, reader);
    question->goal = read_share(reader, "goal");
    question->ceiling = read_share(reader, "ceiling");
    definition_line(reader, "why", 1, question->why, sizeof question->why);
    read_texts(question, org, reader);
    json_finish(reader);
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

static void text_measure(const struct org *org, const char *template_text, struct sms_measure *measure_out)
{
    struct text rendered = {0};
    message_render(org, template_text, &rendered);
    sms_measure(rendered.chars, measure_out);
    text_free(&rendered);
}

/* What makes the text too long: its length, or a character that halves the room. */
static bool refuse_length(const struct sms_measure *measure, const char *with, struct error *error)
{
    if (measure->encoding == SMS_GSM7)
        return error_set(error, "%zu segments%s, at most 1: %zu septets of 160", measure->segments, with,
                         measure->units);
    return error_set(
        error,
        "%zu segments%s, at most 1: \"%s\" leaves room for 70 characters instead of 160, and there "
        "are %zu",
        measure->segments, with, measure->forced_by, measure->units);
}

bool survey_measure(const struct survey *survey, const struct org *org,
                    struct sms_measure measures_out[QUESTIONS_MAX][LANGUAGES_MAX], struct error *error)
{
    struct org usual = *org;
    memset(usual.name, 'x', ORG_NAME_CHARS_MIN);
    usual.name[ORG_NAME_CHARS_MIN] = '\0';

    for (size_t k = 0; k < survey->questions_count; k++) {
        for (size_t i = 0; i < org->languages_count; i++) {
            const char *text = survey->questions[k].text[i];
            struct sms_measure *measure = &measures_out[k][i];
            struct sms_measure with_usual;
            text_measure(org, text, measure);
            text_measure(&usual, text, &with_usual);
            if (measure->segments > 1)
                (void)refuse_length(measure, "", error);
            else if (with_usual.segments > 1)
                (void)refuse_length(&with_usual, " with an org name of 22 characters", error);
            else
                continue;
            return error_prefix(error, "questions[%zu].text.%s", k, org->languages[i]);
        }
    }
    return true;
}

enum coding question_code(const struct question *question, int value)
{
    assert(value >= question->min && value <= question->max);
    return question->coding[value - question->min];
}
