/* Ways of writing, by the shares of the scenario. Unreadable answers must be unreadable to any question that is counted,
 * also when they come late and meet another one. */
#include "simulator/typing.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "simulator/phrases.h"

static const char *pick(double draw, const char *const *words, size_t words_max);
static const char *yes_or_no(const char *language, bool yes);

void type_answer(const struct scenario *scenario, const char *language, double habit, double word,
                 struct planned_reply *reply)
{
    static const char *const ends[] = {".", "!", "!!"};
    static const char *const comments[] = {"kiitos", "tack", "many thanks", "kiitos avusta", "meni hyvin"};
    const struct typing *typing = &scenario->typing;
    char plain[REPLY_TEXT_SIZE];
    double left = habit;
    if (left < typing->unreadable) {
        type_unclear(scenario, language, word, reply);
        return;
    }
    type_value(scenario, language, reply);
    memcpy(plain, reply->text, sizeof plain);
    left -= typing->unreadable;
    if (left < typing->natural) {
        phrase_value(scenario->questions[reply->question].asking, language, reply->value, word, reply->text);
        return;
    }
    left -= typing->natural;
    if (left < typing->commented) {
        const char *between = scenario->questions[reply->question].asking == ASKS_CHOICE ? ", " : " ";
        (void)snprintf(reply->text, sizeof reply->text, "%.64s%s%s", plain, between,
                       pick(word, comments, sizeof comments / sizeof comments[0]));
        return;
    }
    left -= typing->commented;
    if (left < typing->spaced)
        (void)snprintf(reply->text, sizeof reply->text, " %.64s ", plain);
    else if (left - typing->spaced < typing->punctuated)
        (void)snprintf(reply->text, sizeof reply->text, "%.64s%s", plain,
                       pick(word, ends, sizeof ends / sizeof ends[0]));
}

void type_value(const struct scenario *scenario, const char *language, struct planned_reply *reply)
{
    reply->meaning = MEANS_VALUE;
    switch (scenario->questions[reply->question].asking) {
    case ASKS_YESNO:
    case ASKS_VOLUNTEER:
        (void)text_copy(reply->text, sizeof reply->text, yes_or_no(language, reply->value == 1));
        return;
    case ASKS_CHOICE:
        (void)snprintf(reply->text, sizeof reply->text, "%c", 'A' + reply->value - 1);
        return;
    case ASKS_SCALE:
    case ASKS_WORDS:
        (void)snprintf(reply->text, sizeof reply->text, "%d", reply->value);
        return;
    }
}

void type_words(const struct scenario *scenario, const char *language, double word,
                struct planned_reply *reply)
{
    const char *found[SCENARIO_PHRASES_MAX], *any[SCENARIO_PHRASES_MAX];
    size_t found_count = 0, any_count = 0;
    for (size_t i = 0; i < scenario->phrases_count; i++) {
        const struct scenario_phrase *phrase = &scenario->phrases[i];
        if ((int)phrase->question != reply->question)
            continue;
        any[any_count++] = phrase->text;
        if (strcmp(phrase->language, language) == 0)
            found[found_count++] = phrase->text;
    }
    reply->meaning = MEANS_WORDS;
    (void)text_copy(reply->text, sizeof reply->text,
                    found_count > 0 ? pick(word, found, found_count) : pick(word, any, any_count));
}

void type_unclear(const struct scenario *scenario, const char *language, double word,
                  struct planned_reply *reply)
{
    reply->meaning = MEANS_NOTHING;
    reply->value = NOTHING;
    (void)text_copy(reply->text, sizeof reply->text,
                    phrase_unclear(scenario->questions[reply->question].asking, language, word));
}

void type_command(const char *language, double word, struct planned_reply *reply)
{
    (void)text_copy(reply->text, sizeof reply->text, phrase_command(reply->meaning, language, word));
}

/* `words` ends at words_max or at NULL. */
static const char *pick(double draw, const char *const *words, size_t words_max)
{
    size_t count = 0;
    while (count < words_max && words[count] != NULL)
        count++;
    return count > 0 ? words[(size_t)(draw * (double)count)] : "";
}

static const char *yes_or_no(const char *language, bool yes)
{
    if (strcmp(language, "fi") == 0)
        return yes ? "Kyllä" : "Ei";
    if (strcmp(language, "sv") == 0)
        return yes ? "Ja" : "Nej";
    return yes ? "Yes" : "No";
}
