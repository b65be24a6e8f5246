/* Term by term: slow, obvious, and independent of the special functions it is compared with. */
#include "simulator/statistics.h"

#include <math.h>

#define Z 1.959963984540054

double statistics_tail(int64_t x, int64_t n, double p)
{
    double sum = 0;
    if (x <= 0)
        return 1;
    for (int64_t k = n; k >= x; k--) {
        double ways = lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
        sum += exp(ways + (double)k * log(p) + (double)(n - k) * log1p(-p));
    }
    return sum < 1 ? sum : 1;
}

/* (1 + z²/n) p² - (2p̂ + z²/n) p + p̂² = 0 */
void statistics_wilson(int64_t x, int64_t n, double *low_out, double *high_out)
{
    double share = (double)x / (double)n;
    double a = 1 + Z * Z / (double)n;
    double b = 2 * share + Z * Z / (double)n;
    double root = sqrt(fmax(0, b * b - 4 * a * share * share));
    *low_out = (b - root) / (2 * a);
    *high_out = (b + root) / (2 * a);
}
