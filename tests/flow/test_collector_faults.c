/* The collector as a program when things go wrong: Redis hangs or dies, many answer at once, orgs come while
 * it runs, a start that must not be, an end in the middle of work. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/wire.h"
#include "desk_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int ask_everyone(void **state)
{
    (void)state;
    desk_ask_everyone(&desk);
    return 0;
}

/* --- Redis away --- */

static void a_redis_that_hangs_costs_no_reply(void **state)
{
    (void)state;
    redis_server_pause(desk.world.server);
    assert_int_equal(desk_reply(&desk, 5, "p1", "1"), 200);
    assert_int_equal(desk_receipt(&desk, world_message(5), "delivered"), 200);
    assert_int_equal(desk_post(&desk, DESK_PATH "/reply", "malformed"), 200);
    assert_int_equal(wire_get(desk.port, "/healthz", NULL), 200);
    redis_server_resume(desk.world.server);
    desk_await_ready(&desk, true);
    assert_int_equal(desk_counted(&desk, "south", 1), 1);
    assert_int_equal(desk_reply(&desk, 5, "p1", "1"), 200);
    assert_int_equal(desk_reply(&desk, 5, "p1", "1"), 200);
    assert_int_equal(desk_counted(&desk, "south", 1), 1);
    assert_int_equal(world_count(&desk.world, "x:answer"), 1);
    assert_int_equal(world_count(&desk.world, "x:malformed"), 1);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 1);
}

static void restart_redis(void)
{
    struct error error = {""};
    redis_server_restart(desk.world.server);
    desk_await_ready(&desk, true);
    redis_link_close(&desk.world.link);
    desk.world.link = redis_link_open(redis_server_address(desk.world.server), "", 10000, &error);
    assert_non_null(desk.world.link);
}

static void a_redis_that_dies_costs_no_reply(void **state)
{
    (void)state;
    assert_int_equal(desk_reply(&desk, 6, "k0", "3"), 200);
    redis_server_kill(desk.world.server);
    assert_int_equal(desk_reply(&desk, 6, "k1", "4"), 200);
    assert_int_equal(desk_reply(&desk, 7, "k2", "4"), 200);
    desk_await_ready(&desk, false);
    restart_redis();
    assert_int_equal(world_count(&desk.world, "x:answer"), 3); /* what was answered 200 is there */
    assert_int_equal(desk_reply(&desk, 6, "k0", "3"), 200);
    assert_int_equal(desk_reply(&desk, 6, "k1", "4"), 200);
    assert_int_equal(desk_reply(&desk, 7, "k2", "4"), 200);
    assert_int_equal(desk_reply(&desk, 7, "k2", "4"), 200);
    assert_int_equal(desk_counted(&desk, "north", 3), 0);
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    assert_int_equal(desk_counted(&desk, "south", 4), 1);
    assert_int_equal(world_count(&desk.world, "x:answer"), 3);
}

