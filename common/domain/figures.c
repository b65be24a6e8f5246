/* Statistics behind every figure, unrounded. Source: E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", JASA 22 (1927). */
#include "domain/figures.h"

#include <assert.h>
#include <math.h>

void wilson_interval(int64_t x, int64_t n, double *lo_out, double *hi_out)
{
    assert(n >= 1 && x >= 0 && x <= n);
    const double z2 = FIGURES_Z * FIGURES_Z;
    double count = (double)n;
    double share = (double)x / count;
    double centre = (share + z2 / (2 * count)) / (1 + z2 / count);
    double half = FIGURES_Z / (1 + z2 / count) * sqrt(share * (1 - share) / count + z2 / (4 * count * count));
    /* at the ends the limit is exact; rounding would leave it a hair outside */
    *lo_out = x == 0 ? 0.0 : centre - half;
    *hi_out = x == n ? 1.0 : centre + half;
}
