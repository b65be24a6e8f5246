/* Rules against a day. Each rule names one day of a year; a day is a holiday when a rule of its year names it or the org
 * added it, unless the org took it away.
 *
 * libical has no Easter and no holidays. Easter is by the anonymous Gregorian algorithm (Nature, 20 April 1876; J. Meeus,
 * Astronomical Algorithms, 2nd edition, chapter 8), exact for every Gregorian year, no tables. */
#include "domain/holidays.h"

#include <stdlib.h>
#include <string.h>

#include "domain/calendar.h"

#define YEAR_FIRST 1583
#define YEAR_LAST  9999

static void read_rules(struct holidays *holidays, struct json_reader *object);
static void read_rule(struct holiday_rule *rule, struct json_reader *item);
static size_t read_days(struct json_reader *object, const char *member, int64_t days_out[HOLIDAY_DAYS_MAX]);

int64_t easter_day(int64_t year)
{
    int64_t a = year % 19, b = year / 100, c = year % 100;
    int64_t d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int64_t h = (19 * a + b - d - g + 15) % 30;
    int64_t i = c / 4, k = c % 4;
    int64_t l = (32 + 2 * e + 2 * i - h - k) % 7;
    int64_t m = (a + 11 * h + 22 * l) / 451;
    int64_t n = h + l - 7 * m + 114;
    return day_of_date(year, n / 31, n % 31 + 1);
}

static int64_t rule_day(const struct holiday_rule *rule, int64_t year, int64_t easter)
{
    int64_t day = 0;
    switch (rule->kind) {
    case HOLIDAY_DATE:
        return day_of_date(year, rule->month, rule->day);
    case HOLIDAY_EASTER:
        return easter + rule->offset;
    case HOLIDAY_WEEKDAY:
        day = day_of_date(year, rule->month, rule->day);
        return day + (rule->weekday - day_weekday(day) + 7) % 7;
    }
    return -1;
}

static bool is_among(const int64_t *days, size_t count, int64_t day)
{
    for (size_t i = 0; i < count; i++)
        if (days[i] == day)
            return true;
    return false;
}

/* Whether a rule names the day as that year's. */
static bool has_of_year(const struct holidays *holidays, int64_t year, int64_t day_index)
{
    int64_t easter = easter_day(year);
    for (size_t i = 0; i < holidays->rules_count; i++) {
        const struct holiday_rule *rule = &holidays->rules[i];
        if (year >= rule->since && year <= rule->until && rule_day(rule, year, easter) == day_index)
            return true;
    }
    return false;
}

bool holidays_has(const struct holidays *holidays, int64_t day_index)
{
    int64_t year = 0, month = 0, day = 0;
    if (is_among(holidays->added, holidays->added_count, day_index))
        return true;
    if (holidays->rules_count == 0 || is_among(holidays->taken, holidays->taken_count, day_index))
        return false;
    date_of_day(day_index, &year, &month, &day);
    if (has_of_year(holidays, year, day_index))
        return true;
    return month == 1 && has_of_year(holidays, year - 1, day_index); /* "the first Monday from 27 December" */
}

/* --- reading --- */

static bool is_country(const char *text)
{
    return (strlen(text) == 2 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2) ||
           strcmp(text, HOLIDAYS_NONE) == 0;
}

static void read_country(struct holidays *holidays, struct json_reader *object)
{
    const char *country = json_string(object, "country", 1, 64);
    if (!is_country(country))
        json_problem(object, "country",
                     "\"%s\" is not a country code of two capitals such as FI, or \"none\"", country);
    else if (!text_copy(holidays->country, sizeof holidays->country, country))
        json_problem(object, "country", "too long");
}

