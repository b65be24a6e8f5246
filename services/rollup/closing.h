/* Closing one org's weeks, one bounded step at a call, resumable after a kill at any step:
 *
 *   settle pulses (dispositions, links go) ─► sweep other messages ─► delete old own words ─► books must
 * balance ─► figures ─► publish ─► seal
 */
#ifndef ROLLUP_CLOSING_H
#define ROLLUP_CLOSING_H

#include "base/settings.h"
#include "rollup/units.h"
#include "store/definitions.h"

struct closing; /* one org's; owned */

struct closing *closing_new(const struct settings *settings, const struct org *org);
void closing_free(struct closing **closing);
const char *closing_org(const struct closing *closing);

enum closing_step {
    CLOSING_IDLE, /* nothing to close before due_ms (domain; -1 = no week is known yet) */
    CLOSING_MORE, /* call again at once */
    CLOSING_WAIT, /* something must happen first (a message under way, Redis, the books): call again in a
                     moment */
};
enum closing_step closing_step(struct closing *closing, struct redis_link *link, int64_t now_ms,
                               int64_t *due_ms_out);

#endif
