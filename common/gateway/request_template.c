/* One table says what each placeholder stands for and where it may stand: a secret never goes into a body or a URL, a
 * person's number never into a URL, a person's text never into a URL or a header. Pure. */
#include "gateway/request_template.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"

#define HOUR_MS           INT64_C(3600000)
#define NUMBER_DIGITS_MIN 8 /* of a number with its country; no short code has as many */

#define IN_URL    (1U << TEMPLATE_URL)
#define IN_HEADER (1U << TEMPLATE_HEADER)
#define IN_BODY   (1U << TEMPLATE_BODY)

typedef void (*value_writer)(const struct template_values *values, struct text *text);

static void write_url(const struct template_values *values, struct text *text);
static void write_user(const struct template_values *values, struct text *text);
static void write_secret(const struct template_values *values, struct text *text);
static void write_basic(const struct template_values *values, struct text *text);
static void write_id(const struct template_values *values, struct text *text);
static void write_sender(const struct template_values *values, struct text *text);
static void write_sender_kind(const struct template_values *values, struct text *text);
static void write_to(const struct template_values *values, struct text *text);
static void write_to_number(const struct template_values *values, struct text *text);
static void write_text(const struct template_values *values, struct text *text);
static void write_encoding(const struct template_values *values, struct text *text);
static void write_segments(const struct template_values *values, struct text *text);
static void write_validity_hours(const struct template_values *values, struct text *text);
static void write_validity_minutes(const struct template_values *values, struct text *text);
static void write_validity_seconds(const struct template_values *values, struct text *text);
static void write_validity_ms(const struct template_values *values, struct text *text);
static void write_expires_at(const struct template_values *values, struct text *text);
static void write_receipt_url(const struct template_values *values, struct text *text);
static void write_receipt_url_basic(const struct template_values *values, struct text *text);

static const struct placeholder {
    const char *name;
    unsigned places;
    bool is_number;
    value_writer write;
} placeholders[] = {
    {"{url}", IN_URL, false, write_url},
    {"{user}", IN_URL | IN_HEADER, false, write_user},
    {"{secret}", IN_HEADER, false, write_secret},
    {"{basic}", IN_HEADER, false, write_basic},
    {"{id}", IN_HEADER | IN_BODY, false, write_id},
    {"{sender}", IN_HEADER | IN_BODY, false, write_sender},
    {"{sender_kind}", IN_HEADER | IN_BODY, false, write_sender_kind},
    {"{to}", IN_HEADER | IN_BODY, false, write_to},
    {"{to_number}", IN_BODY, true, write_to_number},
    {"{text}", IN_BODY, false, write_text},
    {"{encoding}", IN_HEADER | IN_BODY, false, write_encoding},
    {"{segments}", IN_HEADER | IN_BODY, true, write_segments},
    {"{validity_hours}", IN_HEADER | IN_BODY, true, write_validity_hours},
    {"{validity_minutes}", IN_HEADER | IN_BODY, true, write_validity_minutes},
    {"{validity_seconds}", IN_HEADER | IN_BODY, true, write_validity_seconds},
    {"{validity_ms}", IN_HEADER | IN_BODY, true, write_validity_ms},
    {"{expires_at}", IN_HEADER | IN_BODY, false, write_expires_at},
    {"{receipt_url}", IN_HEADER | IN_BODY, false, write_receipt_url},
    {"{receipt_url_basic}", IN_BODY, false, write_receipt_url_basic},
};

/* The placeholder that begins here, or NULL. */
static const struct placeholder *placeholder_at(const char *chars)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++)
        if (strncmp(chars, placeholders[i].name, strlen(placeholders[i].name)) == 0)
            return &placeholders[i];
    return NULL;
}

