/* Keys of characters, that patterns are matched on: a key is one byte that says what the character is. Part of
 * mask.c. */
#ifndef DOMAIN_MASK_KEYS_H
#define DOMAIN_MASK_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* '0'..'9' digits of any script, 'a'..'z' in any case, '-' any dash, ' ' any white space or control
 * character (never two in a row), other ASCII as it is, and: */
#define KEY_LETTER      '\1' /* of another alphabet, or with a diacritic */
#define KEY_OTHER       '\2'
#define KEY_LETTER_TEXT "\1"

static inline bool is_digit(char key)
{
    return key >= '0' && key <= '9';
}

static inline bool is_plain_letter(char key)
{
    return key >= 'a' && key <= 'z';
}

static inline bool is_letter(char key)
{
    return is_plain_letter(key) || key == KEY_LETTER;
}

static inline bool is_mark(char key)
{
    return key != '\0' && !is_letter(key) && !is_digit(key);
}

static inline bool is_alphanumeric(char key)
{
    return is_plain_letter(key) || is_digit(key);
}

static inline size_t past_space(const char *keys, size_t at)
{
    return keys[at] == ' ' ? at + 1 : at;
}

#endif
