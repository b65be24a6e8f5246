/* Schedules: written once, each due time dealt with exactly once, and a round planned with it or not at all. */
#include "fixture.h"

#include <stdlib.h>

#include "store/schedules.h"

#define TUESDAY_MS (world.now_ms) /* the world's now is a Tuesday at 10:00 */
#define NEXT_MS    (world.now_ms + 7 * DAY_MS)

static struct schedule tuesdays(const char *id)
{
    struct schedule schedule = {.until_day = -1, .survey = WORLD_SURVEY, .seed = "a seed", .sample = 3};
    struct error error = {""};
    snprintf(schedule.id, sizeof schedule.id, "%s", id);
    snprintf(schedule.pilot, sizeof schedule.pilot, WORLD_PILOT);
    schedule.from_day = day_index_at(world.org.zone, world.now_ms);
    assert_true(schedule_set_rule(&schedule, &world.org.window, "FREQ=WEEKLY;BYDAY=TU;BYHOUR=10", &error));
    return schedule;
}

static enum schedule_put put(const char *id, int64_t next_ms)
{
    struct schedule schedule = tuesdays(id);
    struct error error = {""};
    return schedule_store(world.link, WORLD_ORG, &schedule, next_ms, &error);
}

/* The commands that schedule_store and the others send, for the tries with wrong types. */
static void put_command(struct redis_command *command, const char *id)
{
    struct schedule schedule = tuesdays(id);
    struct text json = {0};
    schedule_json(&schedule, &json);
    call_begin(command, "schedule_put", WORLD_ORG);
    redis_command_add(command, id);
    redis_command_add(command, json.chars);
    redis_command_add_int(command, NEXT_MS);
    text_free(&json);
}

static void words_command(struct redis_command *command, const char *function, const char *const *words)
{
    call_begin(command, function, WORLD_ORG);
    for (; *words != NULL; words++)
        redis_command_add(command, *words);
}

static struct round round_at(int64_t at_ms)
{
    struct schedule schedule = tuesdays("tuesdays");
    struct round round = {.pilot = WORLD_PILOT,
                          .survey = WORLD_SURVEY,
                          .at_ms = at_ms,
                          .not_after_ms = at_ms + 8 * HOUR_MS,
                          .sample = 3};
    schedule_round_names(&schedule, world.org.zone, at_ms, round.id, round.seed);
    return round;
}

static void fire_command(struct redis_command *command, int64_t due_ms, int64_t next_ms,
                         const struct round *round)
{
    struct schedule_fire fire = {.id = "tuesdays",
                                 .due_ms = due_ms,
                                 .next_ms = next_ms,
                                 .round = round,
                                 .last_ms = due_ms + 14 * DAY_MS,
                                 .skipped = 3,
                                 .reason = "nobody was there"};
    schedule_fire_command(command, WORLD_ORG, &fire);
}

static enum schedule_fired fire(int64_t due_ms, int64_t next_ms, const struct round *round)
{
    struct redis_command command = {0};
    fire_command(&command, due_ms, next_ms, round);
    struct redis_value *value = world_call(&world, &command);
    enum schedule_fired fired = schedule_fire_result(value);
    redis_value_free(&value);
    redis_command_free(&command);
    return fired;
}

/* The one schedule there is, "" when there is none. */
static struct schedule_record the_record(void)
{
    struct schedule_record *records = NULL, record = {.next_ms = -1};
    size_t count = 0;
    struct error error = {""};
    if (!schedules_load(world.link, WORLD_ORG, &records, &count, &error))
        fail_msg("%s", error.text);
    assert_in_range(count, 0, 1);
    if (count == 1)
        record = records[0];
    free(records);
    return record;
}

static struct org_next what_is_next(void)
{
    struct redis_command command = {0};
    struct org_next next;
    org_next_command(&command, WORLD_ORG);
    struct redis_value *value = world_call(&world, &command);
    assert_true(org_next_result(value, &next));
    redis_value_free(&value);
    redis_command_free(&command);
    return next;
}

