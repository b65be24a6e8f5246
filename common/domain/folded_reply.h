/* One reply cut into words, ready for comparing: folded, without what cannot be seen, punctuation trimmed.
 * Part of reply.c. */
#ifndef DOMAIN_FOLDED_REPLY_H
#define DOMAIN_FOLDED_REPLY_H

#include "domain/reply_words.h"

#define FOLDED_CHARS_MAX 1000 /* looked at, from the first visible one */
#define FOLDED_WORDS_MAX 500

struct folded_word {
    const char *chars; /* borrowed from the text's `folded`, not terminated */
    size_t bytes;
    bool is_emoji;    /* one symbol, a word by itself */
    bool ends_clause; /* a full stop, comma, line break, emoji or the like follows */
};

struct folded_reply {
    struct text folded;
    bool is_empty;    /* nothing visible */
    bool is_question; /* nothing but question marks */
    bool is_cut;      /* longer than what was looked at */
    size_t count;
    struct folded_word words[FOLDED_WORDS_MAX];
};

/* Cuts valid UTF-8 of any length; clear with folded_reply_clear. White space separates words, and so does a
 * full stop, comma or the like with a letter right behind it ("5.stop"). Punctuation around a word is no
 * part of it, but: a dash or plus sign before it ("-5"), a colon or semicolon before it (":D"), a percent
 * sign. Punctuation alone is no word. */
void folded_reply_cut(const char *utf8, struct folded_reply *text_out);
void folded_reply_clear(struct folded_reply *text);

bool folded_word_is(const struct folded_word *word, const char *folded);
bool folded_word_is_one_of(const struct folded_word *word, const char *const *list, size_t list_count);
#define WORD_IN(word, list) folded_word_is_one_of(word, list, sizeof(list) / sizeof((list)[0]))

/* Words from `first` on that make one phrase of the class, the longest there is; 0 = none. Phrases of every
 * language, or only of one. */
size_t folded_phrase_words(const struct folded_reply *text, size_t first, const struct reply_words *words,
                           enum word_class word_class, int language);
#define ANY_LANGUAGE (-1)

/* Index behind all phrases of the class, in any language, that stand one after the other from `first` on. */
size_t folded_past(const struct folded_reply *text, size_t first, const struct reply_words *words,
                   enum word_class word_class);

#endif
