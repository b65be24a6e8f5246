/* What every test program of the collector begins and ends with: one desk, everyone asked, and the check after each test. */
#ifndef TESTS_FLOW_DESK_FIXTURE_H
#define TESTS_FLOW_DESK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/desk.h"

static struct desk desk;

static int desk_fixture_start(void **state)
{
    (void)state;
    desk_start(&desk, TEST_BIN_DIR);
    return 0;
}

static int desk_fixture_stop(void **state)
{
    (void)state;
    desk_stop(&desk);
    return 0;
}

/* Everyone was asked, and the collector runs. */
static inline int desk_fixture_open(void **state)
{
    (void)state;
    desk_ask_everyone(&desk);
    desk_open(&desk);
    return 0;
}

static int desk_fixture_check(void **state)
{
    (void)state;
    desk_close(&desk);
    return 0;
}

#define DESK_MAIN(tests) cmocka_run_group_tests(tests, desk_fixture_start, desk_fixture_stop)

#endif
