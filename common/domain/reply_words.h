/* The words that replies are read by, as data: member "words" of messages/<language>.json. Bounded; every
 * phrase is kept folded, so that a reply is folded once and then compared byte by byte. */
#ifndef DOMAIN_REPLY_WORDS_H
#define DOMAIN_REPLY_WORDS_H

#include "base/json.h"

#define PHRASES_MAX 128 /* of one class, in all languages of an org */
#define PHRASE_SIZE 49  /* 48 bytes, folded */

enum word_class {
    WORDS_STOP, /* mean nothing else: "stop" */
    WORDS_START,
    WORDS_HELP,
    WORDS_WRONG_PERSON,
    WORDS_LEAVE, /* leave the developer-customers */
    WORDS_YES,
    WORDS_NO,
    WORDS_STOP_VERBS,            /* "lopeta": in own words they may be about anything */
    WORDS_CANCEL,                /* "peruuta": stop only alone or before a word for messages */
    WORDS_MESSAGES,              /* "viestit" */
    WORDS_WRONG_PERSON_CARRIERS, /* may lead to "wrong number": "this is" */
    WORDS_UNSURE,                /* "don't know": neither yes nor no */
    WORDS_FILLERS,               /* greetings and courtesy, change nothing: "hello", "thanks" */
};
#define WORD_CLASSES        (WORDS_FILLERS + 1)
#define WORD_CLASSES_NEEDED (WORDS_NO + 1) /* the classes up to here have words in every language */

struct reply_phrase {
    char chars[PHRASE_SIZE]; /* one word, or words with one space between them */
    size_t language;         /* the org's language index */
};

struct reply_words {
    size_t counts[WORD_CLASSES];
    struct reply_phrase phrases[WORD_CLASSES][PHRASES_MAX];
};

/* Appends NFKC, casefolded text with plain apostrophes. Text must be valid UTF-8. */
void reply_fold(const char *utf8, struct text *out);

/* Adds the phrases of one language from the member "words" of `file`. Keeps the problem with its path. */
void reply_words_read(struct reply_words *words, size_t language, struct json_reader *file);

const char *word_class_name(enum word_class word_class); /* "stop", "wrong_person", … */

#endif