static int64_t number(const char *verb, const char *key)
{
    struct redis_value *value = WORLD_RUN(&world, verb, world_key(key));
    int64_t result = redis_int(value);
    redis_value_free(&value);
    return result;
}

/* --- writing --- */

static void a_schedule_is_written_once(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    struct error error = {""};
    assert_string_equal(what_is_next().schedule, "");
    assert_int_equal(what_is_next().schedule_due_ms, -1);
    assert_int_equal(put("tuesdays", NEXT_MS), SCHEDULE_PUT_WRITTEN);
    assert_string_equal(what_is_next().schedule, "tuesdays");
    assert_int_equal(what_is_next().schedule_due_ms, NEXT_MS);
    struct schedule_record record = the_record();
    assert_int_equal(record.state, SCHEDULE_ACTIVE);
    assert_int_equal(record.next_ms, NEXT_MS);
    assert_int_equal(record.run_ms, -1);
    assert_int_equal(record.skipped, 0);
    assert_string_equal(record.schedule.rule.text, "FREQ=WEEKLY;BYDAY=TU;BYHOUR=10");

    snapshot_digest(&world, "", before);
    assert_int_equal(put("tuesdays", NEXT_MS + DAY_MS), SCHEDULE_PUT_SAME); /* keeps its due time */
    struct schedule other = tuesdays("tuesdays");
    other.sample = 4;
    assert_int_equal(schedule_store(world.link, WORLD_ORG, &other, NEXT_MS, &error), SCHEDULE_PUT_DIFFERS);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void the_schedule_that_is_due_first_comes_first(void **state)
{
    (void)state;
    assert_int_equal(put("late", NEXT_MS), SCHEDULE_PUT_WRITTEN);
    assert_int_equal(put("soon", TUESDAY_MS), SCHEDULE_PUT_WRITTEN);
    assert_string_equal(what_is_next().schedule, "soon");
    struct schedule_record *records = NULL;
    size_t count = 0;
    struct error error = {""};
    assert_true(schedules_load(world.link, WORLD_ORG, &records, &count, &error));
    assert_int_equal(count, 2);
    assert_string_equal(records[0].schedule.id, "late"); /* by name */
    assert_string_equal(records[1].schedule.id, "soon");
    free(records);
}

static void there_is_a_limit_to_schedules(void **state)
{
    (void)state;
    struct error error = {""};
    for (int i = 0; i < SCHEDULES_MAX; i++) {
        char id[16];
        snprintf(id, sizeof id, "s%d", i);
        assert_int_equal(put(id, NEXT_MS), SCHEDULE_PUT_WRITTEN);
    }
    struct schedule one_more = tuesdays("one-more");
    assert_int_equal(schedule_store(world.link, WORLD_ORG, &one_more, NEXT_MS, &error), SCHEDULE_PUT_FAILED);
    assert_string_equal(error.text, "there are 128 schedules already: remove one first");
    assert_int_equal(put("s5", NEXT_MS), SCHEDULE_PUT_SAME);
    struct schedule_record *records = NULL;
    size_t count = 0;
    assert_true(schedules_load(world.link, WORLD_ORG, &records, &count, &error));
    assert_int_equal(count, SCHEDULES_MAX);
    free(records);
}

static void a_wrong_type_anywhere_refuses_every_write(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct round round = round_at(TUESDAY_MS);
    put_command(&command, "tuesdays");
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* schedules, sched, b */
    assert_int_equal(number("ZCARD", "sched"), 1);
    WORLD_DO(&world, "ZADD", world_key("sched"), "1768291200000", "tuesdays");
    assert_int_equal(the_record().next_ms, TUESDAY_MS);

    words_command(&command, "schedule_set_state", (const char *const[]){"tuesdays", "paused", "", NULL});
    assert_int_equal(snapshot_refusals(&world, &command), 4); /* and sr */
    words_command(&command, "schedule_set_state",
                  (const char *const[]){"tuesdays", "active", "1768291200000", NULL});
    assert_int_equal(snapshot_refusals(&world, &command), 4);

    fire_command(&command, TUESDAY_MS, NEXT_MS, &round);
    /* schedules, sched, sr, b, plan, rounds, the round */
    assert_int_equal(snapshot_refusals(&world, &command), 7);
    fire_command(&command, NEXT_MS, -1, NULL);
    assert_int_equal(snapshot_refusals(&world, &command), 4); /* the first four */
    words_command(&command, "schedule_remove", (const char *const[]){"tuesdays", NULL});
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* sched is gone with its last member */
    redis_command_free(&command);
    assert_string_equal(the_record().schedule.id, "");
}

/* --- firing --- */

static void firing_plans_the_round_and_moves_the_due_time_at_once(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE], differs[128];
    struct round round = round_at(TUESDAY_MS);
    struct redis_command command = {0};
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_FIRED);
    assert_int_equal(what_is_next().schedule_due_ms, NEXT_MS);
    assert_string_equal(what_is_next().round, "tuesdays.2026-01-13");
    assert_int_equal(what_is_next().round_at_ms, TUESDAY_MS);
    round_plan_command(&command, WORLD_ORG, &round); /* exactly what planning it by hand would have written */
    struct redis_value *value = world_call(&world, &command);
    assert_int_equal(round_plan_result(value, differs), ROUND_SAME);
    redis_value_free(&value);
    redis_command_free(&command);
    struct schedule_record record = the_record();
    assert_int_equal(record.run_ms, TUESDAY_MS);
    assert_string_equal(record.run_round, "tuesdays.2026-01-13");

    snapshot_digest(&world, "",
                    before); /* the answer was lost: the same again, and by another dispatcher later */
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_STALE);
    assert_int_equal(fire(TUESDAY_MS, -1, NULL), SCHEDULE_STALE);
    assert_int_equal(fire(TUESDAY_MS + DAY_MS, NEXT_MS, &round), SCHEDULE_STALE);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void the_round_of_a_schedule_is_released_as_any_other(void **state)
{
    (void)state;
    int64_t frame = 0, drawn = 0;
    struct redis_command command = {0};
    struct round round = round_at(TUESDAY_MS);
    world_import(&world, WORLD_PILOT, 0, 10, NULL);
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_FIRED);
    round_freeze_command(&command, WORLD_ORG, round.id, world_asking(&world).week);
    struct redis_value *value = world_call(&world, &command);
    assert_true(round_freeze_result(value, &frame, &drawn));
    redis_value_free(&value);
    redis_command_free(&command);
    assert_int_equal(drawn, 3);
    assert_int_equal(world_release(&world, round.id, 0, 3).queued, 3);
    assert_string_equal(what_is_next().round, "");
    assert_int_equal(world_send_all(&world), 3);
}

