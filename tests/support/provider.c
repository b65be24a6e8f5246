/* Signing by the providers' rules (Twilio, Vonage, GatewayAPI, Sinch, Telnyx, Basic), over OpenSSL. */
#include "support/provider.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define PAIRS_MAX 24
#define SECRET    "a secret of the provider"

static const unsigned char seed[32] = "thirty-two bytes, of no secrecy";

struct pair {
    char *name, *value;
};

const char *provider_text(const cJSON *row, const char *member)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(row, member);
    return cJSON_IsString(found) ? found->valuestring : "";
}

static bool signs_as(const cJSON *row, const char *way)
{
    return strcmp(provider_text(row, "sign"), way) == 0;
}

bool provider_signs(const cJSON *row)
{
    return !signs_as(row, "none");
}

bool provider_signs_time(const cJSON *row)
{
    return signs_as(row, "vonage") || signs_as(row, "sinch") || signs_as(row, "telnyx");
}

/* --- codes --- */

static void add_base64(const unsigned char *bytes, size_t count, struct text *text)
{
    unsigned char code[512];
    int chars = EVP_EncodeBlock(code, bytes, (int)count);
    text_add_bytes(text, code, (size_t)chars);
}

static size_t hmac(const EVP_MD *method, const char *secret, const struct text *signs, unsigned char out[64])
{
    unsigned bytes = 0;
    assert_non_null(HMAC(method, secret, (int)strlen(secret), (const unsigned char *)signs->chars,
                         signs->bytes, out, &bytes));
    return bytes;
}

static void add_hex(const unsigned char *bytes, size_t count, struct text *text)
{
    for (size_t i = 0; i < count; i++)
        text_addf(text, "%02x", bytes[i]);
}

static EVP_PKEY *ed25519_key(bool strangers)
{
    unsigned char own[sizeof seed];
    memcpy(own, seed, sizeof seed);
    own[0] = (unsigned char)(own[0] ^ (strangers ? 1 : 0));
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, own, sizeof own);
    assert_non_null(key);
    return key;
}

static void add_ed25519(bool strangers, const struct text *signs, struct text *text)
{
    unsigned char sign[64];
    size_t bytes = sizeof sign;
    EVP_PKEY *key = ed25519_key(strangers);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, sign, &bytes, (const unsigned char *)signs->chars, signs->bytes),
                     1);
    add_base64(sign, bytes, text);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
}

/* --- forms --- */

