/* Own words from the command line: lots of at least five people, whole published weeks, in no order, and
 * only for who holds the reader's key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/command_station.h"

#define QUESTION "meeting@1/why"

static struct world *const world = &command_station.world;
static int serial; /* of the next record */

static void put_record(const char *week, const struct text *record)
{
    char key[16], id[16];
    struct redis_command command = {0};
    snprintf(key, sizeof key, "ow:%s", week);
    snprintf(id, sizeof id, "words%07d", serial++);
    redis_command_add(&command, "HSET");
    redis_command_add(&command, world_key(key));
    redis_command_add(&command, id);
    redis_command_add_bytes(&command, record->chars, record->bytes);
    struct redis_value *value = world_call(world, &command);
    redis_value_free(&value);
    redis_command_free(&command);
}

static void put_words(const char *week, const char *question, bool another_person, const char *words)
{
    struct text record = {0};
    text_addf(&record, "%s|%s|%d|", WORLD_PILOT, question, another_person ? 1 : 0);
    command_station_seal(words, &record);
    put_record(week, &record);
    text_free(&record);
}

/* Four people in week 2, one more and a second text of hers in week 3, three in week 4; week 5 is not
 * published. */
static int make_words(void **state)
{
    static const char *const second[] = {"Liian lyhyt aika.", "Hyvä palvelu!", "Ääkköset näkyvät oikein.",
                                         "Kiitos"};
    command_station_renew(state);
    serial = 0;
    WORLD_DO(world, "HSET", world_key("weeks"), "2026-W02", "published", "2026-W03", "published", "2026-W04",
             "published", "2026-W05", "open");
    for (size_t i = 0; i < 4; i++)
        put_words("2026-W02", QUESTION, true, second[i]);
    put_words("2026-W03", QUESTION, true, "Enemmän aikaa keskustelulle.");
    put_words("2026-W03", QUESTION, false, "Vielä yksi asia.");
    for (int i = 0; i < 3; i++)
        put_words("2026-W04", QUESTION, true, "Odottaa vielä.");
    put_words("2026-W05", QUESTION, true, "Ei vielä.");
    return 0;
}

static void words_come_in_lots_of_five_people(void **state)
{
    (void)state;
    EXPECT(0, QUESTION "\n  2026-W02 to 2026-W03, 5 people\n    – ", "words", "list", "--pilot",
           "coaching-a");
    static const char *const shown[] = {
        "    – Liian lyhyt aika.\n",        "    – Hyvä palvelu!\n",
        "    – Ääkköset näkyvät oikein.\n", "    – Kiitos\n",
        "    – Vielä yksi asia.\n",         "    – Enemmän aikaa keskustelulle.\n"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        assert_non_null(strstr(line.said.output, shown[i]));
    assert_non_null(strstr(line.said.output, "  3 more wait until five people have written.\n"));
    command_station_silent_on("Odottaa");
    command_station_silent_on("Ei vielä");
    command_station_silent_on("W04");
    assert_string_equal(command_station_audited(), "6 words list --pilot coaching-a");
}

/* 6! orders: twenty lists in the same order would be a chance of 10 to the minus 57. */
static void the_order_says_nothing(void **state)
{
    char first[sizeof line.said.output];
    bool differs = false;
    (void)state;
    RUN("words", "list", "--pilot", "coaching-a");
    memcpy(first, line.said.output, sizeof first);
    for (int i = 0; i < 20 && !differs; i++) {
        RUN("words", "list", "--pilot", "coaching-a");
        assert_int_equal(line.said.status, 0);
        assert_int_equal(strlen(line.said.output), strlen(first));
        differs = strcmp(line.said.output, first) != 0;
    }
    assert_true(differs);
}

static void a_lot_stays_when_more_is_written_and_when_old_weeks_go(void **state)
{
    (void)state;
    put_words("2026-W05", QUESTION, true, "Viides.");
    WORLD_DO(world, "HSET", world_key("weeks"), "2026-W05", "published");
    EXPECT(0, "2026-W02 to 2026-W03, 5 people\n", "words", "list", "--pilot", "coaching-a");
    assert_non_null(strstr(line.said.output, "2026-W04 to 2026-W05, 5 people\n"));
    command_station_silent_on("more wait");

    struct redis_value *gone = WORLD_RUN(world, "FCALL", "words_expire", "1", world_key(""), "5", "2026-W02");
    redis_value_free(&gone);
    EXPECT(0, "  2 older are shown no more: the rest of the lot has been deleted.\n", "words", "list",
           "--pilot", "coaching-a");
    command_station_silent_on("Enemmän aikaa");
    assert_non_null(strstr(line.said.output, "2026-W04 to 2026-W05, 5 people\n"));
}

static void a_question_is_chosen_by_its_id_or_reference(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        put_words("2026-W03", "other@2/open", true, "Toinen kysymys.");
    EXPECT(0, "Hyvä palvelu!", "words", "list", "--pilot", "coaching-a", "--question", "why");
    command_station_silent_on("Toinen");
    EXPECT(0, "other@2/open\n  2026-W03, 5 people\n", "words", "list", "--pilot", "coaching-a", "--question",
           "other@2/open");
    command_station_silent_on("Hyvä");
    assert_string_equal(command_station_audited(), "5 words list --pilot coaching-a --question other@2/open");
    EXPECT(0, "No words yet for coaching-a and this question: they", "words", "list", "--pilot", "coaching-a",
           "--question", "absent");
    EXPECT(0, "\"question\":\"other@2/open\",\"lots\":[{\"first_week\":\"2026-W03\"", "words", "list",
           "--pilot", "coaching-a", "--json");
    assert_non_null(strstr(line.said.output, "\"waiting\":3"));
    assert_non_null(strstr(line.said.output, "\"Hyvä palvelu!\""));
}

static void long_words_are_broken_and_what_a_terminal_would_obey_is_left_out(void **state)
{
    (void)state;
    put_words("2026-W03", QUESTION, false,
              "Tämä on pitkä vastaus, jossa kerrotaan kaikenlaista palvelusta ja siitä, miten "
              "työllisyysasiantuntija voisi auttaa paremmin, ja jatkuu vielä toiselle riville.");
    put_words("2026-W03", QUESTION, false,
              "Puna\x1b[31minen \xc2\x9b"
              "1m");
    EXPECT(0, "\n      ", "words", "list", "--pilot", "coaching-a"); /* a line goes on */
    command_station_fits_terminal();
    assert_non_null(strstr(line.said.output, "    – Puna[31minen 1m\n"));
}

static void nothing_yet_is_told_with_what_to_expect(void **state)
{
    (void)state;
    WORLD_DO(world, "HSET", world_key("weeks"), "2026-W02", "open", "2026-W03", "open", "2026-W04", "open");
    EXPECT(0, "No words yet for coaching-a: they are shown once their week is published", "words", "list",
           "--pilot", "coaching-a");
    assert_string_equal(line.said.output, "");
    EXPECT(0, "\"questions\":[],\"unreadable\":0", "words", "list", "--pilot", "coaching-a", "--json");
}

/* What was typed by mistake reaches neither the terminal nor the audit. */
static void what_is_no_question_is_refused_and_shown_nowhere(void **state)
{
    static const char *const typed[] = {"\x1b[31m+358400000001",
                                        "0400000001",
                                        "Why",
                                        "why\n",
                                        "a@1/0400000001",
                                        "a/why",
                                        "a@0/why",
                                        "a@1/",
                                        "@1/why",
                                        "a@1/why/b",
                                        "a@10000/why"};
    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        EXPECT(2, "--question: expected the id of a question, or survey@version/question", "words", "list",
               "--pilot", "coaching-a", "--question", typed[i]);
        command_station_silent_on("400000001");
        command_station_silent_on("\x1b");
    }
    assert_string_equal(command_station_audited(), "");
}

