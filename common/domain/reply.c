/* Reading one reply, first form: one digit, or a word that means STOP. Everything else is neither: a reading
 * never guesses. Pure. */
#include "domain/reply.h"

#include <string.h>
#include <strings.h>
#include <unictype.h>
#include <unistr.h>

struct word {
    const char *chars; /* borrowed from the text, not terminated */
    size_t bytes;
};

static bool is_trimmed(char c)
{
    return c == '.' || c == '!';
}

/* Cuts the next word at `*at`, without '.' and '!' at its ends; a word of nothing else is no word. False at
 * the end. */
static bool word_next(const uint8_t **at, struct word *word_out)
{
    const uint8_t *next;
    ucs4_t character = 0;
    do {
        while ((next = u8_next(&character, *at)) != NULL && uc_is_property_white_space(character))
            *at = next;
        const char *start = (const char *)*at;
        while ((next = u8_next(&character, *at)) != NULL && !uc_is_property_white_space(character))
            *at = next;
        const char *end = (const char *)*at;
        while (start < end && is_trimmed(*start))
            start++;
        while (start < end && is_trimmed(end[-1]))
            end--;
        *word_out = (struct word){start, (size_t)(end - start)};
    } while (word_out->bytes == 0 && **at != '\0');
    return word_out->bytes > 0;
}

static bool word_is_stop(const struct word *word)
{
    static const char *const stops[] = {"stop", "stopp", "lopeta"};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (word->bytes == strlen(stops[i]) && strncasecmp(word->chars, stops[i], word->bytes) == 0)
            return true;
    return false;
}

/* Any single digit: out of range it is not counted, but what follows it may be STOP, which is honoured. */
static bool word_is_digit(const struct word *word, int *digit_out)
{
    if (word->bytes != 1 || word->chars[0] < '0' || word->chars[0] > '9')
        return false;
    *digit_out = word->chars[0] - '0';
    return true;
}

void reply_read(const struct question *question, const char *text, struct reading *reading_out)
{
    const uint8_t *at = (const uint8_t *)text;
    struct word first, second, third;
    int value = 0;

    *reading_out = (struct reading){0};
    if (!word_next(&at, &first))
        return;
    if (word_is_stop(&first)) {
        reading_out->optout = true;
        return;
    }
    if (!word_is_digit(&first, &value))
        return;
    reading_out->optout = word_next(&at, &second) && word_is_stop(&second) && !word_next(&at, &third);
    if (question != NULL && value >= question->min && value <= question->max) {
        reading_out->answered = true;
        reading_out->value = value;
    }
}
