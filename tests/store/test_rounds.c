/* Rounds: planned once, frozen once, each position released exactly once, and nobody asked who may not be. */
#include "fixture.h"

static const char *state_of(const char *round)
{
    static char state[16];
    struct redis_command command = {0};
    struct round loaded;
    round_load_command(&command, WORLD_ORG, round);
    struct redis_value *value = world_call(&world, &command);
    snprintf(state, sizeof state, "%s", round_load_result(value, round, &loaded) ? loaded.state : "gone");
    redis_value_free(&value);
    redis_command_free(&command);
    return state;
}

static bool freeze(const char *round, int64_t *frame_out, int64_t *drawn_out)
{
    struct redis_command command = {0};
    round_freeze_command(&command, WORLD_ORG, round, world_asking(&world).week);
    struct redis_value *value = world_call(&world, &command);
    bool frozen = round_freeze_result(value, frame_out, drawn_out);
    redis_value_free(&value);
    redis_command_free(&command);
    return frozen;
}

static void expect_release(struct release_result result, int64_t cursor, int64_t queued, int64_t capped,
                           int64_t other)
{
    assert_false(result.stale);
    assert_int_equal(result.cursor, cursor);
    assert_int_equal(result.queued, queued);
    assert_int_equal(result.capped, capped);
    assert_int_equal(result.other, other);
}

/* What a dry run of the pilot's first `count` says of a reason. */
static int64_t checked(int count, const char *reason)
{
    struct redis_command command = {0};
    uint32_t positions[STORE_ITEMS_MAX];
    struct asking asking = world_asking(&world);
    int64_t found = 0;
    for (int i = 0; i < count; i++)
        positions[i] = (uint32_t)i;
    round_check_command(&command, WORLD_ORG, WORLD_PILOT, &asking, positions, (size_t)count);
    struct redis_value *value = world_call(&world, &command);
    for (size_t i = 1; i + 1 < redis_count(value); i += 2) {
        if (strcmp(redis_text(redis_item(value, i)), reason) == 0)
            found = redis_int(redis_item(value, i + 1));
    }
    redis_value_free(&value);
    redis_command_free(&command);
    return found;
}

/* Asks contact 0 in a round of the pilot and hands it over; the pulse stays open for a week. */
static void ask_everyone(const char *round)
{
    world_round(&world, round, WORLD_PILOT);
    assert_true(world_send_all(&world) > 0);
}

/* The pulses of the week are over and settled. */
static void close_week_of(int64_t at_ms)
{
    char week[WEEK_SIZE];
    week_text(week_index_at(world.org.zone, at_ms), week);
    world_close_week(&world, week);
}

static void a_round_is_planned_once(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct round plan = {.id = "r",
                         .pilot = WORLD_PILOT,
                         .survey = WORLD_SURVEY,
                         .at_ms = world.now_ms,
                         .not_after_ms = world.now_ms + 3 * DAY_MS,
                         .seed = "a seed",
                         .sample = 40};
    char differs[128] = "", before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    world_plan(&world, "r", WORLD_PILOT, 40);
    snapshot_digest(&world, "", before);
    round_plan_command(&command, WORLD_ORG, &plan);
    struct redis_value *value = world_call(&world, &command);
    assert_int_equal(round_plan_result(value, differs), ROUND_SAME);
    redis_value_free(&value);
    plan.sample = 41;
    round_plan_command(&command, WORLD_ORG, &plan);
    value = world_call(&world, &command);
    assert_int_equal(round_plan_result(value, differs), ROUND_DIFFERS);
    assert_string_equal(differs, "sample = 40");
    redis_value_free(&value);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);

    snprintf(plan.id, sizeof plan.id, "another");
    round_plan_command(&command, WORLD_ORG, &plan);
    assert_int_equal(snapshot_refusals(&world, &command), 4); /* the round, the plan, the list of rounds, b */
    redis_command_free(&command);
    assert_string_equal(state_of("another"), "planned");
}

