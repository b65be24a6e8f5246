/* What the commands share that pause, resume and cancel a round. */
#ifndef CTL_ROUND_HOLD_H
#define CTL_ROUND_HOLD_H

#include "ctl/ctl.h"
#include "store/holds.h"

/* Loads the org and the round that the command's argument names; a round that does not exist is an error. */
bool round_find(struct ctl *ctl, struct round *round_out, struct error *error) MUST_CHECK;

/* Writes the audit row, then sets the hold; cancelled is for good. Then brings what waits in line with it.
 * result_out is "unchanged" when it was so already, otherwise `done`; the round is loaded again. */
bool round_put_hold(struct ctl *ctl, struct round *round, enum round_hold hold, const char *done,
                    const char **result_out, struct invitations *invitations_out,
                    struct error *error) MUST_CHECK;

/* Prints the round, the result and the counts: a table, or one JSON object. */
void round_print_hold(const struct ctl *ctl, const struct round *round, const char *result,
                      const struct invitations *invitations);

#endif
