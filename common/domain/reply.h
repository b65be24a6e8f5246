/* Reading one reply. Pure. First form: a first word that is exactly one digit in the question's range, STOP
 * words as the first word or as all that follows an answer; everything else is unparseable. */
#ifndef DOMAIN_REPLY_H
#define DOMAIN_REPLY_H

#include "domain/survey.h"

struct reading {
    bool answered;
    int value;   /* when answered */
    bool optout; /* STOP, STOPP, LOPETA */
};

/* Text must be valid UTF-8; question may be NULL (no question open: only STOP is read). Words are separated
 * by white space; '.' and '!' are trimmed from a word's ends; case does not matter. */
void reply_read(const struct question *question, const char *text, struct reading *reading_out);

#endif
