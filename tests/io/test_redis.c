/* The asynchronous connection: order, deadlines, and exactly one completion for each command whatever happens
 * to Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The support library belongs to layers above this one: its one file that does not is taken in whole. */
#include "../support/redis_server.c" // NOLINT(bugprone-suspicious-include)
#include "until.h"

static struct redis_server *server;

struct fixture {
    struct loop *loop;
    struct redis *redis;
    int connects, disconnects;
    size_t answered, lost, errors, out_of_order;
    int64_t next_number;
    bool again; /* a lost command is sent again at once */
    char last_error[128];
};

static void on_connected(void *context)
{
    ((struct fixture *)context)->connects++;
}

static void on_disconnected(void *context)
{
    ((struct fixture *)context)->disconnects++;
}

static void open_fixture(struct fixture *fixture, const char *password, int64_t deadline_ms)
{
    *fixture = (struct fixture){.loop = loop_new()};
    struct redis_options options = {.address = redis_server_address(server),
                                    .password = password,
                                    .deadline_ms = deadline_ms,
                                    .on_connected = on_connected,
                                    .on_disconnected = on_disconnected,
                                    .context = fixture};
    fixture->redis = redis_open(fixture->loop, &options);
    assert_false(redis_is_connected(fixture->redis));
}

static void close_fixture(struct fixture *fixture)
{
    redis_close(&fixture->redis);
    assert_null(fixture->redis);
    loop_free(&fixture->loop);
}

static bool is_connected(void *context)
{
    return redis_is_connected(((struct fixture *)context)->redis);
}

static bool nothing_outstanding(void *context)
{
    return redis_outstanding(((struct fixture *)context)->redis) == 0;
}

static void send_echo(struct fixture *fixture, int64_t number);

static void on_answer(void *context, const struct redis_value *value)
{
    struct fixture *fixture = context;
    if (value == NULL) {
        fixture->lost++;
        if (fixture->again)
            send_echo(fixture, 0);
        return;
    }
    if (redis_kind(value) == REDIS_ERROR) {
        fixture->errors++;
        snprintf(fixture->last_error, sizeof fixture->last_error, "%s", redis_text(value));
        return;
    }
    fixture->answered++;
    if (redis_int(value) != fixture->next_number++)
        fixture->out_of_order++;
}

static void send_words(struct fixture *fixture, const char *const *words)
{
    struct redis_command command = {0};
    for (size_t i = 0; words[i] != NULL; i++)
        redis_command_add(&command, words[i]);
    redis_send(fixture->redis, &command, on_answer, fixture);
    redis_command_free(&command);
}
#define SEND(fixture, ...) send_words(fixture, (const char *const[]){__VA_ARGS__, NULL})

static void send_echo(struct fixture *fixture, int64_t number)
{
    struct redis_command command = {0};
    redis_command_add(&command, "ECHO");
    redis_command_add_int(&command, number);
    redis_send(fixture->redis, &command, on_answer, fixture);
    redis_command_free(&command);
}

static void a_thousand_pipelined_commands_are_answered_in_order(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 5000);
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    for (int64_t i = 0; i < 1000; i++)
        send_echo(&fixture, i);
    assert_int_equal(fixture.answered, 0);
    assert_int_equal(redis_outstanding(fixture.redis), 1000);
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.answered, 1000);
    assert_int_equal(fixture.out_of_order, 0);
    assert_int_equal(fixture.lost, 0);
    assert_int_equal(fixture.connects, 1);
    close_fixture(&fixture);
    assert_int_equal(fixture.disconnects, 0);
}

static void an_error_answer_arrives_as_an_error(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, NULL, 5000);
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    SEND(&fixture, "NOSUCHCOMMAND", "x");
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.errors, 1);
    assert_non_null(strstr(fixture.last_error, "unknown command"));
    assert_true(redis_is_connected(fixture.redis));
    close_fixture(&fixture);
}

static void a_large_array_arrives_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 10000);
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    SEND(&fixture, "EVAL", "local t = {} for i = 1, 100000 do t[i] = 'item' .. i end return t", "0");
    assert_true(loop_until(fixture.loop, 10000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.answered, 1);
    close_fixture(&fixture);
}

static void commands_without_a_connection_complete_lost_but_never_inline(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 5000);
    for (int64_t i = 0; i < 5; i++)
        send_echo(&fixture, i);
    assert_int_equal(fixture.lost, 0);
    assert_int_equal(redis_outstanding(fixture.redis), 5);
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.lost, 5);
    close_fixture(&fixture);
}

static void a_stopped_server_loses_everything_once_within_the_deadline_and_returns(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 300);
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    redis_server_pause(server);
    int64_t start_ms = clock_monotonic_ms();
    for (int64_t i = 0; i < 100; i++)
        send_echo(&fixture, i);
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_in_range(clock_monotonic_ms() - start_ms, 290, 4000);
    assert_int_equal(fixture.lost, 100);
    assert_int_equal(fixture.disconnects, 1);
    /* The kernel accepts connections for a stopped server: that is not yet being connected. */
    assert_false(loop_until(fixture.loop, 100, is_connected, &fixture));
    send_echo(&fixture, 0);
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.lost, 101);
    redis_server_resume(server);
    fixture.lost = 0;
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    send_echo(&fixture, 0);
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.answered + fixture.lost, 1);
    close_fixture(&fixture);
}

static bool disconnected(void *context)
{
    return ((struct fixture *)context)->disconnects > 0;
}

