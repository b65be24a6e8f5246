/* Calendar of an org. libical (with the system's tzdata) answers one question only: the UTC offset at an
 * instant, about 0.1 µs a call and right for every zone until 2037. Everything else is arithmetic on local
 * days here, because libical's own conversion of a local time in the spring gap goes backwards (03:30 becomes
 * 02:30).
 *
 * From local to UTC: a local time that happens twice (autumn) means its first occurrence; one that never
 * happens (spring) means the end of the gap, so that a window opening inside the gap opens when the gap ends.
 * Not for threads: libical keeps its tables in the process without a lock. */
#include "domain/calendar.h"

#include <assert.h>
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>

#define SECOND_MS   INT64_C(1000)
#define MINUTE_MS   INT64_C(60000)
#define WEEK_MONDAY 4 /* day index of 1970-01-05, the Monday of week 0 */
#define YEAR_MIN    1970
#define YEAR_MAX    2199

/* `struct zone` is never defined: a zone is libical's, under a name of ours. */
static icaltimezone *of_zone(const struct zone *zone)
{
    return (icaltimezone *)(uintptr_t)zone;
}

const struct zone *zone_find(const char *name)
{
    if (name[0] == '\0')
        return NULL;
    return (const struct zone *)icaltimezone_get_builtin_timezone(name);
}

static int64_t floor_divided(int64_t value, int64_t divisor)
{
    int64_t quotient = value / divisor;
    return value % divisor < 0 ? quotient - 1 : quotient;
}

static int64_t offset_ms_at(const struct zone *zone, int64_t at_ms)
{
    int is_daylight = 0;
    struct icaltimetype utc = icaltime_from_timet_with_zone((time_t)floor_divided(at_ms, SECOND_MS), 0,
                                                            icaltimezone_get_utc_timezone());
    return SECOND_MS * icaltimezone_get_utc_offset_of_utc_time(of_zone(zone), &utc, &is_daylight);
}

/* The first instant after `low_ms`, at most `high_ms`, that no longer has the offset of `low_ms`: bisection
 * over whole seconds; the offset changes once between them. */
static int64_t transition_ms(const struct zone *zone, int64_t low_ms, int64_t high_ms)
{
    int64_t offset_ms = offset_ms_at(zone, low_ms);
    while (high_ms - low_ms > SECOND_MS) {
        int64_t middle_ms = low_ms + (high_ms - low_ms) / 2 / SECOND_MS * SECOND_MS;
        if (offset_ms_at(zone, middle_ms) == offset_ms)
            low_ms = middle_ms;
        else
            high_ms = middle_ms;
    }
    return high_ms;
}

int64_t instant_of_local(const struct zone *zone, int64_t local_ms)
{
    int64_t before_ms = offset_ms_at(zone, local_ms - DAY_MS);
    int64_t after_ms = offset_ms_at(zone, local_ms + DAY_MS);
    if (offset_ms_at(zone, local_ms - before_ms) == before_ms)
        return local_ms - before_ms; /* the usual case, and the first of two in autumn */
    if (offset_ms_at(zone, local_ms - after_ms) == after_ms)
        return local_ms - after_ms;
    return transition_ms(zone, local_ms - DAY_MS, local_ms - before_ms); /* in the gap */
}

static int64_t local_ms_at(const struct zone *zone, int64_t at_ms)
{
    return at_ms + offset_ms_at(zone, at_ms);
}

int64_t day_index_at(const struct zone *zone, int64_t at_ms)
{
    return floor_divided(local_ms_at(zone, at_ms), DAY_MS);
}

int64_t week_index_at(const struct zone *zone, int64_t at_ms)
{
    return floor_divided(day_index_at(zone, at_ms) - WEEK_MONDAY, 7);
}

int64_t week_start_ms(const struct zone *zone, int64_t week_index)
{
    return instant_of_local(zone, (week_index * 7 + WEEK_MONDAY) * DAY_MS);
}

int64_t week_closes_ms(const struct zone *zone, int64_t week_index, int64_t grace_hours)
{
    return week_start_ms(zone, week_index + 2) + grace_hours * HOUR_MS;
}

