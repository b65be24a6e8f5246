/* Texts of our own accord, one file a language. */
#include "domain/message_texts.h"

#include "domain/clarify.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {
    [TEXT_STOP_CONFIRM] = "stop_confirm",
    [TEXT_START_CONFIRM] = "start_confirm",
    [TEXT_HELP] = "help",
    [TEXT_LATE] = "late",
    [TEXT_WRONG_PERSON] = "wrong_person",
    [TEXT_THANKS] = "thanks",
    [TEXT_VOLUNTEER_CONFIRM] = "volunteer_confirm",
    [TEXT_VOLUNTEER_NAME] = "volunteer_name",
    [TEXT_VOLUNTEER_LEFT] = "volunteer_left",
    [TEXT_REMINDER] = "reminder",
    [TEXT_BUSINESS] = "business",
    [TEXT_HELPLINE] = "helpline",
    [TEXT_PAUSE_CONFIRM] = "pause_confirm",
    [TEXT_CLARIFY_SCALE] = "clarify_scale",
    [TEXT_CLARIFY_YESNO] = "clarify_yesno",
    [TEXT_CLARIFY_CHOICE] = "clarify_choice",
    [TEXT_CLARIFY_VOLUNTEER] = "clarify_volunteer",
};

const char *standing_text_name(enum standing_text standing_text)
{
    return names[standing_text];
}

bool standing_text_parse(const char *name, enum standing_text *standing_text_out)
{
    for (int i = 0; i < STANDING_TEXTS; i++) {
        if (strcmp(names[i], name) == 0) {
            *standing_text_out = (enum standing_text)i;
            return true;
        }
    }
    return false;
}

/* A text that arrives in one piece, whatever the organisation is called. */
static void read_text(struct json_reader *root, const char *name, const struct org *org, size_t language,
                      const char *crisis, char out[SMS_BYTES_MAX])
{
    struct sms_measure measure;
    struct error error;
    if (clarify_is(name)) {
        clarify_read(root, name, org, out);
        return;
    }
    message_template_read(root, name, crisis, out);
    if (out[0] == '\0' || message_measure(org, out, &measure, &error))
        return;
    if (crisis[0] != '\0' && strstr(out, crisis) != NULL)
        json_problem(root, name, "%s, with the phrase of [crisis:%s]", error.text, org->languages[language]);
    else
        json_problem(root, name, "%s", error.text);
}

bool message_texts_read(struct message_texts *texts, struct reply_words *words, const struct org *org,
                        size_t language, const char *crisis, const cJSON *json, struct error *error)
{
    struct json_reader root;
    char unused_text[SMS_BYTES_MAX];
    struct reply_words unused_words = {0};
    assert(language < org->languages_count);
    json_reader_root(&root, json, error);
    for (int i = 0; i < STANDING_TEXTS; i++)
        read_text(&root, names[i], org, language, crisis,
                  texts != NULL ? texts->text[i][language] : unused_text);
    reply_words_read(words != NULL ? words : &unused_words, language, &root);
    return json_finish(&root);
}
