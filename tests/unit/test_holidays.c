/* Public holidays: Easter against a table of known dates, the countries' files against calendars of known years, what an
 * org adds and takes away, and sending windows that skip them. */
#include "domain/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/org.h"

/* Easter Sundays from 2000 to 2050, as published by the churches. */
static const char *const easters[] = {
    "2000-04-23", "2001-04-15", "2002-03-31", "2003-04-20", "2004-04-11", "2005-03-27", "2006-04-16",
    "2007-04-08", "2008-03-23", "2009-04-12", "2010-04-04", "2011-04-24", "2012-04-08", "2013-03-31",
    "2014-04-20", "2015-04-05", "2016-03-27", "2017-04-16", "2018-04-01", "2019-04-21", "2020-04-12",
    "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
    "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13", "2032-03-28", "2033-04-17", "2034-04-09",
    "2035-03-25", "2036-04-13", "2037-04-05", "2038-04-25", "2039-04-10", "2040-04-01", "2041-04-21",
    "2042-04-06", "2043-03-29", "2044-04-17", "2045-04-09", "2046-03-25", "2047-04-14", "2048-04-05",
    "2049-04-18", "2050-04-10"};

static int64_t day(const char *text)
{
    int64_t day_index = 0;
    if (!day_parse(text, &day_index))
        fail_msg("%s", text);
    return day_index;
}

static void easter_falls_where_it_is_known_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof easters / sizeof easters[0]; i++) {
        char found[DAY_SIZE];
        day_text(easter_day(2000 + (int64_t)i), found);
        assert_string_equal(found, easters[i]);
    }
}

static void easter_is_a_sunday_between_its_limits(void **state)
{
    (void)state;
    for (int64_t year = 1970; year <= 2199; year++) {
        int64_t easter = easter_day(year);
        assert_int_equal(day_weekday(easter), 6);
        assert_in_range(easter - day_of_date(year, 3, 22), 0, 34); /* to 25 April */
    }
}

static struct holidays country(const char *code)
{
    char path[512];
    struct holidays holidays = {0};
    struct error error = {""};
    snprintf(path, sizeof path, "%s/holidays/%s.json", PULSSI_SHARE_DIR, code);
    cJSON *json = json_read_file(path, &error);
    if (json == NULL || !holidays_country_read(&holidays, code, json, &error))
        fail_msg("%s", error.text);
    cJSON_Delete(json);
    return holidays;
}

static void every_day_of_known_years_is_a_holiday_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *country;
        int year;
        const char *days;
    } rows[] = {
        {"FI", 2008, /* Ascension Day falls on 1 May */
         "01-01 01-06 03-21 03-23 03-24 05-01 05-11 06-20 06-21 11-01 12-06 12-24 12-25 12-26 "},
        {"FI", 2024,
         "01-01 01-06 03-29 03-31 04-01 05-01 05-09 05-19 06-21 06-22 11-02 12-06 12-24 12-25 12-26 "},
        {"FI", 2026,
         "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-19 06-20 10-31 12-06 12-24 12-25 12-26 "},
        {"FI", 2027,
         "01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-25 06-26 11-06 12-06 12-24 12-25 12-26 "},
        {"FI", 2038, /* Easter as late as it can be */
         "01-01 01-06 04-23 04-25 04-26 05-01 06-03 06-13 06-25 06-26 11-06 12-06 12-24 12-25 12-26 "},
        {"SE", 2004, /* Whit Monday for the last time, 6 June not yet */
         "01-01 01-06 04-09 04-11 04-12 05-01 05-20 05-30 05-31 06-25 06-26 11-06 12-24 12-25 12-26 12-31 "},
        {"SE", 2026,
         "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-19 06-20 10-31 12-24 12-25 12-26 12-31 "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct holidays holidays = country(rows[i].country);
        char found[512] = "", text[DAY_SIZE];
        size_t at = 0;
        int64_t last = day_of_date(rows[i].year, 12, 31);
        for (int64_t index = day_of_date(rows[i].year, 1, 1); index <= last; index++) {
            day_text(index, text);
            if (holidays_has(&holidays, index))
                at += (size_t)snprintf(found + at, sizeof found - at, "%s ", text + 5);
        }
        assert_string_equal(found, rows[i].days);
    }
}

