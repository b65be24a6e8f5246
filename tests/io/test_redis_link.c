/* The blocking connection and the reading of answers, against a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The support library belongs to layers above this one: its one file that does not is taken in whole. */
#include "../support/redis_server.c" // NOLINT(bugprone-suspicious-include)

static struct redis_server *server;

static struct redis_link *link_to_server(int64_t deadline_ms)
{
    struct error error = {""};
    struct redis_link *link = redis_link_open(redis_server_address(server), "", deadline_ms, &error);
    if (link == NULL)
        fail_msg("%s", error.text);
    return link;
}

static struct redis_value *run_words(struct redis_link *link, struct error *error, const char *const *words)
{
    struct redis_command command = {0};
    for (size_t i = 0; words[i] != NULL; i++)
        redis_command_add(&command, words[i]);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    return value;
}
#define RUN(link, error, ...) run_words(link, error, (const char *const[]){__VA_ARGS__, NULL})

static void answers_of_every_kind_are_read(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(5000);
    struct redis_value *value =
        RUN(link, &error, "EVAL",
            "return {'WORD', 7, '42', false, {'inner', 'x'}, redis.status_reply('FINE')}", "0");
    assert_int_equal(redis_kind(value), REDIS_ARRAY);
    assert_int_equal(redis_count(value), 6);
    assert_string_equal(redis_word(value), "WORD");
    assert_int_equal(redis_int(redis_item(value, 1)), 7);
    assert_string_equal(redis_text(redis_item(value, 1)), "");
    assert_int_equal(redis_int(redis_item(value, 2)), 42);
    assert_int_equal(redis_int(redis_item(value, 0)), 0);
    assert_int_equal(redis_kind(redis_item(value, 3)), REDIS_NIL);
    assert_string_equal(redis_text(redis_item(redis_item(value, 4), 1)), "x");
    assert_string_equal(redis_word(redis_item(value, 5)), "FINE");
    assert_null(redis_item(value, 6));
    assert_int_equal(redis_kind(NULL), REDIS_NIL);
    assert_string_equal(redis_word(NULL), "");
    assert_int_equal(redis_count(NULL), 0);
    redis_value_free(&value);
    assert_null(value);
    redis_link_close(&link);
    assert_null(link);
}

static void arguments_and_texts_may_hold_any_byte(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(5000);
    struct redis_command command = {0};
    redis_command_add(&command, "ECHO");
    redis_command_add_bytes(&command, "a\0b\r\n", 5);
    struct redis_value *value = redis_link_run(link, &command, &error);
    assert_int_equal(redis_text_bytes(value), 5);
    assert_memory_equal(redis_text(value), "a\0b\r\n", 5);
    redis_value_free(&value);

    redis_command_clear(&command);
    redis_command_add(&command, "RPUSH");
    redis_command_add(&command, "bytes");
    redis_command_add(&command, "");
    redis_command_add_int(&command, INT64_MIN);
    value = redis_link_run(link, &command, &error);
    assert_int_equal(redis_int(value), 2);
    redis_value_free(&value);
    value = RUN(link, &error, "LRANGE", "bytes", "0", "-1");
    assert_int_equal(redis_kind(redis_item(value, 0)), REDIS_TEXT);
    assert_int_equal(redis_text_bytes(redis_item(value, 0)), 0);
    assert_true(redis_int(redis_item(value, 1)) == INT64_MIN);
    redis_value_free(&value);
    redis_command_free(&command);
    redis_link_close(&link);
}

static void an_error_answer_is_an_error_and_the_link_goes_on(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(5000);
    struct redis_value *value = RUN(link, &error, "SET", "plain", "x");
    redis_value_free(&value);
    assert_null(RUN(link, &error, "LPUSH", "plain", "y"));
    assert_non_null(strstr(error.text, "Redis: WRONGTYPE"));
    value = RUN(link, &error, "GET", "plain");
    assert_string_equal(redis_text(value), "x");
    redis_value_free(&value);
    redis_link_close(&link);
}

