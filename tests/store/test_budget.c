/* The month's budget: segments count from their intend, bulk messages wait when they would pass it, replies never do. */
#include "fixture.h"

#include <inttypes.h>

#include "store/budget.h"

static struct claimed claimed[STORE_ITEMS_MAX];

static int budget_clear(void **state)
{
    world.org.monthly_segments = 0;
    return fixture_clear(state);
}

#define BUDGET_TEST(test) cmocka_unit_test_setup_teardown(test, budget_clear, fixture_check)

/* Claims everything that is due and intends it, each under an operation of its own; returns how many were answered with that
 * word. */
static int intend_all(const char *word)
{
    int count = 0;
    size_t found = world_claim(&world, STORE_ITEMS_MAX, claimed);
    for (size_t i = 0; i < found; i++)
        count += strcmp(world_intend(&world, claimed[i].message, claimed[i].message), word) == 0;
    return count;
}

static int intended_percent(const char *message)
{
    struct redis_command command = {0};
    world_intend_command(&world, &command, message, message);
    struct redis_value *value = world_call(&world, &command);
    int percent = outbox_intend_spent(value);
    redis_value_free(&value);
    redis_command_free(&command);
    return percent;
}

static int64_t budget_changed(void)
{
    int64_t all = 0, queued = 0, offset = 0;
    struct spending spending;
    spending_fill(&spending, &world.org, world.now_ms, 0);
    while (offset >= 0) {
        struct redis_command command = {0};
        budget_changed_command(&command, WORLD_ORG, &spending, world.now_ms, offset);
        struct redis_value *value = world_call(&world, &command);
        assert_true(budget_changed_result(value, &queued, &offset));
        all += queued;
        redis_value_free(&value);
        redis_command_free(&command);
    }
    return all;
}

static struct budget_state budget_now(void)
{
    struct budget_state found;
    struct error error;
    if (!budget_load(world.link, &world.org, world.now_ms, &found, &error))
        fail_msg("%s", error.text);
    return found;
}

/* Makes a call of a function one of those that go as one. */
static void add_call(struct redis_command *many, const char *function, const struct redis_command *one)
{
    const size_t head = 4; /* FCALL, the function, the number of keys, the key */
    redis_command_add(many, function);
    redis_command_add_int(many, (int64_t)(one->count - head));
    const char *at = one->bytes.chars;
    for (size_t k = 0; k < one->count; at += one->lengths[k++]) {
        if (k >= head)
            redis_command_add_bytes(many, at, one->lengths[k]);
    }
}

static void segments_are_counted_by_month_without_a_budget_too(void **state)
{
    (void)state;
    world_released(&world, 3);
    assert_int_equal(intend_all("OK"), 3);
    assert_int_equal(world_count(&world, "s:2026-01"), 3);
    assert_string_equal(world_intend(&world, world_message(0), world_message(0)), "OK"); /* asked again */
    assert_int_equal(world_count(&world, "s:2026-01"), 3);
    assert_int_equal(budget_now().spent, 3);
    assert_false(budget_now().paused);
}

static void what_the_gateway_did_not_take_is_not_spent(void **state)
{
    (void)state;
    static const struct {
        enum submit_outcome outcome;
        int spent;
    } outcomes[] = {{SUBMIT_ACCEPTED, 1},  {SUBMIT_UNKNOWN, 1},        {SUBMIT_RETRY, 0},
                    {SUBMIT_THROTTLED, 0}, {SUBMIT_LANE_STOP, 0},      {SUBMIT_NOT_HANDED_OVER, 0},
                    {SUBMIT_PERMANENT, 0}, {SUBMIT_INVALID_NUMBER, 0}, {SUBMIT_OPTED_OUT, 0}};
    int count = (int)(sizeof outcomes / sizeof outcomes[0]), spent = count;
    world_released(&world, count);
    assert_int_equal(intend_all("OK"), count);
    for (int i = 0; i < count; i++) {
        world_settle(&world, world_message(i), world_message(i), outcomes[i].outcome);
        world_settle(&world, world_message(i), world_message(i), outcomes[i].outcome); /* a lost answer */
        spent -= 1 - outcomes[i].spent;
        if (world_count(&world, "s:2026-01") != spent)
            fail_msg("after %s %d segments are spent, not %d", submit_outcome_name(outcomes[i].outcome),
                     (int)world_count(&world, "s:2026-01"), spent);
    }
}