void holidays_read(struct holidays *holidays_out, struct json_reader *object)
{
    *holidays_out = (struct holidays){0};
    read_country(holidays_out, object);
    if (json_has(object, "days"))
        read_rules(holidays_out, object);
    if (json_has(object, "add"))
        holidays_out->added_count = read_days(object, "add", holidays_out->added);
    if (json_has(object, "not"))
        holidays_out->taken_count = read_days(object, "not", holidays_out->taken);
    for (size_t i = 0; i < holidays_out->taken_count; i++)
        if (is_among(holidays_out->added, holidays_out->added_count, holidays_out->taken[i]))
            json_problem(object, "not", "the same day is in \"add\"");
    json_finish(object);
}

bool holidays_country_read(struct holidays *holidays_out, const char *country, const cJSON *json,
                           struct error *error)
{
    struct json_reader root;
    json_reader_root(&root, json, error);
    *holidays_out = (struct holidays){0};
    read_country(holidays_out, &root);
    if (strcmp(holidays_out->country, country) != 0)
        json_problem(&root, "country", "expected %s", country);
    read_rules(holidays_out, &root);
    return json_finish(&root);
}

static void read_rules(struct holidays *holidays, struct json_reader *object)
{
    struct json_reader list, item;
    size_t count = 0;
    json_array(object, "days", 0, HOLIDAY_RULES_MAX, &list, &count);
    for (size_t i = 0; i < count; i++) {
        json_item_object(&list, i, &item);
        read_rule(&holidays->rules[i], &item);
        json_finish(&item);
    }
    holidays->rules_count = count;
}

/* "MM-DD", a day that every year has: not 29 February. */
static void read_date(struct holiday_rule *rule, struct json_reader *item, const char *member)
{
    char text[DAY_SIZE] = "2001-"; /* no leap year */
    int64_t day_index = 0, year = 0, month = 0, day = 0;
    const char *date = json_string(item, member, 1, 64);
    if (strlen(date) != 5 || !text_copy(text + 5, sizeof text - 5, date) || !day_parse(text, &day_index)) {
        json_problem(item, member, "\"%s\" is not a day of every year such as 12-24", date);
        return;
    }
    date_of_day(day_index, &year, &month, &day);
    rule->month = (int)month;
    rule->day = (int)day;
}

static void read_weekday(struct holiday_rule *rule, struct json_reader *item)
{
    const char *name = json_string(item, "weekday", 1, 64);
    rule->weekday = weekday_parse(name);
    if (rule->weekday < 0)
        json_problem(item, "weekday", "\"%s\" is not a day: mon, tue, wed, thu, fri, sat or sun", name);
    rule->kind = HOLIDAY_WEEKDAY;
    read_date(rule, item, "from");
}

static void read_rule(struct holiday_rule *rule, struct json_reader *item)
{
    int kinds = json_has(item, "date") + json_has(item, "easter") + json_has(item, "weekday");
    *rule = (struct holiday_rule){.kind = HOLIDAY_DATE};
    (void)json_string(item, "name", 1, 128); /* for those who read the file */
    rule->since = (int)json_int_or(item, "since", YEAR_FIRST, YEAR_LAST, YEAR_FIRST);
    rule->until = (int)json_int_or(item, "until", YEAR_FIRST, YEAR_LAST, YEAR_LAST);
    if (kinds != 1) {
        json_problem(item, NULL, "expected one of \"date\", \"easter\", \"weekday\" (with \"from\")");
    } else if (json_has(item, "date")) {
        read_date(rule, item, "date");
    } else if (json_has(item, "easter")) {
        rule->kind = HOLIDAY_EASTER;
        rule->offset = (int)json_int(item, "easter", -70, 70);
    } else {
        read_weekday(rule, item);
    }
}

static size_t read_days(struct json_reader *object, const char *member, int64_t days_out[HOLIDAY_DAYS_MAX])
{
    struct json_reader list;
    size_t count = 0;
    json_array(object, member, 0, HOLIDAY_DAYS_MAX, &list, &count);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_item_string(&list, i, 1, 64);
        if (!day_parse(text, &days_out[i]))
            json_problem(&list, NULL, "\"%s\" is not a day such as 2026-12-31", text);
    }
    return count;
}
