/* Firing schedules: the occurrence that is due becomes a round inside its sending window; one whose window is
 * over is skipped and said so. */
#ifndef DISPATCHER_SCHEDULER_H
#define DISPATCHER_SCHEDULER_H

#include "dispatcher/lane.h"

/* Starts on the lane's next schedule (lane->next.schedule); sets lane->scheduling until what was due is dealt
 * with or has to be tried again later; then wakes the lane. */
void scheduler_start(struct lane *lane);

#endif
