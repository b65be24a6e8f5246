/* The state of a pilot's question, weekly: from counts to success, failure, no signal, too few. Pure.
 * First version: p ≤ .025, failure before success, both = failure and polarised; a phase is a question
 * version. */
#ifndef DOMAIN_SIGNALS_H
#define DOMAIN_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/disposition.h"

#define SIGNAL_WINDOW_WEEKS   8
#define SIGNAL_WINDOW_ANSWERS 60
#define SIGNAL_ANSWERS_MIN    10
#define SIGNAL_ADVANCE_MIN    5

enum signal_state { SIGNAL_TOO_FEW, SIGNAL_NONE, SIGNAL_SUCCESS, SIGNAL_FAILURE };
const char *signal_state_name(enum signal_state state); /* "too_few", "no_signal", "success", "failure" */

/* One closed week of one question of one pilot. */
struct period {
    int64_t week_index;
    int64_t frame; /* N */
    int64_t drawn, sent, delivered;
    int64_t positive, neutral, negative;
    struct response response;
};

struct signal {
    int64_t first_week, last_week; /* the window */
    struct period sums;            /* of the window; frame is the largest */
    int64_t answered;              /* n = P+U+G */
    double p_success, p_failure;
    double wilson_lo, wilson_hi; /* of the positive share; NaN when n = 0 */
    double rr1, rr2;
    enum signal_state state;
    bool polarised;
};

/* Weeks in ascending order without gaps beyond what is given, the last being the closing week. Takes the
 * closing week and whole earlier ones until n ≥ 60 or 8 weeks (by week index), then decides by goal and
 * ceiling. A target group under 10 never gets a state. */
void signal_compute(const struct period *weeks, size_t weeks_count, double goal, double ceiling,
                    struct signal *signal_out);

/* Whether a published window moves on: answers in weeks after `published_last_week` are at least 5 (or
 * nothing was published yet: pass published = false). Otherwise the last figure repeats with its date. */
bool signal_advances(const struct period *weeks, size_t weeks_count, bool published,
                     int64_t published_last_week);

#endif
