/* The reminder: queued once by the receipt that says its pulse's invitation has arrived, sent on its day to those who are
 * silent still, never after the pulse closes, and never twice, whatever is repeated or lost. */
#include "fixture.h"

#include "store/holds.h"

static struct claimed claimed[STORE_ITEMS_MAX];

/* People 0 … count - 1 were asked on Tuesday at 10. */
static void asked(int count)
{
    world_released(&world, count);
    assert_int_equal(world_send_all(&world), count);
}

static void delivered(int n)
{
    assert_string_equal(world_receipt(&world, world_message(n), RECEIPT_DELIVERED), "delivered");
}

static void time_at(const char *local)
{
    struct error error;
    if (!instant_parse(world.org.zone, local, 0, &world.now_ms, &error))
        fail_msg("%s", error.text);
}

static const char *reminder_state(int n)
{
    char key[ID_SIZE + 2];
    snprintf(key, sizeof key, "m:%s", world_pulse_field(&world, n, "mr"));
    return world_field(&world, key, "s");
}

/* On the day: one reminder is claimed and says this at its intend. */
static void expect_on_friday(const char *said)
{
    time_at("2026-01-16T09:00");
    assert_int_equal(world_claim(&world, 2, claimed), 1);
    assert_string_equal(claimed[0].kind, "reminder");
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), said);
}

static void who_is_silent_is_reminded_on_the_third_day_once(void **state)
{
    (void)state;
    asked(1);
    delivered(0);
    assert_string_equal(reminder_state(0), "queued");
    time_at("2026-01-16T08:59:59");
    assert_int_equal(world_claim(&world, 2, claimed), 0);
    char occasions[64], day[16];
    snprintf(occasions, sizeof occasions, "%s", world_contact_field(&world, 0, "w"));
    snprintf(day, sizeof day, "%s", world_contact_field(&world, 0, "t"));
    expect_on_friday("OK");
    assert_string_equal(claimed[0].pulse, world_pulse(0));
    assert_string_equal(claimed[0].survey, WORLD_SURVEY);
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_receipt(&world, claimed[0].message, RECEIPT_DELIVERED), "delivered");
    assert_string_equal(world_receipt(&world, world_message(0), RECEIPT_DELIVERED),
                        "delivered"); /* the same again */
    world.now_ms += 3 * DAY_MS;
    assert_int_equal(world_claim(&world, 2, claimed), 0);
    assert_string_equal(world_contact_field(&world, 0, "w"), occasions); /* no occasion of its own */
    assert_string_equal(world_contact_field(&world, 0, "t"), day);
    assert_int_equal(world_count(&world, "h:messages"), 2);
}

static void only_what_was_delivered_is_reminded_of(void **state)
{
    (void)state;
    static const enum receipt_state others[] = {RECEIPT_EXPIRED, RECEIPT_UNDELIVERED, RECEIPT_ENROUTE};
    asked(4);
    for (int i = 0; i < 3; i++)
        (void)world_receipt(&world, world_message(i), others[i]);
    world.now_ms += 4 * DAY_MS;
    assert_int_equal(world_claim(&world, 8, claimed), 0);
    assert_int_equal(world_count(&world, "h:messages"), 4);
}

/* The first word of an invitation's fate may be its receipt: asked and reminded from then. */
static void a_receipt_before_our_own_record_reminds_too(void **state)
{
    (void)state;
    world_released(&world, 1);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    int64_t requeued = 0, unknown = 0;
    world.redis_now_ms += 600000;
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(unknown, 1);
    assert_string_equal(world_pulse_field(&world, 0, "mr"), "");
    delivered(0);
    expect_on_friday("OK");
}

static void an_answer_in_between_cancels_at_intend(void **state)
{
    (void)state;
    static const struct {
        const char *reply, *said;
    } rows[] = {{"4", "CANCELLED"},
                {"STOP", "SUPPRESSED"},
                {"kissanpäivät", "CANCELLED"},
                {"kiitos", "CANCELLED"},
                {"en jaksa enää elää", "CANCELLED"},
                {"peruuta aika", "CANCELLED"},
                {"INFO", "CANCELLED"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_clear(&world);
        asked(1);
        delivered(0);
        world.now_ms += HOUR_MS;
        assert_int_equal(world_reply(&world, 0, "r1", rows[i].reply), COMMIT_DONE);
        (void)world_send_all(&world); /* what answers it */
        time_at("2026-01-16T09:00");
        assert_int_equal(world_claim(&world, 2, claimed), 1);
        const char *said = world_intend(&world, claimed[0].message, "o");
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("after \"%s\": %s", rows[i].reply, said);
        world_check(&world);
    }
}

/* Whoever wrote, whatever it was, is not silent: also when the reply proves delivery before the receipt does. */
static void a_receipt_after_a_reply_reminds_nobody(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "INFO", "4", "kissanpäivät", "kiitos", "peruuta aika", "en jaksa enää elää", "STOP"};
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        world_clear(&world);
        asked(1);
        assert_int_equal(world_reply(&world, 0, "r1", replies[i]), COMMIT_DONE);
        (void)world_send_all(&world);
        assert_string_equal(world_message_field(&world, 0, "s"), "delivered");
        int64_t before = world_count(&world, "h:messages");
        delivered(0);
        if (world_count(&world, "h:messages") != before)
            fail_msg("after \"%s\": %lld messages more", replies[i],
                     (long long)(world_count(&world, "h:messages") - before));
        world_check(&world);
    }
}

