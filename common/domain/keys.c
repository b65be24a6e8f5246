/* An org's keys and what is done with them. Every secret that lives in a local variable is wiped before it
 * returns; errors name the kind of key, never a byte of it. */
#include "domain/keys.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES 16 /* '+' and 15 digits, zero padded, without a terminator */
#define ENCODED_SIZE 96

_Static_assert(KEY_BYTES == crypto_box_PUBLICKEYBYTES && KEY_BYTES == crypto_box_SECRETKEYBYTES, "box key");
_Static_assert(KEY_BYTES == crypto_box_BEFORENMBYTES && KEY_BYTES == crypto_generichash_KEYBYTES,
               "shared key");
_Static_assert(SEALED_BYTES == NUMBER_BYTES + crypto_box_MACBYTES, "sealed number");
_Static_assert(READER_SEAL_BYTES == crypto_box_SEALBYTES, "sealed box");
_Static_assert(PHONE_SIZE == NUMBER_BYTES + 1, "number");

#define BASE64_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const struct {
    const char *file;
    const char *what; /* as in the file's line */
} kinds[KEY_KINDS] = {
    [KEY_HASH] = {"hash.key", "hash"},
    [KEY_SEALING_PUBLIC] = {"sealing.public", "sealing-public"},
    [KEY_SEALING_SECRET] = {"sealing.secret", "sealing-secret"},
    [KEY_READER_PUBLIC] = {"reader.public", "reader-public"},
    [KEY_READER_SECRET] = {"reader.secret", "reader-secret"},
};

const char *key_file_name(enum key_kind kind)
{
    return kinds[kind].file;
}

static void library_start(void)
{
    int started = sodium_init(); /* idempotent; 1 = was started already */
    assert(started >= 0);
    (void)started;
}

void keys_generate(struct key_set *set_out)
{
    library_start();
    crypto_generichash_keygen(set_out->keys[KEY_HASH]);
    crypto_box_keypair(set_out->keys[KEY_SEALING_PUBLIC], set_out->keys[KEY_SEALING_SECRET]);
    crypto_box_keypair(set_out->keys[KEY_READER_PUBLIC], set_out->keys[KEY_READER_SECRET]);
}

static void line_start(enum key_kind kind, char out[32])
{
    snprintf(out, 32, "pulssi-%s-1 ", kinds[kind].what);
}

void key_encode(enum key_kind kind, const unsigned char key[KEY_BYTES], char out[ENCODED_SIZE])
{
    char start[32];
    char base64[sodium_base64_ENCODED_LEN(KEY_BYTES, BASE64_VARIANT)];
    line_start(kind, start);
    sodium_bin2base64(base64, sizeof base64, key, KEY_BYTES, BASE64_VARIANT);
    snprintf(out, ENCODED_SIZE, "%s%s\n", start, base64);
    sodium_memzero(base64, sizeof base64);
}

static bool decode_refuse(enum key_kind kind, const char *content, struct error *error)
{
    char start[32];
    for (int other = 0; other < KEY_KINDS; other++) {
        line_start((enum key_kind)other, start);
        if (strncmp(content, start, strlen(start)) == 0)
            return error_set(error, "expected the %s key, found a %s key", kinds[kind].what,
                             kinds[other].what);
    }
    return error_set(error, "expected one line that begins with \"pulssi-%s-1 \"", kinds[kind].what);
}

bool key_decode(enum key_kind kind, const char *content, unsigned char key_out[KEY_BYTES],
                struct error *error)
{
    char start[32];
    line_start(kind, start);
    size_t start_chars = strlen(start);
    if (strncmp(content, start, start_chars) != 0)
        return decode_refuse(kind, content, error);

    const char *base64 = content + start_chars;
    size_t base64_chars = strlen(base64);
    if (base64_chars > 0 && base64[base64_chars - 1] == '\n')
        base64_chars--;
    size_t key_bytes = 0;
    if (sodium_base642bin(key_out, KEY_BYTES, base64, base64_chars, NULL, &key_bytes, NULL, BASE64_VARIANT) !=
            0 ||
        key_bytes != KEY_BYTES) {
        sodium_memzero(key_out, KEY_BYTES);
        return error_set(error, "the %s key is damaged: expected 43 characters of base64url",
                         kinds[kind].what);
    }
    return true;
}

