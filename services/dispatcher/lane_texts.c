#include "dispatcher/lane_texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "domain/clarify.h"
#include "store/definitions.h"
#include "store/message_files.h"

struct cached_survey {
    char ref[SURVEY_REF_SIZE];
    struct survey survey;
};

struct rendered {
    const char *template_text;       /* of a survey or the standing texts, which stay where they are */
    const struct question *question; /* that is asked once more; NULL = none */
    struct text text;
    struct sms_measure measure;
};

struct lane_texts {
    struct message_texts standing;
    struct cached_survey **surveys; /* pointers: callers keep borrowed surveys while the array grows */
    size_t count;
    struct rendered *rendered;
    size_t rendered_count;
};

static const char *template_of(const struct lane_texts *texts, const struct org *org,
                               const struct claimed *claimed, const struct question **question_out);

struct lane_texts *lane_texts_new(const struct settings *settings, const struct org *org, struct error *error)
{
    struct lane_texts *texts = memory_zeroed(1, sizeof *texts);
    if (!message_texts_load(settings, org, &texts->standing, NULL, error)) {
        lane_texts_free(&texts);
    }
    return texts;
}

void lane_texts_free(struct lane_texts **texts)
{
    if (*texts == NULL) {
        return;
    }
    lane_texts_outdated(*texts);
    free((*texts)->rendered);
    for (size_t i = 0; i < (*texts)->count; i++) {
        free((*texts)->surveys[i]);
    }
    free((*texts)->surveys);
    free(*texts);
    *texts = NULL;
}

bool lane_texts_learn(struct lane_texts *texts, struct redis_link *link, const struct org *org,
                      const char *ref)
{
    if (ref[0] == '\0' || lane_texts_survey(texts, ref) != NULL) {
        return true;
    }
    if (link == NULL) {
        return false;
    }
    struct redis_command command = {0};
    struct error error;
    survey_load_command(&command, org->id, ref);
    struct redis_value *value = redis_link_run(link, &command, &error);
    redis_command_free(&command);
    if (value == NULL) {
        return false;
    }
    struct cached_survey *cached = memory_zeroed(1, sizeof *cached);
    bool active = false;
    if (text_copy(cached->ref, sizeof cached->ref, ref) &&
        survey_load_result(value, org, ref, &cached->survey, &active, NULL, &error)) {
        texts->surveys = memory_resized(texts->surveys, texts->count + 1, sizeof(struct cached_survey *));
        texts->surveys[texts->count++] = cached;
    } else {
        log_error("survey cannot be read: %s", error.text);
        free(cached);
    }
    redis_value_free(&value);
    return true;
}

const struct survey *lane_texts_survey(const struct lane_texts *texts, const char *ref)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (strcmp(texts->surveys[i]->ref, ref) == 0) {
            return &texts->surveys[i]->survey;
        }
    }
    return NULL;
}

/* Appends the text as it is sent. */
static void render(const struct org *org, const char *template_text, const struct question *question,
                   struct text *out)
{
    struct text filled = {0};
    if (question != NULL) {
        clarify_fill(question, template_text, &filled);
        template_text = filled.chars;
    }
    message_render(org, template_text, out);
    text_free(&filled);
}

bool lane_texts_render(struct lane_texts *texts, const struct org *org, const struct claimed *claimed,
                       struct text *out, struct sms_measure *measure_out)
{
    const struct question *question = NULL;
    const char *template_text = template_of(texts, org, claimed, &question);
    if (template_text[0] == '\0') {
        return false;
    }
    size_t i = 0;
    while (i < texts->rendered_count &&
           (texts->rendered[i].template_text != template_text || texts->rendered[i].question != question)) {
        i++;
    }
    if (i == texts->rendered_count) {
        texts->rendered = memory_resized(texts->rendered, i + 1, sizeof texts->rendered[0]);
        texts->rendered[i] = (struct rendered){.template_text = template_text, .question = question};
        render(org, template_text, question, &texts->rendered[i].text);
        sms_measure(texts->rendered[i].text.chars, &texts->rendered[i].measure);
        texts->rendered_count++;
    }
    text_add(out, texts->rendered[i].text.chars);
    *measure_out = texts->rendered[i].measure;
    return true;
}

void lane_texts_outdated(struct lane_texts *texts)
{
    for (size_t i = 0; i < texts->rendered_count; i++) {
        text_free(&texts->rendered[i].text);
    }
    texts->rendered_count = 0;
}

/* "" when there is none. question_out is left alone but for a question that is asked once more. */
static const char *template_of(const struct lane_texts *texts, const struct org *org,
                               const struct claimed *claimed, const struct question **question_out)
{
    int language = org_language(org, claimed->language);
    const struct survey *survey = lane_texts_survey(texts, claimed->survey);
    enum standing_text standing;
    if (language < 0) {
        return "";
    }
    if (standing_text_parse(claimed->kind, &standing)) {
        return texts->standing.text[standing][language];
    }
    if (strcmp(claimed->kind, "name") == 0) {
        return texts->standing.text[TEXT_VOLUNTEER_NAME][language];
    }
    bool asks = survey != NULL && claimed->step >= 0 && (size_t)claimed->step < survey->questions_count;
    if (asks && strcmp(claimed->kind, CLARIFY_KIND) == 0) {
        *question_out = &survey->questions[claimed->step];
        return clarify_text((*question_out)->kind, &standing) ? texts->standing.text[standing][language] : "";
    }
    return asks ? survey->questions[claimed->step].text[language] : "";
}
