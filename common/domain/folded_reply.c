/* Cutting a reply: one pass over the folded characters. Never looks beyond its bounds, whatever the length of the
 * text. */
#include "domain/folded_reply.h"

#include <string.h>
#include <unictype.h>
#include <unistr.h>

#define ENDING_CHARS_MAX 4 /* of a word's ending behind a number and a colon: "5:ssä" */
#define DEGREE_SIGN      0xB0

/* --- characters --- */

static bool is_ascii_of(ucs4_t character, const char *set)
{
    return character != 0 && strchr(set, (int)character) != NULL;
}

static bool is_digit(ucs4_t character)
{
    return character < 0x80 ? character >= '0' && character <= '9' : uc_is_property_decimal_digit(character);
}

static bool is_letter(ucs4_t character)
{
    if (character < 0x80)
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    return uc_is_property_alphabetic(character);
}

static bool is_space(ucs4_t character)
{
    if (character < 0x80)
        return character <= 0x20 || character == 0x7F;
    return uc_is_property_white_space(character) || uc_is_general_category(character, UC_CATEGORY_Cc);
}

static bool is_emoji(ucs4_t character)
{
    return character >= 0x80 && character != DEGREE_SIGN && !is_letter(character) &&
           uc_is_general_category(character, UC_CATEGORY_So);
}

static bool is_punctuation(ucs4_t character)
{
    if (character < 0x80)
        return is_ascii_of(character, "!\"#&'()*,-./:;?@[\\]_{}^`");
    return !is_letter(character) && (uc_is_general_category(character, UC_CATEGORY_P) ||
                                     uc_is_general_category(character, UC_CATEGORY_Sk));
}

static bool is_dash(ucs4_t character)
{
    return character < 0x80 ? character == '-' : uc_is_property_dash(character);
}

static bool is_trimmed_before(ucs4_t character)
{
    return is_punctuation(character) && !is_ascii_of(character < 0x80 ? character : 0, ":;") &&
           !is_dash(character);
}

/* Also the plus of a school mark, "4+". */
static bool is_trimmed_after(ucs4_t character)
{
    return is_punctuation(character) || character == '+' || character == '=' || is_dash(character);
}

static bool is_clause_mark(ucs4_t character)
{
    return character < 0x80 && is_ascii_of(character, ".,!?:;()=");
}

/* --- cutting --- */

/* A case ending behind a colon, to the end of the word: "5:een" is no five. */
static bool is_ending(const uint8_t *at)
{
    ucs4_t character = 0;
    const uint8_t *next;
    size_t count = 0;
    while ((next = u8_next(&character, at)) != NULL && is_letter(character)) {
        at = next;
        count++;
    }
    return count <= ENDING_CHARS_MAX && (next == NULL || is_space(character) || is_punctuation(character));
}

/* Where the next word begins when the marks at `at` part two words that touch them; otherwise NULL. */
static const uint8_t *past_parting(const uint8_t *at, ucs4_t before)
{
    const uint8_t *end = at, *next;
    ucs4_t after = 0;
    while ((next = u8_next(&after, end)) != NULL && is_clause_mark(after))
        end = next;
    if (next == NULL || !(is_letter(before) || is_digit(before)))
        return NULL;
    if (is_digit(before) && *at == ':' && end == at + 1 && is_letter(after) && is_ending(end))
        return NULL;
    return is_letter(after) || (is_letter(before) && is_digit(after)) ? end : NULL;
}

/* The end of the word that begins at `at`, not yet trimmed. */
static const uint8_t *word_end(const uint8_t *at)
{
    const uint8_t *start = at, *next, *parted;
    ucs4_t character, before = 0;
    for (; (next = u8_next(&character, at)) != NULL && !is_space(character); before = character, at = next) {
        if (is_emoji(character))
            return at == start ? next : at;
        if (is_clause_mark(character) && (parted = past_parting(at, before)) != NULL)
            return parted;
    }
    return at;
}

/* A face made of characters, ":D" or "=P", or a heart. */
static bool is_face(const char *chars, size_t bytes)
{
    if (bytes < 2 || bytes > 3 || strchr(":;=<", chars[0]) == NULL)
        return false;
    size_t nose = chars[1] == '-' && bytes == 3 ? 1 : 0;
    return bytes == 2 + nose && (is_letter((unsigned char)chars[1 + nose]) || chars[1 + nose] == '3');
}

static void add_word(struct folded_reply *text, const uint8_t *start, const uint8_t *end)
{
    struct folded_word word = {0};
    const uint8_t *at;
    ucs4_t character;
    while (start < end && (at = u8_next(&character, start)) != NULL && is_trimmed_before(character))
        start = at;
    while (start < end && (at = u8_prev(&character, end, start)) != NULL && is_trimmed_after(character)) {
        word.ends_clause = word.ends_clause || is_clause_mark(character);
        end = at;
    }
    if (start == end) {
        if (text->count > 0) /* also a dash */
            text->words[text->count - 1].ends_clause = true;
        return;
    }
    (void)u8_next(&character, start);
    word.chars = (const char *)start;
    word.bytes = (uint32_t)(end - start);
    word.is_emoji = is_emoji(character) || is_face(word.chars, word.bytes);
    text->words[text->count++] = word;
}

