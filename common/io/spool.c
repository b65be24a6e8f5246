/* The queue over the segments: who waits to be written, what is given out next, which segment may go.
 *
 *   append ─► waiting ─(timer, once a turn)─► flush: stage and commit, segment by segment ─► answer each
 *   take ─► reads at the cursor ─► done ─► the last of a segment: the file goes
 *
 * Promises that answers come from the loop in the order of the appends (spool_close apart), and that a segment
 * in the list has a record that is not done. Never writes to a segment that it found in the folder. */
#include "io/spool.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/spool_segment.h"

struct append {
    struct append *next;
    spool_callback callback;
    void *context;
    size_t bytes;
    bool kept;
    unsigned char record[];
};

struct spool {
    struct spool_folder folder;
    int64_t bytes_max, segment_bytes_max, bytes;
    size_t count, damaged;
    struct loop_timer *timer;
    struct append *waiting, **waiting_end;
    struct spool_segment *oldest, *newest;
    struct spool_segment *current; /* the newest, while it is written to; NULL: the next commit makes one */
    uint32_t number_last;
    struct spool_segment *cursor; /* takes go on here; NULL: with the segment that comes next */
    size_t cursor_at;
    bool refusing; /* the log knows */
};

static bool spool_find_segments(struct spool *spool, struct error *error);
static bool spool_recover(struct spool *spool, uint32_t number, struct error *error);
static void spool_on_turn(void *context);
static struct append *spool_flush(struct spool *spool, struct append *first);
static void spool_commit(struct spool *spool, struct spool_segment *segment, struct append *first,
                         const struct append *end);
static void spool_roll(struct spool *spool);
static void spool_answer(struct spool *spool, struct append *appends);
static void spool_look_for_relief(struct spool *spool, const struct append *batch);
static void spool_move_cursor(struct spool *spool, struct spool_segment *segment);
static void spool_lose(struct spool *spool, struct spool_segment *segment, size_t ordinal);
static void spool_list(struct spool *spool, struct spool_segment *segment);
static void spool_settle(struct spool *spool, struct spool_segment *segment, size_t ordinal);
static void spool_retire(struct spool *spool, struct spool_segment *segment);
static void spool_refuse(struct spool *spool, const char *why);

/* --- opening: the lock, then every segment there is --- */

struct spool *spool_open(struct loop *loop, const struct spool_options *options, struct error *error)
{
    struct spool *spool = memory_zeroed(1, sizeof *spool);
    assert(options->bytes_max > 0 && options->segment_bytes_max > 0);
    spool->bytes_max = options->bytes_max;
    spool->segment_bytes_max = options->segment_bytes_max;
    spool->waiting_end = &spool->waiting;
    spool->timer = loop_timer_new(loop, spool_on_turn, spool);
    if (!spool_folder_open(&spool->folder, options, error) || !spool_find_segments(spool, error))
        spool_close(&spool);
    return spool;
}

static bool spool_find_segments(struct spool *spool, struct error *error)
{
    uint32_t *numbers;
    size_t count;
    if (!spool_folder_list(&spool->folder, &numbers, &count, &spool->number_last, error))
        return false;
    bool done = true;
    for (size_t at = 0; done && at < count; at++)
        done = spool_recover(spool, numbers[at], error);
    free(numbers);
    return done;
}

static bool spool_recover(struct spool *spool, uint32_t number, struct error *error)
{
    struct spool_segment *segment;
    struct spool_loss loss;
    if (!spool_segment_recover(&spool->folder, number, &segment, &loss, error))
        return false;
    const char *path = spool->folder.path;
    if (loss.other_key) {
        log_error("spool %s/%08" PRIu32 ".spool was written with another key: kept aside as %08" PRIu32
                  ".other-key; to save it put that key back, rename it to .spool and start again",
                  path, number, number);
        spool->damaged++;
        spool_folder_keep_aside(&spool->folder, number, "other-key");
        spool_segment_free(&segment);
        return true;
    }
    if (loss.torn_bytes > 0)
        log_info("spool %s/%08" PRIu32 ".spool: the last write was cut off and nobody was told it is kept: "
                 "%" PRId64 " bytes dropped",
                 path, number, loss.torn_bytes);
    if (loss.damaged > 0)
        log_error("spool %s/%08" PRIu32 ".spool is damaged from byte %" PRId64
                  ": %zu lost, %zu records saved; "
                  "kept aside as %08" PRIu32 ".damaged when they are done",
                  path, number, loss.damaged_at, loss.damaged, segment->left, number);
    spool->damaged += loss.damaged;
    spool->bytes += segment->bytes;
    spool->count += segment->left;
    spool_list(spool, segment);
    if (segment->left == 0)
        spool_retire(spool, segment);
    return true;
}

