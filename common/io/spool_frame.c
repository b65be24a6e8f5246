/* Seals and opens the frames of a segment with libsodium. Promises that a record which opens is the very one
 * that was sealed for this place; says nothing of why another does not. */
#include "io/spool_frame.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define MAGIC         "pulssi spool 1\n" /* 16 bytes with its terminator; the digit is the version */
#define AT_KEY_CHECK  32
#define AT_CHECKSUM   48
#define AT_INDEX      16
#define AT_BYTES      20
#define AT_NONCE      24
#define AT_HEAD_CHECK 48
#define CHECK_BYTES   16
#define ASSOCIATED    AT_BYTES /* bytes of the head that are authenticated with the record: id and index */
#define SEAL_BYTES    crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEYS_CONTEXT  "pulspool"

_Static_assert(sizeof MAGIC == SPOOL_ID_BYTES, "header");
_Static_assert(AT_CHECKSUM + CHECK_BYTES == SPOOL_HEADER_BYTES, "header");
_Static_assert(AT_NONCE + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == AT_HEAD_CHECK, "head");
_Static_assert(AT_HEAD_CHECK + crypto_shorthash_BYTES == SPOOL_HEAD_BYTES, "head");
_Static_assert(SPOOL_HEAD_BYTES + SEAL_BYTES == SPOOL_OVERHEAD_BYTES, "frame");
_Static_assert(SPOOL_KEY_BYTES == crypto_kdf_KEYBYTES, "key");
_Static_assert(sizeof KEYS_CONTEXT == crypto_kdf_CONTEXTBYTES + 1, "context");
_Static_assert(sizeof(((struct spool_keys *)0)->record) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "key");
_Static_assert(sizeof(((struct spool_keys *)0)->head) == crypto_shorthash_KEYBYTES, "key");
_Static_assert(sizeof(((struct spool_keys *)0)->check) == crypto_generichash_KEYBYTES, "key");

static void number_put(unsigned char out[4], uint32_t number);
static uint32_t number_get(const unsigned char bytes[4]);

void spool_keys_derive(struct spool_keys *keys_out, const unsigned char key[SPOOL_KEY_BYTES])
{
    crypto_kdf_derive_from_key(keys_out->record, sizeof keys_out->record, 1, KEYS_CONTEXT, key);
    crypto_kdf_derive_from_key(keys_out->head, sizeof keys_out->head, 2, KEYS_CONTEXT, key);
    crypto_kdf_derive_from_key(keys_out->check, sizeof keys_out->check, 3, KEYS_CONTEXT, key);
}

void spool_keys_clear(struct spool_keys *keys)
{
    sodium_memzero(keys, sizeof *keys);
}

/* --- the header --- */

void spool_header_add(struct text *out, const struct spool_keys *keys, unsigned char id_out[SPOOL_ID_BYTES])
{
    unsigned char header[SPOOL_HEADER_BYTES];
    randombytes_buf(id_out, SPOOL_ID_BYTES);
    memcpy(header, MAGIC, sizeof MAGIC);
    memcpy(header + sizeof MAGIC, id_out, SPOOL_ID_BYTES);
    crypto_generichash(header + AT_KEY_CHECK, CHECK_BYTES, header, AT_KEY_CHECK, keys->check,
                       sizeof keys->check);
    crypto_generichash(header + AT_CHECKSUM, CHECK_BYTES, header, AT_CHECKSUM, NULL, 0);
    text_add_bytes(out, header, sizeof header);
}

enum spool_header spool_header_read(const unsigned char bytes[SPOOL_HEADER_BYTES],
                                    const struct spool_keys *keys, unsigned char id_out[SPOOL_ID_BYTES])
{
    unsigned char expected[CHECK_BYTES];
    crypto_generichash(expected, sizeof expected, bytes, AT_CHECKSUM, NULL, 0);
    if (memcmp(bytes, MAGIC, sizeof MAGIC) != 0 ||
        sodium_memcmp(bytes + AT_CHECKSUM, expected, CHECK_BYTES) != 0)
        return SPOOL_HEADER_DAMAGED;
    crypto_generichash(expected, sizeof expected, bytes, AT_KEY_CHECK, keys->check, sizeof keys->check);
    if (sodium_memcmp(bytes + AT_KEY_CHECK, expected, CHECK_BYTES) != 0)
        return SPOOL_HEADER_OTHER_KEY;
    memcpy(id_out, bytes + sizeof MAGIC, SPOOL_ID_BYTES);
    return SPOOL_HEADER_GOOD;
}

