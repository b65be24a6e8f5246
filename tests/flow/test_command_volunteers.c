/* The volunteers' list from the command line: masked in the list, opened in the export for who holds the
 * reader's key, taken off by number; damaged records are counted; every look is in the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/command_station.h"
#include "support/snapshot.h"

static struct world *const world = &command_station.world;

static void put(const char *key, int person, const struct text *record)
{
    char hash[PHONE_HASH_SIZE];
    struct redis_command command = {0};
    phone_hash(world->keys.keys[KEY_HASH], world_phone(person), hash);
    redis_command_add(&command, "HSET");
    redis_command_add(&command, world_key(key));
    redis_command_add(&command, hash);
    redis_command_add_bytes(&command, record->chars, record->bytes);
    struct redis_value *value = world_call(world, &command);
    redis_value_free(&value);
    redis_command_free(&command);
}

/* `name` may be NULL. */
static void volunteer(int person, const char *date, const char *pilot, const char *name)
{
    struct text record = {0};
    text_addf(&record, "%s|fi|%s|meeting@1/join|sms|", date, pilot);
    command_station_seal(world_phone(person), &record);
    put("vo", person, &record);
    text_clear(&record);
    if (name != NULL) {
        command_station_seal(name, &record);
        put("vn", person, &record);
    }
    text_free(&record);
}

static int make_volunteers(void **state)
{
    struct error error = {""};
    command_station_renew(state);
    volunteer(2, "2026-01-12", WORLD_PILOT, NULL);
    volunteer(1, "2026-01-05", WORLD_PILOT, "Väinö");
    volunteer(3, "2026-01-13", "training", "O\"Hara,");
    volunteer(4, "2026-01-14", WORLD_PILOT, "=1+1");
    assert_int_equal(pilot_store(world->link, WORLD_ORG, "training", world->pilot_json.chars, &error),
                     PUT_WRITTEN);
    return 0;
}

static void nobody_yet_is_told_with_what_to_expect(void **state)
{
    (void)state;
    WORLD_DO(world, "DEL", world_key("vo"), world_key("vn"));
    EXPECT(0, "No volunteers yet: people join by answering yes", "volunteers", "list");
    EXPECT(0, "No volunteers yet for pilot training", "volunteers", "list", "--pilot", "training");
    EXPECT(0, "\"volunteers\":[]", "volunteers", "list", "--json");
    EXPECT(0, "No volunteers yet", "volunteers", "export");
    assert_string_equal(line.said.output, "date,language,pilot,consent_text,channel,phone,first_name\r\n");
}

static void the_list_masks_numbers_and_names_nobody(void **state)
{
    (void)state;
    EXPECT(0, "2026-01-05  fi        coaching-a  meeting@1/join  yes   +358…01\n", "volunteers", "list");
    command_station_fits_terminal();
    command_station_silent_on("Väinö");
    command_station_silent_on("0000");
    const char *first = strstr(line.said.output, "2026-01-05"),
               *last = strstr(line.said.output, "2026-01-14");
    assert_true(first != NULL && last != NULL && first < last);
    assert_string_equal(command_station_audited(), "4 volunteers list");
    EXPECT(0, "training", "volunteers", "list", "--pilot", "training");
    assert_null(strstr(line.said.output, "coaching-a"));
    assert_string_equal(command_station_audited(), "1 volunteers list --pilot training");
    EXPECT(0, "\"name_given\":true,\"phone\":\"+358…01\"", "volunteers", "list", "--json");
    EXPECT(1, "no pilot \"absent\"", "volunteers", "list", "--pilot", "absent");
    EXPECT(1, "org \"nowhere\"", "volunteers", "list", "--org", "nowhere");
}

