/* Figures of a running program in Prometheus' text exposition format, version 0.0.4.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ ("Text-based format"); names and units
 * as in https://prometheus.io/docs/practices/naming/ (base units, counters end in _total).
 *
 *   # HELP name one sentence
 *   # TYPE name counter|gauge|histogram
 *   name{label="value",…} number
 *
 * A family is begun once and its series follow it. Pure; names are literals of the program and are asserted,
 * values of labels may be anything that is UTF-8. Never holds a number, a text or an id of a person. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stdint.h>

#include "base/text.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* Zero-initialise but for `text`, which is borrowed and appended to. */
struct metrics {
    struct text *text;
    const char *name; /* of the family begun last */
    enum metric_type type;
};

/* Label pairs: METRICS_LABELS("org", org, "outcome", "accepted"); NULL where there are none. */
#define METRICS_LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Begins a family; `help` is one sentence. */
void metrics_begin(struct metrics *metrics, const char *name, enum metric_type type, const char *help);

/* A series of the family: a whole number, or a time given in ms and written in seconds. */
void metrics_count(struct metrics *metrics, const char *const *labels, int64_t value);
void metrics_seconds(struct metrics *metrics, const char *const *labels, int64_t value_ms);

/* One series for each word, 1 for the one that holds and 0 for the others: a state. `labels` may be NULL; the word is put
 * behind them under `label`. */
void metrics_state(struct metrics *metrics, const char *const *labels, const char *label,
                   const char *const *words, size_t words_count, size_t holds);

/* How long something took, counted into a few buckets. Zero-initialise. */
#define METRIC_LATENCY_BOUNDS 7
struct metric_latency {
    int64_t counts[METRIC_LATENCY_BOUNDS + 1]; /* of each bucket alone; the last is above every bound */
    int64_t sum_ms;
};
void metric_latency_add(struct metric_latency *latency, int64_t took_ms);
/* The series of a histogram. */
void metrics_latency(struct metrics *metrics, const char *const *labels,
                     const struct metric_latency *latency);

#endif
