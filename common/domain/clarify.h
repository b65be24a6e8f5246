/* Asking once more, when a reply could not be read: which text asks a question of which kind, with what it may be
 * answered by filled in: {min} {max} of a scale, {letters} of a choice. Own words are not asked for again. */
#ifndef DOMAIN_CLARIFY_H
#define DOMAIN_CLARIFY_H

#include "domain/message_texts.h"
#include "domain/survey.h"

#define CLARIFY_KIND "clarify" /* the kind of such a message */

/* False for own words: whoever does not write any need not. */
bool clarify_text(enum question_kind kind, enum standing_text *standing_out) MUST_CHECK;

/* Whether a standing text is one of those ("clarify_scale"). */
bool clarify_is(const char *standing_text_name);

/* Reads such a text: its own placeholders must all be there, {org} {phone} {url} may. Keeps the problem with its path,
 * also when the text of a question with the longest range, or with nine options, needs more than one segment. */
void clarify_read(struct json_reader *reader, const char *member, const struct org *org,
                  char out[SMS_BYTES_MAX]);

/* Its text for a question, still with {org} {phone} {url}. Appends to out. */
void clarify_fill(const struct question *question, const char *template_text, struct text *out);

#endif
