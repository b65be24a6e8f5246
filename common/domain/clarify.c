/* Placeholders of the texts that ask once more. Pure. */
#include "domain/clarify.h"

#include <string.h>

#define PLACEHOLDERS_MAX 2

struct clarify_kind {
    enum standing_text standing;
    struct question longest; /* what takes the most room */
    const char *placeholders[PLACEHOLDERS_MAX + 1];
};

/* By kind of question. */
static const struct clarify_kind kinds[] = {
    [QUESTION_SCALE] = {TEXT_CLARIFY_SCALE,
                        {.kind = QUESTION_SCALE, .max = VALUES_MAX - 1},
                        {"{min}", "{max}"}},
    [QUESTION_YESNO] = {TEXT_CLARIFY_YESNO, {.kind = QUESTION_YESNO, .max = 1}, {NULL}},
    [QUESTION_CHOICE] = {TEXT_CLARIFY_CHOICE,
                         {.kind = QUESTION_CHOICE, .min = 1, .max = OPTIONS_MAX},
                         {"{letters}"}},
    [QUESTION_VOLUNTEER] = {TEXT_CLARIFY_VOLUNTEER, {.kind = QUESTION_VOLUNTEER, .max = 1}, {NULL}},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

bool clarify_text(enum question_kind kind, enum standing_text *standing_out)
{
    if (kind == QUESTION_TEXT)
        return false;
    *standing_out = kinds[kind].standing;
    return true;
}

static const struct clarify_kind *kind_named(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (i != QUESTION_TEXT && strcmp(standing_text_name(kinds[i].standing), name) == 0)
            return &kinds[i];
    return NULL;
}

bool clarify_is(const char *name)
{
    return kind_named(name) != NULL;
}

void clarify_read(struct json_reader *reader, const char *member, const struct org *org,
                  char out[SMS_BYTES_MAX])
{
    const struct clarify_kind *kind = kind_named(member);
    const char *text = json_string(reader, member, 1, SMS_BYTES_MAX - 1);
    struct text longest = {0};
    struct sms_measure measure;
    struct error error;
    out[0] = '\0';
    if (text[0] == '\0')
        return; /* a problem that is kept already */
    for (const char *const *needed = kind->placeholders; *needed != NULL; needed++)
        if (strstr(text, *needed) == NULL) {
            json_problem(reader, member, "%s is missing: nobody is told what can be answered", *needed);
            return;
        }
    clarify_fill(&kind->longest, text, &longest);
    if (message_template_check(reader, member, longest.chars)) {
        if (!message_measure(org, longest.chars, &measure, &error))
            json_problem(reader, member, "%s", error.text);
        else if (!text_copy(out, SMS_BYTES_MAX, text))
            json_problem(reader, member, "too long");
    }
    text_free(&longest);
}

/* "A, B, C" */
static void add_letters(const struct question *question, struct text *out)
{
    for (int value = question->min; value <= question->max; value++)
        text_addf(out, "%s%c", value > question->min ? ", " : "", 'A' + value - 1);
}

/* Bytes of the placeholder that stands here and is the question's own, which is filled in; 0 = none. */
static size_t fill_at(const struct question *question, const char *at, struct text *out)
{
    for (const char *const *known = kinds[question->kind].placeholders; *known != NULL; known++) {
        size_t bytes = strlen(*known);
        if (strncmp(at, *known, bytes) != 0)
            continue;
        if (question->kind == QUESTION_CHOICE)
            add_letters(question, out);
        else
            text_addf(out, "%d", strcmp(*known, "{min}") == 0 ? question->min : question->max);
        return bytes;
    }
    return 0;
}

void clarify_fill(const struct question *question, const char *template_text, struct text *out)
{
    for (const char *at = template_text; *at != '\0';) {
        size_t filled_bytes = *at == '{' ? fill_at(question, at, out) : 0;
        size_t plain_bytes = filled_bytes > 0 ? 0 : 1 + strcspn(at + 1, "{");
        text_add_bytes(out, at, plain_bytes);
        at += filled_bytes + plain_bytes;
    }
}
