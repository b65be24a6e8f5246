/* Checkpoints: of each published week one record, written once, of what the answer log and the figures were when the last
 * link to a person was gone from the files of Redis. With it a later change of a week shows, also when the week's rows
 * are no longer kept. Blocking. */
#ifndef STORE_CHECKPOINTS_H
#define STORE_CHECKPOINTS_H

#include "base/digest.h"
#include "domain/calendar.h"
#include "store/answer_log.h"
#include "store/sums.h"

/* What the answer log says of one week. */
struct week_log {
    int64_t rows, first_id, last_id; /* ids 0 = no rows */
    struct sums pulses;              /* disposition → pulses; folded when read */
    char hash[DIGEST_SIZE];          /* of its rows with their ids, in order; "" while it is being read */
    struct digest *digest;           /* NULL when read */
};

struct checkpoint {
    char week[WEEK_SIZE];
    bool readable; /* false: only `week` holds */
    struct week_log log;
    int64_t answers; /* that count: of an answer that was replaced the last one */
    char counters_hash[DIGEST_SIZE];
    int64_t figures; /* published */
    char figures_hash[DIGEST_SIZE];
    int64_t rewritten_at_ms; /* domain: the append-only file was rewritten, after the last link went */
    int64_t rewritten_real_ms;
    bool trimmed; /* its rows leave the log, or have left it */
    bool trim_done;
};

/* From the log and the figures as they are, but for the two instants. The week is published: nothing is added to it any
 * more. The caller clears. */
bool checkpoint_make(struct redis_link *link, const char *org, const char *week,
                     struct checkpoint *checkpoint_out, struct error *error) MUST_CHECK;
void checkpoint_clear(struct checkpoint *checkpoint);

/* week_checkpoint: what is there stays. open_out: links are left, nothing was written. */
bool checkpoint_write(struct redis_link *link, const char *org, const struct checkpoint *checkpoint,
                      bool *open_out, struct error *error) MUST_CHECK;

/* All there are, by week; zero-initialise or clear before. */
struct checkpoints {
    struct checkpoint *items;
    size_t count;
};
bool checkpoints_load(struct redis_link *link, const char *org, struct checkpoints *checkpoints_out,
                      struct error *error) MUST_CHECK;
void checkpoints_free(struct checkpoints *checkpoints);
/* NULL when the week has none. */
struct checkpoint *checkpoints_find(const struct checkpoints *checkpoints, const char *week);

/* The log of a week, row by row: rows of other weeks must not be given. */
void week_log_take(struct week_log *log, const struct log_row *row);
void week_log_finish(struct week_log *log);
void week_log_free(struct week_log *log);

/* What is not as the checkpoint says: "" or words that follow "week W: ". `found` is the week's log as read, up to the
 * checkpoint's last id; NULL when its rows are trimmed. False when Redis could not be read. */
bool checkpoint_compare(struct redis_link *link, const char *org, const struct checkpoint *checkpoint,
                        const struct week_log *found, char problem_out[128], struct error *error) MUST_CHECK;

/* Goes on deleting the rows of a week from the log, a bounded step. done_out: all are gone. */
bool checkpoint_trim(struct redis_link *link, const char *org, const struct checkpoint *checkpoint,
                     int64_t *deleted_out, bool *done_out, struct error *error) MUST_CHECK;

#endif
