/* What the judge found wrong: one line each. */
#ifndef SIMULATOR_FINDINGS_H
#define SIMULATOR_FINDINGS_H

#include "base/text.h"

/* Zero-initialise. */
struct findings {
    struct text lines;
    size_t count;
};

/* Adds a line; no numbers of people, no texts. */
void findings_add(struct findings *findings, const char *format, ...) __attribute__((format(printf, 2, 3)));

void findings_free(struct findings *findings);

#endif