static void used_wrongly_it_says_so(void **state)
{
    (void)state;
    EXPECT(2, "--pilot: missing", "words", "list");
    EXPECT(0, "Usage: pulssi words list", "words", "list", "--help");
    for (const char *at = line.said.output; strncmp(at, "Options:", 8) != 0; at += strcspn(at, "\n") + 1)
        assert_true(strcspn(at, "\n") <= 80);
    EXPECT(1, "no pilot \"absent\"", "words", "list", "--pilot", "absent");
    EXPECT(1, "org \"nowhere\"", "words", "list", "--pilot", "coaching-a", "--org", "nowhere");
    assert_int_equal(unlink(station_path(&command_station, "data/keys/varkaus/reader.secret")), 0);
    EXPECT(1, "only the reader's key opens this", "words", "list", "--pilot", "coaching-a");
    command_station_silent_on("Hyvä");
    assert_string_equal(command_station_audited(), "");
}

static void damaged_records_are_counted_and_the_others_shown(void **state)
{
    struct text record = {0};
    (void)state;
    text_add(&record, WORLD_PILOT "|" QUESTION "|1|");
    command_station_seal("Rikki", &record);
    record.chars[record.bytes - 1] ^= 1;
    put_record("2026-W03", &record);
    text_clear(&record);
    text_add(&record, "no record");
    put_record("2026-W03", &record);
    text_free(&record);
    EXPECT(0, "2 texts could not be opened", "words", "list", "--pilot", "coaching-a");
    assert_non_null(strstr(line.said.output, "Hyvä palvelu!"));
    EXPECT(0, "\"unreadable\":2", "words", "list", "--pilot", "coaching-a", "--json");
    WORLD_DO(world, "DEL", world_key("ow:2026-W03")); /* what the world's check would rightly find */
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, make_words, command_station_check)
    const struct CMUnitTest tests[] = {
        FLOW(words_come_in_lots_of_five_people),
        FLOW(the_order_says_nothing),
        FLOW(a_lot_stays_when_more_is_written_and_when_old_weeks_go),
        FLOW(a_question_is_chosen_by_its_id_or_reference),
        FLOW(long_words_are_broken_and_what_a_terminal_would_obey_is_left_out),
        FLOW(nothing_yet_is_told_with_what_to_expect),
        FLOW(what_is_no_question_is_refused_and_shown_nowhere),
        FLOW(used_wrongly_it_says_so),
        FLOW(damaged_records_are_counted_and_the_others_shown),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_station_start, command_station_stop);
}
