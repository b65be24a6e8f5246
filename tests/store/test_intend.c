/* Just before a message is handed over: whatever forbids it by now ends it, and the pulse counts as asked
 * from then on. */
#include "fixture.h"

static struct claimed claimed[STORE_ITEMS_MAX];

static void intend_is_written_once_and_again_answered_ok(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    world_released(&world, 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "FENCED"); /* not leased */
    world_claim(&world, 1, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_message_field(&world, 0, "s"), "submitting");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "open");
    snapshot_digest(&world, "", before);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_intend(&world, world_message(0), "another"), "FENCED");
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    assert_string_equal(world_contact_field(&world, 0, "t"),
                        ""); /* caps are recorded only when it was handed over */
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_intend(&world, world_message(0), "o"), "FENCED");
}

static void an_earlier_fence_intends_nothing(void **state)
{
    (void)state;
    world_released(&world, 1);
    world_claim(&world, 1, claimed);
    int64_t mine = world.fence;
    world.redis_now_ms += 60001;
    world_take_lane(&world, "dispatcher-2");
    int64_t other = world.fence;
    int64_t requeued = 0, unknown = 0;
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued, 1);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    world.fence = mine;
    assert_string_equal(world_intend(&world, world_message(0), "o"), "FENCED");
    world.fence = other;
    assert_string_equal(world_intend(&world, world_message(0), "p"), "OK");
}

static void nothing_is_intended_after_stop(void **state)
{
    (void)state;
    world_released(&world, 2);
    assert_int_equal(world_claim(&world, 2, claimed), 2);
    assert_int_equal(world_reply(&world, 0, "r1", "stop"), COMMIT_DONE);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "SUPPRESSED");
    assert_string_equal(world_message_field(&world, 0, "s"), "suppressed");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "suppressed");
    assert_string_equal(world_contact_field(&world, 0, "o"), "");
    assert_string_equal(world_intend(&world, world_message(0), "o"), "FENCED");
    assert_string_equal(world_intend(&world, world_message(1), "o"), "OK");
    assert_int_equal(world_count(&world, "p:suppressed"), 1);
    assert_int_equal(world_count(&world, "h:held"), 1);
}

static void the_confirmation_of_stop_is_sent_after_stop(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(world_reply(&world, 0, "r1", "STOP"), COMMIT_DONE);
    world.now_ms += 12 * HOUR_MS; /* outside of the window: a reply does not wait for it */
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_contact_field(&world, 0, "t"), "");
}

static void what_became_impossible_meanwhile_ends_at_intend(void **state)
{
    (void)state;
    world_released(&world, 5);
    world_claim(&world, 5, claimed);
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "f", "x");
    WORLD_DO(&world, "HSET", world_key("c:contact00001"), "t", "20465"); /* the day before */
    WORLD_DO(&world, "HSET", world_key("c:contact00002"), "q:felt-forward/forward", "2919");
    WORLD_DO(&world, "HSET", world_key("c:contact00003"), "w", "2870,2871,2880,2890,2900,2910");
    WORLD_DO(&world, "HSET", world_key("c:contact00004"), "w", "2869,2871,2880,2890,2900,2910");
    struct asking asking = world_asking(&world);
    assert_int_equal(asking.day, 20466);
    assert_int_equal(asking.week_index, 2923);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "EXCLUDED");
    assert_string_equal(world_intend(&world, world_message(1), "o"), "CAPPED");
    assert_string_equal(world_intend(&world, world_message(2), "o"), "CAPPED");
    assert_string_equal(world_intend(&world, world_message(3), "o"),
                        "OK"); /* 52 weeks before does not count */
    assert_string_equal(world_intend(&world, world_message(4), "o"), "OK");
    assert_int_equal(world_count(&world, "p:capped"), 2);
    assert_int_equal(world_count(&world, "m:suppressed"), 3);
}

static void six_occasions_in_a_year_are_enough_at_intend_too(void **state)
{
    (void)state;
    world_released(&world, 1);
    world_claim(&world, 1, claimed);
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "w", "2872,2875,2880,2890,2900,2910");
    assert_string_equal(world_intend(&world, world_message(0), "o"), "CAPPED");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "capped");
}

static void another_open_pulse_caps_at_intend(void **state)
{
    (void)state;
    world_released(&world, 1);
    world_import(&world, "coaching-b", 0, 2, NULL);
    world_claim(&world, 1, claimed);
    WORLD_DO(&world, "HDEL", world_key("c:contact00000"), "o"); /* so that a second round can have asked */
    world_round(&world, "s", "coaching-b");
    assert_string_equal(world_intend(&world, world_message(0), "o"), "CAPPED");
    assert_string_equal(world_contact_field(&world, 0, "o"),
                        world_pulse(1)); /* the other pulse stays the open one */
}

static void outside_the_window_it_waits_for_the_next_opening(void **state)
{
    (void)state;
    world_released(&world, 1);
    world_claim(&world, 1, claimed);
    int64_t opens_ms = world.now_ms - HOUR_MS + DAY_MS;
    world.now_ms += 8 * HOUR_MS; /* 18:00 */
    assert_string_equal(world_intend(&world, world_message(0), "o"), "WINDOW");
    assert_string_equal(world_message_field(&world, 0, "s"), "queued");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "queued");
    world.now_ms = opens_ms - 1;
    assert_int_equal(world_claim(&world, 1, claimed), 0);
    world.now_ms = opens_ms;
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "p"), "OK");
}

