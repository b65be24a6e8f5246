/* Long replies that come in parts: any order, each as often as it comes, some that never come, and a collector or a Redis
 * that dies between two of them. What was answered 200 is counted once. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "store/collectors.h"
#include "support/wire.h"
#include "desk_fixture.h"
#include "share_fixture.h"

#define DEADLINE_MS   20000
#define LONG_ENOUGH   600000 /* a deadline that no test meets */
#define SOON_MS       400
#define DOWN_MS       4000
#define LOG_BYTES_MAX (1024 * 1024)

static const char profile[] =
    "{\"kind\":\"provider\",\"region\":\"local\",\"outside_eu\":false,"
    "\"request\":{\"method\":\"POST\",\"url\":\"{url}/"
    "send\",\"headers\":{},\"json\":{\"id\":\"{id}\",\"to\":\"{to}\"}},"
    "\"accepted\":{\"status\":[202],\"id\":\"id\"},\"outcomes\":[],"
    "\"receipt\":{\"format\":\"json\",\"ref\":\"ref\",\"id\":\"id\",\"state\":\"state\",\"states\":{"
    "\"delivered\":"
    "\"delivered\"}},"
    "\"reply\":{\"format\":\"json\",\"id\":\"id\",\"from\":\"from\",\"to\":\"to\",\"text\":\"text\","
    "\"number_form\":\"e164\",\"parts\":{\"ref\":\"ref\",\"part\":\"part\",\"parts\":\"parts\"}}}";

static void put_settings(int64_t deadline_ms)
{
    char more[512];
    snprintf(more, sizeof more,
             "[collector]\nport = 0\nparts_deadline_ms = %lld\n"
             "[gateway:simulator]\nprofile = parted\nurl = http://127.0.0.1:9\nwebhook_token = " DESK_TOKEN
             "\n",
             (long long)deadline_ms);
    share_make();
    share_put_profile("parted", profile);
    share_put_settings(more);
}

static int open_with(int64_t deadline_ms)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf %s", desk_path(&desk, "data/parts"));
    assert_int_equal(system(command), 0);
    put_settings(deadline_ms);
    return desk_fixture_open(NULL);
}

static int open_patient(void **state)
{
    (void)state;
    return open_with(LONG_ENOUGH);
}

static int open_hasty(void **state)
{
    (void)state;
    return open_with(SOON_MS);
}

static int post_part(int person, const char *ref, int part, int parts, const char *words)
{
    struct text body = {0};
    text_addf(&body,
              "{\"id\":\"%s-%d\",\"from\":\"%s\",\"to\":\"" DESK_NUMBER
              "\",\"text\":\"%s\",\"ref\":\"%s\",\"part\":%d,\"parts\":%d}",
              ref, part, world_phone(person), words, ref, part, parts);
    int status = desk_post(&desk, DESK_PATH "/reply", body.chars);
    text_free(&body);
    return status;
}

static void expect_part(int person, const char *ref, int part, int parts, const char *words)
{
    assert_int_equal(post_part(person, ref, part, parts, words), 200);
}

static bool answers_are(int64_t count)
{
    return world_count(&desk.world, "x:answer") == count;
}

static bool missing_are(int64_t count)
{
    return world_count(&desk.world, "x:parts_missing") == count;
}

static bool parts_are(int64_t count)
{
    char line[64];
    snprintf(line, sizeof line, "pulssi_reply_parts %lld\n", (long long)count);
    return wire_says(desk.port, "/metrics", line);
}

