/* One table says what each placeholder stands for and where it may stand: a secret never goes into a body, a
 * person's number never into a URL, a person's text never into a URL or a header. Pure. */
#include "gateway/request_template.h"

#include <inttypes.h>
#include <string.h>

enum placeholder {
    PLACEHOLDER_URL,
    PLACEHOLDER_USER,
    PLACEHOLDER_SECRET,
    PLACEHOLDER_ID,
    PLACEHOLDER_SENDER,
    PLACEHOLDER_TO,
    PLACEHOLDER_TEXT,
    PLACEHOLDER_ENCODING,
    PLACEHOLDER_SEGMENTS,
    PLACEHOLDER_VALIDITY_HOURS,
    PLACEHOLDER_VALIDITY_MINUTES,
    PLACEHOLDER_RECEIPT_URL,
};

#define IN_URL    (1U << TEMPLATE_URL)
#define IN_HEADER (1U << TEMPLATE_HEADER)
#define IN_BODY   (1U << TEMPLATE_BODY)

static const struct {
    const char *name;
    unsigned places;
    bool is_number;
} placeholders[] = {
    [PLACEHOLDER_URL] = {"{url}", IN_URL, false},
    [PLACEHOLDER_USER] = {"{user}", IN_HEADER, false},
    [PLACEHOLDER_SECRET] = {"{secret}", IN_HEADER, false},
    [PLACEHOLDER_ID] = {"{id}", IN_HEADER | IN_BODY, false},
    [PLACEHOLDER_SENDER] = {"{sender}", IN_HEADER | IN_BODY, false},
    [PLACEHOLDER_TO] = {"{to}", IN_HEADER | IN_BODY, false},
    [PLACEHOLDER_TEXT] = {"{text}", IN_BODY, false},
    [PLACEHOLDER_ENCODING] = {"{encoding}", IN_HEADER | IN_BODY, false},
    [PLACEHOLDER_SEGMENTS] = {"{segments}", IN_HEADER | IN_BODY, true},
    [PLACEHOLDER_VALIDITY_HOURS] = {"{validity_hours}", IN_HEADER | IN_BODY, true},
    [PLACEHOLDER_VALIDITY_MINUTES] = {"{validity_minutes}", IN_HEADER | IN_BODY, true},
    [PLACEHOLDER_RECEIPT_URL] = {"{receipt_url}", IN_HEADER | IN_BODY, false},
};
#define PLACEHOLDERS_COUNT (sizeof placeholders / sizeof placeholders[0])

/* The placeholder that begins here, or PLACEHOLDERS_COUNT. */
static size_t placeholder_at(const char *chars)
{
    size_t found = 0;
    while (found < PLACEHOLDERS_COUNT &&
           strncmp(chars, placeholders[found].name, strlen(placeholders[found].name)) != 0)
        found++;
    return found;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7F;
}

bool request_template_check(struct json_reader *reader, const char *member, const char *template,
                            enum template_place place)
{
    for (const char *at = template; *at != '\0'; at++) {
        if (place != TEMPLATE_BODY && is_control(*at))
            return json_problem(reader, member, "a control character");
        if (*at != '{' && *at != '}')
            continue;
        size_t found = placeholder_at(at);
        if (found == PLACEHOLDERS_COUNT)
            return json_problem(reader, member, "a brace that is not part of a known placeholder");
        if ((placeholders[found].places & 1U << place) == 0)
            return json_problem(reader, member, "%s has no place here", placeholders[found].name);
        at += strlen(placeholders[found].name) - 1;
    }
    return true;
}

static void value_write(enum placeholder placeholder, const struct template_values *values, struct text *text)
{
    switch (placeholder) {
    case PLACEHOLDER_URL:
        text_add(text, values->gateway->url);
        break;
    case PLACEHOLDER_USER:
        text_add(text, values->gateway->user);
        break;
    case PLACEHOLDER_SECRET:
        text_add(text, values->gateway->secret);
        break;
    case PLACEHOLDER_ID:
        text_add(text, values->fields->id);
        break;
    case PLACEHOLDER_SENDER:
        text_add(text, values->fields->sender);
        break;
    case PLACEHOLDER_TO:
        text_add(text, values->fields->to);
        break;
    case PLACEHOLDER_TEXT:
        text_add(text, values->fields->text);
        break;
    case PLACEHOLDER_ENCODING:
        text_add(text, values->encoding);
        break;
    case PLACEHOLDER_SEGMENTS:
        text_addf(text, "%zu", values->fields->segments);
        break;
    case PLACEHOLDER_VALIDITY_HOURS:
        text_addf(text, "%" PRId64, values->fields->validity_hours);
        break;
    case PLACEHOLDER_VALIDITY_MINUTES:
        text_addf(text, "%" PRId64, values->fields->validity_hours * 60);
        break;
    case PLACEHOLDER_RECEIPT_URL:
        text_addf(text, "%s/v1/gateways/%s/%s/receipt", values->gateway->public_url, values->gateway->name,
                  values->gateway->webhook_token);
        break;
    }
}

static void control_drop(struct text *text, size_t from)
{
    size_t kept = from;
    for (size_t i = from; i < text->bytes; i++)
        if (!is_control(text->chars[i]))
            text->chars[kept++] = text->chars[i];
    if (kept < text->bytes)
        text->chars[kept] = '\0';
    text->bytes = kept;
}

void request_template_write(const char *template, const struct template_values *values,
                            enum template_place place, struct text *text)
{
    size_t from = text->bytes;
    for (const char *at = template; *at != '\0';) {
        size_t plain = strcspn(at, "{");
        text_add_bytes(text, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        size_t found = placeholder_at(at); /* known: the profile was checked */
        value_write((enum placeholder)found, values, text);
        at += strlen(placeholders[found].name);
    }
    if (place == TEMPLATE_HEADER)
        control_drop(text, from);
}

bool request_template_is_number(const char *template)
{
    size_t found = placeholder_at(template);
    return found < PLACEHOLDERS_COUNT && placeholders[found].is_number &&
           strlen(template) == strlen(placeholders[found].name);
}
