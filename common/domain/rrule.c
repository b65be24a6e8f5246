/* Reading a rule: the text is split at ; and each value is held against the form of its part, more strictly
 * than by libical, which reads INTERVAL=2x as 2 and writes past its array when a list repeats itself too
 * often. Then libical reads the whole, and the parts are judged together.
 *
 * Searching: libical is asked about days alone. Its own times would not do: 03:30 in the spring gap becomes
 * 02:30. Each search has an iterator of its own. Not for threads, as calendar.c. */
#include "domain/rrule.h"

#include <ctype.h>
#include <libical/ical.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/calendar.h"

#define SEARCH_DAYS_MAX (INT64_C(366) * 30)
#define OFTEN_S         (INT64_C(20) * 3600) /* what fires again sooner than that asks twice a day */
#define SET_EACH        4                    /* every month has each weekday at least so often */
#define END             ICAL_RECURRENCE_ARRAY_MAX

#define WEEKDAY "(MO|TU|WE|TH|FR|SA|SU)"
static const struct part {
    const char *name;
    const char *item; /* its form; of one item where a list is allowed */
    int items_max;    /* libical has room for one more */
    const char *expected;
} parts[] = {
    {"FREQ", "((SECOND|MINUTE|HOUR|WEEK|MONTH|YEAR)LY|DAILY)", 1, "DAILY, WEEKLY, MONTHLY or YEARLY"},
    {"INTERVAL", "[1-9][0-9]{0,2}", 1, "a number from 1 to 999"},
    {"COUNT", "[1-9][0-9]{0,2}", 1, "a number from 1 to 999, or else UNTIL instead"},
    {"UNTIL",
     "(19[7-9]|2[01][0-9])[0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
     "(T([01][0-9]|2[0-3])([0-5][0-9]){2}Z?)?",
     1, "a day such as 20261231, or 20261231T080000Z"},
    {"WKST", "(MO|SU)", 1, "MO or SU"},
    {"BYMONTH", "([1-9]|1[0-2])", 12, "months from 1 to 12"},
    {"BYMONTHDAY", "[+-]?([1-9]|[12][0-9]|3[01])", 31, "days from 1 to 31, or from -1 to -31"},
    {"BYDAY", "([+-]?[1-5])?" WEEKDAY, 77,
     "weekdays such as TU or MO,WE, in a month also 1MO (the first), up to 5MO, or -1FR (the last)"},
    {"BYSETPOS", "[+-]?([1-9]|[12][0-9])", 29, "positions such as 2, or -1 (the last)"},
    {"BYHOUR", "([01]?[0-9]|2[0-3])", 24, "a number from 0 to 23"},
    {"BYMINUTE", "[0-5]?[0-9]", 60, "a number from 0 to 59"},
    {"BYSECOND", "[0-5]?[0-9]", 60, "a number from 0 to 59"},
};

static bool check_parts(const char *text, struct error *error);
static bool check_part(char *part, unsigned *given, struct error *error);
static bool has_form(const struct part *part, const char *value);
static bool check_often(const struct icalrecurrencetype *recur, struct error *error);
static bool check_together(const struct icalrecurrencetype *recur, struct error *error);
static struct icaltimetype date_of(int64_t day);

bool rrule_parse(struct rrule *rule_out, const char *text, struct error *error)
{
    *rule_out = (struct rrule){.text = ""};
    if (!text_copy(rule_out->text, sizeof rule_out->text, text))
        return error_set(error, "the rule is longer than %d characters", RRULE_SIZE - 1);
    for (char *at = rule_out->text; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    if (!check_parts(rule_out->text, error))
        return false;
    struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule_out->text);
    if (!check_often(&recur, error) || !check_together(&recur, error))
        return false;
    rule_out->has_count = recur.count > 0;
    rule_out->has_until = !icaltime_is_null_time(recur.until);
    rule_out->until_is_utc = icaltime_is_utc(recur.until) != 0;
    if (rule_out->has_until) /* a day means its whole */
        rule_out->until_ms = (int64_t)icaltime_as_timet(recur.until) * 1000 +
                             (icaltime_is_date(recur.until) != 0 ? DAY_MS - 1000 : 0);
    rule_out->has_time = recur.by_hour[0] != END;
    if (rule_out->has_time)
        rule_out->time_s = recur.by_hour[0] * 3600 +
                           (recur.by_minute[0] != END ? recur.by_minute[0] * 60 : 0) +
                           (recur.by_second[0] != END ? recur.by_second[0] : 0);
    return true;
}

