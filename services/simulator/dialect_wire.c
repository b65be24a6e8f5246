/* Small pieces, each used by two dialects or more. */
#include "simulator/dialect_wire.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static int hex_value(char character);
static char *form_part(const char *bytes, size_t bytes_count);
static void add_unescaped(struct text *out, const char *bytes, size_t bytes_count);

/* --- reading --- */

bool wire_is_basic(const char *authorization, const char *name, const char *password)
{
    struct text plain = {0}, expected = {0};
    text_addf(&plain, "%s:%s", name, password);
    text_add(&expected, "Basic ");
    wire_base64(plain.chars, plain.bytes, &expected);
    bool same = strcmp(authorization, expected.chars) == 0;
    text_free(&plain);
    text_free(&expected);
    return same;
}

bool wire_is_scheme(const char *authorization, const char *scheme, const char *secret)
{
    size_t length = strlen(scheme);
    return strncmp(authorization, scheme, length) == 0 && authorization[length] == ' ' &&
           strcmp(authorization + length + 1, secret) == 0;
}

bool wire_is_type(const char *content_type, const char *type)
{
    size_t length = strlen(type);
    return strncasecmp(content_type, type, length) == 0 &&
           (content_type[length] == '\0' || content_type[length] == ';' || content_type[length] == ' ');
}

cJSON *wire_form(const char *bytes, size_t bytes_count)
{
    cJSON *form = cJSON_CreateObject();
    const char *at = bytes, *end = bytes + bytes_count;
    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        char *name = equals != NULL ? form_part(at, (size_t)(equals - at)) : NULL;
        char *value = equals != NULL ? form_part(equals + 1, (size_t)(stop - equals - 1)) : NULL;
        bool sound = name != NULL && value != NULL;
        if (sound)
            (void)cJSON_AddStringToObject(form, name, value);
        free(name);
        free(value);
        if (!sound) {
            cJSON_Delete(form);
            return NULL;
        }
        at = stop < end ? stop + 1 : end;
    }
    return form;
}

/* Decoded, or NULL when it is not UTF-8 behind its escapes. Returns owned. */
static char *form_part(const char *bytes, size_t bytes_count)
{
    struct text out = {0};
    text_add(&out, "");
    for (size_t i = 0; i < bytes_count; i++) {
        char character = bytes[i] == '+' ? ' ' : bytes[i];
        if (character == '%') {
            int high = i + 2 < bytes_count ? hex_value(bytes[i + 1]) : -1;
            int low = i + 2 < bytes_count ? hex_value(bytes[i + 2]) : -1;
            if (high < 0 || low < 0) {
                text_free(&out);
                return NULL;
            }
            character = (char)(high * 16 + low);
            i += 2;
        }
        text_add_bytes(&out, &character, 1);
    }
    if (!text_is_utf8(out.chars, out.bytes))
        text_free(&out);
    return out.chars;
}

static int hex_value(char character)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = character != '\0' ? strchr(digits, character) : NULL;
    return found != NULL ? (int)((found - digits) % 16) : -1;
}

cJSON *wire_json(const char *bytes, size_t bytes_count)
{
    struct error error;
    cJSON *json = json_parse(bytes, bytes_count, &error);
    if (json != NULL && !cJSON_IsObject(json)) {
        cJSON_Delete(json);
        json = NULL;
    }
    return json;
}

const char *wire_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

bool wire_int_within(const cJSON *object, const char *name, int64_t low, int64_t high)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    int64_t value;
    if (item == NULL)
        return true;
    if (cJSON_IsString(item))
        return text_to_int(cJSON_GetStringValue(item), low, high, &value);
    double number = cJSON_IsNumber(item) ? cJSON_GetNumberValue(item) : 0.5;
    value = number >= -9e15 && number <= 9e15 ? (int64_t)number : low - 1;
    return (double)value >= number && (double)value <= number && value >= low && value <= high;
}

bool wire_number(const char *digits, char e164_out[PHONE_SIZE])
{
    char number[64];
    int length = snprintf(number, sizeof number, "+%s", digits);
    bool sound = length < (int)sizeof number && phone_is_e164(number);
    (void)text_copy(e164_out, PHONE_SIZE, sound ? number : "");
    return sound;
}

