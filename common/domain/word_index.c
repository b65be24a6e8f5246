/* Open addressing over 16-bit node numbers; never more than half full. */
#include "domain/word_index.h"

#include <string.h>

#define HASH_PRIME 16777619u

static uint32_t hash_start(uint16_t parent, bool is_beginning)
{
    return 2166136261u ^ ((uint32_t)parent * 2654435761u) ^ (is_beginning ? 0x9E3779B9u : 0);
}

static uint32_t hash_add(uint32_t hash, char c)
{
    return (hash ^ (unsigned char)c) * HASH_PRIME;
}

/* The place of the node in the table, or the empty place where it belongs. */
static uint32_t place_of(const struct word_index *index, uint32_t hash, uint16_t parent, bool is_beginning,
                         const char *chars, size_t bytes)
{
    uint32_t place = (hash ^ (hash >> 15)) & (WORD_TABLE_SIZE - 1);
    for (; index->table[place] != 0; place = (place + 1) & (WORD_TABLE_SIZE - 1)) {
        const struct word_node *node = &index->nodes[index->table[place]];
        if (node->parent == parent && node->is_beginning == is_beginning && node->bytes == bytes &&
            memcmp(index->chars + node->chars_at, chars, bytes) == 0)
            break;
    }
    return place;
}

static uint32_t hash_of(uint16_t parent, bool is_beginning, const char *chars, size_t bytes)
{
    uint32_t hash = hash_start(parent, is_beginning);
    for (size_t i = 0; i < bytes; i++)
        hash = hash_add(hash, chars[i]);
    return hash;
}

static uint16_t find(const struct word_index *index, uint16_t parent, bool is_beginning, const char *chars,
                     size_t bytes)
{
    return index->table[place_of(index, hash_of(parent, is_beginning, chars, bytes), parent, is_beginning,
                                 chars, bytes)];
}

uint16_t word_index_word(const struct word_index *index, uint16_t parent, const char *chars, size_t bytes)
{
    return bytes > WORD_BYTES_MAX ? WORD_ROOT : find(index, parent, false, chars, bytes);
}

uint16_t word_index_beginning(const struct word_index *index, uint16_t parent, const char *chars,
                              size_t bytes)
{
    uint32_t hash = hash_start(parent, true);
    uint16_t longest = WORD_ROOT;
    for (size_t i = 0; i < bytes && index->beginnings >> (i + 1) != 0 && i < WORD_BYTES_MAX; i++) {
        hash = hash_add(hash, chars[i]);
        if ((index->beginnings >> (i + 1) & 1) == 0)
            continue;
        uint16_t found = index->table[place_of(index, hash, parent, true, chars, i + 1)];
        longest = found != WORD_ROOT ? found : longest;
    }
    return longest;
}

/* The node of a word below another, made when there is none; WORD_ROOT when there is no room. */
static uint16_t make(struct word_index *index, uint16_t parent, bool is_beginning, const char *chars,
                     size_t bytes)
{
    uint32_t place =
        place_of(index, hash_of(parent, is_beginning, chars, bytes), parent, is_beginning, chars, bytes);
    if (index->table[place] != WORD_ROOT)
        return index->table[place];
    if (index->nodes_count == 0)
        index->nodes_count = 1;
    if (index->nodes_count == WORD_NODES_MAX || index->chars_count + bytes > WORD_CHARS_MAX)
        return WORD_ROOT;
    struct word_node *node = &index->nodes[index->nodes_count];
    *node = (struct word_node){.parent = parent,
                               .chars_at = index->chars_count,
                               .bytes = (uint8_t)bytes,
                               .is_beginning = is_beginning};
    memcpy(index->chars + index->chars_count, chars, bytes);
    index->chars_count = (uint16_t)(index->chars_count + bytes);
    index->table[place] = index->nodes_count;
    index->nodes[parent].leads_on = true;
    if (is_beginning)
        index->beginnings |= UINT64_C(1) << bytes;
    return index->nodes_count++;
}

static struct word_sense *sense_of(struct word_index *index, struct word_node *node, int language)
{
    for (uint16_t i = node->sense; i != 0; i = index->senses[i].next)
        if (index->senses[i].language == language)
            return &index->senses[i];
    if (index->senses_count == 0)
        index->senses_count = 1;
    if (index->senses_count == WORD_NODES_MAX)
        return NULL;
    struct word_sense *sense = &index->senses[index->senses_count];
    *sense = (struct word_sense){.next = node->sense, .language = (uint8_t)language};
    node->sense = index->senses_count++;
    return sense;
}

bool word_index_add(struct word_index *index, const char *phrase, int language, uint64_t classes)
{
    uint16_t at = WORD_ROOT;
    do {
        size_t bytes = strcspn(phrase, " ");
        bool is_beginning = bytes > 1 && phrase[bytes - 1] == '*';
        at = make(index, at, is_beginning, phrase, is_beginning ? bytes - 1 : bytes);
        phrase += bytes;
    } while (at != WORD_ROOT && *phrase++ == ' ');
    if (at == WORD_ROOT)
        return false;
    struct word_sense *sense = sense_of(index, &index->nodes[at], language);
    if (sense == NULL)
        return false;
    sense->classes |= classes;
    index->nodes[at].classes |= classes;
    return true;
}

static uint64_t classes_in(const struct word_index *index, uint16_t node, int language)
{
    if (language == ANY_LANGUAGE)
        return index->nodes[node].classes;
    for (uint16_t i = index->nodes[node].sense; i != 0; i = index->senses[i].next)
        if (index->senses[i].language == language)
            return index->senses[i].classes;
    return 0;
}

uint64_t word_index_classes(const struct word_index *index, const char *phrase, int language)
{
    uint16_t at = WORD_ROOT;
    do {
        size_t bytes = strcspn(phrase, " ");
        bool is_beginning = bytes > 1 && phrase[bytes - 1] == '*';
        at = find(index, at, is_beginning, phrase, is_beginning ? bytes - 1 : bytes);
        phrase += bytes;
    } while (at != WORD_ROOT && *phrase++ == ' ');
    return at == WORD_ROOT ? 0 : classes_in(index, at, language);
}

bool word_index_has(const struct word_index *index, uint16_t node, uint64_t classes, int language)
{
    return (index->nodes[node].classes & classes) != 0 &&
           (language == ANY_LANGUAGE || (classes_in(index, node, language) & classes) != 0);
}
