/* What the benchmarks of dispatching share: a real dispatcher that hands over messages to a gateway of the benchmark's
 * own, and bare libcurl that posts to such a gateway what the dispatcher would post for one message each. Starts, ends
 * and judges no gateway. A step that does not work ends the program with its reason. */
#ifndef BENCH_DISPATCHING_H
#define BENCH_DISPATCHING_H

#include "report.h"
#include "stand.h"

struct dispatching {
    int64_t messages; /* in a run; holds the default */
    struct report report;
    struct text *bodies; /* of message n */
    struct stand stand;  /* of the present run */
    struct child dispatcher;
    struct report_meter meter;
};

/* Reads the options (stand_options) and starts the report. */
void dispatching_init(struct dispatching *bench, const char *name, int argc, char **argv,
                      const struct stand_option *options, size_t options_count);
/* Prints the report. */
void dispatching_finish(struct dispatching *bench);

/* Ours: a stand with all messages due some time after its clock; then a dispatcher that has the lane; then the clock
 * moves, and all are accepted. The caller ends the dispatcher and closes the stand. */
void dispatching_open(struct dispatching *bench);
void dispatching_start(struct dispatching *bench, int gateway_port);
void dispatching_run(struct dispatching *bench, pid_t gateway);
/* What it cost; key and label of the gateway's CPU are literals. */
void dispatching_report(struct dispatching *bench, int run, const char *gateway_key,
                        const char *gateway_label);

/* Bare: a stand without messages, and libcurl in this process. The caller closes the stand. */
void dispatching_open_bare(struct dispatching *bench);
void dispatching_run_bare(struct dispatching *bench, int gateway_port, pid_t gateway);
void dispatching_report_bare(struct dispatching *bench, int run, const char *gateway_key,
                             const char *gateway_label);

#endif
