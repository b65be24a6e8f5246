/* The collector's spool: Redis dies, hangs, is full, comes back; the collector dies with webhooks on its disk; the
 * disk is full. What was answered 200 is counted once, in the order in which it came, as of when it came. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "support/wire.h"
#include "desk_fixture.h"

#define LOG_BYTES_MAX (1024 * 1024)
#define DEADLINE_MS   20000

static void remove_folder(const char *name)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf %s", desk_path(&desk, name));
    assert_int_equal(system(command), 0);
}

static int ask_and_open(void **state)
{
    remove_folder("data/spool");
    return desk_fixture_open(state);
}

/* --- Redis goes and comes back --- */

static void lose_redis(void)
{
    redis_server_kill(desk.world.server);
    desk_await_ready(&desk, false);
}

static void find_redis(void)
{
    struct error error = {""};
    redis_server_restart(desk.world.server);
    redis_link_close(&desk.world.link);
    desk.world.link = redis_link_open(redis_server_address(desk.world.server), "", 10000, &error);
    assert_non_null(desk.world.link);
}

static bool log_says(const char *words)
{
    struct text log = {0};
    struct error error = {""};
    bool says =
        file_read(desk_path(&desk, "log"), LOG_BYTES_MAX, &log, &error) && strstr(log.chars, words) != NULL;
    text_free(&log);
    return says;
}

static void await(bool (*condition)(const char *), const char *what)
{
    int64_t until_ms = clock_monotonic_ms() + DEADLINE_MS;
    while (!condition(what)) {
        if (clock_monotonic_ms() >= until_ms)
            fail_msg("waited in vain for: %s", what);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

static size_t log_count(const char *words)
{
    struct text log = {0};
    struct error error = {""};
    size_t count = 0;
    assert_true(file_read(desk_path(&desk, "log"), LOG_BYTES_MAX, &log, &error));
    for (const char *at = log.chars; (at = strstr(at, words)) != NULL; at++)
        count++;
    text_free(&log);
    return count;
}

static bool readiness_holds(const char *words)
{
    struct text answer = {0};
    (void)wire_get(desk.port, "/readyz", &answer);
    bool holds = strstr(answer.chars, words) != NULL;
    text_free(&answer);
    return holds;
}

static void expect_reply(int status, int person, const char *id, const char *words)
{
    assert_int_equal(desk_reply(&desk, person, id, words), status);
}

static void what_comes_while_redis_is_away_is_counted_when_it_is_back(void **state)
{
    (void)state;
    char id[16], words[4];
    expect_reply(200, 0, "before", "2");
    lose_redis();
    for (int i = 1; i <= 30; i++) {
        snprintf(id, sizeof id, "a%d", i);
        snprintf(words, sizeof words, "%d", 1 + i % 5);
        expect_reply(200, i, id, words);
        assert_int_equal(desk_receipt(&desk, world_message(i), "delivered"), 200);
    }
    assert_true(wire_says(desk.port, "/readyz", "spooling: Redis is away, 60 webhooks kept"));
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(desk_counted_in_all(&desk), 31);
    for (int value = 1; value <= 5; value++)
        assert_int_equal(desk_counted(&desk, "north", value) + desk_counted(&desk, "south", value),
                         value == 2 ? 7 : 6);
    assert_int_equal(world_count(&desk.world, "x:answer"), 31);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 31);
    assert_int_equal(log_count("webhooks are kept in the spool: "), 1);
    assert_int_equal(log_count("the spool is empty again: 60 webhooks came through it"), 1);
    expect_reply(200, 31, "after", "3"); /* straight again */
    assert_int_equal(world_count(&desk.world, "x:answer"), 32);
    assert_int_equal(log_count("webhooks are kept in the spool: "), 1);
}

/* Lateness is judged by when a reply came, not by when Redis was there to take it. */
static void a_reply_is_in_time_by_when_it_came(void **state)
{
    (void)state;
    lose_redis();
    desk.world.now_ms += 7 * DAY_MS - 1;
    desk_put_clock(&desk);
    expect_reply(200, 2, "in-time", "4");
    desk.world.now_ms += 1;
    desk_put_clock(&desk);
    expect_reply(200, 4, "too-late", "4");
    desk.world.now_ms += 2 * DAY_MS;
    desk_put_clock(&desk);
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    assert_int_equal(world_count(&desk.world, "x:answer"), 1);
    assert_int_equal(world_count(&desk.world, "x:late"), 1);
}

/* A second answer replaces the first: only in the order of coming is the last one in force. */
static void each_persons_replies_are_applied_in_order(void **state)
{
    (void)state;
    char id[16], words[4];
    lose_redis();
    for (int person = 0; person < 40; person++) { /* one person's come all at once: that is the hard order */
        for (int answer = 1; answer <= 5; answer++) {
            snprintf(id, sizeof id, "o%d-%d", answer, person);
            snprintf(words, sizeof words, "%d", (person + answer) % 5 + 1);
            expect_reply(200, person, id, words);
        }
    }
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 200);
    assert_int_equal(desk_counted_in_all(&desk), 40);
    for (int person = 0; person < 40; person++) {
        snprintf(words, sizeof words, "%d", (person + 5) % 5 + 1);
        assert_string_equal(world_pulse_field(&desk.world, person, "a0"), words);
    }
}

