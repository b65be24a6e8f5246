/* Yes or no, an option's letter, and what an answer may stand among. Numbers are reply_number's. */
#include "domain/reply_answer.h"

#include "domain/reply_number.h"
#include "domain/reply_stop.h"

#define REFUSAL_WORDS_MAX 5 /* of a first name */
#define NEITHER           (-1)

static size_t phrase(const struct folded_reply *text, size_t at, enum word_class word_class)
{
    return folded_phrase_words(text, at, word_class, ANY_LANGUAGE);
}

struct answer_head answer_head_read(const struct folded_reply *text)
{
    struct answer_head head = {0};
    for (;;) {
        size_t courtesy = phrase(text, head.end, WORDS_COURTESY);
        size_t name = phrase(text, head.end, WORDS_ANSWERING);
        size_t link = phrase(text, head.end, WORDS_ANSWERING_LINKS);
        size_t words = courtesy > name ? courtesy : name;
        words = link > words ? link : words;
        if (words == 0)
            break;
        head.is_named = head.is_named || name == words;
        head.is_linked = head.is_linked || (link == words && name < words);
        head.end += words;
    }
    head.is_sentence = head.end > 0 && text->words[head.end - 1].ends_clause;
    return head;
}

/* Courtesy that goes on into a sentence ("ett tack till alla") is part of it. */
bool answer_stands_alone(const struct folded_reply *text, size_t end)
{
    if (end >= text->count || text->words[end - 1].ends_clause || stop_is_rest(text, end))
        return true;
    size_t behind = folded_past(text, end, WORDS_COURTESY);
    return behind > end &&
           (behind == text->count || text->words[behind - 1].ends_clause || stop_is_rest(text, behind));
}

/* --- an option --- */

static bool is_letter(const struct folded_word *word)
{
    return word->bytes == 1 && word->chars[0] >= 'a' && word->chars[0] <= 'z';
}

static bool is_option(const struct question *question, const struct folded_reply *text, size_t at)
{
    if (at >= text->count || !is_letter(&text->words[at]))
        return false;
    int value = text->words[at].chars[0] - 'a' + 1;
    return value >= question->min && value <= question->max;
}

/* The first word is one letter in range, and no other one is joined to it. */
static bool reads_choice(const struct reading_context *context, const struct folded_reply *text,
                         struct read_answer *answer_out)
{
    struct answer_head head = answer_head_read(text);
    size_t at = head.end, next = head.end + 1;
    if (!is_option(context->question, text, at) || is_option(context->question, text, next))
        return false;
    bool alone = answer_stands_alone(text, next);
    bool opens = head.end == 0 || (head.is_sentence && !head.is_named && !head.is_linked);
    if ((head.is_linked && !head.is_named) || (!opens && !alone) ||
        (!alone && folded_phrase_words(text, at, WORDS_LETTERS_ALONE, context->language) > 0))
        return false;
    size_t other = folded_past(text, next, WORDS_OR);
    other = folded_past(text, other, WORDS_AND);
    if (other > next && other < text->count && is_letter(&text->words[other]))
        return false;
    *answer_out = (struct read_answer){.value = text->words[at].chars[0] - 'a' + 1, .end = next};
    return true;
}

/* --- yes or no --- */

/* 1 yes, 0 no, or NEITHER (also both): the person's own language first, then what all others agree on. */
static int yes_or_no(const struct reading_context *context, const struct folded_reply *text, size_t at,
                     size_t *words_out)
{
    for (int round = 0; round < 2; round++) {
        int language = round == 0 ? context->language : ANY_LANGUAGE;
        size_t yes = folded_phrase_words(text, at, WORDS_YES, language);
        size_t no = folded_phrase_words(text, at, WORDS_NO, language);
        *words_out = yes > no ? yes : no;
        if (round == 1 && phrase(text, at, WORDS_OWN_ONLY) >= *words_out)
            return NEITHER;
        if (yes != no)
            return yes > no;
    }
    return NEITHER;
}

/* A word such as "jo" or "en", which begins other sentences too: it answers only alone. */
static bool is_doubtful(const struct folded_reply *text, size_t at, size_t words)
{
    return words == 1 && phrase(text, at, WORDS_ALONE) > 0 && !answer_stands_alone(text, at + 1);
}

/* The first word decides, unless a later one is the opposite or "don't know" stands anywhere. */
static bool reads_yesno(const struct reading_context *context, const struct folded_reply *text,
                        struct read_answer *answer_out)
{
    struct answer_head head = answer_head_read(text);
    size_t words = 0, count = 0;
    if (head.end == text->count || (head.is_linked && !head.is_named))
        head = (struct answer_head){0};
    int first = yes_or_no(context, text, head.end, &words);
    if (first == NEITHER || is_doubtful(text, head.end, words) || folded_holds(text, WORDS_UNSURE))
        return false;
    size_t end = head.end + words;
    if (head.is_named && !answer_stands_alone(text, end))
        return false;
    for (size_t i = end; i < text->count; i++) {
        int later = yes_or_no(context, text, i, &count);
        bool already = phrase(text, i, WORDS_ALONE) > 0 && phrase(text, i, WORDS_OWN_ONLY) == 0 &&
                       is_doubtful(text, i, count);
        if (later != NEITHER && later != first && !already)
            return false;
        if (later == first && i == end && answer_stands_alone(text, i + count))
            end = i + count; /* "joo joo" */
    }
    *answer_out = (struct read_answer){.value = first, .end = end};
    return true;
}

/* --- all of them --- */

bool answer_read(const struct reading_context *context, const struct folded_reply *text,
                 struct read_answer *answer_out)
{
    if (text->count == 0 || stop_is_negated(text, 0))
        return false;
    switch (context->question->kind) {
    case QUESTION_SCALE:
        return number_read(context, text, answer_out);
    case QUESTION_CHOICE:
        return reads_choice(context, text, answer_out);
    case QUESTION_YESNO:
    case QUESTION_VOLUNTEER:
        return reads_yesno(context, text, answer_out);
    case QUESTION_TEXT:
        return false;
    }
    return false;
}

bool answer_is_begun(const struct reading_context *context, const struct folded_reply *text, size_t *end_out)
{
    if (text->count == 0 || stop_is_negated(text, 0))
        return false;
    size_t words = number_words(context, text, 0);
    if (words == 0 && is_letter(&text->words[0]))
        words = 1;
    bool begun = words > 0 || yes_or_no(context, text, 0, &words) != NEITHER;
    *end_out = words;
    return begun;
}

/* What is also a name or a filler in another language must be the whole message. */
bool answer_is_refusal(const struct folded_reply *text)
{
    size_t first = folded_past(text, 0, WORDS_COURTESY);
    size_t behind = folded_past(text, first, WORDS_NO);
    if (behind == first || text->count - first > REFUSAL_WORDS_MAX || text->is_cut)
        return false;
    bool is_sure = behind - first > 1 || phrase(text, first, WORDS_OWN_ONLY) == 0;
    return is_sure || folded_past(text, behind, WORDS_COURTESY) == text->count;
}
