/* What the gateway says, in whatever order it arrives: settles, receipts, and their races. A state is never
 * lowered. */
#include "fixture.h"

#include <stdlib.h>

#define FRAMES "coaching-a|felt-forward@1"

static struct claimed claimed[STORE_ITEMS_MAX];

/* One contact, asked: the message 0 is submitting under operation "o". */
static void asked(void)
{
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
}

static const char *settle(enum submit_outcome outcome)
{
    return world_settle(&world, world_message(0), "o", outcome);
}

static const char *receipt(enum receipt_state state)
{
    return world_receipt(&world, world_message(0), state);
}

static const char *message(const char *field)
{
    return world_field(&world, "m:message00000", field);
}

static const char *pulse(const char *field)
{
    return world_field(&world, "u:pulse0000000", field);
}

static const char *contact(const char *field)
{
    return world_field(&world, "c:contact00000", field);
}

/* Claims and intends the message again under another operation. */
static void ask_again(const char *operation)
{
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), operation), "OK");
}

static void become_unknown(void)
{
    int64_t requeued = 0, unknown = 0;
    world.redis_now_ms += 60000;
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(unknown, 1);
}

/* Nothing was handed over: no cap is recorded. */
static void expect_no_occasion(void)
{
    assert_string_equal(contact("t"), "");
    assert_string_equal(contact("w"), "");
    assert_string_equal(contact("q:felt-forward/forward"), "");
}

static void expect_one_occasion(void)
{
    assert_string_equal(contact("t"), "20466");
    assert_string_equal(contact("w"), "2923");
    assert_string_equal(contact("q:felt-forward/forward"), "2923");
}

