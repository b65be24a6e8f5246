/* Many messages in one request: each is settled by its own word, what is said of the lane acts once, an answer that
 * does not come leaves the fate of all of them unknown, and a kill in the middle neither doubles nor loses one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/batch_share.h"
#include "support/sending.h"

#define PEOPLE    60
#define BATCH_MAX 25 /* messages in a request */

static struct sending sending;
static struct station *const station = &sending.station;
static struct batch_share plain, deduping;

static int start(void **state)
{
    (void)state;
    batch_share_make(&plain, BATCH_MAX, false);
    batch_share_make(&deduping, BATCH_MAX, true);
    sending_start(&sending, TEST_BIN_DIR);
    return setenv("PULSSI_DISPATCHER_RETRY_AFTER_MAX_MS", "50", 1); /* the longest hold */
}

static int stop(void **state)
{
    (void)state;
    sending_stop(&sending);
    batch_share_remove(&plain);
    batch_share_remove(&deduping);
    return 0;
}

static int renew(void **state)
{
    (void)state;
    sending_renew(&sending, PEOPLE);
    sending.in_flight_max = 2;
    sending.profile = "batch";
    sending.share_folder = plain.folder;
    return 0;
}

static int close_and_check(void **state)
{
    (void)state;
    sending_close(&sending);
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

static int said(const char *words)
{
    struct text log = {0};
    struct error error;
    int count = 0;
    assert_true(file_read(station_path(station, "log"), 1 << 20, &log, &error));
    for (const char *at = log.chars; at != NULL && (at = strstr(at, words)) != NULL; at += strlen(words))
        count++;
    text_free(&log);
    return count;
}

/* How many messages came in the request that first held the contact's. */
static int with(int contact)
{
    int request = script_gateway_arrival(sending.gateway, world_phone(contact), 0)->request, count = 0;
    for (int i = 0; i < script_gateway_count(sending.gateway, NULL); i++)
        count += script_gateway_arrival(sending.gateway, NULL, i)->request == request;
    return count;
}

static const char *flags_of(int contact)
{
    return world_contact_field(&station->world, contact, "f");
}

static void many_go_in_a_request(void **state)
{
    (void)state;
    send_round();
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_in_range(script_gateway_requests(sending.gateway), (PEOPLE + BATCH_MAX - 1) / BATCH_MAX,
                    PEOPLE / 5);
    for (int n = 0; n < PEOPLE; n++) {
        assert_in_range(with(n), 1, BATCH_MAX);
        char message[ID_SIZE];
        snprintf(message, sizeof message, "%s", sending_message_of(&sending, n));
        assert_string_equal(sending_field_of(&sending, n, "g") + 2, message);
    }
}

/* The bucket holds a second's worth: no request has more, and what is beyond it takes its time. */
static void the_rate_holds_in_batches_too(void **state)
{
    (void)state;
    enum { RATE = 20 };
    int64_t began_ms = clock_monotonic_ms();
    setenv("PULSSI_GATEWAY_SIMULATOR_RATE_SEGMENTS", "20", 1);
    send_round();
    unsetenv("PULSSI_GATEWAY_SIMULATOR_RATE_SEGMENTS");
    sending_await_quiet(&sending);
    sending_expect_once(&sending, 0, PEOPLE);
    for (int n = 0; n < PEOPLE; n++)
        assert_in_range(with(n), 1, RATE);
    assert_true(clock_monotonic_ms() - began_ms >= (PEOPLE - RATE) * 1000 / RATE);
}

static void each_is_settled_by_its_own_word(void **state)
{
    (void)state;
    char messages[6][ID_SIZE];
    script((struct script_step){.to = world_phone(1), .status = 422});
    script((struct script_step){.to = world_phone(2), .status = 403});
    script((struct script_step){.to = world_phone(3), .status = 400});
    script((struct script_step){.to = world_phone(4), .times = 2, .status = 503});
    script((struct script_step){.to = world_phone(5), .status = 299}); /* in no table */
    send_round();
    sending_await_quiet(&sending);
    assert_true(with(1) > 1);
    for (int n = 0; n < 6; n++)
        snprintf(messages[n], ID_SIZE, "%s", script_gateway_arrival(sending.gateway, world_phone(n), 0)->id);
    static const char *const states[] = {"accepted", "failed", "suppressed", "failed", "accepted", "unknown"};
    for (int n = 0; n < 6; n++) {
        char key[32];
        snprintf(key, sizeof key, "m:%s", messages[n]);
        assert_string_equal(world_field(&station->world, key, "s"), states[n]);
        assert_int_equal(script_gateway_count(sending.gateway, world_phone(n)), n == 4 ? 3 : 1);
    }
    assert_string_equal(flags_of(1), "x");
    assert_string_equal(flags_of(2), "s");
    assert_string_equal(flags_of(3), "");
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - 4);
}

