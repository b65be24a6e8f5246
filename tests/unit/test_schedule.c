/* Schedules: rules of days, the two odd nights of the year in zones that have them in their own way, and what is
 * done about an occurrence that was missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "domain/schedule.h"

static const struct window office_hours = {.days = 0x1F, .from_minute = 540, .to_minute = 1080};

static const char *text_of(const cJSON *one, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(one, member);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static int64_t day_of(const char *text)
{
    int64_t day = -1;
    assert_true(day_parse(text, &day));
    return day;
}

static void make_schedule(struct schedule *schedule, const char *rrule, const char *from, const char *until)
{
    struct error error = {""};
    *schedule = (struct schedule){.id = "tuesdays",
                                  .pilot = "coaching-a",
                                  .survey = "felt-forward",
                                  .seed = "a seed",
                                  .from_day = day_of(from),
                                  .until_day = until == NULL ? -1 : day_of(until)};
    if (!schedule_set_rule(schedule, &office_hours, rrule, &error))
        fail_msg("%s: %s", rrule, error.text);
}

static int64_t helsinki_ms(const char *local)
{
    struct error error = {""};
    int64_t at_ms = 0;
    if (!instant_parse(zone_find("Europe/Helsinki"), local, 0, &at_ms, &error))
        fail_msg("%s", error.text);
    return at_ms;
}

/* --- when --- */

/* Each occurrence is also found from the moment just before it. */
static void follow(const struct schedule *schedule, const struct zone *zone, const cJSON *one)
{
    const char *name = text_of(one, "name");
    int64_t at_ms = -1, after_ms = (int64_t)schedule->from_day * DAY_MS - DAY_MS, found = 0;
    int64_t expected_ms = (int64_t)cJSON_GetObjectItemCaseSensitive(one, "first_s")->valuedouble * 1000;
    const cJSON *run = cJSON_GetObjectItemCaseSensitive(one, "then")->child;
    int64_t left = run == NULL ? 0 : (int64_t)run->child->next->valuedouble;
    for (;;) {
        int64_t again_ms = -1;
        if (!schedule_next(schedule, zone, after_ms, &at_ms) || at_ms != expected_ms ||
            !schedule_next(schedule, zone, expected_ms - 1, &again_ms) || again_ms != expected_ms)
            fail_msg("%s: occurrence %d is at %lld, expected %lld", name, (int)found, (long long)at_ms / 1000,
                     (long long)expected_ms / 1000);
        found++;
        after_ms = at_ms;
        if (left == 0 && run != NULL && (run = run->next) != NULL)
            left = (int64_t)run->child->next->valuedouble;
        if (run == NULL)
            break;
        expected_ms += (int64_t)run->child->valuedouble * 1000;
        left--;
    }
    assert_int_equal(found, cJSON_GetObjectItemCaseSensitive(one, "count")->valueint);
    bool ends = schedule->until_day >= 0 || schedule->rule.has_until || schedule->rule.has_count;
    if (ends && schedule_next(schedule, zone, after_ms, &at_ms))
        fail_msg("%s: fires after its end", name);
}

static void occurrences_match_the_vectors(void **state)
{
    (void)state;
    struct error error = {""};
    cJSON *root = json_read_file(TEST_VECTORS "/schedules.json", &error);
    assert_non_null(root);
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(root, "cases"), *one, *except;
    assert_int_equal(cJSON_GetArraySize(cases), 30);
    cJSON_ArrayForEach(one, cases)
    {
        struct schedule schedule;
        const struct zone *zone = zone_find(text_of(one, "zone"));
        assert_non_null(zone);
        make_schedule(&schedule, text_of(one, "rrule"), text_of(one, "from"), text_of(one, "until"));
        cJSON_ArrayForEach(except, cJSON_GetObjectItemCaseSensitive(one, "except"))
        {
            assert_true(schedule_add_except(&schedule, except->valuestring, &error));
        }
        follow(&schedule, zone, one);
    }
    cJSON_Delete(root);
}