static int send_reply(int person, const char *id, const char *words)
{
    int descriptor = desk_send_reply(&desk, person, id, words);
    assert_int_equal(wire_get(desk.port, "/healthz", NULL), 200); /* it has been taken by now */
    return descriptor;
}

/* Redis hangs: the first ones are under way to it, those behind find the spool in use. */
static void nobody_under_way_is_overtaken_by_what_comes_later(void **state)
{
    (void)state;
    int descriptors[8];
    char id[16], words[4];
    expect_reply(200, 8, "warm", "1"); /* the survey is known */
    redis_server_pause(desk.world.server);
    for (int i = 0; i < 8; i++) {
        snprintf(id, sizeof id, "u%d", i);
        snprintf(words, sizeof words, "%d", i % 4 + 1);
        descriptors[i] = send_reply(9, id, words);
    }
    for (int i = 0; i < 8; i++)
        assert_int_equal(wire_receive(descriptors[i], NULL), 200);
    expect_reply(200, 9, "last", "5");
    redis_server_resume(desk.world.server);
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 10);
    assert_string_equal(world_pulse_field(&desk.world, 9, "a0"), "5");
    assert_int_equal(desk_counted_in_all(&desk), 2);
}

/* Reading goes on, what is committed is not answered: again and again, until it is. */
static void a_redis_that_is_slow_past_the_deadline_gets_it_later(void **state)
{
    (void)state;
    WORLD_DO(&desk.world, "CLIENT", "PAUSE", "60000", "WRITE");
    expect_reply(200, 3, "s1", "2");
    expect_reply(200, 3, "s2", "3");
    assert_int_equal(desk_receipt(&desk, world_message(7), "delivered"), 200);
    assert_int_equal(world_count(&desk.world, "x:answer"), 0);
    WORLD_DO(&desk.world, "CLIENT", "UNPAUSE");
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 2);
    assert_int_equal(desk_counted(&desk, "south", 3), 1);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 2);
}

static void a_redis_without_memory_gets_it_later(void **state)
{
    (void)state;
    WORLD_DO(&desk.world, "CONFIG", "SET", "maxmemory", "1");
    expect_reply(200, 3, "m1", "2");
    expect_reply(200, 3, "m2", "3");
    desk_log_holds(&desk, "webhooks are kept in the spool: OOM ");
    assert_true(wire_says(desk.port, "/readyz", "2 webhooks kept"));
    WORLD_DO(&desk.world, "CONFIG", "SET", "maxmemory", "0");
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 2);
    assert_int_equal(desk_counted(&desk, "south", 3), 1);
}

/* --- what is in it --- */

static void ten_copies_of_a_reply_count_once(void **state)
{
    (void)state;
    expect_reply(200, 5, "once", "4");
    expect_reply(200, 5, "once", "4");
    lose_redis();
    for (int copy = 0; copy < 10; copy++) {
        expect_reply(200, 5, "once", "4");
        expect_reply(200, 6, "once-more", "2");
        assert_int_equal(desk_receipt(&desk, world_message(6), "delivered"), 200);
    }
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 2);
    assert_int_equal(desk_counted(&desk, "south", 4), 1);
    assert_int_equal(desk_counted(&desk, "north", 2), 1);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 2);
}

static void a_stop_in_the_spool_takes_force(void **state)
{
    (void)state;
    lose_redis();
    expect_reply(200, 11, "stop", "STOP");
    expect_reply(200, 11, "then", "4");
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:optout"), 1);
    assert_string_equal(world_contact_field(&desk.world, 11, "f"), "s");
    assert_int_equal(desk_counted_in_all(&desk), 0);
}

