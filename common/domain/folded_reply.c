/* Cutting a reply: folded, cleaned, then one pass over the characters. Never looks beyond its bounds,
 * whatever the length of the text. */
#include "domain/folded_reply.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

static bool is_space(ucs4_t character)
{
    return uc_is_property_white_space(character) || uc_is_general_category(character, UC_CATEGORY_Cc);
}

/* Joiners, variation selectors, marks around a character (keycaps) and skin tones: 5️⃣ is 5, 👍🏽 is 👍. */
static bool is_unseen(ucs4_t character)
{
    return uc_is_property_default_ignorable_code_point(character) ||
           uc_is_general_category(character, UC_CATEGORY_Me) ||
           (character >= 0x1F3FB && character <= 0x1F3FF);
}

static bool is_emoji(ucs4_t character)
{
    return uc_is_general_category(character, UC_CATEGORY_So);
}

static bool is_punctuation(ucs4_t character)
{
    return (uc_is_general_category(character, UC_CATEGORY_P) && character != '%') ||
           uc_is_general_category(character, UC_CATEGORY_Sk);
}

static bool is_trimmed_before(ucs4_t character)
{
    return is_punctuation(character) && character != ':' && character != ';' &&
           !uc_is_property_dash(character);
}

/* Also the plus of a school mark: "4+". */
static bool is_trimmed_after(ucs4_t character)
{
    return is_punctuation(character) || character == '+' || uc_is_property_dash(character);
}

static bool is_clause_mark(ucs4_t character)
{
    return character < 0x80 && character != 0 && strchr(".,!?:;", (int)character) != NULL;
}

static bool is_letter_or_digit(ucs4_t character)
{
    return uc_is_property_alphabetic(character) || uc_is_property_decimal_digit(character);
}

/* Appends the visible characters of the bounded beginning, folded. */
static void clean(const char *utf8, struct folded_reply *text)
{
    struct text start = {0}, folded = {0};
    const uint8_t *at = (const uint8_t *)utf8, *next;
    ucs4_t character;
    size_t chars = 0;
    for (; (next = u8_next(&character, at)) != NULL; at = next) {
        bool is_full = chars == FOLDED_CHARS_MAX;
        if (is_unseen(character) || (is_space(character) && (chars == 0 || is_full)))
            continue;
        if (is_full) {
            text->is_cut = true;
            break;
        }
        chars++;
        text_add_bytes(&start, at, (size_t)(next - at));
    }
    text_add(&start, "");
    reply_fold(start.chars, &folded);
    text_add(&folded, "");
    text_add(&text->folded, "");
    for (at = (const uint8_t *)folded.chars; (next = u8_next(&character, at)) != NULL; at = next)
        if (!is_unseen(character))
            text_add_bytes(&text->folded, at, (size_t)(next - at));
    text_free(&start);
    text_free(&folded);
}

/* The end of the word that begins at `at`, not yet trimmed. */
static const uint8_t *word_end(const uint8_t *at)
{
    const uint8_t *start = at, *next, *behind;
    ucs4_t character, before = 0, after;
    for (; (next = u8_next(&character, at)) != NULL && !is_space(character); before = character, at = next) {
        if (is_emoji(character))
            return at == start ? next : at;
        behind = u8_next(&after, next);
        if (is_clause_mark(character) && is_letter_or_digit(before) && behind != NULL &&
            uc_is_property_alphabetic(after))
            return next;
    }
    return at;
}

static void add_word(struct folded_reply *text, const uint8_t *start, const uint8_t *end)
{
    struct folded_word word = {0};
    const uint8_t *at;
    ucs4_t character;
    while (start < end && (at = u8_next(&character, start)) != NULL && is_trimmed_before(character))
        start = at;
    while (start < end && u8_prev(&character, end, start) != NULL && is_trimmed_after(character)) {
        word.ends_clause = word.ends_clause || is_clause_mark(character);
        end = u8_prev(&character, end, start);
    }
    if (start == end) {
        if (text->count > 0) /* also a dash */
            text->words[text->count - 1].ends_clause = true;
        return;
    }
    (void)u8_next(&character, start);
    word.is_emoji = is_emoji(character);
    word.chars = (const char *)start;
    word.bytes = (size_t)(end - start);
    text->words[text->count++] = word;
}

void folded_reply_cut(const char *utf8, struct folded_reply *text_out)
{
    *text_out = (struct folded_reply){.is_question = true};
    clean(utf8, text_out);
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

void folded_reply_clear(struct folded_reply *text)
{
    text_free(&text->folded);
    text->count = 0;
}

bool folded_word_is(const struct folded_word *word, const char *folded)
{
    return strlen(folded) == word->bytes && memcmp(word->chars, folded, word->bytes) == 0;
}

bool folded_word_is_one_of(const struct folded_word *word, const char *const *list, size_t list_count)
{
    for (size_t i = 0; i < list_count; i++)
        if (folded_word_is(word, list[i]))
            return true;
    return false;
}

/* Words that the phrase covers from `first` on, or 0. */
static size_t phrase_match(const struct folded_reply *text, size_t first, const char *phrase)
{
    size_t i = first;
    for (; i < text->count; i++) {
        size_t bytes = strcspn(phrase, " ");
        const struct folded_word *word = &text->words[i];
        if (word->bytes != bytes || memcmp(word->chars, phrase, bytes) != 0)
            return 0;
        phrase += bytes;
        if (*phrase == '\0')
            return i + 1 - first;
        phrase++;
    }
    return 0;
}

size_t folded_phrase_words(const struct folded_reply *text, size_t first, const struct reply_words *words,
                           enum word_class word_class, int language)
{
    size_t longest = 0;
    for (size_t i = 0; i < words->counts[word_class]; i++) {
        const struct reply_phrase *phrase = &words->phrases[word_class][i];
        if (language != ANY_LANGUAGE && phrase->language != (size_t)language)
            continue;
        size_t count = phrase_match(text, first, phrase->chars);
        if (count > longest)
            longest = count;
    }
    return longest;
}

size_t folded_past(const struct folded_reply *text, size_t first, const struct reply_words *words,
                   enum word_class word_class)
{
    for (size_t count; (count = folded_phrase_words(text, first, words, word_class, ANY_LANGUAGE)) > 0;)
        first += count;
    return first;
}
