/* What every test program of whole conversations begins and ends with: one talk, and the check after each test. How a test
 * opens it is the program's own. */
#ifndef TESTS_FLOW_TALK_FIXTURE_H
#define TESTS_FLOW_TALK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/talk.h"

static struct talk talk;
static struct station *const station = &talk.sending.station;
static struct world *const world = &talk.sending.station.world;

static int talk_fixture_start(void **state)
{
    (void)state;
    talk_start(&talk, TEST_BIN_DIR);
    return 0;
}

static int talk_fixture_stop(void **state)
{
    (void)state;
    talk_stop(&talk);
    return 0;
}

static int talk_fixture_check(void **state)
{
    (void)state;
    talk_close(&talk);
    return 0;
}

#define TALK_MAIN(tests) cmocka_run_group_tests(tests, talk_fixture_start, talk_fixture_stop)

#endif
