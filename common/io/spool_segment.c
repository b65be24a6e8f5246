/* The files of a spool. Promises that what a commit answered true for is on disk, and that what it answered
 * false for is taken out of the file again; never writes to a file that was there before. */
#include "io/spool_segment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static bool segment_make(struct spool_segment *segment, const struct spool_folder *folder);
static bool segment_write(const struct spool_segment *segment);
static void segment_take_back(struct spool_segment *segment, const struct spool_folder *folder, bool made);
static bool read_all(int descriptor, unsigned char *bytes, size_t bytes_count, int64_t at);

struct spool_segment *spool_segment_new(const struct spool_folder *folder, uint32_t number)
{
    struct spool_segment *segment = memory_zeroed(1, sizeof *segment);
    segment->number = number;
    segment->descriptor = -1;
    spool_header_add(&segment->staged, &folder->keys, segment->id);
    return segment;
}

void spool_segment_free(struct spool_segment **segment)
{
    if (*segment == NULL)
        return;
    spool_segment_close(*segment);
    free((*segment)->places);
    free(*segment);
    *segment = NULL;
}

void spool_segment_close(struct spool_segment *segment)
{
    if (segment->descriptor >= 0)
        (void)close(segment->descriptor);
    segment->descriptor = -1;
    text_free(&segment->staged);
    segment->staged_count = 0;
}

void spool_segment_note(struct spool_segment *segment, size_t ordinal, int64_t place)
{
    if (ordinal == segment->capacity) {
        segment->capacity = segment->capacity > 0 ? 2 * segment->capacity : 16;
        segment->places = memory_resized(segment->places, segment->capacity, sizeof *segment->places);
    }
    segment->places[ordinal] = place;
}

/* --- writing --- */

void spool_segment_stage(struct spool_segment *segment, const struct spool_folder *folder, const void *record,
                         size_t bytes)
{
    spool_segment_note(segment, segment->count + segment->staged_count,
                       segment->bytes + (int64_t)segment->staged.bytes);
    spool_frame_add(&segment->staged, &folder->keys, segment->id, segment->next_index, record, bytes);
    segment->staged_count++;
    segment->next_index++;
}

bool spool_segment_commit(struct spool_segment *segment, const struct spool_folder *folder)
{
    bool made = segment->bytes == 0;
    if (made && !segment_make(segment, folder))
        return false;
    /* The name of a new file is on disk only when its folder is. */
    bool kept = segment_write(segment) && fdatasync(segment->descriptor) == 0 &&
                (!made || fsync(folder->descriptor) == 0);
    if (!kept) {
        int reason = errno;
        segment_take_back(segment, folder, made);
        errno = reason;
        return false;
    }
    segment->bytes += (int64_t)segment->staged.bytes;
    segment->count += segment->staged_count;
    segment->left += segment->staged_count;
    segment->staged_count = 0;
    text_clear(&segment->staged);
    return true;
}

static bool segment_make(struct spool_segment *segment, const struct spool_folder *folder)
{
    char name[SPOOL_NAME_SIZE];
    spool_name(name, segment->number, "spool");
    segment->descriptor = openat(folder->descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return segment->descriptor >= 0;
}

static bool segment_write(const struct spool_segment *segment)
{
    for (size_t done = 0; done < segment->staged.bytes;) {
        ssize_t count = pwrite(segment->descriptor, segment->staged.chars + done,
                               segment->staged.bytes - done, segment->bytes + (int64_t)done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        done += (size_t)count;
    }
    return true;
}

/* Whole records of a refused batch may be in the file: they go, and that too is synced, before anybody is told
 * that they were not kept. */
static void segment_take_back(struct spool_segment *segment, const struct spool_folder *folder, bool made)
{
    char name[SPOOL_NAME_SIZE];
    bool taken_back;
    spool_name(name, segment->number, "spool");
    if (made)
        taken_back = unlinkat(folder->descriptor, name, 0) == 0 && fsync(folder->descriptor) == 0;
    else
        taken_back =
            ftruncate(segment->descriptor, segment->bytes) == 0 && fdatasync(segment->descriptor) == 0;
    if (!taken_back)
        log_error("spool %s/%s: cannot take back what could not be kept: %s; up to %zu refused records may "
                  "come out of it after a restart",
                  folder->path, name, strerror(errno), segment->staged_count);
    spool_segment_close(segment);
}

/* --- reading --- */

enum spool_read spool_segment_read(struct spool_segment *segment, const struct spool_folder *folder,
                                   size_t ordinal, struct text *record_out)
{
    unsigned char head_bytes[SPOOL_HEAD_BYTES];
    struct spool_head head;
    int64_t place = segment->places[ordinal];
    assert(ordinal < segment->count && place >= 0);
    if (segment->descriptor < 0) {
        char name[SPOOL_NAME_SIZE];
        spool_name(name, segment->number, "spool");
        segment->descriptor = openat(folder->descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (segment->descriptor < 0) {
            if (!segment->said_it_is_closed)
                log_error("spool %s/%s: cannot open: %s; its records wait", folder->path, name,
                          strerror(errno));
            segment->said_it_is_closed = true;
            return SPOOL_READ_NOT_NOW;
        }
    }
    if (!read_all(segment->descriptor, head_bytes, sizeof head_bytes, place) ||
        !spool_head_read(head_bytes, &folder->keys, segment->id, &head))
        return SPOOL_READ_DAMAGED;
    unsigned char *frame = memory_zeroed(head.frame_bytes, 1);
    bool opened = read_all(segment->descriptor, frame, head.frame_bytes, place) &&
                  spool_frame_open(frame, &folder->keys, &head, record_out);
    free(frame);
    return opened ? SPOOL_READ_GOOD : SPOOL_READ_DAMAGED;
}

static bool read_all(int descriptor, unsigned char *bytes, size_t bytes_count, int64_t at)
{
    for (size_t done = 0; done < bytes_count;) {
        ssize_t count = pread(descriptor, bytes + done, bytes_count - done, at + (int64_t)done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    return true;
}

/* --- the end --- */

void spool_segment_retire(struct spool_segment *segment, const struct spool_folder *folder)
{
    char name[SPOOL_NAME_SIZE];
    spool_segment_close(segment);
    if (segment->damaged) {
        spool_folder_keep_aside(folder, segment->number, "damaged");
        return;
    }
    /* Not synced: a file that comes back after a crash gives its records out once more, as a kill may. */
    spool_name(name, segment->number, "spool");
    if (unlinkat(folder->descriptor, name, 0) != 0)
        log_error("spool %s/%s: cannot delete: %s; its records come again after a restart", folder->path,
                  name, strerror(errno));
}
