/* Looks through a segment that an earlier process left: notes where each record begins that can be read, says
 * what could not. Reads the file through a window of bounded size; never changes it.
 *
 *   header ─► frame ─► frame ─► … ─► the end, clean or torn
 *                └─ not authentic: on by one byte at a time, to the next that is
 *
 * Torn is what a killed write leaves at the end: the beginning of the very frame that is due there, and then no
 * more file. Nobody was told that it is kept. Everything else that is no frame is damage. */
#include "io/spool_segment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW_BYTES     (2 * SPOOL_FRAME_BYTES_MAX)
#define UNREADABLE_BYTES 4096 /* skipped where the disk gives nothing */

struct recovery {
    const struct spool_keys *keys;
    struct spool_segment *segment;
    struct spool_loss *loss;
    int descriptor;
    bool id_known; /* from the header or, when that is damaged, from the first frame that is authentic */
    unsigned char *window;
    int64_t window_at; /* in the file */
    size_t window_bytes;
};

static bool recovery_open(struct recovery *recovery, const struct spool_folder *folder, struct error *error);
static void recovery_scan(struct recovery *recovery, int64_t at);
static int64_t recovery_start(struct recovery *recovery);
static bool recovery_frame(struct recovery *recovery, int64_t at, struct spool_head *head_out);
static bool recovery_is_torn(struct recovery *recovery, int64_t at);
static void recovery_lose(struct recovery *recovery, int64_t at, size_t records);
static size_t recovery_see(struct recovery *recovery, int64_t at, size_t wanted,
                           const unsigned char **bytes_out);

bool spool_segment_recover(const struct spool_folder *folder, uint32_t number,
                           struct spool_segment **segment_out, struct spool_loss *loss_out,
                           struct error *error)
{
    struct recovery recovery = {.keys = &folder->keys, .loss = loss_out, .descriptor = -1};
    recovery.segment = memory_zeroed(1, sizeof *recovery.segment);
    recovery.segment->number = number;
    recovery.segment->descriptor = -1;
    recovery.window = memory_zeroed(WINDOW_BYTES, 1);
    *loss_out = (struct spool_loss){0};
    bool opened = recovery_open(&recovery, folder, error);
    if (opened) {
        recovery_scan(&recovery, recovery_start(&recovery));
        recovery.segment->damaged = loss_out->damaged > 0;
        (void)close(recovery.descriptor);
    } else {
        spool_segment_free(&recovery.segment);
    }
    free(recovery.window);
    *segment_out = recovery.segment;
    return opened;
}