static bool lost_many(void *context)
{
    return ((struct fixture *)context)->lost >= 20;
}

static void a_killed_server_loses_each_command_once_and_the_connection_comes_back(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 5000);
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    redis_server_pause(server);
    for (int64_t i = 0; i < 1000; i++)
        send_echo(&fixture, i);
    redis_server_kill(server);
    assert_true(loop_until(fixture.loop, 5000, disconnected, &fixture));
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.lost, 1000);
    assert_int_equal(fixture.answered, 0);

    /* Sending again from each lost completion neither recurses nor starves the loop. */
    fixture.lost = 0;
    fixture.again = true;
    send_echo(&fixture, 0);
    assert_true(loop_until(fixture.loop, 5000, lost_many, &fixture));
    assert_int_equal(redis_outstanding(fixture.redis), 1);

    redis_server_restart(server);
    assert_true(loop_until(fixture.loop, 10000, is_connected, &fixture));
    assert_true(loop_until(fixture.loop, 5000, nothing_outstanding, &fixture));
    assert_int_equal(fixture.answered, 1);
    assert_int_equal(fixture.connects, 2);
    assert_int_equal(fixture.disconnects, 1);
    close_fixture(&fixture);
}

static void closing_completes_what_is_outstanding(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 5000);
    assert_true(loop_until(fixture.loop, 5000, is_connected, &fixture));
    for (int64_t i = 0; i < 7; i++)
        send_echo(&fixture, i);
    close_fixture(&fixture);
    assert_int_equal(fixture.lost, 7);
    assert_int_equal(fixture.disconnects, 0);
}

static void the_password_is_given_before_anything_else(void **state)
{
    (void)state;
    struct fixture plain, wrong, right;
    open_fixture(&plain, "", 5000);
    assert_true(loop_until(plain.loop, 5000, is_connected, &plain));
    SEND(&plain, "CONFIG", "SET", "requirepass", "open sesame");
    assert_true(loop_until(plain.loop, 5000, nothing_outstanding, &plain));

    open_fixture(&wrong, "guess", 5000);
    assert_false(loop_until(wrong.loop, 300, is_connected, &wrong));
    assert_int_equal(wrong.connects, 0);
    close_fixture(&wrong);

    open_fixture(&right, "open sesame", 5000);
    assert_true(loop_until(right.loop, 5000, is_connected, &right));
    send_echo(&right, 0);
    assert_true(loop_until(right.loop, 5000, nothing_outstanding, &right));
    assert_int_equal(right.answered, 1);
    SEND(&right, "CONFIG", "SET", "requirepass", "");
    assert_true(loop_until(right.loop, 5000, nothing_outstanding, &right));
    close_fixture(&right);
    close_fixture(&plain);
}

/* --- subscriptions --- */

struct listener {
    struct redis *publisher;
    int64_t receivers; /* of the last publishing */
    int messages;
    char last[32];
};

static void on_message(void *context, const char *message)
{
    struct listener *listener = context;
    listener->messages++;
    snprintf(listener->last, sizeof listener->last, "%s", message);
}

static void on_published(void *context, const struct redis_value *value)
{
    struct listener *listener = context;
    listener->receivers = value == NULL ? 0 : redis_int(value);
}

/* Publishes until a message arrived: nothing tells when the subscription is in place. */
static bool heard(void *context)
{
    struct listener *listener = context;
    struct redis_command command = {0};
    if (listener->messages > 0)
        return true;
    if (redis_outstanding(listener->publisher) == 0) {
        redis_command_add(&command, "PUBLISH");
        redis_command_add(&command, "wake");
        redis_command_add(&command, "org-1");
        redis_send(listener->publisher, &command, on_published, listener);
        redis_command_free(&command);
    }
    return false;
}

static void a_subscription_hears_messages_also_after_a_restart(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, "", 2000);
    struct listener listener = {.publisher = fixture.redis};
    struct redis_options options = {
        .address = redis_server_address(server), .password = "", .deadline_ms = 2000};
    struct redis_subscription *subscription =
        redis_subscribe(fixture.loop, &options, "wake", on_message, &listener);
    assert_true(loop_until(fixture.loop, 5000, heard, &listener));
    assert_string_equal(listener.last, "org-1");
    redis_server_kill(server);
    redis_server_restart(server);
    listener.messages = 0;
    assert_true(loop_until(fixture.loop, 10000, heard, &listener));
    redis_unsubscribe(&subscription);
    assert_null(subscription);
    close_fixture(&fixture);
}

static int start_server(void **state)
{
    (void)state;
    server = redis_server_start();
    return 0;
}

static int free_server(void **state)
{
    (void)state;
    redis_server_free(&server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_pipelined_commands_are_answered_in_order),
        cmocka_unit_test(an_error_answer_arrives_as_an_error),
        cmocka_unit_test(a_large_array_arrives_whole),
        cmocka_unit_test(commands_without_a_connection_complete_lost_but_never_inline),
        cmocka_unit_test(a_stopped_server_loses_everything_once_within_the_deadline_and_returns),
        cmocka_unit_test(a_killed_server_loses_each_command_once_and_the_connection_comes_back),
        cmocka_unit_test(closing_completes_what_is_outstanding),
        cmocka_unit_test(the_password_is_given_before_anything_else),
        cmocka_unit_test(a_subscription_hears_messages_also_after_a_restart),
    };
    return cmocka_run_group_tests(tests, start_server, free_server);
}
