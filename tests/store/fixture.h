/* What every store test program begins and ends with: one server, a new world a test, and the check
 * afterwards. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "support/snapshot.h"
#include "support/world.h"

static struct world world;

static int fixture_start(void **state)
{
    (void)state;
    world_start(&world);
    return 0;
}

static int fixture_stop(void **state)
{
    (void)state;
    world_stop(&world);
    return 0;
}

static int fixture_clear(void **state)
{
    (void)state;
    world_clear(&world);
    return 0;
}

static int fixture_check(void **state)
{
    (void)state;
    world_check(&world);
    return 0;
}

#define STORE_TEST(test)  cmocka_unit_test_setup_teardown(test, fixture_clear, fixture_check)
#define STORE_MAIN(tests) cmocka_run_group_tests(tests, fixture_start, fixture_stop)

#endif
