/* Schedules from the command line: made once, shown with their next times, paused, resumed and removed; what can
 * never fire or fires too often is refused before anything is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/command_line.h"

#define TUESDAYS "FREQ=WEEKLY;BYDAY=TU;BYHOUR=10"
#define SCHEDULE(...)                                                                                        \
    "round", "schedule", "--pilot", "coaching-a", "--survey", "felt-forward", "--rrule", __VA_ARGS__

/* Time stands at a local time of the org. */
static void set_clock(int64_t domain_ms)
{
    char path[128], content[128];
    struct error error = {""};
    snprintf(path, sizeof path, "%s/data/run", line.folder);
    assert_true(file_make_folder(path, &error));
    snprintf(content, sizeof content, "pulssi-clock 1 1 %lld 1 %lld\n", (long long)domain_ms,
             (long long)domain_ms);
    folder_write(line.folder, "data/run/clock", content, NULL);
}

/* Tuesday 2026-01-13 10:00 in Helsinki. */
static int make_all(void **state)
{
    command_line_clear(state);
    set_clock(INT64_C(1768291200000));
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "pilot coaching-a: written", "pilot", "put", PILOT_FILE);
    EXPECT(0, "felt-forward@1: written", "survey", "put", SURVEY_FILE);
    EXPECT(0, "felt-forward@1: active", "survey", "activate", "felt-forward@1");
    return 0;
}

static int64_t schedules_count(void)
{
    return REDIS_INT("HLEN", "p:{varkaus}:schedules");
}

static void expect_output(const char *expected)
{
    assert_string_equal(line.said.output, expected);
}

static void a_schedule_is_made_once(void **state)
{
    (void)state;
    RUN(SCHEDULE(TUESDAYS, "--until", "2026-12-31", "--except", "2026-06-23", "--except=2026-02-03",
                 "--sample", "40"));
    assert_int_equal(line.said.status, 0);
    expect_output("schedule coaching-a-felt-forward: planned\n"
                  "coaching-a-felt-forward: active, asks felt-forward in coaching-a, a sample of 40\n"
                  "  FREQ=WEEKLY;BYDAY=TU;BYHOUR=10, at 10:00, from 2026-01-13 until 2026-12-31, not on "
                  "2026-02-03, 2026-06-23\n"
                  "  next     Tue 2026-01-20 10:00\n"
                  "           Tue 2026-01-27 10:00\n"
                  "           Tue 2026-02-10 10:00\n"
                  "           Tue 2026-02-17 10:00\n"
                  "           Tue 2026-02-24 10:00\n");
    EXPECT(0, "schedule coaching-a-felt-forward: unchanged",
           SCHEDULE(TUESDAYS, "--until", "2026-12-31", "--except", "2026-02-03", "--except", "2026-06-23",
                    "--sample", "40", "--from", "2026-01-13"));
    set_clock(INT64_C(1768291200000) +
              INT64_C(400) * 86400000); /* over a year later: it is still the same one */
    EXPECT(0, "\"result\":\"unchanged\"",
           SCHEDULE("freq=weekly;byday=tu;byhour=10", "--until", "2026-12-31", "--except", "2026-02-03",
                    "--except", "2026-06-23", "--sample", "40", "--json"));
    assert_int_equal(schedules_count(), 1);
}

static void one_that_asks_something_else_is_kept(void **state)
{
    (void)state;
    EXPECT(0, "planned", SCHEDULE(TUESDAYS, "--sample", "40"));
    EXPECT(1, "with sample 40: remove it first, or give another --name", SCHEDULE(TUESDAYS));
    EXPECT(1, "with rrule FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", SCHEDULE("FREQ=DAILY", "--sample", "40"));
    EXPECT(1, "with no last day", SCHEDULE(TUESDAYS, "--sample", "40", "--until", "2026-12-31"));
    EXPECT(1, "with first day 2026-01-13", SCHEDULE(TUESDAYS, "--sample", "40", "--from", "2026-01-14"));
    EXPECT(1, "with 0 days left out", SCHEDULE(TUESDAYS, "--sample", "40", "--except", "2026-02-03"));
    EXPECT(1, "with seed ", SCHEDULE(TUESDAYS, "--sample", "40", "--seed", "mine"));
    EXPECT(1, "with survey felt-forward:", "round", "schedule", "--pilot", "coaching-a", "--survey",
           "felt-forward@1", "--rrule", TUESDAYS, "--sample", "40");
    EXPECT(0, "schedule other: planned", SCHEDULE(TUESDAYS, "--name", "other", "--until", "2026-12-31"));
    EXPECT(1, "with everyone (no sample)",
           SCHEDULE(TUESDAYS, "--name", "other", "--until", "2026-12-31", "--sample", "40"));
    EXPECT(1, "with last day 2026-12-31", SCHEDULE(TUESDAYS, "--name", "other"));
    assert_int_equal(schedules_count(), 2);
}