/* A connection that comes back leads to a server that does not keep what it acknowledges any more. */
static void a_redis_that_became_unsafe_gets_no_reply(void **state)
{
    (void)state;
    WORLD_DO(&desk.world, "CONFIG", "SET", "appendfsync", "everysec");
    WORLD_DO(&desk.world, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    desk_await_refusal(&desk);
    desk_log_holds(&desk, "encounters get 503: Redis has `appendfsync everysec`");
    assert_int_equal(desk_reply(&desk, 5, "s1", "2"), 200);
    assert_int_equal(world_count(&desk.world, "x:answer"), 0);
    WORLD_DO(&desk.world, "CONFIG", "SET", "appendfsync", "always");
    desk_await_ready(&desk, true);
    assert_int_equal(desk_counted(&desk, "south", 2), 1);
    assert_int_equal(desk_reply(&desk, 5, "s1", "2"), 200);
    assert_int_equal(desk_counted(&desk, "south", 2), 1);
}

/* --- many at once --- */

static void fifty_people_answer_at_once(void **state)
{
    (void)state;
    int descriptors[100];
    char id[16], words[4];
    for (int i = 0; i < 100; i++) { /* each twice, as gateways do */
        snprintf(id, sizeof id, "c%d", i % 50);
        snprintf(words, sizeof words, "%d", 1 + i % 5);
        descriptors[i] = desk_send_reply(&desk, i % 50, id, words);
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(wire_receive(descriptors[i], NULL), 200);
    assert_int_equal(desk_counted_in_all(&desk), 50);
    for (int value = 1; value <= 5; value++)
        assert_int_equal(desk_counted(&desk, "north", value) + desk_counted(&desk, "south", value), 10);
    assert_int_equal(world_count(&desk.world, "x:answer"), 50);
}

/* Redis dies in the middle of them: loads, commits and their answers are lost as it happens. */
static void a_redis_that_dies_under_load_keeps_what_was_answered(void **state)
{
    (void)state;
    int descriptors[DESK_PEOPLE], done = 0;
    char id[16];
    for (int i = 0; i < DESK_PEOPLE; i++) {
        snprintf(id, sizeof id, "d%d", i);
        descriptors[i] = desk_send_reply(&desk, i, id, "4");
    }
    for (int i = 0; i < DESK_PEOPLE; i++) {
        done += wire_receive(descriptors[i], NULL) == 200;
        if (i == 2)
            redis_server_kill(desk.world.server);
    }
    desk_await_ready(&desk, false);
    restart_redis();
    assert_int_equal(done, DESK_PEOPLE);
    assert_int_equal(desk_counted_in_all(&desk), DESK_PEOPLE);
    for (int i = 0; i < DESK_PEOPLE; i++) {
        snprintf(id, sizeof id, "d%d", i);
        assert_int_equal(desk_reply(&desk, i, id, "4"), 200);
    }
    assert_int_equal(desk_counted_in_all(&desk), DESK_PEOPLE);
    assert_int_equal(world_count(&desk.world, "x:answer"), DESK_PEOPLE);
}

/* Each commit makes the others' sessions stale; whoever gives up after some tries says so and comes again. */
static void one_person_answers_many_times_at_once(void **state)
{
    (void)state;
    int descriptors[20], done = 0;
    char id[16], words[4];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "o%d", i);
        snprintf(words, sizeof words, "%d", 1 + i % 5);
        descriptors[i] = desk_send_reply(&desk, 8, id, words);
    }
    for (int i = 0; i < 20; i++) {
        int status = wire_receive(descriptors[i], NULL);
        assert_true(status == 200 || status == 503);
        done += status == 200;
    }
    assert_true(done >= 5);
    assert_int_equal(world_count(&desk.world, "x:answer"), done);
    assert_int_equal(desk_counted_in_all(&desk), 1);
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "o%d", i);
        assert_int_equal(desk_reply(&desk, 8, id, "5"), 200);
    }
    assert_int_equal(world_count(&desk.world, "x:answer"), 20);
    assert_int_equal(desk_counted_in_all(&desk), 1);
}

/* --- orgs --- */

/* The example org under another name and number. */
static void put_second_org(const char *number, const char *gap_days)
{
    struct text json = {0};
    struct error error = {""};
    struct {
        const char *old, *new;
    } edits[] = {{"\"varkaus\"", "\"joensuu\""},
                 {"\"gap_days\": 14", gap_days},
                 {"\"reply_number\": \"18123\"", number}};
    const char *from = desk.world.org_json.chars;
    for (size_t i = 0; i < COUNT(edits); i++) {
        const char *at = strstr(from, edits[i].old);
        assert_non_null(at);
        text_add_bytes(&json, from, (size_t)(at - from));
        text_add(&json, edits[i].new);
        from = at + strlen(edits[i].old);
    }
    text_add(&json, from);
    char hash[FINGERPRINT_SIZE], reader[FINGERPRINT_SIZE];
    key_fingerprint(KEY_HASH, desk.world.keys.keys[KEY_HASH], hash);
    key_fingerprint(KEY_READER_PUBLIC, desk.world.keys.keys[KEY_READER_PUBLIC], reader);
    if (org_store(desk.world.link, "joensuu", json.chars, hash, "", reader, &error) != PUT_WRITTEN)
        fail_msg("%s", error.text);
    text_free(&json);
}

static int64_t second_org_count(const char *event)
{
    struct redis_value *value = WORLD_RUN(&desk.world, "HGET", "p:{joensuu}:b", event);
    int64_t count = redis_int(value);
    redis_value_free(&value);
    return count;
}