/* --- the parts --- */

static bool check_parts(const char *text, struct error *error)
{
    char copy[RRULE_SIZE];
    unsigned given = 0;
    (void)text_copy(copy, sizeof copy, text);
    for (char *part = copy; part != NULL;) {
        char *end = strchr(part, ';');
        if (end != NULL)
            *end = '\0';
        if (!check_part(part, &given, error))
            return false;
        part = end == NULL ? NULL : end + 1;
    }
    return (given & 1U) != 0 ||
           error_set(error, "FREQ is missing: expected a rule such as FREQ=WEEKLY;BYDAY=TU;BYHOUR=10");
}

static bool check_part(char *part, unsigned *given, struct error *error)
{
    char *value = strchr(part, '=');
    if (value == NULL || value[1] == '\0')
        return error_set(
            error, "\"%.40s\": expected NAME=VALUE, in a rule such as FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", part);
    *value++ = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(part, parts[i].name) != 0)
            continue;
        if ((*given >> i & 1U) != 0)
            return error_set(error, "%s: given twice", part);
        *given |= 1U << i;
        return has_form(&parts[i], value) ||
               error_set(error, "%s: %.40s: expected %s", part, value, parts[i].expected);
    }
    return error_set(error,
                     "%.40s: not understood; known are FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, "
                     "BYMONTHDAY, BYDAY, BYSETPOS, BYHOUR, BYMINUTE and BYSECOND",
                     part);
}

