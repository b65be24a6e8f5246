/* STOP in a reply. Wins over everything, so that every way people write it is read; what may be about
 * something else ("peruuta aika huomenna", "lopeta paperilomakkeet") is left to the question. Pure. */
#include "domain/reply_stop.h"

#include <string.h>

#define LAST_CLAUSES 3 /* looked at from the end: "STOP, please, thanks" */

static size_t phrase(const struct folded_reply *text, size_t first, enum word_class word_class)
{
    return folded_phrase_words(text, first, word_class, ANY_LANGUAGE);
}

/* Words of one STOP from `first` on, with what is to be stopped; 0 = none. */
static size_t stop_words(const struct folded_reply *text, size_t first)
{
    size_t stop = phrase(text, first, WORDS_STOP), verb = phrase(text, first, WORDS_STOP_VERBS);
    size_t cancel = phrase(text, first, WORDS_CANCEL), no_more = phrase(text, first, WORDS_NO_MORE);
    stop = stop > 0 ? stop : verb;
    cancel = cancel > 0 ? cancel : no_more;
    size_t behind = first + (stop > 0 ? stop : cancel);
    size_t messages = phrase(text, behind, WORDS_MESSAGES);
    return stop > 0 || (cancel > 0 && messages > 0) ? behind + messages - first
                                                    : phrase(text, first, WORDS_STOP_WHOLE);
}

bool stop_is_negated(const struct folded_reply *text, size_t first)
{
    return phrase(text, first, WORDS_NOT_STOP) > 0;
}

bool stop_is_first(const struct folded_reply *text, bool own_words)
{
    size_t first = folded_past(text, 0, WORDS_COURTESY);
    size_t stop = phrase(text, first, WORDS_STOP);
    size_t verb = phrase(text, first, WORDS_STOP_VERBS), cancel = phrase(text, first, WORDS_CANCEL);
    size_t negated = phrase(text, first, WORDS_NOT_STOP);
    bool says_more = folded_past(text, first + negated, WORDS_COURTESY) < text->count;
    if (negated > 0 &&
        !((stop > 0 || verb > 0) && says_more)) /* "sluta inte", but not "sluta inte intresserad" */
        return false;
    if (stop > 0 || (verb > 0 && !own_words))
        return true;
    size_t behind = first + (verb > 0 ? verb : cancel);
    if (behind == first)
        return stop_words(text, first) > 0 && stop_is_rest(text, first); /* "no more texts, thanks" */
    bool alone = !text->is_cut && folded_past(text, behind, WORDS_COURTESY) == text->count;
    return alone || (verb > 0 && text->words[behind - 1].ends_clause) ||
           phrase(text, behind, WORDS_MESSAGES) > 0;
}

/* May stand between an answer, or own words, and STOP. */
static size_t joining(const struct folded_reply *text, size_t at)
{
    size_t courtesy = phrase(text, at, WORDS_COURTESY);
    if (courtesy > 0)
        return courtesy;
    size_t both = phrase(text, at, WORDS_AND), either = phrase(text, at, WORDS_OR);
    both = both > either ? both : either;
    return both > 0 ? both : phrase(text, at, WORDS_BUT);
}

bool stop_is_rest(const struct folded_reply *text, size_t first)
{
    bool stops = false;
    for (size_t at = first; at < text->count;) {
        size_t stop = stop_words(text, at);
        size_t words = stop > 0 ? stop : joining(text, at);
        if (words == 0 || stop_is_negated(text, at))
            return false;
        stops = stops || stop > 0;
        at += words;
    }
    return stops && !text->is_cut;
}

size_t stop_last_clause(const struct folded_reply *text)
{
    size_t clauses = 0;
    for (size_t i = text->count; i > 1 && clauses < LAST_CLAUSES; i--) {
        if (!text->words[i - 2].ends_clause)
            continue;
        clauses++;
        if (stop_is_rest(text, i - 1))
            return i - 1;
    }
    return 0;
}

/* --- written together --- */

static bool is_stop_word(const struct folded_reply *text, const char *chars, size_t bytes)
{
    return folded_word_is(text, chars, bytes, UINT64_C(1) << WORDS_STOP | UINT64_C(1) << WORDS_STOP_VERBS);
}

/* Bytes of `chars` before the first one, or from its end before the last one, that is not in `set`. */
static size_t span(const char *chars, size_t bytes, const char *set, bool from_end)
{
    size_t count = 0;
    while (count < bytes && strchr(set, chars[from_end ? bytes - 1 - count : count]) != NULL)
        count++;
    return count;
}

/* Bytes of the first part, and of the marks behind it; false when the word is not two parts. */
static bool parts_of(const struct folded_reply *text, const struct folded_word *word, size_t *first_out,
                     size_t *marks_out)
{
    static const char digits[] = "0123456789", marks[] = "-/+&_*.,:;!?=";
    if (word->bytes < 2)
        return false;
    size_t number = span(word->chars, word->bytes, digits, false);
    if (number > 0) {
        *first_out = number;
        *marks_out = span(word->chars + number, word->bytes - number, marks, false);
        size_t second = number + *marks_out;
        return is_stop_word(text, word->chars + second, word->bytes - second);
    }
    number = span(word->chars, word->bytes, digits, true);
    *marks_out = span(word->chars, word->bytes - number, marks, true);
    *first_out = word->bytes - number - *marks_out;
    return number > 0 && is_stop_word(text, word->chars, *first_out);
}

void stop_part(struct folded_reply *text)
{
    size_t first = 0, marks = 0;
    for (size_t i = 0; i < text->count && text->count < FOLDED_WORDS_MAX; i++) {
        struct folded_word *word = &text->words[i];
        if (!parts_of(text, word, &first, &marks))
            continue;
        memmove(word + 1, word, (text->count - i) * sizeof *word);
        text->count++;
        word[0].bytes = (uint32_t)first;
        word[0].ends_clause = false;
        word[1].chars += first + marks;
        word[1].bytes -= (uint32_t)(first + marks);
        i++;
    }
}
