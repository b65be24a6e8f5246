/* Every quarter of an hour of a year, in zones that change their clocks in every way there is: sending windows, quiet
 * hours, days, weeks and reminder days against the C library's own reading of the same time zones (localtime_r), which
 * shares no code with libical. */
#include "domain/message_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define QUARTER_MS INT64_C(900000)
#define QUARTERS   (400 * 96) /* the year and what its end looks forward to */
#define COMPARED   (366 * 96)

static const struct {
    const char *zone;
    int year;
} places[] = {
    {"Europe/Helsinki", 2026},
    {"Europe/Stockholm", 2027},
    {"America/Sao_Paulo", 2018}, /* changes at midnight */
    {"Australia/Sydney", 2026},
    {"Australia/Lord_Howe", 2026}, /* by half an hour */
    {"America/St_Johns", 2026},
    {"Asia/Kathmandu", 2026},
    {"UTC", 2026},
};
#define PLACES (sizeof places / sizeof places[0])

static struct tm local[QUARTERS];
static int64_t start_ms;
static const struct zone *zone;

static int64_t at(size_t quarter)
{
    return start_ms + (int64_t)quarter * QUARTER_MS;
}

/* Reads the year as the C library does. */
static void place_take(size_t place)
{
    struct tm first = {.tm_year = places[place].year - 1900, .tm_mday = 1};
    assert_int_equal(setenv("TZ", places[place].zone, 1), 0);
    tzset();
    start_ms = (int64_t)timegm(&first) * 1000;
    for (size_t i = 0; i < QUARTERS; i++) {
        time_t seconds = (time_t)(at(i) / 1000);
        assert_non_null(localtime_r(&seconds, &local[i]));
    }
    zone = zone_find(places[place].zone);
    assert_non_null(zone);
}

static bool is_within(size_t quarter, const struct window *window)
{
    const struct tm *time = &local[quarter];
    int minute = time->tm_hour * 60 + time->tm_min;
    bool holiday = window->holidays.added_count > 0 &&
                   (time->tm_mon == 3 || (time->tm_mon == 11 && time->tm_mday == 24));
    return (window->days >> (time->tm_wday + 6) % 7 & 1U) != 0 && minute >= window->from_minute &&
           minute < window->to_minute && !holiday;
}

/* Holidays told in two ways: here as a list of days, in is_within as a month and a day. */
static void close_april_and_christmas_eve(struct holidays *holidays, int year)
{
    *holidays = (struct holidays){0};
    for (int64_t day = day_of_date(year, 4, 1); day < day_of_date(year, 5, 1); day++)
        holidays->added[holidays->added_count++] = day;
    for (int64_t later = 0; later < 2; later++)
        holidays->added[holidays->added_count++] = day_of_date(year + later, 12, 24);
}

/* By going backwards through the year: when the window that holds each quarter, or the next one, opens and closes. */
static void compare_windows(size_t place, const struct window *window)
{
    static int64_t opens[QUARTERS], closes[QUARTERS];
    int64_t open_ms = -1, close_ms = -1;
    for (size_t i = QUARTERS - 1; i-- > 1;) {
        if (is_within(i, window)) {
            if (!is_within(i + 1, window))
                close_ms = at(i + 1);
            if (!is_within(i - 1, window) || local[i].tm_yday != local[i - 1].tm_yday)
                open_ms = at(i);
        }
        opens[i] = open_ms;
        closes[i] = close_ms;
    }
    /* the opening of the window that holds a quarter lies before it */
    for (size_t i = 2; i < QUARTERS - 1; i++)
        if (is_within(i, window) && is_within(i - 1, window) && local[i].tm_yday == local[i - 1].tm_yday)
            opens[i] = opens[i - 1];
    for (size_t i = 96; i < COMPARED; i++) {
        int64_t found_open_ms = 0, found_close_ms = 0;
        window_next(zone, window, at(i), &found_open_ms, &found_close_ms);
        if (found_open_ms != opens[i] || found_close_ms != closes[i])
            fail_msg(
                "%s, %d-%02d-%02d %02d:%02d: opens %lld s and closes %lld s later, expected %lld and %lld",
                places[place].zone, local[i].tm_year + 1900, local[i].tm_mon + 1, local[i].tm_mday,
                local[i].tm_hour, local[i].tm_min, (long long)(found_open_ms - at(i)) / 1000,
                (long long)(found_close_ms - at(i)) / 1000, (long long)(opens[i] - at(i)) / 1000,
                (long long)(closes[i] - at(i)) / 1000);
        int64_t now_opens_ms = 0, now_closes_ms = 0; /* at the last instant of the quarter all is the same */
        window_next(zone, window, at(i + 1) - 1, &now_opens_ms, &now_closes_ms);
        assert_int_equal(now_opens_ms, found_open_ms);
        assert_int_equal(now_closes_ms, found_close_ms);
    }
}