static void a_dry_run_shows_times_and_writes_nothing(void **state)
{
    (void)state;
    int64_t keys = REDIS_INT("DBSIZE");
    EXPECT(0, "schedule coaching-a-felt-forward: dry run, nothing is written",
           SCHEDULE("FREQ=DAILY;BYHOUR=20;COUNT=3", "--from", "2026-01-15", "--dry-run"));
    assert_non_null(strstr(
        line.said.output,
        "  next     Thu 2026-01-15 20:00  (outside the sending window: sent from Fri 2026-01-16 09:00)\n"
        "           Fri 2026-01-16 20:00  (outside the sending window: sent from Mon 2026-01-19 09:00)\n"
        "           Sat 2026-01-17 20:00  (outside the sending window: sent from Mon 2026-01-19 09:00)\n"));
    EXPECT(0, "\"result\":\"dry run", SCHEDULE("FREQ=WEEKLY;BYDAY=SU", "--dry-run", "--json"));
    assert_non_null(strstr(line.said.output,
                           "\"next\":[{\"weekday\":\"Sun\",\"at\":\"2026-01-18 09:00\",\"at_ms\":"
                           "1768719600000,\"sends_from\":\"2026-01-19 09:00\","));
    assert_int_equal(REDIS_INT("DBSIZE"), keys);
    EXPECT(0, "no schedules", "schedule", "list");
}

static void what_cannot_be_is_refused_and_nothing_is_written(void **state)
{
    (void)state;
    int64_t keys = REDIS_INT("DBSIZE");
    EXPECT(1, "--rrule: fires every 1 s; a schedule asks at most once a day", SCHEDULE("FREQ=SECONDLY"));
    EXPECT(1, "--rrule: fires 2 times a day", SCHEDULE("FREQ=DAILY;BYHOUR=9,15"));
    EXPECT(1, "--rrule: never fires: no month of BYMONTH has a day of BYMONTHDAY",
           SCHEDULE("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"));
    EXPECT(1, "--rrule: FREQ=DAILY;INTERVAL=7;BYDAY=WE never fires after 2026-01-13 10:00",
           SCHEDULE("FREQ=DAILY;INTERVAL=7;BYDAY=WE"));
    EXPECT(1, "never fires after", SCHEDULE("FREQ=WEEKLY;UNTIL=20251231T000000Z"));
    EXPECT(1, "never fires after", SCHEDULE("FREQ=DAILY;BYHOUR=9;COUNT=1"));
    EXPECT(1, "never fires after", SCHEDULE(TUESDAYS, "--until", "2026-01-19"));
    EXPECT(1, "never fires after", SCHEDULE(TUESDAYS, "--until", "2026-01-20", "--except", "2026-01-20"));
    EXPECT(1, "--rrule: \"EVERY TUESDAY\": expected NAME=VALUE", SCHEDULE("every tuesday"));
    EXPECT(1, "--rrule: BYDAY: XX: expected weekdays", SCHEDULE("FREQ=WEEKLY;BYDAY=XX"));
    EXPECT(1, "--from tomorrow: expected a day such as 2026-01-13", SCHEDULE(TUESDAYS, "--from", "tomorrow"));
    EXPECT(1, "--until 2026-02-30: expected a day", SCHEDULE(TUESDAYS, "--until", "2026-02-30"));
    EXPECT(1, "--until 2026-01-01 is before the first day", SCHEDULE(TUESDAYS, "--until", "2026-01-01"));
    EXPECT(1, "--except: 24.12.: expected a day such as 2026-12-24",
           SCHEDULE(TUESDAYS, "--except", "24.12."));
    EXPECT(1, "--sample 0: expected a whole number", SCHEDULE(TUESDAYS, "--sample", "0"));
    EXPECT(1, "--name Tuesdays: expected 1 to 48 of a-z", SCHEDULE(TUESDAYS, "--name", "Tuesdays"));
    EXPECT(1, "--seed: expected a text of 1 to 53 bytes",
           SCHEDULE(TUESDAYS, "--seed", "123456789012345678901234567890123456789012345678901234"));
    EXPECT(1, "no pilot \"absent\"", "round", "schedule", "--pilot", "absent", "--survey", "felt-forward",
           "--rrule", TUESDAYS);
    EXPECT(1, "survey \"absent\" has no active version", "round", "schedule", "--pilot", "coaching-a",
           "--survey", "absent", "--rrule", TUESDAYS);
    EXPECT(2, "--rrule: missing", "round", "schedule", "--pilot", "coaching-a", "--survey", "felt-forward");
    EXPECT(2, "--sample: given twice", SCHEDULE(TUESDAYS, "--sample", "1", "--sample", "2"));
    REDIS_DO("HDEL", "p:{varkaus}:surveys", "felt-forward@1|active");
    EXPECT(1, "survey felt-forward@1 is not active", "round", "schedule", "--pilot", "coaching-a", "--survey",
           "felt-forward@1", "--rrule", TUESDAYS);
    assert_int_equal(REDIS_INT("DBSIZE"), keys);
}

