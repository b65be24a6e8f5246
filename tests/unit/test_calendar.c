/* Weeks, days and sending windows in local time, above all in the two odd nights of the year. Instants were
 * computed with an independent implementation (Python zoneinfo). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/calendar.h"

#define MINUTE_MS INT64_C(60000)

static const struct zone *helsinki;

static int find_helsinki(void **state)
{
    (void)state;
    helsinki = zone_find("Europe/Helsinki");
    return helsinki != NULL ? 0 : -1;
}

static int64_t instant(const char *text)
{
    struct error error = {""};
    int64_t at_ms = -1;
    if (!instant_parse(helsinki, text, 0, &at_ms, &error))
        fail_msg("%s", error.text);
    return at_ms;
}

static void only_real_zones_are_found(void **state)
{
    (void)state;
    assert_non_null(zone_find("UTC"));
    assert_non_null(zone_find("Europe/Stockholm"));
    assert_null(zone_find("Europe/Varkaus"));
    assert_null(zone_find(""));
    assert_null(zone_find("../../etc/passwd"));
    assert_null(zone_find("+02:00"));
}

static void local_times_become_instants(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms;
    } cases[] = {
        {"2026-01-06T10:00", INT64_C(1767686400000)},
        {"2026-01-06 10:00", INT64_C(1767686400000)},
        {"2026-01-06T10:00:30", INT64_C(1767686430000)},
        {"2026-01-06T08:00Z", INT64_C(1767686400000)},
        {"2026-07-01T10:00", INT64_C(1782889200000)},
        /* spring: 03:00 to 04:00 does not happen on 29 March; such a time is the end of the gap */
        {"2026-03-29T02:59", INT64_C(1774745940000)},
        {"2026-03-29T03:00", INT64_C(1774746000000)},
        {"2026-03-29T03:30", INT64_C(1774746000000)},
        {"2026-03-29T03:59:59", INT64_C(1774746000000)},
        {"2026-03-29T04:00", INT64_C(1774746000000)},
        /* autumn: 03:00 to 04:00 happens twice on 25 October; such a time is the first of the two */
        {"2026-10-25T03:30", INT64_C(1792888200000)},
        {"2026-10-25T04:00", INT64_C(1792893600000)},
        {"2024-02-29T00:00", INT64_C(1709157600000)},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (instant(cases[i].text) != cases[i].at_ms)
            print_error("time %s\n", cases[i].text);
        assert_int_equal(instant(cases[i].text), cases[i].at_ms);
    }
    int64_t at_ms = 0;
    struct error error = {""};
    assert_true(instant_parse(helsinki, "now", 12345, &at_ms, &error));
    assert_int_equal(at_ms, 12345);
}

static void what_is_no_time_is_refused_with_the_form_expected(void **state)
{
    static const char *const bad[] = {"",
                                      "tomorrow",
                                      "2026-01-06",
                                      "2026-01-06T",
                                      "2026-01-06T10",
                                      "2026-01-06T24:00",
                                      "2026-01-06T10:60",
                                      "2026-01-06T10:00:",
                                      "2026-01-06T10:00:61",
                                      "2026-01-06T10:00+02:00",
                                      "2026-1-06T10:00",
                                      "2026-13-06T10:00",
                                      "2026-02-29T10:00",
                                      "2026-04-31T10:00",
                                      "2026-00-10T10:00",
                                      "2026-01-00T10:00",
                                      "1969-12-31T10:00",
                                      "2026-01-06X10:00",
                                      " now",
                                      "2026-01-06T10:00 "};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {""};
        int64_t at_ms = 0;
        if (instant_parse(helsinki, bad[i], 0, &at_ms, &error))
            fail_msg("accepted \"%s\"", bad[i]);
        assert_non_null(strstr(error.text, "expected \"now\", a local time such as 2026-01-06T10:00"));
    }
}

