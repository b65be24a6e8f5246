/* The dispatcher before a gateway that says "not now" to everybody: an outage must not burn a round. */
#include <stdlib.h>

#define PEOPLE 20
#include "sending_fixture.h"

#define REFUSALS 100 /* more than all messages have attempts */

static void a_gateway_that_refuses_everything_costs_no_message_its_attempts(void **state)
{
    (void)state;
    sending.attempts_max = 3;
    script_gateway_add(sending.gateway, &(struct script_step){.times = REFUSALS, .status = 503});
    sending_plan(&sending, "r", WORLD_SURVEY, 0);
    assert_int_equal(setenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS", "10", 1), 0); /* the longest hold */
    sending_open(&sending);
    assert_int_equal(unsetenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS"), 0);
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(sending_messages(&sending, "failed"), 0);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), REFUSALS + PEOPLE);
    assert_true(station_log_says(&sending.station, "log",
                                 "lane held for 0.0 s: the gateway refuses every message for now"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDING_TEST(a_gateway_that_refuses_everything_costs_no_message_its_attempts),
    };
    return SENDING_MAIN(tests);
}
