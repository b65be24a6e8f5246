/* The judge's own statistics, by plain sums; shares nothing with the service's. */
#ifndef SIMULATOR_STATISTICS_H
#define SIMULATOR_STATISTICS_H

#include <stdint.h>

/* P(Bin(n, p) ≥ x) as the sum of its terms, 0 < p < 1; 1 when x ≤ 0. */
double statistics_tail(int64_t x, int64_t n, double p);

/* Wilson score interval at 95 %, n ≥ 1 (Wilson 1927): the roots of (p̂ - p)² = z² p (1 - p) / n. */
void statistics_wilson(int64_t x, int64_t n, double *low_out, double *high_out);

#endif
