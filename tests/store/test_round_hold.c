/* Rounds that are paused, resumed, cancelled: in whatever state a message is, nothing is intended after the
 * hold, nothing is lost by it, and the books balance. */
#include "fixture.h"

#include <inttypes.h>

#include "store/contacts.h"
#include "store/holds.h"

static struct claimed claimed[STORE_ITEMS_MAX];
static struct error error;

static enum hold_set set(const char *round, enum round_hold hold)
{
    error.text[0] = '\0';
    return hold_set(world.link, WORLD_ORG, round, hold, &error);
}

static struct invitations apply(const char *round)
{
    struct invitations invitations;
    if (!hold_apply(world.link, WORLD_ORG, round, world.now_ms, &invitations, &error))
        fail_msg("%s", error.text);
    return invitations;
}

static struct invitations hold(const char *round, enum round_hold hold)
{
    if (set(round, hold) != HOLD_SET)
        fail_msg("%s: not set: %s", round, error.text);
    return apply(round);
}

static int64_t held(void)
{
    int64_t count = 0;
    assert_true(held_count(world.link, WORLD_ORG, &count, &error));
    return count;
}

static int64_t submitting(const char *round)
{
    int64_t count = 0;
    if (!hold_submitting(world.link, WORLD_ORG, round, &count, &error))
        fail_msg("%s", error.text);
    return count;
}

static struct org_next next(void)
{
    struct org_next next;
    struct redis_command command = {0};
    org_next_command(&command, WORLD_ORG);
    struct redis_value *value = world_call(&world, &command);
    assert_true(org_next_result(value, &next));
    redis_value_free(&value);
    redis_command_free(&command);
    return next;
}

static void expect_invitations(struct invitations have, struct invitations wanted)
{
    assert_int_equal(have.waiting, wanted.waiting);
    assert_int_equal(have.leased, wanted.leased);
    assert_int_equal(have.under_way, wanted.under_way);
    assert_int_equal(have.sent, wanted.sent);
    assert_int_equal(have.unknown, wanted.unknown);
    assert_int_equal(have.cancelled, wanted.cancelled);
    assert_int_equal(have.not_sent, wanted.not_sent);
}

/* Of a round "r" of eight: 0 queued, 1 waiting to be tried again, 2 leased, 3 submitting, 4 accepted,
 * 5 delivered, 6 unknown, 7 ended unsent. */
static void one_message_in_every_state(void)
{
    world_released(&world, 8);
    WORLD_DO(&world, "ZADD", world_key("q:bulk"), "9999999999999", world_message(0));
    assert_int_equal(world_claim(&world, 8, claimed), 7);
    static const struct {
        int serial;
        enum submit_outcome outcome;
    } settled[] = {{1, SUBMIT_RETRY},
                   {4, SUBMIT_ACCEPTED},
                   {5, SUBMIT_ACCEPTED},
                   {6, SUBMIT_UNKNOWN},
                   {7, SUBMIT_INVALID_NUMBER}};
    for (size_t i = 0; i < sizeof settled / sizeof settled[0]; i++) {
        assert_string_equal(world_intend(&world, world_message(settled[i].serial), "o"), "OK");
        (void)world_settle(&world, world_message(settled[i].serial), "o", settled[i].outcome);
    }
    assert_string_equal(world_receipt(&world, world_message(5), RECEIPT_DELIVERED), "delivered");
    assert_string_equal(world_intend(&world, world_message(3), "o"), "OK");
}

/* --- pause and resume --- */

static void a_pause_holds_what_waits_and_a_resume_makes_it_due(void **state)
{
    (void)state;
    world_released(&world, 3);
    expect_invitations(hold("r", ROUND_PAUSED), (struct invitations){.waiting = 3});
    assert_int_equal(held(), 3);
    assert_int_equal(next().bulk_due_ms, -1);
    world.now_ms += HOUR_MS;
    assert_int_equal(world_claim(&world, 10, claimed), 0);
    assert_int_equal(world_count(&world, "m:queued"), 3);
    expect_invitations(hold("r", ROUND_GOES_ON), (struct invitations){.waiting = 3});
    assert_int_equal(held(), 0);
    assert_int_equal(next().bulk_due_ms, world.now_ms);
    assert_int_equal(world_send_all(&world), 3);
    expect_invitations(apply("r"), (struct invitations){.sent = 3});
}