bool spool_header_begins(const unsigned char *bytes, size_t bytes_count)
{
    size_t compared = bytes_count < sizeof MAGIC ? bytes_count : sizeof MAGIC;
    return memcmp(bytes, MAGIC, compared) == 0;
}

/* --- a frame --- */

static void head_check(unsigned char out[crypto_shorthash_BYTES], const unsigned char *head,
                       const struct spool_keys *keys)
{
    crypto_shorthash(out, head, AT_HEAD_CHECK, keys->head);
}

void spool_frame_add(struct text *out, const struct spool_keys *keys, const unsigned char id[SPOOL_ID_BYTES],
                     uint32_t index, const void *record, size_t bytes)
{
    unsigned char head[SPOOL_HEAD_BYTES], seal[SEAL_BYTES];
    assert(bytes <= SPOOL_RECORD_BYTES_MAX);
    memcpy(head, id, SPOOL_ID_BYTES);
    number_put(head + AT_INDEX, index);
    number_put(head + AT_BYTES, (uint32_t)bytes);
    randombytes_buf(head + AT_NONCE, AT_HEAD_CHECK - AT_NONCE);
    head_check(head + AT_HEAD_CHECK, head, keys);
    text_add_bytes(out, head, sizeof head);
    text_add_bytes(out, record, bytes);
    /* In place: the copy just made is replaced by what it is sealed to. */
    unsigned char *copy = (unsigned char *)out->chars + out->bytes - bytes;
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(copy, seal, NULL, copy, bytes, head, ASSOCIATED, NULL,
                                                        head + AT_NONCE, keys->record);
    text_add_bytes(out, seal, sizeof seal);
}

bool spool_head_read(const unsigned char bytes[SPOOL_HEAD_BYTES], const struct spool_keys *keys,
                     const unsigned char *id, struct spool_head *head_out)
{
    unsigned char expected[crypto_shorthash_BYTES];
    if (id != NULL && memcmp(bytes, id, SPOOL_ID_BYTES) != 0)
        return false;
    size_t record_bytes = number_get(bytes + AT_BYTES);
    if (record_bytes > SPOOL_RECORD_BYTES_MAX)
        return false;
    head_check(expected, bytes, keys);
    if (sodium_memcmp(bytes + AT_HEAD_CHECK, expected, sizeof expected) != 0)
        return false;
    memcpy(head_out->id, bytes, SPOOL_ID_BYTES);
    head_out->index = number_get(bytes + AT_INDEX);
    head_out->record_bytes = record_bytes;
    head_out->frame_bytes = record_bytes + SPOOL_OVERHEAD_BYTES;
    return true;
}

bool spool_frame_open(const unsigned char *frame, const struct spool_keys *keys,
                      const struct spool_head *head, struct text *record_out)
{
    const unsigned char *sealed = frame + SPOOL_HEAD_BYTES;
    unsigned char *plain = NULL; /* libsodium then only checks */
    if (record_out != NULL) {
        text_clear(record_out);
        text_add_bytes(record_out, sealed, head->record_bytes);
        plain = (unsigned char *)record_out->chars;
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(plain, NULL, sealed, head->record_bytes,
                                                            sealed + head->record_bytes, frame, ASSOCIATED,
                                                            frame + AT_NONCE, keys->record) == 0)
        return true;
    if (record_out != NULL)
        text_clear(record_out);
    return false;
}

static void number_put(unsigned char out[4], uint32_t number)
{
    for (int at = 0; at < 4; at++)
        out[at] = (unsigned char)(number >> (8 * at));
}

static uint32_t number_get(const unsigned char bytes[4])
{
    uint32_t number = 0;
    for (int at = 0; at < 4; at++)
        number |= (uint32_t)bytes[at] << (8 * at);
    return number;
}
