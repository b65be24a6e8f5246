/* Reading a number. First what it is (digits, a word, "4/5"), then what stands around it: a unit, another number
 * joined to it, or a sentence that it is only part of make it unclear. */
#include "domain/reply_number.h"

#include <string.h>

#define DIGITS_MAX 3
#define UNREADABLE (-1) /* a number, but no whole one that could be meant */

struct number {
    int value;
    size_t end; /* the word behind it */
    bool is_word;
};

/* Digits at the start of the characters, without a leading zero; UNREADABLE when there are none, or too many. */
static int digits_value(const char *chars, size_t bytes, size_t *used_out)
{
    int value = 0;
    size_t used = 0;
    while (used < bytes && chars[used] >= '0' && chars[used] <= '9') {
        if (used < DIGITS_MAX)
            value = value * 10 + (chars[used] - '0');
        used++;
    }
    *used_out = used;
    return used == 0 || used > DIGITS_MAX || (used > 1 && chars[0] == '0') ? UNREADABLE : value;
}

/* Also "-3", "/10" and "4-5". */
static bool begins_with_digit(const struct folded_word *word)
{
    size_t at = 0;
    while (at < word->bytes && strchr("-+:;/=~", word->chars[at]) != NULL)
        at++;
    return at < word->bytes && word->chars[at] >= '0' && word->chars[at] <= '9';
}

/* Words of the phrase for a number, 0 = none; of the person's language first, then of all that agree. */
static size_t number_phrase(const struct reading_context *context, const struct folded_reply *text, size_t at,
                            int *value_out)
{
    size_t longest = 0;
    if (at >= text->count || text->words[at].matches_count == 0)
        return 0;
    for (int round = 0; round < 2 && longest == 0; round++) {
        for (int value = 0; value <= NUMBER_MAX; value++) {
            size_t count = folded_phrase_words(text, at, (enum word_class)(WORDS_NUMBER + value),
                                               round == 0 ? context->language : ANY_LANGUAGE);
            if (count > 0 && count >= longest)
                *value_out = count > longest ? value : UNREADABLE;
            longest = count > longest ? count : longest;
        }
        if (round == 1 && folded_phrase_words(text, at, WORDS_OWN_ONLY, ANY_LANGUAGE) >= longest)
            return 0;
    }
    return longest;
}

/* A number by itself, without what may be joined to it. */
static bool plain_number(const struct reading_context *context, const struct folded_reply *text, size_t at,
                         struct number *number_out)
{
    if (at >= text->count)
        return false;
    const struct folded_word *word = &text->words[at];
    size_t used = 0;
    *number_out = (struct number){.value = digits_value(word->chars, word->bytes, &used), .end = at + 1};
    if (used == word->bytes)
        return true;
    size_t count = number_phrase(context, text, at, &number_out->value);
    number_out->is_word = true;
    number_out->end = at + count;
    return count > 0;
}

/* "4/5" written together. */
static bool written_fraction(const struct folded_word *word, int top, struct number *number)
{
    size_t used = 0, second = 0;
    int value = digits_value(word->chars, word->bytes, &used);
    if (used == 0 || used == word->bytes || word->chars[used] != '/')
        return false;
    used++;
    int whole = digits_value(word->chars + used, word->bytes - used, &second);
    if (second == 0 || used + second != word->bytes)
        return false;
    number->value = whole == top ? value : UNREADABLE;
    return true;
}

static bool number_at(const struct reading_context *context, const struct folded_reply *text, size_t at,
                      int top, struct number *number_out)
{
    struct number whole;
    if (at >= text->count)
        return false;
    *number_out = (struct number){.end = at + 1};
    if (written_fraction(&text->words[at], top, number_out))
        return true;
    if (!plain_number(context, text, at, number_out))
        return false;
    size_t behind = number_out->end;
    behind += text->words[behind - 1].ends_clause
                  ? 0
                  : folded_phrase_words(text, behind, WORDS_OUT_OF, ANY_LANGUAGE);
    if ((behind > number_out->end || folded_parted_by(text, behind - 1, '/')) &&
        plain_number(context, text, behind, &whole)) {
        number_out->value = whole.value == top ? number_out->value : UNREADABLE;
        number_out->end = whole.end;
    }
    return true;
}

/* Another number is said instead, or beside it: "4 tai 5", "4 5", "4 ja viisi". A word such as "en" or "one" beside it
 * is a number only where it can be nothing else. */
static bool is_joined(const struct reading_context *context, const struct folded_reply *text,
                      const struct number *number)
{
    struct number other;
    bool either = false;
    size_t at = number->end;
    for (;;) {
        size_t words = folded_phrase_words(text, at, WORDS_OR, ANY_LANGUAGE);
        either = either || words > 0;
        if (words == 0)
            words = folded_phrase_words(text, at, WORDS_AND, ANY_LANGUAGE);
        if (words == 0)
            break;
        at += words;
    }
    if (at >= text->count)
        return false;
    if (begins_with_digit(&text->words[at]))
        return true;
    if (!plain_number(context, text, at, &other))
        return false;
    return (either || answer_stands_alone(text, other.end)) && other.value != number->value;
}

static bool holds_number(const struct folded_reply *text, size_t first)
{
    for (size_t i = first; i < text->count; i++)
        if (begins_with_digit(&text->words[i]))
            return true;
    return false;
}

/* Whether the number may be the answer, by what stands before it and behind it. Courtesy behind a word is enough, but
 * not where the word may belong to it: "ett tack till alla". */
static bool is_placed(const struct folded_reply *text, const struct answer_head *head,
                      const struct number *number)
{
    bool alone = answer_stands_alone(text, number->end);
    bool thanks = folded_phrase_words(text, number->end, WORDS_COURTESY, ANY_LANGUAGE) > 0 &&
                  folded_phrase_words(text, head->end, WORDS_ALONE, ANY_LANGUAGE) == 0;
    if (number->is_word && !alone && !thanks)
        return false;
    if (head->end == 0 || (head->is_sentence && !head->is_named && !head->is_linked))
        return true; /* the first word: a comment may follow */
    bool is_last = folded_past(text, number->end, WORDS_COURTESY) == text->count && !text->is_cut;
    if (head->is_linked && !head->is_named)
        return is_last;
    return alone && !holds_number(text, number->end);
}

bool number_read(const struct reading_context *context, const struct folded_reply *text,
                 struct read_answer *answer_out)
{
    const struct question *question = context->question;
    struct answer_head head = answer_head_read(text);
    struct number number, again;
    if (!number_at(context, text, head.end, question->max, &number) || number.value < question->min ||
        number.value > question->max)
        return false;
    if (folded_phrase_words(text, number.end, WORDS_UNITS, ANY_LANGUAGE) > 0)
        return false;
    if (!number.is_word && !text->words[number.end - 1].ends_clause)
        number.end = folded_past(text, number.end, WORDS_MARKS);
    if (is_joined(context, text, &number) || !is_placed(text, &head, &number))
        return false;
    if (plain_number(context, text, number.end, &again) && again.is_word && again.value == number.value &&
        answer_stands_alone(text, again.end))
        number.end = again.end; /* "5 (five)" */
    *answer_out = (struct read_answer){.value = number.value, .end = number.end};
    return true;
}

size_t number_words(const struct reading_context *context, const struct folded_reply *text, size_t at)
{
    struct number number;
    return number_at(context, text, at, 0, &number) ? number.end - at : 0;
}
