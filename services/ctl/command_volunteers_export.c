/* pulssi volunteers export: numbers and first names, for those who invite volunteers. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/output.h"
#include "ctl/volunteers_open.h"

/* A field of RFC 4180. What a spreadsheet would take for a formula is made text with an apostrophe: only a
 * first name can hold it, since it is what somebody wrote. */
static void add_field(struct text *csv, const char *value, bool last)
{
    bool quoted = strpbrk(value, ",\"\r\n") != NULL;
    text_add(csv, quoted ? "\"" : "");
    text_add(csv, value[0] != '\0' && strchr("=-@\t", value[0]) != NULL ? "'" : "");
    for (const char *at = value; *at != '\0'; at++) {
        text_add(csv, *at == '"' ? "\"" : "");
        text_add_bytes(csv, at, 1);
    }
    text_add(csv, quoted ? "\"" : "");
    text_add(csv, last ? "\r\n" : ",");
}

static void add_csv(struct text *csv, const struct volunteer *one, const struct volunteer_opened *opened)
{
    const char *const fields[] = {one->date,    one->language, one->pilot,  one->question,
                                  one->channel, opened->e164,  opened->name};
    const size_t count = sizeof fields / sizeof fields[0];
    for (size_t i = 0; i < count; i++)
        add_field(csv, fields[i], i + 1 == count);
}

static void add_json(struct text *json, const struct volunteer *one, const struct volunteer_opened *opened,
                     bool first)
{
    text_addf(json, "%s{\"date\":\"%s\",\"language\":\"%s\",\"pilot\":\"%s\",\"consent_text\":\"%s\",",
              first ? "" : ",", one->date, one->language, one->pilot, one->question);
    text_addf(json, "\"channel\":\"%s\",\"phone\":\"%s\",\"first_name\":", one->channel, opened->e164);
    if (opened->name[0] == '\0')
        text_add(json, "null");
    else
        json_add_string(json, opened->name);
    text_add(json, "}");
}

/* Records that do not open are left out; returns how many. */
static size_t fill(const struct ctl *ctl, const struct volunteers *volunteers, const struct reader *reader,
                   struct text *out)
{
    size_t unreadable = volunteers->unreadable, written = 0;
    if (ctl->json)
        text_addf(out, "{\"org\":\"%s\",\"volunteers\":[", ctl->record.org.id);
    else
        text_add(out, "date,language,pilot,consent_text,channel,phone,first_name\r\n");
    for (size_t i = 0; i < volunteers->count; i++) {
        struct volunteer_opened opened;
        if (!volunteer_open(reader, &volunteers->items[i], &opened))
            unreadable++;
        else if (ctl->json)
            add_json(out, &volunteers->items[i], &opened, written++ == 0);
        else
            add_csv(out, &volunteers->items[i], &opened);
        explicit_bzero(&opened, sizeof opened);
    }
    if (ctl->json)
        text_addf(out, "],\"unreadable\":%zu}\n", unreadable);
    return unreadable;
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct volunteers volunteers = {0};
    struct reader reader = {{0}, {0}};
    struct text content = {0};
    const char *path = ctl_option(ctl, "--output");
    /* The key first: what cannot be opened is not audited as handed out. */
    if (!ctl_org(ctl, &error) || !reader_load(ctl, &reader, &error) ||
        !volunteers_asked(ctl, "volunteers export", &volunteers, &error)) {
        reader_clear(&reader);
        return ctl_fail(&error);
    }
    size_t unreadable = fill(ctl, &volunteers, &reader, &content);
    size_t handed_out = volunteers.count + volunteers.unreadable - unreadable;
    bool written = output_write(path, &content, &error);
    if (written && path != NULL && ctl->json)
        printf("{\"org\":\"%s\",\"result\":\"written\",\"volunteers\":%zu,\"unreadable\":%zu}\n",
               ctl->record.org.id, handed_out, unreadable);
    else if (written && path != NULL)
        printf("%zu volunteer%s in %s, readable by you alone\n", handed_out,
               handed_out == 1 ? " is" : "s are", path);
    (void)fflush(stdout);
    if (written && volunteers.count + unreadable == 0)
        volunteers_say_none(ctl);
    if (written)
        volunteers_say_unreadable(unreadable);
    explicit_bzero(content.chars, content.bytes);
    text_free(&content);
    reader_clear(&reader);
    volunteers_free(&volunteers);
    return written ? EXIT_SUCCESS : ctl_fail(&error);
}

static const struct command_option options[] = {
    {"--pilot", "P", "those who joined in this pilot only", false},
    {"--output", "FILE", "write it there, readable by you alone (otherwise standard output)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_volunteers_export = {
    .name = "volunteers",
    .subcommand = "export",
    .options = options,
    .summary = "hand out the volunteers' numbers and first names, as CSV or JSON",
    .details =
        "Opens what is sealed: it needs the reader's secret key. CSV of RFC 4180 in UTF-8, with the columns\n"
        "date, language, pilot, consent_text, channel, phone, first_name. A record that cannot be opened is\n"
        "counted and left out.",
    .example = "pulssi volunteers export --pilot coaching-a --output volunteers.csv",
    .run = run,
};
