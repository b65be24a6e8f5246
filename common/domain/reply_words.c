/* Words of one language at a time: folded, bounded, none twice in its class, none with two meanings in its language
 * (a phrase that meant two things could not be read). The same phrase in two languages is usual: "stop", "info". */
#include "domain/reply_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/reply_fold.h"

#define BIT(word_class) (UINT64_C(1) << (word_class))

struct class_rule {
    const char *name;
    bool needed; /* every language has words of it */
    bool
        takes_beginning; /* a phrase may end with an asterisk: inflected words that are not typed as answers */
};

static const struct class_rule rules[WORDS_NUMBER + 1] = {
    [WORDS_STOP] = {"stop", true, false},
    [WORDS_STOP_VERBS] = {"stop_verbs", false, false},
    [WORDS_NOT_STOP] = {"not_stop", true, false},
    [WORDS_STOP_WHOLE] = {"stop_whole", false, false},
    [WORDS_NO_MORE] = {"no_more", false, false},
    [WORDS_CANCEL] = {"cancel", true, false},
    [WORDS_MESSAGES] = {"messages", true, false},
    [WORDS_START] = {"start", true, false},
    [WORDS_PAUSE] = {"pause", true, false},
    [WORDS_HELP] = {"help", true, false},
    [WORDS_LEAVE] = {"leave", true, false},
    [WORDS_WRONG_PERSON] = {"wrong_person", true, false},
    [WORDS_WRONG_PERSON_CARRIERS] = {"wrong_person_carriers", false, false},
    [WORDS_DISTRESS] = {"distress", true, true},
    [WORDS_BUSINESS] = {"business", true, true},
    [WORDS_BUSINESS_NOUNS] = {"business_nouns", false, true},
    [WORDS_BUSINESS_VERBS] = {"business_verbs", false, true},
    [WORDS_NOT_BUSINESS] = {"not_business", false, true},
    [WORDS_YES] = {"yes", true, false},
    [WORDS_NO] = {"no", true, false},
    [WORDS_UNSURE] = {"unsure", false, false},
    [WORDS_OWN_ONLY] = {"own_only", false, false},
    [WORDS_ALONE] = {"alone", false, false},
    [WORDS_LETTERS_ALONE] = {"letters_alone", false, false},
    [WORDS_UNITS] = {"units", true, false},
    [WORDS_MARKS] = {"marks", false, false},
    [WORDS_OUT_OF] = {"out_of", false, false},
    [WORDS_OR] = {"or", true, false},
    [WORDS_AND] = {"and", true, false},
    [WORDS_BUT] = {"but", true, false},
    [WORDS_ANSWERING] = {"answering", true, false},
    [WORDS_ANSWERING_LINKS] = {"answering_links", false, false},
    [WORDS_COURTESY] = {"courtesy", true, false},
    [WORDS_NUMBER] = {"numbers", true, false},
};

/* A phrase has at most one of these in a language. */
static const uint64_t meanings = BIT(WORDS_STOP) | BIT(WORDS_STOP_VERBS) | BIT(WORDS_STOP_WHOLE) |
                                 BIT(WORDS_CANCEL) | BIT(WORDS_START) | BIT(WORDS_PAUSE) | BIT(WORDS_HELP) |
                                 BIT(WORDS_LEAVE) | BIT(WORDS_WRONG_PERSON) | BIT(WORDS_YES) | BIT(WORDS_NO) |
                                 ((BIT(NUMBER_MAX + 1) - 1) << WORDS_NUMBER);

static void read_numbers(struct reply_words *words, size_t language, struct json_reader *classes);
static void read_list(struct reply_words *words, int word_class, size_t language, struct json_reader *parent,
                      const char *name, bool needed);
static void read_phrase(struct reply_words *words, int word_class, size_t language, const char *phrase,
                        struct json_reader *list);

static const struct class_rule *rule_of(int word_class)
{
    return &rules[word_class < WORDS_NUMBER ? word_class : WORDS_NUMBER];
}

const char *word_class_name(enum word_class word_class)
{
    return rule_of((int)word_class)->name;
}

void reply_words_read(struct reply_words *words, size_t language, struct json_reader *file)
{
    struct json_reader classes;
    json_object(file, "words", &classes);
    for (int i = 0; i < WORDS_NUMBER; i++)
        read_list(words, i, language, &classes, rules[i].name, rules[i].needed);
    read_numbers(words, language, &classes);
    json_finish(&classes);
}

/* "numbers": {"1": ["one"], …}. Those of the usual scale are needed; the others only tell that a number was
 * said. */
static void read_numbers(struct reply_words *words, size_t language, struct json_reader *classes)
{
    struct json_reader numbers;
    json_object(classes, rules[WORDS_NUMBER].name, &numbers);
    for (int value = 0; value <= NUMBER_MAX; value++) {
        char name[4];
        bool needed = value >= 1 && value <= 5;
        (void)snprintf(name, sizeof name, "%d", value);
        if (needed || json_has(&numbers, name))
            read_list(words, WORDS_NUMBER + value, language, &numbers, name, needed);
    }
    json_finish(&numbers);
}

static void read_list(struct reply_words *words, int word_class, size_t language, struct json_reader *parent,
                      const char *name, bool needed)
{
    struct json_reader list;
    size_t count = 0;
    json_array(parent, name, needed ? 1 : 0, PHRASES_MAX, &list, &count);
    for (size_t i = 0; i < count; i++)
        read_phrase(words, word_class, language, json_item_string(&list, i, 1, PHRASE_BYTES_MAX), &list);
}

/* Words with exactly one space between them; an asterisk only at the end, where the class takes it. */
static bool is_phrase(const char *folded, bool takes_beginning)
{
    size_t bytes = strlen(folded);
    for (const unsigned char *c = (const unsigned char *)folded; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7F)
            return false;
    const char *asterisk = strchr(folded, '*');
    bool is_placed = asterisk == NULL ||
                     (takes_beginning && bytes > 2 && asterisk == folded + bytes - 1 && asterisk[-1] != ' ');
    return bytes > 0 && is_placed && folded[0] != ' ' && folded[bytes - 1] != ' ' &&
           strstr(folded, "  ") == NULL;
}

static void read_phrase(struct reply_words *words, int word_class, size_t language, const char *phrase,
                        struct json_reader *list)
{
    struct text folded = {0};
    if (phrase[0] == '\0')
        return; /* a problem that is kept already */
    reply_fold(phrase, &folded);
    text_add(&folded, "");
    uint64_t known = word_index_classes(&words->index, folded.chars, (int)language);
    bool is_meaning = (BIT(word_class) & meanings) != 0;
    if (!is_phrase(folded.chars, rule_of(word_class)->takes_beginning))
        json_problem(list, NULL, "\"%s\" is not words with one space between them", phrase);
    else if ((known & BIT(word_class)) != 0 || (is_meaning && (known & meanings) != 0))
        json_problem(list, NULL, "\"%s\" is there twice in this language", phrase);
    else if (folded.bytes > PHRASE_BYTES_MAX)
        json_problem(list, NULL, "\"%s\" is longer than %d bytes", phrase, PHRASE_BYTES_MAX);
    else if (!word_index_add(&words->index, folded.chars, (int)language, BIT(word_class)))
        json_problem(list, NULL, "there is no room for more words than %d in all languages", WORD_NODES_MAX);
    text_free(&folded);
}

bool reply_words_has(const struct reply_words *words, enum word_class word_class, int language,
                     const char *phrase)
{
    return (word_index_classes(&words->index, phrase, language) & BIT(word_class)) != 0;
}
