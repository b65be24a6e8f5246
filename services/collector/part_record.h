/* A part of a long reply as a record of a spool: one line of text, then five pieces, each ended by a NUL byte:
 *
 *   "pulssi-part 1 RECEIVED_MS KEPT_MS PART PARTS\n" gateway, sender, receiver, what the parts have in common, text */
#ifndef COLLECTOR_PART_RECORD_H
#define COLLECTOR_PART_RECORD_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define PARTS_MAX           32 /* of one reply */
#define PART_TEXT_BYTES_MAX 1280

struct part_record {
    int64_t received_ms; /* domain */
    int64_t kept_ms;     /* wall */
    int part, parts;     /* 1.. of 2..PARTS_MAX */
    const char *gateway, *from, *to, *ref, *text;
};

/* Appends the record. */
void part_record_encode(const struct part_record *part, struct text *record);

/* Reads a record, whose pieces the part borrows. False when it is no such record. */
bool part_record_decode(const struct text *record, struct part_record *part_out) MUST_CHECK;

#endif