static void the_export_opens_what_is_sealed(void **state)
{
    struct text file = {0};
    struct stat status;
    struct error error = {""};
    (void)state;
    RUN("volunteers", "export");
    assert_int_equal(line.said.status, 0);
    assert_string_equal(line.said.output,
                        "date,language,pilot,consent_text,channel,phone,first_name\r\n"
                        "2026-01-05,fi,coaching-a,meeting@1/join,sms,+358400000001,Väinö\r\n"
                        "2026-01-12,fi,coaching-a,meeting@1/join,sms,+358400000002,\r\n"
                        "2026-01-13,fi,training,meeting@1/join,sms,+358400000003,\"O\"\"Hara,\"\r\n"
                        "2026-01-14,fi,coaching-a,meeting@1/join,sms,+358400000004,'=1+1\r\n");
    assert_string_equal(command_station_audited(), "4 volunteers export");

    EXPECT(0, "1 volunteer is in v.csv", "volunteers", "export", "--pilot", "training", "--output", "v.csv");
    command_station_silent_on("400000003");
    assert_int_equal(stat(station_path(&command_station, "v.csv"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(file_read(station_path(&command_station, "v.csv"), 4096, &file, &error));
    assert_non_null(strstr(file.chars, "+358400000003"));
    assert_null(strstr(file.chars, "+358400000001"));
    text_free(&file);

    EXPECT(0, "\"phone\":\"+358400000003\",\"first_name\":\"O\\\"Hara,\"", "volunteers", "export", "--json");
    EXPECT(0, "\"phone\":\"+358400000002\",\"first_name\":null", "volunteers", "export", "--json");
}

static void without_the_readers_key_nothing_is_opened(void **state)
{
    (void)state;
    assert_int_equal(unlink(station_path(&command_station, "data/keys/varkaus/reader.secret")), 0);
    EXPECT(1, "only the reader's key opens this", "volunteers", "export", "--output", "v.csv");
    assert_non_null(strstr(line.said.errors, "reader.secret"));
    assert_string_equal(command_station_audited(), ""); /* nothing was handed out */
    assert_int_equal(access(station_path(&command_station, "v.csv"), F_OK), -1);
    EXPECT(0, "the numbers stay sealed", "volunteers", "list");
    assert_non_null(strstr(line.said.output, "yes   sealed\n"));
    /* Another org's key is as good as none. */
    struct key_set others;
    keys_generate(&others);
    station_put_key(&command_station, "data", KEY_READER_SECRET, others.keys[KEY_READER_SECRET]);
    EXPECT(1, "wrong key", "volunteers", "export");
}

static void a_damaged_record_is_counted_and_the_others_go_out(void **state)
{
    struct text record = {0};
    (void)state;
    text_add(&record, "2026-01-02|fi|coaching-a|meeting@1/join|sms|");
    command_station_seal(world_phone(5), &record);
    record.chars[record.bytes - 1] ^= 1;
    put("vo", 5, &record);
    EXPECT(0, "1 record could not be opened", "volunteers", "export");
    assert_non_null(strstr(line.said.output, "+358400000004"));
    assert_null(strstr(line.said.output, "2026-01-02"));
    EXPECT(0, "unreadable\n", "volunteers", "list");
    EXPECT(0, "\"unreadable\":1", "volunteers", "export", "--json");
    text_clear(&record);
    text_add(&record, "no record");
    put("vo", 6, &record);
    EXPECT(0, "2 records could not be opened", "volunteers", "export");
    text_free(&record);
    WORLD_DO(world, "DEL", world_key("vo"), world_key("vn")); /* what the world's check would rightly find */
}

/* As with `| head`: no complaint, and the status of a program that a broken pipe ended. */
static void a_reader_who_has_seen_enough_is_no_error(void **state)
{
    const char *program = line.program;
    (void)state;
    line.program = "/bin/sh";
    RUN("-c",
        "{ until [ -e closed ]; do sleep 0.02; done; \"$0\" volunteers list; echo \"status $?\" >&2; } |"
        " { exec <&-; : >closed; }",
        program);
    line.program = program;
    assert_string_equal(line.said.errors, "status 141\n");
    line.program = "/bin/sh";
    RUN("-c", "\"$0\" volunteers list >/dev/full", program);
    line.program = program;
    assert_string_equal(line.said.errors, "pulssi: standard output cannot be written\n");
    assert_int_equal(line.said.status, 1);
}

static void somebody_is_taken_off_by_number(void **state)
{
    (void)state;
    EXPECT(0, "+358…01: off the volunteers' list", "volunteers", "remove", "040 0000001");
    command_station_silent_on("0000001");
    assert_string_equal(command_station_audited(), "1 volunteers remove");
    RUN("volunteers", "export");
    assert_null(strstr(line.said.output, "+358400000001"));
    assert_null(strstr(line.said.output, "Väinö"));
    EXPECT(1, "+358…01 is not on the volunteers' list of org \"varkaus\"", "volunteers", "remove",
           "0400000001");
    EXPECT(1, "PHONE: not a phone number", "volunteers", "remove", "+1");
    EXPECT(2, "PHONE: missing", "volunteers", "remove");
    EXPECT(0, "\"result\":\"removed\"", "volunteers", "remove", "0400000003", "--json");
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, make_volunteers, command_station_check)
    const struct CMUnitTest tests[] = {
        FLOW(nobody_yet_is_told_with_what_to_expect),
        FLOW(the_list_masks_numbers_and_names_nobody),
        FLOW(the_export_opens_what_is_sealed),
        FLOW(without_the_readers_key_nothing_is_opened),
        FLOW(a_damaged_record_is_counted_and_the_others_go_out),
        FLOW(a_reader_who_has_seen_enough_is_no_error),
        FLOW(somebody_is_taken_off_by_number),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_station_start, command_station_stop);
}
