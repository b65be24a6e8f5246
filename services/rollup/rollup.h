/* The roll-up: when a week is over for good, its links go, the books must balance, and its figures are
 * published, once. Works over one blocking link in bounded steps, a step a turn of the loop. Never changes a
 * published week. */
#ifndef ROLLUP_ROLLUP_H
#define ROLLUP_ROLLUP_H

#include "base/settings.h"

/* Runs until SIGTERM; returns the exit code. */
int rollup_run(const struct settings *settings);

#endif
