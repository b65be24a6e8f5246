/* pulssi segments: the texts of the vectors through the program itself, and what a round costs before it starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/command_line.h"

static const char *text_of(const cJSON *one, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(one, member);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static double number_of(const cJSON *one, const char *member)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(one, member));
}

/* The JSON that was said says the same as the vector. */
static void expect_vector(const cJSON *one, const char *output)
{
    struct error error;
    cJSON *said = json_parse(output, strlen(output), &error);
    if (said == NULL)
        fail_msg("not JSON: %s", output);
    bool same = strcmp(text_of(said, "encoding"), text_of(one, "encoding")) == 0 &&
                strcmp(text_of(said, "text"), text_of(one, "sent")) == 0 &&
                strcmp(text_of(said, "forced_by"), text_of(one, "forced_by")) == 0 &&
                cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(said, "forced_by")) ==
                    cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(one, "forced_by")) &&
                number_of(said, "units") == number_of(one, "units") &&
                number_of(said, "segments") == number_of(one, "segments");
    if (!same)
        fail_msg("\"%s\" is said to be %s", text_of(one, "text"), output);
    cJSON_Delete(said);
}

static void the_program_says_what_the_vectors_say(void **state)
{
    struct error error;
    (void)state;
    cJSON *root = json_read_file(TEST_SOURCE_DIR "/tests/vectors/segments_more.json", &error);
    assert_non_null(root);
    const cJSON *one;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "cases"))
    {
        RUN("segments", "--json", "--", text_of(one, "text"));
        assert_int_equal(line.said.status, 0);
        expect_vector(one, line.said.output);
    }
    cJSON_Delete(root);
}

/* What the program says of bytes on its standard input. */
static int say_of_input(const char *bytes, char out[512])
{
    char command[600];
    folder_write(line.folder, "input", bytes, NULL);
    snprintf(command, sizeof command, "'%s' segments - --json <'%s/input' 2>&1", line.program, line.folder);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): the shell gives it the file */
    assert_non_null(pipe);
    size_t count = fread(out, 1, 511, pipe);
    out[count] = '\0';
    return pclose(pipe);
}

static void a_dash_reads_standard_input(void **state)
{
    char said[512];
    (void)state;
    assert_int_equal(say_of_input("moi –\nhei\n", said), 0);
    assert_string_equal(said, "{\"encoding\":\"gsm7\",\"segments\":1,\"units\":9,\"forced_by\":null,"
                              "\"text\":\"moi -\\u000ahei\"}\n");
    assert_int_equal(say_of_input("", said), 0);
    assert_non_null(strstr(said, "\"segments\":1,\"units\":0,\"forced_by\":null,\"text\":\"\""));
    assert_int_not_equal(say_of_input("\xC3", said), 0);
    assert_non_null(strstr(said, "not valid UTF-8"));
}

static void a_person_reads_a_line(void **state)
{
    (void)state;
    EXPECT(0, "1 segment, gsm7: 5 septets of 160\nmoi -\n", "segments", "moi –");
    EXPECT(0, "1 segment, ucs2: 4 UTF-16 units of 70; \"š\" is not in the GSM-7 alphabet", "segments",
           "šakk");
    EXPECT(1, "not valid UTF-8", "segments", "\xFF");
    EXPECT(2, "TEXT: missing", "segments");
    EXPECT(2, "--what: unknown option", "segments", "--what");
    EXPECT(0, "--what", "segments", "--", "--what");
}

/* --- what a round costs --- */

static int make_people(void **state)
{
    struct text people = {0};
    command_line_clear(state);
    folder_write(line.folder, "pulssi.conf", "", NULL);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "keys of varkaus are in", "keys", "generate");
    EXPECT(0, "pilot coaching-a: written", "pilot", "put", PILOT_FILE);
    EXPECT(0, "meeting@1: written", "survey", "put", TEST_SOURCE_DIR "/config/surveys/meeting.json");
    EXPECT(0, "meeting@1: active", "survey", "activate", "meeting@1");
    text_add(&people, "phone,language,age_band,office\n");
    for (int i = 0; i < 90; i++)
        text_addf(&people, "0401%06d,%s,18-29,north\n", i, i % 3 == 0 ? "sv" : "fi");
    folder_write(line.folder, "people.csv", people.chars, NULL);
    text_free(&people);
    EXPECT(0, "added       90", "import", "people.csv", "--pilot", "coaching-a");
    return 0;
}

