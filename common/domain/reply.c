/* Reading a reply. First what is read at any time (STOP, help, wrong person, off the volunteers' list,
 * START), then the open question's own reading. Words are data (reply_words); the few in here belong to the
 * rules themselves. Pure; linear in the reply. */
#include "domain/reply.h"

#include <string.h>

#include "domain/folded_reply.h"
#include "domain/reply_stop.h"

#define REFUSAL_WORDS_MAX 5 /* of a first name */

/* Yes or no in one language, another word in another: read only for people in whose language it is listed. */
static const char *const ambiguous[] = {"no", "en", "e"};

/* Join two numbers or letters: neither is the answer. */
static const char *const joining[] = {"tai", "vai", "ja", "eller", "och", "or", "and"};

/* Answer only alone, before punctuation or courtesy: "en bra service" is no Finnish "no". */
static const char *const only_alone[] = {"en", "jo"};

/* A number before one of these counts something: "5 viikkoa odotin". */
static const char *const units[] = {
    "%",         "€",         "eur",    "euro",   "euroa",   "h",     "t",      "min",     "minuutti",
    "minuuttia", "tunti",     "tuntia", "päivä",  "päivää",  "pv",    "viikko", "viikkoa", "vk",
    "kuukausi",  "kuukautta", "kk",     "vuosi",  "vuotta",  "v",     "kerta",  "kertaa",  "minut",
    "minuter",   "timme",     "timmar", "dag",    "dagar",   "vecka", "veckor", "månad",   "månader",
    "år",        "gång",      "gånger", "minute", "minutes", "hour",  "hours",  "day",     "days",
    "week",      "weeks",     "month",  "months", "year",    "years", "time",   "times",
};

static bool reads_standing(const struct reading_context *context, const struct folded_reply *text,
                           struct reading *reading_out);
static bool reads_answer(const struct reading_context *context, const struct folded_reply *text,
                         int *value_out, size_t *words_out);
static bool is_name_refused(const struct folded_reply *text, const struct reply_words *words);
static bool begins_like_an_answer(const struct reading_context *context, const struct folded_reply *text,
                                  size_t *words_out);

/* Emoji are punctuation, but for those that say yes or no where that is asked. */
static void drop_emoji(const struct reading_context *context, struct folded_reply *text)
{
    const struct question *question = context->question;
    bool yes_or_no =
        question != NULL && (question->kind == QUESTION_YESNO || question->kind == QUESTION_VOLUNTEER);
    size_t kept = 0;
    for (size_t i = 0; i < text->count; i++) {
        if (!text->words[i].is_emoji ||
            (yes_or_no && (folded_phrase_words(text, i, context->words, WORDS_YES, ANY_LANGUAGE) > 0 ||
                           folded_phrase_words(text, i, context->words, WORDS_NO, ANY_LANGUAGE) > 0)))
            text->words[kept++] = text->words[i];
        else if (kept > 0)
            text->words[kept - 1].ends_clause = true;
    }
    text->count = kept;
}

void reply_read(const struct reading_context *context, const char *utf8, struct reading *reading_out)
{
    struct folded_reply text;
    bool takes_words =
        context->name || (context->question != NULL && context->question->kind == QUESTION_TEXT);
    size_t used = 0;
    folded_reply_cut(utf8, &text);
    drop_emoji(context, &text);
    stop_part(&text, context->words);
    bool stops_at_last = stop_is_last_clause(&text, context->words);

    *reading_out = (struct reading){.outcome = READ_UNCLEAR, .value = -1};
    if (reads_standing(context, &text, reading_out)) {
        reading_out->optout = reading_out->outcome == READ_OPTOUT;
    } else if (!takes_words && reads_answer(context, &text, &reading_out->value, &used)) {
        reading_out->outcome = READ_ANSWER;
        reading_out->optout = stops_at_last || stop_is_rest(&text, used, context->words);
    } else if ((begins_like_an_answer(context, &text, &used) && stop_is_rest(&text, used, context->words)) ||
               (stops_at_last && !takes_words)) {
        *reading_out = (struct reading){.outcome = READ_OPTOUT, .value = -1, .optout = true};
    } else if (context->name && is_name_refused(&text, context->words)) {
        *reading_out = (struct reading){.outcome = READ_ANSWER, .value = 0, .optout = stops_at_last};
    } else if (takes_words) {
        reading_out->outcome = text.is_empty ? READ_UNCLEAR : READ_WORDS;
        reading_out->optout = stops_at_last;
    } else if (context->question == NULL) {
        reading_out->outcome = READ_COMMENT;
    }
    folded_reply_clear(&text);
}

