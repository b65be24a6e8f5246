/* The roll-up and own words: a week that closes deletes what has been kept for long enough, once, and says
 * so; newer words stay, and a shorter setting takes hold at the next closing. */
#include <stdio.h>
#include <string.h>
#include <signal.h>

#include "rollup_fixture.h"

static void put_words(const char *week, int count)
{
    char key[16], id[16];
    snprintf(key, sizeof key, "ow:%s", week);
    for (int i = 0; i < count; i++) {
        struct text record = {0};
        struct redis_command command = {0};
        snprintf(id, sizeof id, "words%07d", i);
        text_add(&record, WORLD_PILOT "|meeting@1/why|1|");
        assert_true(reader_seal(world->keys.keys[KEY_READER_PUBLIC], "Hei", 3, &record));
        redis_command_add(&command, "HSET");
        redis_command_add(&command, world_key(key));
        redis_command_add(&command, id);
        redis_command_add_bytes(&command, record.chars, record.bytes);
        struct redis_value *value = world_call(world, &command);
        redis_value_free(&value);
        redis_command_free(&command);
        text_free(&record);
    }
}

/* Week 3 closes on Tuesday 2026-01-27 at 00:00; 90 days before is Wednesday of 2025-W44, which had not
 * ended. */
static void words_kept_long_enough_go_when_a_week_closes(void **state)
{
    (void)state;
    station_put_settings(&station, "");
    weeks_ask(world, "r", 0, 3);
    put_words("2025-W30", 300); /* more than one call deletes */
    put_words("2025-W43", 2);
    put_words("2025-W44", 3);
    put_words("2026-W02", 4);
    station_move_clock(&station, "2026-01-26T23:59");
    station_open(&station);
    STATION_AWAIT(&station, strcmp(world_field(world, "rollup", "due"), "") != 0);
    assert_true(world_exists(world, "ow:2025-W30")); /* no week closed yet */
    station_move_clock(&station, "2026-01-27T00:00");
    weeks_await_published(&station, "2026-W03");
    assert_true(station_log_says(&station, "log",
                                 "varkaus: deleted 302 own words of weeks that ended more than 90 days ago"));
    assert_false(world_exists(world, "ow:2025-W30"));
    assert_false(world_exists(world, "ow:2025-W43"));
    assert_true(world_exists(world, "ow:2025-W44"));
    assert_true(world_exists(world, "ow:2026-W02"));
    assert_int_equal(child_end(&station.program, SIGTERM), 0);

    station_put_settings(&station, "[retention]\nwords_days = 20\n");
    station_move_clock(&station, "2026-02-03T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W04");
    assert_true(station_log_says(&station, "log",
                                 "varkaus: deleted 7 own words of weeks that ended more than 20 days ago"));
    assert_false(world_exists(world, "ow:2026-W02"));
    station_move_clock(&station, "2026-02-10T00:00");
    weeks_await_published(&station, "2026-W05");
    assert_false(station_log_says(&station, "log", "deleted 0"));
}

static void words_that_cannot_be_deleted_hold_the_closing_up(void **state)
{
    (void)state;
    station_put_settings(&station, "");
    weeks_ask(world, "r", 0, 1);
    WORLD_DO(world, "SET", world_key("ow:2025-W30"), "wrong");
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    STATION_AWAIT(&station, station_log_says(&station, "log", "closing waits: "));
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
    WORLD_DO(world, "DEL", world_key("ow:2025-W30"));
    weeks_await_published(&station, "2026-W03");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROLLUP_TEST(words_kept_long_enough_go_when_a_week_closes),
        ROLLUP_TEST(words_that_cannot_be_deleted_hold_the_closing_up),
    };
    return ROLLUP_MAIN(tests);
}