static void in_every_state_a_pause_finds_its_messages(void **state)
{
    (void)state;
    one_message_in_every_state();
    expect_invitations(
        hold("r", ROUND_PAUSED),
        (struct invitations){
            .waiting = 2, .leased = 1, .under_way = 1, .sent = 2, .unknown = 1, .not_sent = 1});
    assert_int_equal(held(), 2);
    assert_false(world_in_list(&world, "q:wait", world_message(1)));
    assert_string_equal(world_message_field(&world, 1, "n"), "1"); /* the attempt is remembered */
    assert_string_equal(world_intend(&world, world_message(2), "o"), "PAUSED");
    assert_string_equal(world_intend(&world, world_message(2), "o"), "FENCED");
    assert_int_equal(held(), 3);
    assert_int_equal(submitting("r"), 1);
    assert_string_equal(world_settle(&world, world_message(3), "o", SUBMIT_RETRY), "queued");
    assert_int_equal(submitting("r"), 0);
    world.redis_now_ms += 1000;
    assert_int_equal(world_claim(&world, 10, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(3), "p"), "PAUSED");
    assert_int_equal(held(), 4);
    expect_invitations(hold("r", ROUND_GOES_ON),
                       (struct invitations){.waiting = 4, .sent = 2, .unknown = 1, .not_sent = 1});
    assert_int_equal(world_send_all(&world), 4);
    assert_int_equal(held(), 0);
}

static void pause_resume_and_cancel_may_come_twice(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    world_released(&world, 2);
    static const enum round_hold holds[] = {ROUND_PAUSED, ROUND_GOES_ON, ROUND_CANCELLED};
    for (size_t i = 0; i < sizeof holds / sizeof holds[0]; i++) {
        (void)hold("r", holds[i]);
        snapshot_digest(&world, "", before);
        assert_int_equal(set("r", holds[i]), HOLD_SAME);
        (void)apply("r");
        snapshot_digest(&world, "", after);
        assert_string_equal(before, after);
    }
    assert_int_equal(set("r", ROUND_PAUSED), HOLD_CANCELLED);
    assert_int_equal(set("r", ROUND_GOES_ON), HOLD_CANCELLED);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void a_resume_that_was_cut_off_is_completed_by_the_next(void **state)
{
    (void)state;
    world_released(&world, 3);
    (void)hold("r", ROUND_PAUSED);
    assert_int_equal(set("r", ROUND_GOES_ON), HOLD_SET); /* and the command is killed */
    assert_int_equal(held(), 3);
    assert_int_equal(set("r", ROUND_GOES_ON), HOLD_SAME);
    (void)apply("r");
    assert_int_equal(world_send_all(&world), 3);
}

static void a_round_that_does_not_exist_is_not_held(void **state)
{
    (void)state;
    assert_int_equal(set("nowhere", ROUND_PAUSED), HOLD_FAILED);
    assert_string_equal(error.text, "there is no round \"nowhere\"");
    assert_false(world_exists(&world, "r:nowhere"));
    expect_invitations(apply("nowhere"), (struct invitations){0});
}

static void other_rounds_and_replies_go_on(void **state)
{
    (void)state;
    world_import(&world, "coaching-b", 10, 2, NULL);
    world_released(&world, 2);
    int other = world_round(&world, "s", "coaching-b");
    (void)hold("r", ROUND_PAUSED);
    assert_int_equal(held(), 2);
    assert_int_equal(world_reply(&world, 0, "r1", "STOP"), COMMIT_DONE);
    assert_int_equal(world_send_all(&world), 3); /* two invitations and a confirmation */
    assert_string_equal(world_message_field(&world, other, "s"), "accepted");
    expect_invitations(apply("s"), (struct invitations){.sent = 2});
    (void)hold("r", ROUND_GOES_ON);
    assert_int_equal(world_send_all(&world), 1); /* the other said STOP */
    assert_string_equal(world_pulse_field(&world, 0, "st"), "suppressed");
}

static void a_conversation_that_has_begun_goes_on(void **state)
{
    (void)state;
    world_use_survey_file(&world, "surveys/meeting.json");
    world_released(&world, 2);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    (void)world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED);
    (void)hold("r", ROUND_PAUSED);
    assert_int_equal(world_reply(&world, 0, "r1", "2"), COMMIT_DONE);
    assert_int_equal(world_send_all(&world), 1);
    assert_string_equal(world_step_field(&world, 0, 1, "s"), "accepted");
    (void)hold("r", ROUND_CANCELLED);
    assert_string_equal(world_pulse_field(&world, 0, "st"), "open");
    assert_string_equal(world_pulse_field(&world, 1, "st"), "cancelled");
}