static void the_plan_is_what_an_org_waits_for_until_it_is_released(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct org_next next;
    int64_t frame = 0, drawn = 0;
    for (int step = 0; step < 3; step++) {
        org_next_command(&command, WORLD_ORG);
        struct redis_value *value = world_call(&world, &command);
        assert_true(org_next_result(value, &next));
        redis_value_free(&value);
        assert_string_equal(next.round, step == 1 ? "r" : "");
        assert_int_equal(next.round_at_ms, step == 1 ? world.now_ms : -1);
        assert_int_equal(next.bulk_due_ms, step == 2 ? world.now_ms : -1);
        assert_int_equal(next.reply_due_ms, -1);
        assert_int_equal(next.wait_due_ms, -1);
        assert_int_equal(next.lease_until_ms, -1);
        if (step == 0) {
            world_import(&world, WORLD_PILOT, 0, 2, NULL);
            world_plan(&world, "r", WORLD_PILOT, 0);
        } else if (step == 1) {
            assert_true(freeze("r", &frame, &drawn));
            expect_release(world_release(&world, "r", 0, 2), 2, 2, 0, 0);
        }
    }
    redis_command_free(&command);
}

static void a_frozen_frame_stays(void **state)
{
    (void)state;
    int64_t frame = 0, drawn = 0;
    assert_false(freeze("nothing", &frame, &drawn));
    world_import(&world, WORLD_PILOT, 0, 10, NULL);
    world_plan(&world, "r", WORLD_PILOT, 4);
    struct redis_command command = {0};
    round_freeze_command(&command, WORLD_ORG, "r", world_asking(&world).week);
    assert_int_equal(snapshot_refusals(&world, &command), 5); /* round, members, frames, weeks, b */
    redis_command_free(&command);
    world_import(&world, WORLD_PILOT, 10, 10, NULL);
    world.now_ms += 7 * DAY_MS;
    assert_true(freeze("r", &frame, &drawn));
    assert_int_equal(frame, 10);
    assert_int_equal(drawn, 4);
    world_plan(&world, "larger", WORLD_PILOT, 400);
    assert_true(freeze("larger", &frame, &drawn));
    assert_int_equal(frame, 20);
    assert_int_equal(drawn, 20);
    assert_string_equal(world_field(&world, "n:2026-W03", WORLD_PILOT "|" WORLD_SURVEY), "10");
    assert_string_equal(world_field(&world, "n:2026-W04", WORLD_PILOT "|" WORLD_SURVEY), "20");
}

static void a_week_keeps_its_largest_frame(void **state)
{
    (void)state;
    int64_t frame = 0, drawn = 0;
    for (int i = 0; i < 2; i++) {
        char round[8];
        snprintf(round, sizeof round, "r%d", i);
        world_import(&world, WORLD_PILOT, 4 * i, 4, NULL);
        world_plan(&world, round, WORLD_PILOT, 1);
        assert_true(freeze(round, &frame, &drawn));
        expect_release(world_release(&world, round, 0, 1), 1, i == 0 ? 1 : 0, i == 0 ? 0 : 1, 0);
    }
    assert_string_equal(world_field(&world, "n:2026-W03", WORLD_PILOT "|" WORLD_SURVEY), "8");
}

static void a_pilot_without_contacts_is_released_at_once(void **state)
{
    (void)state;
    int64_t frame = -1, drawn = -1;
    world_plan(&world, "r", WORLD_PILOT, 0);
    assert_true(freeze("r", &frame, &drawn));
    assert_int_equal(frame, 0);
    expect_release(world_release(&world, "r", 0, 0), 0, 0, 0, 0);
    assert_string_equal(state_of("r"), "released");
}

