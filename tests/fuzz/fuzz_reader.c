/* A reply, read as every kind of question and in every language: an answer is one that the question has, a comment lies
 * within the reply, and what says STOP in one place of the program says so in all. The first byte chooses. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/reply.h"
#include "fuzz.h"

static const char *const languages[] = {"fi", "sv", "en"};
#define LANGUAGES (sizeof languages / sizeof languages[0])
static struct reply_words words;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < LANGUAGES; i++) {
        char path[512];
        size_t bytes = 0;
        struct error error = {""};
        struct json_reader root;
        snprintf(path, sizeof path, "%s/config/messages/%s.json", FUZZ_SOURCE_DIR, languages[i]);
        const char *file = fuzz_read(path, &bytes);
        cJSON *json = json_parse(file, bytes, &error);
        assert(json != NULL);
        json_reader_root(&root, json, &error);
        reply_words_read(&words, i, &root);
        assert(error.text[0] == '\0');
        cJSON_Delete(json);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct question questions[] = {
        {.kind = QUESTION_SCALE, .min = 1, .max = 5},
        {.kind = QUESTION_YESNO, .min = 0, .max = 1},
        {.kind = QUESTION_CHOICE, .min = 1, .max = 3, .options_count = 3},
        {.kind = QUESTION_TEXT},
        {.kind = QUESTION_VOLUNTEER, .min = 0, .max = 1},
        {.kind = QUESTION_SCALE, .min = 0, .max = 9},
    };
    const size_t kinds = sizeof questions / sizeof questions[0];
    if (size == 0)
        return 0;
    size_t choice = data[0] % ((kinds + 2) * LANGUAGES), kind = choice / LANGUAGES;
    struct reading_context context = {.question = kind < kinds ? &questions[kind] : NULL,
                                      .name = kind == kinds + 1,
                                      .language = (int)(choice % LANGUAGES),
                                      .words = &words};
    char *text = fuzz_text(data + 1, size - 1);
    struct reading reading, again;
    reply_read(&context, text, &reading);
    reply_read(&context, text, &again);
    assert(reading.outcome == again.outcome && reading.value == again.value &&
           reading.optout == again.optout);
    assert(reading.comment_start <= strlen(text) &&
           reading.comment_bytes <= strlen(text) - reading.comment_start);
    if (reading.outcome == READ_ANSWER && context.question != NULL)
        assert(reading.value >= context.question->min && reading.value <= context.question->max);
    if (reading.outcome == READ_OPTOUT)
        assert(reading.optout);
    if (context.question == NULL)
        assert(reading.outcome != READ_ANSWER || context.name);
    free(text);
    return 0;
}