static void too_many_days_left_out_are_refused(void **state)
{
    (void)state;
    const char *words[140] = {SCHEDULE(TUESDAYS)};
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    for (int i = 0; i < 65; i++)
        words[count++] = "--except=2026-02-03";
    command_line_expect(2, "--except: given more than 64 times", words);
    words[count - 1] = NULL;
    command_line_expect(0, "not on 2026-02-03\n", words);
}

static void the_list_tells_what_ran_and_what_was_skipped(void **state)
{
    (void)state;
    EXPECT(0, "planned", SCHEDULE(TUESDAYS));
    EXPECT(0, "planned", SCHEDULE("FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=8;COUNT=1", "--name", "b-monthly"));
    REDIS_DO("HSET", "p:{varkaus}:sr", "coaching-a-felt-forward|run",
             "1767686400000|coaching-a-felt-forward.2026-01-06", "b-monthly|skip",
             "1767686400000|1768291200000|2|its sending window was over");
    RUN("schedule", "list");
    expect_output(
        "b-monthly: active, asks felt-forward in coaching-a\n"
        "  FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=8;COUNT=1, at 08:00, from 2026-01-13\n"
        "  next     Sun 2026-02-01 08:00  (outside the sending window: sent from Mon 2026-02-02 09:00)\n"
        "  skipped  Tue 2026-01-06 10:00 to Tue 2026-01-13 10:00, 2 runs: its sending window was over\n"
        "\n"
        "coaching-a-felt-forward: active, asks felt-forward in coaching-a\n"
        "  FREQ=WEEKLY;BYDAY=TU;BYHOUR=10, at 10:00, from 2026-01-13\n"
        "  next     Tue 2026-01-20 10:00\n"
        "           Tue 2026-01-27 10:00\n"
        "           Tue 2026-02-03 10:00\n"
        "           Tue 2026-02-10 10:00\n"
        "           Tue 2026-02-17 10:00\n"
        "  ran      Tue 2026-01-06 10:00 as round coaching-a-felt-forward.2026-01-06\n");
    EXPECT(0,
           "{\"org\":\"varkaus\",\"schedules\":[{\"schedule\":\"b-monthly\",\"state\":\"active\",\"asks\":{",
           "schedule", "list", "--json");
    assert_non_null(
        strstr(line.said.output, "\"last_run\":null,\"last_skip\":{\"first\":\"2026-01-06 10:00\","));
    assert_non_null(strstr(line.said.output,
                           "\"last_run\":{\"at\":\"2026-01-06 10:00\",\"at_ms\":1767686400000,"
                           "\"round\":\"coaching-a-felt-forward.2026-01-06\"}"));
    assert_true(command_line_number("schedules") < 0); /* it is JSON that can be read */
    EXPECT(0, "The next scheduled run is coaching-a-felt-forward at 2026-01-20 10:00.", "status");
    EXPECT(0, "\"next_schedule\":{\"schedule\":\"coaching-a-felt-forward\",\"at\":\"2026-01-20 10:00\"",
           "status", "--json");
}