static void the_spool_shows_neither_number_nor_words(void **state)
{
    (void)state;
    char command[512];
    struct stat key;
    lose_redis();
    expect_reply(200, 12, "seen", "tuntematon sana");
    snprintf(command, sizeof command, "grep -rqaF -e '%s' -e 'tuntematon' -e '%s' -e reply %s",
             world_phone(12) + 1, DESK_NUMBER, desk_path(&desk, "data/spool"));
    assert_int_equal(system(command), 256); /* nothing found, in files that are there */
    snprintf(command, sizeof command, "ls %s/*.spool >/dev/null", desk_path(&desk, "data/spool"));
    assert_int_equal(system(command), 0);
    assert_int_equal(stat(desk_path(&desk, "data/keys/spool.key"), &key), 0);
    assert_int_equal(key.st_mode & 0777, 0600);
    assert_int_equal(key.st_size, 32);
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:clarified"), 1);
}

/* A webhook that has most of it in its query, and the words as they are in its body. */
static void the_form_of_a_webhook_survives_the_spool(void **state)
{
    (void)state;
    static const char *const settings[][2] = {{"PULSSI_GATEWAY_OTHER_PROFILE", "kannel"},
                                              {"PULSSI_GATEWAY_OTHER_PUBLIC_URL", "http://127.0.0.1:9"},
                                              {"PULSSI_GATEWAY_OTHER_USER", "pulssi"},
                                              {"PULSSI_GATEWAY_OTHER_SECRET", "pulssi"}};
    static const char *const queries[] = {"?id=7&from=%2B358401234567&to=18123", "?id=7&to=18123", ""};
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    for (size_t i = 0; i < 4; i++)
        setenv(settings[i][0], settings[i][1], 1);
    desk_open(&desk);
    for (size_t i = 0; i < 4; i++)
        unsetenv(settings[i][0]);
    lose_redis();
    for (size_t i = 0; i < 3; i++) {
        struct text request = {0};
        text_addf(
            &request,
            "POST /v1/gateways/other/another-token-than-that/reply%s HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\nConnection: close\r\nContent-Length: 2\r\n\r\n5\n",
            queries[i]);
        assert_int_equal(wire_ask(desk.port, request.chars, request.bytes, NULL), 200);
        text_free(&request);
    }
    find_redis();
    desk_await_ready(&desk, true);
    desk_log_holds(&desk,
                   "gateway other: wrong_number (1 since"); /* read whole, but no org has that gateway */
    desk_log_holds(&desk, "gateway other: no_sender (1 since");
    desk_log_holds(&desk, "gateway other: malformed (1 since");
}

/* --- the collector dies --- */

static bool port_is_told(const char *path)
{
    FILE *file = fopen(path, "re");
    bool told = file != NULL && fscanf(file, "%d", &desk.port) == 1;
    if (file != NULL)
        fclose(file);
    return told;
}

static void open_without_redis(void)
{
    desk_spawn(&desk);
    await(port_is_told, desk_path(&desk, "data/run/collector.port"));
}

static void a_killed_collector_finds_its_spool_again(void **state)
{
    (void)state;
    char id[16];
    lose_redis();
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "k%d", i);
        expect_reply(200, i, id, "1");
    }
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
    open_without_redis();
    assert_true(wire_says(desk.port, "/readyz", "spooling: Redis is away, 20 webhooks kept"));
    desk_log_holds(&desk, "starting without Redis: ");
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "l%d", i);
        expect_reply(200, i, id, "2");
    }
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
    find_redis();
    desk_open(&desk);
    assert_int_equal(world_count(&desk.world, "x:answer"), 40);
    assert_int_equal(desk_counted(&desk, "north", 2), 10);
    assert_int_equal(desk_counted(&desk, "south", 2), 10);
    assert_int_equal(desk_counted_in_all(&desk), 20);
}

