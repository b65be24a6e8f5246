/* One webhook that holds many replies and receipts: 200 only when all are stored, each counted once however often it comes,
 * replies of one person in their order, straight and through the spool. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/wire.h"
#include "desk_fixture.h"
#include "share_fixture.h"

static const char profile[] =
    "{\"kind\":\"provider\",\"region\":\"local\",\"outside_eu\":false,"
    "\"request\":{\"method\":\"POST\",\"url\":\"{url}/"
    "send\",\"headers\":{},\"json\":{\"id\":\"{id}\",\"to\":\"{to}\"}},"
    "\"accepted\":{\"status\":[202],\"id\":\"id\"},\"outcomes\":[],\"webhook_answer\":{\"status\":204},"
    "\"receipt\":{\"format\":\"json\",\"ref\":\"results[].ref\",\"id\":\"results[].id\",\"state\":\"results[]"
    ".state\","
    "\"states\":{\"delivered\":\"delivered\"}},"
    "\"reply\":{\"format\":\"json\",\"id\":\"results[].id\",\"from\":\"results[].from\",\"to\":\"results[]."
    "to\","
    "\"text\":\"results[].text\",\"number_form\":\"e164\"}}";

static int open_desk(void **state)
{
    share_make();
    share_put_profile("many", profile);
    share_put_settings(
        "[collector]\nport = 0\n[gateway:simulator]\nprofile = many\nurl = http://127.0.0.1:9\n"
        "webhook_token = " DESK_TOKEN "\n");
    return desk_fixture_open(state);
}

/* --- a webhook --- */

static struct text body;

static void begin(void)
{
    text_clear(&body);
    text_add(&body, "{\"results\":[");
}

static void add_reply(const char *id, const char *from, const char *to, const char *words)
{
    text_addf(&body, "%s{\"id\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"text\":\"%s\"}",
              body.bytes > strlen("{\"results\":[") ? "," : "", id, from, to, words);
}

static void add_receipt(const char *message, const char *state)
{
    text_addf(&body, "%s{\"id\":\"g-%s\",\"ref\":\"%s\",\"state\":\"%s\"}",
              body.bytes > strlen("{\"results\":[") ? "," : "", message, message, state);
}

static int post(const char *kind)
{
    char path[128];
    snprintf(path, sizeof path, DESK_PATH "/%s", kind);
    return wire_post(desk.port, path, body.chars, body.bytes, NULL);
}

static int end(const char *kind)
{
    text_add(&body, "]}");
    return post(kind);
}

/* --- tests --- */

static void many_replies_count_once_each(void **state)
{
    (void)state;
    char id[16];
    begin();
    for (int i = 0; i < DESK_PEOPLE; i++) {
        snprintf(id, sizeof id, "m%d", i);
        add_reply(id, world_phone(i), DESK_NUMBER, i % 2 == 0 ? "4" : "2");
    }
    assert_int_equal(end("reply"), 204); /* what this provider wants to hear */
    assert_int_equal(post("reply"), 204);
    assert_int_equal(desk_counted(&desk, "north", 4), DESK_PEOPLE / 2);
    assert_int_equal(desk_counted(&desk, "south", 2), DESK_PEOPLE / 2);
    assert_int_equal(world_count(&desk.world, "x:answer"), DESK_PEOPLE);
}

static void replies_of_one_person_keep_their_order(void **state)
{
    (void)state;
    static const char *const words[] = {"1", "2", "3", "4", "5"};
    char id[16];
    begin();
    for (int value = 0; value < 5; value++) {
        for (int person = 0; person < 20; person += 2) {
            snprintf(id, sizeof id, "o%d-%d", value, person);
            add_reply(id, world_phone(person), DESK_NUMBER, words[(value + person / 2) % 5]);
        }
    }
    assert_int_equal(end("reply"), 204);
    for (int value = 1; value <= 5; value++) /* the last word of two people is each value */
        assert_int_equal(desk_counted(&desk, "north", value), 2);
    assert_int_equal(desk_counted_in_all(&desk), 10);
}

static void a_hundred_receipts_are_one_webhook(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 100; i++)
        add_receipt(world_message(i % DESK_PEOPLE), "delivered");
    assert_int_equal(end("receipt"), 204);
    assert_int_equal(world_count(&desk.world, "m:delivered"), DESK_PEOPLE);
    begin();
    for (int i = 0; i < 101; i++)
        add_receipt(world_message(0), "delivered");
    assert_int_equal(end("receipt"), 204);
    assert_int_equal(world_count(&desk.world, "x:receipt_malformed"), 1);
}