static bool recovery_open(struct recovery *recovery, const struct spool_folder *folder, struct error *error)
{
    char name[SPOOL_NAME_SIZE];
    struct stat status;
    spool_name(name, recovery->segment->number, "spool");
    recovery->descriptor = openat(folder->descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (recovery->descriptor >= 0 && fstat(recovery->descriptor, &status) == 0) {
        recovery->segment->bytes = status.st_size;
        return true;
    }
    error_set(error, "spool %s/%s: cannot read: %s", folder->path, name, strerror(errno));
    if (recovery->descriptor >= 0)
        (void)close(recovery->descriptor);
    return false;
}

/* Where the frames begin: behind the header, or anywhere when that is damaged, or nowhere at all. */
static int64_t recovery_start(struct recovery *recovery)
{
    const unsigned char *bytes;
    int64_t end = recovery->segment->bytes;
    size_t seen = recovery_see(recovery, 0, SPOOL_HEADER_BYTES, &bytes);
    if (seen < SPOOL_HEADER_BYTES) {
        if (spool_header_begins(bytes, seen))
            recovery->loss->torn_bytes = end;
        else
            recovery_lose(recovery, 0, 1);
        return end;
    }
    switch (spool_header_read(bytes, recovery->keys, recovery->segment->id)) {
    case SPOOL_HEADER_GOOD:
        recovery->id_known = true;
        return SPOOL_HEADER_BYTES;
    case SPOOL_HEADER_OTHER_KEY:
        recovery->loss->other_key = true;
        return end;
    case SPOOL_HEADER_DAMAGED:
        return 0;
    }
    assert(false);
    return end;
}

static void recovery_scan(struct recovery *recovery, int64_t at)
{
    struct spool_segment *segment = recovery->segment;
    struct spool_head head;
    while (at < segment->bytes) {
        int64_t begun_at = at;
        if (!recovery_frame(recovery, at, &head)) {
            if (recovery_is_torn(recovery, at)) {
                recovery->loss->torn_bytes = segment->bytes - at;
                return;
            }
            do
                at++;
            while (at < segment->bytes && !recovery_frame(recovery, at, &head));
        }
        if (at == segment->bytes) {
            recovery_lose(recovery, begun_at, 1);
            return;
        }
        /* The indexes tell how many are missing; between neighbours there was something that was no record. */
        if (head.index > segment->next_index)
            recovery_lose(recovery, begun_at, head.index - segment->next_index);
        else if (at > begun_at)
            recovery_lose(recovery, begun_at, 1);
        spool_segment_note(segment, segment->count++, at);
        segment->left++;
        segment->next_index = head.index + 1;
        at += (int64_t)head.frame_bytes;
    }
}

/* Whether a frame of this segment stands here, whole, authentic and not before one that was read. */
static bool recovery_frame(struct recovery *recovery, int64_t at, struct spool_head *head_out)
{
    struct spool_segment *segment = recovery->segment;
    const unsigned char *bytes;
    if (recovery_see(recovery, at, SPOOL_HEAD_BYTES, &bytes) < SPOOL_HEAD_BYTES ||
        !spool_head_read(bytes, recovery->keys, recovery->id_known ? segment->id : NULL, head_out) ||
        head_out->index < segment->next_index)
        return false;
    if (recovery_see(recovery, at, head_out->frame_bytes, &bytes) < head_out->frame_bytes ||
        !spool_frame_open(bytes, recovery->keys, head_out, NULL))
        return false;
    memcpy(segment->id, head_out->id, SPOOL_ID_BYTES);
    recovery->id_known = true;
    return true;
}

static bool recovery_is_torn(struct recovery *recovery, int64_t at)
{
    struct spool_segment *segment = recovery->segment;
    const unsigned char *bytes;
    struct spool_head head;
    size_t seen = recovery_see(recovery, at, SPOOL_HEAD_BYTES, &bytes);
    if (!recovery->id_known)
        return false;
    if (seen < SPOOL_HEAD_BYTES)
        return memcmp(bytes, segment->id, seen < SPOOL_ID_BYTES ? seen : SPOOL_ID_BYTES) == 0;
    return spool_head_read(bytes, recovery->keys, segment->id, &head) && head.index == segment->next_index &&
           at + (int64_t)head.frame_bytes > segment->bytes;
}

static void recovery_lose(struct recovery *recovery, int64_t at, size_t records)
{
    if (recovery->loss->damaged == 0)
        recovery->loss->damaged_at = at;
    recovery->loss->damaged += records;
}

/* How many of the wanted bytes the file has here; fewer only at its end. Places are asked for in rising order,
 * but for steps back to where the last window began. Where the disk cannot read, zeros stand, so that what lies
 * behind is still found. */
static size_t recovery_see(struct recovery *recovery, int64_t at, size_t wanted,
                           const unsigned char **bytes_out)
{
    assert(at >= recovery->window_at && wanted <= WINDOW_BYTES);
    int64_t end = recovery->segment->bytes;
    if ((int64_t)wanted > end - at)
        wanted = (size_t)(end - at);
    if (at + (int64_t)wanted > recovery->window_at + (int64_t)recovery->window_bytes) {
        recovery->window_at = at;
        recovery->window_bytes = 0;
    }
    while (recovery->window_bytes < wanted) {
        int64_t read_at = recovery->window_at + (int64_t)recovery->window_bytes;
        size_t room = WINDOW_BYTES - recovery->window_bytes;
        ssize_t count = pread(recovery->descriptor, recovery->window + recovery->window_bytes, room, read_at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            count = UNREADABLE_BYTES - read_at % UNREADABLE_BYTES;
            count = (size_t)count < room ? count : (ssize_t)room;
            memset(recovery->window + recovery->window_bytes, 0, (size_t)count);
        }
        recovery->window_bytes += (size_t)count;
    }
    *bytes_out = recovery->window + (at - recovery->window_at);
    return wanted;
}