static void a_schedule_is_paused_resumed_and_removed(void **state)
{
    (void)state;
    EXPECT(0, "planned", SCHEDULE(TUESDAYS, "--name", "tuesdays", "--until", "2026-02-03"));
    EXPECT(0, "schedule tuesdays: paused", "schedule", "pause", "tuesdays");
    EXPECT(0, "schedule tuesdays: unchanged", "schedule", "pause", "tuesdays");
    EXPECT(0, "tuesdays: paused, asks", "schedule", "list");
    assert_non_null(strstr(line.said.output, "  next     nothing while it is paused\n"));
    EXPECT(0, "\"next_schedule\":null", "status", "--json");
    EXPECT(0, "schedule tuesdays: unchanged",
           SCHEDULE(TUESDAYS, "--name", "tuesdays", "--until", "2026-02-03"));
    assert_non_null(strstr(line.said.output, "tuesdays: paused"));

    set_clock(INT64_C(1768291200000) +
              INT64_C(10) * 86400000); /* Friday 23 January: the 20th is not made up */
    EXPECT(0, "{\"org\":\"varkaus\",\"schedule\":\"tuesdays\",\"result\":\"active\"}", "schedule", "resume",
           "tuesdays", "--json");
    EXPECT(0, "schedule tuesdays: unchanged", "schedule", "resume", "tuesdays");
    EXPECT(0, "  next     Tue 2026-01-27 10:00\n", "schedule", "list");
    EXPECT(0, "paused", "schedule", "pause", "tuesdays");
    set_clock(INT64_C(1768291200000) + INT64_C(30) * 86400000);
    EXPECT(0, "schedule tuesdays: ended", "schedule", "resume", "tuesdays");
    EXPECT(0, "  next     never again\n", "schedule", "list");

    EXPECT(0, "schedule tuesdays: removed", "schedule", "remove", "tuesdays");
    EXPECT(1, "no schedule \"tuesdays\"; nothing removed", "schedule", "remove", "tuesdays");
    assert_int_equal(schedules_count(), 0);
    assert_int_equal(REDIS_INT("EXISTS", "p:{varkaus}:sr"), 0);
    EXPECT(1, "there is no schedule \"tuesdays\": see `pulssi schedule list`", "schedule", "pause",
           "tuesdays");
    EXPECT(1, "there is no schedule \"tuesdays\"", "schedule", "resume", "tuesdays");
    EXPECT(2, "SCHEDULE: missing", "schedule", "pause");
    EXPECT(2, "not the name of a schedule", "schedule", "remove", "What?");
}

/* The round of the 20th is there: it ran that day at ten, and its time was moved to the afternoon. */
static void one_made_again_starts_after_the_day_it_ran(void **state)
{
    (void)state;
    int64_t tuesday_ms = INT64_C(1768291200000) + INT64_C(7) * 86400000;
    set_clock(tuesday_ms + 60000);
    REDIS_DO("HSET", "p:{varkaus}:r:tuesdays.2026-01-20", "state", "released", "at", "1768896000000");
    EXPECT(0, "\"starts_after\":\"tuesdays.2026-01-20\"",
           SCHEDULE("FREQ=WEEKLY;BYDAY=TU;BYHOUR=15", "--name", "tuesdays", "--dry-run", "--json"));
    EXPECT(0,
           "schedule tuesdays: planned\n"
           "Round tuesdays.2026-01-20 is there already: it starts after that day.\n",
           SCHEDULE("FREQ=WEEKLY;BYDAY=TU;BYHOUR=15", "--name", "tuesdays"));
    assert_non_null(strstr(line.said.output, "  next     Tue 2026-01-27 15:00\n"));
    EXPECT(0, "schedule tuesdays: paused", "schedule", "pause", "tuesdays");
    EXPECT(0,
           "schedule tuesdays: active\n"
           "Round tuesdays.2026-01-20 is there already: it starts after that day.\n",
           "schedule", "resume", "tuesdays");
    EXPECT(0, "  next     Tue 2026-01-27 15:00\n", "schedule", "list");
    EXPECT(0, "removed", "schedule", "remove", "tuesdays");
    EXPECT(1, "--rrule: never fires after round tuesdays.2026-01-20, which is there already",
           SCHEDULE("FREQ=WEEKLY;BYDAY=TU;BYHOUR=15;COUNT=1", "--name", "tuesdays"));
    assert_int_equal(schedules_count(), 0);
    EXPECT(0, "  next     Tue 2026-01-20 15:00\n",
           SCHEDULE("FREQ=WEEKLY;BYDAY=TU;BYHOUR=15", "--name", "other"));
    assert_null(strstr(line.said.output, "is there already"));
}

