/* The clock that `pulssi up --clock-scale` owns: <data_folder>/run/clock. Where it starts, and whether it may
 * run at all. */
#ifndef CTL_UP_CLOCK_H
#define CTL_UP_CLOCK_H

#include "base/clock.h"
#include "ctl/ctl.h"

struct up_clock {
    bool owned; /* --clock-scale was given */
    const struct zone *zone;
    struct clock clock;  /* when owned: stands until a conductor moves it */
    int64_t until_ms;    /* -1 = never stops */
    bool flows_freely;   /* --clock-free: waits for nobody */
    char hold_path[400]; /* --clock-hold: time stands while this file is there; "" = not asked for */
};

/* Reads the options, writes the clock's file and names it to the children (PULSSI_CLOCK_FILE). Refuses a
 * scaled clock where any gateway could reach real people, and real time where a scaled clock was used before.
 */
bool up_clock_prepare(struct ctl *ctl, struct up_clock *clock_out, struct error *error) MUST_CHECK;

#endif
