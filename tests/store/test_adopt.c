/* Adopting a data set that lost writes: whoever may have been asked in the lost time is never asked again by what was adopted,
 * and counts as asked; what had not begun goes on. */
#include "fixture.h"

#include <inttypes.h>
#include <stdlib.h>

#include "store/adopt.h"
#include "store/call.h"
#include "store/holds.h"
#include "store/schedules.h"

static struct claimed claimed[STORE_ITEMS_MAX];
static struct error error;

static struct adopt_moment moment(void)
{
    return (struct adopt_moment){
        .now_ms = world.now_ms, .redis_now_ms = world.redis_now_ms, .reply_window_days = 7};
}

static struct adopt_counts looked(void)
{
    struct adopt_counts counts;
    struct adopt_moment at = moment();
    if (!adopt_look(world.link, &world.org, &at, &counts, &error))
        fail_msg("%s", error.text);
    return counts;
}

static struct adopt_counts adopted(int64_t seen)
{
    struct adopt_counts counts;
    struct adopt_moment at = moment();
    if (!adopt_org(world.link, &world.org, &at, seen, &counts, &error))
        fail_msg("%s", error.text);
    return counts;
}

static void expect_state(int serial, const char *state)
{
    assert_string_equal(world_message_field(&world, serial, "s"), state);
}

/* Messages 0 accepted, 1 leased, 2 submitting, 3 waiting for its retry, 4 due, 5 due tomorrow. */
static void six_in_every_place(void)
{
    world_released(&world, 6);
    assert_int_equal(world_claim(&world, 4, claimed), 4);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_intend(&world, world_message(2), "o"), "OK");
    assert_string_equal(world_intend(&world, world_message(3), "o"), "OK");
    assert_string_equal(world_settle(&world, world_message(3), "o", SUBMIT_RETRY), "queued");
    char tomorrow[32];
    snprintf(tomorrow, sizeof tomorrow, "%" PRId64, world.now_ms + DAY_MS);
    WORLD_DO(&world, "ZADD", world_key("q:bulk"), tomorrow, world_message(5));
}

static void what_may_have_been_sent_is_unknown_and_the_rest_goes_on(void **state)
{
    (void)state;
    six_in_every_place();
    assert_int_equal(world_reply(&world, 0, "r", "STOP"), COMMIT_DONE); /* its confirmation waits */
    struct adopt_counts counts = looked();
    assert_int_equal(counts.in_hands, 2);
    assert_int_equal(counts.waiting, 2); /* the due one and the confirmation; the retry's wait is not over */
    world.redis_now_ms += 2000;
    assert_int_equal(looked().waiting, 3);

    assert_int_equal(adopted(0).in_hands, 5);
    static const char *const states[] = {"delivered", "unknown", "unknown", "unknown", "unknown", "queued"};
    for (int i = 0; i < 6; i++) {
        expect_state(i, states[i]);
        if (i > 0 && i < 5) {
            assert_string_equal(world_pulse_field(&world, i, "st"),
                                "open"); /* perhaps asked: it can be answered */
            assert_string_not_equal(world_contact_field(&world, i, "t"), ""); /* and counts to the caps */
        }
    }
    expect_state(6, "unknown");
    assert_string_equal(world_contact_field(&world, 5, "t"), "");
    assert_int_equal(world_count(&world, "m:unknown"), 5);
    assert_int_equal(world_count(&world, "x:adopted_unknown"), 5);
    world_take_lane(&world, "dispatcher-1");
    assert_int_equal(world_send_all(&world), 0);
    world.now_ms += DAY_MS;
    assert_int_equal(world_send_all(&world), 1); /* of tomorrow */
    assert_int_equal(world_reply(&world, 4, "r4", "5"), COMMIT_DONE);
    expect_state(4, "delivered");
}