/* Proleptic Gregorian date and day index. Source: H. Hinnant, "chrono-compatible low-level date algorithms".
 */
int64_t day_of_date(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = floor_divided(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void date_of_day(int64_t day_index, int64_t *year_out, int64_t *month_out, int64_t *day_out)
{
    int64_t shifted = day_index + 719468;
    int64_t era = floor_divided(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_shifted = (5 * day_of_year + 2) / 153;
    *day_out = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    *month_out = month_shifted < 10 ? month_shifted + 3 : month_shifted - 9;
    *year_out = year_of_era + era * 400 + (*month_out <= 2);
}

/* Months since January of the year 0. */
static int64_t first_day_of_month(int64_t month_index)
{
    int64_t year = floor_divided(month_index, 12);
    return day_of_date(year, month_index - year * 12 + 1, 1);
}

int64_t day_months_before(int64_t day_index, int64_t months)
{
    int64_t year = 0, month = 0, day = 0;
    date_of_day(day_index, &year, &month, &day);
    int64_t month_index = year * 12 + month - 1 - months;
    int64_t same_day = first_day_of_month(month_index) + day - 1;
    int64_t last_day = first_day_of_month(month_index + 1) - 1;
    return same_day < last_day ? same_day : last_day;
}

int day_weekday(int64_t day_index)
{
    return (int)(day_index - WEEK_MONDAY - 7 * floor_divided(day_index - WEEK_MONDAY, 7));
}

int weekday_parse(const char *name)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    int weekday = 6;
    while (weekday >= 0 && strcmp(names[weekday], name) != 0)
        weekday--;
    return weekday;
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static int64_t week_of_first(int64_t year)
{
    return floor_divided(day_of_date(year, 1, 4) - WEEK_MONDAY, 7); /* 4 January is always in week 1 */
}

void week_text(int64_t week_index, char out[WEEK_SIZE])
{
    int64_t year = 0, month = 0, day = 0;
    date_of_day(week_index * 7 + WEEK_MONDAY + 3, &year, &month, &day);
    int64_t week = week_index - week_of_first(year) + 1;
    assert(year >= 0 && year <= 9999);
    snprintf(out, WEEK_SIZE, "%04u-W%02u", (unsigned)year % 10000U, (unsigned)week % 100U);
}

/* Exactly `count` decimal digits; -1 otherwise. */
static int64_t digits_value(const char *text, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool week_parse(const char *text, int64_t *week_index_out)
{
    if (strlen(text) != WEEK_SIZE - 1 || text[4] != '-' || text[5] != 'W')
        return false;
    int64_t year = digits_value(text, 4);
    int64_t week = digits_value(text + 6, 2);
    if (year < YEAR_MIN || week < 1)
        return false;
    int64_t week_index = week_of_first(year) + week - 1;
    if (week_index >= week_of_first(year + 1)) /* week 53 of a year that has 52 */
        return false;
    *week_index_out = week_index;
    return true;
}

/* "HH:MM" or "HH:MM:SS", then an optional Z; false when it is anything else. */
static bool clock_parse(const char *text, int64_t *since_midnight_ms_out, bool *utc_out)
{
    if (strlen(text) < 5 || text[2] != ':')
        return false;
    int64_t hour = digits_value(text, 2);
    int64_t minute = digits_value(text + 3, 2);
    int64_t second = 0;
    const char *rest = text + 5;
    if (rest[0] == ':') {
        if (strlen(rest) < 3)
            return false;
        second = digits_value(rest + 1, 2);
        rest += 3;
    }
    *utc_out = strcmp(rest, "Z") == 0;
    if (rest[0] != '\0' && !*utc_out)
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *since_midnight_ms_out = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
    return true;
}

/* "YYYY-MM-DD" at the beginning of the text. */
static bool date_parse(const char *text, int64_t *day_index_out)
{
    if (strlen(text) < DAY_SIZE - 1 || text[4] != '-' || text[7] != '-')
        return false;
    int64_t year = digits_value(text, 4), month = digits_value(text + 5, 2), day = digits_value(text + 8, 2);
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1)
        return false;
    int64_t next_month = month == 12 ? day_of_date(year + 1, 1, 1) : day_of_date(year, month + 1, 1);
    *day_index_out = day_of_date(year, month, day);
    return *day_index_out < next_month;
}

bool day_parse(const char *text, int64_t *day_index_out)
{
    return strlen(text) == DAY_SIZE - 1 && date_parse(text, day_index_out);
}

void day_text(int64_t day_index, char out[DAY_SIZE])
{
    int64_t year = 0, month = 0, day = 0;
    date_of_day(day_index, &year, &month, &day);
    assert(year >= 0 && year <= 9999);
    snprintf(out, DAY_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000U, (unsigned)month % 100U,
             (unsigned)day % 100U);
}

bool instant_parse(const struct zone *zone, const char *text, int64_t now_ms, int64_t *at_ms_out,
                   struct error *error)
{
    int64_t day_index = 0, since_midnight_ms = 0;
    bool utc = false;
    if (strcmp(text, "now") == 0) {
        *at_ms_out = now_ms;
        return true;
    }
    if (!date_parse(text, &day_index) || (text[10] != 'T' && text[10] != ' ') ||
        !clock_parse(text + DAY_SIZE, &since_midnight_ms, &utc))
        return error_set(error,
                         "\"%.40s\" is not a time: expected \"now\", a local time such as 2026-01-06T10:00 "
                         "or one in UTC such as 2026-01-06T08:00Z",
                         text);
    int64_t local_ms = day_index * DAY_MS + since_midnight_ms;
    *at_ms_out = utc ? local_ms : instant_of_local(zone, local_ms);
    return true;
}

void instant_text(const struct zone *zone, int64_t at_ms, char out[24])
{
    int64_t local_ms = local_ms_at(zone, at_ms);
    int64_t day_index = floor_divided(local_ms, DAY_MS);
    int64_t minute = (local_ms - day_index * DAY_MS) / MINUTE_MS;
    int64_t year = 0, month = 0, day = 0;
    date_of_day(day_index, &year, &month, &day);
    assert(year >= 0 && year <= 9999);
    snprintf(out, 24, "%04u-%02u-%02u %02u:%02u", (unsigned)year % 10000U, (unsigned)month % 100U,
             (unsigned)day % 100U, (unsigned)(minute / 60) % 100U, (unsigned)(minute % 60) % 100U);
}

void instant_iso(const struct zone *zone, int64_t at_ms, char out[32])
{
    char local[24];
    int64_t offset_minutes = offset_ms_at(zone, at_ms) / MINUTE_MS;
    unsigned minutes = (unsigned)(offset_minutes < 0 ? -offset_minutes : offset_minutes);
    instant_text(zone, at_ms, local);
    unsigned second = (unsigned)(floor_divided(at_ms, SECOND_MS) - floor_divided(at_ms, MINUTE_MS) * 60);
    snprintf(out, 32, "%.10sT%.5s:%02u%c%02u:%02u", local, local + 11, second % 60U,
             offset_minutes < 0 ? '-' : '+', minutes / 60 % 100U, minutes % 60);
}

void window_next(const struct zone *zone, const struct window *window, int64_t at_ms, int64_t *open_ms_out,
                 int64_t *close_ms_out)
{
    assert((window->days & 0x7FU) != 0 && window->from_minute < window->to_minute);
    for (int64_t day = day_index_at(zone, at_ms);; day++) {
        if ((window->days >> day_weekday(day) & 1U) == 0 || holidays_has(&window->holidays, day))
            continue;
        int64_t close_ms = instant_of_local(zone, day * DAY_MS + window->to_minute * MINUTE_MS);
        if (close_ms <= at_ms)
            continue;
        int64_t open_ms = instant_of_local(zone, day * DAY_MS + window->from_minute * MINUTE_MS);
        if (open_ms >= close_ms) /* the whole window lies in a spring gap */
            continue;
        *open_ms_out = open_ms;
        *close_ms_out = close_ms;
        return;
    }
}

int64_t window_last_close_ms(const struct zone *zone, const struct window *window, int64_t at_ms, int count)
{
    int64_t open_ms = 0, close_ms = at_ms;
    assert(count >= 1);
    for (int i = 0; i < count; i++)
        window_next(zone, window, close_ms, &open_ms, &close_ms);
    return close_ms;
}
