/* Calendar of an org: its time zone (libical with the system's tzdata), ISO weeks, sending windows. Pure. */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H

#include <stdint.h>

#include "base/error.h"
#include "domain/holidays.h"

#define WEEK_SIZE 9  /* "2026-W03" */
#define DAY_SIZE  11 /* "2026-01-13" */
#define DAY_MS    INT64_C(86400000)
#define HOUR_MS   INT64_C(3600000)

struct zone; /* a time zone; lives for the process */

/* The zone of an IANA name such as "Europe/Helsinki"; NULL when unknown. */
const struct zone *zone_find(const char *name);

/* Weeks are counted from the Monday 1970-01-05: an index that differs by one from week to week. Local time of
 * org. */
int64_t week_index_at(const struct zone *zone, int64_t at_ms);
/* The instant at which the week starts: Monday 00:00 local. */
int64_t week_start_ms(const struct zone *zone, int64_t week_index);
/* ISO 8601 text of the week ("2026-W03") and back; false when it is not such a text. */
void week_text(int64_t week_index, char out[WEEK_SIZE]);
bool week_parse(const char *text, int64_t *week_index_out) MUST_CHECK;

/* Local calendar day as days since 1970-01-01. */
int64_t day_index_at(const struct zone *zone, int64_t at_ms);
/* Text of a day ("2026-01-13") and back; false when it is not such a text. */
void day_text(int64_t day_index, char out[DAY_SIZE]);
bool day_parse(const char *text, int64_t *day_index_out) MUST_CHECK;
/* 0 = Monday … 6 = Sunday. */
int day_weekday(int64_t day_index);
/* The same of "mon", "tue", … "sun"; -1 = it is none of them. */
int weekday_parse(const char *name);
/* Gregorian date of a day (month 1..12, day 1..31) and back. */
void date_of_day(int64_t day_index, int64_t *year_out, int64_t *month_out, int64_t *day_out);
int64_t day_of_date(int64_t year, int64_t month, int64_t day);
/* The same day of the month that many months earlier, or that month's last day. */
int64_t day_months_before(int64_t day_index, int64_t months);

/* The instant of a local time, given as ms since 1970-01-01 00:00 local (day_index * DAY_MS + time of day). A
 * time in a spring gap is the gap's end, one that happens twice in autumn is the first. */
int64_t instant_of_local(const struct zone *zone, int64_t local_ms);

/* Local "YYYY-MM-DDTHH:MM" (seconds optional, or "YYYY-MM-DD HH:MM") to an instant; also accepts "now" with
 * now_ms and a trailing Z for UTC. The error says what is expected. A time in a spring gap moves to the gap's
 * end. */
bool instant_parse(const struct zone *zone, const char *text, int64_t now_ms, int64_t *at_ms_out,
                   struct error *error) MUST_CHECK;
/* Local "2026-01-06 10:00". */
void instant_text(const struct zone *zone, int64_t at_ms, char out[24]);
/* Local "2026-01-06T10:00:00+02:00" (RFC 3339). */
void instant_iso(const struct zone *zone, int64_t at_ms, char out[32]);

/* Sending window: the days of the week and hours of the day in which bulk messages may go; never on a holiday. */
struct window {
    unsigned days;   /* bit 0 = Monday … bit 6 = Sunday; at least one */
    int from_minute; /* 0..1439, minute of the local day */
    int to_minute;   /* 1..1440, after from_minute */
    struct holidays holidays;
};

/* The window that contains at_ms, or else the next one: [open, close). */
void window_next(const struct zone *zone, const struct window *window, int64_t at_ms, int64_t *open_ms_out,
                 int64_t *close_ms_out);

/* The close of the `count`-th window (1 = the one of window_next). */
int64_t window_last_close_ms(const struct zone *zone, const struct window *window, int64_t at_ms, int count);

/* A week closes for good at Monday 00:00 local of the week after next, plus the grace. */
int64_t week_closes_ms(const struct zone *zone, int64_t week_index, int64_t grace_hours);

#endif
