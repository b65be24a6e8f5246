/* A strict reader of what /metrics answers: text format 0.0.4 as base/metrics.h names it, and narrower where we promise more.
 * Every line is valid and ends, every family has its HELP and then its TYPE, once, before its series; no series
 * twice; counters end in _total and are not negative; buckets are cumulative and end in +Inf, which is the count. What is
 * otherwise fails the test with the line. */
#ifndef TESTS_EXPOSITION_H
#define TESTS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#define EXPOSITION_SERIES_MAX   1024
#define EXPOSITION_FAMILIES_MAX 128

struct exposition_series {
    const char *name; /* with its labels, as written: pulssi_x{org="varkaus"} */
    double value;
};

/* Zero-initialise. */
struct exposition {
    char *lines; /* a copy, cut into pieces */
    struct exposition_series series[EXPOSITION_SERIES_MAX];
    size_t series_count;
    const char *families[EXPOSITION_FAMILIES_MAX];
    size_t families_count;
};

/* Reads an answer's body; what was read before is gone. */
void exposition_read(struct exposition *exposition, const char *body);
void exposition_free(struct exposition *exposition);

bool exposition_has(const struct exposition *exposition, const char *series);
/* Fails the test when the series is not there. */
double exposition_value(const struct exposition *exposition, const char *series);

#endif
