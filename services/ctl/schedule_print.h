/* What the commands of schedules say: a schedule with its next times, as text or as JSON. */
#ifndef CTL_SCHEDULE_PRINT_H
#define CTL_SCHEDULE_PRINT_H

#include "ctl/ctl.h"
#include "store/schedules.h"

/* The next five times of an active one, where they lie outside the sending window, the last run and the last skip. */
void schedule_print(const struct org *org, const struct schedule_record *record);
/* The same as members of a JSON object that is already open, beginning with "schedule". */
void schedule_print_json(const struct org *org, const struct schedule_record *record, struct text *out);

/* Says what became of a schedule, and the round after whose day it starts ("" = none); returns the exit status. */
int schedule_say(const struct ctl *ctl, const char *id, const char *result, const char *starts_after);
void schedule_print_starts_after(const char *round);
void schedule_add_starts_after(const char *round, struct text *out);

/* The first time after now_ms whose round is not there yet: a schedule that was removed and made again under the
 * same name does not run twice on a day. next_ms_out: -1 = it never fires. starts_after_out: the last round that
 * was in the way, "" = none. */
bool schedule_first(const struct ctl *ctl, const struct schedule *schedule, int64_t now_ms,
                    int64_t *next_ms_out, char starts_after_out[ROUND_SIZE], struct error *error) MUST_CHECK;

/* A copy of the schedule of that name. False also when there is none, or it cannot be read: the error says so. */
bool schedule_find(const struct ctl *ctl, const char *id, struct schedule_record *record_out,
                   struct error *error) MUST_CHECK;

#endif
