/* Compares what was published with the judge's tallies: the rules of windows and states, written a second
 * time and checked by what must hold of a window rather than by computing it the same way. */
#ifndef SIMULATOR_VERDICT_H
#define SIMULATOR_VERDICT_H

#include "simulator/published.h"
#include "simulator/tally.h"

/* All borrowed. */
struct verdict {
    const struct scenario *scenario;
    const struct tallies *tallies;
    const struct published *published;
    int64_t unknown; /* messages the books call unknown: acceptances the service cannot know of */
    int64_t end_ms;  /* domain time when the ledger was read: weeks closed by then must be published */
    struct findings *findings;
};

/* Adds a finding for every disagreement. */
void verdict_compare(const struct verdict *verdict);

/* The pilot's last published unit; NULL if there is none. */
const struct published_unit *verdict_last_unit(const struct published *published, const char *pilot);

#endif