static void acceptance_is_settled_once(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    asked();
    assert_string_equal(settle(SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(message("g"), "gateway-1");
    expect_one_occasion();
    snapshot_digest(&world, "", before);
    assert_string_equal(settle(SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(settle(SUBMIT_RETRY), "accepted");
    assert_string_equal(settle(SUBMIT_UNKNOWN), "accepted");
    assert_string_equal(settle(SUBMIT_PERMANENT), "accepted");
    assert_string_equal(world_settle(&world, world_message(0), "another", SUBMIT_ACCEPTED), "accepted");
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void a_retry_waits_for_redis_time(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    asked();
    assert_string_equal(settle(SUBMIT_RETRY), "queued");
    assert_true(world_in_list(&world, "q:wait", world_message(0)));
    assert_string_equal(message("n"), "1");
    assert_string_equal(pulse("st"), "queued");
    assert_string_equal(pulse("i"), "");
    expect_no_occasion();
    snapshot_digest(&world, "", before);
    assert_string_equal(settle(SUBMIT_RETRY), "queued"); /* the answer was lost: no second attempt counted */
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    world.now_ms += HOUR_MS; /* domain time does not end the wait */
    world.redis_now_ms += 999;
    assert_int_equal(world_claim(&world, 1, claimed), 0);
    world.redis_now_ms += 1;
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_int_equal(claimed[0].attempts, 1);
    assert_string_equal(settle(SUBMIT_RETRY), "leased"); /* nor while it is leased again */
    assert_string_equal(world_intend(&world, world_message(0), "p"), "OK");
    assert_string_equal(settle(SUBMIT_RETRY), "submitting");
    assert_string_equal(settle(SUBMIT_ACCEPTED), "submitting"); /* nor of another attempt */
    assert_string_equal(world_settle(&world, world_message(0), "p", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(message("n"), "1");
    expect_one_occasion();
}

static void the_week_follows_the_first_asking_that_was_not_refused(void **state)
{
    (void)state;
    asked();
    assert_string_equal(settle(SUBMIT_THROTTLED), "queued");
    WORLD_DO(&world, "HSET", world_key("m:message00000"), "na", "1800000000000");
    world.now_ms += 7 * DAY_MS;
    ask_again("p");
    assert_string_equal(pulse("w"), "2026-W04");
    assert_string_equal(world_settle(&world, world_message(0), "p", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(contact("w"), "2924");
    assert_string_equal(world_field(&world, "n:2026-W04", FRAMES), "1");
}

static void refusals_that_are_no_attempt_are_queued_at_once(void **state)
{
    (void)state;
    static const enum submit_outcome outcomes[] = {SUBMIT_THROTTLED, SUBMIT_LANE_STOP,
                                                   SUBMIT_NOT_HANDED_OVER};
    asked();
    for (size_t i = 0; i < 5 * sizeof outcomes / sizeof outcomes[0]; i++) {
        assert_string_equal(settle(outcomes[i % 3]), "queued");
        assert_true(world_in_list(&world, "q:bulk", world_message(0)));
        assert_string_equal(message("n"), "");
        assert_string_equal(pulse("st"), "queued");
        ask_again("o");
    }
    expect_no_occasion();
}

static void not_handed_over_before_intend_is_queued_again(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    world_claim(&world, 1, claimed);
    world.fence--;
    assert_string_equal(settle(SUBMIT_NOT_HANDED_OVER), "leased"); /* another dispatcher's */
    world.fence++;
    assert_string_equal(settle(SUBMIT_ACCEPTED), "leased"); /* never intended */
    assert_string_equal(settle(SUBMIT_NOT_HANDED_OVER), "queued");
    assert_string_equal(settle(SUBMIT_NOT_HANDED_OVER), "queued");
    assert_true(world_in_list(&world, "q:bulk", world_message(0)));
}

static void attempts_run_out_and_the_contact_is_free_again(void **state)
{
    (void)state;
    asked();
    for (int attempt = 1; attempt <= 3; attempt++) {
        assert_string_equal(settle(SUBMIT_RETRY), attempt < 3 ? "queued" : "failed");
        world.redis_now_ms += 1000;
        if (attempt < 3)
            ask_again("o");
    }
    assert_string_equal(message("n"), "3");
    assert_string_equal(pulse("st"), "failed");
    assert_string_equal(contact("o"), "");
    expect_no_occasion();
    assert_int_equal(world_count(&world, "p:failed"), 1);
    assert_string_equal(settle(SUBMIT_RETRY), "failed");
    assert_int_equal(world_claim(&world, 1, claimed), 0);
    world_round(&world, "s", WORLD_PILOT); /* asked at once in the next round */
    assert_int_equal(world_send_all(&world), 1);
}

static void refusals_for_good_end_the_pulse_and_mark_the_contact(void **state)
{
    (void)state;
    static const struct {
        enum submit_outcome outcome;
        const char *flag, *end, *count;
    } cases[] = {{SUBMIT_PERMANENT, "", "failed", "p:failed"},
                 {SUBMIT_INVALID_NUMBER, "x", "failed", "p:failed"},
                 {SUBMIT_OPTED_OUT, "s", "suppressed", "p:suppressed"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world_clear(&world);
        asked();
        for (int again = 0; again < 2; again++) {
            assert_string_equal(settle(cases[i].outcome), cases[i].end);
            assert_string_equal(pulse("st"), cases[i].end);
            assert_string_equal(contact("f"), cases[i].flag);
            assert_string_equal(contact("o"), "");
            expect_no_occasion();
            assert_int_equal(world_count(&world, cases[i].count), 1);
        }
        world_check(&world);
    }
}

static void flags_are_added_to_those_there_are(void **state)
{
    (void)state;
    asked();
    assert_int_equal(world_reply(&world, 0, "r1", "STOP"), COMMIT_DONE); /* delivered: a reply proves it */
    assert_string_equal(settle(SUBMIT_INVALID_NUMBER), "delivered");
    assert_string_equal(contact("f"), "s");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "c"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "c", SUBMIT_INVALID_NUMBER), "failed");
    assert_string_equal(contact("f"), "sx");
}

static void unknown_is_recorded_and_raised_by_what_comes_late(void **state)
{
    (void)state;
    asked();
    assert_string_equal(settle(SUBMIT_UNKNOWN), "unknown");
    assert_string_equal(settle(SUBMIT_UNKNOWN), "unknown");
    expect_one_occasion();
    assert_int_equal(world_count(&world, "x:unknown_ever"), 1);
    assert_string_equal(settle(SUBMIT_RETRY),
                        "unknown"); /* after an ambiguous outcome it is never sent again */
    assert_string_equal(settle(SUBMIT_ACCEPTED), "accepted");
    expect_one_occasion();
    assert_int_equal(world_count(&world, "m:unknown"), 0);
}

static void a_late_settle_after_recovery_raises_or_leaves(void **state)
{
    (void)state;
    asked();
    become_unknown();
    assert_string_equal(settle(SUBMIT_RETRY), "unknown");
    assert_string_equal(settle(SUBMIT_NOT_HANDED_OVER), "unknown");
    assert_string_equal(settle(SUBMIT_PERMANENT), "unknown");
    assert_string_equal(world_settle(&world, world_message(0), "another", SUBMIT_ACCEPTED), "unknown");
    assert_string_equal(settle(SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(message("g"), "gateway-1");
}

static void a_receipt_after_the_settle(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    asked();
    assert_string_equal(settle(SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(receipt(RECEIPT_ENROUTE), "accepted");
    assert_string_equal(receipt(RECEIPT_DELIVERED), "delivered");
    assert_string_equal(message("g"), "gateway-1"); /* the id of the submit stays */
    snapshot_digest(&world, "", before);
    assert_string_equal(receipt(RECEIPT_DELIVERED), "delivered");
    assert_string_equal(receipt(RECEIPT_ENROUTE), "delivered");
    assert_string_equal(receipt(RECEIPT_UNDELIVERED), "delivered");
    assert_string_equal(receipt(RECEIPT_EXPIRED), "delivered");
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void a_receipt_before_the_settle(void **state)
{
    (void)state;
    asked();
    assert_string_equal(receipt(RECEIPT_ENROUTE), "accepted");
    assert_string_equal(message("g"), "gateway-2");
    assert_string_equal(settle(SUBMIT_RETRY), "accepted"); /* it proves acceptance */
    assert_string_equal(settle(SUBMIT_UNKNOWN), "accepted");
    assert_string_equal(receipt(RECEIPT_DELIVERED), "delivered");
    assert_string_equal(settle(SUBMIT_ACCEPTED), "delivered");
    assert_string_equal(message("g"), "gateway-2");
    expect_one_occasion();
    assert_int_equal(world_count(&world, "m:delivered"), 1);
}

static void delivered_beats_any_failure_and_failures_do_not_beat_each_other(void **state)
{
    (void)state;
    static const enum receipt_state failures[] = {RECEIPT_UNDELIVERED, RECEIPT_EXPIRED,
                                                  RECEIPT_INVALID_NUMBER};
    static const char *const words[] = {"undelivered", "expired", "undelivered"};
    for (size_t i = 0; i < 3; i++) {
        world_clear(&world);
        asked();
        assert_string_equal(settle(SUBMIT_ACCEPTED), "accepted");
        assert_string_equal(receipt(failures[i]), words[i]);
        assert_string_equal(receipt(failures[(i + 1) % 3]), words[i]);
        assert_string_equal(receipt(RECEIPT_UNKNOWN), words[i]);
        assert_string_equal(settle(SUBMIT_ACCEPTED), words[i]);
        assert_string_equal(receipt(RECEIPT_DELIVERED), "delivered");
        world_check(&world);
    }
}

static void a_receipt_turns_unknown_into_what_it_says(void **state)
{
    (void)state;
    asked();
    become_unknown();
    assert_string_equal(receipt(RECEIPT_ENROUTE), "accepted");
    expect_one_occasion();
    assert_int_equal(world_count(&world, "m:accepted"), 1);
}

static void a_receipt_cancels_a_queued_or_leased_retry(void **state)
{
    (void)state;
    for (int leased = 0; leased < 2; leased++) {
        world_clear(&world);
        asked();
        assert_string_equal(settle(SUBMIT_RETRY), "queued");
        world.redis_now_ms += 1000;
        if (leased == 1)
            assert_int_equal(world_claim(&world, 1, claimed), 1);
        world.now_ms += HOUR_MS;
        assert_string_equal(receipt(RECEIPT_DELIVERED), "delivered");
        assert_int_equal(world_claim(&world, 1, claimed), 0);
        assert_string_equal(world_intend(&world, world_message(0), "p"), "FENCED");
        assert_string_equal(world_settle(&world, world_message(0), "p", SUBMIT_NOT_HANDED_OVER), "delivered");
        assert_string_equal(pulse("st"), "open"); /* asked, then: at the receipt */
        assert_int_equal(atoll(pulse("i")), world.now_ms);
        expect_one_occasion();
        world_check(&world);
    }
}

static void a_receipt_of_a_queued_message_moves_its_week_too(void **state)
{
    (void)state;
    asked();
    assert_string_equal(settle(SUBMIT_THROTTLED), "queued");
    world.now_ms += 7 * DAY_MS;
    assert_string_equal(receipt(RECEIPT_UNDELIVERED), "undelivered");
    assert_string_equal(pulse("w"), "2026-W04");
    assert_string_equal(contact("w"), "2924");
}

static void a_receipt_of_nothing_we_know_is_counted(void **state)
{
    (void)state;
    asked();
    assert_string_equal(world_receipt(&world, "nothing00000", RECEIPT_DELIVERED), "");
    assert_int_equal(world_count(&world, "x:receipt_unknown"), 1);
    assert_string_equal(settle(SUBMIT_PERMANENT), "failed");
    assert_string_equal(receipt(RECEIPT_DELIVERED), "failed"); /* its pulse has ended and is logged */
    assert_int_equal(world_count(&world, "x:receipt_after_end"), 1);
    assert_false(world_exists(&world, "m:nothing00000"));
}

static void a_wrong_type_anywhere_refuses_the_whole_settle(void **state)
{
    (void)state;
    static const struct {
        enum submit_outcome outcome;
        int refusals;
    } cases[] = {
        {SUBMIT_ACCEPTED, 5},                              /* message, leased, pulse, contact, b */
        {SUBMIT_UNKNOWN, 5},        {SUBMIT_RETRY, 6},     /* and the list it goes to */
        {SUBMIT_THROTTLED, 6},      {SUBMIT_PERMANENT, 7}, /* or the log and the week's counters */
        {SUBMIT_INVALID_NUMBER, 7},
    };
    struct redis_command command = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world_clear(&world);
        asked();
        world_settle_command(&world, &command, world_message(0), "o", cases[i].outcome);
        assert_int_equal(snapshot_refusals(&world, &command), cases[i].refusals);
        world_check(&world);
    }
    redis_command_free(&command);
}

static void a_wrong_type_anywhere_refuses_the_whole_receipt(void **state)
{
    (void)state;
    struct redis_command command = {0};
    asked();
    assert_string_equal(settle(SUBMIT_THROTTLED), "queued");
    world.now_ms += 7 * DAY_MS;
    world_receipt_command(&world, &command, world_message(0), RECEIPT_DELIVERED);
    /* message, q:bulk, pulse, contact, b, the lists of both weeks, the weeks, the frame, the round; the reminder and the
     * week's list of it */
    assert_int_equal(snapshot_refusals(&world, &command), 12);
    redis_command_free(&command);
    assert_string_equal(message("s"), "delivered");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(acceptance_is_settled_once),
        STORE_TEST(a_retry_waits_for_redis_time),
        STORE_TEST(the_week_follows_the_first_asking_that_was_not_refused),
        STORE_TEST(refusals_that_are_no_attempt_are_queued_at_once),
        STORE_TEST(not_handed_over_before_intend_is_queued_again),
        STORE_TEST(attempts_run_out_and_the_contact_is_free_again),
        STORE_TEST(refusals_for_good_end_the_pulse_and_mark_the_contact),
        STORE_TEST(flags_are_added_to_those_there_are),
        STORE_TEST(unknown_is_recorded_and_raised_by_what_comes_late),
        STORE_TEST(a_late_settle_after_recovery_raises_or_leaves),
        STORE_TEST(a_receipt_after_the_settle),
        STORE_TEST(a_receipt_before_the_settle),
        STORE_TEST(delivered_beats_any_failure_and_failures_do_not_beat_each_other),
        STORE_TEST(a_receipt_turns_unknown_into_what_it_says),
        STORE_TEST(a_receipt_cancels_a_queued_or_leased_retry),
        STORE_TEST(a_receipt_of_a_queued_message_moves_its_week_too),
        STORE_TEST(a_receipt_of_nothing_we_know_is_counted),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_settle),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_receipt),
    };
    return STORE_MAIN(tests);
}