/* --- at any time --- */

static bool is_whole(const struct folded_reply *text, const struct reply_words *words,
                     enum word_class word_class)
{
    return text->count > 0 && !text->is_cut &&
           folded_phrase_words(text, 0, words, word_class, ANY_LANGUAGE) == text->count;
}

/* The number is erased for it, so that it must be the whole message, but for greetings, courtesy and what may
 * lead to it ("this is the wrong number"). "Wrong person, the clerk knew nothing of me" is own words. */
static bool is_wrong_person(const struct folded_reply *text, const struct reply_words *words)
{
    size_t end = 0, first;
    do {
        first = end;
        end = folded_past(text, first, words, WORDS_FILLERS);
        end = folded_past(text, end, words, WORDS_WRONG_PERSON_CARRIERS);
    } while (end > first);
    end = folded_past(text, first, words, WORDS_WRONG_PERSON);
    return end > first && folded_past(text, end, words, WORDS_FILLERS) == text->count && !text->is_cut;
}

static bool reads_standing(const struct reading_context *context, const struct folded_reply *text,
                           struct reading *reading_out)
{
    const struct reply_words *words = context->words;
    bool own_words = context->question != NULL && context->question->kind == QUESTION_TEXT;
    if (stop_is_first(text, words, own_words))
        reading_out->outcome = READ_OPTOUT;
    else if ((text->is_question && !text->is_cut) || is_whole(text, words, WORDS_HELP))
        reading_out->outcome = READ_HELP;
    else if (is_wrong_person(text, words))
        reading_out->outcome = READ_WRONG_PERSON;
    else if (is_whole(text, words, WORDS_LEAVE))
        reading_out->outcome = READ_LEAVE;
    else if (is_whole(text, words, WORDS_START))
        reading_out->outcome = READ_OPTIN;
    else
        return false;
    return true;
}

/* --- the question's own reading --- */

static bool is_digit(const struct folded_word *word)
{
    return word->bytes == 1 && word->chars[0] >= '0' && word->chars[0] <= '9';
}

static bool is_letter(const struct folded_word *word)
{
    return word->bytes == 1 && word->chars[0] >= 'a' && word->chars[0] <= 'z';
}

/* Also "-3" and "/10". */
static bool begins_with_digit(const struct folded_word *word)
{
    size_t at = 0;
    while (at < word->bytes && strchr("-+:;/", word->chars[at]) != NULL)
        at++;
    return at < word->bytes && word->chars[at] >= '0' && word->chars[at] <= '9';
}

/* The first word is one digit in range, no other number is joined to it, and it does not count anything. */
static bool reads_scale(const struct question *question, const struct folded_reply *text, int *value_out)
{
    if (!is_digit(&text->words[0]))
        return false;
    int value = text->words[0].chars[0] - '0';
    if (value < question->min || value > question->max)
        return false;
    if (text->count > 1) {
        const struct folded_word *second = &text->words[1];
        bool joined = WORD_IN(second, joining) && text->count > 2 && begins_with_digit(&text->words[2]);
        if (joined || WORD_IN(second, units) || begins_with_digit(second))
            return false;
    }
    *value_out = value;
    return true;
}

static bool is_option(const struct question *question, const struct folded_word *word)
{
    return is_letter(word) && word->chars[0] - 'a' + 1 >= question->min &&
           word->chars[0] - 'a' + 1 <= question->max;
}