static void what_is_skipped_is_counted_and_remembered(void **state)
{
    (void)state;
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, TUESDAY_MS + 21 * DAY_MS, NULL), SCHEDULE_FIRED);
    struct schedule_record record = the_record();
    assert_int_equal(record.next_ms, TUESDAY_MS + 21 * DAY_MS);
    assert_int_equal(record.skip_first_ms, TUESDAY_MS);
    assert_int_equal(record.skip_last_ms, TUESDAY_MS + 14 * DAY_MS);
    assert_int_equal(record.skipped, 3);
    assert_string_equal(record.skip_reason, "nobody was there");
    assert_int_equal(record.run_ms, -1);
    assert_int_equal(world_count(&world, "x:schedule_skipped"), 3);
    assert_false(world_exists(&world, "plan"));
    assert_false(world_exists(&world, "rounds"));
}

static void the_last_one_ends_the_schedule(void **state)
{
    (void)state;
    bool changed = true;
    struct error error = {""};
    struct round round = round_at(TUESDAY_MS);
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, -1, &round), SCHEDULE_FIRED);
    assert_int_equal(the_record().state, SCHEDULE_ENDED);
    assert_string_equal(what_is_next().schedule, "");
    assert_int_equal(fire(TUESDAY_MS, -1, &round), SCHEDULE_STALE);
    assert_true(schedule_set_paused(world.link, WORLD_ORG, "tuesdays", false, NEXT_MS, &changed, &error));
    assert_false(changed); /* it is not paused: it has ended */
    assert_int_equal(the_record().state, SCHEDULE_ENDED);
}

