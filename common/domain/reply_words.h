/* The words that replies are read by, as data: member "words" of messages/<language>.json. Bounded, without pointers;
 * every phrase is kept folded, so that a reply is folded once and its words are found by hash. */
#ifndef DOMAIN_REPLY_WORDS_H
#define DOMAIN_REPLY_WORDS_H

#include "base/json.h"
#include "domain/word_index.h"

#define PHRASES_MAX      256 /* of one class in one language */
#define PHRASE_BYTES_MAX WORD_BYTES_MAX
#define NUMBER_MAX       10 /* the largest number that has words */

enum word_class {
    /* at any time */
    WORDS_STOP,       /* mean nothing else: "stop" */
    WORDS_STOP_VERBS, /* "lopeta": in own words they may be about anything */
    WORDS_NOT_STOP,   /* "en lopeta" */
    WORDS_STOP_WHOLE, /* stop when nothing else is said: "don't text me" */
    WORDS_NO_MORE,    /* the same before a word for messages: "no more" */
    WORDS_CANCEL,     /* "peruuta": stop only alone or before a word for messages */
    WORDS_MESSAGES,   /* "viestit" */
    WORDS_START,
    WORDS_PAUSE,
    WORDS_HELP,
    WORDS_LEAVE, /* leave the developer-customers */
    WORDS_WRONG_PERSON,
    WORDS_WRONG_PERSON_CARRIERS, /* may stand around "wrong number": "this is", "who is this" */
    WORDS_DISTRESS,
    /* matters that nobody handles here */
    WORDS_BUSINESS,       /* tell it alone: "sairas" */
    WORDS_BUSINESS_NOUNS, /* tell it together with a verb, or with a word of cancelling */
    WORDS_BUSINESS_VERBS,
    WORDS_NOT_BUSINESS, /* "aika hyvä": the words in it tell nothing */
    /* answers */
    WORDS_YES,
    WORDS_NO,
    WORDS_UNSURE,          /* "don't know": neither yes nor no */
    WORDS_OWN_ONLY,        /* answers only of people in whose language they are listed: "no", "en" */
    WORDS_ALONE,           /* answer only alone, before punctuation or courtesy: "jo" */
    WORDS_LETTERS_ALONE,   /* letters that do so when an option is asked for: "a" */
    WORDS_UNITS,           /* a number before one of these counts something: "viikkoa" */
    WORDS_MARKS,           /* change nothing behind a number: "points" */
    WORDS_OUT_OF,          /* stand for the stroke of "4/5": "out of" */
    WORDS_OR,              /* between two answers: neither is one */
    WORDS_AND,             /* the same, but also what a comment begins with */
    WORDS_BUT,             /* may stand before STOP */
    WORDS_ANSWERING,       /* may stand before an answer: "vastaus" */
    WORDS_ANSWERING_LINKS, /* and these with them: "on" */
    WORDS_COURTESY,        /* greetings and courtesy, change nothing: "hello", "thanks" */
    WORDS_NUMBER,          /* the words for 0; those for n are of class WORDS_NUMBER + n */
};
#define WORD_CLASSES (WORDS_NUMBER + NUMBER_MAX + 1)

struct reply_words {
    struct word_index index;
};

/* Adds the phrases of one language from the member "words" of `file`. Keeps the problem with its path. */
void reply_words_read(struct reply_words *words, size_t language, struct json_reader *file);

/* Whether exactly this folded phrase is of the class in a language, or in any (ANY_LANGUAGE). */
bool reply_words_has(const struct reply_words *words, enum word_class word_class, int language,
                     const char *phrase);

const char *word_class_name(enum word_class word_class); /* "stop", "wrong_person", "numbers", … */

#endif