static void each_position_is_released_once(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    int64_t frame = 0, drawn = 0;
    struct redis_command command = {0};
    struct release_result again;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_import(&world, WORLD_PILOT, 128, 2, NULL);
    world_plan(&world, "r", WORLD_PILOT, 0);
    assert_true(world_release(&world, "r", 0, 1).stale); /* not frozen yet */
    assert_true(freeze("r", &frame, &drawn));
    world.serial = 0;
    world_release_command(&world, &command, "r", 0, 128);
    for (int i = 0; i < 2; i++) { /* the answer was lost: the same again, and again with other ids */
        struct redis_value *value = world_call(&world, &command);
        assert_true(round_release_result(value, &again));
        assert_int_equal(again.stale, i > 0);
        assert_int_equal(again.cursor, 128);
        redis_value_free(&value);
        snapshot_digest(&world, "", i == 0 ? before : after);
    }
    assert_string_equal(before, after);
    assert_true(world_release(&world, "r", 0, 128).stale);
    assert_string_equal(state_of("r"), "releasing");
    expect_release(world_release(&world, "r", 128, 2), 130, 2, 0, 0);
    assert_string_equal(state_of("r"), "released");
    assert_true(world_release(&world, "r", 130, 0).stale);
    assert_int_equal(world_count(&world, "p:queued"), 130);
    assert_int_equal(world_count(&world, "m:queued"), 130);
    redis_command_free(&command);
}

static void a_wrong_type_anywhere_refuses_the_whole_release(void **state)
{
    (void)state;
    struct redis_command command = {0};
    int64_t frame = 0, drawn = 0;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    assert_int_equal(world_reply(&world, 2, "r1", "STOP"), COMMIT_DONE);
    world_plan(&world, "r", WORLD_PILOT, 0);
    assert_true(freeze("r", &frame, &drawn));
    world_release_command(&world, &command, "r", 0, 3);
    /* round, members, three contacts, two pulses, two messages, q:bulk, w:, k:, n:, weeks, plan, b, log */
    assert_int_equal(snapshot_refusals(&world, &command), 17);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "p:suppressed"), 1);
    assert_int_equal(world_count(&world, "p:queued"), 2);
}

static void nobody_is_asked_while_a_pulse_is_open(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    world_import(&world, "coaching-b", 1, 3, NULL);
    world_round(&world, "r", WORLD_PILOT);
    int second = world_round(&world, "s", "coaching-b"); /* two still queued, one free */
    assert_int_equal(world_count(&world, "p:capped"), 2);
    assert_int_equal(world_count(&world, "p:queued"), 4);
    assert_int_equal(checked(3, "open_pulse"), 3);
    assert_int_equal(checked(3, "asked"), 0);
    assert_true(world_exists(&world, "u:pulse0000005"));
    assert_false(world_exists(&world, "u:pulse0000003"));
    assert_int_equal(second, 3);
    assert_string_equal(world_field(&world, "k:2026-W03", "coaching-b|" WORLD_SURVEY "|18-29,north|!capped"),
                        "1");
}

static void a_contact_drawn_twice_in_one_step_has_one_pulse(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    WORLD_DO(&world, "APPEND", world_key("pm:" WORLD_PILOT), world_contact(0));
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:queued"), 1);
    assert_int_equal(world_count(&world, "p:capped"), 1);
}

static void a_second_round_in_the_same_week_is_capped(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 4, NULL);
    ask_everyone("r");
    world_round(&world, "s", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:capped"), 4);
    assert_int_equal(world_count(&world, "p:open"), 4);
}

