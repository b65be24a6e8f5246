/* Texts of a conversation on their way out: what holds them back, ends them, or proves that they were asked. */
#include "conversation.h"

#include <stdlib.h>

static struct claimed claimed[STORE_ITEMS_MAX];

/* The first question was answered so that message 1 asks the second. */
static void question_queued(void)
{
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
}

static void question_claimed(void)
{
    question_queued();
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].message, world_message(1));
}

static const char *intend(const char *operation)
{
    return world_intend(&world, world_message(1), operation);
}

static const char *settle(const char *operation, enum submit_outcome outcome)
{
    return world_settle(&world, world_message(1), operation, outcome);
}

static const char *message(const char *field)
{
    return world_field(&world, "m:message00001", field);
}

static const char *pulse(const char *field)
{
    return world_field(&world, "u:pulse0000000", field);
}

static void expect_asked(int64_t at_ms)
{
    assert_int_equal(atoll(pulse("i1")), at_ms);
}

static void intend_makes_it_asked_and_counts_no_occasion(void **state)
{
    (void)state;
    char weeks[64], before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    question_claimed();
    snprintf(weeks, sizeof weeks, "%s", world_field(&world, "c:contact00000", "w"));
    assert_string_equal(pulse("i1"), "");
    assert_string_equal(intend("o"), "OK");
    expect_asked(world.now_ms);
    snapshot_digest(&world, "", before);
    assert_string_equal(intend("o"), "OK");
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    assert_string_equal(settle("o", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_field(&world, "c:contact00000", "w"), weeks); /* one occasion together */
    assert_string_equal(pulse("st"), "open");
    assert_int_equal(atoll(pulse("x")), world.now_ms + 7 * DAY_MS); /* not extended */
}

static void nothing_goes_on_after_stop(void **state)
{
    (void)state;
    question_claimed();
    conversation_reply("r2", "STOP");
    assert_string_equal(intend("o"), "SUPPRESSED");
    assert_string_equal(message("s"), "suppressed");
    assert_string_equal(pulse("st"), "open"); /* its answer stays; its week decides */
    assert_string_equal(pulse("i1"), "");
    assert_string_equal(world_field(&world, "c:contact00000", "o"), world_pulse(0));
    assert_int_equal(world_send_all(&world), 1); /* the confirmation */
}

static void start_does_not_send_what_stop_held_back(void **state)
{
    (void)state;
    question_claimed();
    conversation_reply("r2", "STOP");
    conversation_reply("r3", "ALOITA");
    assert_string_equal(intend("o"), "STALE");
    assert_int_equal(world_send_all(&world), 2); /* both confirmations */
}

static void at_night_it_waits_for_the_morning(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    world.now_ms += 13 * HOUR_MS; /* 23:00 */
    conversation_reply("r1", "2");
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(intend("o"), "WINDOW");
    assert_string_equal(message("s"), "queued");
    assert_string_equal(pulse("i1"), "");
    world.now_ms += 8 * HOUR_MS - 1;
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    world.now_ms += 1; /* 07:00 */
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(intend("o"), "OK");
    expect_asked(world.now_ms);
}

static void the_evening_ends_at_nine(void **state)
{
    (void)state;
    question_claimed();
    world.now_ms += 11 * HOUR_MS; /* 21:00 */
    assert_string_equal(intend("o"), "WINDOW");
    world.now_ms += 5 * DAY_MS - 11 * HOUR_MS; /* Sunday */
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    WORLD_DO(&world, "HSET", world_key("m:message00001"), "na", "1800000000000");
    assert_string_equal(intend("o"), "OK");
}

static void it_dies_with_its_day_or_with_its_pulse(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        world_clear(&world);
        conversation_open(BRANCHING);
        if (way == 1)
            world.now_ms += 7 * DAY_MS - 2 * HOUR_MS;
        conversation_reply("r1", "2");
        assert_int_equal(atoll(message("na")), world.now_ms + (way == 0 ? DAY_MS : 2 * HOUR_MS));
        assert_int_equal(world_claim(&world, 9, claimed), 1);
        world.now_ms += way == 0 ? DAY_MS : 2 * HOUR_MS;
        WORLD_DO(&world, "HSET", world_key("m:message00001"), "na",
                 way == 0 ? message("na") : "1800000000000");
        assert_string_equal(intend("o"), "STALE");
        assert_string_equal(message("s"), "stale");
        assert_string_equal(pulse("st"), "open");
        world_check(&world);
    }
}

