/* The end of a closing, after the week is published:
 *
 *   which weeks have no checkpoint? ─► the append-only file is rewritten ─► their checkpoints, with the proof line
 *     ─► rows of the answer log and of the audit that were kept for long enough go
 *
 * Begun after a start, too: what a kill left, and weeks of a version without checkpoints, are taken up. */
#ifndef ROLLUP_ENDING_H
#define ROLLUP_ENDING_H

#include "base/settings.h"
#include "rollup/rewrite.h"
#include "store/definitions.h"

struct ending; /* one org's; owned */

/* Borrows the settings, the org and the rewrite. */
struct ending *ending_new(const struct settings *settings, const struct org *org, struct rewrite *rewrite);
void ending_free(struct ending **ending);

enum ending_step {
    ENDING_DONE, /* the next call begins anew */
    ENDING_MORE, /* call again at once */
    ENDING_POLL, /* Redis is at work for us: call again in REWRITE_POLL_MS */
    ENDING_WAIT, /* call again in a moment; the error says why, or is "" when that was said */
};
enum ending_step ending_step(struct ending *ending, struct redis_link *link, int64_t now_ms,
                             struct error *error);

#endif
