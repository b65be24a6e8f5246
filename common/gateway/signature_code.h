/* The codes that signatures are made of, over OpenSSL: digests, HMAC, Ed25519, and their ways of being written. All
 * comparisons take as long wherever the texts differ. Private to the gateway layer. */
#ifndef GATEWAY_SIGNATURE_CODE_H
#define GATEWAY_SIGNATURE_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define CODE_BYTES_MAX    64 /* of SHA-512, and of an Ed25519 signature */
#define CODE_ED25519_KEY  32
#define CODE_ED25519_SIGN 64

enum code_hash { CODE_MD5, CODE_SHA1, CODE_SHA256, CODE_SHA512 };

/* Return the number of bytes written. */
size_t code_digest(enum code_hash hash, const void *bytes, size_t bytes_count,
                   unsigned char out[CODE_BYTES_MAX]);
size_t code_hmac(enum code_hash hash, const void *key, size_t key_bytes, const void *bytes,
                 size_t bytes_count, unsigned char out[CODE_BYTES_MAX]);

bool code_ed25519_is_good(const unsigned char key[CODE_ED25519_KEY], const void *bytes, size_t bytes_count,
                          const unsigned char sign[CODE_ED25519_SIGN]);

bool code_equal(const unsigned char *a, size_t a_bytes, const unsigned char *b, size_t b_bytes);
/* Whether the text is these bytes in hex, all in small letters or all in capitals. */
bool code_is_hex(const unsigned char *bytes, size_t bytes_count, const char *text);
/* Whether the text is these bytes in base64, with its padding. */
bool code_is_base64(const unsigned char *bytes, size_t bytes_count, const char *text);

enum code_alphabet { CODE_BASE64, CODE_BASE64URL /* without padding */ };
/* Reads what is exactly the code of some bytes, at most out_size of them; anything else is false. */
bool code_base64_read(enum code_alphabet alphabet, const char *chars, size_t chars_count, unsigned char *out,
                      size_t out_size, size_t *bytes_out) MUST_CHECK;

#endif
