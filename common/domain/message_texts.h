/* messages/<language>.json: texts the service sends of its own accord, in each language of the org. */
#ifndef DOMAIN_MESSAGE_TEXTS_H
#define DOMAIN_MESSAGE_TEXTS_H

#include "domain/message_template.h"

/* By the org's language index, with placeholders. */
struct message_texts {
    char stop_confirm[LANGUAGES_MAX][SMS_BYTES_MAX];
};

/* Reads and validates the file of one language (an index of the org's) into its place in `texts`; the other
 * languages are left as they are. */
bool message_texts_read(struct message_texts *texts, const struct org *org, size_t language,
                        const cJSON *json, struct error *error) MUST_CHECK;

#endif
