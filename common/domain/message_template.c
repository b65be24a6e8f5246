/* Placeholders of message texts. A text that was read here renders without failure; what is filled in is
 * never read for placeholders again. */
#include "domain/message_template.h"

#include <string.h>

#define ORG_NAME_CHARS_MIN 22 /* a text must also fit with a name of this length */

#define CRISIS "{crisis}"

enum placeholder { PLACEHOLDER_ORG, PLACEHOLDER_PHONE, PLACEHOLDER_URL };

static const char *const placeholders[] = {
    [PLACEHOLDER_ORG] = "{org}",
    [PLACEHOLDER_PHONE] = "{phone}",
    [PLACEHOLDER_URL] = "{url}",
};
#define PLACEHOLDERS (sizeof placeholders / sizeof placeholders[0])

/* The placeholder that starts here, or -1. */
static int placeholder_at(const char *text)
{
    for (size_t i = 0; i < PLACEHOLDERS; i++)
        if (strncmp(text, placeholders[i], strlen(placeholders[i])) == 0)
            return (int)i;
    return -1;
}

static void refuse_brace(struct json_reader *reader, const char *member, const char *at)
{
    size_t name_bytes = *at == '{' ? strcspn(at + 1, "{}") : 0;
    if (*at == '{' && at[1 + name_bytes] == '}')
        json_problem(reader, member, "unknown placeholder {%.*s}; known are {org}, {phone} and {url}",
                     (int)name_bytes, at + 1);
    else
        json_problem(reader, member, "a stray '%c'; placeholders are {org}, {phone} and {url}", *at);
}

/* A text with {crisis} filled in; the phrase holds no brace. Appends to out. */
static void fill_crisis(const char *text, const char *crisis, struct text *out)
{
    for (const char *at; (at = strstr(text, CRISIS)) != NULL; text = at + strlen(CRISIS)) {
        size_t plain_bytes = (size_t)(at - text);
        if (crisis[0] == '\0' && plain_bytes > 0 && at[-1] == ' ')
            plain_bytes--;
        text_add_bytes(out, text, plain_bytes);
        text_add(out, crisis);
    }
    text_add(out, text);
}

bool message_template_check(struct json_reader *reader, const char *member, const char *text)
{
    for (const char *at = text; (at = strpbrk(at, "{}")) != NULL;) {
        int placeholder = placeholder_at(at);
        if (placeholder < 0) {
            refuse_brace(reader, member, at);
            return false;
        }
        at += strlen(placeholders[placeholder]);
    }
    return true;
}

void message_template_read(struct json_reader *reader, const char *member, const char *crisis,
                           char out[SMS_BYTES_MAX])
{
    const char *text = json_string(reader, member, 1, SMS_BYTES_MAX - 1);
    struct text filled = {0};
    if (crisis != NULL)
        fill_crisis(text, crisis, &filled);
    const char *read = crisis != NULL && filled.bytes > 0 ? filled.chars : text;
    out[0] = '\0';
    if (message_template_check(reader, member, read) && !text_copy(out, SMS_BYTES_MAX, read))
        json_problem(reader, member, "too long");
    text_free(&filled);
}

static const char *value_of(const struct org *org, enum placeholder placeholder)
{
    switch (placeholder) {
    case PLACEHOLDER_ORG:
        return org->name;
    case PLACEHOLDER_PHONE:
        return org->phone;
    case PLACEHOLDER_URL:
        return org->info_url;
    }
    return "";
}

void message_render(const struct org *org, const char *template_text, struct text *out)
{
    struct text filled = {0};
    const char *at = template_text;
    while (*at != '\0') {
        size_t plain_bytes = strcspn(at, "{");
        text_add_bytes(&filled, at, plain_bytes);
        at += plain_bytes;
        int placeholder = placeholder_at(at);
        if (placeholder >= 0) {
            text_add(&filled, value_of(org, (enum placeholder)placeholder));
            at += strlen(placeholders[placeholder]);
        } else if (*at != '\0') {
            text_add_bytes(&filled, at, 1); /* an unchecked text keeps its brace */
            at++;
        }
    }
    sms_prepare(filled.bytes > 0 ? filled.chars : "", out);
    text_free(&filled);
}

static void measure_rendered(const struct org *org, const char *template_text,
                             struct sms_measure *measure_out)
{
    struct text rendered = {0};
    message_render(org, template_text, &rendered);
    sms_measure(rendered.bytes > 0 ? rendered.chars : "", measure_out);
    text_free(&rendered);
}

/* What makes the text too long: its length, or a character that halves the room. */
static bool refuse_length(const struct sms_measure *measure, const char *with, struct error *error)
{
    if (measure->encoding == SMS_GSM7)
        return error_set(error, "%zu segments%s, at most 1: %zu septets of 160", measure->segments, with,
                         measure->units);
    return error_set(
        error,
        "%zu segments%s, at most 1: \"%s\" leaves room for 70 characters instead of 160, and there "
        "are %zu",
        measure->segments, with, measure->forced_by, measure->units);
}

bool message_measure(const struct org *org, const char *template_text, struct sms_measure *measure_out,
                     struct error *error)
{
    struct org usual = *org;
    struct sms_measure with_usual;
    memset(usual.name, 'x', ORG_NAME_CHARS_MIN);
    usual.name[ORG_NAME_CHARS_MIN] = '\0';

    measure_rendered(org, template_text, measure_out);
    measure_rendered(&usual, template_text, &with_usual);
    if (measure_out->segments > 1)
        return refuse_length(measure_out, "", error);
    if (with_usual.segments > 1)
        return refuse_length(&with_usual, " with an org name of 22 characters", error);
    return true;
}
