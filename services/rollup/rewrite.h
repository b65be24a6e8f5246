/* Rewriting the append-only file, so that no file of Redis holds the links that were deleted. One rewrite serves every
 * org that asked before it began; one that was under way already when an org asked does not count for it, since it may
 * have begun before that org's deletions. Never blocks: a step looks how far Redis is. */
#ifndef ROLLUP_REWRITE_H
#define ROLLUP_REWRITE_H

#include "io/redis.h"

struct rewrite; /* of one Redis; owned by the roll-up */

struct rewrite *rewrite_new(void);
void rewrite_free(struct rewrite **rewrite);

/* Asks for a rewrite that begins from now on; what is returned is for rewrite_step. */
int64_t rewrite_ask(struct rewrite *rewrite);

enum rewrite_state {
    REWRITE_DONE,
    REWRITE_UNDER_WAY, /* look again after REWRITE_POLL_MS */
    REWRITE_PUT_OFF,   /* it failed, which was said once; tried again later (backoff, real time) */
};
#define REWRITE_POLL_MS 25
enum rewrite_state rewrite_step(struct rewrite *rewrite, struct redis_link *link, int64_t asked);

/* How long the last one took that went well, real ms, as exact as it is looked at; -1 = there was none. */
int64_t rewrite_took_ms(const struct rewrite *rewrite);

#endif
