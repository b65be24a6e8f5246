/* The proof: after a whole week through the real programs, and its close, no file of Redis and none of ours leads from a
 * pulse to a person. The same search finds it all before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "support/disk.h"
#include "support/talk.h"
#include "support/weeks.h"

#define PEOPLE  5
#define IDS_MAX 64

static struct talk talk;
static struct station *const station = &talk.sending.station;
static struct world *const world = &talk.sending.station.world;
static struct child rollup;
static const char *folders[4];

/* What there was while the week was open. */
static struct {
    char pulses[IDS_MAX][ID_SIZE], contacts[IDS_MAX][ID_SIZE];
    char messages[IDS_MAX][ID_SIZE], gateway_ids[IDS_MAX][40];
    size_t pulses_count, messages_count;
} open_week;

static int start(void **state)
{
    (void)state;
    talk_start(&talk, TEST_BIN_DIR);
    folders[0] = redis_server_folder(world->server);
    folders[1] = station->folder;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    talk_stop(&talk);
    return 0;
}

static int open_meeting(void **state)
{
    (void)state;
    WORLD_DO(world, "CONFIG", "SET", "rdbcompression", "no"); /* so that a search sees every byte */
    talk_open(&talk, "surveys/meeting.json", PEOPLE);
    return 0;
}

static int close_and_check(void **state)
{
    (void)state;
    if (rollup.process != 0)
        assert_int_equal(child_end(&rollup, SIGTERM), 0);
    talk_close(&talk);
    return 0;
}

static void start_rollup(void)
{
    char program[512];
    snprintf(program, sizeof program, "%s/pulssi-rollup", TEST_BIN_DIR);
    const char *arguments[] = {program, "--config", station_path(station, "pulssi.conf"), NULL};
    child_start(&rollup, arguments, station_path(station, "rollup.log"));
}

/* Own words, a volunteer with a name, a STOP, one that cannot be read, one who says nothing. */
static void people_answer(void)
{
    assert_int_equal(talk_says(&talk, 0, "2"), 200);
    talk_expect(&talk, 0, 1, "omin sanoin");
    assert_int_equal(talk_says(&talk, 0, "Liian kiire, soita 040 1234567"), 200);
    assert_int_equal(talk_says(&talk, 1, "5!"), 200);
    talk_expect(&talk, 1, 1, "kehittämään");
    assert_int_equal(talk_says(&talk, 1, "Kyllä"), 200);
    sending_await_quiet(&talk.sending);
    assert_int_equal(talk_says(&talk, 1, "Maija"), 200);
    assert_int_equal(talk_says(&talk, 2, "STOP"), 200);
    assert_int_equal(talk_says(&talk, 3, "mitä?"), 200);
    sending_await_quiet(&talk.sending);
}

static void remember(void)
{
    struct redis_value *keys = WORLD_RUN(world, "KEYS", world_key("[um]:*"));
    memset(&open_week, 0, sizeof open_week);
    for (size_t i = 0; i < redis_count(keys); i++) {
        const char *key = redis_text(redis_item(keys, i)) + strlen(world_key(""));
        assert_true(open_week.pulses_count < IDS_MAX && open_week.messages_count < IDS_MAX);
        if (key[0] == 'u') {
            size_t n = open_week.pulses_count++;
            snprintf(open_week.pulses[n], ID_SIZE, "%s", key + 2);
            snprintf(open_week.contacts[n], ID_SIZE, "%s", world_field(world, key, "c"));
        } else {
            size_t n = open_week.messages_count++;
            snprintf(open_week.messages[n], ID_SIZE, "%s", key + 2);
            snprintf(open_week.gateway_ids[n], sizeof open_week.gateway_ids[n], "%s",
                     world_field(world, key, "g"));
        }
    }
    redis_value_free(&keys);
    assert_int_equal(open_week.pulses_count, PEOPLE);
    assert_true(open_week.messages_count >= PEOPLE + 5);
}

