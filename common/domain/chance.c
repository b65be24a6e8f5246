/* A hash as a source of chance: BLAKE2b (libsodium) of seed and purpose. The NUL between them keeps "a","bc"
 * and "ab","c" apart, since neither holds one. Promises the same number on every machine. */
#include "domain/chance.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

double chance_uniform(const char *seed, const char *what)
{
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    (void)crypto_generichash_update(&state, (const unsigned char *)seed, strlen(seed) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)what, strlen(what));
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++)
        bits = bits << 8 | hash[i];
    return (double)(bits >> 11) * 0x1p-53;
}
