/* The figures of a benchmark: each is measured once a run, and told as median (min–max) of all runs, as a
 * table and as one JSON line. Asserts no time. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

#define REPORT_RUNS        3
#define REPORT_FIGURES_MAX 24

struct report_figure {
    const char *key;   /* in the JSON line */
    const char *label; /* in the table */
    double runs[REPORT_RUNS];
};

struct report {
    const char *name;
    char labels[2][48];  /* of ours and bare, with the unit */
    struct text command; /* how to run it again */
    char redis_version[16];
    struct report_figure figures[REPORT_FIGURES_MAX];
    size_t figures_count;
};

/* Starts with the three figures of every benchmark: "ours", "bare" and "ratio". The unit follows the first two in the
 * table ("a second"); a literal. */
void report_start(struct report *report, const char *name, const char *unit);
/* The three of one run (0…): what we reach, what the bare limit in the same run is, and the one by the other.
 */
void report_set_ratio(struct report *report, int run, double ours, double bare);
/* Keeps another figure of one run; key and label are literals. */
void report_set(struct report *report, int run, const char *key, const char *label, double value);
/* Prints the table, then the JSON line, to standard output. */
void report_print(const struct report *report);
void report_free(struct report *report);

/* What some processes, and the rest of the machine, spent between two moments. */
#define METER_PROCESSES_MAX 4
struct report_meter {
    pid_t processes[METER_PROCESSES_MAX];
    size_t processes_count;
    int64_t cpu_ns[METER_PROCESSES_MAX]; /* of each with all its threads */
    int64_t machine_ns;                  /* of all cores, idle apart */
    int64_t elapsed_ns;
    double others_percent; /* of the machine's CPU time, neither idle nor ours: how far the figures can be
                              trusted */
};
/* Ends the program when a process is gone. */
void report_meter_start(struct report_meter *meter, const pid_t *processes, size_t processes_count);
void report_meter_stop(struct report_meter *meter);

/* Monotonic, ns. */
int64_t report_now_ns(void);

/* The value that so large a share (0…1) of the values do not exceed, nearest rank. Sorts the values; count
 * ≥ 1. */
int64_t report_percentile(int64_t *values, size_t count, double share);

/* Microseconds an operation. */
double report_us_each(int64_t ns, size_t operations);

#endif
