/* The month's budget beside a real dispatcher: invitations wait when it is spent, replies do not, the operator is told once, and
 * a higher budget lets them go on, whoever runs meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"

#define PEOPLE   60
#define BUDGET   20
#define PATIENCE 60 /* calls of the library while nothing is to be done but to answer one STOP */
#include "command_fixture.h"

/* Puts the org with this budget; 0 = none. */
static void put_budget(int segments)
{
    char path[300];
    struct error error;
    struct text json = {0};
    cJSON *org = json_parse(world->org_json.chars, world->org_json.bytes, &error);
    assert_non_null(org);
    if (segments > 0)
        cJSON_AddNumberToObject(cJSON_AddObjectToObject(org, "monthly_budget"), "segments", segments);
    json_print(org, &json);
    snprintf(path, sizeof path, "%s", station_path(station, "org.json"));
    assert_true(file_replace(path, json.chars, json.bytes, 0600, &error));
    EXPECT(0, "org varkaus", "org", "put", path);
    text_free(&json);
    cJSON_Delete(org);
}

/* How often the dispatcher's log says the words. */
static int times_said(const char *words)
{
    struct text log = {0};
    struct error error;
    int times = 0;
    assert_true(file_read(station_path(station, "log"), 1 << 20, &log, &error));
    for (const char *at = log.chars; (at = strstr(at, words)) != NULL; at++)
        times++;
    text_free(&log);
    return times;
}

static void spend_it(void)
{
    put_budget(BUDGET);
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    sending_open(&sending);
    STATION_AWAIT(station, sending_messages(&sending, "accepted") == BUDGET &&
                               sending_messages(&sending, "queued") == PEOPLE - BUDGET);
}

static void invitations_wait_and_replies_do_not(void **state)
{
    (void)state;
    spend_it();
    EXPECT(0, "Budget of 2026-01: 20 of 20 segments are spent (100 %).", "status");
    assert_non_null(strstr(line.said.output, "invitations and reminders wait until 2026-02-01 00:00"));
    EXPECT(0, "\"month\":\"2026-01\",\"month_spent\":20,\"monthly_budget\":20,\"budget_paused\":true",
           "status", "--json");
    int64_t calls = world_calls(world);
    assert_int_equal(world_reply(world, 0, "r1", "STOP"), COMMIT_DONE);
    STATION_AWAIT(station, sending_messages(&sending, "accepted") == BUDGET + 1);
    assert_in_range(world_calls(world) - calls, 1,
                    PATIENCE); /* it does not claim what waits again and again */
    assert_int_equal(sending_messages(&sending, "queued"), PEOPLE - BUDGET);
    assert_int_equal(times_said("80 % of the budget of 2026-01 is spent"), 1);
    assert_int_equal(times_said("the budget of 2026-01 is spent (20 segments)"), 1);
}

static void a_higher_budget_lets_them_go_on(void **state)
{
    (void)state;
    spend_it();
    put_budget(2 * BUDGET);
    STATION_AWAIT(station, sending_messages(&sending, "accepted") == 2 * BUDGET);
    STATION_AWAIT(station, sending_messages(&sending, "queued") == PEOPLE - 2 * BUDGET);
    put_budget(0);
    STATION_AWAIT(station, sending_messages(&sending, "accepted") == PEOPLE);
    sending_expect_once(&sending, 0, PEOPLE);
    EXPECT(0, "60 segments were sent in 2026-01.", "status");
}

static void a_budget_that_was_raised_while_nobody_ran_lets_them_go_on(void **state)
{
    (void)state;
    spend_it();
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    put_budget(PEOPLE);
    sending_open(&sending);
    STATION_AWAIT(station, sending_messages(&sending, "accepted") == PEOPLE);
    sending_expect_once(&sending, 0, PEOPLE);
}

static void a_segment_the_gateway_refuses_is_not_spent(void **state)
{
    (void)state;
    script_gateway_add(sending.gateway,
                       &(struct script_step){.times = 5, .status = 503}); /* of 25 tries five cost nothing */
    spend_it();
    assert_int_equal(arrived(), BUDGET + 5);
    EXPECT(0, "\"month_spent\":20", "status", "--json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(invitations_wait_and_replies_do_not),
        COMMAND_TEST(a_higher_budget_lets_them_go_on),
        COMMAND_TEST(a_budget_that_was_raised_while_nobody_ran_lets_them_go_on),
        COMMAND_TEST(a_segment_the_gateway_refuses_is_not_spent),
    };
    return COMMAND_MAIN(tests);
}
