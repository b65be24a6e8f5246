/* Reading a reply. First what is read at any time (STOP, help, wrong person, off the volunteers' list, START, a pause,
 * distress), then the open question's own reading, then business. All words are data (reply_words). Pure; linear in the
 * reply.
 *
 *   cut into folded words → at any time → answer, with STOP behind it and a comment → business → comment or unclear
 */
#include "domain/reply.h"

#include "domain/folded_reply.h"
#include "domain/reply_answer.h"
#include "domain/reply_comment.h"
#include "domain/reply_stop.h"
#include "domain/reply_topics.h"

static bool reads_standing(const struct reading_context *context, const struct folded_reply *text,
                           struct reading *reading_out);
static void read_answered(const char *utf8, const struct folded_reply *text, const struct read_answer *answer,
                          size_t stop_at, struct reading *reading_out);
static void read_distress(const struct folded_reply *text, const struct read_answer *answer, size_t stop_at,
                          struct reading *reading_out);

static bool asks_yes_or_no(const struct reading_context *context)
{
    return context->question != NULL &&
           (context->question->kind == QUESTION_YESNO || context->question->kind == QUESTION_VOLUNTEER);
}

/* Emoji are punctuation, but for those that say yes or no where that is asked. */
static void drop_emoji(const struct reading_context *context, struct folded_reply *text)
{
    const uint64_t answers = UINT64_C(1) << WORDS_YES | UINT64_C(1) << WORDS_NO;
    bool yes_or_no = asks_yes_or_no(context);
    size_t kept = 0;
    for (size_t i = 0; i < text->count; i++) {
        const struct folded_word *word = &text->words[i];
        if (!word->is_emoji || (yes_or_no && folded_word_is(text, word->chars, word->bytes, answers)))
            text->words[kept++] = text->words[i];
        else if (kept > 0)
            text->words[kept - 1].ends_clause = true;
    }
    text->count = kept;
}

void reply_read(const struct reading_context *context, const char *utf8, struct reading *reading_out)
{
    struct folded_reply text; /* not zeroed: it is large, and filled as far as it is used */
    struct read_answer answer = {.value = -1};
    bool takes_words =
        context->name || (context->question != NULL && context->question->kind == QUESTION_TEXT);
    size_t end = 0;
    folded_reply_cut(utf8, context->words, &text);
    drop_emoji(context, &text);
    stop_part(&text);
    folded_reply_match(&text);

    *reading_out = (struct reading){.outcome = READ_UNCLEAR, .value = -1};
    if (reads_standing(context, &text, reading_out))
        return;
    size_t stop_at = stop_last_clause(&text);
    bool answers = context->question != NULL && !takes_words && answer_read(context, &text, &answer);
    if (folded_holds(&text, WORDS_DISTRESS)) {
        read_distress(&text, answers ? &answer : NULL, stop_at, reading_out);
    } else if (answers) {
        read_answered(utf8, &text, &answer, stop_at, reading_out);
    } else if ((answer_is_begun(context, &text, &end) && stop_is_rest(&text, end)) ||
               (stop_at > 0 && !takes_words)) {
        *reading_out = (struct reading){.outcome = READ_OPTOUT, .value = -1, .optout = true};
    } else if (context->name && answer_is_refusal(&text)) {
        *reading_out = (struct reading){.outcome = READ_ANSWER, .value = 0, .optout = stop_at > 0};
    } else if (takes_words) {
        reading_out->outcome = text.is_empty ? READ_UNCLEAR : READ_WORDS;
        reading_out->optout = stop_at > 0;
    } else if (topic_is_business(&text)) {
        reading_out->outcome = READ_BUSINESS;
    } else if (context->question == NULL) {
        reading_out->outcome = READ_COMMENT;
        comment_whole(utf8, reading_out);
    }
}

/* What is read at any time, in the order in which it wins. */
static bool reads_standing(const struct reading_context *context, const struct folded_reply *text,
                           struct reading *reading_out)
{
    bool own_words = context->question != NULL && context->question->kind == QUESTION_TEXT;
    if (stop_is_first(text, own_words))
        reading_out->outcome = READ_OPTOUT;
    else if (topic_is_help(text))
        reading_out->outcome = READ_HELP;
    else if (topic_is_wrong_person(text))
        reading_out->outcome = READ_WRONG_PERSON;
    else if (topic_is_whole(text, WORDS_LEAVE))
        reading_out->outcome = READ_LEAVE;
    else if (topic_is_whole(text, WORDS_START))
        reading_out->outcome = READ_OPTIN;
    else if (topic_is_pause(text))
        reading_out->outcome = READ_PAUSE;
    else
        return false;
    reading_out->optout = reading_out->outcome == READ_OPTOUT;
    return true;
}

static void read_answered(const char *utf8, const struct folded_reply *text, const struct read_answer *answer,
                          size_t stop_at, struct reading *reading_out)
{
    bool stops = stop_is_rest(text, answer->end);
    reading_out->outcome = READ_ANSWER;
    reading_out->value = answer->value;
    reading_out->optout = stops || stop_at > 0;
    if (!stops)
        comment_behind(utf8, text, answer->end, stop_at > 0 ? stop_at : text->count, reading_out);
}

/* A number in it still counts; its words are kept nowhere. */
static void read_distress(const struct folded_reply *text, const struct read_answer *answer, size_t stop_at,
                          struct reading *reading_out)
{
    reading_out->outcome = READ_DISTRESS;
    reading_out->value = answer != NULL ? answer->value : -1;
    reading_out->optout = stop_at > 0 || (answer != NULL && stop_is_rest(text, answer->end));
}
