/* A person's rights from the command line: found, handed out and erased by number, never shown whole but
 * in the export, and every look is in the audit. Used wrongly it says what is wrong and does nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "support/command_station.h"
#include "support/snapshot.h"

static struct world *const world = &command_station.world;

/* Person 0 has answered "5", volunteered and given a first name; person 1 was imported and asked. */
static int make_people(void **state)
{
    command_station_renew(state);
    world_use_survey_file(world, "surveys/meeting.json");
    world_import(world, WORLD_PILOT, 0, 2, NULL);
    world_round(world, "spring", WORLD_PILOT);
    assert_int_equal(world_send_all(world), 2);
    assert_int_equal(world_reply(world, 0, "r1", "5"), COMMIT_DONE);
    assert_true(world_send_all(world) > 0);
    assert_int_equal(world_reply(world, 0, "r2", "kyllä"), COMMIT_DONE);
    assert_true(world_send_all(world) > 0);
    assert_int_equal(world_reply(world, 0, "r3", "Väinö"), COMMIT_DONE);
    return 0;
}

/* A text at a path of the JSON that is in the text, "" for null; fails when it is not there. */
static const char *text_at(const char *json, const char *path)
{
    static char found[8][200];
    static size_t next;
    char names[100], *rest = NULL, *out = found[next++ % 8];
    struct error error = {""};
    cJSON *tree = json_parse(json, strlen(json), &error);
    if (tree == NULL)
        fail_msg("%s: %s", error.text, json);
    const cJSON *at = tree;
    snprintf(names, sizeof names, "%s", path);
    for (char *name = strtok_r(names, ".", &rest); name != NULL; name = strtok_r(NULL, ".", &rest))
        at = name[0] >= '0' && name[0] <= '9' ? cJSON_GetArrayItem(at, atoi(name))
                                              : cJSON_GetObjectItemCaseSensitive(at, name);
    if (at == NULL)
        fail_msg("no %s in %s", path, json);
    snprintf(out, sizeof found[0], "%s", cJSON_IsString(at) ? at->valuestring : "");
    cJSON_Delete(tree);
    return out;
}

static void a_person_is_found_by_number_and_shown_without_it(void **state)
{
    static const char *const spellings[] = {"+358400000000", "0400000000", "040 000 0000",
                                            "00358 40 0000000"};
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        EXPECT(0, "+358…00 is a contact of Varkauden työllisyys.", "person", "find", spellings[i]);
        command_station_silent_on("0000000");
        command_station_silent_on("Väinö");
        command_station_fits_terminal();
        assert_string_equal(command_station_audited(), "1 person find");
    }
    assert_non_null(strstr(line.said.output, "  STOP            no\n"));
    assert_non_null(strstr(line.said.output, "  age_band        18-29\n"));
    assert_non_null(strstr(line.said.output, "meeting@1 of coaching-a\n"));
    assert_non_null(strstr(line.said.output, "questions answered so far: 2\n"));
    assert_non_null(strstr(line.said.output, "  volunteer       since 2026-01-13, for coaching-a\n"));
    assert_non_null(strstr(line.said.output, "  do not contact  no\n"));

    EXPECT(0, "\"phone\":\"+358…00\"", "person", "find", "0400000000", "--json");
    assert_string_equal(text_at(line.said.output, "contact.background.age_band"), "18-29");
    assert_string_equal(text_at(line.said.output, "open_pulse.asked"), "2026-01-13 10:00");
    assert_string_equal(text_at(line.said.output, "do_not_contact"), "");
    assert_true(command_line_number("open_pulse.questions_answered") == 2);
    command_station_silent_on("answers");
    assert_int_equal(world_reply(world, 1, "r9", "STOP"), COMMIT_DONE);
    EXPECT(0, "in force", "person", "find", "040 000 0001");
}

static void what_is_asked_wrongly_is_told_and_makes_nothing(void **state)
{
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    static const char *const commands[] = {"find", "export", "erase"};
    (void)state;
    snapshot_digest(world, "", before);
    for (size_t i = 0; i < 3; i++) {
        EXPECT(2, "PHONE: missing", "person", commands[i]);
        EXPECT(1, "PHONE: not a phone number", "person", commands[i], "hello");
        EXPECT(1, "PHONE: a fixed line", "person", commands[i], "017 123 4567");
        EXPECT(1, "org \"nowhere\"", "person", commands[i], "0400000000", "--org", "nowhere");
    }
    EXPECT(2, "--all: unknown option", "person", "erase", "0400000000", "--all");
    assert_int_equal(unlink(station_path(&command_station, "data/keys/varkaus/hash.key")), 0);
    EXPECT(1, "hash.key", "person", "find", "0400000000");
    snapshot_digest(world, "", after);
    assert_string_equal(before, after);
}

