/* Random identifiers: 12 characters of base64url (72 bits) from libsodium. Unlinkable to anything. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_CHARS 12
#define ID_SIZE  13 /* with the terminator */

void id_random(char id_out[ID_SIZE]);

/* Uniform in [0, 2^32), from the system's generator. */
uint32_t random_number(void);

/* True for a name people give to orgs, pilots, surveys, questions, rounds and gateways: 1..32 characters (64
 * for rounds: pass the limit), a-z 0-9 and '-', starting with a letter. */
bool id_is_name(const char *name, size_t chars_max);

/* 12 characters of base64url over BLAKE2b of the bytes: a fixed-size stand-in for a foreign id. */
void id_digest(const void *bytes, size_t bytes_count, char id_out[ID_SIZE]);

#endif