/* The first word is one letter in range, and no other one follows it. */
static bool reads_choice(const struct question *question, const struct folded_reply *text, int *value_out)
{
    if (!is_option(question, &text->words[0]))
        return false;
    if (text->count > 1) {
        bool joined = WORD_IN(&text->words[1], joining) && text->count > 2 && is_letter(&text->words[2]);
        if (joined || is_option(question, &text->words[1]))
            return false;
    }
    *value_out = text->words[0].chars[0] - 'a' + 1;
    return true;
}

/* 1 yes, 0 no, -1 neither (or both): the person's own language first, then what all others agree on. */
static int yes_or_no(const struct folded_reply *text, size_t first, const struct reading_context *context,
                     size_t *words_out)
{
    const struct reply_words *words = context->words;
    for (int round = 0; round < 2; round++) {
        int language = round == 0 ? context->language : ANY_LANGUAGE;
        if (round == 1 && WORD_IN(&text->words[first], ambiguous))
            return -1;
        size_t yes = folded_phrase_words(text, first, words, WORDS_YES, language);
        size_t no = folded_phrase_words(text, first, words, WORDS_NO, language);
        if (yes != no) {
            *words_out = yes > no ? yes : no;
            return yes > no;
        }
    }
    return -1;
}

/* At the end, before punctuation or before words of courtesy. */
static bool stands_alone(const struct folded_reply *text, size_t i, const struct reply_words *words)
{
    return i + 1 == text->count || text->words[i].ends_clause ||
           folded_phrase_words(text, i + 1, words, WORDS_FILLERS, ANY_LANGUAGE) > 0;
}

/* The first word decides, unless a later one is the opposite or "don't know" stands anywhere. A later "jo" is
 * Finnish for "already", unless it stands alone. */
static bool reads_yesno(const struct reading_context *context, const struct folded_reply *text,
                        int *value_out, size_t *words_out)
{
    size_t count = 0;
    int first = yes_or_no(text, 0, context, words_out);
    if (first < 0 ||
        (*words_out == 1 && WORD_IN(&text->words[0], only_alone) && !stands_alone(text, 0, context->words)))
        return false;
    for (size_t i = 0; i < text->count; i++) {
        if (folded_phrase_words(text, i, context->words, WORDS_UNSURE, ANY_LANGUAGE) > 0)
            return false;
        if (i < *words_out ||
            (folded_word_is(&text->words[i], "jo") && !stands_alone(text, i, context->words)))
            continue;
        int later = yes_or_no(text, i, context, &count);
        if (later >= 0 && later != first)
            return false;
    }
    *value_out = first;
    return true;
}

static bool reads_answer(const struct reading_context *context, const struct folded_reply *text,
                         int *value_out, size_t *words_out)
{
    if (context->question == NULL || text->count == 0 || stop_is_negated(text, context->words))
        return false;
    *words_out = 1;
    switch (context->question->kind) {
    case QUESTION_SCALE:
        return reads_scale(context->question, text, value_out);
    case QUESTION_CHOICE:
        return reads_choice(context->question, text, value_out);
    case QUESTION_YESNO:
    case QUESTION_VOLUNTEER:
        return reads_yesno(context, text, value_out, words_out);
    case QUESTION_TEXT:
        return false;
    }
    return false;
}

/* "No thanks" where a first name was asked: a no-word and little more. What is also a name or a filler in
 * another language must be the whole message. */
static bool is_name_refused(const struct folded_reply *text, const struct reply_words *words)
{
    size_t first = folded_past(text, 0, words, WORDS_FILLERS);
    size_t behind = folded_past(text, first, words, WORDS_NO);
    if (behind == first || text->count - first > REFUSAL_WORDS_MAX || text->is_cut)
        return false;
    bool is_sure = behind - first > 1 || !WORD_IN(&text->words[first], ambiguous);
    return is_sure || folded_past(text, behind, words, WORDS_FILLERS) == text->count;
}

/* An answer to some question, though not to this one: STOP after it is honoured all the same. */
static bool begins_like_an_answer(const struct reading_context *context, const struct folded_reply *text,
                                  size_t *words_out)
{
    if (text->count == 0 || stop_is_negated(text, context->words))
        return false;
    *words_out = 1;
    return is_digit(&text->words[0]) || is_letter(&text->words[0]) ||
           yes_or_no(text, 0, context, words_out) >= 0;
}
