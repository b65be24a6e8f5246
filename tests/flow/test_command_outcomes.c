/* What the command line tells of replies that are no answers: outcomes in the status, pauses of a person and of a round to
 * come; and the setting of a gateway that confirms STOP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/command_station.h"

static struct world *const world = &command_station.world;

/* Four people were asked; person 3 was not understood and asked once more, which has gone. */
static int make_people(void **state)
{
    command_station_renew(state);
    world_import(world, WORLD_PILOT, 0, 4, NULL);
    world_round(world, "spring", WORLD_PILOT);
    assert_int_equal(world_send_all(world), 4);
    assert_int_equal(world_reply(world, 3, "r0", "no jaa"), COMMIT_DONE);
    assert_int_equal(world_send_all(world), 1);
    return 0;
}

static void every_outcome_is_in_the_status(void **state)
{
    static const struct {
        const char *words, *event;
    } cases[] = {{"no jaa jaa", "unparseable"},
                 {"olen sairas, en pääse tulemaan", "business"},
                 {"en jaksa enää elää", "distress"},
                 {"4", "answer"},
                 {"kiitos oikein paljon", "comment"},
                 {"5 mutta hidasta oli", "commented"},
                 {"TAUKO", "pause"}};
    (void)state;
    char path[40], id[8];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(id, sizeof id, "s%zu", i);
        assert_int_equal(world_reply(world, 3, id, cases[i].words), COMMIT_DONE);
    }
    EXPECT(0, "\"clarified\":1", "status", "--json");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(path, sizeof path, "events.%s", cases[i].event);
        double count = command_line_number(path), expected = strcmp(cases[i].event, "answer") == 0 ? 2 : 1;
        if (count != expected)
            fail_msg("%s: %.0f, expected %.0f", path, count, expected);
    }
    EXPECT(0, "  clarified", "status");
    assert_non_null(
        strstr(line.said.output, "An answer to somebody in need waits; it goes before all others.\n"));
    assert_null(strstr(line.said.output, "waits since")); /* it is due since ever: that is no instant */
    assert_true(world_send_all(world) > 0);
    EXPECT(0, "Nothing waits to be sent.", "status");
}

static void a_pause_is_told_of_the_person_and_of_a_round_to_come(void **state)
{
    (void)state;
    EXPECT(0, "\"paused_until\":null", "person", "find", "0400000001", "--json");
    assert_int_equal(world_reply(world, 1, "p1", "TAUKO"), COMMIT_DONE);
    EXPECT(0, "paused until", "person", "find", "0400000001");
    assert_non_null(strstr(line.said.output, "2026-07-13 00:00"));
    assert_non_null(strstr(line.said.output, "  STOP            no\n"));
    EXPECT(0, "\"paused_until\":\"2026-07-13 00:00\"", "person", "export", "0400000001");
    assert_non_null(strstr(line.said.output, "\"pause_confirmed\":\"2026-01-13 10:00\""));
    assert_non_null(strstr(line.said.output, "\"asked_once_more\":false"));
    EXPECT(0, "\"asked_once_more\":true", "person", "export", "0400000003");

    EXPECT(0, "dry run", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward", "--at",
           "2026-06-16T10:00", "--dry-run", "--json");
    assert_true(command_line_number("excluded.paused") == 1);
    assert_true(command_line_number("excluded.total") == 1);
    EXPECT(0, "asked for a pause", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward",
           "--at", "2026-06-16T10:00", "--dry-run");
    EXPECT(0, "dry run", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward", "--at",
           "2026-07-14T10:00", "--dry-run", "--json");
    assert_true(command_line_number("excluded.paused") == 0);
    assert_int_equal(world_reply(world, 1, "p2", "START"), COMMIT_DONE);
    EXPECT(0, "\"paused_until\":null", "person", "find", "0400000001", "--json");
}

static void a_gateway_confirms_stop_or_does_not(void **state)
{
    (void)state;
    static const char gateway[] =
        "[gateway:simulator]\nurl = http://127.0.0.1:9\nwebhook_token = 0123456789abcdef\n"
        "confirms_stop = ";
    static const struct {
        const char *value;
        int status;
        const char *words;
    } cases[] = {{"yes", 0, ""}, {"no", 0, ""}, {"", 0, ""}, {"1", 1, "confirms_stop: expected yes or no"}};
    char sections[300];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(sections, sizeof sections, "%s%s\n", gateway, cases[i].value);
        station_put_settings(&command_station, sections);
        EXPECT(cases[i].status, cases[i].words, "settings", "check");
    }
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, make_people, command_station_check)
    const struct CMUnitTest tests[] = {
        FLOW(every_outcome_is_in_the_status),
        FLOW(a_pause_is_told_of_the_person_and_of_a_round_to_come),
        FLOW(a_gateway_confirms_stop_or_does_not),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_station_start, command_station_stop);
}