static void queue_numbers(struct redis_link *link, int64_t count)
{
    struct error error;
    struct redis_command command = {0};
    for (int64_t i = 0; i < count; i++) {
        redis_command_clear(&command);
        redis_command_add(&command, "ECHO");
        redis_command_add_int(&command, i);
        assert_true(redis_link_queue(link, &command, &error));
    }
    redis_command_free(&command);
}

static void a_pipeline_answers_in_order(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(5000);
    queue_numbers(link, 2000);
    for (int64_t i = 0; i < 2000; i++) {
        struct redis_value *value = redis_link_take(link, &error);
        assert_int_equal(redis_int(value), i);
        redis_value_free(&value);
    }
    assert_null(redis_link_take(link, &error));
    redis_link_close(&link);
}

static void run_discards_what_was_not_taken(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(5000);
    queue_numbers(link, 10);
    struct redis_value *value = redis_link_take(link, &error);
    redis_value_free(&value);
    value = RUN(link, &error, "ECHO", "mine");
    assert_string_equal(redis_text(value), "mine");
    redis_value_free(&value);
    redis_link_close(&link);
}

static void a_lost_connection_fails_each_take_and_the_next_call_connects_again(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(5000);
    queue_numbers(link, 3);
    redis_server_kill(server);
    redis_server_restart(server);
    for (int i = 0; i < 3; i++) {
        assert_null(redis_link_take(link, &error));
        assert_non_null(strstr(error.text, "Redis"));
    }
    assert_null(redis_link_take(link, &error));
    struct redis_value *value = RUN(link, &error, "ECHO", "again");
    assert_string_equal(redis_text(value), "again");
    redis_value_free(&value);
    redis_link_close(&link);
}

static void a_stopped_server_is_an_error_within_the_deadline(void **state)
{
    (void)state;
    struct error error;
    struct redis_link *link = link_to_server(200);
    int64_t start_ms = clock_monotonic_ms();
    redis_server_pause(server);
    assert_null(RUN(link, &error, "PING"));
    redis_server_resume(server);
    assert_in_range(clock_monotonic_ms() - start_ms, 190, 4000);
    assert_non_null(strstr(error.text, "200 ms"));
    redis_link_close(&link);
}

static void addresses_that_cannot_be_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *address, *expected;
    } cases[] = {
        {"", "expected unix:/path or tcp:host:port"},
        {"localhost:6379", "expected unix:/path or tcp:host:port"},
        {"tcp:localhost", "expected unix:/path or tcp:host:port"},
        {"tcp:localhost:0", "expected unix:/path or tcp:host:port"},
        {"tcp:localhost:65536", "expected unix:/path or tcp:host:port"},
        {"tcp::6379", "expected a host name"},
        {"unix:", "expected unix:/path or tcp:host:port"},
        {"unix:/nonexistent/redis.sock", "No such file"},
        {"tcp:127.0.0.1:1", "refused"},
        {"tcp:[::1]:1", "Redis"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {""};
        assert_null(redis_link_open(cases[i].address, "", 1000, &error));
        if (strstr(error.text, cases[i].expected) == NULL)
            fail_msg("\"%s\": %s", cases[i].address, error.text);
    }
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
        cmocka_unit_test(answers_of_every_kind_are_read),
        cmocka_unit_test(arguments_and_texts_may_hold_any_byte),
        cmocka_unit_test(an_error_answer_is_an_error_and_the_link_goes_on),
        cmocka_unit_test(a_pipeline_answers_in_order),
        cmocka_unit_test(run_discards_what_was_not_taken),
        cmocka_unit_test(a_lost_connection_fails_each_take_and_the_next_call_connects_again),
        cmocka_unit_test(a_stopped_server_is_an_error_within_the_deadline),
        cmocka_unit_test(addresses_that_cannot_be_are_named),
    };
    return cmocka_run_group_tests(tests, start_server, free_server);
}
