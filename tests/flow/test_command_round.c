/* Rounds and figures from the command line: started once, counted before, shown as published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "store/weeks.h"
#include "support/command_line.h"

static int make_org(void **state)
{
    command_line_clear(state);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "keys of varkaus are in", "keys", "generate");
    EXPECT(0, "pilot coaching-a: written", "pilot", "put", PILOT_FILE);
    return 0;
}

static int make_people(void **state)
{
    struct text people = {0};
    make_org(state);
    EXPECT(0, "felt-forward@1: written", "survey", "put", SURVEY_FILE);
    EXPECT(0, "felt-forward@1: active", "survey", "activate", "felt-forward@1");
    text_add(&people, "phone,language,age_band,office\n");
    for (int i = 0; i < 300; i++)
        text_addf(&people, "0401%06d,%s,18-29,north\n", i, i % 3 == 0 ? "sv" : "fi");
    folder_write(line.folder, "people.csv", people.chars, NULL);
    text_free(&people);
    EXPECT(0, "added       300", "import", "people.csv", "--pilot", "coaching-a");
    return 0;
}

/* --- rounds --- */

static void round_is_started_once(void **state)
{
    (void)state;
    EXPECT(0, "starts 2026-01-13 10:00, sends until 2026-01-15 18:00", "round", "start", "--pilot",
           "coaching-a", "--survey", "felt-forward", "--sample", "50", "--at", "2026-01-13T10:00");
    assert_non_null(strstr(line.said.output, "coaching-a-felt-forward-2026w03"));
    EXPECT(0, "already started", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward@1",
           "--sample", "50", "--at", "2026-01-13T10:00");
    EXPECT(0, "already started", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward",
           "--sample", "50", "--id", "coaching-a-felt-forward-2026w03");
    EXPECT(1, "with sample 50", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward", "--at",
           "2026-01-13T10:00");
    EXPECT(1, "with start 2026-01-13 10:00", "round", "start", "--pilot", "coaching-a", "--survey",
           "felt-forward", "--sample", "50", "--at", "2026-01-14T10:00");
    EXPECT(1, "with seed", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward", "--sample",
           "50", "--at", "2026-01-13T10:00", "--seed", "mine");
    /* Without a time the round of this week is one round. */
    EXPECT(0, "starts", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward");
    EXPECT(0, "already started", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward");
    EXPECT(0, "\"result\":\"unchanged\"", "round", "start", "--pilot", "coaching-a", "--survey",
           "felt-forward", "--json");
    EXPECT(1, "no pilot \"absent\"", "round", "start", "--pilot", "absent", "--survey", "felt-forward");
    EXPECT(1, "--sample 0: expected a whole number", "round", "start", "--pilot", "coaching-a", "--survey",
           "felt-forward", "--sample", "0");
    EXPECT(1, "--at", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward", "--at",
           "tomorrow");
    EXPECT(0, "planned", "status");
    EXPECT(0, "\"round\":\"coaching-a-felt-forward-2026w03\",\"state\":\"planned\"", "status", "--json");
}

/* The id of the n-th member of the pilot. */
static void member(int n, char out[64])
{
    char from[16], to[16];
    snprintf(from, sizeof from, "%d", n * 12);
    snprintf(to, sizeof to, "%d", n * 12 + 11);
    struct redis_value *id = REDIS("GETRANGE", "p:{varkaus}:pm:coaching-a", from, to);
    snprintf(out, 64, "p:{varkaus}:c:%s", redis_text(id));
    redis_value_free(&id);
}

static void dry_run_counts_and_writes_nothing(void **state)
{
    char contact[64];
    (void)state;
    member(0, contact);
    REDIS_DO("HSET", contact, "f", "s");
    member(1, contact);
    REDIS_DO("HSET", contact, "f", "x");
    member(2, contact);
    REDIS_DO("HSET", contact, "t", "20460"); /* 2026-01-07 */
    member(3, contact);
    REDIS_DO("HSET", contact, "q:felt-forward/forward", "2920"); /* three weeks before 2026-W03 */
    member(4, contact);
    REDIS_DO("HSET", contact, "w", "2880,2885,2890,2895,2900,2905");
    member(5, contact);
    REDIS_DO("HSET", contact, "o", "pulse-open-1");
    REDIS_DO("HSET", "p:{varkaus}:u:pulse-open-1", "st", "open", "x", "1800000000000");
    member(6, contact);
    REDIS_DO("DEL", contact);
    int64_t keys = REDIS_INT("DBSIZE");
    EXPECT(0, "dry run", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward", "--at",
           "2026-01-13T10:00", "--dry-run", "--json");
    static const struct {
        const char *path;
        double count;
    } counts[] = {
        {"members", 300},       {"drawn", 300},           {"asked", 293},        {"segments", 293},
        {"segments_max", 293},  {"capped.total", 4},      {"capped.gap", 1},     {"capped.same_question", 1},
        {"capped.per_year", 1}, {"capped.open_pulse", 1}, {"excluded.total", 3}, {"excluded.stopped", 1},
        {"excluded.number", 1}, {"excluded.erased", 1}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (command_line_number(counts[i].path) != counts[i].count)
            fail_msg("%s is not %.0f: %s", counts[i].path, counts[i].count, line.said.output);
    }
    EXPECT(0, "give --seed demo to draw the same people", "round", "start", "--pilot", "coaching-a",
           "--survey", "felt-forward", "--at", "2026-01-13T10:00", "--dry-run", "--sample", "40", "--seed",
           "demo");
    assert_non_null(strstr(line.said.output, "  drawn             40"));
    assert_int_equal(REDIS_INT("DBSIZE"), keys);
    EXPECT(0, "Rounds\n  none", "status");
}

/* --- figures --- */

static void put_week(const char *week, const char *const *units, const char *const *figures, size_t count)
{
    struct redis_command command = {0};
    struct error error;
    week_publish_command(&command, "varkaus", week, units, figures, count);
    struct redis_value *value = redis_link_run(line.link, &command, &error);
    assert_non_null(value);
    redis_value_free(&value);
    redis_command_free(&command);
    REDIS_DO("HSET", "p:{varkaus}:weeks", week, "published");
}

static void signals_are_shown_by_name_and_passed_through(void **state)
{
#define FIGURE(pilot, n, positive, sent, state)                                                              \
    "{\"pilot\":\"" pilot "\",\"question\":\"felt-forward@1/forward\",\"first_week\":\"2026-W01\","          \
    "\"last_week\":\"2026-W03\",\"sent\":" sent ",\"n\":" n ",\"positive\":" positive ",\"negative\":3"      \
    ",\"response_rate\":0.25,\"wilson\":[0.7589,0.9311],\"state\":\"" state "\",\"polarised\":false}"
    static const char few[] =
        "{\"pilot\":\"b-few\",\"question\":\"felt-forward@1/forward\","
        "\"first_week\":\"2026-W01\",\"last_week\":\"2026-W03\",\"sent\":31,\"n\":null,"
        "\"positive\":null,\"response_rate\":null,\"wilson\":null,\"state\":\"too_few\","
        "\"polarised\":false}";
    static const char good[] = FIGURE("a-good", "60", "52", "240", "success");
    static const char bad[] = FIGURE("c-bad", "60", "20", "240", "failure");
    static const char old[] = FIGURE("a-good", "60", "40", "240", "no_signal");
    static const char *const units[] = {"c-bad|felt-forward@1/forward", "b-few|felt-forward@1/forward",
                                        "a-good|felt-forward@1/forward"};
    static const char *const figures[] = {bad, few, good};
    char expected[4096];
    (void)state;
    EXPECT(0, "No week is published yet", "signals");
    EXPECT(0, "{\"org\":\"varkaus\",\"weeks\":[]}", "signals", "--all", "--json");
    put_week("2026-W03", units, figures, 3);
    put_week("2026-W02", &units[2], (const char *const[]){old}, 1);
    RUN("signals");
    assert_string_equal(line.said.output,
                        "2026-W03\n"
                        "  pilot   signal     positive      negative  answered   rate  weeks\n"
                        "  a-good  ▲ Success  87 % (76–93)       5 %  60 of 240  25 %  W01–W03\n"
                        "  b-few   ⋯ Too few                          31 asked         W01–W03\n"
                        "  c-bad   ▼ Failure  33 % (76–93)       5 %  60 of 240  25 %  W01–W03\n");
    RUN("signals", "--all", "--json");
    snprintf(expected, sizeof expected,
             "{\"org\":\"varkaus\",\"weeks\":[{\"week\":\"2026-W02\",\"units\":[%s]},"
             "{\"week\":\"2026-W03\",\"units\":[%s,%s,%s]}]}\n",
             old, good, few, bad);
    assert_string_equal(line.said.output, expected);
    EXPECT(0, "● Not clear yet", "signals", "--week", "2026-W02");
    RUN("signals", "--pilot", "b-few", "--json");
    snprintf(expected, sizeof expected,
             "{\"org\":\"varkaus\",\"weeks\":[{\"week\":\"2026-W03\",\"units\":[%s]}]}\n", few);
    assert_string_equal(line.said.output, expected);
    EXPECT(1, "2026-W09 is not published", "signals", "--week", "2026-W09");
    EXPECT(1, "expected a week such as", "signals", "--week", "soon");
}

static void books_name_a_difference(void **state)
{
    (void)state;
    EXPECT(0, "balanced (0 log rows replayed)", "books");
    EXPECT(0, "{\"books\":\"balanced\",\"unknown\":0,\"unknown_ever\":0,\"optouts\":0,\"log_rows\":0",
           "books", "--json");
    REDIS_DO("HINCRBY", "p:{varkaus}:b", "m:queued", "1");
    REDIS_DO("HINCRBY", "p:{varkaus}:b", "x:optout", "2");
    EXPECT(1, "messages queued: differs by +1", "books");
    EXPECT(1, "\"books\":\"unbalanced\"", "books", "--json");
    assert_non_null(strstr(line.said.output, "\"optouts\":2"));
    EXPECT(0, "  queued  1", "status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(round_is_started_once, make_people),
        cmocka_unit_test_setup(dry_run_counts_and_writes_nothing, make_people),
        cmocka_unit_test_setup(signals_are_shown_by_name_and_passed_through, make_org),
        cmocka_unit_test_setup(books_name_a_difference, make_org),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
