/* Identifiers. Promises 72 random or digested bits in 12 characters that are safe in URLs, keys and JSON. */
#include "base/id.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#define ID_BYTES 9 /* 12 characters of base64url, no padding */

static void id_encode(const unsigned char bytes[ID_BYTES], char id_out[ID_SIZE]);

void id_random(char id_out[ID_SIZE])
{
    int ready = sodium_init(); /* cheap once done; a tool may ask for an id before program_start */
    assert(ready >= 0);
    (void)ready;
    unsigned char bytes[ID_BYTES];
    randombytes_buf(bytes, sizeof(bytes));
    id_encode(bytes, id_out);
}

uint32_t random_number(void)
{
    int ready = sodium_init();
    assert(ready >= 0);
    (void)ready;
    return randombytes_random();
}

bool id_is_name(const char *name, size_t chars_max)
{
    size_t chars = strlen(name);
    return chars >= 1 && chars <= chars_max && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == chars;
}

void id_digest(const void *bytes, size_t bytes_count, char id_out[ID_SIZE])
{
    unsigned char digest[crypto_generichash_BYTES_MIN];
    int done = crypto_generichash(digest, sizeof(digest), bytes, bytes_count, NULL, 0);
    assert(done == 0);
    (void)done;
    id_encode(digest, id_out);
}

static void id_encode(const unsigned char bytes[ID_BYTES], char id_out[ID_SIZE])
{
    (void)sodium_bin2base64(id_out, ID_SIZE, bytes, ID_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