void spool_close(struct spool **spool_at)
{
    struct spool *spool = *spool_at;
    if (spool == NULL)
        return;
    struct append *waiting = spool->waiting;
    spool->waiting = NULL;
    spool->waiting_end = &spool->waiting;
    spool_answer(spool, waiting);
    assert(spool->waiting == NULL); /* nothing may be appended from those answers */
    while (spool->oldest != NULL) {
        struct spool_segment *segment = spool->oldest;
        spool->oldest = segment->next;
        spool_segment_free(&segment);
    }
    loop_timer_free(&spool->timer);
    spool_folder_clear(&spool->folder);
    free(spool);
    *spool_at = NULL;
}

/* --- appending: all of a turn with one sync a segment --- */

void spool_append(struct spool *spool, const void *record, size_t bytes, spool_callback callback,
                  void *context)
{
    /* What is too large is refused with the others, so its bytes are not worth a copy. */
    size_t copied = bytes <= SPOOL_RECORD_BYTES_MAX ? bytes : 0;
    struct append *append = memory_zeroed(1, sizeof *append + copied);
    append->callback = callback;
    append->context = context;
    append->bytes = bytes;
    if (copied > 0)
        memcpy(append->record, record, copied);
    if (spool->waiting == NULL)
        loop_timer_arm(spool->timer, 0);
    *spool->waiting_end = append;
    spool->waiting_end = &append->next;
    spool->count++;
}

static void spool_on_turn(void *context)
{
    struct spool *spool = context;
    struct append *batch = spool->waiting;
    spool->waiting = NULL;
    spool->waiting_end = &spool->waiting;
    for (struct append *first = batch; first != NULL;)
        first = spool_flush(spool, first);
    spool_look_for_relief(spool, batch);
    spool_answer(spool, batch);
}

static bool spool_has_room(struct spool *spool, const struct spool_segment *segment, size_t bytes)
{
    int64_t staged = (int64_t)(segment->staged.bytes + SPOOL_OVERHEAD_BYTES + bytes);
    if (bytes > SPOOL_RECORD_BYTES_MAX)
        spool_refuse(spool, "a record is larger than any may be");
    else if (spool->bytes + staged > spool->bytes_max)
        spool_refuse(spool, "it is full");
    else
        return true;
    return false;
}

/* Writes as many as the current segment takes, with one sync, and marks those that are kept; answers with the
 * first of the rest, or NULL. */
static struct append *spool_flush(struct spool *spool, struct append *first)
{
    struct append *append = first;
    spool_roll(spool);
    assert(spool->number_last < UINT32_MAX);
    struct spool_segment *segment = spool->current;
    if (segment == NULL)
        segment = spool_segment_new(&spool->folder, spool->number_last + 1);
    for (; append != NULL; append = append->next) {
        if (segment->staged_count > 0 &&
            segment->bytes + (int64_t)segment->staged.bytes >= spool->segment_bytes_max)
            break;
        append->kept = spool_has_room(spool, segment, append->bytes);
        if (append->kept)
            spool_segment_stage(segment, &spool->folder, append->record, append->bytes);
    }
    if (segment->staged_count > 0)
        spool_commit(spool, segment, first, append);
    else if (spool->current == NULL)
        spool_segment_free(&segment);
    return append;
}

static void spool_commit(struct spool *spool, struct spool_segment *segment, struct append *first,
                         const struct append *end)
{
    bool is_new = spool->current == NULL;
    int64_t bytes_before = segment->bytes;
    if (spool_segment_commit(segment, &spool->folder)) {
        spool->bytes += segment->bytes - bytes_before;
        spool->number_last = segment->number;
        spool->current = segment;
        if (is_new)
            spool_list(spool, segment);
        return;
    }
    if (errno == EEXIST) /* a file that somebody put there meanwhile: its number is passed over */
        spool->number_last++;
    spool_refuse(spool, strerror(errno));
    for (struct append *append = first; append != end; append = append->next)
        append->kept = false;
    /* What the segment has stays in the list; what comes next goes to a new one. */
    spool->current = NULL;
    if (is_new)
        spool_segment_free(&segment);
}

/* A full segment is written to no more. */
static void spool_roll(struct spool *spool)
{
    if (spool->current == NULL || spool->current->bytes < spool->segment_bytes_max)
        return;
    spool_segment_close(spool->current);
    spool->current = NULL;
}

static void spool_answer(struct spool *spool, struct append *appends)
{
    while (appends != NULL) {
        struct append *append = appends;
        appends = append->next;
        if (!append->kept)
            spool->count--;
        append->callback(append->context, append->kept);
        free(append);
    }
}

