/* A recurrence rule of RFC 5545 (3.3.10) that names days, at most one time a day. Pure; a day is an index of
 * domain/calendar.h.
 *
 * libical works the days out. What it gets wrong is refused here (3.0.16: BYMONTHDAY of a daily rule, or of
 * a yearly one without BYMONTH; every second Sunday of weeks from Monday; a weekday said twice), as well as
 * what it searches for in vain for a second or more (31 February), and what no survey needs.
 *
 * Promises: a rule that was read fires at most once a day, on the days that RFC 5545 gives it; every search
 * ends, after thirty years at the latest. */
#ifndef DOMAIN_RRULE_H
#define DOMAIN_RRULE_H

#include <stdint.h>

#include "base/error.h"

#define RRULE_SIZE 201 /* the text */

struct rrule {
    char text[RRULE_SIZE]; /* in capitals */
    bool has_count;        /* it ends after COUNT days */
    bool has_until;        /* the last moment … */
    bool until_is_utc;
    int64_t until_ms; /* … in ms since 1970-01-01 00:00 UTC, or else local */
    bool has_time;    /* BYHOUR was given */
    int time_s;       /* seconds after local midnight, when has_time */
};

/* Reads DAILY and WEEKLY (with BYDAY, BYMONTH), MONTHLY (with BYMONTHDAY, or BYDAY and perhaps BYSETPOS;
 * BYMONTH) and YEARLY (with BYMONTH and BYMONTHDAY or BYDAY), each with INTERVAL, WKST, COUNT or UNTIL, and
 * one BYHOUR, BYMINUTE, BYSECOND. The error names the part and what is expected, or how often it fires. */
bool rrule_parse(struct rrule *rule_out, const char *text, struct error *error) MUST_CHECK;

/* The first day after after_day, and not before start_day, that the rule names. start_day gives what the rule
 * leaves open (the weekday of a weekly rule, the date of a yearly one) and COUNT counts from it. UNTIL is the
 * caller's to judge: it may be a moment. False: none within thirty years, or COUNT is used up. */
bool rrule_next_day(const struct rrule *rule, int64_t start_day, int64_t after_day,
                    int64_t *day_out) MUST_CHECK;

#endif
