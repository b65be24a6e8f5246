/* The reminder through the real programs: receipts come to the collector, the dispatcher reminds on the third day whoever
 * is silent, in their language, and nobody twice, also when programs are killed on the way. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "support/wire.h"
#include "talk_fixture.h"

#define PEOPLE   3
#define REMINDED "Muistutamme vain kerran."
#define FRIDAY   "2026-01-16T09:00"

static int open_meeting(void **state)
{
    (void)state;
    talk_open(&talk, "surveys/meeting.json", PEOPLE);
    return 0;
}

static int receipt_of(const char *message, const char *what)
{
    struct text body = {0};
    text_addf(&body, "{\"ref\":\"%s\",\"id\":\"g-%s\",\"state\":\"%s\"}", message, message, what);
    int status = wire_post(talk.port, "/v1/gateways/simulator/" SENDING_TOKEN "/receipt", body.chars,
                           body.bytes, NULL);
    text_free(&body);
    return status;
}

static void arrives(int person)
{
    char message[ID_SIZE];
    snprintf(message, sizeof message, "%s", sending_message_of(&talk.sending, person));
    assert_int_equal(receipt_of(message, "delivered"), 200);
}

static int texts(int person)
{
    char to[PHONE_SIZE];
    snprintf(to, sizeof to, "%s", world_phone(person));
    return (int)script_gateway_count(talk.sending.gateway, to);
}

static void the_silent_are_reminded_and_nobody_else(void **state)
{
    (void)state;
    arrives(0);
    arrives(1); /* and 2 is not known to have arrived */
    assert_int_equal(talk_says(&talk, 1, "3"), 200);
    talk_expect(&talk, 1, 1, "Vastauksesi on laskettu mukaan");
    station_move_clock(station, "2026-01-16T08:59:59");
    sending_await_released(&talk.sending);
    assert_int_equal(texts(0), 1);
    station_move_clock(station, FRIDAY);
    talk_expect(&talk, 0, 1, REMINDED);
    STATION_AWAIT(station, sending_messages(&talk.sending, "cancelled") == 1); /* 1 has answered */
    talk_expect_count(&talk, 0, 2);
    talk_expect_count(&talk, 1, 2);
    talk_expect_count(&talk, 2, 1);
    assert_non_null(strstr(script_gateway_arrival(talk.sending.gateway, world_phone(0), 1)->text, "STOP"));

    assert_int_equal(talk_says(&talk, 0, "3"), 200); /* a reminder is answered like the question */
    talk_expect(&talk, 0, 2, "Vastauksesi on laskettu mukaan");
    arrives(0);
    station_move_clock(station, "2026-01-19T09:00");
    talk_expect_count(&talk, 0, 3);
}

static void killed_programs_remind_once(void **state)
{
    (void)state;
    for (int n = 0; n < PEOPLE; n++)
        arrives(n);
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    for (int n = 0; n < PEOPLE; n++)
        arrives(n); /* the gateway says it again */
    station_open(station);
    station_move_clock(station, FRIDAY);
    for (int n = 0; n < PEOPLE; n++)
        talk_expect(&talk, n, 1, REMINDED);
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    station_open(station);
    station_move_clock(station, "2026-01-19T09:00");
    for (int n = 0; n < PEOPLE; n++)
        talk_expect_count(&talk, n, 2);
}

static void whoever_stops_on_the_day_is_left_in_peace(void **state)
{
    (void)state;
    arrives(0);
    station_move_clock(station, "2026-01-16T08:00");
    assert_int_equal(talk_says(&talk, 0, "STOP"), 200);
    talk_expect(&talk, 0, 1, "Emme enää lähetä kyselyjä");
    station_move_clock(station, FRIDAY);
    STATION_AWAIT(station, sending_messages(&talk.sending, "suppressed") == 1);
    talk_expect_count(&talk, 0, 2);
}

#define REMINDER_TEST(test) cmocka_unit_test_setup_teardown(test, open_meeting, talk_fixture_check)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REMINDER_TEST(the_silent_are_reminded_and_nobody_else),
        REMINDER_TEST(killed_programs_remind_once),
        REMINDER_TEST(whoever_stops_on_the_day_is_left_in_peace),
    };
    return TALK_MAIN(tests);
}