void folded_reply_cut(const char *utf8, const struct reply_words *known, struct folded_reply *text_out)
{
    text_out->words_known = known;
    text_out->count = 0;
    text_out->matches_count = 0;
    reply_fold_visible(utf8, &text_out->folded);
    text_out->is_cut = text_out->folded.is_cut;
    const uint8_t *at = (const uint8_t *)text_out->folded.chars, *next;
    ucs4_t character;
    text_out->is_empty = *at == '\0';
    text_out->is_question = !text_out->is_empty;
    while ((next = u8_next(&character, at)) != NULL) {
        if (is_space(character)) {
            if (text_out->count > 0 && (character == '\n' || character == '\r'))
                text_out->words[text_out->count - 1].ends_clause = true;
            at = next;
            continue;
        }
        if (text_out->count == FOLDED_WORDS_MAX) {
            text_out->is_cut = true;
            break;
        }
        next = word_end(at);
        text_out->is_question = text_out->is_question && strspn((const char *)at, "?") >= (size_t)(next - at);
        add_word(text_out, at, next);
        at = next;
    }
}

/* --- phrases --- */

static void phrase_add(struct folded_reply *text, size_t first, size_t at, uint16_t node)
{
    const struct word_index *index = &text->words_known->index;
    struct folded_word *word = &text->words[first];
    const struct word_node *found = &index->nodes[node];
    if (node == WORD_ROOT)
        return;
    if (found->classes != 0 && text->matches_count == FOLDED_MATCHES_MAX) {
        text->is_cut = true;
    } else if (found->classes != 0) {
        word->classes |= found->classes;
        word->matches_count++;
        text->matches[text->matches_count++] =
            (struct folded_match){.node = node, .words = (uint16_t)(at + 1 - first)};
    }
    if (found->leads_on && at + 1 < text->count && !text->words[at].ends_clause) {
        const struct folded_word *next = &text->words[at + 1];
        phrase_add(text, first, at + 1, word_index_word(index, node, next->chars, next->bytes));
        phrase_add(text, first, at + 1, word_index_beginning(index, node, next->chars, next->bytes));
    }
}

void folded_reply_match(struct folded_reply *text)
{
    const struct word_index *index = &text->words_known->index;
    for (size_t i = 0; i < text->count; i++) {
        struct folded_word *word = &text->words[i];
        word->classes = 0;
        word->matches_at = (uint16_t)text->matches_count;
        word->matches_count = 0;
        phrase_add(text, i, i, word_index_word(index, WORD_ROOT, word->chars, word->bytes));
        phrase_add(text, i, i, word_index_beginning(index, WORD_ROOT, word->chars, word->bytes));
    }
}

bool folded_word_is(const struct folded_reply *text, const char *chars, size_t bytes, uint64_t classes)
{
    const struct word_index *index = &text->words_known->index;
    return word_index_has(index, word_index_word(index, WORD_ROOT, chars, bytes), classes, ANY_LANGUAGE);
}

size_t folded_phrase_words(const struct folded_reply *text, size_t first, enum word_class word_class,
                           int language)
{
    uint64_t classes = UINT64_C(1) << word_class;
    size_t longest = 0;
    if (first >= text->count || (text->words[first].classes & classes) == 0)
        return 0;
    const struct folded_word *word = &text->words[first];
    for (size_t i = 0; i < word->matches_count; i++) {
        const struct folded_match *match = &text->matches[word->matches_at + i];
        if (match->words > longest &&
            word_index_has(&text->words_known->index, match->node, classes, language))
            longest = match->words;
    }
    return longest;
}

size_t folded_past(const struct folded_reply *text, size_t first, enum word_class word_class)
{
    for (size_t count; (count = folded_phrase_words(text, first, word_class, ANY_LANGUAGE)) > 0;)
        first += count;
    return first;
}

bool folded_holds(const struct folded_reply *text, enum word_class word_class)
{
    for (size_t i = 0; i < text->count; i++)
        if (folded_phrase_words(text, i, word_class, ANY_LANGUAGE) > 0)
            return true;
    return false;
}

bool folded_parted_by(const struct folded_reply *text, size_t word, char mark)
{
    size_t marks = 0;
    if (word + 1 >= text->count)
        return false;
    const char *at = text->words[word].chars + text->words[word].bytes, *end = text->words[word + 1].chars;
    for (; at < end; at++) {
        if (*at == mark)
            marks++;
        else if (*at != ' ')
            return false;
    }
    return marks == 1;
}

/* --- where it came from --- */

size_t folded_word_start(const struct folded_reply *text, size_t word)
{
    return text->folded.origins[text->words[word].chars - text->folded.chars];
}

size_t folded_word_end(const struct folded_reply *text, size_t word)
{
    const struct folded_word *found = &text->words[word];
    return text->folded.origins[found->chars + found->bytes - text->folded.chars];
}