static void instants_read_as_local_time(void **state)
{
    (void)state;
    char text[24];
    instant_text(helsinki, INT64_C(1767686400000), text);
    assert_string_equal(text, "2026-01-06 10:00");
    instant_text(helsinki, INT64_C(1774746000000), text);
    assert_string_equal(text, "2026-03-29 04:00");
    instant_text(helsinki, INT64_C(1774746000000) - 1, text);
    assert_string_equal(text, "2026-03-29 02:59");
    instant_text(helsinki, INT64_C(1792891800000), text); /* the second 03:30 */
    assert_string_equal(text, "2026-10-25 03:30");
    instant_text(zone_find("UTC"), -1, text);
    assert_string_equal(text, "1969-12-31 23:59");
}

static void weeks_have_iso_names(void **state)
{
    static const struct {
        int64_t week_index;
        const char *text;
    } cases[] = {{0, "1970-W02"},    {-1, "1970-W01"},   {2921, "2026-W01"}, {2660, "2020-W53"},
                 {2661, "2021-W01"}, {2869, "2025-W01"}, {2399, "2015-W53"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[WEEK_SIZE];
        int64_t week_index = -99;
        week_text(cases[i].week_index, text);
        assert_string_equal(text, cases[i].text);
        assert_true(week_parse(text, &week_index));
        assert_int_equal(week_index, cases[i].week_index);
    }
    static const char *const bad[] = {"",        "2026-W00", "2026-W54", "2021-W53",  "2026-w03",
                                      "2026-W3", "2026W03",  "26-W03",   "2026-W031", "2026-Wxx"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t week_index = 0;
        assert_false(week_parse(bad[i], &week_index));
    }
}

static void a_week_begins_on_monday_at_local_midnight(void **state)
{
    (void)state;
    for (int64_t week = 2900; week < 3100; week++) {
        char text[24];
        int64_t start_ms = week_start_ms(helsinki, week);
        instant_text(helsinki, start_ms, text);
        assert_string_equal(text + 11, "00:00");
        assert_int_equal(week_index_at(helsinki, start_ms), week);
        assert_int_equal(week_index_at(helsinki, start_ms - 1), week - 1);
        assert_int_equal(day_index_at(helsinki, start_ms), week * 7 + 4);
    }
    assert_int_equal(week_start_ms(helsinki, 2922) - week_start_ms(helsinki, 2921), 7 * DAY_MS);
    /* the weeks that end with the odd nights */
    int64_t spring = week_index_at(helsinki, instant("2026-03-29T12:00"));
    int64_t autumn = week_index_at(helsinki, instant("2026-10-25T12:00"));
    assert_int_equal(week_start_ms(helsinki, spring + 1), INT64_C(1774818000000));
    assert_int_equal(week_start_ms(helsinki, autumn + 1), INT64_C(1792965600000));
    assert_int_equal(week_start_ms(helsinki, spring + 1) - week_start_ms(helsinki, spring),
                     7 * DAY_MS - HOUR_MS);
    assert_int_equal(week_start_ms(helsinki, autumn + 1) - week_start_ms(helsinki, autumn),
                     7 * DAY_MS + HOUR_MS);
}

static void a_week_closes_after_the_next_one_and_the_grace(void **state)
{
    (void)state;
    int64_t week = 0;
    assert_true(week_parse("2026-W02", &week));
    assert_int_equal(week_closes_ms(helsinki, week, 24), instant("2026-01-20T00:00"));
    assert_int_equal(week_closes_ms(helsinki, week, 1), instant("2026-01-19T01:00"));
}

static const struct window office_hours = {.days = 0x1F, .from_minute = 9 * 60, .to_minute = 18 * 60};

static void expect_window(const struct window *window, const char *at, const char *open, const char *close)
{
    int64_t open_ms = 0, close_ms = 0;
    window_next(helsinki, window, instant(at), &open_ms, &close_ms);
    if (open_ms != instant(open) || close_ms != instant(close))
        print_error("window at %s\n", at);
    assert_int_equal(open_ms, instant(open));
    assert_int_equal(close_ms, instant(close));
}

static void the_window_is_the_one_around_or_the_next(void **state)
{
    (void)state;
    expect_window(&office_hours, "2026-01-06T08:59", "2026-01-06T09:00", "2026-01-06T18:00");
    expect_window(&office_hours, "2026-01-06T09:00", "2026-01-06T09:00", "2026-01-06T18:00");
    expect_window(&office_hours, "2026-01-06T17:59:59", "2026-01-06T09:00", "2026-01-06T18:00");
    expect_window(&office_hours, "2026-01-06T18:00", "2026-01-07T09:00", "2026-01-07T18:00");
    expect_window(&office_hours, "2026-01-09T18:00", "2026-01-12T09:00",
                  "2026-01-12T18:00"); /* over a weekend */
    expect_window(&office_hours, "2026-03-28T12:00", "2026-03-30T09:00",
                  "2026-03-30T18:00"); /* over the change */
    struct window sundays = {.days = 0x40, .from_minute = 0, .to_minute = 1440};
    expect_window(&sundays, "2026-01-12T00:00", "2026-01-18T00:00", "2026-01-19T00:00");
}

static void a_window_follows_the_clock_in_the_odd_nights(void **state)
{
    (void)state;
    struct window night = {.days = 0x40, .from_minute = 3 * 60 + 30, .to_minute = 5 * 60};
    expect_window(&night, "2026-03-29T00:00", "2026-03-29T04:00",
                  "2026-03-29T05:00"); /* opens at the gap's end */
    int64_t open_ms = 0, close_ms = 0;
    window_next(helsinki, &night, instant("2026-10-25T00:00"), &open_ms, &close_ms);
    assert_int_equal(close_ms - open_ms,
                     150 * MINUTE_MS); /* 03:30 to 05:00 with an hour that happens twice */
    /* a window wholly inside the gap does not happen that day */
    struct window gap = {.days = 0x40, .from_minute = 3 * 60, .to_minute = 4 * 60};
    expect_window(&gap, "2026-03-28T12:00", "2026-04-05T03:00", "2026-04-05T04:00");
}

static void zones_with_odd_changes(void **state)
{
    (void)state;
    struct error error = {""};
    int64_t at_ms = 0;
    /* half an hour, at 02:00: 02:15 becomes 02:30 */
    const struct zone *lord_howe = zone_find("Australia/Lord_Howe");
    assert_non_null(lord_howe);
    assert_true(instant_parse(lord_howe, "2026-10-04T02:15", 0, &at_ms, &error));
    assert_int_equal(at_ms, INT64_C(1791041400000));
    /* midnight does not happen on 6 September in Santiago */
    const struct zone *santiago = zone_find("America/Santiago");
    assert_non_null(santiago);
    assert_true(instant_parse(santiago, "2026-09-06T00:00", 0, &at_ms, &error));
    assert_int_equal(at_ms, INT64_C(1788667200000));
}

static void sending_days_are_counted_in_windows(void **state)
{
    (void)state;
    int64_t tuesday = instant("2026-01-06T10:00");
    assert_int_equal(window_last_close_ms(helsinki, &office_hours, tuesday, 1), instant("2026-01-06T18:00"));
    assert_int_equal(window_last_close_ms(helsinki, &office_hours, tuesday, 3), instant("2026-01-08T18:00"));
    assert_int_equal(window_last_close_ms(helsinki, &office_hours, tuesday, 5), instant("2026-01-12T18:00"));
    assert_int_equal(window_last_close_ms(helsinki, &office_hours, instant("2026-01-06T19:00"), 1),
                     instant("2026-01-07T18:00"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_real_zones_are_found),
        cmocka_unit_test(local_times_become_instants),
        cmocka_unit_test(what_is_no_time_is_refused_with_the_form_expected),
        cmocka_unit_test(instants_read_as_local_time),
        cmocka_unit_test(weeks_have_iso_names),
        cmocka_unit_test(a_week_begins_on_monday_at_local_midnight),
        cmocka_unit_test(a_week_closes_after_the_next_one_and_the_grace),
        cmocka_unit_test(the_window_is_the_one_around_or_the_next),
        cmocka_unit_test(a_window_follows_the_clock_in_the_odd_nights),
        cmocka_unit_test(zones_with_odd_changes),
        cmocka_unit_test(sending_days_are_counted_in_windows),
    };
    return cmocka_run_group_tests(tests, find_helsinki, NULL);
}