static void texts_of_one_reply_go_in_their_order(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "4");
    assert_int_equal(world_send_all(&world), 1);
    world.now_ms += 12 * HOUR_MS; /* 22:00: they wait together */
    conversation_reply("r2", "KYLLÄ");
    assert_int_equal(world_claim(&world, 9, claimed), 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(world_intend(&world, claimed[i].message, "o"), "WINDOW");
    world.now_ms += 9 * HOUR_MS;
    assert_int_equal(world_claim(&world, 9, claimed), 2);
    assert_string_equal(claimed[0].kind, "volunteer_confirm");
    assert_int_equal(claimed[0].step, 0);
    assert_string_equal(claimed[1].kind, "name");
    assert_int_equal(claimed[1].step, STEP_NAME);
}

static void an_explicit_refusal_takes_the_asking_back(void **state)
{
    (void)state;
    static const enum submit_outcome outcomes[] = {
        SUBMIT_RETRY,     SUBMIT_THROTTLED,      SUBMIT_LANE_STOP, SUBMIT_NOT_HANDED_OVER,
        SUBMIT_PERMANENT, SUBMIT_INVALID_NUMBER, SUBMIT_OPTED_OUT};
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        world_clear(&world);
        question_claimed();
        assert_string_equal(intend("o"), "OK");
        const char *state_after = settle("o", outcomes[i]);
        assert_string_equal(state_after, i < 4 ? "queued" : i < 6 ? "failed" : "suppressed");
        assert_string_equal(pulse("i1"), "");
        assert_string_equal(pulse("st"), "open");
        assert_string_equal(world_field(&world, "c:contact00000", "f"), i < 5 ? "" : i == 5 ? "x" : "s");
        assert_string_equal(pulse("so"), i == 6 ? "1" : "");
        if (i == 0)
            assert_true(world_in_list(&world, "q:wait", world_message(1)));
        if (i < 4) {
            world.redis_now_ms += 1000;
            assert_int_equal(world_claim(&world, 9, claimed), 1);
            assert_string_equal(intend("p"), "OK");
            expect_asked(world.now_ms);
        }
        world_check(&world);
    }
}

/* The gateway knows of a STOP that we do not: whatever text it refuses, the open pulse is over. */
static void an_opt_out_at_the_gateway_closes_the_pulse(void **state)
{
    (void)state;
    for (int standing = 0; standing < 2; standing++) {
        struct session session;
        world_clear(&world);
        conversation_open(BRANCHING);
        conversation_reply("r1", standing == 1 ? "INFO" : "2");
        world.now_ms += 1000;
        assert_int_equal(world_claim(&world, 9, claimed), 1);
        assert_string_equal(intend("o"), "OK");
        world_load(&world, world_phone(0), &session);
        assert_string_equal(settle("o", SUBMIT_OPTED_OUT), "suppressed");
        assert_string_equal(pulse("so"), "1");
        assert_int_equal(atoll(pulse("x")), world.now_ms);
        assert_int_equal(world_commit(&world, &session, "r2", "4"), COMMIT_STALE);
        conversation_reply("r3", "ALOITA");
        world.now_ms += 1000;
        conversation_reply("r4", "4");
        assert_int_equal(world_count(&world, "x:late"), 1);
        assert_string_equal(pulse("a0"), standing == 1 ? "" : "2");
        world_check(&world);
    }
}

static void an_opt_out_at_the_gateway_leaves_a_queued_pulse_to_be_suppressed(void **state)
{
    (void)state;
    world_released(&world, 1);
    conversation_reply("r1", "INFO");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(intend("o"), "OK");
    assert_string_equal(settle("o", SUBMIT_OPTED_OUT), "suppressed");
    assert_string_equal(pulse("st"), "queued");
    assert_string_equal(pulse("so"), "");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "SUPPRESSED");
}

