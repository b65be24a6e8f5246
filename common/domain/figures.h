/* Statistics behind every figure; special functions from Boost.Math (one C++ file). Unrounded. */
#ifndef DOMAIN_FIGURES_H
#define DOMAIN_FIGURES_H

#include <stdint.h>

#define FIGURES_Z 1.959963984540054

/* Wilson score interval of x of n, 0 ≤ x ≤ n, n ≥ 1 (Wilson 1927). */
void wilson_interval(int64_t x, int64_t n, double *lo_out, double *hi_out);

/* P(Bin(n, p) ≥ x), 0 < p < 1; 1 when x = 0. Upper tail by the regularised incomplete beta function. */
double binomial_upper_tail(int64_t x, int64_t n, double p);

#endif
