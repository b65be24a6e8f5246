/* One reply cut into words, ready for comparing: folded, without what cannot be seen, punctuation trimmed, the
 * phrases in it found among the words that are known. Part of reply.c. */
#ifndef DOMAIN_FOLDED_REPLY_H
#define DOMAIN_FOLDED_REPLY_H

#include "domain/reply_fold.h"
#include "domain/reply_words.h"

#define FOLDED_WORDS_MAX   500
#define FOLDED_MATCHES_MAX 4000

struct folded_match { /* a known phrase */
    uint16_t node;    /* of the index */
    uint16_t words;
};

struct folded_word {
    const char *chars; /* borrowed from the reply's `folded`, not terminated */
    uint32_t bytes;
    bool is_emoji;                      /* one symbol, a word by itself; or ":D" */
    bool ends_clause;                   /* a full stop, comma, line break, emoji or the like follows */
    uint16_t matches_at, matches_count; /* the phrases that begin with it */
    uint64_t classes;                   /* of all of them, in any language */
};

struct folded_reply {
    const struct reply_words *words_known; /* borrowed */
    bool is_empty;                         /* nothing visible */
    bool is_question;                      /* nothing but question marks */
    bool is_cut;                           /* longer than what was looked at */
    size_t count, matches_count;
    struct folded_word words[FOLDED_WORDS_MAX];
    struct folded_match matches[FOLDED_MATCHES_MAX];
    struct folded_chars folded;
};

/* Cuts valid UTF-8 of any length. White space separates words, and so does a full stop, comma or the like between a
 * letter and a letter ("hyvä.stop") or a letter and a digit ("5,hyvä", "vastaus:5", but not "5:ttä"). Punctuation
 * around a word is no part of it, but: a dash, plus or equals sign before it ("-5"), a colon or semicolon before it
 * (":D"), a percent sign. Punctuation alone is no word. */
void folded_reply_cut(const char *utf8, const struct reply_words *known, struct folded_reply *text_out);

/* Finds the phrases that begin with each word: once, when no word changes any more and before phrases are asked for. */
void folded_reply_match(struct folded_reply *text);

/* Whether the word by itself, as it stands, is a phrase of one of these classes (bits), in any language. */
bool folded_word_is(const struct folded_reply *text, const char *chars, size_t bytes, uint64_t classes);

/* Words from `first` on that make one phrase of the class, the longest there is; 0 = none. A phrase does not go past
 * the end of a clause. Phrases of every language (ANY_LANGUAGE), or only of one. */
size_t folded_phrase_words(const struct folded_reply *text, size_t first, enum word_class word_class,
                           int language);

/* Index behind all phrases of the class, in any language, that stand one after the other from `first` on. */
size_t folded_past(const struct folded_reply *text, size_t first, enum word_class word_class);

/* Whether a phrase of the class stands anywhere. */
bool folded_holds(const struct folded_reply *text, enum word_class word_class);

/* Whether only this character, and white space, stands between the word and the next one. */
bool folded_parted_by(const struct folded_reply *text, size_t word, char mark);

/* Where in the reply the word begins, and where what follows it begins. */
size_t folded_word_start(const struct folded_reply *text, size_t word);
size_t folded_word_end(const struct folded_reply *text, size_t word);

#endif
