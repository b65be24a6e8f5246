/* A fair draw that anybody can repeat: Fisher–Yates over positions 0..frame-1, the random numbers from
 * ChaCha20 keyed by the seed (libsodium randombytes_buf_deterministic), bounded without bias by rejection. */
#ifndef DOMAIN_DRAW_H
#define DOMAIN_DRAW_H

#include <stddef.h>
#include <stdint.h>

#define DRAW_GENERATOR "chacha20-fisher-yates-1"

/* Draws `sample` of `frame` positions in drawn order into positions_out (sample entries); sample ≤ frame ≤ 50
 * million. The seed is any text; its key is BLAKE2b-256 of it. */
void draw_positions(const char *seed, uint32_t frame, uint32_t sample, uint32_t *positions_out);

#endif
