/* Masks what could name a person in own words, before they are stored: pure. */
#ifndef DOMAIN_MASK_H
#define DOMAIN_MASK_H

#include "base/text.h"
#include "domain/org.h"

#define OWN_WORDS_CHARS_MAX 1600 /* what is kept of one text; ten parts of a long message */

/* Appends `words` (valid UTF-8) to out with each of these replaced by a word in brackets: IBAN [iban], Finnish
 * personal identity code also with a wrong checksum [id], e-mail address [email], phone number, date before 2020
 * and any run of 7 or more digits, with up to five spaces or marks between two of them, [number], a name of the
 * org's staff (NULL = no org) [name]. Longer than OWN_WORDS_CHARS_MAX characters: cut there. White space and
 * control characters become single spaces. */
void mask_words(const char *words, const struct org *org, struct text *out);

/* A first name out of a reply: the first word (at most 40 characters) behind greetings and "my name is", masked;
 * empty when nothing is left. */
void mask_name(const char *words, struct text *out);

#endif