static void again_it_finds_nothing_more(void **state)
{
    (void)state;
    six_in_every_place();
    struct adopt_counts first = adopted(0), second = adopted(0);
    assert_int_equal(first.in_hands, 3);
    assert_int_equal(second.in_hands + second.rounds + second.schedules, 0);
    assert_int_equal(looked().in_hands + looked().waiting + looked().held, 0);
    assert_int_equal(world_count(&world, "x:adopted_unknown"), 3);
}

static void what_a_dispatcher_still_holds_is_void(void **state)
{
    (void)state;
    world_released(&world, 2);
    assert_int_equal(world_claim(&world, 2, claimed), 2);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    (void)adopted(0);
    assert_string_equal(world_intend(&world, world_message(1), "o"), "FENCED");
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_RETRY), "unknown");
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_ACCEPTED),
                        "accepted"); /* it was, after all */
}

static void more_than_one_call_marks_are_marked(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_import(&world, WORLD_PILOT, 128, 60, NULL);
    world_plan(&world, "r", WORLD_PILOT, 0);
    struct redis_command command = {0};
    round_freeze_command(&command, WORLD_ORG, "r", world_asking(&world).week);
    struct redis_value *value = world_call(&world, &command);
    redis_value_free(&value);
    redis_command_free(&command);
    (void)world_release(&world, "r", 0, 128);
    (void)world_release(&world, "r", 128, 60);
    assert_int_equal(looked().waiting, 188);
    assert_int_equal(adopted(0).in_hands, 188);
    assert_int_equal(world_count(&world, "m:unknown"), 188);
}

static void rounds_that_had_started_end_and_later_ones_stay(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_import(&world, WORLD_PILOT, 0, 4, NULL);
    world_plan(&world, "half", WORLD_PILOT, 0);
    round_freeze_command(&command, WORLD_ORG, "half", world_asking(&world).week);
    struct redis_value *value = world_call(&world, &command);
    redis_value_free(&value);
    (void)world_release(&world, "half", 0, 2);
    world_plan(&world, "due", WORLD_PILOT, 0);
    world_plan(&world, "paused", WORLD_PILOT, 0);
    assert_int_equal(hold_set(world.link, WORLD_ORG, "paused", ROUND_PAUSED, &error), HOLD_SET);
    world.now_ms += DAY_MS;
    world_plan(&world, "later", WORLD_PILOT, 0);
    world.now_ms -= DAY_MS;

    assert_int_equal(looked().rounds, 3);
    assert_int_equal(adopted(0).rounds, 3);
    static const char *const ended[] = {"r:half", "r:due", "r:paused"};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(world_field(&world, ended[i], "hold"), "cancelled");
        assert_false(world_in_list(&world, "plan", ended[i] + 2));
    }
    assert_string_equal(world_field(&world, "r:later", "hold"), "");
    assert_true(world_in_list(&world, "plan", "later"));
    expect_state(0, "unknown");
    expect_state(1, "unknown");
    assert_int_equal(adopted(0).rounds, 0);
    redis_command_free(&command);
}

static void invitations_of_a_paused_round_may_have_been_sent_too(void **state)
{
    (void)state;
    struct invitations invitations;
    world_released(&world, 3);
    assert_int_equal(hold_set(world.link, WORLD_ORG, "r", ROUND_PAUSED, &error), HOLD_SET);
    assert_true(hold_apply(world.link, WORLD_ORG, "r", world.now_ms, &invitations, &error));
    assert_int_equal(invitations.waiting, 3);
    assert_int_equal(looked().held, 3);
    assert_int_equal(looked().waiting, 0);
    assert_int_equal(adopted(0).in_hands, 3);
    assert_int_equal(world_count(&world, "m:unknown"), 3);
}

static void put_schedule(const char *id, int64_t next_ms)
{
    struct schedule schedule = {.until_day = -1, .from_day = day_index_at(world.org.zone, world.now_ms) - 21};
    snprintf(schedule.id, sizeof schedule.id, "%s", id);
    snprintf(schedule.pilot, sizeof schedule.pilot, WORLD_PILOT);
    snprintf(schedule.survey, sizeof schedule.survey, WORLD_SURVEY);
    snprintf(schedule.seed, sizeof schedule.seed, "a seed");
    if (!schedule_set_rule(&schedule, &world.org.window, "FREQ=DAILY", &error) ||
        schedule_store(world.link, WORLD_ORG, &schedule, next_ms, &error) != SCHEDULE_PUT_WRITTEN)
        fail_msg("%s", error.text);
}