static void office_hours_open_and_close_by_the_clock_on_the_wall(void **state)
{
    (void)state;
    for (size_t place = 0; place < PLACES; place++) {
        place_take(place);
        struct org org = {.zone = zone, .window = {.days = 0x1F, .from_minute = 540, .to_minute = 1080}};
        compare_windows(place, &org.window);
        close_april_and_christmas_eve(&org.window.holidays, places[place].year);
        compare_windows(place, &org.window);
    }
}

/* Clocks change within it: the window is an hour shorter or longer that night, and opens and closes once. */
static void a_window_at_night_holds_the_change_of_clocks(void **state)
{
    (void)state;
    for (size_t place = 0; place < PLACES; place++) {
        place_take(place);
        struct window night = {.days = 0x7F, .from_minute = 60, .to_minute = 360};
        compare_windows(place, &night);
    }
}

static void quiet_hours_are_from_21_to_7_every_day(void **state)
{
    (void)state;
    const struct message_class *class = message_class("question");
    for (size_t place = 0; place < PLACES; place++) {
        place_take(place);
        struct org org = {.zone = zone, .window = {.days = 0x01, .from_minute = 600, .to_minute = 660}};
        close_april_and_christmas_eve(&org.window.holidays, places[place].year); /* not for conversations */
        for (size_t i = 96; i < COMPARED; i++) {
            int64_t opens_ms = 0, closes_ms = 0;
            message_window(class, &org, at(i), &opens_ms, &closes_ms);
            bool quiet = local[i].tm_hour >= 21 || local[i].tm_hour < 7;
            if (quiet != (opens_ms > at(i)))
                fail_msg("%s, %02d:%02d: quiet is %d", places[place].zone, local[i].tm_hour, local[i].tm_min,
                         quiet);
            if (quiet) {
                const struct tm *then = &local[(opens_ms - start_ms) / QUARTER_MS];
                assert_int_equal(then->tm_hour * 60 + then->tm_min, 7 * 60);
                assert_true(opens_ms - at(i) <= 11 * HOUR_MS);
            }
        }
    }
}

static void days_and_weeks_begin_at_local_midnight(void **state)
{
    (void)state;
    for (size_t place = 0; place < PLACES; place++) {
        place_take(place);
        char before[16] = "", expected[16], found[WEEK_SIZE];
        for (size_t i = 0; i < COMPARED; i++) {
            struct tm date = {
                .tm_year = local[i].tm_year, .tm_mon = local[i].tm_mon, .tm_mday = local[i].tm_mday};
            assert_int_equal(day_index_at(zone, at(i)), (int64_t)timegm(&date) / 86400);
            assert_int_equal(day_weekday(day_index_at(zone, at(i))), (local[i].tm_wday + 6) % 7);
            assert_true(strftime(expected, sizeof expected, "%G-W%V", &local[i]) > 0);
            int64_t week = week_index_at(zone, at(i));
            week_text(week, found);
            assert_string_equal(found, expected);
            if (i > 0 && strcmp(before, expected) != 0)
                assert_int_equal(week_start_ms(zone, week), at(i));
            memcpy(before, expected, sizeof before);
        }
    }
}