static void an_unknown_number_makes_nothing_but_a_row_in_the_audit(void **state)
{
    struct redis_value *keys_before = WORLD_RUN(world, "DBSIZE");
    (void)state;
    EXPECT(1, "+358…99: nothing is held of this number in org \"varkaus\"", "person", "find", "040 0000099");
    assert_string_equal(command_station_audited(), "0 person find");
    EXPECT(1, "nothing is held of this number", "person", "export", "040 0000099", "--output", "x.json");
    EXPECT(1, "nothing is held of this number", "person", "erase", "040 0000099", "--yes");
    assert_string_equal(command_station_audited(), "0 person erase");
    assert_int_equal(access(station_path(&command_station, "x.json"), F_OK), -1);
    struct redis_value *keys_after = WORLD_RUN(world, "DBSIZE");
    assert_int_equal(redis_int(keys_after), redis_int(keys_before) + 1); /* the audit */
    assert_false(world_exists(world, "dnc"));
    redis_value_free(&keys_before);
    redis_value_free(&keys_after);
}

static void an_export_holds_everything(void **state)
{
    struct text file = {0};
    struct stat status;
    struct error error = {""};
    (void)state;
    EXPECT(0, "everything that is held is in person.json", "person", "export", "0400000000", "--output",
           "person.json");
    command_station_silent_on("0000000");
    const char *path = station_path(&command_station, "person.json");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(file_read(path, 65536, &file, &error));
    const char *json = file.chars;
    assert_string_equal(text_at(json, "phone"), "+358400000000");
    assert_string_equal(text_at(json, "contact.pilots.0"), "coaching-a");
    assert_string_equal(text_at(json, "contact.questions_asked.0.question"), "meeting/forward");
    assert_string_equal(text_at(json, "contact.questions_asked.0.week"), "2026-W03");
    assert_string_equal(text_at(json, "contact.contact_weeks.0"), "2026-W03");
    assert_string_equal(text_at(json, "open_pulse.round"), "spring");
    assert_string_equal(text_at(json, "open_pulse.answers.0.question"), "forward");
    assert_string_equal(text_at(json, "open_pulse.answers.0.value"), "5");
    assert_string_equal(text_at(json, "open_pulse.answers.1.question"), "join");
    assert_string_equal(text_at(json, "open_pulse.answers.1.value"), "yes");
    assert_string_equal(text_at(json, "open_pulse.messages.0.kind"), "invite");
    assert_string_equal(text_at(json, "volunteer.first_name"), "Väinö");
    assert_string_equal(text_at(json, "volunteer.consent_text"), "meeting@1/join");
    assert_string_equal(text_at(json, "other_texts.0.week"), "2026-W03");
    assert_string_equal(text_at(json, "exported"), "2026-01-13 10:00");
    assert_string_equal(command_station_audited(), "1 person export");
    text_free(&file);

    /* Without the reader's key the name stays sealed, and the rest is handed out. */
    assert_int_equal(unlink(station_path(&command_station, "data/keys/varkaus/reader.secret")), 0);
    EXPECT(0, "the first name stays sealed", "person", "export", "0400000000");
    assert_non_null(strstr(line.said.errors, "reader.secret"));
    assert_string_equal(text_at(line.said.output, "volunteer.first_name"), "");
    assert_string_equal(text_at(line.said.output, "contact.language"), "fi");
    EXPECT(1, "--output: ", "person", "export", "0400000000", "--output", "absent/person.json");
}

static void erasing_asks_for_yes_and_then_leaves_nothing(void **state)
{
    static const char *const mark[] = {"dnc", NULL}, *const nowhere[] = {NULL};
    char hash[PHONE_HASH_SIZE];
    (void)state;
    EXPECT(1, "nothing was erased", "person", "erase", "0400000000");
    assert_non_null(strstr(line.said.output, "+358…00 is a contact"));
    assert_string_equal(command_station_audited(), "1 person erase (not confirmed)");
    assert_true(world_exists(world, "c:contact00000"));

    EXPECT(0, "+358…00: erased.", "person", "erase", "0400000000", "--yes");
    command_station_fits_terminal();
    assert_non_null(strstr(line.said.output, "open pulse        ended, counted as erased"));
    assert_non_null(strstr(line.said.output, "forbidden: imports pass over the number"));
    assert_string_equal(command_station_audited(), "1 person erase");
    phone_hash(world->keys.keys[KEY_HASH], world_phone(0), hash);
    snapshot_expect_no_mention(world, "contact00000", nowhere);
    snapshot_expect_no_mention(world, hash, mark);
    snapshot_expect_no_mention(world, hash + 3, mark);

    EXPECT(0, "nothing more is held of this number", "person", "erase", "0400000000", "--yes");
    EXPECT(0, "\"result\":\"unchanged\"", "person", "erase", "0400000000", "--yes", "--json");
    EXPECT(0, "do not contact  yes: was erased", "person", "find", "0400000000");
    assert_non_null(strstr(line.said.output, "no contact of"));
    EXPECT(0, "\"contact\":true", "person", "erase", "0400000001", "--yes", "--json");
    assert_string_equal(text_at(line.said.output, "do_not_contact"), "erased");
}