static void a_round_of_that_name_is_kept(void **state)
{
    (void)state;
    struct round round = round_at(TUESDAY_MS);
    world_plan(&world, round.id, WORLD_PILOT, 40); /* asks something else */
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_ROUND_TAKEN);
    assert_string_equal(world_field(&world, "r:tuesdays.2026-01-13", "sample"), "40");
    assert_int_equal(number("ZCARD", "rounds"), 1);
    struct schedule_record record = the_record();
    assert_int_equal(record.next_ms, NEXT_MS);
    assert_int_equal(record.skipped, 1);
    assert_string_equal(record.skip_reason,
                        "round tuesdays.2026-01-13 is there already and asks something else");
    assert_int_equal(world_count(&world, "x:schedule_skipped"), 1);
}

/* Removed and made again on the same day, and due again: one round. */
static void the_same_round_is_not_planned_twice(void **state)
{
    (void)state;
    bool changed = false;
    struct error error = {""};
    struct round round = round_at(TUESDAY_MS);
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_FIRED);
    WORLD_DO(&world, "ZREM", world_key("plan"), round.id); /* released */
    assert_true(schedule_remove(world.link, WORLD_ORG, "tuesdays", &changed, &error));
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_FIRED);
    assert_string_equal(what_is_next().round, "");
    assert_int_equal(number("ZCARD", "rounds"), 1);
}

static void two_dispatchers_fire_once(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct error error = {""};
    struct round round = round_at(TUESDAY_MS);
    int fired = 0, stale = 0;
    put("tuesdays", TUESDAY_MS);
    for (int i = 0; i < 4; i++) { /* all before any answer; two think that it was missed */
        fire_command(&command, TUESDAY_MS, NEXT_MS, i % 2 == 0 ? NULL : &round);
        assert_true(redis_link_queue(world.link, &command, &error));
    }
    for (int i = 0; i < 4; i++) {
        struct redis_value *value = redis_link_take(world.link, &error);
        assert_non_null(value);
        fired += schedule_fire_result(value) == SCHEDULE_FIRED;
        stale += schedule_fire_result(value) == SCHEDULE_STALE;
        redis_value_free(&value);
    }
    redis_command_free(&command);
    assert_int_equal(fired, 1);
    assert_int_equal(stale, 3);
    assert_false(world_exists(&world, "plan"));
    assert_int_equal(the_record().skipped, 3);
}

/* --- pausing and removing --- */

static void a_paused_schedule_does_not_fire(void **state)
{
    (void)state;
    bool changed = false;
    struct error error = {""};
    struct round round = round_at(TUESDAY_MS);
    put("tuesdays", TUESDAY_MS);
    for (int i = 0; i < 2; i++) {
        assert_true(schedule_set_paused(world.link, WORLD_ORG, "tuesdays", true, -1, &changed, &error));
        assert_int_equal(changed, i == 0);
    }
    assert_int_equal(the_record().state, SCHEDULE_PAUSED);
    assert_string_equal(what_is_next().schedule, "");
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_STALE);
    assert_int_equal(put("tuesdays", TUESDAY_MS), SCHEDULE_PUT_SAME);
    assert_int_equal(the_record().state, SCHEDULE_PAUSED);
    for (int i = 0; i < 2; i++) {
        assert_true(schedule_set_paused(world.link, WORLD_ORG, "tuesdays", false, NEXT_MS, &changed, &error));
        assert_int_equal(changed, i == 0);
    }
    assert_int_equal(the_record().state, SCHEDULE_ACTIVE);
    assert_int_equal(the_record().next_ms, NEXT_MS);
    assert_true(schedule_set_paused(world.link, WORLD_ORG, "tuesdays", true, -1, &changed, &error));
    assert_true(schedule_set_paused(world.link, WORLD_ORG, "tuesdays", false, -1, &changed, &error));
    assert_int_equal(the_record().state, SCHEDULE_ENDED);
    assert_false(schedule_set_paused(world.link, WORLD_ORG, "absent", true, -1, &changed, &error));
    assert_non_null(strstr(error.text, "there is no such schedule"));
}

