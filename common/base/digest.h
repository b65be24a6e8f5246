/* A digest over bytes that come piece by piece: BLAKE2b-256 (libsodium). No key: whoever can write what is
 * digested can digest again. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 65 /* 64 hex characters and the terminator */

struct digest;

struct digest *digest_new(void); /* returns owned */
void digest_add(struct digest *digest, const void *bytes, size_t bytes_count);
/* The text and its terminator, so that "a", "bc" and "ab", "c" differ. */
void digest_add_text(struct digest *digest, const char *text);
/* Takes the digest; NULL frees nothing and gives "". */
void digest_finish(struct digest **digest, char hex_out[DIGEST_SIZE]);

#endif