bool wire_is_web_url(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

void wire_url_reference(const char *url, char reference_out[MESSAGE_ID_SIZE])
{
    const char *query = strchr(url, '?');
    const char *found = query != NULL ? strstr(query, "ref=") : NULL;
    char reference[MESSAGE_ID_SIZE] = "";
    if (found != NULL && (found[-1] == '?' || found[-1] == '&'))
        (void)snprintf(reference, sizeof reference, "%.*s", (int)strcspn(found + 4, "&#"), found + 4);
    (void)text_copy(reference_out, MESSAGE_ID_SIZE, reference);
}

/* --- writing --- */

void wire_form_add(struct text *form, const char *name, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    const char *const both[] = {name, value};
    if (form->bytes > 0)
        text_add(form, "&");
    for (size_t i = 0; i < 2; i++) {
        for (const char *at = both[i]; *at != '\0'; at++) {
            if (strchr(plain, *at) != NULL)
                text_add_bytes(form, at, 1);
            else
                text_addf(form, *at == ' ' ? "+" : "%%%02X", (unsigned)(unsigned char)*at);
        }
        if (i == 0)
            text_add(form, "=");
    }
}

void wire_base64(const void *bytes, size_t bytes_count, struct text *out)
{
    unsigned char *encoded = memory_zeroed(bytes_count / 3 * 4 + 8, 1);
    int length = EVP_EncodeBlock(encoded, bytes, (int)bytes_count);
    text_add_bytes(out, encoded, (size_t)length);
    free(encoded);
}

void wire_hex(const void *bytes, size_t bytes_count, struct text *out)
{
    for (size_t i = 0; i < bytes_count; i++)
        text_addf(out, "%02x", (unsigned)((const unsigned char *)bytes)[i]);
}

void wire_answer_json(struct dialect_answer *answer, int status)
{
    answer->status = status;
    answer->content_type = "application/json";
}

void wire_time_iso(int64_t at_ms, struct text *out)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm when;
    char day[32];
    (void)gmtime_r(&seconds, &when);
    (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &when);
    text_addf(out, "%s.%03dZ", day, (int)(at_ms % 1000));
}

void wire_digest_id(const char *prefix, const char *text, size_t characters, char id_out[WIRE_ID_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct text hex = {0};
    (void)EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
    wire_hex(digest, 32, &hex);
    (void)snprintf(id_out, WIRE_ID_SIZE, "%s%.*s", prefix, (int)characters, hex.chars);
    text_free(&hex);
}

void wire_uuid(const char *text, char id_out[WIRE_ID_SIZE])
{
    char hex[WIRE_ID_SIZE];
    wire_digest_id("", text, 32, hex);
    (void)snprintf(id_out, WIRE_ID_SIZE, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
                   hex + 20);
}

/* --- webhooks --- */

void wire_told_url(const struct dialect_account *account, const struct webhook *webhook,
                   struct text *told_out, struct text *userinfo_out)
{
    const char *url = webhook->callback;
    if (url == NULL) {
        text_addf(told_out, "%s/v1/gateways/%s/%s/%s", account->public_url, account->gateway, account->token,
                  webhook->kind == WEBHOOK_RECEIPT ? "receipt" : "reply");
        return;
    }
    const char *host = strstr(url, "://");
    host = host != NULL ? host + 3 : url;
    size_t host_bytes = strcspn(host, "/?#");
    const char *at = memchr(host, '@', host_bytes);
    text_add_bytes(told_out, url, (size_t)(host - url));
    text_add(told_out, at != NULL ? at + 1 : host);
    if (at != NULL && userinfo_out != NULL)
        add_unescaped(userinfo_out, host, (size_t)(at - host));
}

/* What stands in a URL for characters that may not (RFC 3986, 2.1). */
static void add_unescaped(struct text *out, const char *bytes, size_t bytes_count)
{
    for (size_t i = 0; i < bytes_count; i++) {
        int high = bytes[i] == '%' && i + 2 < bytes_count ? hex_value(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_value(bytes[i + 2]) : -1;
        char character = low >= 0 ? (char)(high * 16 + low) : bytes[i];
        text_add_bytes(out, &character, 1);
        i += low >= 0 ? 2 : 0;
    }
}

void wire_called_url(const struct dialect_account *account, const char *told, struct text *called_out)
{
    size_t length = strlen(account->public_url);
    if (strncmp(told, account->public_url, length) == 0)
        text_addf(called_out, "%s%s", account->collector, told + length);
    else
        text_add(called_out, told);
}

void wire_header(struct dialect_webhook *webhook, const char *name, const char *value)
{
    if (webhook->headers_count < DIALECT_HEADERS_MAX)
        text_addf(&webhook->headers[webhook->headers_count++], "%s: %s", name, value);
}

void wire_header_basic(struct dialect_webhook *webhook, const char *userinfo)
{
    struct text value = {0};
    if (userinfo == NULL || userinfo[0] == '\0')
        return;
    text_add(&value, "Basic ");
    wire_base64(userinfo, strlen(userinfo), &value);
    wire_header(webhook, "Authorization", value.chars);
    text_free(&value);
}
