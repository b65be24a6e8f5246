/* Questions, the words that are shipped, and reading tables of replies with them. */
#ifndef TESTS_UNIT_REPLY_FIXTURE_H
#define TESTS_UNIT_REPLY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/reply.h"

enum language { FI, SV, EN };
static const char *const languages[] = {"fi", "sv", "en"};

static const struct question scale = {.kind = QUESTION_SCALE, .min = 1, .max = 5};
static const struct question from_zero = {.kind = QUESTION_SCALE, .min = 0, .max = 9};
static const struct question yesno = {.kind = QUESTION_YESNO, .min = 0, .max = 1};
static const struct question choice = {.kind = QUESTION_CHOICE, .min = 1, .max = 3, .options_count = 3};
static const struct question own_words = {.kind = QUESTION_TEXT};
static const struct question volunteer = {.kind = QUESTION_VOLUNTEER, .min = 0, .max = 1};

static struct reply_words words;

static inline int words_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        char path[512];
        struct error error = {""};
        struct json_reader reader;
        snprintf(path, sizeof path, "%s/config/messages/%s.json", TEST_SOURCE_DIR, languages[i]);
        cJSON *file = json_read_file(path, &error);
        if (file == NULL)
            return -1;
        json_reader_root(&reader, file, &error);
        reply_words_read(&words, i, &reader);
        cJSON_Delete(file);
        if (error.text[0] != '\0')
            return -1;
    }
    return 0;
}

struct expectation {
    const char *text;
    enum reading_outcome outcome;
    int value; /* of an answer */
    bool optout;
};

static inline void expect(const struct reading_context *context, const struct expectation *cases,
                          size_t cases_count)
{
    for (size_t i = 0; i < cases_count; i++) {
        struct reading reading;
        const struct expectation *expected = &cases[i];
        bool optout = expected->optout || expected->outcome == READ_OPTOUT;
        reply_read(context, expected->text, &reading);
        if (reading.outcome != expected->outcome || reading.optout != optout)
            print_error("reply \"%s\"\n", expected->text);
        assert_int_equal(reading.outcome, expected->outcome);
        assert_int_equal(reading.optout, optout);
        if (expected->outcome == READ_ANSWER)
            assert_int_equal(reading.value, expected->value);
    }
}

#define EXPECT(asked, person, cases)                                                                         \
    do {                                                                                                     \
        struct reading_context context = {.question = (asked), .language = (person), .words = &words};       \
        expect(&context, cases, sizeof(cases) / sizeof((cases)[0]));                                         \
    } while (0)

#endif
