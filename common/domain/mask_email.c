/* E-mail addresses: "maija@example.com", "maija (at) example.com", "maija ät example piste com". The signs are a
 * table. */
#include "domain/mask_email.h"

#include <string.h>

#include "domain/mask_keys.h"

#define LABEL_SPACED_MAX 4 /* letters behind a dot and a space, as in "maija @ example. com" */

static bool is_local(char key)
{
    return key != '\0' && strchr(" @<>()[],;:\"", key) == NULL;
}

static bool is_label(char key)
{
    return is_letter(key) || is_digit(key) || key == '-' || key == '_';
}

struct sign {
    const char *keys;
    bool is_word; /* with a space on both sides */
};

static const struct sign at_signs[] = {
    {"@", false},
    {"(at)", false},
    {"[at]", false},
    {"{at}", false},
    {"<at>", false},
    {"(a)", false},
    {"[a]", false},
    {"at", true},
    {KEY_LETTER_TEXT "t", true}, /* "ät" */
    {"miukumauku", true},
    {"(" KEY_LETTER_TEXT "t)", false},
    {"[" KEY_LETTER_TEXT "t]", false},
};

static const struct sign dots[] = {
    {".", false},       {"(dot)", false},   {"[dot]", false}, {"(piste)", false}, {"[piste]", false},
    {"(punkt)", false}, {"[punkt]", false}, {"dot", true},    {"piste", true},    {"punkt", true},
};

/* End of a sign that stands at `at`, with the space on either side of it, or 0. */
static size_t sign_end(const char *keys, size_t at, const struct sign *signs, size_t signs_count)
{
    size_t start = past_space(keys, at);
    for (size_t i = 0; i < signs_count; i++) {
        size_t end = start + strlen(signs[i].keys);
        if (strncmp(keys + start, signs[i].keys, end - start) == 0 &&
            (!signs[i].is_word || (start > at && keys[end] == ' ')))
            return past_space(keys, end);
    }
    return 0;
}

#define SIGN_END(keys, at, signs) sign_end(keys, at, signs, sizeof(signs) / sizeof((signs)[0]))

static size_t label_end(const char *keys, size_t at)
{
    while (is_label(keys[at]))
        at++;
    return at;
}

/* Start of the label behind a dot at `at`, or 0. A full stop and a space end a sentence, unless this can be the
 * end of an address. */
static size_t next_label(const char *keys, size_t at, bool dotted)
{
    size_t label = SIGN_END(keys, at, dots);
    if (label == 0 || !is_label(keys[label]))
        return 0;
    bool is_spaced = keys[at] == '.' && keys[at + 1] == ' ';
    return is_spaced && (dotted || label_end(keys, label) - label > LABEL_SPACED_MAX) ? 0 : label;
}

/* Looked for only where a run of characters begins that can stand before the at-sign, so that each run is
 * walked once. After an at-sign in words or with spaces about it the domain must have a dot, and no digit
 * behind it ("tavataan @ 14.30"). */
size_t mask_email_end(const char *keys, size_t at)
{
    size_t local_end = at;
    bool dotted = false;
    if (!is_local(keys[at]) || (at > 0 && is_local(keys[at - 1])))
        return 0;
    while (is_local(keys[local_end]))
        local_end++;
    size_t label = SIGN_END(keys, local_end, at_signs);
    if (label == 0 || !is_label(keys[label]))
        return 0;
    bool loose = keys[local_end] != '@' || label != local_end + 1;
    size_t end = label_end(keys, label), next;
    while ((next = next_label(keys, end, dotted)) != 0) {
        dotted = true;
        label = next;
        end = label_end(keys, label);
    }
    return !loose || (dotted && is_letter(keys[label])) ? end : 0;
}