/* Killed while it drains: what was committed is found again as a duplicate. */
static void a_collector_killed_while_draining_counts_each_reply_once(void **state)
{
    (void)state;
    char id[16], words[4];
    lose_redis();
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "d%d", i);
        snprintf(words, sizeof words, "%d", 1 + i / DESK_PEOPLE);
        expect_reply(200, i % DESK_PEOPLE, id, words);
    }
    find_redis();
    for (int kills = 1; kills <= 3; kills++) {
        int64_t until_ms = clock_monotonic_ms() + DEADLINE_MS;
        while (world_count(&desk.world, "x:answer") < 40 * kills)
            assert_true(clock_monotonic_ms() < until_ms);
        assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
        open_without_redis();
    }
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 300);
    assert_int_equal(desk_counted(&desk, "north", 5) + desk_counted(&desk, "south", 5), DESK_PEOPLE);
    assert_int_equal(desk_counted_in_all(&desk), DESK_PEOPLE);
}

static void an_orderly_end_leaves_the_rest_in_the_spool(void **state)
{
    (void)state;
    lose_redis();
    expect_reply(200, 1, "e1", "5");
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    find_redis();
    desk_open(&desk);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
}

static void segments_without_their_key_are_not_given_up(void **state)
{
    (void)state;
    lose_redis();
    expect_reply(200, 1, "y1", "5");
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
    find_redis();
    assert_int_equal(rename(desk_path(&desk, "data/keys/spool.key"), desk_path(&desk, "kept.key")), 0);
    desk_spawn(&desk);
    assert_int_equal(child_wait(&desk.program), 1);
    desk_log_holds(&desk, "spool.key is missing, and ");
    assert_int_equal(rename(desk_path(&desk, "kept.key"), desk_path(&desk, "data/keys/spool.key")), 0);
    desk_open(&desk);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
}

static void two_collectors_do_not_share_a_folder(void **state)
{
    (void)state;
    struct child first = desk.program;
    desk_spawn(&desk);
    assert_int_equal(child_wait(&desk.program), 1);
    desk_log_holds(&desk, "another collector works in this data folder");
    desk.program = first;
}

/* --- no room --- */

static size_t fill_spool(void)
{
    struct text body = {0};
    size_t kept = 0;
    int status = 200;
    for (int i = 0; i < 60000; i++)
        text_add(&body, "x");
    for (; status == 200 && kept < 1000; kept += status == 200)
        status = wire_post(desk.port, DESK_PATH "/reply", body.chars, body.bytes, NULL);
    text_free(&body);
    assert_int_equal(status, 503);
    return kept;
}

static void a_full_spool_takes_no_more_and_keeps_what_it_has(void **state)
{
    (void)state;
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    setenv("PULSSI_COLLECTOR_SPOOL_MIB", "1", 1);
    desk_open(&desk);
    unsetenv("PULSSI_COLLECTOR_SPOOL_MIB");
    lose_redis();
    size_t kept = fill_spool();
    assert_in_range(kept, 10, 17); /* of 60 kB each */
    assert_int_equal(wire_get(desk.port, "/readyz", NULL), 503);
    assert_true(readiness_holds("the spool takes no more: Redis is away"));
    desk_log_holds(&desk, "alert: webhooks get 503: Redis does not take them");
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:malformed"), kept);
    expect_reply(200, 1, "f1", "5");
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
}

static void a_spool_that_cannot_be_written_is_no_200(void **state)
{
    (void)state;
    remove_folder("data/spool");
    lose_redis();
    expect_reply(503, 1, "w1", "5");
    assert_int_equal(wire_get(desk.port, "/readyz", NULL), 503);
    find_redis();
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 0);
    expect_reply(200, 1, "w1", "5");
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
}

/* As when the process has no descriptor left: nothing more comes that would wake the drain. */
static void a_segment_that_cannot_be_opened_is_tried_again(void **state)
{
    (void)state;
    lose_redis();
    expect_reply(200, 1, "t1", "5");
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
    open_without_redis();
    assert_int_equal(
        rename(desk_path(&desk, "data/spool/00000001.spool"), desk_path(&desk, "data/spool/elsewhere")), 0);
    find_redis();
    await(log_says, "its records wait");
    assert_int_equal(
        rename(desk_path(&desk, "data/spool/elsewhere"), desk_path(&desk, "data/spool/00000001.spool")), 0);
    desk_await_ready(&desk, true);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
}

/* --- what time does not mend --- */

/* The settings without their last gateway, or as they were. */
static void put_settings(const struct text *settings, bool whole)
{
    struct error error = {""};
    const char *other = strstr(settings->chars, "[gateway:other]");
    size_t bytes = whole ? settings->bytes : (size_t)(other - settings->chars);
    assert_true(file_replace(desk_path(&desk, "pulssi.conf"), settings->chars, bytes, 0600, &error));
}

