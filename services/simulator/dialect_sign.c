/* Signatures over texts; the fields of a form are taken by name with a plain insertion into an order. */
#include "simulator/dialect_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "simulator/dialect_wire.h"

static void fields_order(const struct sign_fields *fields, size_t order_out[SIGN_FIELDS_MAX]);
static size_t mac_of(const EVP_MD *digest, const char *key, const struct text *signs,
                     unsigned char mac_out[EVP_MAX_MD_SIZE]);

void sign_field(struct sign_fields *fields, const char *name, const char *value)
{
    if (fields->count < SIGN_FIELDS_MAX) {
        fields->names[fields->count] = name;
        fields->values[fields->count++] = value;
    }
}

void sign_form(const struct sign_fields *fields, struct text *out)
{
    for (size_t i = 0; i < fields->count; i++)
        wire_form_add(out, fields->names[i], fields->values[i]);
}

void sign_twilio(const char *token, const char *url, const struct sign_fields *fields, struct text *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    size_t order[SIGN_FIELDS_MAX];
    struct text signs = {0};
    fields_order(fields, order);
    text_add(&signs, url);
    for (size_t i = 0; i < fields->count; i++)
        text_addf(&signs, "%s%s", fields->names[order[i]], fields->values[order[i]]);
    wire_base64(mac, mac_of(EVP_sha1(), token, &signs, mac), out);
    text_free(&signs);
}

void sign_vonage(const char *secret, const struct sign_fields *fields, struct text *out)
{
    size_t order[SIGN_FIELDS_MAX];
    struct text signs = {0};
    fields_order(fields, order);
    for (size_t i = 0; i < fields->count; i++) {
        text_addf(&signs, "&%s=", fields->names[order[i]]);
        for (const char *at = fields->values[order[i]]; *at != '\0'; at++)
            text_add_bytes(&signs, *at == '&' || *at == '=' ? "_" : at, 1);
    }
    sign_hmac_hex(secret, &signs, out);
    text_free(&signs);
}

void sign_hmac_hex(const char *secret, const struct text *signs, struct text *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    wire_hex(mac, mac_of(EVP_sha256(), secret, signs, mac), out);
}

void sign_hmac_base64(const char *secret, const struct text *signs, struct text *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    wire_base64(mac, mac_of(EVP_sha256(), secret, signs, mac), out);
}

bool sign_ed25519(const char *seed_base64, const struct text *signs, struct text *out)
{
    unsigned char seed[48], signature[64];
    size_t signature_bytes = sizeof signature;
    if (strlen(seed_base64) != 44 || EVP_DecodeBlock(seed, (const unsigned char *)seed_base64, 44) != 33)
        return false;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool signs_it = key != NULL && context != NULL &&
                    EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                    EVP_DigestSign(context, signature, &signature_bytes, (const unsigned char *)signs->chars,
                                   signs->bytes) == 1;
    if (signs_it)
        wire_base64(signature, signature_bytes, out);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return signs_it;
}

/* Indexes of the fields, by name bytewise. */
static void fields_order(const struct sign_fields *fields, size_t order_out[SIGN_FIELDS_MAX])
{
    for (size_t i = 0; i < fields->count; i++) {
        size_t at = i;
        for (; at > 0 && strcmp(fields->names[order_out[at - 1]], fields->names[i]) > 0; at--)
            order_out[at] = order_out[at - 1];
        order_out[at] = i;
    }
}

static size_t mac_of(const EVP_MD *digest, const char *key, const struct text *signs,
                     unsigned char mac_out[EVP_MAX_MD_SIZE])
{
    unsigned length = 0;
    (void)HMAC(digest, key, (int)strlen(key), (const unsigned char *)signs->chars, signs->bytes, mac_out,
               &length);
    return length;
}