/* Between claim and intend, too: the claim decides nothing. */
static void an_answer_after_the_claim_cancels_it(void **state)
{
    (void)state;
    asked(1);
    delivered(0);
    time_at("2026-01-16T09:00");
    assert_int_equal(world_claim(&world, 2, claimed), 1);
    assert_int_equal(world_reply(&world, 0, "r1", "2"), COMMIT_DONE);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "CANCELLED");
    assert_string_equal(reminder_state(0), "cancelled");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "open"); /* its own fate is another */
}

static void nobody_is_reminded_of_a_pulse_that_is_about_to_close(void **state)
{
    (void)state;
    asked(2);
    delivered(0);
    time_at("2026-01-19T09:00"); /* the last day: a day is left to answer in until 10 */
    delivered(1);
    assert_int_equal(world_claim(&world, 4, claimed), 2);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    time_at("2026-01-19T10:00");
    assert_string_equal(world_intend(&world, claimed[1].message, "o"), "STALE");
    world_clear(&world);
    asked(1);
    time_at("2026-01-19T10:00");
    delivered(0); /* too late to be worth a reminder */
    assert_string_equal(world_pulse_field(&world, 0, "mr"), "");
}

static void outside_its_hours_it_waits_for_the_next(void **state)
{
    (void)state;
    asked(1);
    delivered(0);
    time_at("2026-01-16T18:00");
    assert_int_equal(world_claim(&world, 2, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "WINDOW");
    time_at("2026-01-18T12:00"); /* a Sunday */
    assert_int_equal(world_claim(&world, 2, claimed), 0);
    time_at("2026-01-19T09:00");
    assert_int_equal(world_claim(&world, 2, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "p"), "OK");
}

/* A dispatcher is killed at any point, and what it did not get to know is asked for again. */
static void kills_make_no_second_reminder(void **state)
{
    (void)state;
    int64_t requeued = 0, unknown = 0;
    asked(1);
    delivered(0);
    delivered(0);
    time_at("2026-01-16T09:00");
    assert_int_equal(world_claim(&world, 2, claimed), 1);
    world.redis_now_ms += 600000; /* killed when it had claimed */
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued, 1);
    assert_int_equal(world_claim(&world, 2, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    world.redis_now_ms += 600000; /* killed with the message in the gateway's hands */
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(unknown, 1);
    assert_string_equal(reminder_state(0), "unknown");
    delivered(0);
    world.now_ms += DAY_MS;
    assert_int_equal(world_claim(&world, 2, claimed), 0);
    assert_int_equal(world_count(&world, "h:messages"), 2);
    assert_string_equal(world_contact_field(&world, 0, "w"), "2923");
}

/* The answer to a receipt was lost: the very same call again. */
static void the_same_receipt_twice_makes_one_reminder(void **state)
{
    (void)state;
    struct redis_command command = {0};
    asked(1);
    world_receipt_command(&world, &command, world_message(0), RECEIPT_DELIVERED);
    for (int i = 0; i < 2; i++) {
        struct redis_value *value = world_call(&world, &command);
        assert_string_equal(redis_word(value), "OK");
        redis_value_free(&value);
    }
    redis_command_free(&command);
    assert_string_equal(reminder_state(0), "queued");
    assert_int_equal(world_count(&world, "h:messages"), 2);
}

static void what_the_gateway_says_of_it_leaves_the_pulse_alone(void **state)
{
    (void)state;
    static const enum submit_outcome outcomes[] = {SUBMIT_PERMANENT, SUBMIT_UNKNOWN, SUBMIT_RETRY,
                                                   SUBMIT_THROTTLED};
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        world_clear(&world);
        asked(1);
        delivered(0);
        expect_on_friday("OK");
        (void)world_settle(&world, claimed[0].message, "o", outcomes[i]);
        assert_string_equal(world_pulse_field(&world, 0, "st"), "open");
        assert_string_equal(world_message_field(&world, 0, "s"), "delivered");
        assert_string_not_equal(world_pulse_field(&world, 0, "i"), "");
        world_check(&world);
    }
}

static void a_paused_round_reminds_nobody_until_it_goes_on(void **state)
{
    (void)state;
    struct error error = {""};
    struct invitations invitations;
    asked(2);
    delivered(0);
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_PAUSED, &error), HOLD_SET);
    assert_true(hold_apply(world.link, WORLD_ORG, "r", world.now_ms, &invitations, &error));
    delivered(1);
    time_at("2026-01-16T09:00");
    assert_int_equal(world_claim(&world, 4, claimed), 2);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "PAUSED");
    assert_string_equal(world_intend(&world, claimed[1].message, "o"), "PAUSED");
    assert_int_equal(world_claim(&world, 4, claimed), 0);
    world.now_ms += HOUR_MS;
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_GOES_ON, &error), HOLD_SET);
    assert_true(hold_apply(world.link, WORLD_ORG, "r", world.now_ms, &invitations, &error));
    assert_int_equal(world_claim(&world, 4, claimed), 2);
    assert_string_equal(world_intend(&world, claimed[0].message, "p"), "OK");
    int64_t submitting = 0;
    assert_true(hold_submitting(world.link, WORLD_ORG, "r", &submitting, &error));
    assert_int_equal(submitting, 1); /* a pause waits for it */
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_CANCELLED, &error), HOLD_SET);
    assert_string_equal(world_intend(&world, claimed[1].message, "p"), "CANCELLED");
    assert_string_equal(world_pulse_field(&world, 1, "st"), "open"); /* whoever was asked may answer */
}