/* --- a round that is not released yet --- */

static struct redis_value *release(const char *round, int first, int count)
{
    struct redis_command command = {0};
    world_release_command(&world, &command, round, first, count);
    struct redis_value *value = world_call(&world, &command);
    redis_command_free(&command);
    return value;
}

static const char *freeze(const char *round)
{
    static char word[16];
    struct redis_command command = {0};
    round_freeze_command(&command, WORLD_ORG, round, "2026-W03");
    struct redis_value *value = world_call(&world, &command);
    snprintf(word, sizeof word, "%s", redis_word(value));
    redis_value_free(&value);
    redis_command_free(&command);
    return word;
}

static void a_held_round_is_neither_frozen_nor_released(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 6, NULL);
    world_plan(&world, "r", WORLD_PILOT, 0);
    assert_string_equal(next().round, "r");
    expect_invitations(hold("r", ROUND_PAUSED), (struct invitations){0});
    assert_string_equal(next().round, "");
    assert_string_equal(freeze("r"), "HELD");
    (void)hold("r", ROUND_GOES_ON);
    assert_string_equal(next().round, "r");
    assert_int_equal(next().round_at_ms, world.now_ms);
    assert_string_equal(freeze("r"), "OK");
    (void)world_release(&world, "r", 0, 2);

    expect_invitations(hold("r", ROUND_PAUSED), (struct invitations){.waiting = 2});
    struct redis_value *value = release("r", 2, 2);
    assert_string_equal(redis_word(value), "HELD");
    redis_value_free(&value);
    assert_string_equal(next().round, "");
    expect_invitations(hold("r", ROUND_GOES_ON), (struct invitations){.waiting = 2});
    assert_string_equal(next().round, "r");
    assert_int_equal(world_release(&world, "r", 2, 2).cursor, 4);

    expect_invitations(hold("r", ROUND_CANCELLED), (struct invitations){.cancelled = 4});
    value = release("r", 4, 2);
    assert_string_equal(redis_word(value), "HELD");
    redis_value_free(&value);
    assert_int_equal(world_count(&world, "h:drawn"), 4); /* two never become pulses */
    assert_string_equal(next().round, "");
}

static void a_released_round_does_not_come_back_to_the_plan(void **state)
{
    (void)state;
    world_released(&world, 1);
    (void)hold("r", ROUND_PAUSED);
    (void)hold("r", ROUND_GOES_ON);
    assert_string_equal(next().round, "");
}

static void what_a_round_says_of_itself(void **state)
{
    (void)state;
    struct round round;
    bool there = false;
    world_released(&world, 1);
    static const struct {
        enum round_hold hold;
        const char *words;
    } cases[] = {{ROUND_PAUSED, "paused"}, {ROUND_GOES_ON, "released"}, {ROUND_CANCELLED, "cancelled"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)hold("r", cases[i].hold);
        assert_true(round_load(world.link, WORLD_ORG, "r", &round, &there, &error));
        assert_true(there);
        assert_int_equal(round.hold, cases[i].hold);
        assert_string_equal(round_state(&round), cases[i].words);
    }
    assert_true(round_load(world.link, WORLD_ORG, "s", &round, &there, &error));
    assert_false(there);
}

/* --- cancel --- */

