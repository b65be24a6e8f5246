/* Commands that show or change people's data say so in the audit first: nothing is shown or done without a
 * row. */
#ifndef CTL_AUDITED_H
#define CTL_AUDITED_H

#include "ctl/ctl.h"

#define AUDITED_WHAT_SIZE 160 /* longer is cut */

/* Appends a row for the person who runs this command: `what` is the command and its limits, never a
 * number. The org must be loaded (ctl_org). */
bool audited(const struct ctl *ctl, const char *what, int64_t count, struct error *error) MUST_CHECK;

#endif
