/* A queue on our own disk, for what must not be lost while Redis cannot take it: encrypted records in segment
 * files, synced before anybody is told they are kept, taken out in the order they came in.
 *
 *   spool_append ─► written with others of the same turn, one fdatasync ─► callback (true: it is on disk)
 *   spool_take ─► … the caller does its work … ─► spool_done
 *
 * Promises: a record whose callback said true is given out by spool_take, after any kill, until spool_done was
 * called for it; opening again may give out once more those done ones that share a segment with one that is not,
 * never in another order. A torn last record, a flipped bit, a segment of another key: named in the log, the
 * rest is given out, and the file is kept aside (a torn record was never kept: it is dropped). Never grows
 * beyond its limit, files kept aside not counted. Reads only what it wrote. Single-threaded; writes block the
 * loop for as long as the disk takes.
 *
 * Folder: NNNNNNNN.spool segments, oldest first; a segment goes when all its records are done. What could not
 * be read stays beside them as NNNNNNNN.damaged or NNNNNNNN.other-key: renamed back to .spool it is tried again.
 * The folder is locked: one process. */
#ifndef IO_SPOOL_H
#define IO_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "io/loop.h"

#define SPOOL_KEY_BYTES        32
#define SPOOL_RECORD_BYTES_MAX 262144

struct spool;

struct spool_options {
    const char *folder; /* made when missing, mode 0700 */
    unsigned char key[SPOOL_KEY_BYTES];
    int64_t bytes_max;         /* of all segments together; files kept aside are not counted */
    int64_t segment_bytes_max; /* after which a new segment begins: one record larger at most */
};

/* Opens the folder and looks through every segment there is. Damage is no error: it is logged and counted. NULL
 * when the folder or a segment cannot be opened, or another process has it. */
struct spool *spool_open(struct loop *loop, const struct spool_options *options,
                         struct error *error) MUST_CHECK;

/* Appends not yet synced end with false first, and nothing may be appended from those callbacks. Not from a
 * callback of this spool. */
void spool_close(struct spool **spool);

/* Copies the record. The callback runs from the loop, exactly once: true when the record is on disk, false when
 * it is larger than SPOOL_RECORD_BYTES_MAX, when there is no room (limit or disk) or the disk failed, and then
 * nothing of it will ever be given out. (But if the disk also refuses to take back what it took of it, which is
 * logged, and the process then ends before the others of its segment are done, it may be.) */
typedef void (*spool_callback)(void *context, bool kept);
void spool_append(struct spool *spool, const void *record, size_t bytes, spool_callback callback,
                  void *context);

/* Records kept or being written, and not done. */
size_t spool_count(const struct spool *spool);
int64_t spool_bytes(const struct spool *spool); /* on disk */
/* Records and segments that could not be read since the spool was opened; a damaged end of a segment, where
 * nobody can say how many there were, counts as one. */
size_t spool_damaged(const struct spool *spool);

/* The next record in order after the one taken last, into record_out (cleared first), with a ticket for
 * spool_done. False when there is none now, or when its file cannot be opened for the moment (logged once);
 * appended records can be taken once they are kept. */
bool spool_take(struct spool *spool, struct text *record_out, uint64_t *ticket_out);

/* This record's work is done for good, in any order of tickets; more than once is harmless. */
void spool_done(struct spool *spool, uint64_t ticket);

/* Takes begin again at the oldest record that is not done. */
void spool_rewind(struct spool *spool);

#endif