/* One message of many is throttled, or stops the lane: all that is left waits, once, and nobody lost an attempt. */
static void a_word_on_the_lane_acts_once(void **state)
{
    (void)state;
    static const int statuses[] = {429, 401};
    static const char *const words[] = {"the gateway throttles", "the gateway refuses this lane"};
    for (int i = 0; i < 2; i++) {
        if (i > 0) {
            close_and_check(state);
            renew(state);
        }
        for (int n = 0; n < 10; n++)
            script((struct script_step){.to = world_phone(n), .times = 4, .status = statuses[i]});
        sending.attempts_max = 1;
        send_round();
        sending_await_quiet(&sending);
        assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
        assert_int_equal(said("lane held"), 1);
        assert_int_equal(said(words[i]), 1);
        for (int n = 0; n < PEOPLE; n++)
            assert_int_equal(script_gateway_count(sending.gateway, world_phone(n)), n < 10 ? 5 : 1);
    }
}

static void an_answer_that_does_not_come_leaves_all_unknown(void **state)
{
    (void)state;
    script((struct script_step){.to = world_phone(7), .times = 1, .action = SCRIPT_CUT});
    send_round();
    sending_await_quiet(&sending);
    assert_true(with(7) > 1);
    assert_int_equal(sending_messages(&sending, "unknown"), with(7));
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - with(7));
    sending_expect_never_twice(&sending, PEOPLE);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE);
}

static void an_answer_without_a_word_on_them_leaves_all_unknown(void **state)
{
    (void)state;
    script((struct script_step){
        .to = world_phone(7), .times = 1, .whole = true, .status = 200, .body = "{\"messages\":[]}"});
    send_round();
    sending_await_quiet(&sending);
    assert_int_equal(sending_messages(&sending, "unknown"), with(7));
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE);
}

/* One text that a gateway does not like must not fail the others that happen to go with it. */
static void a_batch_refused_as_a_whole_is_tried_one_by_one(void **state)
{
    (void)state;
    script((struct script_step){.to = world_phone(3), .whole = true, .status = 400});
    send_round();
    sending_await_quiet(&sending);
    assert_true(with(3) > 1);
    assert_int_equal(sending_messages(&sending, "failed"), 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - 1);
    assert_int_equal(script_gateway_count(sending.gateway, world_phone(3)), 2);
    for (int n = 0; n < PEOPLE; n++)
        assert_int_equal(script_gateway_accepted(sending.gateway, world_phone(n)), n == 3 ? 0 : 1);
}

static void a_kill_in_the_middle_of_a_batch_leaves_only_it_unknown(void **state)
{
    (void)state;
    script_gateway_shut(sending.gateway, true);
    send_round();
    STATION_AWAIT(station, script_gateway_waiting(sending.gateway) == sending.in_flight_max);
    sending_await_released(&sending);
    assert_int_equal(child_end(&station->program, SIGKILL), 128 + SIGKILL);
    int handed_over = script_gateway_count(sending.gateway, NULL);
    int64_t submitting = sending_messages(&sending, "submitting");
    assert_in_range(handed_over, 2, 2 * BATCH_MAX);
    assert_in_range(submitting, handed_over, 2 * BATCH_MAX); /* each on disk before it went */
    script_gateway_shut(sending.gateway, false);
    sending_open(&sending);
    sending_await_quiet(&sending);
    sending_expect_never_twice(&sending, PEOPLE);
    assert_int_equal(sending_messages(&sending, "unknown"), submitting);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - submitting);
}

