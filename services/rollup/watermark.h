/* Whether every reply that was received before an instant is in Redis: the collectors say so (store/collectors.h), and
 * no week closes before they have. */
#ifndef ROLLUP_WATERMARK_H
#define ROLLUP_WATERMARK_H

#include "io/redis.h"

/* Zero-initialise; one for each week that waits. */
struct watermark {
    int asked; /* looks in a row that did not find it passed */
};

enum watermark_step {
    WATERMARK_PASSED,
    WATERMARK_ASKED, /* the collectors were asked and answer within milliseconds, if they live */
    WATERMARK_WAITS, /* for a collector; the error says which, since when, and what to do */
};
/* One look; asks the collectors to say where they are unless all are past the instant (domain ms). */
enum watermark_step watermark_look(struct watermark *watermark, struct redis_link *link, int64_t instant_ms,
                                   struct error *why_out);

#endif
