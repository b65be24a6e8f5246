/* Words of one language at a time: folded, bounded, none twice in its language (a phrase that meant two
 * things could not be read). The same phrase in two languages is usual: "stop", "info". */
#include "domain/reply_words.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#define RIGHT_QUOTE 0x2019

static const char *const names[] = {
    [WORDS_STOP] = "stop",
    [WORDS_START] = "start",
    [WORDS_HELP] = "help",
    [WORDS_WRONG_PERSON] = "wrong_person",
    [WORDS_LEAVE] = "leave",
    [WORDS_YES] = "yes",
    [WORDS_NO] = "no",
    [WORDS_STOP_VERBS] = "stop_verbs",
    [WORDS_CANCEL] = "cancel",
    [WORDS_MESSAGES] = "messages",
    [WORDS_WRONG_PERSON_CARRIERS] = "wrong_person_carriers",
    [WORDS_UNSURE] = "unsure",
    [WORDS_FILLERS] = "fillers",
};

static void read_phrase(struct reply_words *words, enum word_class word_class, size_t language,
                        const char *phrase, struct json_reader *list);

const char *word_class_name(enum word_class word_class)
{
    return names[word_class];
}

void reply_fold(const char *utf8, struct text *out)
{
    size_t folded_bytes = 0;
    uint8_t *folded =
        u8_casefold((const uint8_t *)utf8, strlen(utf8), NULL, UNINORM_NFKC, NULL, &folded_bytes);
    if (folded == NULL)
        abort(); /* memory is out: the text is valid UTF-8 */
    for (size_t at = 0, next = 0; at < folded_bytes; at = next) {
        ucs4_t character;
        next = at + (size_t)u8_mbtouc(&character, folded + at, folded_bytes - at);
        if (character == RIGHT_QUOTE) /* phones write it for an apostrophe: "don’t" */
            text_add(out, "'");
        else
            text_add_bytes(out, folded + at, next - at);
    }
    free(folded);
}

void reply_words_read(struct reply_words *words, size_t language, struct json_reader *file)
{
    struct json_reader classes, list;
    json_object(file, "words", &classes);
    for (int i = 0; i < WORD_CLASSES; i++) {
        size_t count = 0;
        json_array(&classes, names[i], i < WORD_CLASSES_NEEDED ? 1 : 0, PHRASES_MAX, &list, &count);
        for (size_t k = 0; k < count; k++)
            read_phrase(words, (enum word_class)i, language, json_item_string(&list, k, 1, PHRASE_SIZE - 1),
                        &list);
    }
    json_finish(&classes);
}

/* Words with exactly one space between them. */
static bool is_phrase(const char *folded)
{
    size_t bytes = strlen(folded);
    for (const unsigned char *c = (const unsigned char *)folded; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7F)
            return false;
    return bytes > 0 && folded[0] != ' ' && folded[bytes - 1] != ' ' && strstr(folded, "  ") == NULL;
}

static bool is_known(const struct reply_words *words, size_t language, const char *folded)
{
    for (int i = 0; i < WORD_CLASSES; i++)
        for (size_t k = 0; k < words->counts[i]; k++)
            if (words->phrases[i][k].language == language && strcmp(words->phrases[i][k].chars, folded) == 0)
                return true;
    return false;
}

static void read_phrase(struct reply_words *words, enum word_class word_class, size_t language,
                        const char *phrase, struct json_reader *list)
{
    struct text folded = {0};
    size_t *count = &words->counts[word_class];
    if (phrase[0] == '\0')
        return; /* a problem that is kept already */
    reply_fold(phrase, &folded);
    const char *chars = folded.bytes > 0 ? folded.chars : "";
    if (!is_phrase(chars))
        json_problem(list, NULL, "\"%s\" is not words with one space between them", phrase);
    else if (is_known(words, language, chars))
        json_problem(list, NULL, "\"%s\" is there twice in this language", phrase);
    else if (*count == PHRASES_MAX)
        json_problem(list, NULL, "more than %d phrases in all languages", PHRASES_MAX);
    else if (!text_copy(words->phrases[word_class][*count].chars, PHRASE_SIZE, chars))
        json_problem(list, NULL, "\"%s\" is longer than %d bytes", phrase, PHRASE_SIZE - 1);
    else
        words->phrases[word_class][(*count)++].language = language;
    text_free(&folded);
}