static char *decoded(const char *bytes, size_t count)
{
    struct text text = {0};
    text_add(&text, "");
    for (size_t i = 0; i < count; i++) {
        char pair[3] = {0}, byte = bytes[i] == '+' ? ' ' : bytes[i];
        if (byte == '%') {
            memcpy(pair, bytes + i + 1, 2);
            byte = (char)strtoul(pair, NULL, 16);
            i += 2;
        }
        text_add_bytes(&text, &byte, 1);
    }
    return text.chars;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

/* The form's pairs by name; each once. */
static size_t pairs_read(const char *form, struct pair pairs[PAIRS_MAX])
{
    size_t count = 0;
    while (*form != '\0') {
        size_t chars = strcspn(form, "&"), name = strcspn(form, "=");
        assert_true(count < PAIRS_MAX && name < chars);
        pairs[count++] =
            (struct pair){.name = decoded(form, name), .value = decoded(form + name + 1, chars - name - 1)};
        form += chars + (form[chars] == '&');
    }
    qsort(pairs, count, sizeof pairs[0], by_name);
    return count;
}

/* Appends each name and value: "name" "value" for Twilio, "&name=value" for Vonage. */
static void add_pairs(const char *form, bool vonage, struct text *text)
{
    struct pair pairs[PAIRS_MAX] = {{0}};
    size_t count = pairs_read(form, pairs);
    for (size_t i = 0; i < count; i++) {
        for (char *at = pairs[i].value; vonage && *at != '\0'; at++)
            *at = *at == '&' || *at == '=' ? '_' : *at;
        text_addf(text, vonage ? "&%s=%s" : "%s%s", pairs[i].name, pairs[i].value);
        free(pairs[i].name);
        free(pairs[i].value);
    }
}

/* --- signing --- */

static void sign_twilio(const char *secret, const struct provider_call *call, struct text *headers)
{
    struct text signs = {0};
    unsigned char code[64];
    text_addf(&signs, PROVIDER_PUBLIC_URL "%s", call->target.chars);
    add_pairs(call->body.chars, false, &signs);
    size_t bytes = hmac(EVP_sha1(), secret, &signs, code);
    text_add(headers, "X-Twilio-Signature: ");
    add_base64(code, bytes, headers);
    text_add(headers, "\r\n");
    text_free(&signs);
}

static void sign_vonage(const char *secret, struct text *body)
{
    struct text signs = {0};
    unsigned char code[64];
    add_pairs(body->chars, true, &signs);
    size_t bytes = hmac(EVP_sha256(), secret, &signs, code);
    text_add(body, "&sig=");
    add_hex(code, bytes, body);
    text_free(&signs);
}

static void sign_gatewayapi(const char *secret, const struct provider_call *call, struct text *headers)
{
    unsigned char code[64];
    size_t bytes = hmac(EVP_sha256(), secret, &call->body, code);
    text_add(headers, "Signature: v1=");
    add_hex(code, bytes, headers);
    text_add(headers, "\r\n");
}

static void sign_sinch(const char *secret, const struct provider_reply *reply,
                       const struct provider_call *call, struct text *headers)
{
    struct text signs = {0};
    unsigned char code[64];
    text_addf(&signs, "%s.nonce-%s.%" PRId64, call->body.chars, reply->id, reply->at_s);
    size_t bytes = hmac(EVP_sha256(), secret, &signs, code);
    text_addf(
        headers,
        "x-sinch-webhook-signature-algorithm: HmacSHA256\r\nx-sinch-webhook-signature-nonce: nonce-%s\r\n"
        "x-sinch-webhook-signature-timestamp: %" PRId64 "\r\nx-sinch-webhook-signature: ",
        reply->id, reply->at_s);
    add_base64(code, bytes, headers);
    text_add(headers, "\r\n");
    text_free(&signs);
}

static void sign_telnyx(const struct provider_reply *reply, const struct provider_call *call,
                        struct text *headers)
{
    struct text signs = {0};
    text_addf(&signs, "%" PRId64 "|%s", reply->at_s, call->body.chars);
    text_addf(headers, "telnyx-timestamp: %" PRId64 "\r\ntelnyx-signature-ed25519: ", reply->at_s);
    add_ed25519(reply->by_a_stranger, &signs, headers);
    text_add(headers, "\r\n");
    text_free(&signs);
}

static void sign_basic(const struct provider_reply *reply, struct text *headers)
{
    struct text pair = {0};
    text_addf(&pair, PROVIDER_USER ":" PROVIDER_PASSWORD "%s", reply->by_a_stranger ? "!" : "");
    text_add(headers, "Authorization: Basic ");
    add_base64((const unsigned char *)pair.chars, pair.bytes, headers);
    text_add(headers, "\r\n");
    text_free(&pair);
}

/* --- a call --- */

static void fill(const struct provider_reply *reply, const char *template, struct text *out)
{
    char at_s[24];
    snprintf(at_s, sizeof at_s, "%" PRId64, reply->at_s);
    const struct {
        const char *place, *value;
    } places[] = {{"{id}", reply->id}, {"{from}", reply->from}, {"{digits}", reply->from + 1},
                  {"{to}", reply->to}, {"{text}", reply->text}, {"{at_s}", at_s}};
    text_add(out, "");
    while (*template != '\0') {
        size_t i = 0;
        while (i < 6 && strncmp(template, places[i].place, strlen(places[i].place)) != 0)
            i++;
        if (i < 6)
            text_add(out, places[i].value);
        else
            text_add_bytes(out, template, 1);
        template += i < 6 ? strlen(places[i].place) : 1;
    }
}

void provider_write(const struct provider_reply *reply, struct provider_call *call)
{
    const cJSON *row = reply->row;
    const char *secret = reply->by_a_stranger ? SECRET "!" : SECRET;
    const char *query = provider_text(row, "query");
    provider_call_free(call);
    text_addf(&call->target, "%s%s", reply->path, query[0] != '\0' ? "?" : "");
    fill(reply, query, &call->target);
    fill(reply, provider_text(row, "body"), &call->body);
    text_add(&call->headers, "");
    if (signs_as(row, "twilio"))
        sign_twilio(secret, call, &call->headers);
    else if (signs_as(row, "vonage"))
        sign_vonage(secret, &call->body);
    else if (signs_as(row, "gatewayapi"))
        sign_gatewayapi(secret, call, &call->headers);
    else if (signs_as(row, "sinch"))
        sign_sinch(secret, reply, call, &call->headers);
    else if (signs_as(row, "telnyx"))
        sign_telnyx(reply, call, &call->headers);
    else if (signs_as(row, "basic"))
        sign_basic(reply, &call->headers);
    else
        assert_true(signs_as(row, "none"));
}

void provider_call_free(struct provider_call *call)
{
    text_free(&call->target);
    text_free(&call->headers);
    text_free(&call->body);
}

void provider_settings(const cJSON *row, struct text *lines)
{
    unsigned char public[32];
    size_t bytes = sizeof public;
    struct text secret = {0};
    if (signs_as(row, "telnyx")) {
        EVP_PKEY *key = ed25519_key(false);
        assert_int_equal(EVP_PKEY_get_raw_public_key(key, public, &bytes), 1);
        add_base64(public, bytes, &secret);
        EVP_PKEY_free(key);
    } else {
        text_add(&secret, SECRET);
    }
    text_addf(lines,
              "profile = %s\nurl = https://127.0.0.1:9\nuser = us\nsecret = our secret\nparameters = %s\n"
              "outside_eu = yes\npublic_url = " PROVIDER_PUBLIC_URL
              "\nwebhook_secret = %s\nwebhook_user = " PROVIDER_USER "\nwebhook_password = " PROVIDER_PASSWORD
              "\n",
              provider_text(row, "profile"), provider_text(row, "parameters"), secret.chars);
    text_free(&secret);
}