static void a_reminder_is_due_at_the_first_opening_from_its_day_on(void **state)
{
    (void)state;
    for (size_t place = 0; place < PLACES; place++) {
        place_take(place);
        struct org org = {.zone = zone,
                          .window = {.days = 0x1F, .from_minute = 540, .to_minute = 1080},
                          .reminder_days = 3};
        close_april_and_christmas_eve(&org.window.holidays, places[place].year);
        size_t reminded = 0, late = 0;
        for (size_t i = 96; i < COMPARED - 96 * 40; i += 4) {
            if (!is_within(i, &org.window))
                continue;
            struct tm date = {
                .tm_year = local[i].tm_year, .tm_mon = local[i].tm_mon, .tm_mday = local[i].tm_mday};
            int64_t asked_day = (int64_t)timegm(&date) / 86400, due_ms = 0, closes_ms = at(i) + 7 * DAY_MS;
            size_t k = i;
            for (int64_t day = asked_day; day < asked_day + 3 || !is_within(k, &org.window); k++) {
                date = (struct tm){.tm_year = local[k + 1].tm_year,
                                   .tm_mon = local[k + 1].tm_mon,
                                   .tm_mday = local[k + 1].tm_mday};
                day = (int64_t)timegm(&date) / 86400;
            }
            bool in_time = at(k) < closes_ms - DAY_MS;
            assert_int_equal(reminder_time(&org, at(i), closes_ms, &due_ms), in_time);
            if (in_time)
                assert_int_equal(due_ms, at(k));
            reminded += in_time;
            late += !in_time;
        }
        assert_true(reminded > 1000);       /* the most */
        assert_true(late > 0 && late < 60); /* only before the closed April */
    }
}

/* Holidays push the day back until there is less than a day left to answer in. */
static void nobody_is_reminded_who_could_hardly_answer_any_more(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *due; /* NULL = not reminded */
        int64_t holidays;        /* from Monday 2026-01-19 on */
    } rows[] = {
        {"2026-01-15T09:00", "2026-01-19 09:00", 0},
        {"2026-01-15T09:00", "2026-01-20 09:00", 1},
        {"2026-01-15T09:00", NULL, 2}, /* a day before it closes to the minute */
        {"2026-01-15T09:01", "2026-01-21 09:00", 2},
        {"2026-01-15T17:59", NULL, 3},
        {"2026-01-15T17:59", NULL, 5},
    };
    place_take(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct org org = {.zone = zone,
                          .window = {.days = 0x1F, .from_minute = 540, .to_minute = 1080},
                          .reminder_days = 3};
        int64_t asked_ms = 0, due_ms = 0;
        struct error error;
        char due[24];
        for (int64_t day = 0; day < rows[i].holidays; day++)
            org.window.holidays.added[org.window.holidays.added_count++] = day_of_date(2026, 1, 19) + day;
        assert_true(instant_parse(zone, rows[i].asked, 0, &asked_ms, &error));
        bool reminded = reminder_time(&org, asked_ms, asked_ms + 7 * DAY_MS, &due_ms);
        assert_int_equal(reminded, rows[i].due != NULL);
        instant_text(zone, due_ms, due);
        if (reminded)
            assert_string_equal(due, rows[i].due);
    }
}

static void nobody_is_reminded_where_the_org_says_so(void **state)
{
    (void)state;
    place_take(0);
    struct org org = {.zone = zone, .window = {.days = 0x1F, .from_minute = 540, .to_minute = 1080}};
    int64_t due_ms = 0;
    assert_false(reminder_time(&org, at(96 * 12 + 40), at(96 * 19 + 40), &due_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(office_hours_open_and_close_by_the_clock_on_the_wall),
        cmocka_unit_test(a_window_at_night_holds_the_change_of_clocks),
        cmocka_unit_test(quiet_hours_are_from_21_to_7_every_day),
        cmocka_unit_test(days_and_weeks_begin_at_local_midnight),
        cmocka_unit_test(a_reminder_is_due_at_the_first_opening_from_its_day_on),
        cmocka_unit_test(nobody_is_reminded_who_could_hardly_answer_any_more),
        cmocka_unit_test(nobody_is_reminded_where_the_org_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
