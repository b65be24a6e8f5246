/* BLAKE2b in pieces. Promises the same 64 characters for the same bytes, however they are cut. */
#include "base/digest.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define HASH_BYTES 32
_Static_assert(DIGEST_SIZE == 2 * HASH_BYTES + 1, "two characters a byte");

struct digest {
    crypto_generichash_state *state; /* wants more alignment than memory_zeroed promises */
};

struct digest *digest_new(void)
{
    struct digest *digest = memory_zeroed(1, sizeof *digest);
    size_t alignment = _Alignof(crypto_generichash_state);
    size_t bytes = (sizeof *digest->state + alignment - 1) / alignment * alignment;
    digest->state = aligned_alloc(alignment, bytes);
    if (digest->state == NULL)
        abort();
    (void)crypto_generichash_init(digest->state, NULL, 0, HASH_BYTES);
    return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t bytes_count)
{
    (void)crypto_generichash_update(digest->state, bytes, bytes_count);
}

void digest_add_text(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text) + 1);
}

void digest_finish(struct digest **digest, char hex_out[DIGEST_SIZE])
{
    unsigned char hash[HASH_BYTES];
    hex_out[0] = '\0';
    if (*digest == NULL)
        return;
    (void)crypto_generichash_final((*digest)->state, hash, sizeof hash);
    (void)sodium_bin2hex(hex_out, DIGEST_SIZE, hash, sizeof hash);
    free((*digest)->state);
    free(*digest);
    *digest = NULL;
}
