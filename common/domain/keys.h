/* An org's keys (libsodium) and what is done with them: the keyed hash that finds a contact, the sealed
 * number, records sealed for readers. Files in <data_folder>/keys/<org>/, mode 0600: hash.key, sealing.public, sealing.secret,
 * reader.public, reader.secret, each one line "pulssi-<what>-1 <base64url>". */
#ifndef DOMAIN_KEYS_H
#define DOMAIN_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "domain/phone.h"

#define KEY_BYTES        32
#define PHONE_HASH_CHARS 22 /* base64url of 16 bytes */
#define PHONE_HASH_SIZE  23
#define SEALED_BYTES     32 /* 16 bytes of number (zero padded) + 16 of authentication */
#define FINGERPRINT_SIZE 17 /* 16 hex characters of BLAKE2b of the key (of the public part of a pair) */

enum key_kind { KEY_HASH, KEY_SEALING_PUBLIC, KEY_SEALING_SECRET, KEY_READER_PUBLIC, KEY_READER_SECRET };
#define KEY_KINDS 5

const char *key_file_name(enum key_kind kind); /* "hash.key" */

/* Makes a complete new set in memory. */
struct key_set {
    unsigned char keys[KEY_KINDS][KEY_BYTES];
};
void keys_generate(struct key_set *set_out);

/* Text form of one key file, and back; the error says what is wrong with it, never the content. */
void key_encode(enum key_kind kind, const unsigned char key[KEY_BYTES], char out[96]);
bool key_decode(enum key_kind kind, const char *content, unsigned char key_out[KEY_BYTES],
                struct error *error) MUST_CHECK;

/* Fingerprint of hash key, sealing public or reader public. A secret key's is that of its public part. */
void key_fingerprint(enum key_kind kind, const unsigned char key[KEY_BYTES], char out[FINGERPRINT_SIZE]);

/* Keyed hash of an E.164 number: BLAKE2b-128 with the hash key, base64url. */
void phone_hash(const unsigned char hash_key[KEY_BYTES], const char *e164, char out[PHONE_HASH_SIZE]);

/* Sealing: one ephemeral key pair an import batch and one precomputed shared key (crypto_box_beforenm); the
 * nonce is the contact id, padded with zeros: an id is sealed once a batch. */
struct sealer {
    unsigned char ephemeral_public[KEY_BYTES];
    unsigned char shared[KEY_BYTES];
};
bool sealer_start(struct sealer *sealer, const unsigned char sealing_public[KEY_BYTES]) MUST_CHECK;
void sealer_seal(const struct sealer *sealer, const char contact[ID_SIZE], const char *e164,
                 unsigned char sealed_out[SEALED_BYTES]);

/* Opening: the shared key of a batch, then numbers. False when it was not sealed to this key or is damaged.
 */
bool opener_shared(const unsigned char ephemeral_public[KEY_BYTES],
                   const unsigned char sealing_secret[KEY_BYTES],
                   unsigned char shared_out[KEY_BYTES]) MUST_CHECK;
bool opener_open(const unsigned char shared[KEY_BYTES], const char contact[ID_SIZE],
                 const unsigned char sealed[SEALED_BYTES], char e164_out[PHONE_SIZE]) MUST_CHECK;

/* Sealed boxes for readers (own words, volunteers): whoever seals cannot open. Appends READER_SEAL_BYTES more
 * than it is given. False when the public key is no key. */
#define READER_SEAL_BYTES 48
bool reader_seal(const unsigned char reader_public[KEY_BYTES], const void *bytes, size_t bytes_count,
                 struct text *out) MUST_CHECK;
/* Appends what was sealed. False, with nothing appended, when it was not sealed to this key or is damaged. */
bool reader_open(const unsigned char reader_public[KEY_BYTES], const unsigned char reader_secret[KEY_BYTES],
                 const void *sealed, size_t sealed_count, struct text *out) MUST_CHECK;

#endif