static void schedules_go_on_with_their_next_time(void **state)
{
    (void)state;
    struct schedule_record *records = NULL;
    size_t count = 0;
    int64_t opens_ms = world.now_ms - HOUR_MS; /* 9:00, when the sending window opens */
    put_schedule("behind", opens_ms - 2 * DAY_MS);
    put_schedule("later", opens_ms + DAY_MS);
    assert_int_equal(looked().schedules, 1);
    assert_int_equal(adopted(0).schedules, 1);
    assert_true(schedules_load(world.link, WORLD_ORG, &records, &count, &error));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(records[i].next_ms, opens_ms + DAY_MS);
    assert_int_equal(records[0].skipped, 3);
    assert_int_equal(records[0].skip_last_ms, opens_ms);
    assert_string_equal(records[0].skip_reason, "Redis had lost writes: it may have run");
    assert_int_equal(records[1].skipped, 0);
    assert_int_equal(world_count(&world, "x:schedule_skipped"), 3);
    free(records);
    assert_int_equal(adopted(0).schedules, 0);
}

static void the_commit_number_goes_on_above_what_was_seen(void **state)
{
    (void)state;
    (void)adopted(1000);
    assert_int_equal(world_count(&world, "cn"), 1001);
    (void)adopted(5); /* less than it is */
    assert_int_equal(world_count(&world, "cn"), 1002);
}

static void adopt_command(struct redis_command *command, const char *function, const char *const *words)
{
    call_begin(command, function, WORLD_ORG);
    for (; *words != NULL; words++)
        redis_command_add(command, *words);
}

static void a_wrong_type_anywhere_refuses_the_whole_step(void **state)
{
    (void)state;
    struct redis_command command = {0};
    char now[24], redis_now[24], closes[24];
    snprintf(now, sizeof now, "%lld", (long long)world.now_ms);
    snprintf(redis_now, sizeof redis_now, "%lld", (long long)world.redis_now_ms);
    snprintf(closes, sizeof closes, "%" PRId64, world.now_ms + 7 * DAY_MS);
    world_released(&world, 2);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    adopt_command(&command, "adopt_messages",
                  (const char *const[]){now, redis_now, "20466", "2923", "2026-W03", closes, NULL});
    /* two messages, pulses and contacts, leased, q:bulk, b */
    assert_int_equal(snapshot_refusals(&world, &command), 9);
    world_plan(&world, "due", WORLD_PILOT, 0);
    adopt_command(&command, "adopt_rounds", (const char *const[]){now, "0", NULL});
    assert_int_equal(snapshot_refusals(&world, &command), 5); /* two rounds, rounds, plan, b */
    adopt_command(&command, "adopt_begin", (const char *const[]){NULL});
    assert_int_equal(snapshot_refusals(&world, &command), 1); /* lane */
    adopt_command(&command, "adopt_end", (const char *const[]){"1000", NULL});
    assert_int_equal(snapshot_refusals(&world, &command), 1); /* b */
    redis_command_free(&command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_may_have_been_sent_is_unknown_and_the_rest_goes_on),
        STORE_TEST(again_it_finds_nothing_more),
        STORE_TEST(what_a_dispatcher_still_holds_is_void),
        STORE_TEST(more_than_one_call_marks_are_marked),
        STORE_TEST(rounds_that_had_started_end_and_later_ones_stay),
        STORE_TEST(invitations_of_a_paused_round_may_have_been_sent_too),
        STORE_TEST(schedules_go_on_with_their_next_time),
        STORE_TEST(the_commit_number_goes_on_above_what_was_seen),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_step),
    };
    return STORE_MAIN(tests);
}
