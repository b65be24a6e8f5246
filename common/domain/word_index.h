/* Phrases found word by word: a tree of words, each found by hash below the one before it. Bounded, without
 * pointers (it may be copied), zero-initialised = empty. Holds no meaning: a phrase has classes, bits of the
 * caller's own, by language. */
#ifndef DOMAIN_WORD_INDEX_H
#define DOMAIN_WORD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORD_NODES_MAX  4096 /* words at their places in phrases, of all languages */
#define WORD_CHARS_MAX  40960
#define WORD_TABLE_SIZE 8192 /* a power of two */
#define WORD_BYTES_MAX  48
#define WORD_ROOT       0 /* begins a phrase; as a result: nothing found */
#define ANY_LANGUAGE    (-1)

struct word_sense { /* of a phrase in one language */
    uint64_t classes;
    uint16_t next; /* of the same phrase in another language; 0 = none */
    uint8_t language;
};

struct word_node {
    uint64_t classes; /* of the phrase that ends here, in any language; 0 = none does */
    uint16_t parent;
    uint16_t sense; /* the first; 0 = none */
    uint16_t chars_at;
    uint8_t bytes;
    bool is_beginning; /* matches every word that begins like it */
    bool leads_on;     /* longer phrases go on from here */
};

struct word_index {
    uint16_t nodes_count, senses_count, chars_count; /* place 0 of nodes and senses stays empty */
    uint64_t beginnings; /* bit per length in bytes that some beginning of a word has */
    uint16_t table[WORD_TABLE_SIZE];
    struct word_node nodes[WORD_NODES_MAX];
    struct word_sense senses[WORD_NODES_MAX];
    char chars[WORD_CHARS_MAX];
};

/* Adds classes to a phrase of words of at most WORD_BYTES_MAX bytes with one space between them; an asterisk
 * at the end makes the last word match every word that begins like it. False when the index is full. */
bool word_index_add(struct word_index *index, const char *phrase, int language, uint64_t classes);

/* The classes of exactly this phrase in a language, or in any. */
uint64_t word_index_classes(const struct word_index *index, const char *phrase, int language);

/* The node of a word below another, or the node of its longest known beginning there; WORD_ROOT = none. */
uint16_t word_index_word(const struct word_index *index, uint16_t parent, const char *chars, size_t bytes);
uint16_t word_index_beginning(const struct word_index *index, uint16_t parent, const char *chars,
                              size_t bytes);

/* Whether the phrase that ends at the node has one of these classes. */
bool word_index_has(const struct word_index *index, uint16_t node, uint64_t classes, int language);

#endif