static void in_every_state_a_cancel_ends_what_was_not_handed_over(void **state)
{
    (void)state;
    one_message_in_every_state();
    expect_invitations(
        hold("r", ROUND_CANCELLED),
        (struct invitations){
            .leased = 1, .under_way = 1, .sent = 2, .unknown = 1, .cancelled = 2, .not_sent = 1});
    assert_string_equal(world_intend(&world, world_message(2), "o"), "CANCELLED");
    for (int serial = 0; serial < 3; serial++) {
        assert_string_equal(world_message_field(&world, serial, "s"), "cancelled");
        assert_string_equal(world_pulse_field(&world, serial, "st"), "cancelled");
        assert_string_equal(world_contact_field(&world, serial, "o"), ""); /* free for another round */
        assert_string_equal(world_contact_field(&world, serial, "t"), "");
    }
    assert_int_equal(world_count(&world, "p:cancelled"), 3);
    assert_string_equal(world_settle(&world, world_message(3), "o", SUBMIT_ACCEPTED), "accepted");
    assert_int_equal(world_reply(&world, 5, "r1", "4"), COMMIT_DONE);
    assert_string_equal(world_pulse_field(&world, 5, "a0"), "4");
    expect_invitations(apply("r"),
                       (struct invitations){.sent = 3, .unknown = 1, .cancelled = 3, .not_sent = 1});
}

static void a_cancelled_one_that_is_refused_is_not_tried_again(void **state)
{
    (void)state;
    world_released(&world, 1);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    (void)hold("r", ROUND_CANCELLED);
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_RETRY), "queued");
    world.redis_now_ms += 1000;
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "p"), "CANCELLED");
    assert_string_equal(world_contact_field(&world, 0, "o"), "");
}

static void held_invitations_can_be_cancelled_and_the_people_asked_anew(void **state)
{
    (void)state;
    world_released(&world, 3);
    (void)hold("r", ROUND_PAUSED);
    world_round(&world, "s", WORLD_PILOT); /* held ones are open pulses still */
    assert_int_equal(world_count(&world, "p:capped"), 3);
    expect_invitations(hold("r", ROUND_CANCELLED), (struct invitations){.cancelled = 3});
    assert_int_equal(held(), 0);
    int again = world_round(&world, "t", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 3);
    assert_string_equal(world_message_field(&world, again, "s"), "accepted");
}

/* --- what else may happen to a held message --- */

static void a_receipt_counts_for_a_held_message(void **state)
{
    (void)state;
    world_released(&world, 2);
    (void)hold("r", ROUND_PAUSED);
    assert_string_equal(world_receipt(&world, world_message(0), RECEIPT_DELIVERED), "delivered");
    assert_string_equal(world_message_field(&world, 0, "s"), "delivered");
    assert_int_equal(held(), 1);
    (void)hold("r", ROUND_GOES_ON);
    assert_int_equal(world_send_all(&world), 1);
}

static void a_paused_week_closes_when_its_sending_time_is_over(void **state)
{
    (void)state;
    world_released(&world, 2);
    (void)hold("r", ROUND_PAUSED);
    world.now_ms += 21 * DAY_MS;
    world_close_week(&world, "2026-W03");
    assert_int_equal(held(), 0);
    assert_int_equal(world_count(&world, "m:stale"), 2);
    assert_string_equal(world_contact_field(&world, 0, "o"), "");
    expect_invitations(hold("r", ROUND_GOES_ON), (struct invitations){0});
}

static void after_its_last_instant_a_resumed_message_is_stale(void **state)
{
    (void)state;
    world_released(&world, 1);
    (void)hold("r", ROUND_PAUSED);
    world.now_ms += 3 * DAY_MS;
    (void)hold("r", ROUND_GOES_ON);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "STALE");
}

/* --- many --- */