/* A kill between the erasure and the sweep: the same command again ends the same, though nothing is held any more. */
static void an_erasure_that_was_cut_short_is_completed(void **state)
{
    static const char *const nowhere[] = {NULL};
    char hash[PHONE_HASH_SIZE];
    (void)state;
    phone_hash(world->keys.keys[KEY_HASH], world_phone(0), hash);
    WORLD_DO(world, "FCALL", "person_erase", "1", world_key(""), hash, "");
    EXPECT(1, "nothing is held of this number", "person", "erase", "0400000000", "--allow-return");
    assert_string_equal(world_field(world, "rollup", "gone"), "1"); /* not sure, not swept */
    EXPECT(1, "nothing is held of this number", "person", "erase", "0400000000", "--yes", "--allow-return");
    assert_string_equal(command_station_audited(), "0 person erase --allow-return");
    assert_string_equal(world_field(world, "rollup", "gone"), "");
    snapshot_expect_no_mention(world, "contact00000", nowhere);
}

static void an_import_passes_over_who_was_erased_and_says_which_lines(void **state)
{
    struct text report = {0};
    struct error error = {""};
    (void)state;
    EXPECT(0, "erased.", "person", "erase", "0400000000", "--yes");
    EXPECT(0, "erased.", "person", "erase", "0400000001", "--yes", "--allow-return");
    assert_non_null(strstr(line.said.output, "allowed: an import may add the number again"));
    folder_write(line.folder, "people.csv",
                 "phone,language,age_band,office\n"
                 "0400000002,fi,18-29,north\n"
                 "0400000000,fi,18-29,north\n" /* 3: came first, but the last line of a number counts */
                 "nonsense,fi,18-29,north\n"   /* 4 */
                 "0400000001,fi,18-29,north\n"
                 "0400000000,sv,50+,south\n", /* 6 */
                 NULL);
    EXPECT(0, "  blocked     1\n", "import", "people.csv", "--pilot", "coaching-a");
    assert_non_null(strstr(line.said.output, "  added       2\n"));
    assert_non_null(strstr(line.said.output, "  refused     1\n"));
    assert_non_null(strstr(line.said.output, "people.csv.refused.csv"));
    assert_true(file_read(station_path(&command_station, "people.csv.refused.csv"), 4096, &report, &error));
    assert_string_equal(report.chars, "line,reason\n4,\"phone: not a phone number\"\n6,\"do-not-contact\"\n");
    text_free(&report);
    EXPECT(0, "is a contact of", "person", "find", "0400000001");
    RUN("import", "people.csv", "--pilot", "coaching-a", "--json");
    assert_true(command_line_number("blocked") == 1);
    assert_true(command_line_number("unchanged") == 2);
}

static void the_audit_lists_every_look_and_no_number(void **state)
{
    (void)state;
    EXPECT(0, "Nothing was looked at yet", "audit", "list");
    RUN("person", "find", "0400000000");
    RUN("person", "export", "0400000001");
    RUN("person", "erase", "0400000001", "--yes", "--allow-return");
    EXPECT(0, "person erase --allow-return", "audit", "list");
    command_station_fits_terminal();
    command_station_silent_on("0000001");
    const char *erase = strstr(line.said.output, "person erase"),
               *find = strstr(line.said.output, "person find");
    assert_true(erase != NULL && find != NULL && erase < find); /* newest first */
    assert_non_null(strstr(line.said.output, "2026-01-13 10:00"));
    RUN("audit", "list", "--json");
    assert_true(command_line_number("total") == 3);
    assert_string_equal(text_at(line.said.output, "rows.2.what"), "person find");
    char uid[24];
    snprintf(uid, sizeof uid, "(%u)", (unsigned)getuid());
    assert_non_null(strstr(text_at(line.said.output, "rows.0.who"), uid));
    WORLD_DO(world, "XADD", world_key("audit"), "9-0", "who", "m\x1b[2Jaija", "what", "a\xc2\x9bz\n", "count",
             "1", "at", "0"); /* of an earlier version */
    EXPECT(0, "m[2Jaija", "audit", "list");
    assert_non_null(strstr(line.said.output, "  az\n"));
    WORLD_DO(world, "XDEL", world_key("audit"), "9-0");
    EXPECT(0, "Usage: pulssi audit list", "audit", "list", "--help");
    snapshot_expect_no_mention(world, "400000001", (const char *const[]){NULL});
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, make_people, command_station_check)
    const struct CMUnitTest tests[] = {
        FLOW(a_person_is_found_by_number_and_shown_without_it),
        FLOW(what_is_asked_wrongly_is_told_and_makes_nothing),
        FLOW(an_unknown_number_makes_nothing_but_a_row_in_the_audit),
        FLOW(an_export_holds_everything),
        FLOW(erasing_asks_for_yes_and_then_leaves_nothing),
        FLOW(an_erasure_that_was_cut_short_is_completed),
        FLOW(an_import_passes_over_who_was_erased_and_says_which_lines),
        FLOW(the_audit_lists_every_look_and_no_number),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_station_start, command_station_stop);
}
