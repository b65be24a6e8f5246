/* A fair draw that anybody can repeat from the seed: the first `sample` steps of a Fisher–Yates shuffle of
 * the positions 0..frame-1.
 *
 * key    = BLAKE2b-256 of the seed's bytes
 * stream = ChaCha20 (IETF) under that key, the same bytes as randombytes_buf_deterministic, read as
 * little-endian 32-bit words, made block by block so that a large draw needs no large buffer step i = swap
 * position i with position i + r, r uniform below frame - i: words at or above the largest multiple of frame
 * - i are thrown away */
#include "domain/draw.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FRAME_MAX   50000000U
#define BLOCK_BYTES 64U  /* of ChaCha20 */
#define CHUNK_WORDS 256U /* 16 blocks at a time */

struct words {
    unsigned char key[crypto_stream_chacha20_ietf_KEYBYTES];
    uint32_t block; /* the next block of the stream */
    unsigned char chunk[CHUNK_WORDS * 4];
    size_t used; /* bytes of the chunk */
};

static void words_start(struct words *words, const char *seed)
{
    crypto_generichash(words->key, sizeof words->key, (const unsigned char *)seed, strlen(seed), NULL, 0);
    words->block = 0;
    words->used = sizeof words->chunk;
}

static uint32_t words_next(struct words *words)
{
    static const unsigned char nonce[] = "LibsodiumDRG"; /* randombytes_buf_deterministic's */
    _Static_assert(sizeof nonce == crypto_stream_chacha20_ietf_NONCEBYTES + 1, "nonce and terminator");
    if (words->used == sizeof words->chunk) {
        memset(words->chunk, 0, sizeof words->chunk);
        crypto_stream_chacha20_ietf_xor_ic(words->chunk, words->chunk, sizeof words->chunk, nonce,
                                           words->block, words->key);
        words->block += sizeof words->chunk / BLOCK_BYTES;
        words->used = 0;
    }
    const unsigned char *at = words->chunk + words->used;
    words->used += 4;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Uniform in [0, bound). */
static uint32_t words_below(struct words *words, uint32_t bound)
{
    uint32_t excess = (UINT32_MAX % bound + 1U) % bound; /* 2^32 mod bound */
    for (;;) {
        uint32_t word = words_next(words);
        if (word <= UINT32_MAX - excess)
            return word % bound;
    }
}

void draw_positions(const char *seed, uint32_t frame, uint32_t sample, uint32_t *positions_out)
{
    assert(sample <= frame && frame <= FRAME_MAX);
    struct words words;
    words_start(&words, seed);

    uint32_t *positions = memory_zeroed(frame > 0 ? frame : 1, sizeof *positions);
    for (uint32_t i = 0; i < frame; i++)
        positions[i] = i;
    for (uint32_t i = 0; i < sample; i++) {
        uint32_t other = i + words_below(&words, frame - i);
        uint32_t drawn = positions[other];
        positions[other] = positions[i];
        positions[i] = drawn;
        positions_out[i] = drawn;
    }
    free(positions);
}
