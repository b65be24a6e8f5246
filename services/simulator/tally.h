/* What each pulse may count as, and the sums of that by pilot and week: the judge's own counters. Where
 * exchanges overlapped in time more than one value is right, so every sum is a range; without faults both
 * ends are the same. */
#ifndef SIMULATOR_TALLY_H
#define SIMULATOR_TALLY_H

#include "simulator/evidence.h"

enum tally_coding { TALLY_POSITIVE, TALLY_NEUTRAL, TALLY_NEGATIVE }; /* values 4-5, 3, 1-2 */
#define TALLY_CODINGS 3

struct range {
    int64_t low, high;
};

/* One pilot and week, or a sum of them. */
struct tally {
    int64_t asked;    /* pulses handed over */
    int64_t accepted; /* of these */
    int64_t told;     /* … whose acceptance was written to the dispatcher or is proven by a webhook */
    int64_t proven;   /* … by a webhook */
    struct range answers;
    struct range codings[TALLY_CODINGS];
};

struct tallies {
    int64_t first_week;
    size_t weeks_count;
    size_t pilots_count;
    struct tally *cells;  /* pilot × week */
    int64_t answers;      /* pulses that may have a counted value */
    struct range optouts; /* people whose STOP is, or may be, in force */
};

/* Evidence whose order contradicts the rules (asked twice within a window, asked after STOP, a reply too near
 * the end of its window to be judged) becomes findings. */
void tallies_make(struct tallies *tallies_out, const struct evidence *evidence,
                  const struct scenario *scenario, struct findings *findings);

/* Sum of a pilot's weeks first..last, clipped to what there is. */
void tallies_sum(const struct tallies *tallies, size_t pilot, int64_t first_week, int64_t last_week,
                 struct tally *sum_out);

void tallies_free(struct tallies *tallies);

#endif