/* Gathered with others, a settle that is refused has changed nothing, not even what they share. */
static void a_refused_settle_gives_nothing_back(void **state)
{
    (void)state;
    world_released(&world, 2);
    assert_int_equal(intend_all("OK"), 2);
    assert_int_equal(world_reply(&world, 0, "r1", "INFO"), COMMIT_DONE);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "o", "broken");
    WORLD_DO(&world, "SET", world_key("u:broken"), "no hash");
    struct redis_command many = {0}, one = {0};
    call_begin(&many, "many", WORLD_ORG);
    world_settle_command(&world, &one, claimed[0].message, "o", SUBMIT_OPTED_OUT);
    add_call(&many, "outbox_settle", &one);
    world_settle_command(&world, &one, world_message(1), world_message(1), SUBMIT_ACCEPTED);
    add_call(&many, "outbox_settle", &one);
    redis_command_free(&one);
    struct redis_value *value = world_call(&world, &many);
    assert_int_equal(redis_kind(redis_item(value, 1)), REDIS_ERROR);
    assert_string_equal(redis_word(redis_item(value, 2)), "OK");
    redis_value_free(&value);
    redis_command_free(&many);
    assert_int_equal(world_count(&world, "s:2026-01"), 3);
    WORLD_DO(&world, "DEL", world_key("u:broken"));
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "o", world_pulse(0));
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
    assert_int_equal(world_count(&world, "s:2026-01"), 3);
}

static void bulk_messages_wait_for_the_next_month_when_they_would_pass_the_budget(void **state)
{
    (void)state;
    world.org.monthly_segments = 3;
    world.now_ms += 16 * DAY_MS; /* 29 January: the round may be sent into February */
    world_released(&world, 5);
    assert_int_equal(intend_all("OK"), 3);
    assert_int_equal(world_count(&world, "m:queued"), 2);
    assert_int_equal(world_count(&world, "p:queued"), 2);
    assert_true(budget_now().paused);
    assert_int_equal(world_claim(&world, STORE_ITEMS_MAX, claimed), 0); /* nothing to claim again and again */
    for (int i = 3; i < 5; i++)
        WORLD_DO(&world, "HSET", world_key(i == 3 ? "m:message00003" : "m:message00004"), "na",
                 "1800000000000");
    world.now_ms = budget_now().month_ends_ms - 1;
    assert_int_equal(world_claim(&world, STORE_ITEMS_MAX, claimed), 0);
}

static void the_next_month_lets_them_go_on(void **state)
{
    (void)state;
    world.org.monthly_segments = 1;
    world_released(&world, 3);
    for (int i = 0; i < 3; i++) {
        char key[64];
        snprintf(key, sizeof key, "m:%s", world_message(i));
        WORLD_DO(&world, "HSET", world_key(key), "na", "1800000000000");
    }
    assert_int_equal(intend_all("OK"), 1);
    world.now_ms = budget_now().month_ends_ms; /* Sunday 1 February, 00:00 */
    assert_int_equal(world.now_ms, INT64_C(1769896800000));
    assert_false(budget_now().paused);
    assert_int_equal(intend_all("WINDOW"), 2);
    world.now_ms += DAY_MS + 10 * HOUR_MS; /* Monday */
    assert_int_equal(intend_all("OK"), 1);
    assert_int_equal(world_count(&world, "s:2026-01"), 1);
    assert_int_equal(world_count(&world, "s:2026-02"), 1);
    assert_int_equal(world_count(&world, "m:queued"), 1); /* and the other waits for March */
}

