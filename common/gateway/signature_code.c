/* Digests and codes. Reading base64 is strict: bits that no byte needs must be 0, so that no two texts stand for the
 * same bytes. */
#include "gateway/signature_code.h"

#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define TEXT_SIZE (2 * CODE_BYTES_MAX + 1)

static const EVP_MD *method_of(enum code_hash hash)
{
    switch (hash) {
    case CODE_MD5:
        return EVP_md5();
    case CODE_SHA1:
        return EVP_sha1();
    case CODE_SHA256:
        return EVP_sha256();
    case CODE_SHA512:
        return EVP_sha512();
    }
    return NULL;
}

size_t code_digest(enum code_hash hash, const void *bytes, size_t bytes_count,
                   unsigned char out[CODE_BYTES_MAX])
{
    unsigned count = 0;
    int done = EVP_Digest(bytes, bytes_count, out, &count, method_of(hash), NULL);
    assert(done == 1 && count <= CODE_BYTES_MAX);
    (void)done;
    return count;
}

size_t code_hmac(enum code_hash hash, const void *key, size_t key_bytes, const void *bytes,
                 size_t bytes_count, unsigned char out[CODE_BYTES_MAX])
{
    unsigned count = 0;
    const unsigned char *done = HMAC(method_of(hash), key, (int)key_bytes, bytes, bytes_count, out, &count);
    assert(done != NULL && count <= CODE_BYTES_MAX);
    (void)done;
    return count;
}

bool code_ed25519_is_good(const unsigned char key[CODE_ED25519_KEY], const void *bytes, size_t bytes_count,
                          const unsigned char sign[CODE_ED25519_SIGN])
{
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, CODE_ED25519_KEY);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = public != NULL && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
                EVP_DigestVerify(context, sign, CODE_ED25519_SIGN, bytes, bytes_count) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return good;
}

bool code_equal(const unsigned char *a, size_t a_bytes, const unsigned char *b, size_t b_bytes)
{
    return a_bytes == b_bytes && CRYPTO_memcmp(a, b, a_bytes) == 0;
}

/* --- as text --- */

static bool is_same(const char *expected, const char *shown)
{
    size_t chars = strlen(expected);
    return strlen(shown) == chars && CRYPTO_memcmp(expected, shown, chars) == 0;
}

bool code_is_hex(const unsigned char *bytes, size_t bytes_count, const char *text)
{
    static const char small[] = "0123456789abcdef", capital[] = "0123456789ABCDEF";
    char in_small[TEXT_SIZE] = "", in_capitals[TEXT_SIZE] = "";
    assert(bytes_count <= CODE_BYTES_MAX);
    for (size_t i = 0; i < bytes_count; i++) {
        in_small[2 * i] = small[bytes[i] >> 4];
        in_small[2 * i + 1] = small[bytes[i] & 15];
        in_capitals[2 * i] = capital[bytes[i] >> 4];
        in_capitals[2 * i + 1] = capital[bytes[i] & 15];
    }
    bool is_small = is_same(in_small, text), is_capital = is_same(in_capitals, text);
    return is_small || is_capital;
}

bool code_is_base64(const unsigned char *bytes, size_t bytes_count, const char *text)
{
    unsigned char expected[TEXT_SIZE];
    assert(bytes_count <= CODE_BYTES_MAX);
    EVP_EncodeBlock(expected, bytes, (int)bytes_count);
    return is_same((const char *)expected, text);
}

static int base64_value(enum code_alphabet alphabet, char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    if (digit == (alphabet == CODE_BASE64 ? '+' : '-'))
        return 62;
    return digit == (alphabet == CODE_BASE64 ? '/' : '_') ? 63 : -1;
}

bool code_base64_read(enum code_alphabet alphabet, const char *chars, size_t chars_count, unsigned char *out,
                      size_t out_size, size_t *bytes_out)
{
    size_t digits = chars_count, bytes = 0;
    unsigned pending = 0, pending_bits = 0;
    *bytes_out = 0;
    if (alphabet == CODE_BASE64 && chars_count % 4 != 0)
        return false;
    while (alphabet == CODE_BASE64 && digits > 0 && chars_count - digits < 2 && chars[digits - 1] == '=')
        digits--;
    for (size_t i = 0; i < digits; i++) {
        int value = base64_value(alphabet, chars[i]);
        if (value < 0)
            return false;
        pending = pending << 6 | (unsigned)value;
        pending_bits += 6;
        if (pending_bits < 8)
            continue;
        if (bytes == out_size)
            return false;
        pending_bits -= 8;
        out[bytes++] = (unsigned char)(pending >> pending_bits);
        pending &= (1U << pending_bits) - 1;
    }
    *bytes_out = bytes;
    return pending == 0 && pending_bits < 6; /* a digit too many, or bits of no byte */
}