static void set_price(void)
{
    folder_write(line.folder, "pulssi.conf",
                 "[gateway:simulator]\nurl = http://127.0.0.1:1\nwebhook_token = a-token-of-the-simulator\n"
                 "price_segment_millicents = 4550\ncurrency = EUR\n",
                 NULL);
}

static void a_round_shows_its_cost_before_it_starts(void **state)
{
    (void)state;
    set_price();
    EXPECT(0, "cost         people  segments each  segments      price\n", "round", "start", "--pilot",
           "coaching-a", "--survey", "meeting", "--at", "2026-01-13T10:00", "--dry-run");
    assert_non_null(strstr(line.said.output, "  fi               60              1        60   2.73 EUR\n"));
    assert_non_null(strstr(line.said.output, "  sv               30              1        30   1.37 EUR\n"));
    assert_non_null(strstr(line.said.output, "  first texts      90                       90   4.10 EUR\n"));
    EXPECT(0,
           "\"cost\":{\"languages\":[{\"language\":\"fi\",\"people\":60,\"segments_each\":1,\"segments\":60}",
           "round", "start", "--pilot", "coaching-a", "--survey", "meeting", "--at", "2026-01-13T10:00",
           "--json");
    assert_true(command_line_number("cost.segments") == 90);
    assert_true(command_line_number("cost.price_segment_millicents") == 4550);
    assert_true(command_line_number("cost.millicents") == 90 * 4550);
    assert_true(command_line_number("cost.millicents_max") ==
                4550 * command_line_number("cost.segments_max"));
    assert_true(command_line_number("cost.segments_max") > 90);
    EXPECT(0, "\"cost\":null", "round", "start", "--pilot", "coaching-a", "--survey", "meeting", "--at",
           "2026-01-13T10:00", "--json"); /* it is there already */
}

static void a_schedule_shows_what_a_run_costs(void **state)
{
    (void)state;
    set_price();
    EXPECT(0, "Each run would cost, if it were today:\n  cost ", "round", "schedule", "--pilot", "coaching-a",
           "--survey", "meeting", "--rrule", "FREQ=WEEKLY;BYDAY=TU", "--sample", "40");
    assert_non_null(strstr(line.said.output, "1.82 EUR"));
    EXPECT(0, "\"cost\":null", "round", "schedule", "--pilot", "coaching-a", "--survey", "meeting", "--rrule",
           "FREQ=WEEKLY;BYDAY=TU", "--sample", "40", "--json");
}

static void without_a_price_it_says_how_to_see_one(void **state)
{
    (void)state;
    EXPECT(0, "set price_segment_millicents of [gateway:simulator]", "round", "start", "--pilot",
           "coaching-a", "--survey", "meeting", "--dry-run");
    EXPECT(0, "\"price_segment_millicents\":null,\"currency\":null,\"millicents\":null", "round", "start",
           "--pilot", "coaching-a", "--survey", "meeting", "--dry-run", "--json");
}

#define COST_TEST(test) cmocka_unit_test_setup(test, make_people)

int main(void)
{
    line.program = TEST_BIN_DIR "/pulssi";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_says_what_the_vectors_say),
        cmocka_unit_test(a_dash_reads_standard_input),
        cmocka_unit_test(a_person_reads_a_line),
        COST_TEST(a_round_shows_its_cost_before_it_starts),
        COST_TEST(a_schedule_shows_what_a_run_costs),
        COST_TEST(without_a_price_it_says_how_to_see_one),
    };
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
