/* Public holidays: rules of a country, which are data (config/holidays/<COUNTRY>.json), and the days an organisation adds
 * or takes away. The rules are copied into the org's record when it is put, so every program sees the same days. Pure. */
#ifndef DOMAIN_HOLIDAYS_H
#define DOMAIN_HOLIDAYS_H

#include <stdint.h>

#include "base/json.h"

#define HOLIDAY_RULES_MAX    40
#define HOLIDAY_DAYS_MAX     64
#define HOLIDAY_COUNTRY_SIZE 5 /* "FI", or "none" */
#define HOLIDAYS_NONE        "none"

enum holiday_kind {
    HOLIDAY_DATE,    /* a day of the year */
    HOLIDAY_EASTER,  /* so many days after Easter Sunday */
    HOLIDAY_WEEKDAY, /* the first such day of the week on or after a day of the year */
};

struct holiday_rule {
    enum holiday_kind kind;
    int month, day;   /* not of HOLIDAY_EASTER */
    int offset;       /* of HOLIDAY_EASTER: -70..70 days */
    int weekday;      /* of HOLIDAY_WEEKDAY: 0 = Monday … 6 = Sunday */
    int since, until; /* years, both inclusive */
};

struct holidays {
    char country[HOLIDAY_COUNTRY_SIZE]; /* "" = the record says nothing of holidays */
    size_t rules_count;
    struct holiday_rule rules[HOLIDAY_RULES_MAX];
    size_t added_count, taken_count;
    int64_t added[HOLIDAY_DAYS_MAX]; /* days since 1970-01-01 */
    int64_t taken[HOLIDAY_DAYS_MAX];
};

/* Reads {"country": "FI", "days": […], "add": ["2026-12-31"], "not": […]}: of an org's record. "days" are the country's
 * rules; an org's own file leaves them out. */
void holidays_read(struct holidays *holidays_out, struct json_reader *object);

/* Reads the file of a country: {"country": "FI", "days": [{"name": "pitkäperjantai", "easter": -2}, {"name":
 * "joulupäivä", "date": "12-25"}, {"name": "juhannuspäivä", "weekday": "sat", "from": "06-20"}, …]}, each also with
 * "since" and "until", years. The error names the path inside it, also when the country is another one. */
bool holidays_country_read(struct holidays *holidays_out, const char *country, const cJSON *json,
                           struct error *error) MUST_CHECK;

/* Whether a local day (since 1970-01-01) is a public holiday. */
bool holidays_has(const struct holidays *holidays, int64_t day_index);

/* Easter Sunday of a year from 1583 on, Gregorian calendar: the day since 1970-01-01. */
int64_t easter_day(int64_t year);

#endif