static void await(bool (*condition)(int64_t), int64_t count)
{
    int64_t until_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (!condition(count)) {
        if (clock_monotonic_ms() >= until_ms)
            fail_msg("waited in vain for %lld", (long long)count);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static void kill_collector(void)
{
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
}

/* --- whole ones --- */

/* Only the first part is an answer, and only joined: "4 ... kiitos". Whoever reads a part alone counts another value. */
static void the_order_of_parts_does_not_matter(void **state)
{
    (void)state;
    static const int orders[6][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    static const char *const words[] = {"4 sain hyvin apua ja ne ", "5 kaveria oli iloisia, eli ",
                                        "2 muuta ei."};
    for (int i = 0; i < 6; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "ref-%d", i);
        for (int at = 0; at < 3; at++) {
            assert_true(answers_are(i));
            expect_part(2 * i, ref, orders[i][at], 3, words[orders[i][at] - 1]);
        }
        await(answers_are, i + 1);
    }
    await(parts_are, 0);
    assert_int_equal(desk_counted(&desk, "north", 4), 6);
    assert_int_equal(desk_counted_in_all(&desk), 6);
    assert_true(missing_are(0));
}

static void a_part_that_comes_again_counts_nothing(void **state)
{
    (void)state;
    expect_part(0, "r", 2, 2, " kiitos");
    expect_part(0, "r", 2, 2, " kiitos");
    expect_part(0, "r", 1, 2, "3");
    await(answers_are, 1);
    await(parts_are, 0);
    expect_part(0, "r", 1, 2, "3"); /* after all is done */
    expect_part(0, "r", 2, 2, " kiitos");
    assert_true(parts_are(0));
    assert_true(wire_says(desk.port, "/metrics", "pulssi_replies_total{outcome=\"duplicate\"} 3\n"));
    assert_int_equal(desk_counted(&desk, "north", 3), 1);
    assert_int_equal(desk_counted_in_all(&desk), 1);
}

static void parts_of_several_people_and_replies_are_kept_apart(void **state)
{
    (void)state;
    expect_part(0, "7", 1, 2, "1");
    expect_part(2, "7", 1, 2, "2"); /* the same reference, another person */
    expect_part(4, "7", 1, 3, "3"); /* another number of parts */
    expect_part(2, "7", 2, 2, " kiitos");
    await(answers_are, 1);
    expect_part(0, "7", 2, 2, " kiitos");
    await(answers_are, 2);
    assert_int_equal(desk_counted(&desk, "north", 1), 1);
    assert_int_equal(desk_counted(&desk, "north", 2), 1);
    assert_int_equal(desk_counted(&desk, "north", 3), 0);
    assert_int_equal(desk_reply(&desk, 4, "whole", "5"), 200); /* a whole one passes what is not complete */
    assert_int_equal(desk_counted(&desk, "north", 5), 1);
    assert_true(parts_are(1));
}

static void parts_that_cannot_be_are_counted_as_malformed(void **state)
{
    (void)state;
    struct text huge = {0};
    for (int i = 0; i < 1281; i++)
        text_add(&huge, "a");
    expect_part(0, "r", 3, 2, "4");
    expect_part(0, "r", 0, 2, "4");
    expect_part(0, "r", 1, 33, "4");
    expect_part(0, "", 1, 2, "4");
    expect_part(0, "r", 1, 2, huge.chars);
    assert_int_equal(world_count(&desk.world, "x:malformed"), 5);
    assert_true(parts_are(0));
    text_free(&huge);
}

/* --- the deadline --- */

static void what_came_goes_on_when_the_deadline_is_over(void **state)
{
    (void)state;
    expect_part(0, "r", 1, 3, "2");
    expect_part(0, "r", 3, 3, " kiitos");
    assert_true(answers_are(0));
    await(answers_are, 1);
    await(missing_are, 1);
    await(parts_are, 0);
    assert_int_equal(desk_counted(&desk, "north", 2), 1);
    expect_part(0, "r", 2, 3, " ja 5"); /* too late: it makes no second reply */
    assert_true(parts_are(0));
    assert_int_equal(desk_counted_in_all(&desk), 1);
    desk_log_holds(&desk, "alert: gateway simulator: parts_missing");
}

/* Whoever counts the wait anew from its own start answers four seconds later. */
static void the_deadline_goes_on_while_the_collector_is_down(void **state)
{
    (void)state;
    kill_collector();
    put_settings(DOWN_MS);
    desk_open(&desk);
    expect_part(0, "r", 1, 2, "2");
    assert_true(answers_are(0));
    kill_collector();
    nanosleep(&(struct timespec){.tv_sec = DOWN_MS / 1000},
              NULL); /* the deadline, not a wait for something */
    int64_t started_ms = clock_monotonic_ms();
    desk_open(&desk);
    await(answers_are, 1);
    assert_true(clock_monotonic_ms() - started_ms < DOWN_MS);
    await(missing_are, 1);
}

/* --- kills --- */

static void parts_outlive_the_collector(void **state)
{
    (void)state;
    expect_part(0, "r", 3, 3, " kiitos");
    kill_collector();
    desk_open(&desk);
    expect_part(0, "r", 1, 3, "5");
    expect_part(0, "r", 3, 3, " kiitos"); /* known since before */
    kill_collector();
    desk_open(&desk);
    assert_true(parts_are(2));
    expect_part(0, "r", 2, 3, " paljon");
    await(answers_are, 1);
    assert_int_equal(desk_counted(&desk, "north", 5), 1);
    await(parts_are, 0);
    kill_collector(); /* done is done, also for the next */
    desk_open(&desk);
    assert_true(parts_are(0));
    assert_true(answers_are(1));
}

/* Killed right after the last part's 200: whether its commit was done or not, the next one counts it once. */
static void a_kill_after_the_last_part_counts_it_once(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "kill-%d", i);
        expect_part(2 * i, ref, 1, 2, "4");
        expect_part(2 * i, ref, 2, 2, " kiitos");
        if (i % 2 == 1)
            await(answers_are, i + 1);
        kill_collector();
        desk_open(&desk);
        await(answers_are, i + 1);
        await(parts_are, 0);
    }
    assert_int_equal(desk_counted(&desk, "north", 4), 8);
    assert_int_equal(desk_counted_in_all(&desk), 8);
    assert_true(missing_are(0));
}