static void what_cannot_be_read_does_not_keep_the_others_back(void **state)
{
    (void)state;
    begin();
    add_reply("", world_phone(0), DESK_NUMBER, "4");
    add_reply("p1", "Pankki", DESK_NUMBER, "4");
    add_reply("p2", world_phone(2), DESK_NUMBER, "4");
    add_reply("p3", world_phone(4), "18124", "4");
    assert_int_equal(end("reply"), 204);
    assert_int_equal(desk_counted(&desk, "north", 4), 1);
    assert_int_equal(world_count(&desk.world, "x:no_reply_id"), 1);
    assert_int_equal(world_count(&desk.world, "x:no_sender"), 1);
    assert_int_equal(world_count(&desk.world, "x:wrong_number"), 1);
    begin();
    assert_int_equal(end("reply"), 204); /* nothing in it */
}

/* One contact's key is of a wrong type: that reply cannot be stored, whatever is tried. */
static void one_that_cannot_be_stored_gets_503_and_the_rest_counts_once(void **state)
{
    (void)state;
    char key[128], aside[128], suffix[32];
    snprintf(suffix, sizeof suffix, "c:%s", world_contact(2));
    snprintf(key, sizeof key, "%s", world_key(suffix));
    snprintf(aside, sizeof aside, "%s", world_key("aside"));
    WORLD_DO(&desk.world, "RENAME", key, aside);
    WORLD_DO(&desk.world, "SET", key, "of a wrong type");
    begin();
    add_reply("", world_phone(0), DESK_NUMBER, "4");
    add_reply("s1", world_phone(4), DESK_NUMBER, "4");
    add_reply("s2", world_phone(2), DESK_NUMBER, "4");
    assert_int_equal(end("reply"), 503);
    assert_int_equal(post("reply"), 503);
    assert_int_equal(world_count(&desk.world, "x:no_reply_id"), 0); /* counted when the whole is stored */
    WORLD_DO(&desk.world, "RENAME", aside, key);
    assert_int_equal(post("reply"), 204);
    assert_int_equal(desk_counted(&desk, "north", 4), 2);
    assert_int_equal(world_count(&desk.world, "x:answer"), 2);
    assert_int_equal(world_count(&desk.world, "x:no_reply_id"), 1);
}

static void find_redis(void)
{
    struct error error = {""};
    redis_server_restart(desk.world.server);
    redis_link_close(&desk.world.link);
    desk.world.link = redis_link_open(redis_server_address(desk.world.server), "", 10000, &error);
    assert_non_null(desk.world.link);
}

static void a_webhook_of_many_goes_through_the_spool_whole(void **state)
{
    (void)state;
    char id[16];
    redis_server_kill(desk.world.server);
    desk_await_ready(&desk, false);
    for (int round = 0; round < 3; round++) {
        begin();
        for (int i = 0; i < 20; i++) {
            snprintf(id, sizeof id, "r%d-%d", round, i);
            add_reply(id, world_phone(2 * (i % 10)), DESK_NUMBER, i < 10 ? "1" : round == 2 ? "5" : "2");
        }
        assert_int_equal(end("reply"), 204);
    }
    for (int i = 0; i < 10; i++) { /* each of them once more, alone: the last word */
        snprintf(id, sizeof id, "last-%d", i);
        begin();
        add_reply(id, world_phone(2 * i), DESK_NUMBER, "3");
        assert_int_equal(end("reply"), 204);
    }
    assert_int_equal(child_end(&desk.program, SIGKILL), 128 + SIGKILL);
    find_redis();
    desk_open(&desk);
    assert_int_equal(desk_counted(&desk, "north", 3), 10);
    assert_int_equal(desk_counted_in_all(&desk), 10);
    assert_int_equal(world_count(&desk.world, "x:answer"), 70);
}

static int stop(void **state)
{
    text_free(&body);
    return desk_fixture_stop(state);
}

int main(void)
{
#define ITEMS_TEST(test) cmocka_unit_test_setup_teardown(test, open_desk, desk_fixture_check)
    const struct CMUnitTest tests[] = {
        ITEMS_TEST(many_replies_count_once_each),
        ITEMS_TEST(replies_of_one_person_keep_their_order),
        ITEMS_TEST(a_hundred_receipts_are_one_webhook),
        ITEMS_TEST(what_cannot_be_read_does_not_keep_the_others_back),
        ITEMS_TEST(one_that_cannot_be_stored_gets_503_and_the_rest_counts_once),
        ITEMS_TEST(a_webhook_of_many_goes_through_the_spool_whole),
    };
    return cmocka_run_group_tests(tests, desk_fixture_start, stop);
}