static void a_receipt_proves_that_a_queued_retry_was_asked(void **state)
{
    (void)state;
    question_claimed();
    assert_string_equal(intend("o"), "OK");
    assert_string_equal(settle("o", SUBMIT_RETRY), "queued");
    world.now_ms += 60000;
    assert_string_equal(world_receipt(&world, world_message(1), RECEIPT_DELIVERED), "delivered");
    expect_asked(world.now_ms);
    world.now_ms += 1;
    assert_string_equal(world_receipt(&world, world_message(1), RECEIPT_DELIVERED), "delivered");
    expect_asked(world.now_ms - 1);
    world.redis_now_ms += 1000;
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    conversation_reply("r2", "joo");
    assert_string_equal(pulse("a1"), "1");
}

static void an_unknown_fate_counts_as_asked(void **state)
{
    (void)state;
    int64_t requeued = 0, unknown = 0;
    for (int way = 0; way < 2; way++) {
        world_clear(&world);
        question_claimed();
        assert_string_equal(intend("o"), "OK");
        if (way == 0)
            assert_string_equal(settle("o", SUBMIT_UNKNOWN), "unknown");
        world.redis_now_ms += 60000;
        world_recover(&world, &requeued, &unknown);
        assert_int_equal(unknown, way);
        assert_string_equal(message("s"), "unknown");
        expect_asked(world.now_ms);
        conversation_reply("r2", "e");
        assert_string_equal(pulse("a1"), "0");
        assert_string_equal(message("s"), "delivered");
        assert_string_equal(settle("o", SUBMIT_RETRY), "delivered");
        expect_asked(world.now_ms);
        world_check(&world);
    }
}

static void a_lease_that_expires_before_intend_is_queued_again(void **state)
{
    (void)state;
    int64_t requeued = 0, unknown = 0;
    question_claimed();
    world.redis_now_ms += 60000;
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued, 1);
    assert_true(world_in_list(&world, "q:reply", world_message(1)));
    assert_int_equal(world_claim(&world, 9, claimed), 1);
}

static void standing_texts_go_at_night_and_under_stop(void **state)
{
    (void)state;
    static const char *const replies[] = {"STOP", "INFO"}, *const kinds[] = {"stop_confirm", "help"};
    conversation_open(BRANCHING);
    world.now_ms += 13 * HOUR_MS; /* 23:00 */
    for (size_t i = 0; i < 2; i++) {
        conversation_reply(replies[i], replies[i]);
        assert_int_equal(world_claim(&world, 9, claimed), 1);
        assert_string_equal(claimed[0].kind, kinds[i]);
        assert_string_equal(claimed[0].pulse, "");
        assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
        assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
    }
}

static void a_wrong_type_anywhere_refuses_the_whole_step(void **state)
{
    (void)state;
    struct redis_command command = {0};
    question_claimed();
    world_intend_command(&world, &command, world_message(1), "o");
    assert_int_equal(snapshot_refusals(&world, &command), 4); /* message, contact, pulse, b */
    world_settle_command(&world, &command, world_message(1), "o", SUBMIT_THROTTLED);
    /* message, contact, pulse, b, log, leased, q:reply */
    assert_int_equal(snapshot_refusals(&world, &command), 7);
    assert_string_equal(message("s"), "queued");
    world_receipt_command(&world, &command, world_message(1), RECEIPT_DELIVERED);
    /* message, contact, pulse, b, log, q:reply */
    assert_int_equal(snapshot_refusals(&world, &command), 6);
    redis_command_free(&command);
    expect_asked(world.now_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(intend_makes_it_asked_and_counts_no_occasion),
        STORE_TEST(nothing_goes_on_after_stop),
        STORE_TEST(start_does_not_send_what_stop_held_back),
        STORE_TEST(at_night_it_waits_for_the_morning),
        STORE_TEST(the_evening_ends_at_nine),
        STORE_TEST(it_dies_with_its_day_or_with_its_pulse),
        STORE_TEST(texts_of_one_reply_go_in_their_order),
        STORE_TEST(an_explicit_refusal_takes_the_asking_back),
        STORE_TEST(an_opt_out_at_the_gateway_closes_the_pulse),
        STORE_TEST(an_opt_out_at_the_gateway_leaves_a_queued_pulse_to_be_suppressed),
        STORE_TEST(a_receipt_proves_that_a_queued_retry_was_asked),
        STORE_TEST(an_unknown_fate_counts_as_asked),
        STORE_TEST(a_lease_that_expires_before_intend_is_queued_again),
        STORE_TEST(standing_texts_go_at_night_and_under_stop),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_step),
    };
    return STORE_MAIN(tests);
}
