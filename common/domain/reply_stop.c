/* STOP in a reply. Wins over everything, so that every way people write it is read; what may be about
 * something else ("peruuta aika huomenna", "lopeta paperilomakkeet") is left to the question. Pure. */
#include "domain/reply_stop.h"

#include <string.h>

#define LAST_CLAUSES 3 /* looked at from the end: "STOP, please, thanks" */

/* May stand between an answer, or own words, and STOP. */
static const char *const joining[] = {"ja", "och", "and", "tai", "eller", "or", "mutta", "men", "but"};

static size_t plain_stop_words(const struct folded_reply *text, size_t first, const struct reply_words *words)
{
    size_t stop = folded_phrase_words(text, first, words, WORDS_STOP, ANY_LANGUAGE);
    return stop > 0 ? stop : folded_phrase_words(text, first, words, WORDS_STOP_VERBS, ANY_LANGUAGE);
}

/* Words of one STOP from `first` on, with what is to be stopped; 0 = none. */
static size_t stop_words(const struct folded_reply *text, size_t first, const struct reply_words *words)
{
    size_t stop = plain_stop_words(text, first, words);
    size_t cancel = folded_phrase_words(text, first, words, WORDS_CANCEL, ANY_LANGUAGE);
    size_t verb = stop > 0 ? stop : cancel;
    size_t messages = folded_phrase_words(text, first + verb, words, WORDS_MESSAGES, ANY_LANGUAGE);
    return stop > 0 || (cancel > 0 && messages > 0) ? verb + messages : 0;
}

static bool ends_with_fillers(const struct folded_reply *text, size_t first, const struct reply_words *words)
{
    return !text->is_cut && folded_past(text, first, words, WORDS_FILLERS) == text->count;
}

bool stop_is_first(const struct folded_reply *text, const struct reply_words *words, bool own_words)
{
    size_t first = folded_past(text, 0, words, WORDS_FILLERS);
    size_t verb = folded_phrase_words(text, first, words, WORDS_STOP_VERBS, ANY_LANGUAGE);
    size_t cancel = folded_phrase_words(text, first, words, WORDS_CANCEL, ANY_LANGUAGE);
    if (folded_phrase_words(text, first, words, WORDS_STOP, ANY_LANGUAGE) > 0 || (verb > 0 && !own_words))
        return true;
    size_t behind = first + (verb > 0 ? verb : cancel);
    if (behind == first)
        return false;
    return ends_with_fillers(text, behind, words) || (verb > 0 && text->words[behind - 1].ends_clause) ||
           folded_phrase_words(text, behind, words, WORDS_MESSAGES, ANY_LANGUAGE) > 0;
}

bool stop_is_rest(const struct folded_reply *text, size_t first, const struct reply_words *words)
{
    bool stops = false;
    for (size_t i = first; i < text->count;) {
        size_t stop = stop_words(text, i, words);
        size_t past = folded_past(text, i, words, WORDS_FILLERS);
        if (stop == 0 && past == i && !WORD_IN(&text->words[i], joining))
            return false;
        stops = stops || stop > 0;
        i = stop > 0 ? i + stop : past > i ? past : i + 1;
    }
    return stops && !text->is_cut;
}

bool stop_is_last_clause(const struct folded_reply *text, const struct reply_words *words)
{
    size_t clauses = 0;
    for (size_t i = text->count; i > 1 && clauses < LAST_CLAUSES; i--) {
        if (!text->words[i - 2].ends_clause)
            continue;
        clauses++;
        if (stop_is_rest(text, i - 1, words))
            return true;
    }
    return false;
}

bool stop_is_negated(const struct folded_reply *text, const struct reply_words *words)
{
    return text->count > 1 && folded_word_is(&text->words[0], "en") && !text->words[0].ends_clause &&
           plain_stop_words(text, 1, words) > 0;
}

/* --- written together --- */

static bool is_stop_word(const char *chars, size_t bytes, const struct reply_words *words)
{
    const struct folded_word word = {.chars = chars, .bytes = bytes};
    for (size_t i = 0; i < words->counts[WORDS_STOP]; i++)
        if (folded_word_is(&word, words->phrases[WORDS_STOP][i].chars))
            return true;
    for (size_t i = 0; i < words->counts[WORDS_STOP_VERBS]; i++)
        if (folded_word_is(&word, words->phrases[WORDS_STOP_VERBS][i].chars))
            return true;
    return false;
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
static bool parts_of(const struct folded_word *word, const struct reply_words *words, size_t *first_out,
                     size_t *marks_out)
{
    static const char digits[] = "0123456789", marks[] = "-/+&_*.,:;!?=";
    size_t number = span(word->chars, word->bytes, digits, false);
    *first_out = number;
    *marks_out = span(word->chars + number, word->bytes - number, marks, false);
    if (number > 0) {
        size_t second = number + *marks_out;
        return is_stop_word(word->chars + second, word->bytes - second, words);
    }
    number = span(word->chars, word->bytes, digits, true);
    *marks_out = span(word->chars, word->bytes - number, marks, true);
    *first_out = word->bytes - number - *marks_out;
    return number > 0 && is_stop_word(word->chars, *first_out, words);
}

void stop_part(struct folded_reply *text, const struct reply_words *words)
{
    size_t first = 0, marks = 0;
    for (size_t i = 0; i < text->count && text->count < FOLDED_WORDS_MAX; i++) {
        struct folded_word *word = &text->words[i];
        if (!parts_of(word, words, &first, &marks))
            continue;
        memmove(word + 1, word, (text->count - i) * sizeof *word);
        text->count++;
        word[0].bytes = first;
        word[0].ends_clause = false;
        word[1].chars += first + marks;
        word[1].bytes -= first + marks;
        i++;
    }
}
