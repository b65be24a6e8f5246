/* The bytes of a spool's segment: how a record is sealed, and how it is found again when bytes around it are
 * damaged. Pure but for random numbers; never touches a file.
 *
 *   segment = header, frame, frame, …                                         (numbers are little-endian)
 *   header  = magic and version 16 · id 16 · key check 16 · checksum 16
 *   frame   = id 16 · index 4 · record bytes 4 · nonce 24 · head check 8 · sealed record (its bytes + 16)
 *
 * The id is random, one a segment, and stands before each frame, so that a reader who lost his way finds the
 * next frame by it, and finds the id by the frames when the header is damaged. The head check (keyed) says that
 * the length can be believed: a last record that was cut off is told from one whose length was damaged. Each
 * record is sealed for itself (XChaCha20-Poly1305, a random nonce; the id and the index are authenticated with
 * it): a flipped bit costs one record, and none can be moved to another place. The checksum needs no key and
 * the key check does: so a wrong key is told from damage. */
#ifndef IO_SPOOL_FRAME_H
#define IO_SPOOL_FRAME_H

#include <stdint.h>

#include "base/text.h"
#include "io/spool.h"

#define SPOOL_ID_BYTES        16
#define SPOOL_HEADER_BYTES    64
#define SPOOL_HEAD_BYTES      56                      /* of a frame, before the sealed record */
#define SPOOL_OVERHEAD_BYTES  (SPOOL_HEAD_BYTES + 16) /* by which a frame is larger than its record */
#define SPOOL_FRAME_BYTES_MAX (SPOOL_RECORD_BYTES_MAX + SPOOL_OVERHEAD_BYTES)

/* Three keys from the spool's one, each for one use. */
struct spool_keys {
    unsigned char record[32], head[16], check[32];
};

void spool_keys_derive(struct spool_keys *keys_out, const unsigned char key[SPOOL_KEY_BYTES]);
void spool_keys_clear(struct spool_keys *keys);

enum spool_header {
    SPOOL_HEADER_GOOD,
    SPOOL_HEADER_OTHER_KEY,
    SPOOL_HEADER_DAMAGED,
};

/* Draws an id and appends the header of a segment that has it. */
void spool_header_add(struct text *out, const struct spool_keys *keys, unsigned char id_out[SPOOL_ID_BYTES]);

/* The id is set when the header is good. */
enum spool_header spool_header_read(const unsigned char bytes[SPOOL_HEADER_BYTES],
                                    const struct spool_keys *keys, unsigned char id_out[SPOOL_ID_BYTES]);

/* Whether a file of fewer bytes than a header is the beginning of one. */
bool spool_header_begins(const unsigned char *bytes, size_t bytes_count);

struct spool_head {
    unsigned char id[SPOOL_ID_BYTES];
    uint32_t index;      /* of the record in its segment, from 0 */
    size_t record_bytes; /* at most SPOOL_RECORD_BYTES_MAX */
    size_t frame_bytes;
};

void spool_frame_add(struct text *out, const struct spool_keys *keys, const unsigned char id[SPOOL_ID_BYTES],
                     uint32_t index, const void *record, size_t bytes);

/* True when a whole head of this key stands here; with an id (may be NULL) only one of that segment. */
bool spool_head_read(const unsigned char bytes[SPOOL_HEAD_BYTES], const struct spool_keys *keys,
                     const unsigned char *id, struct spool_head *head_out) MUST_CHECK;

/* Opens the whole frame of this head; false when it is not authentic. The record replaces what record_out
 * holds; NULL only looks whether it is authentic. */
bool spool_frame_open(const unsigned char *frame, const struct spool_keys *keys,
                      const struct spool_head *head, struct text *record_out) MUST_CHECK;

#endif
