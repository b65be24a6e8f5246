/* Topics by their words. What takes force at once (the number is erased, no surveys for months) must be the whole
 * message, courtesy apart; business may be anywhere, since its answer only tells where to call. */
#include "domain/reply_topics.h"

static size_t phrase(const struct folded_reply *text, size_t at, enum word_class word_class)
{
    return folded_phrase_words(text, at, word_class, ANY_LANGUAGE);
}

static bool ends_with_courtesy(const struct folded_reply *text, size_t first)
{
    return !text->is_cut && folded_past(text, first, WORDS_COURTESY) == text->count;
}

bool topic_is_whole(const struct folded_reply *text, enum word_class word_class)
{
    return text->count > 0 && !text->is_cut && phrase(text, 0, word_class) == text->count;
}

bool topic_is_help(const struct folded_reply *text)
{
    bool asks = text->is_question && !text->is_cut;
    return (asks && reply_words_has(text->words_known, WORDS_HELP, ANY_LANGUAGE, "?")) ||
           topic_is_whole(text, WORDS_HELP);
}

static size_t past_carriers(const struct folded_reply *text, size_t first)
{
    size_t end = first;
    do {
        first = end;
        end = folded_past(text, first, WORDS_COURTESY);
        end = folded_past(text, end, WORDS_WRONG_PERSON_CARRIERS);
    } while (end > first);
    return end;
}

/* "Wrong person, the clerk knew nothing of me" is own words. */
bool topic_is_wrong_person(const struct folded_reply *text)
{
    size_t first = past_carriers(text, 0);
    size_t end = folded_past(text, first, WORDS_WRONG_PERSON);
    return end > first && !text->is_cut && past_carriers(text, end) == text->count;
}

bool topic_is_pause(const struct folded_reply *text)
{
    size_t first = folded_past(text, 0, WORDS_COURTESY);
    size_t end = folded_past(text, first, WORDS_PAUSE);
    return end > first && ends_with_courtesy(text, folded_past(text, end, WORDS_MESSAGES));
}

/* Also "peruuta huomenna": whatever it was, nobody cancelled it here. */
bool topic_is_business(const struct folded_reply *text)
{
    bool noun = false, verb = false, cancelling = false;
    bool cancels_first = phrase(text, folded_past(text, 0, WORDS_COURTESY), WORDS_CANCEL) > 0;
    for (size_t i = 0; i < text->count;) {
        size_t other = phrase(text, i, WORDS_NOT_BUSINESS);
        if (other == 0 && phrase(text, i, WORDS_BUSINESS) > 0)
            return true;
        if (other == 0) {
            noun = noun || phrase(text, i, WORDS_BUSINESS_NOUNS) > 0;
            verb = verb || phrase(text, i, WORDS_BUSINESS_VERBS) > 0;
            cancelling = cancelling || phrase(text, i, WORDS_CANCEL) > 0;
        }
        i += other > 0 ? other : 1;
    }
    return (noun && (verb || cancelling)) || (cancels_first && verb);
}
