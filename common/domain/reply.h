/* Reading one reply. Pure: text and the open question in, one outcome out. Never guesses: what is not surely an
 * answer is unclear. */
#ifndef DOMAIN_REPLY_H
#define DOMAIN_REPLY_H

#include "domain/message_texts.h"
#include "domain/survey.h"

enum reading_outcome {
    READ_ANSWER,       /* `value` of the open question: scale, yesno, choice, volunteer; 0 = no first name */
    READ_WORDS,        /* the open question takes words: own words, or a first name */
    READ_UNCLEAR,      /* a question is open and this is no answer to it */
    READ_OPTOUT,       /* STOP and its family */
    READ_OPTIN,        /* START and its family, as the whole message */
    READ_HELP,         /* INFO and its family, as the whole message */
    READ_BUSINESS,     /* about an appointment or the like, and no answer: nobody reads it here */
    READ_WRONG_PERSON, /* "wrong number" */
    READ_DISTRESS,     /* someone in need; an answer in it counts all the same */
    READ_PAUSE,        /* no surveys for a while, as the whole message */
    READ_LEAVE,        /* off the volunteers' list, as the whole message */
    READ_COMMENT,      /* no question is open, and it is none of the above */
};

struct reading {
    enum reading_outcome outcome;
    int value;            /* READ_ANSWER, and READ_DISTRESS with an answer in it; otherwise -1 */
    bool optout;          /* READ_OPTOUT, and all else that STOP follows ("5 stop", "Well done. STOP") */
    size_t comment_start; /* what follows an answer, or the words with no question open: in the text as it */
    size_t comment_bytes; /* came; 0 bytes = none, also when it is only courtesy, a mark or STOP */
};

/* What the reply is read against. */
struct reading_context {
    const struct question *question; /* the question it belongs to; NULL = none, or a first name */
    bool name;                       /* a first name was asked */
    int language;                    /* the person's, index in the org */
    const struct reply_words *words; /* of all languages of the org */
};

/* Text must be valid UTF-8 of any length; only its first 1000 characters are looked at for words. */
void reply_read(const struct reading_context *context, const char *text, struct reading *reading_out);

#endif
