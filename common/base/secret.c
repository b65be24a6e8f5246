/* Compares fixed-size digests in constant time: neither the first difference nor the lengths show. Never logs
 * or copies a secret. */
#include "base/secret.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

static void digest(const char *secret, unsigned char digest_out[crypto_generichash_BYTES])
{
    int done = crypto_generichash(digest_out, crypto_generichash_BYTES, (const unsigned char *)secret,
                                  strlen(secret), NULL, 0);
    assert(done == 0);
    (void)done;
}

bool secret_equal(const char *a, const char *b)
{
    unsigned char digest_a[crypto_generichash_BYTES], digest_b[crypto_generichash_BYTES];
    digest(a, digest_a);
    digest(b, digest_b);
    return sodium_memcmp(digest_a, digest_b, sizeof digest_a) == 0;
}

void secret_start(void)
{
    if (sodium_init() < 0) {
        fputs("libsodium cannot start: the system has no source of randomness\n", stderr);
        exit(1);
    }
}

void secret_random(void *bytes_out, size_t bytes)
{
    randombytes_buf(bytes_out, bytes);
}

void secret_forget(void *bytes, size_t bytes_count)
{
    sodium_memzero(bytes, bytes_count);
}
