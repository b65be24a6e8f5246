/* What every program tells of its own process: the standard process_* figures and pulssi_build_info.
 * Source of the names: https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 * Read from /proc/self; a figure that cannot be read is left out. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/metrics.h"

/* library = version of the function library, NULL where there is none. */
void process_metrics(struct metrics *metrics, const char *program, const char *library);

#endif
