/* Making and taking apart tokens. The parts cannot be confused: an org has no '_', and id and secret have their length. */
#include "domain/token.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PREFIX         "pulssi_"
#define SECRET_BYTES   32
#define HASH_BYTES     32
#define BASE64_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(sodium_base64_ENCODED_LEN(SECRET_BYTES, BASE64_VARIANT) == TOKEN_SECRET_CHARS + 1, "secret");
_Static_assert(sodium_base64_ENCODED_LEN(HASH_BYTES, BASE64_VARIANT) == TOKEN_HASH_SIZE, "hash");

static const char letters_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static bool is_made_of(const char *text, size_t chars, const char *accepted)
{
    return strspn(text, accepted) >= chars;
}

void token_make(const char *org, char text_out[TOKEN_SIZE], char id_out[ID_SIZE],
                char hash_out[TOKEN_HASH_SIZE])
{
    unsigned char secret[SECRET_BYTES];
    char base64[TOKEN_SECRET_CHARS + 1];
    assert(id_is_name(org, TOKEN_ORG_SIZE - 1));
    do
        id_random(id_out);
    while (!is_made_of(id_out, ID_CHARS, letters_and_digits));
    randombytes_buf(secret, sizeof secret);
    sodium_bin2base64(base64, sizeof base64, secret, sizeof secret, BASE64_VARIANT);
    snprintf(text_out, TOKEN_SIZE, PREFIX "%s_%s_%s", org, id_out, base64);
    token_hash(text_out, hash_out);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(base64, sizeof base64);
}

bool token_split(const char *text, char org_out[TOKEN_ORG_SIZE], char id_out[ID_SIZE])
{
    const char *org = text + strlen(PREFIX);
    if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
        return false;
    size_t org_chars = strcspn(org, "_");
    const char *id = org + org_chars + 1;
    if (org_chars >= TOKEN_ORG_SIZE || org[org_chars] != '_' ||
        strlen(id) != ID_CHARS + 1 + TOKEN_SECRET_CHARS || id[ID_CHARS] != '_' ||
        !is_made_of(id, ID_CHARS, letters_and_digits))
        return false;
    memcpy(org_out, org, org_chars);
    org_out[org_chars] = '\0';
    memcpy(id_out, id, ID_CHARS);
    id_out[ID_CHARS] = '\0';
    return id_is_name(org_out, TOKEN_ORG_SIZE - 1);
}

void token_hash(const char *text, char hash_out[TOKEN_HASH_SIZE])
{
    unsigned char digest[HASH_BYTES];
    int failed =
        crypto_generichash(digest, sizeof digest, (const unsigned char *)text, strlen(text), NULL, 0);
    assert(failed == 0);
    (void)failed;
    sodium_bin2base64(hash_out, TOKEN_HASH_SIZE, digest, sizeof digest, BASE64_VARIANT);
}