static bool has_form(const struct part *part, const char *value)
{
    char pattern[320];
    regex_t form;
    snprintf(pattern, sizeof pattern, "^%s(,%s){0,%d}$", part->item, part->item, part->items_max - 1);
    if (regcomp(&form, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        abort(); /* out of memory */
    bool has = regexec(&form, value, 0, NULL, 0) == 0;
    regfree(&form);
    return has;
}

/* --- the parts together --- */

/* 1 for a list that was not given. */
static int times_count(const short *times)
{
    int count = 0;
    while (times[count] != END)
        count++;
    return count == 0 ? 1 : count;
}

static bool check_often(const struct icalrecurrencetype *recur, struct error *error)
{
    int64_t finer_s = recur->freq == ICAL_SECONDLY_RECURRENCE   ? 1
                      : recur->freq == ICAL_MINUTELY_RECURRENCE ? 60
                      : recur->freq == ICAL_HOURLY_RECURRENCE   ? 3600
                                                                : 0;
    if (finer_s * recur->interval >= OFTEN_S)
        return error_set(error, "FREQ: expected DAILY, WEEKLY, MONTHLY or YEARLY");
    if (finer_s > 0)
        return error_set(error, "fires every %d %s; a schedule asks at most once a day", recur->interval,
                         finer_s == 1    ? "s"
                         : finer_s == 60 ? "min"
                                         : "h");
    int times = times_count(recur->by_hour) * times_count(recur->by_minute) * times_count(recur->by_second);
    return times == 1 || error_set(error, "fires %d times a day; a schedule asks at most once a day", times);
}

static int weekdays_count(const short *days, bool with_position)
{
    int count = 0;
    for (; *days != END; days++)
        count += (icalrecurrencetype_day_position(*days) != 0) == with_position;
    return count;
}

static bool says_twice(const short *list)
{
    for (; *list != END; list++) {
        for (const short *other = list + 1; *other != END; other++) {
            if (*other == *list)
                return true;
        }
    }
    return false;
}

static int furthest(const short *positions)
{
    int found = 0;
    for (; *positions != END; positions++)
        found = abs(*positions) > found ? abs(*positions) : found;
    return found;
}

/* Whether one of the months ever has one of the days. */
static bool has_such_day(const struct icalrecurrencetype *recur)
{
    for (const short *month = recur->by_month; *month != END; month++) {
        for (const short *day = recur->by_month_day; *day != END; day++) {
            if (abs(*day) <= icaltime_days_in_month(*month, 2024)) /* a leap year */
                return true;
        }
    }
    return recur->by_month[0] == END || recur->by_month_day[0] == END;
}

/* What may not be together, and what to write instead. */
static bool check_together(const struct icalrecurrencetype *recur, struct error *error)
{
    bool monthly = recur->freq == ICAL_MONTHLY_RECURRENCE, yearly = recur->freq == ICAL_YEARLY_RECURRENCE;
    bool by_month = recur->by_month[0] != END, by_month_day = recur->by_month_day[0] != END;
    bool by_day = recur->by_day[0] != END, by_set_position = recur->by_set_pos[0] != END;
    int weekdays = weekdays_count(recur->by_day, false), positioned = weekdays_count(recur->by_day, true);
    bool until = !icaltime_is_null_time(recur->until);
    const struct {
        bool wrong;
        const char *text;
    } checks[] = {
        {recur->freq == ICAL_NO_RECURRENCE, "UNTIL and COUNT: expected only one of them"},
        {recur->by_hour[0] == END && (recur->by_minute[0] != END || recur->by_second[0] != END),
         "BYMINUTE and BYSECOND need BYHOUR"},
        {until && recur->until.day > icaltime_days_in_month(recur->until.month, recur->until.year),
         "UNTIL: there is no such day: expected a day such as 20261231"},
        {positioned > 0 && !monthly && !yearly,
         "BYDAY: a position such as 2TU is for FREQ=MONTHLY or YEARLY"},
        {positioned > 0 && weekdays > 0,
         "BYDAY: expected weekdays that all have a position, such as 1TU,3TU, or all have none"},
        {says_twice(recur->by_day), "BYDAY: a weekday is given twice"}, /* COUNT would count it twice */
        {recur->freq == ICAL_WEEKLY_RECURRENCE && recur->interval > 1 &&
             recur->by_day[0] == ICAL_SUNDAY_WEEKDAY && recur->week_start != ICAL_SUNDAY_WEEKDAY,
         "BYDAY=SU alone with INTERVAL needs WKST=SU"}, /* otherwise a week off */
        {by_month_day && !monthly && !yearly, "BYMONTHDAY is for FREQ=MONTHLY, or YEARLY with BYMONTH"},
        {by_month_day && by_day, "BYMONTHDAY and BYDAY: expected only one of them"},
        {yearly && !by_month && (by_month_day || by_day),
         "FREQ=YEARLY with BYMONTHDAY or BYDAY needs BYMONTH; for every month write FREQ=MONTHLY"},
        {(monthly || yearly) && by_month && !by_month_day && !by_day,
         "BYMONTH needs BYMONTHDAY or BYDAY with FREQ=MONTHLY or YEARLY"},
        {monthly && by_month && recur->interval > 1,
         "BYMONTH and INTERVAL: expected only one of them with FREQ=MONTHLY; write the months"},
        {monthly && recur->interval > 11,
         "INTERVAL: expected at most 11 with FREQ=MONTHLY; otherwise write FREQ=YEARLY"},
        {!has_such_day(recur), "never fires: no month of BYMONTH has a day of BYMONTHDAY"},
        {by_set_position && (!monthly || weekdays == 0),
         "BYSETPOS is for FREQ=MONTHLY with BYDAY such as MO,TU,WE,TH,FR; the months of a year are BYMONTH"},
        {by_set_position && furthest(recur->by_set_pos) > SET_EACH * weekdays,
         "BYSETPOS: not every month has so many of these days: expected at most 4 for each weekday of BYDAY"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i].wrong)
            return error_set(error, "%s", checks[i].text);
    }
    return true;
}

/* --- the days --- */

bool rrule_next_day(const struct rrule *rule, int64_t start_day, int64_t after_day, int64_t *day_out)
{
    int64_t soonest = after_day + 1 > start_day ? after_day + 1 : start_day;
    struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule->text);
    recur.by_hour[0] = recur.by_minute[0] = recur.by_second[0] = END; /* the only one of each */
    recur.until = date_of(soonest + SEARCH_DAYS_MAX);
    icalrecur_iterator *days = icalrecur_iterator_new(recur, date_of(start_day));
    if (days == NULL)
        return false; /* none, ever */
    bool found = false;
    bool more = recur.count > 0 || icalrecur_iterator_set_start(days, date_of(soonest)) != 0;
    while (more && !found) {
        struct icaltimetype date = icalrecur_iterator_next(days);
        more = !icaltime_is_null_time(date);
        int64_t day = more ? (int64_t)icaltime_as_timet(date) * 1000 / DAY_MS : 0;
        found = more && day >= soonest;
        if (found)
            *day_out = day;
    }
    icalrecur_iterator_free(days);
    return found;
}

static struct icaltimetype date_of(int64_t day)
{
    return icaltime_from_timet_with_zone((time_t)(day * (DAY_MS / 1000)), 1, NULL);
}