/* Straight, each of them would get 503. */
static void new_ones_wait_behind_one_whose_survey_is_not_active(void **state)
{
    (void)state;
    char since[32];
    lose_redis();
    expect_reply(200, 1, "q1", "4");
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    find_redis();
    snprintf(since, sizeof since, "%s", world_field(&desk.world, "surveys", WORLD_SURVEY "|active"));
    WORLD_DO(&desk.world, "HDEL", world_key("surveys"), WORLD_SURVEY "|active");
    open_without_redis();
    await(log_says,
          "alert: 1 webhooks wait in the spool behind one that cannot be stored: survey " WORLD_SURVEY);
    expect_reply(200, 1, "q2", "5");
    expect_reply(200, 3, "q3", "2");
    assert_int_equal(world_count(&desk.world, "x:answer"), 0);
    WORLD_DO(&desk.world, "HSET", world_key("surveys"), WORLD_SURVEY "|active", since);
    desk_await_ready(&desk, true);
    assert_int_equal(world_count(&desk.world, "x:answer"), 3);
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
    assert_int_equal(desk_counted(&desk, "south", 2), 1);
    assert_int_equal(log_count("alert: "), 1); /* once a minute */
}

static void a_gateway_that_is_gone_keeps_its_webhooks_waiting(void **state)
{
    (void)state;
    struct text settings = {0}, body = {0};
    struct error error = {""};
    assert_true(file_read(desk_path(&desk, "pulssi.conf"), 65536, &settings, &error));
    lose_redis();
    desk_reply_body(&body, "g1", world_phone(1), DESK_NUMBER, "5");
    assert_int_equal(desk_post(&desk, "/v1/gateways/other/another-token-than-that/reply", body.chars), 200);
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);

    put_settings(&settings, false);
    find_redis();
    open_without_redis();
    await(log_says,
          "alert: 1 webhooks wait in the spool behind one that cannot be stored: it came from a gateway");
    expect_reply(200, 2, "g2", "5");
    assert_true(readiness_holds("spooling: Redis takes them in turn"));
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    struct redis_value *rows = WORLD_RUN(&desk.world, "HLEN", "pulssi:collectors");
    assert_int_equal(redis_int(rows), 1); /* it leaves something behind: the roll-up must wait */
    redis_value_free(&rows);

    put_settings(&settings, true);
    desk_open(&desk);
    assert_int_equal(desk_counted(&desk, "north", 5), 1);
    desk_log_holds(&desk, "gateway other: wrong_number"); /* no org has that gateway */
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    rows = WORLD_RUN(&desk.world, "HLEN", "pulssi:collectors");
    assert_int_equal(redis_int(rows), 0);
    redis_value_free(&rows);
    text_free(&settings);
    text_free(&body);
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, ask_and_open, desk_fixture_check)
    const struct CMUnitTest tests[] = {
        FLOW(what_comes_while_redis_is_away_is_counted_when_it_is_back),
        FLOW(a_reply_is_in_time_by_when_it_came),
        FLOW(each_persons_replies_are_applied_in_order),
        FLOW(nobody_under_way_is_overtaken_by_what_comes_later),
        FLOW(a_redis_that_is_slow_past_the_deadline_gets_it_later),
        FLOW(a_redis_without_memory_gets_it_later),
        FLOW(ten_copies_of_a_reply_count_once),
        FLOW(a_stop_in_the_spool_takes_force),
        FLOW(the_spool_shows_neither_number_nor_words),
        FLOW(the_form_of_a_webhook_survives_the_spool),
        FLOW(a_killed_collector_finds_its_spool_again),
        FLOW(a_collector_killed_while_draining_counts_each_reply_once),
        FLOW(an_orderly_end_leaves_the_rest_in_the_spool),
        FLOW(segments_without_their_key_are_not_given_up),
        FLOW(two_collectors_do_not_share_a_folder),
        FLOW(a_full_spool_takes_no_more_and_keeps_what_it_has),
        FLOW(a_spool_that_cannot_be_written_is_no_200),
        FLOW(a_segment_that_cannot_be_opened_is_tried_again),
        FLOW(new_ones_wait_behind_one_whose_survey_is_not_active),
        FLOW(a_gateway_that_is_gone_keeps_its_webhooks_waiting),
    };
    return DESK_MAIN(tests);
}
