/* One question, member by member. What the kind of a question decides stands in one table; a member that a
 * kind does not have is refused as unknown, or with the reason when somebody could expect it. */
#include "domain/survey_question.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

#include "domain/definition.h"

#define VALUE_MAX (VALUES_MAX - 1)
#define NOT_CODED (-1)

static const char *const kind_names[] = {
    [QUESTION_SCALE] = "scale", [QUESTION_YESNO] = "yesno",         [QUESTION_CHOICE] = "choice",
    [QUESTION_TEXT] = "text",   [QUESTION_VOLUNTEER] = "volunteer",
};
#define KINDS (sizeof kind_names / sizeof kind_names[0])

static const char *const coding_names[] = {
    [CODE_POSITIVE] = "positive",
    [CODE_NEUTRAL] = "neutral",
    [CODE_NEGATIVE] = "negative",
};
#define CODINGS 3

static bool read_kind(struct question *question, struct json_reader *reader);
static void read_values(struct question *question, const struct org *org, struct json_reader *reader);
static void read_scale(struct question *question, struct json_reader *reader);
static void read_options(struct question *question, const struct org *org, struct json_reader *reader);
static void read_tag(struct question *question, struct json_reader *reader);
static void read_counting(struct question *question, struct json_reader *reader);
static void refuse_counting(const struct question *question, struct json_reader *reader);
static void read_texts(struct question *question, const struct org *org, struct json_reader *reader);

void survey_question_read(struct question *question, const struct org *org, struct json_reader *reader)
{
    definition_name(reader, "id", question->id);
    if (!read_kind(question, reader))
        return;
    read_values(question, org, reader);
    read_tag(question, reader);
    if (question_is_counted(question))
        read_counting(question, reader);
    else
        refuse_counting(question, reader);
    read_texts(question, org, reader);
}

const char *question_kind_name(enum question_kind kind)
{
    return kind_names[kind];
}

void question_value_name(const struct question *question, int value, char out[4])
{
    assert(value >= question->min && value <= question->max);
    switch (question->kind) {
    case QUESTION_YESNO:
    case QUESTION_VOLUNTEER:
        snprintf(out, 4, "%s", value == 1 ? "yes" : "no");
        return;
    case QUESTION_CHOICE:
        out[0] = (char)('A' + value - 1);
        out[1] = '\0';
        return;
    case QUESTION_SCALE:
    case QUESTION_TEXT:
        out[0] = (char)('0' + value);
        out[1] = '\0';
        return;
    }
}

bool survey_value_read(const struct question *question, struct json_reader *list, size_t index,
                       int *value_out)
{
    if (question->kind == QUESTION_SCALE) {
        *value_out = (int)json_item_int(list, index, question->min, question->max);
        return !*list->failed;
    }
    const char *written = json_item_string(list, index, 1, 64);
    char first[4], last[4];
    for (int value = question->min; value <= question->max; value++) {
        char name[4];
        question_value_name(question, value, name);
        if (strcmp(written, name) == 0) {
            *value_out = value;
            return true;
        }
    }
    question_value_name(question, question->min, first);
    question_value_name(question, question->max, last);
    return json_problem(list, NULL, "\"%s\" is not an answer of this question, \"%s\" %s \"%s\"", written,
                        first, question->kind == QUESTION_CHOICE ? "to" : "or", last);
}

static bool read_kind(struct question *question, struct json_reader *reader)
{
    const char *kind = json_string(reader, "kind", 1, 64);
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kind, kind_names[i]) == 0) {
            question->kind = (enum question_kind)i;
            return true;
        }
    }
    return json_problem(reader, "kind", "\"%s\" is not one of scale, yesno, choice, text, volunteer", kind);
}

static void read_values(struct question *question, const struct org *org, struct json_reader *reader)
{
    switch (question->kind) {
    case QUESTION_SCALE:
        read_scale(question, reader);
        return;
    case QUESTION_YESNO:
        question->max = 1;
        return;
    case QUESTION_CHOICE:
        read_options(question, org, reader);
        return;
    case QUESTION_TEXT:
        return;
    case QUESTION_VOLUNTEER:
        question->max = 1;
        question->ask_name = json_bool_or(reader, "ask_name", false);
        return;
    }
}

