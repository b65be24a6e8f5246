/* Special functions of the figures. The only file that knows Boost.Math; plain C linkage and plain numbers.
 */
extern "C" {
#include "domain/figures.h"
}

#include <cassert>

#include <boost/math/special_functions/beta.hpp>

/* P(X >= x) = I_p(x, n - x + 1), the regularised incomplete beta function (DLMF 8.17.5). Boost works with
 * whichever of I and 1 - I is small, so a tiny tail keeps its digits. */
extern "C" double binomial_upper_tail(int64_t x, int64_t n, double p)
{
    assert(x <= n && p > 0.0 && p < 1.0);
    if (x <= 0)
        return 1.0;
    return boost::math::ibeta(static_cast<double>(x), static_cast<double>(n - x + 1), p);
}
