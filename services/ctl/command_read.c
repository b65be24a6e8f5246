/* pulssi read: how a reply would be read, by the code that reads replies. Reads settings for the share folder, no
 * store. Keeps nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "domain/reply.h"
#include "store/word_files.h"

#define TEXT_BYTES_MAX 65536

struct asked {
    struct word_files files;
    struct question question;
    struct reading_context context;
    char labels[OPTIONS_MAX][LABEL_SIZE];
};

static bool asked_read(const struct ctl *ctl, struct asked *asked, struct error *error);
static bool read_whole(const struct ctl *ctl, const struct asked *asked, struct error *error);
static bool read_lines(const struct ctl *ctl, const struct asked *asked, struct error *error);
static bool answer(const struct ctl *ctl, const struct asked *asked, const char *text, size_t bytes,
                   struct error *error);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct asked *asked = memory_zeroed(1, sizeof *asked);
    bool lines = ctl_option(ctl, "--lines") != NULL;
    bool done = settings_load(&ctl->settings, ctl_config_path(ctl), &error) && asked_read(ctl, asked, &error);
    if (done && lines && strcmp(ctl->argument, "-") != 0)
        done = error_set(&error, "--lines reads standard input: give - in place of TEXT");
    done = done && (lines ? read_lines(ctl, asked, &error) : read_whole(ctl, asked, &error));
    free(asked);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

/* --- what was asked --- */

static bool language_read(const struct ctl *ctl, struct asked *asked, struct error *error)
{
    const char *language = ctl_option(ctl, "--lang");
    struct text known = {0};
    for (size_t i = 0; i < asked->files.languages_count; i++) {
        if (strcmp(asked->files.languages[i], language) == 0) {
            asked->context.language = (int)i;
            text_free(&known);
            return true;
        }
        text_addf(&known, "%s%s", i > 0 ? ", " : "", asked->files.languages[i]);
    }
    (void)error_set(error, "--lang: there is no language %.20s; say one of %s", language, known.chars);
    text_free(&known);
    return false;
}

/* "A,B,C": the first is A's, whatever it is called. */
static bool choices_read(const char *choices, struct asked *asked, struct error *error)
{
    size_t count = 0;
    for (const char *at = choices; at != NULL; count++) {
        size_t bytes = strcspn(at, ",");
        if (count == OPTIONS_MAX || bytes == 0 || bytes >= LABEL_SIZE || !text_is_utf8(at, bytes))
            return error_set(error, "--choices: expected 2 to %d options of 1 to %d bytes, such as A,B,C",
                             OPTIONS_MAX, LABEL_SIZE - 1);
        memcpy(asked->labels[count], at, bytes);
        at = at[bytes] == ',' ? at + bytes + 1 : NULL;
    }
    if (count < 2)
        return error_set(error, "--choices: expected 2 to %d options, such as A,B,C", OPTIONS_MAX);
    asked->question.min = 1;
    asked->question.max = (int)count;
    asked->question.options_count = count;
    return true;
}

static bool scale_read(const struct ctl *ctl, struct asked *asked, struct error *error)
{
    int64_t min = 1, max = 5;
    if (!ctl_option_int(ctl, "--min", 0, VALUES_MAX - 1, &min, error) ||
        !ctl_option_int(ctl, "--max", 0, VALUES_MAX, &max, error))
        return false;
    if (min >= max)
        return error_set(error, "--max: %d is not more than --min, which is %d", (int)max, (int)min);
    asked->question.min = (int)min;
    asked->question.max = (int)max;
    return true;
}

static bool kind_read(const struct ctl *ctl, struct asked *asked, struct error *error)
{
    static const struct {
        const char *name;
        bool asks;
        enum question_kind kind;
    } kinds[] = {{"scale", true, QUESTION_SCALE},   {"yesno", true, QUESTION_YESNO},
                 {"choice", true, QUESTION_CHOICE}, {"volunteer", true, QUESTION_VOLUNTEER},
                 {"text", true, QUESTION_TEXT},     {"none", false, QUESTION_TEXT}};
    const char *wanted = ctl_option(ctl, "--kind"), *choices = ctl_option(ctl, "--choices");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, wanted) != 0)
            continue;
        bool scale = kinds[i].kind == QUESTION_SCALE, choice = kinds[i].kind == QUESTION_CHOICE;
        asked->question = (struct question){.kind = kinds[i].kind, .max = 1};
        asked->context.question = kinds[i].asks ? &asked->question : NULL;
        if (!choice && choices != NULL)
            return error_set(error, "--choices: is for --kind choice");
        if (!scale && (ctl_option(ctl, "--min") != NULL || ctl_option(ctl, "--max") != NULL))
            return error_set(error, "%s: is for --kind scale",
                             ctl_option(ctl, "--min") != NULL ? "--min" : "--max");
        return choice  ? choices_read(choices != NULL ? choices : "A,B,C", asked, error)
               : scale ? scale_read(ctl, asked, error)
                       : true;
    }
    return error_set(
        error, "--kind: there is no kind %.20s; say scale, yesno, choice, volunteer, text or none", wanted);
}

static bool asked_read(const struct ctl *ctl, struct asked *asked, struct error *error)
{
    asked->context.words = &asked->files.words;
    return word_files_load(ctl->settings.share_folder, &asked->files, error) &&
           language_read(ctl, asked, error) && kind_read(ctl, asked, error);
}

/* --- texts --- */

