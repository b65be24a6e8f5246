/* What every test program of the dispatcher begins and ends with: one station with a scripted gateway, a new world a
 * test, and the check afterwards. Define PEOPLE, how many contacts a new world has, before including it. */
#ifndef TESTS_FLOW_SENDING_FIXTURE_H
#define TESTS_FLOW_SENDING_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/sending.h"

static struct sending sending;
static struct world *const world = &sending.station.world;

static int sending_fixture_start(void **state)
{
    (void)state;
    sending_start(&sending, TEST_BIN_DIR);
    return 0;
}

static int sending_fixture_stop(void **state)
{
    (void)state;
    sending_stop(&sending);
    return 0;
}

static inline int sending_fixture_renew(void **state)
{
    (void)state;
    sending_renew(&sending, PEOPLE);
    return 0;
}

static inline int sending_fixture_check(void **state)
{
    (void)state;
    sending_close(&sending);
    return 0;
}

#define SENDING_TEST(test)  cmocka_unit_test_setup_teardown(test, sending_fixture_renew, sending_fixture_check)
#define SENDING_MAIN(tests) cmocka_run_group_tests(tests, sending_fixture_start, sending_fixture_stop)

#endif