static void a_message_that_waits_for_the_budget_still_becomes_stale(void **state)
{
    (void)state;
    world.org.monthly_segments = 1;
    world_released(&world, 2);
    assert_int_equal(intend_all("OK"), 1);
    world.now_ms += 3 * DAY_MS - 1; /* Friday, at the end of the round */
    assert_int_equal(world_claim(&world, STORE_ITEMS_MAX, claimed), 0);
    world.now_ms += 1;
    assert_int_equal(intend_all("STALE"), 1);
    assert_int_equal(world_count(&world, "p:stale"), 1);
}

static void a_raised_budget_lets_them_go_on_at_once(void **state)
{
    (void)state;
    world.org.monthly_segments = 1;
    world_released(&world, 5);
    assert_int_equal(intend_all("OK"), 1);
    assert_int_equal(budget_changed(), 0); /* it is the same one */
    world.org.monthly_segments = 3;
    assert_int_equal(budget_changed(), 4);
    assert_false(budget_now().paused);
    assert_int_equal(intend_all("OK"), 2);
    assert_true(budget_now().paused);
    world.org.monthly_segments = 2;
    assert_int_equal(budget_changed(), 2); /* another one, but not enough */
    assert_int_equal(intend_all("OK"), 0);
    world.org.monthly_segments = 0;
    assert_int_equal(budget_changed(), 2);
    assert_int_equal(intend_all("OK"), 2);
    assert_int_equal(budget_changed(), 0);
}

static void hundreds_of_waiting_messages_go_on(void **state)
{
    (void)state;
    world.org.monthly_segments = 1;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_import(&world, WORLD_PILOT, 128, 128, NULL);
    world_import(&world, WORLD_PILOT, 256, 44, NULL);
    world_round(&world, "r", WORLD_PILOT);
    int ok = 0;
    for (int i = 0; i < 3; i++)
        ok += intend_all("OK");
    assert_int_equal(ok, 1);
    world.org.monthly_segments = 1000;
    assert_int_equal(budget_changed(), 299);
    for (int i = 0; i < 3; i++)
        ok += intend_all("OK");
    assert_int_equal(ok, 300);
}

static void replies_are_never_paused(void **state)
{
    (void)state;
    world.org.monthly_segments = 1;
    world_released(&world, 2);
    assert_int_equal(intend_all("OK"), 1);
    assert_int_equal(world_reply(&world, 0, "r1", "STOP"), COMMIT_DONE);
    assert_int_equal(world_reply(&world, 1, "r2", "INFO"), COMMIT_DONE);
    assert_int_equal(intend_all("OK"), 2);
    assert_int_equal(world_count(&world, "s:2026-01"), 3);
}

static void a_message_of_the_future_is_not_due_because_the_budget_changed(void **state)
{
    (void)state;
    world.org.monthly_segments = 1;
    world_released(&world, 2);
    assert_int_equal(intend_all("OK"), 1);
    world_import(&world, "coaching-b", 2, 2, NULL);
    world_round(&world, "s", "coaching-b");
    char later[24];
    snprintf(later, sizeof later, "%" PRId64, world.now_ms + HOUR_MS);
    WORLD_DO(&world, "ZADD", world_key("q:bulk"), later, world_message(2));
    WORLD_DO(&world, "ZADD", world_key("q:bulk"), "+inf", world_message(3)); /* as of a paused round */
    world.org.monthly_segments = 100;
    assert_int_equal(budget_changed(), 1);
    assert_int_equal(intend_all("OK"), 1);
    WORLD_DO(&world, "ZADD", world_key("q:bulk"), later, world_message(3));
}

