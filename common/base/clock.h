/* Time, from one place. Wall and monotonic time are real; domain time is what schedules, windows, weeks, caps
 * and lateness are judged by. Without a clock file domain time is wall time. With one (demo and tests) it
 * runs from an origin at a scale and never past a limit, which is how its owner holds it.
 *
 * The file is one line, replaced by rename: "pulssi-clock 1 <real_ms> <domain_ms> <scale> <limit_ms>\n". */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/error.h"

struct clock {
    char path[256];         /* "" = domain time is wall time */
    int64_t origin_real_ms; /* wall time at the origin */
    int64_t origin_domain_ms;
    int64_t scale;    /* domain ms a real ms, 1..1000000 */
    int64_t limit_ms; /* domain time never exceeds this */
};

int64_t clock_wall_ms(void);      /* ms since 1970 */
int64_t clock_monotonic_ms(void); /* for deadlines; never jumps */

/* An instant as "2026-01-05T10:00:00Z"; "?" when it is outside of what a calendar holds. */
#define CLOCK_UTC_SIZE 24
void clock_utc_text(int64_t at_ms, char out[CLOCK_UTC_SIZE]);

/* Opens the clock; path NULL or "" means real time. False when the file is missing or unreadable. */
bool clock_open(struct clock *clock, const char *path, struct error *error) MUST_CHECK;

/* Reads the file again after it was replaced; keeps the old figures on failure. */
bool clock_reload(struct clock *clock, struct error *error) MUST_CHECK;

/* Domain time now, ms since 1970. */
int64_t clock_domain_ms(const struct clock *clock);

/* Real ms to wait until domain time reaches target_ms, at least 0; -1 when the limit lies before the target,
 * that is: wait for the file to change. */
int64_t clock_wait_ms(const struct clock *clock, int64_t target_ms);

/* Owner only: writes the file atomically (temporary file, fsync not needed, rename). */
bool clock_write(const struct clock *clock, struct error *error) MUST_CHECK;

#endif