static void read_scale(struct question *question, struct json_reader *reader)
{
    question->min = (int)json_int_or(reader, "min", 0, VALUE_MAX, 1);
    question->max = (int)json_int_or(reader, "max", 0, VALUE_MAX, 5);
    if (question->max <= question->min) {
        json_problem(reader, "max", "must be greater than min (%d)", question->min);
        question->max = question->min; /* what is read next stays inside the arrays */
    }
}

static void refuse_missing_language(const struct org *org, struct json_reader *texts, const char *language)
{
    struct text languages = {0};
    for (size_t i = 0; i < org->languages_count; i++)
        text_addf(&languages, "%s%s", i > 0 ? ", " : "", org->languages[i]);
    json_problem(texts, language, "missing; the org's languages are %s", languages.chars);
    text_free(&languages);
}

static void read_label(struct json_reader *labels, const char *language, char out[LABEL_SIZE])
{
    definition_line(labels, language, 1, out, LABEL_SIZE);
    if (u8_mbsnlen((const uint8_t *)out, strlen(out)) > LABEL_CHARS_MAX)
        json_problem(labels, language, "longer than %d characters", LABEL_CHARS_MAX);
}

/* Options have their letters by position: A, B, C… are the values 1, 2, 3… */
static void read_options(struct question *question, const struct org *org, struct json_reader *reader)
{
    struct json_reader options, labels;
    json_array(reader, "options", 2, OPTIONS_MAX, &options, &question->options_count);
    for (size_t option = 0; option < question->options_count; option++) {
        json_item_object(&options, option, &labels);
        for (size_t i = 0; i < org->languages_count; i++) {
            if (json_has(&labels, org->languages[i]))
                read_label(&labels, org->languages[i], question->labels[option][i]);
            else
                refuse_missing_language(org, &labels, org->languages[i]);
        }
        json_finish(&labels);
    }
    question->min = 1;
    question->max = question->options_count > 0 ? (int)question->options_count : 1;
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

static void read_codes(const struct question *question, struct json_reader *coding, enum coding code,
                       int coded[VALUES_MAX])
{
    struct json_reader values;
    size_t count = 0;
    if (code == CODE_NEUTRAL && !json_has(coding, coding_names[code]))
        return;
    json_array(coding, coding_names[code], code == CODE_NEUTRAL ? 0 : 1, VALUES_MAX - 1, &values, &count);
    for (size_t i = 0; i < count; i++) {
        int value = question->min;
        char name[4];
        if (!survey_value_read(question, &values, i, &value))
            return;
        question_value_name(question, value, name);
        if (coded[value] != NOT_CODED)
            json_problem(coding, NULL, "value %s is coded twice", name);
        coded[value] = (int)code;
    }
}

/* Every value is coded exactly once; a goal needs a positive value and a ceiling a negative one. */
static void read_coding(struct question *question, struct json_reader *reader)
{
    struct json_reader coding;
    int coded[VALUES_MAX];
    for (int value = 0; value <= VALUE_MAX; value++)
        coded[value] = NOT_CODED;

    json_object(reader, "coding", &coding);
    for (int code = 0; code < CODINGS; code++)
        read_codes(question, &coding, (enum coding)code, coded);
    json_finish(&coding);
    for (int value = question->min; value <= question->max; value++) {
        char name[4];
        question_value_name(question, value, name);
        if (coded[value] == NOT_CODED)
            json_problem(reader, "coding", "value %s is coded nowhere", name);
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

static void read_counting(struct question *question, struct json_reader *reader)
{
    read_coding(question, reader);
    question->goal = read_share(reader, "goal");
    question->ceiling = read_share(reader, "ceiling");
    definition_line(reader, "why", 1, question->why, sizeof question->why);
}

static void refuse_counting(const struct question *question, struct json_reader *reader)
{
    static const char *const members[] = {"coding", "goal", "ceiling", "why"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (json_has(reader, members[i]))
            json_problem(reader, members[i], "not with kind \"%s\", which is not counted",
                         question_kind_name(question->kind));
}

static void read_texts(struct question *question, const struct org *org, struct json_reader *reader)
{
    struct json_reader texts;
    json_object(reader, "text", &texts);
    for (size_t i = 0; i < org->languages_count; i++) {
        if (json_has(&texts, org->languages[i]))
            message_template_read(&texts, org->languages[i], NULL, question->text[i]);
        else
            refuse_missing_language(org, &texts, org->languages[i]);
    }
    json_finish(&texts);
}