static void an_orderly_end_waits_for_the_batch(void **state)
{
    (void)state;
    script_gateway_shut(sending.gateway, true);
    send_round();
    STATION_AWAIT(station, script_gateway_waiting(sending.gateway) > 0);
    assert_int_equal(kill(station->program.process, SIGTERM), 0);
    STATION_AWAIT(station, station_log_says(station, "log", ": draining"));
    script_gateway_shut(sending.gateway, false);
    assert_int_equal(child_wait(&station->program), 0);
    assert_int_equal(sending_messages(&sending, "unknown"), 0);
    assert_int_equal(sending_messages(&sending, "submitting"), 0);
    assert_int_equal(sending_messages(&sending, "accepted"), script_gateway_count(sending.gateway, NULL));
}

/* --- a gateway that takes our id only once --- */

static void unknown_goes_once_more_where_the_gateway_dedupes(void **state)
{
    (void)state;
    sending.share_folder = deduping.folder;
    script((struct script_step){.to = world_phone(7), .times = 1, .status = 299});
    script((struct script_step){.to = world_phone(8), .times = 2, .status = 299});
    send_round();
    sending_await_quiet(&sending);
    assert_int_equal(script_gateway_count(sending.gateway, world_phone(7)), 2);
    assert_int_equal(script_gateway_accepted(sending.gateway, world_phone(7)), 1);
    assert_string_equal(script_gateway_arrival(sending.gateway, world_phone(7), 0)->id,
                        script_gateway_arrival(sending.gateway, world_phone(7), 1)->id);
    assert_string_equal(sending_field_of(&sending, 7, "s"), "accepted");
    assert_int_equal(script_gateway_count(sending.gateway, world_phone(8)), 2);
    assert_string_equal(sending_field_of(&sending, 8, "s"), "unknown"); /* once is enough */
    assert_int_equal(sending_messages(&sending, "unknown"), 1);
}

/* A request whose answer was lost, with all its messages. */
static void a_lost_batch_goes_once_more_where_the_gateway_dedupes(void **state)
{
    (void)state;
    sending.share_folder = deduping.folder;
    script((struct script_step){.to = world_phone(7), .times = 1, .action = SCRIPT_CUT});
    send_round();
    sending_await_quiet(&sending);
    assert_true(with(7) > 1);
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE);
    assert_int_equal(script_gateway_count(sending.gateway, NULL), PEOPLE + with(7));
}

/* The first may have been taken: a no to the second is not a no to both. */
static void a_no_to_the_second_is_no_word_on_the_first(void **state)
{
    (void)state;
    static const int statuses[] = {400, 503, 422};
    sending.share_folder = deduping.folder;
    for (int n = 0; n < 3; n++) {
        script((struct script_step){.to = world_phone(n), .times = 1, .status = 299});
        script((struct script_step){.to = world_phone(n), .status = statuses[n]});
    }
    send_round();
    sending_await_quiet(&sending);
    for (int n = 0; n < 3; n++) {
        assert_string_equal(sending_field_of(&sending, n, "s"), "unknown");
        assert_int_equal(script_gateway_count(sending.gateway, world_phone(n)), 2);
    }
    assert_int_equal(sending_messages(&sending, "accepted"), PEOPLE - 3);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, renew, close_and_check)
    const struct CMUnitTest tests[] = {
        TEST(many_go_in_a_request),
        TEST(the_rate_holds_in_batches_too),
        TEST(each_is_settled_by_its_own_word),
        TEST(a_word_on_the_lane_acts_once),
        TEST(an_answer_that_does_not_come_leaves_all_unknown),
        TEST(an_answer_without_a_word_on_them_leaves_all_unknown),
        TEST(a_batch_refused_as_a_whole_is_tried_one_by_one),
        TEST(a_kill_in_the_middle_of_a_batch_leaves_only_it_unknown),
        TEST(an_orderly_end_waits_for_the_batch),
        TEST(unknown_goes_once_more_where_the_gateway_dedupes),
        TEST(a_lost_batch_goes_once_more_where_the_gateway_dedupes),
        TEST(a_no_to_the_second_is_no_word_on_the_first),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
