/* Import from the command line: what is refused and why, duplicates merged, and the same end after a kill
 * half-way. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "domain/keys.h"
#include "support/child.h"
#include "support/command_line.h"
#include "support/redis_server.h"

#define MEMBERS     "p:{varkaus}:pm:coaching-a"
#define PEOPLE      12000
#define DEADLINE_MS 60000

static int make_org(void **state)
{
    command_line_clear(state);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "keys of varkaus are in", "keys", "generate");
    EXPECT(0, "pilot coaching-a: written", "pilot", "put", PILOT_FILE);
    return 0;
}

static void import_text(const char *text)
{
    folder_write(line.folder, "people.csv", text, NULL);
    RUN("import", "people.csv", "--pilot", "coaching-a", "--json");
}

/* Whether the report of the last import is there, and its text. */
static bool report_is_there(struct text *report_out)
{
    char path[128];
    struct error error;
    snprintf(path, sizeof path, "%s/people.csv.refused.csv", line.folder);
    return file_read(path, 65536, report_out, &error);
}

static void header_names_its_faults(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "the file is empty"},
        {"phone,language,age_band\n", "column \"office\" is missing"},
        {"language,age_band,office\n", "column \"phone\" is missing"},
        {"phone,language,age_band,office,name\n", "unknown column \"name\""},
        {"phone,language,age_band,office,phone\n", "column \"phone\" is there twice"},
        {"phone;language;age_band\n", "column \"office\" is missing"},
        {"phone,language;age_band,office\n", "unknown column \"language;age_band\""},
        {"0401234567,fi,18-29,north\n", "unknown column \"(with digits)\""},
        {"phone,\"language,age_band,office\n", "a quoted field does not end on its line"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        import_text(cases[i].text);
        assert_int_equal(line.said.status, 1);
        if (strstr(line.said.errors, cases[i].words) == NULL)
            fail_msg("expected \"%s\", said: %s", cases[i].words, line.said.errors);
    }
    EXPECT(1, "absent.csv", "import", "absent.csv", "--pilot", "coaching-a");
    EXPECT(1, "no pilot \"absent\"", "import", "people.csv", "--pilot", "absent");
    assert_int_equal(REDIS_INT("EXISTS", MEMBERS), 0);
}

static void refused_lines_are_reported_without_their_number(void **state)
{
    struct text people = {0}, report = {0};
    (void)state;
    text_add(&people,
             "\xEF\xBB\xBFoffice,language, phone ,age_band\r\n" /* any order, byte order mark, CRLF */
             "north,fi,0401234567,18-29\r\n"                    /* line 2: good */
             "north,fi,hello,18-29\n"                           /* 3 */
             "north,fi,017 123 4567,18-29\n"                    /* 4: fixed line */
             "north,xx,0401234560,18-29\n"                      /* 5 */
             "north,fi,0401234561,old\n"                        /* 6 */
             "north,fi,0401234562\n"                            /* 7 */
             "\n"                                               /* 8: empty, skipped */
             "north,fi,0401234563,18-29,more\n"                 /* 9 */
             "north,fi,\"0401234564,18-29\n"                    /* 10 */
             "north,fi,\"0401234564\"x,18-29\n"                 /* 11 */
             "north,fi,040123\xFF\x41,18-29\n"                  /* 12 */
             "\"south\",\"sv\",\"+358 40 123 4565\",\"50+\"\n"  /* 13: good */
             "south,en,040 1234567,30-49\n"                     /* 14: line 2 again */
             "north,fi,");                                      /* 15 + 5000 bytes */
    for (int i = 0; i < 500; i++)
        text_add(&people, "0123456789");
    text_add(&people, "\nnorth,fi,0401");
    import_text(people.chars);
    text_free(&people);
    assert_true(report_is_there(&report));
    assert_string_equal(report.chars, "line,reason\n"
                                      "3,\"phone: not a phone number\"\n"
                                      "4,\"phone: a fixed line, which cannot receive a text\"\n"
                                      "5,\"language: not a language of the organisation\"\n"
                                      "6,\"age_band: unknown value\"\n"
                                      "7,\"wrong number of fields: 3 instead of 4\"\n"
                                      "9,\"wrong number of fields: 5 instead of 4\"\n"
                                      "10,\"a quoted field does not end on its line\"\n"
                                      "11,\"text after a closing quote\"\n"
                                      "12,\"the line is not UTF-8\"\n"
                                      "15,\"the line is longer than 4096 bytes\"\n"
                                      "16,\"the last line is cut off (no newline)\"\n");
    assert_int_equal(line.said.status, 0);
    assert_true(command_line_number("read") == 14);
    assert_true(command_line_number("added") == 2);
    assert_true(command_line_number("duplicates") == 1);
    assert_true(command_line_number("refused") == 11);
    text_free(&report);
}