static void an_open_pulse_holds_until_it_closes_then_the_caps_hold(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    int64_t asked_ms = world.now_ms;
    ask_everyone("r");
    static const struct {
        int64_t after_days; /* of a Tuesday */
        const char *reason;
    } cases[] = {{0, "open_pulse"},     {6, "open_pulse"},     {7, "gap"},   {13, "gap"},
                 {14, "same_question"}, {54, "same_question"}, {55, "asked"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world.now_ms = asked_ms + cases[i].after_days * DAY_MS;
        if (checked(1, cases[i].reason) != 1)
            fail_msg("after %d days it is not %s", (int)cases[i].after_days, cases[i].reason);
    }
    assert_int_equal(checked(1, "lang:fi"), 1);
    assert_int_equal(checked(1, "lang:sv"), 0);
}

static void the_same_question_counts_from_the_week_it_was_asked(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world.now_ms += 3 * DAY_MS; /* Friday */
    int64_t monday_ms = week_start_ms(world.org.zone, week_index_at(world.org.zone, world.now_ms));
    ask_everyone("r");
    world.now_ms = monday_ms + 56 * DAY_MS - HOUR_MS;
    assert_int_equal(checked(1, "same_question"), 1);
    world.now_ms = monday_ms + 56 * DAY_MS;
    assert_int_equal(checked(1, "asked"), 1);
}

static void nobody_is_asked_more_often_than_a_year_allows(void **state)
{
    (void)state;
    int64_t start_ms = world.now_ms;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    for (int i = 0; i < 7; i++) {
        char round[8];
        snprintf(round, sizeof round, "r%d", i);
        world.now_ms = start_ms + i * 56 * DAY_MS;
        world_round(&world, round, WORLD_PILOT);
        assert_int_equal(world_send_all(&world), i < 6 ? 1 : 0);
        close_week_of(world.now_ms);
    }
    assert_int_equal(world_count(&world, "p:capped"), 1);
    assert_int_equal(checked(1, "per_year"), 1);
    world.now_ms = start_ms + 364 * DAY_MS; /* the first one is 52 weeks ago */
    assert_int_equal(checked(1, "asked"), 1);
}

static void who_stopped_or_cannot_be_reached_or_is_gone_is_not_asked(void **state)
{
    (void)state;
    struct claimed claimed[STORE_ITEMS_MAX];
    world_import(&world, WORLD_PILOT, 0, 4, NULL);
    assert_int_equal(world_reply(&world, 0, "r1", "STOP"), COMMIT_DONE);
    world_import(&world, "coaching-b", 1, 1, NULL);
    world_round(&world, "other", "coaching-b");
    assert_int_equal(world_claim(&world, 10, claimed), 2); /* the confirmation of STOP comes first */
    assert_string_equal(claimed[0].kind, "stop_confirm");
    assert_string_equal(world_intend(&world, claimed[1].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[1].message, "o", SUBMIT_INVALID_NUMBER), "failed");
    assert_int_equal(world_reply(&world, 2, "r2", "väärä numero"), COMMIT_DONE);
    assert_int_equal(checked(4, "stopped"), 1);
    assert_int_equal(checked(4, "number"), 1);
    assert_int_equal(checked(4, "erased"), 1);
    assert_int_equal(checked(4, "asked"), 1);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:suppressed"), 1);
    assert_int_equal(world_count(&world, "p:excluded"), 1);
    assert_int_equal(world_count(&world, "p:ineligible"), 1);
    assert_int_equal(world_count(&world, "p:queued"), 1);
}

static void a_release_that_goes_on_in_the_next_week_has_its_frame_there_too(void **state)
{
    (void)state;
    int64_t frame = 0, drawn = 0;
    world_import(&world, WORLD_PILOT, 0, 4, NULL);
    world_plan(&world, "r", WORLD_PILOT, 0);
    assert_true(freeze("r", &frame, &drawn));
    expect_release(world_release(&world, "r", 0, 2), 2, 2, 0, 0);
    world.now_ms += 7 * DAY_MS;
    expect_release(world_release(&world, "r", 2, 2), 4, 2, 0, 0);
    assert_string_equal(world_field(&world, "n:2026-W04", WORLD_PILOT "|" WORLD_SURVEY), "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_round_is_planned_once),
        STORE_TEST(the_plan_is_what_an_org_waits_for_until_it_is_released),
        STORE_TEST(a_frozen_frame_stays),
        STORE_TEST(a_week_keeps_its_largest_frame),
        STORE_TEST(a_pilot_without_contacts_is_released_at_once),
        STORE_TEST(each_position_is_released_once),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_release),
        STORE_TEST(nobody_is_asked_while_a_pulse_is_open),
        STORE_TEST(a_contact_drawn_twice_in_one_step_has_one_pulse),
        STORE_TEST(a_second_round_in_the_same_week_is_capped),
        STORE_TEST(an_open_pulse_holds_until_it_closes_then_the_caps_hold),
        STORE_TEST(the_same_question_counts_from_the_week_it_was_asked),
        STORE_TEST(nobody_is_asked_more_often_than_a_year_allows),
        STORE_TEST(who_stopped_or_cannot_be_reached_or_is_gone_is_not_asked),
        STORE_TEST(a_release_that_goes_on_in_the_next_week_has_its_frame_there_too),
    };
    return STORE_MAIN(tests);
}