static bool read_text(struct holidays *holidays, const char *text, struct error *error)
{
    struct json_reader root, object;
    cJSON *json = json_parse(text, strlen(text), error);
    if (json == NULL)
        fail_msg("%s", error->text);
    json_reader_root(&root, json, error);
    json_object(&root, "holidays", &object);
    holidays_read(holidays, &object);
    bool read = json_finish(&root);
    cJSON_Delete(json);
    return read;
}

static void an_org_adds_days_and_takes_days_away(void **state)
{
    (void)state;
    struct holidays holidays;
    struct error error = {""};
    if (!read_text(
            &holidays,
            "{\"holidays\":{\"country\":\"FI\",\"days\":[{\"name\":\"jouluaatto\",\"date\":\"12-24\"}],"
            "\"add\":[\"2026-12-31\",\"2027-02-08\"],\"not\":[\"2026-12-24\"]}}",
            &error))
        fail_msg("%s", error.text);
    assert_true(holidays_has(&holidays, day("2026-12-31")));
    assert_true(holidays_has(&holidays, day("2027-02-08")));
    assert_false(holidays_has(&holidays, day("2027-12-31"))); /* a day, not a rule */
    assert_false(holidays_has(&holidays, day("2026-12-24")));
    assert_true(holidays_has(&holidays, day("2027-12-24")));
    if (!read_text(&holidays, "{\"holidays\":{\"country\":\"none\",\"add\":[\"2026-12-31\"]}}", &error))
        fail_msg("%s", error.text);
    assert_true(holidays_has(&holidays, day("2026-12-31")));
    assert_false(holidays_has(&holidays, day("2026-12-25")));
}

/* A rule names one day of each of its years, though it may fall into January of the next. */
static void a_weekday_rule_reaches_over_the_turn_of_the_year(void **state)
{
    (void)state;
    struct holidays holidays;
    struct error error = {""};
    if (!read_text(&holidays,
                   "{\"holidays\":{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"weekday\":\"mon\","
                   "\"from\":\"12-29\",\"until\":2026}]}}",
                   &error))
        fail_msg("%s", error.text);
    assert_true(holidays_has(&holidays, day("2025-12-29")));
    assert_true(holidays_has(&holidays, day("2027-01-04"))); /* of 2026 */
    assert_false(holidays_has(&holidays, day("2026-01-05")));
    assert_false(holidays_has(&holidays, day("2028-01-03")));
}

static void what_cannot_be_read_is_named_by_its_path(void **state)
{
    (void)state;
    static const struct {
        const char *holidays, *said;
    } rows[] = {
        {"{}", "holidays.country"},
        {"{\"country\":\"fi\"}", "holidays.country: \"fi\" is not a country code"},
        {"{\"country\":\"FIN\"}", "holidays.country"},
        {"{\"country\":\"FI\",\"day\":[]}", "holidays.day"},
        {"{\"country\":\"FI\",\"add\":[\"2026-02-29\"]}", "holidays.add"},
        {"{\"country\":\"FI\",\"add\":[\"12-24\"]}", "\"12-24\" is not a day"},
        {"{\"country\":\"FI\",\"add\":[\"2026-12-24\"],\"not\":[\"2026-12-24\"]}",
         "holidays.not: the same day"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\"}]}", "holidays.days[0]: expected one of"},
        {"{\"country\":\"FI\",\"days\":[{\"date\":\"12-24\"}]}", "holidays.days[0].name"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"date\":\"02-29\"}]}", "holidays.days[0].date"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"date\":\"12-24\",\"easter\":1}]}",
         "expected one of"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"easter\":71}]}", "holidays.days[0].easter"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"weekday\":\"lau\",\"from\":\"06-20\"}]}",
         "holidays.days[0].weekday"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"weekday\":\"sat\"}]}", "holidays.days[0].from"},
        {"{\"country\":\"FI\",\"days\":[{\"name\":\"x\",\"date\":\"12-24\",\"from\":\"06-20\"}]}",
         "holidays.days[0].from"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];
        struct holidays holidays;
        struct error error = {""};
        snprintf(text, sizeof text, "{\"holidays\":%s}", rows[i].holidays);
        if (read_text(&holidays, text, &error) || strstr(error.text, rows[i].said) == NULL)
            fail_msg("%s: said \"%s\"", rows[i].holidays, error.text);
    }
}