/* The end of the last line is no part of a text that is piped in. */
static bool read_whole(const struct ctl *ctl, const struct asked *asked, struct error *error)
{
    struct text text = {0};
    char chunk[4096];
    size_t bytes;
    if (strcmp(ctl->argument, "-") != 0)
        return answer(ctl, asked, ctl->argument, strlen(ctl->argument), error);
    text_add(&text, "");
    while (text.bytes <= TEXT_BYTES_MAX + 1 && (bytes = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        text_add_bytes(&text, chunk, bytes);
    bool done = ferror(stdin) == 0 || error_set(error, "standard input: %s", strerror(errno));
    if (done && text.bytes > 0 && text.chars[text.bytes - 1] == '\n')
        text.chars[--text.bytes] = '\0';
    done = done && answer(ctl, asked, text.chars, text.bytes, error);
    text_free(&text);
    return done;
}

static bool read_lines(const struct ctl *ctl, const struct asked *asked, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0, number = 0;
    ssize_t bytes;
    bool done = true;
    while (done && (bytes = getline(&line, &capacity, stdin)) >= 0) {
        number++;
        if (bytes > 0 && line[bytes - 1] == '\n')
            line[--bytes] = '\0';
        done = answer(ctl, asked, line, (size_t)bytes, error) || error_prefix(error, "line %zu", number);
    }
    if (done && ferror(stdin))
        done = error_set(error, "standard input: %s", strerror(errno));
    free(line);
    return done;
}

/* --- how it is read --- */

/* Own words are an answer: the answer itself is in words. */
static const char *outcome_name(enum reading_outcome outcome)
{
    static const char *const names[] = {
        [READ_ANSWER] = "answer",     [READ_WORDS] = "answer",
        [READ_UNCLEAR] = "unclear",   [READ_OPTOUT] = "optout",
        [READ_OPTIN] = "optin",       [READ_HELP] = "help",
        [READ_BUSINESS] = "business", [READ_WRONG_PERSON] = "wrong_person",
        [READ_DISTRESS] = "distress", [READ_PAUSE] = "pause",
        [READ_LEAVE] = "leave",       [READ_COMMENT] = "comment",
    };
    return names[outcome];
}

/* As JSON; "null" when there is none. */
static void add_value(struct text *out, const struct asked *asked, const struct reading *reading,
                      const char *text)
{
    if (reading->outcome == READ_WORDS)
        json_add_string(out, text);
    else if (reading->value < 0 || asked->context.question == NULL)
        text_add(out, "null");
    else if (asked->question.kind == QUESTION_SCALE)
        text_addf(out, "%d", reading->value);
    else if (asked->question.kind == QUESTION_CHOICE)
        json_add_string(out, asked->labels[reading->value - 1]);
    else
        text_add(out, reading->value == 1 ? "\"yes\"" : "\"no\"");
}

static void add_comment(struct text *out, const struct reading *reading, const char *text)
{
    struct text comment = {0};
    text_add_bytes(&comment, text + reading->comment_start, reading->comment_bytes);
    if (reading->comment_bytes == 0)
        text_add(out, "null");
    else
        json_add_string(out, comment.chars);
    text_free(&comment);
}

static bool answer(const struct ctl *ctl, const struct asked *asked, const char *text, size_t bytes,
                   struct error *error)
{
    struct reading reading;
    struct text value = {0}, comment = {0};
    if (bytes > TEXT_BYTES_MAX)
        return error_set(error, "TEXT: longer than %d bytes", TEXT_BYTES_MAX);
    if (!text_is_utf8(text, bytes))
        return error_set(error, "TEXT: not valid UTF-8, or it holds a zero byte");
    reply_read(&asked->context, text, &reading);
    add_value(&value, asked, &reading, text);
    add_comment(&comment, &reading, text);
    const char *outcome = outcome_name(reading.outcome), *optout = reading.optout ? "true" : "false";
    if (ctl->json) {
        printf("{\"outcome\":\"%s\",\"value\":%s,\"optout\":%s,\"comment\":%s}\n", outcome, value.chars,
               optout, comment.chars);
    } else {
        printf("%s", outcome);
        if (strcmp(value.chars, "null") != 0)
            printf(" %s", value.chars);
        printf("%s", reading.optout && reading.outcome != READ_OPTOUT ? ", and opts out" : "");
        if (reading.comment_bytes > 0)
            printf(", comment %s", comment.chars);
        printf("\n");
    }
    text_free(&value);
    text_free(&comment);
    return true;
}

static const struct command_option options[] = {
    {"--lang", "L", "the person's language, such as fi", true},
    {"--kind", "K", "the open question: scale, yesno, choice, volunteer, text or none", true},
    {"--min", "N", "the lowest value of a scale (1)", false},
    {"--max", "N", "the highest value of a scale (5)", false},
    {"--choices", "A,B,C", "the options of a choice, in the order of their letters", false},
    {"--lines", NULL, "read many texts, one a line of standard input (TEXT is -)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_read = {
    .name = "read",
    .argument = "TEXT",
    .options = options,
    .summary = "show how a reply would be read",
    .details = "By the code and the words that replies are read with. The outcome is answer, unclear,\n"
               "optout, optin, help, business, wrong_person, distress, pause, leave or comment. TEXT -\n"
               "reads standard input; the end of its last line is not part of the text.",
    .example = "pulssi read --lang fi --kind scale '5 mutta odotin 3 viikkoa' --json",
    .run = run,
};