/* The bytes of "{parameter:NAME}", 0 when it does not begin here. */
static size_t parameter_at(const char *chars)
{
    size_t head = strlen(TEMPLATE_PARAMETER);
    if (strncmp(chars, TEMPLATE_PARAMETER, head) != 0)
        return 0;
    size_t name = strspn(chars + head, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name > 0 && name < PROFILE_NAME_SIZE && chars[head + name] == '}' ? head + name + 1 : 0;
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
        const struct placeholder *found = placeholder_at(at);
        size_t parameter = parameter_at(at);
        if (found == NULL && parameter == 0)
            return json_problem(reader, member, "a brace that is not part of a known placeholder");
        if (found != NULL && (found->places & 1U << place) == 0)
            return json_problem(reader, member, "%s has no place here", found->name);
        at += (found != NULL ? strlen(found->name) : parameter) - 1;
    }
    return true;
}

bool request_template_is_number(const char *template)
{
    const struct placeholder *found = placeholder_at(template);
    return found != NULL && found->is_number && strlen(template) == strlen(found->name);
}

bool request_parameter(const struct gateway_settings *gateway, const char *name, struct text *value)
{
    size_t name_chars = strlen(name);
    for (const char *at = gateway->parameters; *at != '\0';) {
        size_t chars = strcspn(at, " ");
        if (chars > name_chars + 1 && strncmp(at, name, name_chars) == 0 && at[name_chars] == '=') {
            text_add_bytes(value, at + name_chars + 1, chars - name_chars - 1);
            return true;
        }
        at += chars + (at[chars] == ' ');
    }
    return false;
}

/* --- writing --- */

/* Bytes that end a line, or that no URL holds as they are. */
static void made_safe(struct text *text, size_t from, enum template_place place)
{
    size_t kept = from;
    for (size_t i = from; i < text->bytes; i++)
        if (!is_control(text->chars[i]) && (place == TEMPLATE_HEADER || text->chars[i] != ' '))
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
        const struct placeholder *found = placeholder_at(at); /* one or the other: the profile was checked */
        if (found != NULL) {
            found->write(values, text);
            at += strlen(found->name);
        } else {
            char name[PROFILE_NAME_SIZE];
            size_t bytes = parameter_at(at), head = strlen(TEMPLATE_PARAMETER);
            memcpy(name, at + head, bytes - head - 1);
            name[bytes - head - 1] = '\0';
            (void)request_parameter(values->gateway, name, text);
            at += bytes;
        }
    }
    if (place != TEMPLATE_BODY)
        made_safe(text, from, place);
}

/* --- who we are --- */

static void write_url(const struct template_values *values, struct text *text)
{
    text_add(text, values->gateway->url);
}

static void write_user(const struct template_values *values, struct text *text)
{
    text_add(text, values->gateway->user);
}

static void write_secret(const struct template_values *values, struct text *text)
{
    text_add(text, values->gateway->secret);
}

/* Base64 (RFC 4648, 4) of "user:secret" (RFC 7617). */
static void write_basic(const struct template_values *values, struct text *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct text plain = {0};
    text_addf(&plain, "%s:%s", values->gateway->user, values->gateway->secret);
    for (size_t i = 0; i < plain.bytes; i += 3) {
        unsigned bits = 0;
        size_t left = plain.bytes - i;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < left ? (unsigned char)plain.chars[i + j] : 0U);
        for (size_t j = 0; j < 4; j++)
            text_addf(text, "%c", j <= left ? digits[bits >> (18 - 6 * j) & 63] : '=');
    }
    secret_forget(plain.chars, plain.bytes);
    text_free(&plain);
}

/* --- the message --- */

static void write_id(const struct template_values *values, struct text *text)
{
    text_add(text, values->fields->id);
}

static void write_number(const struct template_values *values, const char *number, struct text *text)
{
    bool strip = values->request->number_form == NUMBER_DIGITS && number[0] == '+';
    text_add(text, strip ? number + 1 : number);
}

/* A number has a "+", or as many digits as no short code has: an org's file gives it without the "+". */
static bool is_number(const char *sender)
{
    return sender[0] == '+' || (sender[0] != '0' && strspn(sender, "0123456789") == strlen(sender) &&
                                strlen(sender) >= NUMBER_DIGITS_MIN);
}