static void one_that_cannot_be_read_does_not_hide_the_others(void **state)
{
    (void)state;
    REDIS_DO("HSET", "p:{varkaus}:schedules", "broken", "{\"rrule\":\"FREQ=HOURLY\"}");
    REDIS_DO("ZADD", "p:{varkaus}:sched", "0", "broken");
    EXPECT(0, "planned", SCHEDULE(TUESDAYS, "--name", "tuesdays"));
    EXPECT(0, "broken: unreadable, it does not fire: remove it and make it again\n\ntuesdays: active",
           "schedule", "list");
    EXPECT(0, "{\"schedule\":\"broken\",\"state\":\"unreadable\",\"asks\":null,\"next\":[],", "schedule",
           "list", "--json");
    EXPECT(0, "Schedule broken cannot be read and does not fire: remove it and make it again.\n", "status");
    assert_non_null(strstr(line.said.output, "The next scheduled run is tuesdays at 2026-01-20 10:00.\n"));
    assert_null(strstr(line.said.output, "1970"));
    EXPECT(0, "\"next_schedule\":{\"schedule\":\"tuesdays\",\"at\":\"2026-01-20 10:00\"", "status", "--json");
    EXPECT(0, "schedule tuesdays: paused", "schedule", "pause", "tuesdays");
    EXPECT(0, "schedule tuesdays: active", "schedule", "resume", "tuesdays");
    EXPECT(1, "schedule broken cannot be read: remove it and make it again", "schedule", "pause", "broken");
    EXPECT(1, "schedule broken is there already and cannot be read: remove it first",
           SCHEDULE(TUESDAYS, "--name", "broken"));
    EXPECT(0, "schedule broken: removed", "schedule", "remove", "broken");
    EXPECT(0, "schedule broken: planned", SCHEDULE(TUESDAYS, "--name", "broken"));
}

static void status_tells_what_waits_from_what_is_due_later(void **state)
{
    (void)state;
    EXPECT(0, "Nothing waits to be sent.\n", "status");
    REDIS_DO("ZADD", "p:{varkaus}:q:bulk", "1768298400000", "a", "1768302000000", "b");
    EXPECT(0, "Nothing is due; the next message goes at 2026-01-13 12:00.\n", "status");
    REDIS_DO("ZADD", "p:{varkaus}:q:reply", "1768294800000", "c");
    EXPECT(0, "Nothing is due; the next message goes at 2026-01-13 11:00.\n", "status");
    set_clock(INT64_C(1768294800000) + 180000);
    EXPECT(0, "The oldest message waits since 3 min.\n", "status");
    REDIS_DO("DEL", "p:{varkaus}:q:bulk", "p:{varkaus}:q:reply");
    REDIS_DO("ZADD", "p:{varkaus}:q:wait", "1768294800000", "d");
    EXPECT(0, "Nothing is due; a message waits to be tried again.\n", "status");
}

/* The lines between the summary and the options. */
static void expect_narrow_details(void)
{
    const char *at = strstr(line.said.output, "\n\n"), *end = strstr(line.said.output, "\nOptions:");
    assert_non_null(at);
    assert_non_null(end);
    for (at += 2; at < end; at += strcspn(at, "\n") + 1) {
        if (strcspn(at, "\n") > 80)
            fail_msg("wider than 80: %.120s", at);
    }
}

static void help_says_what_there_is(void **state)
{
    (void)state;
    static const char *const words[] = {"list", "pause", "resume", "remove"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        RUN("schedule", words[i], "--help");
        expect_narrow_details();
    }
    RUN("round", "schedule", "--help");
    expect_narrow_details();
    EXPECT(0, "start rounds again and again by a rule", "--help");
    EXPECT(0, "may be given up to 64 times", "round", "schedule", "--help");
    EXPECT(0, "  schedule remove ", "schedule", "--help");
    EXPECT(2, "or `pulssi schedule pause`", "schedule", "stop");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_schedule_is_made_once, make_all),
        cmocka_unit_test_setup(one_that_asks_something_else_is_kept, make_all),
        cmocka_unit_test_setup(a_dry_run_shows_times_and_writes_nothing, make_all),
        cmocka_unit_test_setup(what_cannot_be_is_refused_and_nothing_is_written, make_all),
        cmocka_unit_test_setup(too_many_days_left_out_are_refused, make_all),
        cmocka_unit_test_setup(the_list_tells_what_ran_and_what_was_skipped, make_all),
        cmocka_unit_test_setup(a_schedule_is_paused_resumed_and_removed, make_all),
        cmocka_unit_test_setup(one_made_again_starts_after_the_day_it_ran, make_all),
        cmocka_unit_test_setup(one_that_cannot_be_read_does_not_hide_the_others, make_all),
        cmocka_unit_test_setup(status_tells_what_waits_from_what_is_due_later, make_all),
        cmocka_unit_test_setup(help_says_what_there_is, make_all),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
