/* Crisis numbers: settings that somebody has to have confirmed within the last twelve months. A number that nobody
 * answers any more is worse than none, so a program that could send one does not start with it. Pure. */
#ifndef DOMAIN_CRISIS_H
#define DOMAIN_CRISIS_H

#include <stdint.h>

#include "base/settings.h"

#define CRISIS_MONTHS_MAX 12

/* Whether every crisis section was confirmed within twelve months before now_ms (real time, days of UTC) and not after
 * it. The error names the section and what to do. */
bool crisis_check(const struct settings *settings, int64_t now_ms, struct error *error) MUST_CHECK;

#endif
