/* The books: does everything that was counted agree with everything that was logged and with the lists? A
 * snapshot of the counts at one instant, the answer log replayed to that instant, and a comparison of both.
 * Published weeks must also be as their checkpoints say; one whose rows are no longer kept is taken from its
 * checkpoint. Blocking. */
#ifndef STORE_BOOKS_H
#define STORE_BOOKS_H

#include "base/text.h"
#include "io/redis.h"
#include "store/sums.h"

struct books {
    struct sums counts; /* m:STATE, p:DISPOSITION, x:EVENT, h:HELD… folded */
    int64_t log_rows;   /* replayed */
    int64_t differences;
    struct text report; /* a line a difference, at most 20 */

    int64_t weeks_verified;      /* their log, counters and figures are those of their checkpoints */
    int64_t weeks_unproven;      /* published, without a checkpoint yet */
    struct sums weeks_differing; /* their names, in order; each is one of the differences, too */
};

/* False when Redis could not be read. Whether the books balance is `differences == 0`. */
bool books_check(struct redis_link *link, const char *org, struct books *books_out,
                 struct error *error) MUST_CHECK;
/* The counts alone, folded; nothing is replayed. The caller frees the sums. */
bool books_counts(struct redis_link *link, const char *org, struct sums *counts_out,
                  struct error *error) MUST_CHECK;
void books_free(struct books *books);

#endif