static void after_its_last_instant_a_message_is_stale(void **state)
{
    (void)state;
    world_released(&world, 2);
    assert_int_equal(world_reply(&world, 1, "r1", "STOP"), COMMIT_DONE);
    world_claim(&world, 3, claimed);
    world.now_ms += DAY_MS;
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "STALE"); /* the confirmation */
    world.now_ms += 2 * DAY_MS - 1;
    assert_string_equal(world_intend(&world, world_message(1), "o"), "SUPPRESSED");
    world.now_ms += 1;
    assert_string_equal(world_intend(&world, world_message(0), "o"), "STALE");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "stale");
    assert_string_equal(world_contact_field(&world, 0, "o"), "");
    assert_int_equal(world_count(&world, "m:stale"), 2);
    assert_int_equal(world_count(&world, "p:stale"), 1);
}

static void who_was_erased_gets_nothing(void **state)
{
    (void)state;
    world_released(&world, 1);
    assert_int_equal(world_reply(&world, 0, "r1", "STOP"), COMMIT_DONE);
    world_claim(&world, 2, claimed);
    WORLD_DO(&world, "DEL", world_key("c:contact00000"));
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "INELIGIBLE");
    assert_string_equal(world_intend(&world, claimed[1].message, "o"), "INELIGIBLE");
    assert_false(world_exists(&world, "c:contact00000"));
    assert_int_equal(world_count(&world, "p:ineligible"), 1);
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "l", "fi"); /* the pulse still refers to it */
}

static void the_week_of_a_pulse_is_that_of_asking(void **state)
{
    (void)state;
    world_released(&world, 2);
    world.now_ms += 2 * DAY_MS; /* Thursday: not after Friday 10:00 */
    world_claim(&world, 2, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_pulse_field(&world, 0, "w"), "2026-W03");
    WORLD_DO(&world, "HSET", world_key("m:message00001"), "na", "1800000000000");
    world.now_ms += 4 * DAY_MS; /* Monday */
    assert_string_equal(world_intend(&world, world_message(1), "o"), "OK");
    assert_string_equal(world_pulse_field(&world, 1, "w"), "2026-W04");
    assert_string_equal(world_pulse_field(&world, 1, "wi"), "2924");
    assert_true(world_in_list(&world, "w:2026-W04", world_pulse(1)));
    assert_false(world_in_list(&world, "w:2026-W03", world_pulse(1)));
    assert_string_equal(world_field(&world, "weeks", "2026-W04"), "open");
    assert_string_equal(world_field(&world, "n:2026-W04", WORLD_PILOT "|" WORLD_SURVEY), "2");
}

static void a_smaller_frame_does_not_replace_that_of_the_week_of_asking(void **state)
{
    (void)state;
    world_released(&world, 2);
    WORLD_DO(&world, "HSET", world_key("m:message00000"), "na", "1800000000000");
    world_import(&world, WORLD_PILOT, 2, 2, NULL);
    world.now_ms += 7 * DAY_MS;
    world_round(&world, "s", WORLD_PILOT);
    world_claim(&world, 2, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_pulse_field(&world, 0, "w"), "2026-W04");
    assert_string_equal(world_field(&world, "n:2026-W04", WORLD_PILOT "|" WORLD_SURVEY), "4");
}

static void a_wrong_type_anywhere_refuses_the_whole_intend(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_released(&world, 3);
    world_claim(&world, 3, claimed);
    world_intend_command(&world, &command, world_message(0), "o");
    /* message, contact, pulse, round, b; the lease stays as it is */
    assert_int_equal(snapshot_refusals(&world, &command), 5);
    WORLD_DO(&world, "HSET", world_key("c:contact00001"), "f", "s");
    world_intend_command(&world, &command, world_message(1), "o");
    assert_int_equal(snapshot_refusals(&world, &command), 8); /* and the log, the week's counters */
    WORLD_DO(&world, "HSET", world_key("m:message00002"), "na", "1800000000000");
    world.now_ms += 7 * DAY_MS;
    world_intend_command(&world, &command, world_message(2), "o");
    /* as the first, and the lists of both weeks, the weeks, the frame */
    assert_int_equal(snapshot_refusals(&world, &command), 9);
    redis_command_free(&command);
    assert_string_equal(world_message_field(&world, 1, "s"), "suppressed");
    assert_string_equal(world_pulse_field(&world, 2, "w"), "2026-W04");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(intend_is_written_once_and_again_answered_ok),
        STORE_TEST(an_earlier_fence_intends_nothing),
        STORE_TEST(nothing_is_intended_after_stop),
        STORE_TEST(the_confirmation_of_stop_is_sent_after_stop),
        STORE_TEST(what_became_impossible_meanwhile_ends_at_intend),
        STORE_TEST(six_occasions_in_a_year_are_enough_at_intend_too),
        STORE_TEST(another_open_pulse_caps_at_intend),
        STORE_TEST(outside_the_window_it_waits_for_the_next_opening),
        STORE_TEST(after_its_last_instant_a_message_is_stale),
        STORE_TEST(who_was_erased_gets_nothing),
        STORE_TEST(the_week_of_a_pulse_is_that_of_asking),
        STORE_TEST(a_smaller_frame_does_not_replace_that_of_the_week_of_asking),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_intend),
    };
    return STORE_MAIN(tests);
}
