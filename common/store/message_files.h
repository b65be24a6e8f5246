/* The files messages/<language>.json of the share folder, for every language of an org. */
#ifndef STORE_MESSAGE_FILES_H
#define STORE_MESSAGE_FILES_H

#include "base/settings.h"
#include "domain/message_texts.h"

/* Reads and validates <share_folder>/messages/<language>.json for each of the org's languages, with the crisis
 * number that the settings have for it. Fills `texts` and `words`; either may be NULL. The error names the file
 * and the path inside it. */
bool message_texts_load(const struct settings *settings, const struct org *org, struct message_texts *texts,
                        struct reply_words *words, struct error *error) MUST_CHECK;

#endif