/* A pause that comes and goes before the day does not bring the day forward. */
static void a_pause_before_its_day_changes_nothing(void **state)
{
    (void)state;
    struct error error = {""};
    struct invitations invitations;
    asked(1);
    delivered(0);
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_PAUSED, &error), HOLD_SET);
    assert_true(hold_apply(world.link, WORLD_ORG, "r", world.now_ms, &invitations, &error));
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_GOES_ON, &error), HOLD_SET);
    assert_true(hold_apply(world.link, WORLD_ORG, "r", world.now_ms, &invitations, &error));
    time_at("2026-01-16T08:59");
    assert_int_equal(world_claim(&world, 4, claimed), 0);
    expect_on_friday("OK");
}

static void a_cancelled_round_takes_its_reminders_back(void **state)
{
    (void)state;
    struct error error = {""};
    struct invitations invitations;
    asked(1);
    delivered(0);
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_CANCELLED, &error), HOLD_SET);
    assert_true(hold_apply(world.link, WORLD_ORG, "r", world.now_ms, &invitations, &error));
    assert_string_equal(reminder_state(0), "cancelled");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "open");
}

static void whoever_leaves_is_not_reminded(void **state)
{
    (void)state;
    asked(1);
    delivered(0);
    assert_int_equal(world_reply(&world, 0, "r1", "väärä numero"), COMMIT_DONE);
    assert_string_equal(reminder_state(0), "cancelled");
    (void)world_send_all(&world);
    time_at("2026-01-16T09:00");
    assert_int_equal(world_claim(&world, 4, claimed), 0);
}

static void its_week_closes_over_it(void **state)
{
    (void)state;
    asked(2);
    delivered(0);
    delivered(1);
    time_at("2026-01-16T09:00");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
    time_at("2026-01-27T00:00"); /* the other was never claimed again: no dispatcher ran */
    world_close_week(&world, "2026-W03");
    assert_int_equal(world_count(&world, "m:cancelled"), 1);
    assert_int_equal(world_claim(&world, 4, claimed), 0);
    assert_int_equal(world_count(&world, "p:no_reply"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(who_is_silent_is_reminded_on_the_third_day_once),
        STORE_TEST(only_what_was_delivered_is_reminded_of),
        STORE_TEST(a_receipt_before_our_own_record_reminds_too),
        STORE_TEST(an_answer_in_between_cancels_at_intend),
        STORE_TEST(a_receipt_after_a_reply_reminds_nobody),
        STORE_TEST(an_answer_after_the_claim_cancels_it),
        STORE_TEST(nobody_is_reminded_of_a_pulse_that_is_about_to_close),
        STORE_TEST(outside_its_hours_it_waits_for_the_next),
        STORE_TEST(kills_make_no_second_reminder),
        STORE_TEST(the_same_receipt_twice_makes_one_reminder),
        STORE_TEST(what_the_gateway_says_of_it_leaves_the_pulse_alone),
        STORE_TEST(a_paused_round_reminds_nobody_until_it_goes_on),
        STORE_TEST(a_pause_before_its_day_changes_nothing),
        STORE_TEST(a_cancelled_round_takes_its_reminders_back),
        STORE_TEST(whoever_leaves_is_not_reminded),
        STORE_TEST(its_week_closes_over_it),
    };
    return STORE_MAIN(tests);
}