/* Once, until a whole turn was kept again: a full disk must not fill the log. */
static void spool_refuse(struct spool *spool, const char *why)
{
    if (!spool->refusing)
        log_error("spool %s: cannot keep what arrives: %s; it is refused until there is room",
                  spool->folder.path, why);
    spool->refusing = true;
}

static void spool_look_for_relief(struct spool *spool, const struct append *batch)
{
    for (; batch != NULL; batch = batch->next) {
        if (!batch->kept)
            return;
    }
    if (spool->refusing)
        log_info("spool %s: keeps what arrives again", spool->folder.path);
    spool->refusing = false;
}

/* --- taking, in order; done, in any order --- */

bool spool_take(struct spool *spool, struct text *record_out, uint64_t *ticket_out)
{
    text_clear(record_out);
    while (spool->cursor != NULL) {
        struct spool_segment *segment = spool->cursor;
        if (spool->cursor_at == segment->count) {
            if (segment->next == NULL)
                return false;
            spool_move_cursor(spool, segment->next);
            continue;
        }
        size_t ordinal = spool->cursor_at;
        if (segment->places[ordinal] < 0) {
            spool->cursor_at++;
            continue;
        }
        switch (spool_segment_read(segment, &spool->folder, ordinal, record_out)) {
        case SPOOL_READ_GOOD:
            spool->cursor_at++;
            *ticket_out = (uint64_t)segment->number << 32 | ordinal;
            return true;
        case SPOOL_READ_NOT_NOW:
            return false;
        case SPOOL_READ_DAMAGED:
            spool_lose(spool, segment, ordinal);
            break;
        }
    }
    return false;
}

/* A record that was taken twice, after a rewind, may be done already, and its segment gone. */
void spool_done(struct spool *spool, uint64_t ticket)
{
    struct spool_segment *segment = spool->oldest;
    size_t ordinal = (size_t)(ticket & UINT32_MAX);
    while (segment != NULL && segment->number != ticket >> 32)
        segment = segment->next;
    if (segment == NULL)
        return;
    assert(ordinal < segment->count);
    if (segment->places[ordinal] >= 0)
        spool_settle(spool, segment, ordinal);
}

void spool_rewind(struct spool *spool)
{
    spool_move_cursor(spool, spool->oldest);
}

size_t spool_count(const struct spool *spool)
{
    return spool->count;
}

int64_t spool_bytes(const struct spool *spool)
{
    return spool->bytes;
}

size_t spool_damaged(const struct spool *spool)
{
    return spool->damaged;
}

/* Descriptors stay open only where records are written or read. */
static void spool_move_cursor(struct spool *spool, struct spool_segment *segment)
{
    if (spool->cursor != NULL && spool->cursor != spool->current)
        spool_segment_close(spool->cursor);
    spool->cursor = segment;
    spool->cursor_at = 0;
}

/* The record was whole when it was kept or found, and cannot be read now. */
static void spool_lose(struct spool *spool, struct spool_segment *segment, size_t ordinal)
{
    log_error("spool %s/%08" PRIu32 ".spool is damaged at byte %" PRId64 ": one record lost; kept aside as "
              "%08" PRIu32 ".damaged when its others are done",
              spool->folder.path, segment->number, segment->places[ordinal], segment->number);
    spool->damaged++;
    segment->damaged = true;
    spool_settle(spool, segment, ordinal);
}

static void spool_settle(struct spool *spool, struct spool_segment *segment, size_t ordinal)
{
    segment->places[ordinal] = -1;
    segment->left--;
    spool->count--;
    if (segment->left == 0)
        spool_retire(spool, segment);
}

static void spool_list(struct spool *spool, struct spool_segment *segment)
{
    if (spool->newest != NULL)
        spool->newest->next = segment;
    else
        spool->oldest = segment;
    spool->newest = segment;
    if (spool->cursor == NULL)
        spool_move_cursor(spool, segment);
}

static void spool_retire(struct spool *spool, struct spool_segment *segment)
{
    struct spool_segment *before = NULL;
    for (struct spool_segment *other = spool->oldest; other != segment; other = other->next)
        before = other;
    if (before != NULL)
        before->next = segment->next;
    else
        spool->oldest = segment->next;
    if (spool->newest == segment)
        spool->newest = before;
    if (spool->current == segment)
        spool->current = NULL;
    if (spool->cursor == segment) {
        spool->cursor = segment->next;
        spool->cursor_at = 0;
    }
    spool->bytes -= segment->bytes;
    spool_segment_retire(segment, &spool->folder);
    spool_segment_free(&segment);
}
