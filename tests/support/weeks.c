/* Steps of a week as the dispatcher and the collector would make them. */
#include "support/weeks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNIT "coaching-a|felt-forward@1/forward"

/* Imports contacts first … first + count - 1 and releases a round of them. */
void weeks_release(struct world *world, const char *round, int first, int count)
{
    struct redis_command command = {0};
    struct release_item items[STORE_ITEMS_MAX];
    struct release release = {.round = round,
                              .cursor = 0,
                              .due_ms = world->now_ms,
                              .asking = world_asking(world),
                              .items = items,
                              .items_count = (size_t)count};
    world_import(world, WORLD_PILOT, first, count, NULL);
    world_plan(world, round, WORLD_PILOT, count);
    round_freeze_command(&command, WORLD_ORG, round, release.asking.week);
    struct redis_value *value = world_call(world, &command);
    redis_value_free(&value);
    for (int i = 0; i < count; i++) {
        items[i].position = (uint32_t)(first + i);
        snprintf(items[i].pulse, ID_SIZE, "%s", world_pulse(world->serial));
        snprintf(items[i].message, ID_SIZE, "%s", world_message(world->serial));
        world->serial++;
    }
    round_release_command(&command, WORLD_ORG, &release);
    value = world_call(world, &command);
    assert_string_equal(redis_word(value), "OK");
    redis_value_free(&value);
    redis_command_free(&command);
}

void weeks_ask(struct world *world, const char *round, int first, int count)
{
    weeks_release(world, round, first, count);
    assert_int_equal(world_send_all(world), count);
}

void weeks_answer(struct world *world, int contact, const char *words)
{
    char id[32];
    static int serial;
    snprintf(id, sizeof id, "reply-%d", serial++);
    assert_int_equal(world_reply(world, contact, id, words), COMMIT_DONE);
}

void weeks_answer_all(struct world *world, int first, int count, const char *words)
{
    for (int n = first; n < first + count; n++)
        weeks_answer(world, n, words);
}

/* Claims so many, intends, settles. */
static void hand_over(struct world *world, size_t count, const enum submit_outcome *outcomes)
{
    struct claimed claimed[STORE_ITEMS_MAX];
    assert_int_equal(world_claim(world, (int64_t)count, claimed), count);
    for (size_t i = 0; i < count; i++) {
        const char *intended = world_intend(world, claimed[i].message, "o");
        if (strcmp(intended, "OK") == 0)
            assert_non_null(world_settle(world, claimed[i].message, "o", outcomes[i]));
        else
            assert_string_equal(intended, "SUPPRESSED");
    }
}

/* 0 answered twice, 1 answered and stopped, up to 13 answered, 14 stopped, 15 could not be read, 16 received
 * it, 17 without receipt, 18 of unknown fate, 19 undelivered, 20 expired, 21 has no such number, 22 stopped
 * before, 23 was never sent; and two of them drawn again. */
void weeks_ask_for_every_end(struct world *world)
{
    enum submit_outcome outcomes[WEEKS_PEOPLE] = {SUBMIT_ACCEPTED};
    weeks_release(world, "r", 0, WEEKS_PEOPLE);
    outcomes[18] = SUBMIT_UNKNOWN;
    outcomes[21] = SUBMIT_INVALID_NUMBER;
    hand_over(world, 22, outcomes);
    weeks_answer(world, 22, "STOP");
    hand_over(world, 2, outcomes); /* the confirmation, and what is suppressed */

    weeks_answer(world, 0, "2");
    weeks_answer(world, 0, "5");
    weeks_answer(world, 1, "5 STOP");
    weeks_answer_all(world, 2, 9, "4");
    weeks_answer(world, 11, "3");
    weeks_answer(world, 12, "1");
    weeks_answer(world, 13, "2");
    weeks_answer(world, 14, "STOP");
    weeks_answer(world, 15, "what?");
    hand_over(world, 2, outcomes); /* confirmations */
    assert_string_equal(world_receipt(world, world_message(16), RECEIPT_DELIVERED), "delivered");
    assert_string_equal(world_receipt(world, world_message(17), RECEIPT_ENROUTE), "accepted");
    assert_string_equal(world_receipt(world, world_message(19), RECEIPT_UNDELIVERED), "undelivered");
    assert_string_equal(world_receipt(world, world_message(20), RECEIPT_EXPIRED), "expired");
    weeks_release(world, "r2", 2, 2);
    assert_int_equal(world_count(world, "p:capped"), 2);
}

const char *weeks_figure(struct world *world, const char *week)
{
    char key[16];
    snprintf(key, sizeof key, "pub:%s", week);
    return world_field(world, key, UNIT);
}

const char *weeks_state(struct world *world, const char *week)
{
    return world_field(world, "weeks", week);
}

void weeks_await_published(struct station *station, const char *week)
{
    struct world *world = &station->world;
    STATION_AWAIT(station, strcmp(weeks_state(world, week), "published") == 0);
    STATION_AWAIT(station, world_field(world, "cp", week)[0] != '\0');
    STATION_AWAIT(station, strtoll(world_field(world, "rollup", "due"), NULL, 10) > world->now_ms);
}