static void an_org_put_while_running_is_found_by_its_number(void **state)
{
    (void)state;
    struct text body = {0};
    desk_reply_body(&body, "n1", world_phone(9), "18124", "5");
    assert_int_equal(desk_post(&desk, DESK_PATH "/reply", body.chars), 200);
    assert_int_equal(world_count(&desk.world, "x:wrong_number"), 1);

    put_second_org("\"reply_number\": \"18124\"", "\"gap_days\": 14");
    assert_int_equal(desk_post(&desk, DESK_PATH "/reply", body.chars),
                     503); /* its keys are not on this machine: no 200 on a doubt */
    desk_put_key(&desk, "joensuu", KEY_HASH, desk.world.keys.keys[KEY_HASH]);
    assert_int_equal(desk_post(&desk, DESK_PATH "/reply", body.chars), 503); /* words could not be sealed */
    desk_put_keys(&desk, "joensuu");
    assert_int_equal(desk_post(&desk, DESK_PATH "/reply", body.chars), 200);
    assert_int_equal(second_org_count("x:unknown_sender"), 1);
    assert_int_equal(world_count(&desk.world, "x:unknown_sender"), 0);

    assert_int_equal(desk_reply(&desk, 9, "n1", "5"), 200); /* its own reply id of its own org */
    assert_int_equal(desk_counted(&desk, "south", 5), 1);
    assert_int_equal(desk_receipt(&desk, world_message(9), "delivered"), 200);
    assert_int_equal(world_count(&desk.world, "m:delivered"), 1);
    desk_reply_body(&body, "n2", world_phone(9), "18125", "5");
    assert_int_equal(desk_post(&desk, DESK_PATH "/reply", body.chars),
                     200); /* of which org, cannot be told */
    assert_int_equal(world_count(&desk.world, "x:wrong_number"), 1);
    assert_int_equal(second_org_count("x:wrong_number"), 0);
    text_free(&body);
}

/* --- start and end --- */

static void assert_refuses(const char *sentence)
{
    desk_spawn(&desk);
    assert_int_equal(child_wait(&desk.program), 1);
    desk_log_holds(&desk, sentence);
}

static void it_refuses_to_start_on_what_would_go_wrong_later(void **state)
{
    (void)state;
    struct key_set others;
    keys_generate(&others);
    static const enum key_kind kinds[] = {KEY_HASH, KEY_READER_PUBLIC};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        desk_put_key(&desk, WORLD_ORG, kinds[i], others.keys[kinds[i]]);
        assert_refuses(key_file_name(kinds[i]));
        desk_put_keys(&desk, WORLD_ORG);
    }

    put_second_org("\"reply_number\": \"18123\"", "\"gap_days\": 14");
    desk_put_keys(&desk, "joensuu");
    assert_refuses("share lane.reply_number 18123");
    world_clear(&desk.world);
    assert_refuses("holds data set");
    unlink(desk_path(&desk, "data/state/pulssi-collector.seen"));

    desk_put_clock(&desk);
    desk_open(&desk);
    assert_int_equal(child_end(&desk.program, SIGTERM), 0);
    setenv("PULSSI_SURVEY_REPLY_WINDOW_DAYS", "10", 1);
    setenv("PULSSI_ROLLUP_GRACE_HOURS", "72", 1);
    put_second_org("\"reply_number\": \"18124\"", "\"gap_days\": 9");
    assert_refuses("caps.gap_days is 9, less than [survey] reply_window_days = 10");
    unsetenv("PULSSI_SURVEY_REPLY_WINDOW_DAYS");
    unsetenv("PULSSI_ROLLUP_GRACE_HOURS");
    setenv("PULSSI_GATEWAY_OTHER_PROFILE", "nobody", 1);
    assert_refuses("gateway profile \"nobody\"");
    unsetenv("PULSSI_GATEWAY_OTHER_PROFILE");
}

static void a_reply_under_way_is_finished_before_the_end(void **state)
{
    (void)state;
    redis_server_pause(desk.world.server);
    int descriptor = desk_send_reply(&desk, 10, "e1", "2");
    assert_int_equal(wire_get(desk.port, "/healthz", NULL), 200); /* it has been taken by now */
    kill(desk.program.process, SIGTERM);
    redis_server_resume(desk.world.server);
    assert_int_equal(wire_receive(descriptor, NULL), 200);
    assert_int_equal(child_wait(&desk.program), 0);
    assert_int_equal(desk_counted(&desk, "north", 2), 1);
}

int main(void)
{
#define FLOW(name) cmocka_unit_test_setup_teardown(name, desk_fixture_open, desk_fixture_check)
    const struct CMUnitTest tests[] = {
        FLOW(a_redis_that_hangs_costs_no_reply),
        FLOW(a_redis_that_dies_costs_no_reply),
        FLOW(a_redis_that_became_unsafe_gets_no_reply),
        FLOW(fifty_people_answer_at_once),
        FLOW(a_redis_that_dies_under_load_keeps_what_was_answered),
        FLOW(one_person_answers_many_times_at_once),
        FLOW(an_org_put_while_running_is_found_by_its_number),
        FLOW(a_reply_under_way_is_finished_before_the_end),
        cmocka_unit_test_setup_teardown(it_refuses_to_start_on_what_would_go_wrong_later, ask_everyone,
                                        desk_fixture_check),
    };
    return DESK_MAIN(tests);
}
