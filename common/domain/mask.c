/* Masking of own words. The text is normalised (NFKC: full-width digits are digits), what cannot be seen is
 * dropped, and every character gets a key to be matched by. The whole text is masked before it is cut, so
 * that no cut can hide a number from its pattern. Linear in the text. */
#include "domain/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "domain/mask_keys.h"
#include "domain/mask_names.h"
#include "domain/mask_patterns.h"
#include "domain/reply_fold.h"

#define NAME_CHARS_MAX 40

/* What leads to a first name, folded. */
static const char *const name_carriers[] = {
    "hei",
    "moi",
    "terve",
    "hej",
    "hi",
    "hello",
    "nimeni on",
    "nimi on",
    "mun nimi on",
    "minun nimeni on",
    "etunimeni on",
    "olen",
    "minä olen",
    "mä olen",
    "oon",
    "mä oon",
    "minä oon",
    "se on",
    "jag heter",
    "mitt namn är",
    "mitt förnamn är",
    "jag är",
    "det är",
    "my name is",
    "my name's",
    "my first name is",
    "i am",
    "i'm",
    "it's",
    "it is",
    "this is",
    "call me",
};

struct masking {
    ucs4_t *chars;
    char *keys; /* one a character, terminated */
    size_t count;
    struct text *out;
    size_t kept; /* characters written */
    bool full;
};

static void masking_init(struct masking *masking, const char *words, struct text *out);
static void put(struct masking *masking, const char *bytes, size_t bytes_count, size_t chars_count);
static char *past_carriers(char *words);

void mask_words(const char *words, const struct org *org, struct text *out)
{
    struct masking masking;
    struct mask_names names;
    mask_names_init(&names, org);
    masking_init(&masking, words, out);
    text_add(out, "");
    for (size_t at = 0; at < masking.count && !masking.full;) {
        const char *word = NULL;
        size_t end = mask_match(masking.keys, at, &word);
        size_t name_end = word != NULL ? 0 : mask_names_match(&names, masking.chars, masking.count, at);
        if (name_end > 0) {
            word = "[name]";
            end = name_end;
        }
        if (word != NULL)
            put(&masking, word, strlen(word), strlen(word));
        for (; word == NULL && at < end; at++) {
            uint8_t utf8[6];
            int bytes = u8_uctomb(utf8, masking.chars[at], sizeof utf8);
            put(&masking, (const char *)utf8, (size_t)bytes, 1);
        }
        at = end;
    }
    free(masking.chars);
    free(masking.keys);
    mask_names_free(&names);
}

void mask_name(const char *words, struct text *out)
{
    struct text masked = {0};
    mask_words(words, NULL, &masked);
    char *name = past_carriers(masked.chars);
    name[strcspn(name, " [")] = '\0'; /* the first word, up to what is masked in it */

    const uint8_t *next, *start = NULL, *end = NULL;
    ucs4_t character;
    size_t chars = 0;
    for (const uint8_t *at = (const uint8_t *)name; (next = u8_next(&character, at)) != NULL; at = next) {
        bool is_letter = uc_is_property_alphabetic(character);
        if (start == NULL && is_letter)
            start = at;
        if (start != NULL && ++chars > NAME_CHARS_MAX)
            break;
        if (is_letter || uc_is_general_category(character, UC_CATEGORY_M))
            end = next;
    }
    text_add_bytes(out, start, start == NULL ? 0 : (size_t)(end - start));
    text_free(&masked);
}

static const char *next_word(const char *words)
{
    words += strcspn(words, " ");
    return words + strspn(words, " ");
}

/* Words of the carrier when `folded` begins with it, punctuation behind its words apart; otherwise 0. */
static size_t carrier_words(const char *folded, const char *carrier)
{
    size_t count = 0;
    for (; *carrier != '\0'; count++) {
        size_t bytes = strcspn(folded, " ");
        while (bytes > 0 && strchr(".,!:;", folded[bytes - 1]) != NULL)
            bytes--;
        if (bytes != strcspn(carrier, " ") || memcmp(folded, carrier, bytes) != 0)
            return 0;
        folded = next_word(folded);
        carrier = next_word(carrier);
    }
    return count;
}

/* Behind "Hi, my name is"; folding changes the length of words, but not their number. */
static char *past_carriers(char *words)
{
    struct text folded = {0};
    size_t used = 0, longest;
    reply_fold(words, &folded);
    text_add(&folded, "");
    const char *at = folded.chars;
    do {
        longest = 0;
        for (size_t i = 0; i < sizeof name_carriers / sizeof name_carriers[0]; i++) {
            size_t count = carrier_words(at, name_carriers[i]);
            longest = count > longest ? count : longest;
        }
        for (size_t i = 0; i < longest; i++)
            at = next_word(at);
        used += longest;
    } while (longest > 0);
    text_free(&folded);
    for (; used > 0; used--)
        words += next_word(words) - words;
    return words;
}

/* Nothing follows what did not fit. */
static void put(struct masking *masking, const char *bytes, size_t bytes_count, size_t chars_count)
{
    masking->full = masking->full || masking->kept + chars_count > OWN_WORDS_CHARS_MAX;
    if (masking->full)
        return;
    text_add_bytes(masking->out, bytes, bytes_count);
    masking->kept += chars_count;
}

static char key_of(ucs4_t character)
{
    int digit = uc_digit_value(character);
    if (digit >= 0)
        return (char)('0' + digit);
    if (uc_is_property_white_space(character) || uc_is_general_category(character, UC_CATEGORY_Cc))
        return ' ';
    if (character < 0x80)
        return (char)tolower((int)character);
    if (uc_is_property_dash(character))
        return '-';
    return uc_is_property_alphabetic(character) ? KEY_LETTER : KEY_OTHER;
}

/* What cannot be seen, and marks on plain characters (keycaps), could part a number from its pattern. The
 * joiner and the variation selectors of emoji stay. */
static bool is_dropped(ucs4_t character, ucs4_t before)
{
    bool of_emoji = character == 0x200D || (character >= 0xFE00 && character <= 0xFE0F);
    if (before < 0x80 && uc_is_general_category(character, UC_CATEGORY_M))
        return true;
    return uc_is_property_default_ignorable_code_point(character) && !(of_emoji && before >= 0x80);
}

static void masking_init(struct masking *masking, const char *words, struct text *out)
{
    size_t bytes = 0, count = 0;
    uint8_t *composed = u8_normalize(UNINORM_NFKC, (const uint8_t *)words, strlen(words), NULL, &bytes);
    if (composed == NULL && words[0] != '\0')
        abort(); /* memory is out: the text is valid UTF-8 */
    *masking = (struct masking){.out = out};
    masking->chars = memory_zeroed(bytes + 1, sizeof *masking->chars);
    masking->keys = memory_zeroed(bytes + 1, 1);

    ucs4_t before = 0;
    for (size_t at = 0; composed != NULL && at < bytes;) {
        ucs4_t character = 0;
        at += (size_t)u8_mbtouc(&character, composed + at, bytes - at);
        if (is_dropped(character, before))
            continue;
        before = character;
        char key = key_of(character);
        if (key == ' ' && (count == 0 || masking->keys[count - 1] == ' '))
            continue;
        masking->chars[count] = key == ' ' ? ' ' : character;
        masking->keys[count++] = key;
    }
    while (count > 0 && masking->keys[count - 1] == ' ')
        count--;
    masking->keys[count] = '\0';
    masking->count = count;
    free(composed);
}
