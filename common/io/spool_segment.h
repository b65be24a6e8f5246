/* One segment file of a spool: staged, written and synced, read record by record, put away. Knows where each of
 * its records begins (8 bytes of memory a record) and which are done; holds no record but while it is written.
 *
 *   new ─► stage, stage, … ─► commit ─► stage, … ─► commit ─► … ─► retire        (written by this process)
 *   recover ─► retire                                                             (found in the folder)
 */
#ifndef IO_SPOOL_SEGMENT_H
#define IO_SPOOL_SEGMENT_H

#include <stdint.h>

#include "base/error.h"
#include "io/spool_folder.h"

struct spool_segment {
    struct spool_segment *next; /* newer */
    uint32_t number;
    unsigned char id[SPOOL_ID_BYTES];
    int descriptor;  /* -1: closed for now */
    int64_t bytes;   /* of the file */
    int64_t *places; /* of each record that could be read, in order; -1 when it is done */
    size_t count, capacity;
    size_t left;         /* not done */
    uint32_t next_index; /* of the record staged next */
    struct text staged;  /* header and frames that are not in the file yet */
    size_t staged_count;
    bool damaged;           /* is to be kept aside, not deleted */
    bool said_it_is_closed; /* the log knows that it cannot be opened */
};

/* What a look through an old file found wanting. */
struct spool_loss {
    bool other_key;     /* nothing of it could be read */
    size_t damaged;     /* records, or places that were no records; a damaged end counts as one */
    int64_t damaged_at; /* the first such place */
    int64_t torn_bytes; /* of a last record that was cut off, and so never kept */
};

/* An empty segment; its file comes with the first commit. */
struct spool_segment *spool_segment_new(const struct spool_folder *folder, uint32_t number);
void spool_segment_free(struct spool_segment **segment);

/* Looks through a file and notes its records. False when it cannot be opened or measured; bytes that cannot be
 * read are damage. */
bool spool_segment_recover(const struct spool_folder *folder, uint32_t number,
                           struct spool_segment **segment_out, struct spool_loss *loss_out,
                           struct error *error) MUST_CHECK;

void spool_segment_stage(struct spool_segment *segment, const struct spool_folder *folder, const void *record,
                         size_t bytes);

/* Writes and syncs what is staged. False leaves errno, and the file as it was before (none when there was
 * none); the segment must not be staged to again. */
bool spool_segment_commit(struct spool_segment *segment, const struct spool_folder *folder) MUST_CHECK;

enum spool_read {
    SPOOL_READ_GOOD,
    SPOOL_READ_DAMAGED,
    SPOOL_READ_NOT_NOW, /* the file cannot be opened at present */
};

/* Reads the record at this place of the order; it must not be done. */
enum spool_read spool_segment_read(struct spool_segment *segment, const struct spool_folder *folder,
                                   size_t ordinal, struct text *record_out);

/* Closes the file until it is read again: it is not staged to any more. */
void spool_segment_close(struct spool_segment *segment);

/* Deletes the file, or keeps it aside when it is damaged. */
void spool_segment_retire(struct spool_segment *segment, const struct spool_folder *folder);

/* For the recovery. */
void spool_segment_note(struct spool_segment *segment, size_t ordinal, int64_t place);

#endif