static void a_file_of_another_country_is_refused(void **state)
{
    (void)state;
    struct holidays holidays;
    struct error error = {""};
    static const char text[] = "{\"country\":\"SE\",\"days\":[]}";
    cJSON *json = json_parse(text, sizeof text - 1, &error);
    assert_false(holidays_country_read(&holidays, "FI", json, &error));
    assert_non_null(strstr(error.text, "country: expected FI"));
    cJSON_Delete(json);
}

static int64_t instant(const struct zone *zone, const char *text)
{
    int64_t at_ms = 0;
    struct error error = {""};
    if (!instant_parse(zone, text, 0, &at_ms, &error))
        fail_msg("%s", error.text);
    return at_ms;
}

static void no_window_opens_on_a_holiday(void **state)
{
    (void)state;
    static const struct {
        const char *at, *opens, *closes;
    } rows[] = {
        {"2026-04-02T17:59", "2026-04-02 09:00", "2026-04-02 18:00"},
        {"2026-04-02T18:00", "2026-04-07 09:00", "2026-04-07 18:00"}, /* Good Friday to Easter Monday */
        {"2026-04-03T10:00", "2026-04-07 09:00", "2026-04-07 18:00"},
        {"2026-01-06T10:00", "2026-01-07 09:00", "2026-01-07 18:00"},
        {"2026-05-14T00:00", "2026-05-15 09:00", "2026-05-15 18:00"},
        {"2026-12-23T18:00", "2026-12-28 09:00", "2026-12-28 18:00"},
        {"2025-12-31T18:00", "2026-01-02 09:00", "2026-01-02 18:00"},
    };
    const struct zone *zone = zone_find("Europe/Helsinki");
    struct window window = {.days = 0x1F, .from_minute = 540, .to_minute = 1080, .holidays = country("FI")};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t opens_ms = 0, closes_ms = 0;
        char opens[24], closes[24];
        window_next(zone, &window, instant(zone, rows[i].at), &opens_ms, &closes_ms);
        instant_text(zone, opens_ms, opens);
        instant_text(zone, closes_ms, closes);
        assert_string_equal(opens, rows[i].opens);
        assert_string_equal(closes, rows[i].closes);
    }
    /* three sending days from the Wednesday before Easter end on the Tuesday after it */
    assert_int_equal(window_last_close_ms(zone, &window, instant(zone, "2026-04-01T10:00"), 3),
                     instant(zone, "2026-04-07T18:00"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easter_falls_where_it_is_known_to),
        cmocka_unit_test(easter_is_a_sunday_between_its_limits),
        cmocka_unit_test(every_day_of_known_years_is_a_holiday_or_not),
        cmocka_unit_test(an_org_adds_days_and_takes_days_away),
        cmocka_unit_test(a_weekday_rule_reaches_over_the_turn_of_the_year),
        cmocka_unit_test(what_cannot_be_read_is_named_by_its_path),
        cmocka_unit_test(a_file_of_another_country_is_refused),
        cmocka_unit_test(no_window_opens_on_a_holiday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