/* A pulse may stand at the head of a row of the answer log, with no contact in it; anywhere else it is a link. */
static bool is_link(const char *rest, size_t rest_bytes, const char *contact)
{
    size_t row = ID_CHARS;
    if (rest_bytes <= row || rest[row] != '|')
        return true;
    while (row < rest_bytes && rest[row] >= ' ' && rest[row] <= '~')
        row++;
    return memmem(rest, row, contact, strlen(contact)) != NULL;
}

/* How many ids of the open week are found; all_out: every one of them is. Says where the last one was. */
static size_t ids_on_disk(bool *all_out, struct disk_finding *last_out)
{
    size_t found = 0;
    *last_out = (struct disk_finding){0};
    for (size_t i = 0; i < open_week.pulses_count; i++) {
        struct disk_finding finding = disk_find(folders, open_week.pulses[i], is_link, open_week.contacts[i]);
        found += finding.count > 0;
        *last_out = finding.count > 0 ? finding : *last_out;
    }
    for (size_t i = 0; i < open_week.messages_count; i++) {
        struct disk_finding finding = disk_find(folders, open_week.messages[i], NULL, NULL);
        found += finding.count > 0;
        *last_out = finding.count > 0 ? finding : *last_out;
        if (open_week.gateway_ids[i][0] != '\0') {
            finding = disk_find(folders, open_week.gateway_ids[i], NULL, NULL);
            *last_out = finding.count > 0 ? finding : *last_out;
        }
    }
    *all_out = found == open_week.pulses_count + open_week.messages_count;
    return found;
}

static void expect_nowhere(const char *needle)
{
    struct disk_finding finding = disk_find(folders, needle, NULL, NULL);
    if (finding.count > 0)
        fail_msg("\"%s\" is in %s: %s", needle, finding.path, finding.around);
}

/* In no form a number could be written in; the name and the own words neither. */
static void expect_nothing_plain(void)
{
    static const char *const needles[] = {"1234567", "kiire", "Maija"};
    for (size_t i = 0; i < sizeof needles / sizeof needles[0]; i++)
        expect_nowhere(needles[i]);
    for (int n = 0; n < PEOPLE; n++) {
        expect_nowhere(world_phone(n));
        expect_nowhere(world_phone(n) + strlen("+"));
        expect_nowhere(world_phone(n) + strlen("+358"));
    }
}

static void no_file_leads_from_a_closed_pulse_to_a_person(void **state)
{
    (void)state;
    bool all = false;
    struct disk_finding last;
    people_answer();
    remember();
    (void)ids_on_disk(&all, &last);
    assert_true(all); /* the search can find them */
    assert_true(disk_find(folders, world_contact(0), NULL, NULL).count > 0);
    expect_nothing_plain();

    station_move_clock(station, "2026-01-27T00:00");
    start_rollup();
    weeks_await_published(station, "2026-W03");
    STATION_AWAIT(station,
                  station_log_says(station, "rollup.log",
                                   "varkaus: week 2026-W03: append-only file rewritten, no link is left; "
                                   "checkpoint "));
    /* Redis removes its old files in the background. */
    STATION_AWAIT(station, ids_on_disk(&all, &last) == 0 ||
                               (print_message("%s: %s\n", last.path, last.around), false));
    expect_nothing_plain();
    assert_true(disk_find(folders, world_contact(0), NULL, NULL).count > 0); /* people may be asked again */
    assert_true(disk_find(folders, open_week.pulses[0], NULL, NULL).count > 0); /* the log's row is there */
    assert_string_equal(world_volunteer(world, 1),
                        "2026-01-13|fi|coaching-a|meeting@1/join|sms|+358400000001|Maija");

    station_kill_redis(station); /* what is read from the disk is the same */
    station_restart_redis(station);
    world_check(world);
    assert_int_equal(ids_on_disk(&all, &last), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_file_leads_from_a_closed_pulse_to_a_person, open_meeting,
                                        close_and_check),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