static void a_rule_without_a_time_fires_at_the_opening(void **state)
{
    (void)state;
    struct schedule schedule;
    int64_t at_ms = 0;
    make_schedule(&schedule, "freq=weekly;byday=tu", "2026-01-01", NULL);
    assert_string_equal(schedule.rule.text, "FREQ=WEEKLY;BYDAY=TU");
    assert_true(
        schedule_next(&schedule, zone_find("Europe/Helsinki"), helsinki_ms("2026-01-13T09:00"), &at_ms));
    assert_int_equal(at_ms, helsinki_ms("2026-01-20T09:00"));
}

static void the_day_it_was_made_gives_what_the_rule_leaves_open(void **state)
{
    (void)state;
    static const struct {
        const char *rrule, *next;
    } cases[] = {
        {"FREQ=WEEKLY", "2026-01-22T09:00"}, /* from Thursday 15 January */
        {"FREQ=MONTHLY", "2026-02-15T09:00"},
        {"FREQ=YEARLY", "2027-01-15T09:00"},
        {"FREQ=YEARLY;INTERVAL=2", "2028-01-15T09:00"},
        {"FREQ=DAILY;INTERVAL=10", "2026-01-25T09:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schedule schedule;
        int64_t at_ms = 0;
        make_schedule(&schedule, cases[i].rrule, "2026-01-15", NULL);
        assert_true(
            schedule_next(&schedule, zone_find("Europe/Helsinki"), helsinki_ms("2026-01-15T09:00"), &at_ms));
        if (at_ms != helsinki_ms(cases[i].next))
            fail_msg("%s: expected %s", cases[i].rrule, cases[i].next);
    }
}

/* --- what is refused --- */

static void what_is_no_rule_is_refused_with_what_is_expected(void **state)
{
    (void)state;
    static const struct {
        const char *rrule, *words;
    } cases[] = {
        {"", "expected NAME=VALUE"},
        {"every tuesday", "expected NAME=VALUE"},
        {"BYDAY=TU;BYHOUR=10", "FREQ is missing"},
        {"FREQ=FORTNIGHTLY", "FREQ: FORTNIGHTLY: expected DAILY, WEEKLY, MONTHLY or YEARLY"},
        {"FREQ=WEEKLY;", "expected NAME=VALUE"},
        {"FREQ=WEEKLY;BYDAY", "\"BYDAY\": expected NAME=VALUE"},
        {"FREQ=WEEKLY;BYDAY=", "expected NAME=VALUE"},
        {"FREQ=WEEKLY;BYDAY=XX", "BYDAY: XX: expected weekdays"},
        {"FREQ=WEEKLY;BYDAY=TU,", "BYDAY: TU,: expected weekdays"},
        {"FREQ=WEEKLY;BYDAY=,TU", "BYDAY: ,TU: expected weekdays"},
        {"FREQ=MONTHLY;BYDAY=0MO", "BYDAY: 0MO: expected weekdays"},
        {"FREQ=MONTHLY;BYDAY=6MO", "BYDAY: 6MO: expected weekdays such as TU or MO,WE, in a month also 1MO"},
        {"FREQ=YEARLY;BYDAY=20MO", "BYDAY: 20MO: expected weekdays"},
        {"FREQ=MONTHLY;BYDAY=MO,1TU", "BYDAY: expected weekdays that all have a position"},
        {"FREQ=WEEKLY;BYDAY=TU,MO,TU", "BYDAY: a weekday is given twice"},
        {"FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "BYDAY=SU alone with INTERVAL needs WKST=SU"},
        {"FREQ=WEEKLY;WKST=WE", "WKST: WE: expected MO or SU"},
        {"FREQ=MONTHLY;BYDAY=--1MO", "expected weekdays"},
        {"FREQ=WEEKLY;BYDAY=2TU", "BYDAY: a position such as 2TU is for FREQ=MONTHLY or YEARLY"},
        {"FREQ=WEEKLY;BYDAY=TU;BYDAY=WE", "BYDAY: given twice"},
        {"FREQ=WEEKLY;FREQ=DAILY", "FREQ: given twice"},
        {"FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO: not understood; known are FREQ, INTERVAL"},
        {"RSCALE=CHINESE;FREQ=YEARLY", "RSCALE: not understood"},
        {"FREQ=WEEKLY;INTERVAL=0", "INTERVAL: 0: expected a number from 1 to 999"},
        {"FREQ=WEEKLY;INTERVAL=2x", "INTERVAL: 2X: expected a number"},
        {"FREQ=WEEKLY;COUNT=-3", "COUNT: -3: expected a number from 1"},
        {"FREQ=WEEKLY;COUNT=3;UNTIL=20260301", "UNTIL and COUNT: expected only one of them"},
        {"FREQ=WEEKLY;UNTIL=2026-03-01", "UNTIL: 2026-03-01: expected a day such as 20261231"},
        {"FREQ=WEEKLY;UNTIL=20260230", "expected a day such as 20261231"},
        {"FREQ=WEEKLY;UNTIL=20260301T1000", "expected a day such as 20261231"},
        {"FREQ=WEEKLY;UNTIL=20260301T250000", "expected a day such as 20261231"},
        {"FREQ=WEEKLY;WKST=1", "WKST: 1: expected MO or SU"},
        {"FREQ=YEARLY;BYMONTH=13", "BYMONTH: 13: expected months from 1 to 12"},
        {"FREQ=YEARLY;BYMONTH=2L", "BYMONTH: 2L: expected months"},
        {"FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: 0: expected days from 1 to 31"},
        {"FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: 32: expected days"},
        {"FREQ=MONTHLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
         "29,"
         "30,31,1",
         "BYMONTHDAY: 1,2"},
        {"FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12,1;BYMONTHDAY=1", "BYMONTH: 1,2"},
        {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY is for FREQ=MONTHLY, or YEARLY with BYMONTH"},
        {"FREQ=DAILY;BYMONTHDAY=-1", "BYMONTHDAY is for FREQ=MONTHLY, or YEARLY with BYMONTH"},
        {"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "BYMONTHDAY and BYDAY: expected only one of them"},
        {"FREQ=YEARLY;BYMONTHDAY=15", "needs BYMONTH; for every month write FREQ=MONTHLY"},
        {"FREQ=YEARLY;BYDAY=MO", "needs BYMONTH; for every month write FREQ=MONTHLY"},
        {"FREQ=YEARLY;BYMONTH=3", "BYMONTH needs BYMONTHDAY or BYDAY"},
        {"FREQ=MONTHLY;BYMONTH=3", "BYMONTH needs BYMONTHDAY or BYDAY"},
        {"FREQ=MONTHLY;INTERVAL=2;BYMONTH=3;BYDAY=MO", "BYMONTH and INTERVAL: expected only one of them"},
        {"FREQ=MONTHLY;INTERVAL=12", "INTERVAL: expected at most 11 with FREQ=MONTHLY"},
        {"FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31", "never fires: no month of BYMONTH has a day of BYMONTHDAY"},
        {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,-30", "never fires: no month"},
        {"FREQ=YEARLY;BYMONTH=4,6,9,11;BYMONTHDAY=31", "never fires: no month"},
        {"FREQ=DAILY;BYSETPOS=2", "BYSETPOS is for FREQ=MONTHLY with BYDAY"},
        {"FREQ=MONTHLY;BYSETPOS=2", "BYSETPOS is for FREQ=MONTHLY with BYDAY"},
        {"FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1", "BYSETPOS is for FREQ=MONTHLY with BYDAY"},
        {"FREQ=YEARLY;BYMONTH=3;BYDAY=MO;BYSETPOS=2", "BYSETPOS is for FREQ=MONTHLY with BYDAY"},
        {"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=9", "expected at most 4 for each weekday of BYDAY"},
        {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=32", "BYSETPOS: 32: expected positions"},
        {"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS: 0: expected positions"},
        {"FREQ=DAILY;BYHOUR=24", "BYHOUR: 24: expected a number from 0 to 23"},
        {"FREQ=DAILY;BYHOUR=-1", "BYHOUR: -1: expected a number"},
        {"FREQ=DAILY;BYHOUR=10;BYMINUTE=60", "BYMINUTE: 60: expected a number from 0 to 59"},
        {"FREQ=DAILY;BYMINUTE=30", "BYMINUTE and BYSECOND need BYHOUR"},
        {"FREQ=SECONDLY", "fires every 1 s; a schedule asks at most once a day"},
        {"FREQ=SECONDLY;INTERVAL=30;BYMONTH=2;BYMONTHDAY=29", "fires every 30 s;"},
        {"FREQ=MINUTELY", "fires every 1 min; a schedule asks at most once a day"},
        {"FREQ=HOURLY;INTERVAL=19", "fires every 19 h;"},
        {"FREQ=HOURLY;INTERVAL=24", "FREQ: expected DAILY, WEEKLY, MONTHLY or YEARLY"},
        {"FREQ=DAILY;BYHOUR=10,10", "fires 2 times a day;"},
        {"FREQ=DAILY;BYHOUR=10,15", "fires 2 times a day; a schedule asks at most once a day"},
        {"FREQ=WEEKLY;BYHOUR=10;BYMINUTE=0,20,40;BYSECOND=0,30", "fires 6 times a day;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schedule schedule = {.until_day = -1};
        struct error error = {""};
        if (schedule_set_rule(&schedule, &office_hours, cases[i].rrule, &error))
            fail_msg("accepted \"%s\"", cases[i].rrule);
        if (strstr(error.text, cases[i].words) == NULL)
            fail_msg("\"%s\": %s", cases[i].rrule, error.text);
    }
    char longer[RRULE_SIZE + 1];
    struct rrule rule;
    struct error error = {""};
    memset(longer, 'A', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_false(rrule_parse(&rule, longer, &error));
    assert_string_equal(error.text, "the rule is longer than 200 characters");
}

static void what_is_said_twice_in_a_list_counts_once(void **state)
{
    (void)state;
    struct schedule schedule;
    int64_t first_ms = 0, second_ms = 0;
    const struct zone *zone = zone_find("Europe/Helsinki");
    make_schedule(&schedule, "FREQ=MONTHLY;BYMONTHDAY=1,1;COUNT=2;BYHOUR=10", "2026-01-01", NULL);
    assert_true(schedule_next(&schedule, zone, helsinki_ms("2026-01-01T00:00"), &first_ms));
    assert_true(schedule_next(&schedule, zone, first_ms, &second_ms));
    assert_int_equal(second_ms - first_ms, 31 * DAY_MS);
}

static void what_never_fires_is_found_out(void **state)
{
    (void)state;
    static const struct {
        const char *rrule, *until;
        bool fires;
    } cases[] = {
        {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", NULL, true},
        {"FREQ=YEARLY;BYMONTH=2,4;BYMONTHDAY=30", NULL, true},
        {"FREQ=YEARLY;INTERVAL=50;BYMONTH=1;BYMONTHDAY=1", NULL, false}, /* not within thirty years */
        {"FREQ=DAILY;INTERVAL=7;BYDAY=WE", NULL, false},                 /* 13 January is a Tuesday */
        {"FREQ=WEEKLY;UNTIL=20260112", NULL, false},
        {"FREQ=WEEKLY;BYHOUR=10;UNTIL=20260113T075959Z", NULL, false},
        {"FREQ=WEEKLY;BYHOUR=10;UNTIL=20260113T080000Z", NULL, false}, /* that is now */
        {"FREQ=WEEKLY;BYHOUR=10;UNTIL=20260120T080000Z", NULL, true},
        {"FREQ=WEEKLY;BYHOUR=10", "2026-01-19", false},
        {"FREQ=WEEKLY;BYHOUR=10", "2026-01-20", true},
        {"FREQ=DAILY;BYHOUR=10;COUNT=1", NULL, false},
        {"FREQ=DAILY;BYHOUR=10;COUNT=2", NULL, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schedule schedule;
        struct error error = {""};
        make_schedule(&schedule, cases[i].rrule, "2026-01-13", cases[i].until);
        bool fires =
            schedule_check(&schedule, zone_find("Europe/Helsinki"), helsinki_ms("2026-01-13T10:00"), &error);
        if (fires != cases[i].fires)
            fail_msg("%s %s", cases[i].rrule, fires ? "fires" : "does not fire");
        if (!fires && strstr(error.text, "never fires after 2026-01-13 10:00") == NULL)
            fail_msg("%s", error.text);
    }
}

static void days_left_out_are_limited_and_sorted(void **state)
{
    (void)state;
    struct schedule schedule;
    struct error error = {""};
    char day[DAY_SIZE];
    make_schedule(&schedule, "FREQ=DAILY", "2026-01-01", NULL);
    assert_false(schedule_add_except(&schedule, "24.12.2026", &error));
    assert_string_equal(error.text, "24.12.2026: expected a day such as 2026-12-24");
    assert_false(schedule_add_except(&schedule, "2026-02-29", &error));
    for (int64_t i = 0; i < SCHEDULE_EXCEPT_MAX; i++) {
        day_text(schedule.from_day + (i * 37) % SCHEDULE_EXCEPT_MAX,
                 day); /* 37 and 64 have no common factor */
        assert_true(schedule_add_except(&schedule, day, &error));
    }
    assert_true(schedule_add_except(&schedule, day, &error));
    for (int64_t i = 0; i < SCHEDULE_EXCEPT_MAX; i++)
        assert_int_equal(schedule.except_days[i], schedule.from_day + i);
    assert_false(schedule_add_except(&schedule, "2027-01-01", &error));
    assert_string_equal(error.text, "expected at most 64 days");
}

/* --- what is done about one that is due --- */

static void what_was_missed_is_made_up_inside_its_window_or_skipped(void **state)
{
    (void)state;
    static const struct {
        const char *rrule, *due, *now;
        bool run;
        int skipped;
        const char *last, *not_after, *next;
    } cases[] = {
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", "2026-01-13T10:00", "2026-01-13T10:00", true, 0,
         "2026-01-13T10:00", "2026-01-13T18:00", "2026-01-20T10:00"},
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", "2026-01-13T10:00", "2026-01-13T17:59:59", true, 0,
         "2026-01-13T10:00", "2026-01-13T18:00", "2026-01-20T10:00"},
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", "2026-01-13T10:00", "2026-01-13T18:00", false, 1,
         "2026-01-13T10:00", NULL, "2026-01-20T10:00"},
        /* outside a window it belongs to the next one */
        {"FREQ=WEEKLY;BYDAY=FR;BYHOUR=20", "2026-01-16T20:00", "2026-01-19T12:00", true, 0,
         "2026-01-16T20:00", "2026-01-19T18:00", "2026-01-23T20:00"},
        {"FREQ=WEEKLY;BYDAY=FR;BYHOUR=20", "2026-01-16T20:00", "2026-01-19T18:00", false, 1,
         "2026-01-16T20:00", NULL, "2026-01-23T20:00"},
        /* several: those whose window is over go together, the one that can still be made up comes next */
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", "2026-01-13T10:00", "2026-02-03T12:00", false, 3,
         "2026-01-27T10:00", NULL, "2026-02-03T10:00"},
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", "2026-01-13T10:00", "2026-02-03T09:00", false, 3,
         "2026-01-27T10:00", NULL, "2026-02-03T10:00"},
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10;COUNT=3", "2026-01-13T10:00", "2027-01-01T00:00", false, 3,
         "2026-01-27T10:00", NULL, NULL},
        {"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10;COUNT=1", "2026-01-13T10:00", "2026-01-13T10:00", true, 0,
         "2026-01-13T10:00", "2026-01-13T18:00", NULL},
        /* a year of them, a bounded number at once */
        {"FREQ=DAILY;BYHOUR=10", "2026-01-13T10:00", "2027-01-13T10:00", false, SCHEDULE_SKIPS_MAX,
         "2026-04-22T10:00", NULL, "2026-04-23T10:00"},
    };
    const struct zone *zone = zone_find("Europe/Helsinki");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schedule schedule;
        struct schedule_step step;
        make_schedule(&schedule, cases[i].rrule, "2026-01-13", NULL);
        schedule_decide(&schedule, zone, &office_hours, helsinki_ms(cases[i].due), helsinki_ms(cases[i].now),
                        &step);
        assert_int_equal(step.run, cases[i].run);
        assert_int_equal(step.skipped, cases[i].skipped);
        assert_int_equal(step.last_ms, helsinki_ms(cases[i].last));
        assert_int_equal(step.next_ms, cases[i].next == NULL ? -1 : helsinki_ms(cases[i].next));
        if (cases[i].run)
            assert_int_equal(step.not_after_ms, helsinki_ms(cases[i].not_after));
    }
}

static void a_round_is_named_by_the_local_day(void **state)
{
    (void)state;
    struct schedule schedule;
    char name[65], seed[65];
    make_schedule(&schedule, "FREQ=DAILY", "2026-01-13", NULL);
    schedule_round_names(&schedule, zone_find("Australia/Lord_Howe"), helsinki_ms("2026-01-13T16:00"), name,
                         seed);
    assert_string_equal(name, "tuesdays.2026-01-14");
    assert_string_equal(seed, "a seed.2026-01-14");
}

/* --- as it is stored --- */

static bool read_text(struct schedule *schedule_out, const char *json, struct error *error)
{
    cJSON *tree = json_parse(json, strlen(json), error);
    bool read = tree != NULL && schedule_read(schedule_out, "tuesdays", tree, error);
    cJSON_Delete(tree);
    return read;
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct schedule schedule, again = {.until_day = -1};
    struct error error = {""};
    struct text json = {0}, second = {0};
    make_schedule(&schedule, "FREQ=WEEKLY;BYDAY=TU", "2026-01-13", "2026-12-31");
    schedule.sample = 400;
    assert_true(schedule_add_except(&schedule, "2026-12-29", &error));
    assert_true(schedule_add_except(&schedule, "2026-06-23", &error));
    schedule_json(&schedule, &json);
    assert_string_equal(
        json.chars,
        "{\"pilot\":\"coaching-a\",\"survey\":\"felt-forward\",\"rrule\":\"FREQ=WEEKLY;BYDAY=TU\","
        "\"time_s\":32400,\"from\":\"2026-01-13\",\"until\":\"2026-12-31\",\"except\":["
        "\"2026-06-23\",\"2026-12-29\"],\"sample\":400,\"seed\":\"a seed\"}");
    if (!read_text(&again, json.chars, &error))
        fail_msg("%s", error.text);
    schedule_json(&again, &second);
    assert_string_equal(second.chars, json.chars);
    assert_string_equal(again.id, "tuesdays");
    assert_string_equal(again.rule.text, schedule.rule.text);
    text_free(&json);
    text_free(&second);

    static const struct {
        const char *json, *words;
    } bad[] = {
        {"{}", "pilot: missing"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"seed\":\"x\",\"rrule\":\"FREQ=SECONDLY\",\"time_s\":0,\"from\":"
         "\"2026-01-13\",\"except\":[],\"sample\":0}",
         "rrule: fires every 1 s"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"seed\":\"x\",\"rrule\":\"FREQ=DAILY\",\"time_s\":0,\"from\":"
         "\"2026-02-30\",\"except\":[],\"sample\":0}",
         "from: expected a day"},
        {"{\"pilot\":\"p\",\"survey\":\"s\",\"seed\":\"x\",\"rrule\":\"FREQ=DAILY\",\"time_s\":0,\"from\":"
         "\"2026-01-13\",\"except\":[\"2026-02-30\"],\"sample\":0}",
         "except: expected days"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(read_text(&again, bad[i].json, &error));
        if (strstr(error.text, bad[i].words) == NULL)
            fail_msg("%s", error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(occurrences_match_the_vectors),
        cmocka_unit_test(a_rule_without_a_time_fires_at_the_opening),
        cmocka_unit_test(the_day_it_was_made_gives_what_the_rule_leaves_open),
        cmocka_unit_test(what_is_no_rule_is_refused_with_what_is_expected),
        cmocka_unit_test(what_is_said_twice_in_a_list_counts_once),
        cmocka_unit_test(what_never_fires_is_found_out),
        cmocka_unit_test(days_left_out_are_limited_and_sorted),
        cmocka_unit_test(what_was_missed_is_made_up_inside_its_window_or_skipped),
        cmocka_unit_test(a_round_is_named_by_the_local_day),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