static void a_removed_schedule_leaves_nothing_but_its_rounds(void **state)
{
    (void)state;
    bool changed = false;
    struct error error = {""};
    struct round round = round_at(TUESDAY_MS);
    put("tuesdays", TUESDAY_MS);
    assert_int_equal(fire(TUESDAY_MS, NEXT_MS, &round), SCHEDULE_FIRED);
    assert_int_equal(fire(NEXT_MS, NEXT_MS + 28 * DAY_MS, NULL), SCHEDULE_FIRED);
    assert_true(schedule_set_paused(world.link, WORLD_ORG, "tuesdays", true, -1, &changed, &error));
    for (int i = 0; i < 2; i++) {
        assert_true(schedule_remove(world.link, WORLD_ORG, "tuesdays", &changed, &error));
        assert_int_equal(changed, i == 0);
    }
    assert_false(world_exists(&world, "schedules"));
    assert_false(world_exists(&world, "sched"));
    assert_false(world_exists(&world, "sr"));
    assert_int_equal(fire(NEXT_MS + 28 * DAY_MS, -1, &round), SCHEDULE_STALE);
    assert_string_equal(what_is_next().round, "tuesdays.2026-01-13");
}

static void what_is_stored_and_unreadable_is_said(void **state)
{
    (void)state;
    struct schedule schedule;
    struct error error = {""};
    struct redis_command command = {0};
    static const char *const cases[][2] = {
        {"{}", "stored schedule \"tuesdays\": pilot: missing"},
        {"{", "stored schedule \"tuesdays\": line 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schedule_record *records = NULL;
        size_t count = 0;
        WORLD_DO(&world, "HSET", world_key("schedules"), "tuesdays", cases[i][0]);
        schedule_load_command(&command, WORLD_ORG, "tuesdays");
        struct redis_value *value = world_call(&world, &command);
        assert_false(schedule_load_result(value, "tuesdays", &schedule, &error));
        redis_value_free(&value);
        if (strstr(error.text, cases[i][1]) == NULL)
            fail_msg("%s", error.text);
        put("healthy", NEXT_MS); /* is not lost with it */
        assert_true(schedules_load(world.link, WORLD_ORG, &records, &count, &error));
        assert_int_equal(count, 2);
        assert_string_equal(records[0].schedule.id, "healthy");
        assert_int_equal(records[0].state, SCHEDULE_ACTIVE);
        assert_string_equal(records[1].schedule.id, "tuesdays");
        assert_int_equal(records[1].state, SCHEDULE_UNREADABLE);
        assert_int_equal(records[1].next_ms, -1);
        free(records);
    }
    schedule_load_command(&command, WORLD_ORG, "absent");
    struct redis_value *value = world_call(&world, &command);
    assert_false(schedule_load_result(value, "absent", &schedule, &error));
    assert_string_equal(error.text, "no schedule \"absent\"");
    redis_value_free(&value);
    assert_false(schedule_load_result(NULL, "absent", &schedule, &error));
    redis_command_free(&command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_schedule_is_written_once),
        STORE_TEST(the_schedule_that_is_due_first_comes_first),
        STORE_TEST(there_is_a_limit_to_schedules),
        STORE_TEST(a_wrong_type_anywhere_refuses_every_write),
        STORE_TEST(firing_plans_the_round_and_moves_the_due_time_at_once),
        STORE_TEST(the_round_of_a_schedule_is_released_as_any_other),
        STORE_TEST(what_is_skipped_is_counted_and_remembered),
        STORE_TEST(the_last_one_ends_the_schedule),
        STORE_TEST(a_round_of_that_name_is_kept),
        STORE_TEST(the_same_round_is_not_planned_twice),
        STORE_TEST(two_dispatchers_fire_once),
        STORE_TEST(a_paused_schedule_does_not_fire),
        STORE_TEST(a_removed_schedule_leaves_nothing_but_its_rounds),
        STORE_TEST(what_is_stored_and_unreadable_is_said),
    };
    return STORE_MAIN(tests);
}