static void many_are_held_and_cancelled_in_bounded_steps(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_import(&world, WORLD_PILOT, 128, 128, NULL);
    world_import(&world, WORLD_PILOT, 256, 44, NULL);
    world_round(&world, "r", WORLD_PILOT);
    expect_invitations(hold("r", ROUND_PAUSED), (struct invitations){.waiting = 300});
    assert_int_equal(held(), 300);
    (void)hold("r", ROUND_GOES_ON);
    for (int i = 0; i < 3; i++) {
        size_t count = world_claim(&world, 100, claimed);
        assert_int_equal(count, 100);
        for (size_t j = 0; j < count; j++)
            assert_string_equal(world_intend(&world, claimed[j].message, "o"), "OK");
    }
    assert_int_equal(submitting("r"), 300);
    assert_int_equal(submitting("s"), 0);
    (void)world_settle(&world, claimed[0].message, "o", SUBMIT_RETRY);
    assert_int_equal(submitting("r"), 299);
    expect_invitations(hold("r", ROUND_CANCELLED), (struct invitations){.under_way = 299, .cancelled = 1});
}

/* --- wrong types --- */

static int refusals(const char *function, const char *const *arguments)
{
    struct redis_command command = {0};
    call_begin(&command, function, WORLD_ORG);
    for (; *arguments != NULL; arguments++)
        redis_command_add(&command, *arguments);
    int count = snapshot_refusals(&world, &command);
    redis_command_free(&command);
    return count;
}
#define REFUSALS(function, ...) refusals((function), (const char *const[]){__VA_ARGS__, NULL})

static void a_wrong_type_anywhere_refuses_the_whole_step(void **state)
{
    (void)state;
    world_released(&world, 2);
    world_plan(&world, "s", WORLD_PILOT, 0);
    assert_int_equal(REFUSALS("round_hold", "s", "paused"), 3); /* round, plan, b */
    assert_int_equal(REFUSALS("round_hold", "s", ""), 3);
    assert_int_equal(set("r", ROUND_PAUSED), HOLD_SET);
    /* round, w:, b, q:bulk, two pulses, two messages */
    assert_int_equal(REFUSALS("round_hold_step", "r", "2026-W03", "", "1"), 8);
    assert_int_equal(held(), 2);
    assert_int_equal(set("r", ROUND_CANCELLED), HOLD_SET);
    /* the same, two contacts, k:, log */
    assert_int_equal(REFUSALS("round_hold_step", "r", "2026-W03", "", "1"), 12);
    assert_int_equal(world_count(&world, "p:cancelled"), 2);
}

static void a_wrong_type_anywhere_refuses_to_hold_at_intend(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_released(&world, 1);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    (void)hold("r", ROUND_PAUSED);
    world_intend_command(&world, &command, world_message(0), "o");
    /* message, pulse, round, b, leased, q:bulk */
    assert_int_equal(snapshot_refusals(&world, &command), 6);
    redis_command_free(&command);
    assert_int_equal(held(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_pause_holds_what_waits_and_a_resume_makes_it_due),
        STORE_TEST(in_every_state_a_pause_finds_its_messages),
        STORE_TEST(pause_resume_and_cancel_may_come_twice),
        STORE_TEST(a_resume_that_was_cut_off_is_completed_by_the_next),
        STORE_TEST(a_round_that_does_not_exist_is_not_held),
        STORE_TEST(other_rounds_and_replies_go_on),
        STORE_TEST(a_conversation_that_has_begun_goes_on),
        STORE_TEST(a_held_round_is_neither_frozen_nor_released),
        STORE_TEST(a_released_round_does_not_come_back_to_the_plan),
        STORE_TEST(what_a_round_says_of_itself),
        STORE_TEST(in_every_state_a_cancel_ends_what_was_not_handed_over),
        STORE_TEST(a_cancelled_one_that_is_refused_is_not_tried_again),
        STORE_TEST(held_invitations_can_be_cancelled_and_the_people_asked_anew),
        STORE_TEST(a_receipt_counts_for_a_held_message),
        STORE_TEST(a_paused_week_closes_when_its_sending_time_is_over),
        STORE_TEST(after_its_last_instant_a_resumed_message_is_stale),
        STORE_TEST(many_are_held_and_cancelled_in_bounded_steps),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_step),
        STORE_TEST(a_wrong_type_anywhere_refuses_to_hold_at_intend),
    };
    return STORE_MAIN(tests);
}
