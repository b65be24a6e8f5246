/* The way out: who holds the lane, what is claimed, and what is recovered of a dispatcher that died. */
#include "fixture.h"

#include <stdlib.h>

static struct claimed claimed[STORE_ITEMS_MAX];

static struct lane_taken take_lane(const char *owner, bool fresh)
{
    struct redis_command command = {0};
    struct lane_taken taken;
    lane_take_command(&command, WORLD_ORG, owner, world.redis_now_ms, 10000, fresh);
    struct redis_value *value = world_call(&world, &command);
    assert_true(lane_take_result(value, &taken));
    redis_value_free(&value);
    redis_command_free(&command);
    return taken;
}

static void one_dispatcher_holds_the_lane(void **state)
{
    (void)state;
    struct lane_taken mine = take_lane("dispatcher-1", false);
    assert_false(mine.new_fence);
    struct lane_taken other = take_lane("dispatcher-2", true);
    assert_true(other.held_by_other);
    assert_int_equal(other.until_ms, world.redis_now_ms + 10000);
    world.redis_now_ms += 9999;
    assert_true(take_lane("dispatcher-2", true).held_by_other);
    world.redis_now_ms += 1;
    other = take_lane("dispatcher-2", false);
    assert_true(!other.held_by_other && other.new_fence);
    assert_int_equal(other.fence, mine.fence + 1);
    assert_true(take_lane("dispatcher-1", true).held_by_other);
    assert_int_equal(take_lane("dispatcher-2", false).fence, other.fence);
    assert_int_equal(take_lane("dispatcher-2", true).fence, other.fence + 1); /* it started anew */
    struct redis_command command = {0};
    lane_take_command(&command, WORLD_ORG, "dispatcher-2", world.redis_now_ms, 10000, false);
    assert_int_equal(snapshot_refusals(&world, &command), 2); /* lane, b */
    redis_command_free(&command);
}

static void an_empty_outbox_gives_nothing(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    int64_t requeued = -1, unknown = -1;
    snapshot_digest(&world, "", before);
    assert_int_equal(world_claim(&world, 100, claimed), 0);
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued + unknown, 0);
    assert_string_equal(world_intend(&world, "nobody000000", "o"), "GONE");
    assert_string_equal(world_settle(&world, "nobody000000", "o", SUBMIT_ACCEPTED), "");
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void two_claims_share_nothing_and_nothing_is_left(void **state)
{
    (void)state;
    world_released(&world, 128);
    bool seen[128] = {false};
    size_t total = 0;
    for (size_t count; (count = world_claim(&world, total == 0 ? 50 : 500, claimed)) > 0; total += count) {
        assert_int_equal(count, total == 0 ? 50 : 78);
        for (size_t i = 0; i < count; i++) {
            int n = atoi(claimed[i].message + strlen("message"));
            assert_false(seen[n]);
            seen[n] = true;
            assert_string_equal(claimed[i].kind, "invite");
            assert_string_equal(claimed[i].pulse, world_pulse(n));
            assert_string_equal(claimed[i].contact, world_contact(n));
            assert_string_equal(claimed[i].survey, WORLD_SURVEY);
            assert_string_equal(claimed[i].language, "fi");
            assert_int_equal(claimed[i].attempts, 0);
        }
    }
    assert_int_equal(total, 128);
    assert_int_equal(world_count(&world, "m:leased"), 128);
}

static void a_claim_is_fenced_by_a_later_lane(void **state)
{
    (void)state;
    struct redis_command command = {0};
    size_t count = 7;
    world_released(&world, 1);
    outbox_claim_command(&command, WORLD_ORG, world.fence - 1, world.redis_now_ms, world.redis_now_ms + 1,
                         world.now_ms, 10);
    struct redis_value *value = world_call(&world, &command);
    assert_false(outbox_claim_result(value, claimed, &count));
    assert_int_equal(count, 0);
    redis_value_free(&value);
    redis_command_free(&command);
    assert_string_equal(world_message_field(&world, 0, "s"), "queued");
}

static void replies_go_first_then_retries_then_invitations(void **state)
{
    (void)state;
    world_released(&world, 3);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_RETRY), "queued");
    assert_int_equal(world_reply(&world, 2, "r1", "STOP"), COMMIT_DONE);
    world.redis_now_ms += 1000;
    assert_int_equal(world_claim(&world, 3, claimed), 3);
    assert_string_equal(claimed[0].kind, "stop_confirm");
    assert_string_equal(claimed[0].contact, world_contact(2));
    assert_string_equal(claimed[0].pulse, "");
    assert_true(claimed[0].has_number);
    assert_string_equal(claimed[1].message, world_message(0));
    assert_int_equal(claimed[1].attempts, 1);
    assert_string_equal(claimed[2].message, world_message(1));
    assert_string_equal(world_message_field(&world, 2, "s"), "queued");
}

