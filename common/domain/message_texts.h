/* messages/<language>.json: what the service says beyond a survey's questions, in each language of the
 * org, and the words that it reads replies by. */
#ifndef DOMAIN_MESSAGE_TEXTS_H
#define DOMAIN_MESSAGE_TEXTS_H

#include "domain/message_template.h"
#include "domain/reply_words.h"

enum standing_text {
    TEXT_STOP_CONFIRM,
    TEXT_START_CONFIRM,
    TEXT_HELP,
    TEXT_LATE,
    TEXT_WRONG_PERSON,
    TEXT_THANKS,
    TEXT_VOLUNTEER_CONFIRM,
    TEXT_VOLUNTEER_NAME,
    TEXT_VOLUNTEER_LEFT,
    TEXT_REMINDER,
    TEXT_BUSINESS,
    TEXT_HELPLINE,
    TEXT_PAUSE_CONFIRM,
    TEXT_CLARIFY_SCALE, /* see domain/clarify.h */
    TEXT_CLARIFY_YESNO,
    TEXT_CLARIFY_CHOICE,
    TEXT_CLARIFY_VOLUNTEER,
};
#define STANDING_TEXTS (TEXT_CLARIFY_VOLUNTEER + 1)

/* By text and the org's language index, with placeholders. */
struct message_texts {
    char text[STANDING_TEXTS][LANGUAGES_MAX][SMS_BYTES_MAX];
};

const char *standing_text_name(enum standing_text standing_text); /* "stop_confirm", … */
bool standing_text_parse(const char *name, enum standing_text *standing_text_out) MUST_CHECK;

/* Reads and validates the whole file of one language (an index of the org's) into its place in `texts` and
 * adds its phrases to `words`; the other languages are left as they are. Either may be NULL when the
 * caller has no use for it. `crisis` stands in place of {crisis} ("" = nobody is configured). The error names the path inside the file: also when a text of this org needs
 * more than one segment, with its own name or with one of 22 characters. */
bool message_texts_read(struct message_texts *texts, struct reply_words *words, const struct org *org,
                        size_t language, const char *crisis, const cJSON *json,
                        struct error *error) MUST_CHECK;

#endif
