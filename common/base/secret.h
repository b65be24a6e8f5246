/* Comparing what a stranger shows with a secret, so that the time it takes tells nothing of the secret. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>

/* Whether both texts are the same; takes as long wherever they differ. */
bool secret_equal(const char *a, const char *b);

/* Prepares libsodium, once a program, before anything else of it; ends the program when the system has no
 * randomness. */
void secret_start(void);

#endif
