/* Rows of collectors: written, read, away, unreadable, taken away; asking them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "store/collectors.h"
#include "support/world.h"

static struct world world;

static int start(void **state)
{
    (void)state;
    world_start(&world);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_stop(&world);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    world_clear(&world);
    return 0;
}

static void run(struct redis_command *command)
{
    struct redis_value *value = world_call(&world, command);
    redis_value_free(&value);
    redis_command_free(command);
}

static void beat(const char *id, int64_t until_ms, int64_t at_ms, int64_t spooled)
{
    struct redis_command command = {0};
    struct collector_row row = {.until_ms = until_ms, .at_ms = at_ms, .spooled = spooled};
    memcpy(row.id, id, sizeof row.id);
    collector_beat_command(&command, &row);
    run(&command);
}

static struct collector_rows read_rows(void)
{
    struct error error = {""};
    struct collector_rows rows;
    if (!collectors_read(world.link, &rows, &error))
        fail_msg("%s", error.text);
    return rows;
}

static int64_t spooled_by_all(void)
{
    struct redis_command command = {0};
    int64_t spooled = 0;
    collectors_list_command(&command);
    struct redis_value *value = world_call(&world, &command);
    assert_true(collectors_spooled_result(value, &spooled));
    redis_value_free(&value);
    redis_command_free(&command);
    return spooled;
}

static void nobody_is_registered_in_the_beginning(void **state)
{
    (void)state;
    struct collector_rows rows = read_rows();
    assert_int_equal(rows.count, 0);
    assert_true(rows.now_ms > INT64_C(1500000000000));
    collectors_free(&rows);
    assert_int_equal(spooled_by_all(), 0);
}

static void the_last_beat_is_what_is_read(void **state)
{
    (void)state;
    struct redis_command command = {0};
    int64_t now_ms = 0;
    collector_time_command(&command);
    struct redis_value *time = world_call(&world, &command);
    assert_true(collector_time_result(time, &now_ms));
    redis_value_free(&time);
    redis_command_free(&command);

    beat("bbbbbbbbbbbb", 10, 20, 3);
    beat("aaaaaaaaaaaa", -5, now_ms, 0);
    beat("bbbbbbbbbbbb", 11, now_ms - COLLECTOR_AWAY_MS - 1000, 4);
    struct collector_rows rows = read_rows();
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.items[0].id, "aaaaaaaaaaaa");
    assert_int_equal(rows.items[0].until_ms, -5);
    assert_true(rows.items[0].readable);
    assert_false(collector_is_away(&rows, &rows.items[0]));
    assert_string_equal(rows.items[1].id, "bbbbbbbbbbbb");
    assert_int_equal(rows.items[1].until_ms, 11);
    assert_int_equal(rows.items[1].spooled, 4);
    assert_true(collector_is_away(&rows, &rows.items[1]));
    collectors_free(&rows);
    assert_int_equal(spooled_by_all(), 4);
}

static void an_unreadable_row_says_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "{}",
                                        "7",
                                        "{\"until\":1,\"at\":2}",
                                        "{\"until\":1,\"at\":2,\"spooled\":-1}",
                                        "{\"until\":1,\"at\":2,\"spooled\":0,\"more\":1}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        WORLD_DO(&world, "HSET", "pulssi:collectors", "cccccccccccc", texts[i]);
        struct collector_rows rows = read_rows();
        assert_int_equal(rows.count, 1);
        assert_false(rows.items[0].readable);
        assert_true(collector_is_away(&rows, &rows.items[0]));
        collectors_free(&rows);
        assert_int_equal(spooled_by_all(), 0);
    }
}

static void a_row_is_taken_away_once(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct error error = {""};
    bool was = false;
    beat("aaaaaaaaaaaa", 1, 2, 0);
    beat("bbbbbbbbbbbb", 1, 2, 0);
    collector_leave_command(&command, "aaaaaaaaaaaa");
    run(&command);
    assert_true(collector_remove(world.link, "bbbbbbbbbbbb", &was, &error));
    assert_true(was);
    assert_true(collector_remove(world.link, "bbbbbbbbbbbb", &was, &error));
    assert_false(was);
    struct collector_rows rows = read_rows();
    assert_int_equal(rows.count, 0);
    collectors_free(&rows);
}

static void a_key_of_a_wrong_type_is_an_error(void **state)
{
    (void)state;
    struct collector_rows rows;
    struct error error = {""};
    int64_t spooled = 0;
    bool was = false;
    WORLD_DO(&world, "SET", "pulssi:collectors", "x");
    assert_false(collectors_read(world.link, &rows, &error));
    assert_non_null(strstr(error.text, "WRONGTYPE"));
    assert_int_equal(rows.count, 0);
    assert_false(collector_remove(world.link, "aaaaaaaaaaaa", &was, &error));
    assert_false(collectors_spooled_result(NULL, &spooled));
    WORLD_DO(&world, "DEL", "pulssi:collectors");
}

static void whoever_listens_is_asked(void **state)
{
    (void)state;
    struct error error = {""};
    struct redis_link *listener = redis_link_open(redis_server_address(world.server), "", 5000, &error);
    struct redis_command command = {0};
    assert_non_null(listener);
    redis_command_add(&command, "SUBSCRIBE");
    redis_command_add(&command, "pulssi:wake");
    struct redis_value *value = redis_link_run(listener, &command, &error);
    redis_value_free(&value);
    redis_command_free(&command);
    assert_true(collectors_ask(world.link, &error));
    redis_command_add(&command, "PING"); /* what was published comes first */
    value = redis_link_run(listener, &command, &error);
    assert_string_equal(redis_text(redis_item(value, 2)), "beat");
    redis_value_free(&value);
    redis_command_free(&command);
    redis_link_close(&listener);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup(name, clear)
    const struct CMUnitTest tests[] = {
        STORE(nobody_is_registered_in_the_beginning), STORE(the_last_beat_is_what_is_read),
        STORE(an_unreadable_row_says_nothing),        STORE(a_row_is_taken_away_once),
        STORE(a_key_of_a_wrong_type_is_an_error),     STORE(whoever_listens_is_asked),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
