/* Looks for each name at the start of each word. A family name also with a case ending, as anything of four
 * letters or fewer that follows it: "Virtaselle", "Laineen". Masks too much rather than too little. */
#include "domain/mask_names.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/text.h"

#define FAMILY_LETTERS_MIN 4
#define ENDING_LETTERS_MAX 4
#define NAMES_OF_ONE       4 /* in full and the family name, each with the stem of its cases */

static bool is_letter(ucs4_t character)
{
    return uc_is_property_alphabetic(character) || uc_is_general_category(character, UC_CATEGORY_M);
}

static bool is_in_word(ucs4_t character)
{
    return is_letter(character) || uc_is_property_decimal_digit(character);
}

/* Takes `chars`. */
static void add(struct mask_names *names, ucs4_t *chars, size_t count, bool is_ending)
{
    names->names[names->count++] =
        (struct masked_name){.chars = chars, .count = count, .is_ending = is_ending};
}

static ucs4_t *copy(const ucs4_t *chars, size_t count)
{
    ucs4_t *copied = memory_zeroed(count + 1, sizeof *copied);
    memcpy(copied, chars, count * sizeof *copied);
    return copied;
}

/* As it is; and of "-nen", which bends most, the stem: "Virtanen", "Virtas-en". */
static void add_forms(struct mask_names *names, const ucs4_t *chars, size_t count, size_t family_letters)
{
    bool bends = family_letters >= FAMILY_LETTERS_MIN;
    add(names, copy(chars, count), count, bends);
    if (family_letters < FAMILY_LETTERS_MIN + 2 || chars[count - 3] != 'n' || chars[count - 2] != 'e' ||
        chars[count - 1] != 'n')
        return;
    ucs4_t *stem = copy(chars, count - 2);
    stem[count - 3] = 's';
    add(names, stem, count - 2, true);
}

static void add_name(struct mask_names *names, const char *name)
{
    size_t count = 0, bytes = 0, family = 0, kept = 0;
    uint8_t *composed = u8_normalize(UNINORM_NFKC, (const uint8_t *)name, strlen(name), NULL, &bytes);
    ucs4_t *chars = composed == NULL ? NULL : u8_to_u32(composed, bytes, NULL, &count);
    if (chars == NULL)
        abort(); /* memory is out: the name is valid UTF-8 and not empty */
    for (size_t i = 0; i < count; i++) {
        bool is_space = uc_is_property_white_space(chars[i]);
        if (is_space && (kept == 0 || chars[kept - 1] == ' '))
            continue;
        chars[kept++] = is_space ? ' ' : uc_tolower(chars[i]);
    }
    while (kept > 0 && chars[kept - 1] == ' ')
        kept--;
    for (size_t i = 0; i < kept; i++)
        if (chars[i] == ' ')
            family = i + 1;
    if (kept > 0)
        add_forms(names, chars, kept, kept - family);
    if (family > 0 && kept - family >= FAMILY_LETTERS_MIN)
        add_forms(names, chars + family, kept - family, kept - family);
    free(chars);
    free(composed);
}

void mask_names_init(struct mask_names *names, const struct org *org)
{
    size_t count = org == NULL ? 0 : org->staff_count;
    *names = (struct mask_names){0};
    if (count == 0)
        return;
    names->names = memory_zeroed(count * NAMES_OF_ONE, sizeof *names->names);
    for (size_t i = 0; i < count; i++)
        add_name(names, org->staff[i]);
}

void mask_names_free(struct mask_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i].chars);
    free(names->names);
    *names = (struct mask_names){0};
}

static size_t name_end(const struct masked_name *name, const ucs4_t *chars, size_t count, size_t at)
{
    if (count - at < name->count)
        return 0;
    for (size_t i = 0; i < name->count; i++)
        if (uc_tolower(chars[at + i]) != name->chars[i])
            return 0;
    size_t end = at + name->count, last = end;
    while (name->is_ending && last < count && last - end < ENDING_LETTERS_MAX && is_letter(chars[last]))
        last++;
    return last < count && is_in_word(chars[last]) ? 0 : last;
}

size_t mask_names_match(const struct mask_names *names, const ucs4_t *chars, size_t count, size_t at)
{
    size_t furthest = 0;
    if (names->count == 0 || !is_letter(chars[at]) || (at > 0 && is_in_word(chars[at - 1])))
        return 0;
    for (size_t i = 0; i < names->count; i++) {
        size_t end = name_end(&names->names[i], chars, count, at);
        furthest = end > furthest ? end : furthest;
    }
    return furthest;
}
