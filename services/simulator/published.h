/* What the service published, booked and keeps, as read from `pulssi signals --all --json`, `pulssi books --json`
 * and a count of its records. */
#ifndef SIMULATOR_PUBLISHED_H
#define SIMULATOR_PUBLISHED_H

#include <stddef.h>
#include <stdint.h>

#include "simulator/places.h"

/* One pilot's question in one week. */
struct published_unit {
    int64_t week; /* in which it was published: the closing week */
    char pilot[33];
    char question[81];
    int64_t first_week, last_week; /* the window */
    int64_t frame, drawn, sent, delivered;
    bool shows_figures; /* false: every figure below, down to p_failure, is null */
    int64_t answers, positive, neutral, negative;
    double rr1, response_rate, wilson_low, wilson_high, p_success, p_failure;
    char state[16];
    bool polarised;
};

struct published {
    char org[33];
    struct published_unit *units; /* by week, ascending */
    size_t units_count;
    int64_t *weeks; /* all published weeks, ascending, with or without units */
    size_t weeks_count;
};

/* False when the file is not of that form: weeks out of order, a member missing, figures half shown. */
bool published_read(struct published *published_out, const char *path, struct error *error) MUST_CHECK;
void published_free(struct published *published);

struct books {
    bool balanced;
    int64_t unknown, optouts;
    int64_t verdicts[VERDICTS]; /* replies, by what they were counted as */
    int64_t completed, partial; /* pulses of closed weeks */
};
bool books_read(struct books *books_out, const char *path, struct error *error) MUST_CHECK;

/* {"volunteers":n,"names":n,"words":n,"schedule_runs":n}: what the store holds at the end. */
struct records {
    int64_t volunteers, names, words, schedule_runs;
};
bool records_read(struct records *records_out, const char *path, struct error *error) MUST_CHECK;

#endif
