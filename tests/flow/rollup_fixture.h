/* What every test program of the roll-up begins and ends with: one station, a new world with settings and a lane a test,
 * and the check afterwards. */
#ifndef TESTS_FLOW_ROLLUP_FIXTURE_H
#define TESTS_FLOW_ROLLUP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "support/weeks.h"

static struct station station;
static struct world *const world = &station.world;

static int rollup_fixture_start(void **state)
{
    (void)state;
    station_start(&station, TEST_BIN_DIR, "pulssi-rollup");
    return 0;
}

static int rollup_fixture_stop(void **state)
{
    (void)state;
    station_stop(&station);
    return 0;
}

static int rollup_fixture_renew(void **state)
{
    (void)state;
    station_renew(&station);
    station_put_settings(&station, "");
    world_take_lane(world, "dispatcher-1");
    return 0;
}

static int rollup_fixture_check(void **state)
{
    (void)state;
    station_close(&station);
    return 0;
}

/* A second org, like the world's but for its id; nobody is in it. */
#define OTHER "toinen"
static inline void rollup_fixture_put_other_org(void)
{
    struct error error;
    struct text json = {0};
    const char *id = strstr(world->org_json.chars, "\"" WORLD_ORG "\"");
    assert_non_null(id);
    text_add_bytes(&json, world->org_json.chars, (size_t)(id - world->org_json.chars));
    text_add(&json, "\"" OTHER "\"");
    text_add(&json, id + strlen("\"" WORLD_ORG "\""));
    if (org_store(world->link, OTHER, json.chars, "1", "2", "3", &error) != PUT_WRITTEN)
        fail_msg("%s", error.text);
    text_free(&json);
}

#define ROLLUP_TEST(test)  cmocka_unit_test_setup_teardown(test, rollup_fixture_renew, rollup_fixture_check)
#define ROLLUP_MAIN(tests) cmocka_run_group_tests(tests, rollup_fixture_start, rollup_fixture_stop)

#endif