/* The steps go on although time does. */
static void what_comes_due_meanwhile_hides_nothing(void **state)
{
    (void)state;
    int64_t queued = 0, offset = 0;
    char later[24];
    world.org.monthly_segments = 1;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_import(&world, WORLD_PILOT, 128, 128, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(intend_all("OK") + intend_all("OK"), 1);
    world_import(&world, "coaching-b", 256, 128, NULL);
    int first = world_round(&world, "s", "coaching-b");
    snprintf(later, sizeof later, "%" PRId64, world.now_ms + HOUR_MS);
    for (int i = 0; i < 128; i++)
        WORLD_DO(&world, "ZADD", world_key("q:bulk"), later, world_message(first + i));
    world.org.monthly_segments = 1000;
    int64_t all = 0;
    for (; offset >= 0; world.now_ms += HOUR_MS) {
        struct redis_command command = {0};
        struct spending spending;
        spending_fill(&spending, &world.org, world.now_ms, 0);
        budget_changed_command(&command, WORLD_ORG, &spending, world.now_ms, offset);
        struct redis_value *value = world_call(&world, &command);
        assert_true(budget_changed_result(value, &queued, &offset));
        all += queued;
        redis_value_free(&value);
        redis_command_free(&command);
    }
    assert_int_equal(all, 255);
}

static void four_fifths_and_the_end_are_told_once_each(void **state)
{
    (void)state;
    static const int told[] = {0, 0, 0, 80, 100, 0, 0};
    world.org.monthly_segments = 5;
    world_released(&world, 7);
    assert_int_equal(world_claim(&world, STORE_ITEMS_MAX, claimed), 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(intended_percent(world_message(i)), told[i]);
    world.org.monthly_segments = 6;
    assert_int_equal(budget_changed(), 2);
    assert_int_equal(world_claim(&world, STORE_ITEMS_MAX, claimed), 2);
    assert_int_equal(intended_percent(claimed[0].message), 100); /* of another budget, once more */
    assert_int_equal(intended_percent(claimed[1].message), 0);
}

static void calls_gathered_into_one_see_what_those_before_them_spent(void **state)
{
    (void)state;
    world.org.monthly_segments = 2;
    world_released(&world, 4);
    assert_int_equal(world_claim(&world, STORE_ITEMS_MAX, claimed), 4);
    struct redis_command many = {0};
    call_begin(&many, "many", WORLD_ORG);
    for (int i = 0; i < 4; i++) {
        struct redis_command one = {0};
        world_intend_command(&world, &one, world_message(i), world_message(i));
        add_call(&many, "outbox_intend", &one);
        redis_command_free(&one);
    }
    struct redis_value *value = world_call(&world, &many);
    assert_string_equal(redis_word(redis_item(value, 1)), "OK");
    assert_string_equal(redis_word(redis_item(value, 2)), "OK");
    assert_string_equal(redis_word(redis_item(value, 3)), "BUDGET");
    assert_string_equal(redis_word(redis_item(value, 4)), "BUDGET");
    assert_int_equal(world_count(&world, "s:2026-01"), 2);
    redis_value_free(&value);
    redis_command_free(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUDGET_TEST(segments_are_counted_by_month_without_a_budget_too),
        BUDGET_TEST(what_the_gateway_did_not_take_is_not_spent),
        BUDGET_TEST(a_refused_settle_gives_nothing_back),
        BUDGET_TEST(bulk_messages_wait_for_the_next_month_when_they_would_pass_the_budget),
        BUDGET_TEST(the_next_month_lets_them_go_on),
        BUDGET_TEST(a_message_that_waits_for_the_budget_still_becomes_stale),
        BUDGET_TEST(a_raised_budget_lets_them_go_on_at_once),
        BUDGET_TEST(hundreds_of_waiting_messages_go_on),
        BUDGET_TEST(replies_are_never_paused),
        BUDGET_TEST(a_message_of_the_future_is_not_due_because_the_budget_changed),
        BUDGET_TEST(what_comes_due_meanwhile_hides_nothing),
        BUDGET_TEST(four_fifths_and_the_end_are_told_once_each),
        BUDGET_TEST(calls_gathered_into_one_see_what_those_before_them_spent),
    };
    return STORE_MAIN(tests);
}
