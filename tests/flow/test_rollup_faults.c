/* The roll-up as a program when it or Redis is killed in the middle of a closing, and what holds a closing
 * up. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/snapshot.h"
#include "rollup_fixture.h"

/* --- once --- */

/* The week's checkpoint without the real instant of its proof. */
static void put_checkpoint_aside(char out[1024])
{
    static const char name[] = "\"rewritten_real_ms\":";
    snprintf(out, 1024, "%s", world_field(world, "cp", "2026-W03"));
    char *at = strstr(out, name);
    assert_non_null(at);
    memset(at + strlen(name), '0', strspn(at + strlen(name), "0123456789"));
}

enum victim { ROLLUP, REDIS };

/* The same closing again and again from the same data, killed after its first call of a function, after its
 * second, and so on. Whatever is lost, in the end every key holds the same. */
static void close_with_kills(enum victim victim)
{
    enum { ANSWERS = 100 };
    char undisturbed[SNAPSHOT_DIGEST_SIZE], found[SNAPSHOT_DIGEST_SIZE];
    char checkpoint[1024], found_checkpoint[1024];
    weeks_ask(world, "r", 0, STORE_ITEMS_MAX);
    weeks_release(world, "r2", STORE_ITEMS_MAX, 50);
    weeks_answer_all(world, 0, ANSWERS, "4");
    station_move_clock(&station, "2026-01-27T00:00");
    struct snapshot *before = snapshot_take(world);
    WORLD_DO(world, "CONFIG", "RESETSTAT");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    int64_t whole = world_calls(world);
    snapshot_digest(world, "cp", undisturbed); /* which holds an instant of real time */
    put_checkpoint_aside(checkpoint);
    assert_int_equal(world_count(world, "p:completed"), ANSWERS);
    assert_int_equal(world_count(world, "p:stale"), 50);
    assert_in_range(whole, 10, 30);

    for (int64_t kill_after = 1; kill_after < whole; kill_after++) {
        snapshot_put_back(world, before);
        /* That Redis goes back in time is this test's doing. */
        (void)unlink(station_path(&station, "data/state/pulssi-rollup.seen"));
        WORLD_DO(world, "CONFIG", "RESETSTAT");
        station_spawn(&station);
        if (victim == REDIS) /* before that it may give up, to be started again */
            STATION_AWAIT(&station, station_log_says(&station, "log", ": started"));
        station_await_calls(&station, kill_after);
        if (victim == ROLLUP) {
            assert_int_equal(child_end(&station.program, SIGKILL), 128 + SIGKILL);
            world_check(world);
            station_open(&station);
        } else {
            station_kill_redis(&station);
            station_restart_redis(&station);
        }
        weeks_await_published(&station, "2026-W03");
        assert_int_equal(child_end(&station.program, SIGTERM), 0);
        snapshot_digest(world, "cp", found);
        assert_string_equal(found, undisturbed);
        put_checkpoint_aside(found_checkpoint);
        assert_string_equal(found_checkpoint, checkpoint);
    }
    snapshot_free(&before);
}

static void a_closing_that_is_killed_ends_the_same(void **state)
{
    (void)state;
    close_with_kills(ROLLUP);
}

static void a_closing_whose_redis_is_killed_ends_the_same(void **state)
{
    (void)state;
    close_with_kills(REDIS);
}

static void what_is_published_never_changes(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    weeks_ask_for_every_end(world);
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W03");
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    snapshot_digest(world, "", before);
    station_open(&station);
    assert_int_equal(child_end(&station.program, SIGTERM), 0);
    snapshot_digest(world, "", after);
    assert_string_equal(after, before);

    weeks_answer(world, 5, "1"); /* late: nobody's pulse any more */
    station_move_clock(&station, "2026-02-03T00:00");
    station_open(&station);
    weeks_await_published(&station, "2026-W04");
    assert_non_null(strstr(weeks_figure(world, "2026-W03"), "\"positive\":11,"));
    assert_string_equal(weeks_figure(world, "2026-W04"), weeks_figure(world, "2026-W03"));
}

/* --- what holds it up --- */

static void books_that_do_not_balance_hold_the_closing(void **state)
{
    (void)state;
    weeks_ask_for_every_end(world);
    WORLD_DO(world, "HINCRBY", world_key("b"), "m:accepted", "1");
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    STATION_AWAIT(&station,
                  station_log_says(&station, "log", "varkaus: closing waits: the books do not balance: "));
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
    assert_string_equal(weeks_figure(world, "2026-W03"), "");
    WORLD_DO(world, "HINCRBY", world_key("b"), "m:accepted", "-1");
    weeks_await_published(&station, "2026-W03");
}

static void messages_under_way_hold_the_closing(void **state)
{
    (void)state;
    struct claimed claimed[STORE_ITEMS_MAX], confirmation[STORE_ITEMS_MAX];
    weeks_ask(world, "r", 0, 12);
    weeks_release(world, "r2", 12, 1);
    assert_int_equal(world_claim(world, 1, claimed), 1);
    assert_string_equal(world_intend(world, claimed[0].message, "o"), "OK");
    weeks_answer(world, 3, "STOP"); /* a dispatcher has taken its confirmation */
    assert_int_equal(world_claim(world, 1, confirmation), 1);
    assert_string_equal(confirmation[0].kind, "stop_confirm");
    station_move_clock(&station, "2026-01-27T00:00");
    station_open(&station);
    STATION_AWAIT(&station, station_log_says(&station, "log", "closing waits: messages are under way"));
    STATION_AWAIT(&station, world_count(world, "p:open") == 1);
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
    assert_string_equal(world_settle(world, claimed[0].message, "o", SUBMIT_UNKNOWN), "unknown");
    STATION_AWAIT(&station, world_count(world, "p:open") == 0);
    assert_string_equal(weeks_state(world, "2026-W03"), "open");
    assert_int_equal(world_count(world, "m:leased"), 1);
    assert_string_equal(world_intend(world, confirmation[0].message, "o"),
                        "STALE"); /* nobody waits for it now */
    weeks_await_published(&station, "2026-W03");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROLLUP_TEST(a_closing_that_is_killed_ends_the_same),
        ROLLUP_TEST(a_closing_whose_redis_is_killed_ends_the_same),
        ROLLUP_TEST(what_is_published_never_changes),
        ROLLUP_TEST(books_that_do_not_balance_hold_the_closing),
        ROLLUP_TEST(messages_under_way_hold_the_closing),
    };
    return ROLLUP_MAIN(tests);
}
