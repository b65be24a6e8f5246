/* Tables of words. Unreadable answers must be unreadable to any question that is counted, also when they come late
 * and meet another one. */
#include "simulator/typing.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define WORDS_MAX 6

struct vocabulary {
    enum meaning meaning;
    const char *language; /* "" = in every language */
    const char *words[WORDS_MAX];
};

static const struct vocabulary vocabularies[] = {
    {MEANS_STOP, "", {"STOP", "stop.", "Lopeta", "STOPP", "Stop!"}},
    {MEANS_START, "fi", {"ALOITA", "aloita"}},
    {MEANS_START, "sv", {"STARTA", "starta"}},
    {MEANS_START, "en", {"START", "Start"}},
    {MEANS_HELP, "fi", {"INFO", "info", "?", "apua"}},
    {MEANS_HELP, "sv", {"INFO", "hjälp", "?"}},
    {MEANS_HELP, "en", {"INFO", "help", "?"}},
    {MEANS_LEAVE, "fi", {"POIS", "pois"}},
    {MEANS_LEAVE, "sv", {"BORT", "bort"}},
    {MEANS_LEAVE, "en", {"LEAVE", "leave"}},
    {MEANS_WRONG_PERSON, "fi", {"Väärä numero", "väärä numero"}},
    {MEANS_WRONG_PERSON, "sv", {"Fel nummer", "fel person"}},
    {MEANS_WRONG_PERSON, "en", {"Wrong number", "wrong person"}},
    {MEANS_NAME, "fi", {"Anna", "Mikko", "Sari", "Juhani", "Aino", "Timo"}},
    {MEANS_NAME, "sv", {"Britta", "Johan", "Maj-Britt", "Åsa"}},
    {MEANS_NAME, "en", {"Olga", "Ahmed", "Linh", "Maria", "Fatima"}},
};

static const char *pick(double draw, const char *const *words, size_t words_max);
static const char *yes_or_no(const char *language, bool yes);

void type_answer(const struct scenario *scenario, const char *language, double habit, double word,
                 struct planned_reply *reply)
{
    static const char *const ends[] = {".", "!", "!!"};
    static const char *const comments[] = {"kiitos", "tack", "many thanks", "kiitos avusta", "meni hyvin"};
    static const char *const unreadables[] = {"hyvä", "vaikea sanoa", "vet inte", "not sure", "riippuu"};
    const struct typing *typing = &scenario->typing;
    char plain[REPLY_TEXT_SIZE];
    double left = habit;
    if (left < typing->unreadable) {
        reply->meaning = MEANS_NOTHING;
        reply->value = NOTHING;
        (void)text_copy(reply->text, sizeof reply->text,
                        pick(word, unreadables, sizeof unreadables / sizeof unreadables[0]));
        return;
    }
    type_value(scenario, language, reply);
    memcpy(plain, reply->text, sizeof plain);
    left -= typing->unreadable;
    if (left < typing->commented) {
        (void)snprintf(reply->text, sizeof reply->text, "%.64s %s", plain,
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

void type_command(const char *language, double word, struct planned_reply *reply)
{
    const struct vocabulary *found = NULL;
    for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++) {
        const struct vocabulary *vocabulary = &vocabularies[i];
        if (vocabulary->meaning != reply->meaning)
            continue;
        if (vocabulary->language[0] == '\0' || strcmp(vocabulary->language, language) == 0 || found == NULL)
            found = vocabulary;
    }
    if (found != NULL)
        (void)text_copy(reply->text, sizeof reply->text, pick(word, found->words, WORDS_MAX));
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