static void nothing_is_claimed_before_it_is_due(void **state)
{
    (void)state;
    world_released(&world, 1);
    world.now_ms -= 1;
    assert_int_equal(world_claim(&world, 10, claimed), 0);
    world.now_ms += 1;
    assert_int_equal(world_claim(&world, 0, claimed), 0);
    assert_int_equal(world_claim(&world, 10, claimed), 1);
}

static void a_wrong_type_anywhere_refuses_the_whole_claim(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_released(&world, 2);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_RETRY), "queued");
    assert_int_equal(world_reply(&world, 1, "r1", "STOP"), COMMIT_DONE);
    world.redis_now_ms += 1000;
    outbox_claim_command(&command, WORLD_ORG, world.fence, world.redis_now_ms, world.redis_now_ms + 60000,
                         world.now_ms, 10);
    /* lane, four lists, b, three messages, two pulses, two contacts */
    assert_int_equal(snapshot_refusals(&world, &command), 13);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "m:leased"), 3);
}

static void recovery_requeues_the_leased_and_gives_up_on_the_submitting(void **state)
{
    (void)state;
    int64_t requeued = 0, unknown = 0;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    world_released(&world, 3);
    world_claim(&world, 2, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued + unknown, 0); /* the leases hold */
    world.redis_now_ms += 60000;
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued, 1);
    assert_int_equal(unknown, 1);
    assert_string_equal(world_message_field(&world, 0, "s"), "unknown");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "open");
    assert_string_equal(world_contact_field(&world, 0, "t"), "20466"); /* it may have been sent: it counts */
    assert_string_equal(world_contact_field(&world, 0, "w"), "2923");
    assert_string_equal(world_contact_field(&world, 0, "q:felt-forward/forward"), "2923");
    assert_string_equal(world_message_field(&world, 1, "s"), "queued");
    assert_string_equal(world_contact_field(&world, 1, "t"), "");
    assert_int_equal(world_count(&world, "x:unknown_ever"), 1);
    snapshot_digest(&world, "", before);
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued + unknown, 0);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void a_new_fence_voids_every_earlier_lease_in_bounded_steps(void **state)
{
    (void)state;
    int64_t requeued = 0, unknown = 0;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_import(&world, WORLD_PILOT, 128, 128, NULL);
    world_import(&world, WORLD_PILOT, 256, 44, NULL);
    world_round(&world, "r", WORLD_PILOT);
    for (int i = 0; i < 3; i++)
        world_claim(&world, 100, claimed);
    for (int way = 0; way < 3; way++) { /* the lane was taken anew, the leases expired, both */
        world.redis_now_ms += way == 0 ? 59999 : 60000;
        if (way != 1)
            world_take_lane(&world, "dispatcher-1"); /* the same owner started anew: it need not wait */
        int64_t expected[] = {128, 128, 44, 0};
        for (int i = 0; i < 4; i++) {
            world_recover(&world, &requeued, &unknown);
            assert_int_equal(requeued, expected[i]);
        }
        for (int i = 0; i < 3; i++)
            assert_int_equal(world_claim(&world, 100, claimed), 100);
    }
}

static void a_wrong_type_anywhere_refuses_the_whole_recovery(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_released(&world, 2);
    world_claim(&world, 2, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    outbox_recover_command(&command, WORLD_ORG, world.fence, world.redis_now_ms + 60000, world.now_ms);
    /* leased, q:bulk, b, two messages, the asked pulse and its contact */
    assert_int_equal(snapshot_refusals(&world, &command), 7);
    redis_command_free(&command);
    assert_string_equal(world_message_field(&world, 0, "s"), "unknown");
    assert_string_equal(world_message_field(&world, 1, "s"), "queued");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(one_dispatcher_holds_the_lane),
        STORE_TEST(an_empty_outbox_gives_nothing),
        STORE_TEST(two_claims_share_nothing_and_nothing_is_left),
        STORE_TEST(a_claim_is_fenced_by_a_later_lane),
        STORE_TEST(replies_go_first_then_retries_then_invitations),
        STORE_TEST(nothing_is_claimed_before_it_is_due),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_claim),
        STORE_TEST(recovery_requeues_the_leased_and_gives_up_on_the_submitting),
        STORE_TEST(a_new_fence_voids_every_earlier_lease_in_bounded_steps),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_recovery),
    };
    return STORE_MAIN(tests);
}
