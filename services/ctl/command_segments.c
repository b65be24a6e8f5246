/* pulssi segments: a text as it would travel, by the code that sends. Reads no settings and no store. */
#include "ctl/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/sms_text.h"

#define TEXT_BYTES_MAX 65536

static bool read_input(struct text *text, struct error *error);
static void print_json(const struct sms_measure *measure, const char *sent);
static void print_line(const struct sms_measure *measure, const char *sent);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct text text = {0}, sent = {0};
    struct sms_measure measure;
    text_add(&text, "");
    bool read =
        strcmp(ctl->argument, "-") == 0 ? read_input(&text, &error) : (text_add(&text, ctl->argument), true);
    if (read && text.bytes > TEXT_BYTES_MAX)
        read = error_set(&error, "the text is longer than %d bytes", TEXT_BYTES_MAX);
    if (read && !text_is_utf8(text.chars, text.bytes))
        read = error_set(&error, "the text is not valid UTF-8 (or holds a zero byte)");
    if (read) {
        text_add(&sent, "");
        sms_prepare(text.chars, &sent);
        sms_measure(sent.chars, &measure);
        if (ctl->json)
            print_json(&measure, sent.chars);
        else
            print_line(&measure, sent.chars);
    }
    text_free(&text);
    text_free(&sent);
    return read ? EXIT_SUCCESS : ctl_fail(&error);
}

/* All of standard input; the end of its last line is not part of the text. */
static bool read_input(struct text *text, struct error *error)
{
    char chunk[4096];
    size_t bytes = 0;
    while (text->bytes <= TEXT_BYTES_MAX + 1 && (bytes = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        text_add_bytes(text, chunk, bytes);
    if (ferror(stdin))
        return error_set(error, "standard input: %s", strerror(errno));
    if (text->bytes > 0 && text->chars[text->bytes - 1] == '\n')
        text->chars[--text->bytes] = '\0';
    return true;
}

static void print_json(const struct sms_measure *measure, const char *sent)
{
    struct text text = {0};
    text_addf(&text, "{\"encoding\":\"%s\",\"segments\":%zu,\"units\":%zu,\"forced_by\":",
              sms_encoding_name(measure->encoding), measure->segments, measure->units);
    if (measure->forced_by[0] == '\0')
        text_add(&text, "null");
    else
        json_add_string(&text, measure->forced_by);
    text_add(&text, ",\"text\":");
    json_add_string(&text, sent);
    printf("%s}\n", text.chars);
    text_free(&text);
}

static void print_line(const struct sms_measure *measure, const char *sent)
{
    bool gsm7 = measure->encoding == SMS_GSM7;
    printf("%zu segment%s, %s: %zu %s", measure->segments, measure->segments == 1 ? "" : "s",
           sms_encoding_name(measure->encoding), measure->units, gsm7 ? "septets" : "UTF-16 units");
    if (measure->segments == 1)
        printf(" of %d", gsm7 ? 160 : 70);
    if (!gsm7)
        printf("; \"%s\" is not in the GSM-7 alphabet", measure->forced_by);
    printf("\n%s\n", sent);
}

const struct command command_segments = {
    .name = "segments",
    .argument = "TEXT",
    .summary = "count the segments of a text as it would be sent",
    .details = "Shows the alphabet, the segments, and the text as it travels: NFC, with\n"
               "typographic quotes, dashes and spaces replaced. No letter is ever replaced. With\n"
               "- instead of a text it reads standard input; the end of the last line is not part\n"
               "of the text. A text that begins with -- comes after --. An empty text is one\n"
               "segment.",
    .example = "pulssi segments 'Hyvää päivää – vastaa 1–5' --json",
    .run = run,
};