static void last_line_of_a_number_wins_at_the_place_of_the_first(void **state)
{
    struct text report = {0};
    char contact[64];
    (void)state;
    import_text("phone,language,age_band,office\n0401234567,fi,18-29,north\n0401234568,fi,18-29,north\n"
                "+358401234567,sv,50+,south"); /* complete, though without newline */
    assert_int_equal(line.said.status, 0);
    assert_true(command_line_number("added") == 2);
    assert_true(command_line_number("duplicates") == 1);
    assert_false(report_is_there(&report));
    struct redis_value *first = REDIS("GETRANGE", MEMBERS, "0", "11");
    snprintf(contact, sizeof contact, "p:{varkaus}:c:%s", redis_text(first));
    redis_value_free(&first);
    struct redis_value *fields = REDIS("HMGET", contact, "l", "s");
    assert_string_equal(redis_text(redis_item(fields, 0)), "sv");
    assert_string_equal(redis_text(redis_item(fields, 1)), "50+,south");
    redis_value_free(&fields);

    RUN("import", "people.csv", "--pilot", "coaching-a", "--json");
    assert_true(command_line_number("unchanged") == 2);
    REDIS_DO("HSET", contact, "f", "s");
    import_text("phone,language,age_band,office\n0401234567,en,50+,south\n0501234567,en,50+,south\n");
    assert_true(command_line_number("updated") == 1);
    assert_true(command_line_number("added") == 1);
    fields = REDIS("HMGET", contact, "l", "f");
    assert_string_equal(redis_text(redis_item(fields, 0)), "en");
    assert_string_equal(redis_text(redis_item(fields, 1)), "s"); /* a STOP stays */
    redis_value_free(&fields);
    text_free(&report);
}

static void report_goes_where_it_is_wanted_and_goes_away(void **state)
{
    struct text report = {0};
    (void)state;
    folder_write(line.folder, "people.csv", "phone,language,age_band,office\nhello,fi,18-29,north\n", NULL);
    EXPECT(0, "reasons: elsewhere.csv", "import", "people.csv", "--pilot", "coaching-a", "--report",
           "elsewhere.csv");
    assert_false(report_is_there(&report));
    EXPECT(1, "absent/report.csv", "import", "people.csv", "--pilot", "coaching-a", "--report",
           "absent/report.csv");
    EXPECT(0, "refused     1", "import", "people.csv", "--pilot", "coaching-a");
    assert_true(report_is_there(&report));
    import_text("phone,language,age_band,office\n0401234567,fi,18-29,north\n");
    assert_false(report_is_there(&report));
    text_free(&report);
}

static void number_of(int n, char out[PHONE_SIZE])
{
    snprintf(out, PHONE_SIZE, "+358401%06d", n);
}

/* Members so far; polls until there is one. */
static int64_t wait_for_members(void)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    int64_t bytes = 0;
    while ((bytes = REDIS_INT("STRLEN", MEMBERS)) == 0) {
        if (clock_monotonic_ms() > deadline_ms)
            fail_msg("nothing was imported");
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    return bytes / ID_CHARS;
}

/* Every n-th member is the person of the file's n-th line. */
static void check_order(void)
{
    char path[144];
    unsigned char key[KEY_BYTES];
    struct text content = {0};
    struct error error;
    snprintf(path, sizeof path, "%s/data/keys/varkaus/hash.key", line.folder);
    assert_true(file_read(path, 256, &content, &error) && key_decode(KEY_HASH, content.chars, key, &error));
    text_free(&content);
    struct redis_value *members = REDIS("GET", MEMBERS);
    for (int n = 0; n < PEOPLE; n += 101) {
        char number[PHONE_SIZE], hash[PHONE_HASH_SIZE], index[32];
        number_of(n, number);
        phone_hash(key, number, hash);
        snprintf(index, sizeof index, "p:{varkaus}:h:%.3s", hash);
        struct redis_value *contact = REDIS("HGET", index, hash + 3);
        assert_int_equal(redis_text_bytes(contact), ID_CHARS);
        assert_memory_equal(redis_text(contact), redis_text(members) + n * ID_CHARS, ID_CHARS);
        redis_value_free(&contact);
    }
    redis_value_free(&members);
}

static void killed_half_way_it_ends_the_same(void **state)
{
    struct text people = {0};
    char path[128], log[128], number[PHONE_SIZE];
    struct child child;
    (void)state;
    text_add(&people, "phone,language,age_band,office\n");
    for (int n = 0; n < PEOPLE; n++) {
        number_of(n, number);
        text_addf(&people, "%s,fi,18-29,north\n", number);
    }
    folder_write(line.folder, "people.csv", people.chars, path);
    text_free(&people);
    snprintf(log, sizeof log, "%s/killed.log", line.folder);
    const char *const words[] = {line.program, "import", path, "--pilot", "coaching-a", NULL};
    child_start(&child, words, log);
    (void)wait_for_members();
    redis_server_pause(line.server); /* so that it cannot finish before it is killed */
    assert_int_equal(child_end(&child, SIGKILL), 128 + SIGKILL);
    redis_server_resume(line.server);
    int64_t members = wait_for_members();
    assert_in_range(members, 1, PEOPLE - 1);

    RUN("import", path, "--pilot", "coaching-a", "--json");
    assert_int_equal(line.said.status, 0);
    assert_true(command_line_number("added") > 0);
    assert_true(command_line_number("added") + command_line_number("unchanged") == PEOPLE);
    assert_int_equal(REDIS_INT("STRLEN", MEMBERS), PEOPLE * ID_CHARS);
    check_order();
    RUN("import", path, "--pilot", "coaching-a", "--json");
    assert_true(command_line_number("unchanged") == PEOPLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(header_names_its_faults, make_org),
        cmocka_unit_test_setup(refused_lines_are_reported_without_their_number, make_org),
        cmocka_unit_test_setup(last_line_of_a_number_wins_at_the_place_of_the_first, make_org),
        cmocka_unit_test_setup(report_goes_where_it_is_wanted_and_goes_away, make_org),
        cmocka_unit_test_setup(killed_half_way_it_ends_the_same, make_org),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
