/* An org with a second gateway: while the first is held for long, what was not perhaps handed over goes through the
 * second, and comes back when the first is open again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "support/sending.h"

#define PEOPLE        40
#define SECOND        "backup"
#define SECOND_SENDER "18555"

static struct sending sending;
static struct station *const station = &sending.station;
static struct script_gateway *second;

static int start(void **state)
{
    (void)state;
    sending_start(&sending, TEST_BIN_DIR);
    second = script_gateway_open();
    return setenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS", "20", 1); /* the longest hold */
}

static int stop(void **state)
{
    (void)state;
    sending_stop(&sending);
    script_gateway_free(&second);
    return 0;
}

static void put_org(const char *json)
{
    struct error error = {""};
    if (org_store(station->world.link, WORLD_ORG, json, "", "", "", &error) != PUT_WRITTEN)
        fail_msg("%s", error.text);
}

/* The org's file names a second gateway. */
static void put_second(void)
{
    struct world *world = &station->world;
    struct error error = {""};
    cJSON *json = json_parse(world->org_json.chars, world->org_json.bytes, &error);
    assert_non_null(json);
    cJSON *added = cJSON_AddObjectToObject(cJSON_GetObjectItem(json, "lane"), "second");
    assert_non_null(cJSON_AddStringToObject(added, "gateway", SECOND));
    assert_non_null(cJSON_AddStringToObject(added, "sender", SECOND_SENDER));
    char *text = cJSON_PrintUnformatted(json);
    put_org(text);
    cJSON_free(text);
    cJSON_Delete(json);
}

static int renew(void **state)
{
    (void)state;
    sending_renew(&sending, PEOPLE);
    script_gateway_renew(second);
    put_second();
    text_addf(&sending.more,
              "[gateway:" SECOND "]\nprofile = simulator\nurl = http://127.0.0.1:%d\nsecret = " SCRIPT_SECRET
              "\nwebhook_token = another-" SENDING_TOKEN "\nrate_segments = 0\n",
              script_gateway_port(second));
    return setenv("PULSSI_DISPATCHER_FAILOVER_AFTER_MS", "150", 1);
}

static int close_and_check(void **state)
{
    (void)state;
    script_gateway_shut(second, false);
    sending_close(&sending);
    assert_int_equal(script_gateway_malformed(second), 0);
    return 0;
}

static void script(struct script_step step)
{
    script_gateway_add(sending.gateway, &step);
}

static void send_round(void)
{
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
}

/* At both gateways together. */
static void expect_nobody_twice(void)
{
    for (int n = 0; n < PEOPLE; n++) {
        int accepted = script_gateway_accepted(sending.gateway, world_phone(n)) +
                       script_gateway_accepted(second, world_phone(n));
        if (accepted > 1)
            fail_msg("contact %d was asked %d times", n, accepted);
    }
}

static void the_second_takes_over_when_the_first_is_held_for_long(void **state)
{
    (void)state;
    script((struct script_step){.status = 401});
    send_round();
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(script_gateway_accepted(second, NULL), PEOPLE);
    assert_string_equal(script_gateway_arrival(second, NULL, 0)->from, SECOND_SENDER);
    expect_nobody_twice();
}

static void a_first_that_is_away_is_replaced_too(void **state)
{
    (void)state;
    script_gateway_kill(sending.gateway);
    send_round();
    sending_await_quiet(&sending);
    script_gateway_restart(sending.gateway);
    assert_int_equal(script_gateway_accepted(second, NULL), PEOPLE);
}

/* A hold that is short is waited for. */
static void not_before_its_time(void **state)
{
    (void)state;
    setenv("PULSSI_DISPATCHER_FAILOVER_AFTER_MS", "60000", 1);
    script((struct script_step){.times = 12, .status = 401});
    send_round();
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_count(second, NULL), 0);
    assert_int_equal(script_gateway_accepted(sending.gateway, NULL), PEOPLE);
}

/* Those that the first may have taken stay with it. */
static void what_was_perhaps_handed_over_never_goes_through_the_second(void **state)
{
    (void)state;
    script((struct script_step){.status = 500});
    send_round();
    sending_await_quiet(&sending);
    int64_t unknown = sending_messages(&sending, "unknown");
    assert_int_equal(unknown, script_gateway_count(sending.gateway, NULL));
    assert_in_range(unknown, 10, PEOPLE - 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - unknown);
    for (int n = 0; n < PEOPLE; n++)
        assert_int_equal(script_gateway_count(sending.gateway, world_phone(n)) +
                             script_gateway_count(second, world_phone(n)),
                         1);
}

/* The first is tried by a probe now and then; once it takes one, all goes through it. */
static void traffic_returns_when_the_first_is_open_again(void **state)
{
    (void)state;
    enum { MORE = 30 };
    script((struct script_step){.times = 30, .status = 401});
    send_round();
    sending_await_quiet(&sending);
    int through_second = script_gateway_accepted(second, NULL);
    assert_true(through_second > 0);
    /* A message at a time, until the first has refused its last. */
    for (int n = 0; script_gateway_count(sending.gateway, NULL) < 31; n++) {
        char round[32];
        snprintf(round, sizeof round, "p%d", n);
        world_import(&station->world, "coaching-b", 1000 + n, 1, NULL);
        world_plan(&station->world, round, "coaching-b", 0);
        sending_await_quiet(&sending);
        assert_true(n < 200);
    }
    int before = script_gateway_accepted(second, NULL);
    world_import(&station->world, "coaching-c", 5000, MORE, NULL);
    world_plan(&station->world, "back", "coaching-c", 0);
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_accepted(second, NULL), before);
    expect_nobody_twice();
}

/* Its sender is no longer known, and its replies would reach nobody. */
static void a_second_that_the_org_no_longer_names_rests(void **state)
{
    (void)state;
    script((struct script_step){.times = 30, .status = 401});
    sending_open(&sending);
    put_org(station->world.org_json.chars);
    STATION_AWAIT(station, station_log_says(station, "log", "names other gateways"));
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_count(second, NULL), 0);
    assert_int_equal(script_gateway_accepted(sending.gateway, NULL), PEOPLE);
}

static void a_second_without_settings_refuses_the_start(void **state)
{
    (void)state;
    text_clear(&sending.more);
    sending_settings(&sending);
    station_expect_refusal(station, "sends through gateway \"" SECOND "\": no section [gateway:" SECOND "]");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, renew, close_and_check)
    const struct CMUnitTest tests[] = {
        TEST(the_second_takes_over_when_the_first_is_held_for_long),
        TEST(a_first_that_is_away_is_replaced_too),
        TEST(not_before_its_time),
        TEST(what_was_perhaps_handed_over_never_goes_through_the_second),
        TEST(traffic_returns_when_the_first_is_open_again),
        TEST(a_second_that_the_org_no_longer_names_rests),
        TEST(a_second_without_settings_refuses_the_start),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