void key_fingerprint(enum key_kind kind, const unsigned char key[KEY_BYTES], char out[FINGERPRINT_SIZE])
{
    unsigned char shown[KEY_BYTES];
    if (kind == KEY_SEALING_SECRET || kind == KEY_READER_SECRET)
        crypto_scalarmult_base(shown, key);
    else
        memcpy(shown, key, KEY_BYTES);

    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash(digest, sizeof digest, shown, KEY_BYTES, NULL, 0);
    sodium_bin2hex(out, FINGERPRINT_SIZE, digest, (FINGERPRINT_SIZE - 1) / 2);
    sodium_memzero(shown, sizeof shown);
}

void phone_hash(const unsigned char hash_key[KEY_BYTES], const char *e164, char out[PHONE_HASH_SIZE])
{
    unsigned char digest[16];
    crypto_generichash(digest, sizeof digest, (const unsigned char *)e164, strlen(e164), hash_key, KEY_BYTES);
    sodium_bin2base64(out, PHONE_HASH_SIZE, digest, sizeof digest, BASE64_VARIANT);
}

bool sealer_start(struct sealer *sealer, const unsigned char sealing_public[KEY_BYTES])
{
    unsigned char ephemeral_secret[KEY_BYTES];
    library_start();
    crypto_box_keypair(sealer->ephemeral_public, ephemeral_secret);
    bool usable = crypto_box_beforenm(sealer->shared, sealing_public, ephemeral_secret) == 0;
    sodium_memzero(ephemeral_secret, sizeof ephemeral_secret);
    return usable;
}

static void nonce_of_contact(const char contact[ID_SIZE], unsigned char nonce_out[crypto_box_NONCEBYTES])
{
    assert(strnlen(contact, ID_SIZE) == ID_CHARS);
    memset(nonce_out, 0, crypto_box_NONCEBYTES);
    memcpy(nonce_out, contact, ID_CHARS);
}

void sealer_seal(const struct sealer *sealer, const char contact[ID_SIZE], const char *e164,
                 unsigned char sealed_out[SEALED_BYTES])
{
    unsigned char nonce[crypto_box_NONCEBYTES];
    unsigned char number[NUMBER_BYTES] = {0};
    assert(phone_is_e164(e164));
    nonce_of_contact(contact, nonce);
    memcpy(number, e164, strlen(e164));
    int failed = crypto_box_easy_afternm(sealed_out, number, sizeof number, nonce, sealer->shared);
    assert(failed == 0);
    (void)failed;
    sodium_memzero(number, sizeof number);
}

bool opener_shared(const unsigned char ephemeral_public[KEY_BYTES],
                   const unsigned char sealing_secret[KEY_BYTES], unsigned char shared_out[KEY_BYTES])
{
    return crypto_box_beforenm(shared_out, ephemeral_public, sealing_secret) == 0;
}

bool opener_open(const unsigned char shared[KEY_BYTES], const char contact[ID_SIZE],
                 const unsigned char sealed[SEALED_BYTES], char e164_out[PHONE_SIZE])
{
    unsigned char nonce[crypto_box_NONCEBYTES];
    nonce_of_contact(contact, nonce);
    memset(e164_out, 0, PHONE_SIZE);
    if (crypto_box_open_easy_afternm((unsigned char *)e164_out, sealed, SEALED_BYTES, nonce, shared) != 0)
        return false;
    return phone_is_e164(e164_out);
}

bool reader_seal(const unsigned char reader_public[KEY_BYTES], const void *bytes, size_t bytes_count,
                 struct text *out)
{
    library_start();
    size_t sealed_count = bytes_count + READER_SEAL_BYTES;
    unsigned char *sealed = memory_zeroed(1, sealed_count);
    bool usable = crypto_box_seal(sealed, bytes, bytes_count, reader_public) == 0;
    if (usable)
        text_add_bytes(out, sealed, sealed_count);
    free(sealed);
    return usable;
}

bool reader_open(const unsigned char reader_public[KEY_BYTES], const unsigned char reader_secret[KEY_BYTES],
                 const void *sealed, size_t sealed_count, struct text *out)
{
    library_start();
    if (sealed_count < READER_SEAL_BYTES)
        return false;
    size_t bytes_count = sealed_count - READER_SEAL_BYTES;
    unsigned char *opened = memory_zeroed(1, bytes_count);
    bool opens = crypto_box_seal_open(opened, sealed, sealed_count, reader_public, reader_secret) == 0;
    if (opens)
        text_add_bytes(out, opened, bytes_count);
    sodium_memzero(opened, bytes_count);
    free(opened);
    return opens;
}