static void write_sender(const struct template_values *values, struct text *text)
{
    const char *sender = values->fields->sender;
    bool lacks_plus = values->request->number_form == NUMBER_E164 && is_number(sender) && sender[0] != '+';
    text_add(text, lacks_plus ? "+" : "");
    write_number(values, sender, text);
}

/* Digits that are no number are a short code; all else is a name. */
static void write_sender_kind(const struct template_values *values, struct text *text)
{
    const struct sender_words *words = &values->request->sender_kinds;
    const char *sender = values->fields->sender;
    bool all_digits = sender[0] != '\0' && sender[strspn(sender, "0123456789")] == '\0';
    text_add(text, is_number(sender) ? words->number : all_digits ? words->short_code : words->name);
}

static void write_to(const struct template_values *values, struct text *text)
{
    write_number(values, values->fields->to, text);
}

static void write_to_number(const struct template_values *values, struct text *text)
{
    const char *to = values->fields->to;
    text_add(text, to[0] == '+' ? to + 1 : to);
}

static void write_text(const struct template_values *values, struct text *text)
{
    text_add(text, values->fields->text);
}

static void write_encoding(const struct template_values *values, struct text *text)
{
    const struct profile_request *request = values->request;
    text_add(text, strcmp(values->fields->encoding, "gsm7") == 0 ? request->gsm7 : request->ucs2);
}

static void write_segments(const struct template_values *values, struct text *text)
{
    text_addf(text, "%zu", values->fields->segments);
}

/* --- how long --- */

static int64_t validity_ms(const struct template_values *values)
{
    int64_t hours = values->fields->validity_hours, hours_max = values->request->validity_hours_max;
    return (hours < hours_max ? hours : hours_max) * HOUR_MS;
}

static void write_validity_hours(const struct template_values *values, struct text *text)
{
    text_addf(text, "%" PRId64, validity_ms(values) / HOUR_MS);
}

static void write_validity_minutes(const struct template_values *values, struct text *text)
{
    text_addf(text, "%" PRId64, validity_ms(values) / 60000);
}

static void write_validity_seconds(const struct template_values *values, struct text *text)
{
    text_addf(text, "%" PRId64, validity_ms(values) / 1000);
}

static void write_validity_ms(const struct template_values *values, struct text *text)
{
    text_addf(text, "%" PRId64, validity_ms(values));
}

static void write_expires_at(const struct template_values *values, struct text *text)
{
    time_t at = (time_t)((values->fields->now_ms + validity_ms(values)) / 1000);
    struct tm parts;
    char written[32] = "";
    if (gmtime_r(&at, &parts) != NULL)
        (void)strftime(written, sizeof written, "%Y-%m-%dT%H:%M:%SZ", &parts);
    text_add(text, written);
}

/* --- where receipts go --- */

static void receipt_path(const struct template_values *values, struct text *text)
{
    text_addf(text, "/v1/gateways/%s/%s/receipt", values->gateway->name, values->gateway->webhook_token);
}

static void write_receipt_url(const struct template_values *values, struct text *text)
{
    text_add(text, values->gateway->public_url);
    receipt_path(values, text);
}

static void add_escaped(struct text *text, const char *chars)
{
    for (const char *at = chars; *at != '\0'; at++) {
        bool plain = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
        text_addf(text, plain ? "%c" : "%%%02X", (unsigned char)*at);
    }
}

/* https://name:password@host… (RFC 3986, 3.2.1), where the gateway has a name and password to show. */
static void write_receipt_url_basic(const struct template_values *values, struct text *text)
{
    const struct gateway_settings *gateway = values->gateway;
    const char *host = strstr(gateway->public_url, "://");
    if (gateway->webhook_user[0] == '\0' || host == NULL) {
        write_receipt_url(values, text);
        return;
    }
    text_add_bytes(text, gateway->public_url, (size_t)(host - gateway->public_url) + 3);
    add_escaped(text, gateway->webhook_user);
    text_add(text, ":");
    add_escaped(text, gateway->webhook_password);
    text_addf(text, "@%s", host + 3);
    receipt_path(values, text);
}