/* As after a kill between its commit and the end of its records: its parts are there again, and nobody remembers it. */
static void what_was_committed_and_not_done_counts_once(void **state)
{
    (void)state;
    char command[700];
    expect_part(0, "r", 1, 2, "4");
    kill_collector();
    snprintf(command, sizeof command, "rm -rf %s && cp -a %s %s", desk_path(&desk, "aside"),
             desk_path(&desk, "data/parts"), desk_path(&desk, "aside"));
    assert_int_equal(system(command), 0);
    desk_open(&desk);
    expect_part(0, "r", 2, 2, " kiitos");
    await(answers_are, 1);
    await(parts_are, 0);
    kill_collector();
    snprintf(command, sizeof command, "rm -rf %s && mv %s %s", desk_path(&desk, "data/parts"),
             desk_path(&desk, "aside"), desk_path(&desk, "data/parts"));
    assert_int_equal(system(command), 0);
    desk_open(&desk);
    assert_true(parts_are(1));
    expect_part(0, "r", 2, 2, " kiitos");
    await(parts_are, 0);
    assert_true(answers_are(1));
    assert_int_equal(desk_counted_in_all(&desk), 1);
}

static void find_redis(void)
{
    struct error error = {""};
    redis_server_restart(desk.world.server);
    redis_link_close(&desk.world.link);
    desk.world.link = redis_link_open(redis_server_address(desk.world.server), "", 10000, &error);
    assert_non_null(desk.world.link);
}

static void parts_that_come_while_redis_is_away_are_joined_when_it_is_back(void **state)
{
    (void)state;
    expect_part(0, "r", 1, 2, "4");
    redis_server_kill(desk.world.server);
    desk_await_ready(&desk, false);
    expect_part(0, "r", 2, 2, " kiitos");
    expect_part(2, "s", 1, 2, "3");
    kill_collector();
    find_redis();
    desk_open(&desk);
    await(answers_are, 1);
    await(parts_are, 1);
    expect_part(2, "s", 2, 2, " kiitos");
    await(answers_are, 2);
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    assert_int_equal(desk_counted(&desk, "north", 3), 1);
}

/* --- what waits for them --- */

static int64_t watermark(void)
{
    struct collector_rows rows;
    struct error error;
    assert_true(collectors_ask(desk.world.link, &error));
    assert_true(collectors_read(desk.world.link, &rows, &error));
    int64_t until_ms = rows.count == 1 && rows.items[0].readable ? rows.items[0].until_ms : -1;
    collectors_free(&rows);
    return until_ms;
}

static bool watermark_is(int64_t wanted_ms)
{
    return watermark() == wanted_ms;
}

static void the_watermark_waits_for_them(void **state)
{
    (void)state;
    int64_t first_ms = desk.world.now_ms;
    expect_part(0, "r", 1, 2, "4");
    desk.world.now_ms += 60000;
    desk_put_clock(&desk);
    assert_int_equal(desk_reply(&desk, 2, "whole", "5"), 200);
    kill_collector();
    desk_open(&desk);
    await(watermark_is, first_ms);
    expect_part(0, "r", 2, 2, " kiitos");
    await(answers_are, 2);
    await(watermark_is, desk.world.now_ms);
}

static void what_is_kept_is_sealed(void **state)
{
    (void)state;
    char command[400];
    expect_part(0, "r", 1, 2, "salainen sana");
    snprintf(command, sizeof command, "test -n \"$(ls %s)\" && ! grep -rqa -e salainen -e '%s' %s",
             desk_path(&desk, "data/parts"), world_phone(0) + 1, desk_path(&desk, "data/parts"));
    assert_int_equal(system(command), 0);
    desk_log_holds(&desk, "listening");
}

int main(void)
{
#define PATIENT(test) cmocka_unit_test_setup_teardown(test, open_patient, desk_fixture_check)
#define HASTY(test)   cmocka_unit_test_setup_teardown(test, open_hasty, desk_fixture_check)
    const struct CMUnitTest tests[] = {
        PATIENT(the_order_of_parts_does_not_matter),
        PATIENT(a_part_that_comes_again_counts_nothing),
        PATIENT(parts_of_several_people_and_replies_are_kept_apart),
        PATIENT(parts_that_cannot_be_are_counted_as_malformed),
        HASTY(what_came_goes_on_when_the_deadline_is_over),
        HASTY(the_deadline_goes_on_while_the_collector_is_down),
        PATIENT(parts_outlive_the_collector),
        PATIENT(a_kill_after_the_last_part_counts_it_once),
        PATIENT(what_was_committed_and_not_done_counts_once),
        PATIENT(parts_that_come_while_redis_is_away_are_joined_when_it_is_back),
        PATIENT(the_watermark_waits_for_them),
        PATIENT(what_is_kept_is_sealed),
    };
    return DESK_MAIN(tests);
}
