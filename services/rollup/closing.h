/* Closing one org's weeks, one bounded step at a call, resumable after a kill at any step:
 *
 *   settle pulses (dispositions, links go) ─► sweep other messages ─► delete old own words ─► books must
 * balance ─► figures ─► publish ─► seal ─► end (ending.h: append-only file rewritten, checkpoint)
 */
#ifndef ROLLUP_CLOSING_H
#define ROLLUP_CLOSING_H

#include "base/settings.h"
#include "rollup/rewrite.h"
#include "rollup/units.h"
#include "store/definitions.h"

struct closing; /* one org's; owned */

/* Borrows the settings and the rewrite; copies the org. */
struct closing *closing_new(const struct settings *settings, const struct org *org, struct rewrite *rewrite);
void closing_free(struct closing **closing);
const char *closing_org(const struct closing *closing);

/* For /metrics and the service manager. */
struct closing_figures {
    int64_t due_ms;       /* domain; of the week that closes next, -1 = none is known */
    int64_t weeks_closed; /* by this process */
    int64_t closed_at_ms; /* wall time of the last of them, 0 = none yet */
    const char *phase;    /* a word for the step it is at */
    bool waits;           /* for something that must happen first */
    bool books_checked;   /* by this process */
    bool books_balanced;  /* when they were checked last */
};
const struct closing_figures *closing_figures(const struct closing *closing);

enum closing_step {
    CLOSING_IDLE, /* nothing to close before due_ms (domain; -1 = no week is known yet) */
    CLOSING_MORE, /* call again at once */
    CLOSING_WAIT, /* something must happen first (a message under way, Redis, the books, a collector that is away):
                     call again in a moment */
    CLOSING_POLL, /* Redis is at work for us, or collectors were asked: call again in REWRITE_POLL_MS */
};
enum closing_step closing_step(struct closing *closing, struct redis_link *link, int64_t now_ms,
                               int64_t *due_ms_out);

#endif
