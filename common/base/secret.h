/* Comparing what a stranger shows with a secret, so that the time it takes tells nothing of the secret. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Whether both texts are the same; takes as long wherever they differ. */
bool secret_equal(const char *a, const char *b);

/* Fills with random bytes, fit for a key. */
void secret_random(void *bytes_out, size_t bytes);

/* Overwrites what must not stay in memory. */
void secret_forget(void *bytes, size_t bytes_count);

/* Prepares libsodium, once a program, before anything else of it; ends the program when the system has no
 * randomness. */
void secret_start(void);

#endif
