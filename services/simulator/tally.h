/* What each pulse may count as, and the sums of that by question, pilot and week: the judge's own counters. Where
 * exchanges overlapped in time more than one value is right, so every sum is a range; without faults both
 * ends are the same. */
#ifndef SIMULATOR_TALLY_H
#define SIMULATOR_TALLY_H

#include "simulator/places.h"

struct range {
    int64_t low, high;
};

/* One counted question, pilot and week, or a sum of them. */
struct tally {
    int64_t asked;    /* pulses handed over */
    int64_t accepted; /* of these */
    int64_t told;     /* … whose acceptance was written to the dispatcher or is proven by a webhook */
    int64_t proven;   /* … by a webhook */
    struct range answers;
    struct range feelings[FEELINGS];
};

struct tallies {
    int64_t first_week;
    size_t weeks_count;
    size_t pilots_count;
    size_t questions_count;
    struct tally *cells;  /* question × pilot × week */
    int64_t answers;      /* pulses that may have a counted value */
    struct range optouts; /* how often STOP took force, or may have */
};

/* Evidence whose order contradicts the rules (asked twice within a window, asked after STOP, a reply too near
 * the end of its window to be judged) becomes findings. */
void tallies_make(struct tallies *tallies_out, const struct evidence *evidence,
                  const struct scenario *scenario, struct findings *findings);

/* Sum of a question's weeks first..last in a pilot, clipped to what there is. */
void tallies_sum(const struct tallies *tallies, size_t question, size_t pilot, int64_t first_week,
                 int64_t last_week, struct tally *sum_out);

/* What a pulse may count as for a question: a bit for each value, and one for none; at least one bit. */
#define OUTCOME_OF(value) (1U << (value))
#define OUTCOME_NONE      (1U << ANSWER_VALUES)
unsigned pulse_outcomes(const struct person_evidence *person, const struct pulse *pulse, int question);

void tallies_free(struct tallies *tallies);

#endif
