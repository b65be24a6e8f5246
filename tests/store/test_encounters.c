/* Encounters: one key draws one pulse and gets one answer, who may not be asked is not, and what is refused leaves
 * nothing behind. */
#include "fixture.h"

#include <stdlib.h>

#include "store/encounters.h"

/* What a request becomes: contact n of the pilot, due an hour from now, until the evening. */
static struct encounter_commit asked(const char *key, int contact)
{
    static char hash[PHONE_HASH_SIZE];
    struct encounter_commit commit = {.received_ms = world.now_ms,
                                      .phone_hash = hash,
                                      .contact = "",
                                      .pilot = WORLD_PILOT,
                                      .survey = WORLD_SURVEY,
                                      .survey_id = world.survey.id,
                                      .question = world.survey.questions[0].id,
                                      .due_ms = world.now_ms + HOUR_MS,
                                      .not_after_ms = world.now_ms + 8 * HOUR_MS};
    phone_hash(world.keys.keys[KEY_HASH], world_phone(contact), hash);
    id_digest(key, strlen(key), commit.key_digest);
    id_digest(hash, strlen(hash), commit.body_digest);
    snprintf(commit.encounter, ID_SIZE, "encounter%03d", world.serial);
    snprintf(commit.pulse, ID_SIZE, "%s", world_pulse(world.serial));
    snprintf(commit.message, ID_SIZE, "%s", world_message(world.serial));
    world.serial++;
    return commit;
}

static enum encounter_result commit(const struct encounter_commit *commit, struct encounter_taken *taken_out)
{
    struct redis_command command = {0};
    encounter_commit_command(&command, &world.org, commit);
    struct redis_value *value = world_call(&world, &command);
    enum encounter_result result = encounter_commit_result(value, taken_out);
    redis_value_free(&value);
    redis_command_free(&command);
    return result;
}

static enum encounter_result report(const char *key, int contact, struct encounter_taken *taken_out)
{
    struct encounter_commit one = asked(key, contact);
    return commit(&one, taken_out);
}

static void expect_outcome(const char *key, int contact, const char *outcome, const char *reason)
{
    struct encounter_taken taken;
    assert_int_equal(report(key, contact, &taken), ENCOUNTER_TAKEN);
    assert_string_equal(taken.outcome, outcome);
    assert_string_equal(taken.reason, reason);
}

static void an_encounter_draws_a_pulse_that_goes_when_it_is_due(void **state)
{
    (void)state;
    struct encounter_taken taken;
    struct claimed claimed[STORE_ITEMS_MAX];
    world_import(&world, WORLD_PILOT, 0, 7, NULL);
    struct encounter_commit one = asked("key", 3);
    assert_int_equal(commit(&one, &taken), ENCOUNTER_TAKEN);
    assert_string_equal(taken.encounter, one.encounter);
    assert_string_equal(taken.outcome, "scheduled");
    assert_int_equal(taken.due_ms, world.now_ms + HOUR_MS);
    assert_string_equal(world_pulse_field(&world, 0, "c"), world_contact(3));
    assert_string_equal(world_pulse_field(&world, 0, "r"), "");
    assert_string_equal(world_pulse_field(&world, 0, "p"), WORLD_PILOT);
    assert_string_equal(world_pulse_field(&world, 0, "v"), WORLD_SURVEY);
    assert_string_equal(world_pulse_field(&world, 0, "qf"), "q:felt-forward/forward");
    assert_string_equal(world_pulse_field(&world, 0, "st"), "queued");
    assert_string_equal(world_contact_field(&world, 3, "o"), world_pulse(0));
    assert_string_equal(world_field(&world, "n:2026-W03", WORLD_PILOT "|" WORLD_SURVEY), "7");
    assert_int_equal(world_count(&world, "p:queued"), 1);
    assert_int_equal(world_count(&world, "m:queued"), 1);
    assert_int_equal(world_count(&world, "h:drawn"), 1);
    assert_int_equal(world_count(&world, "x:encounter"), 1);
    world_check(&world);

    assert_int_equal(world_claim(&world, 10, claimed), 0); /* not yet */
    world.now_ms += HOUR_MS;
    assert_int_equal(world_send_all(&world), 1);
    assert_string_equal(world_pulse_field(&world, 0, "st"), "open");
    assert_int_equal(world_reply(&world, 3, "r1", "5"), COMMIT_DONE);
    assert_string_equal(
        world_field(&world, "k:2026-W03", WORLD_PILOT "|" WORLD_SURVEY "/forward|18-29,south|5"), "1");
}

static void a_contact_is_found_by_id_too(void **state)
{
    (void)state;
    struct encounter_taken taken;
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    struct encounter_commit one = asked("key", 0);
    one.phone_hash = "";
    one.contact = world_contact(1);
    assert_int_equal(commit(&one, &taken), ENCOUNTER_TAKEN);
    assert_string_equal(world_pulse_field(&world, 0, "c"), world_contact(1));
}

static void a_key_gets_the_same_answer_and_draws_once(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    struct encounter_taken first, again;
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    assert_int_equal(report("key", 0, &first), ENCOUNTER_TAKEN);
    snapshot_digest(&world, "", before);
    for (int days = 0; days <= 14; days += 7) { /* in the week after it and the one after that, as promised */
        world.now_ms += days == 0 ? 0 : 7 * DAY_MS;
        assert_int_equal(report("key", 0, &again), ENCOUNTER_TAKEN);
        assert_string_equal(again.encounter, first.encounter);
        assert_string_equal(again.outcome, first.outcome);
        assert_int_equal(again.due_ms, first.due_ms);
        assert_int_equal(report("key", 1, &again), ENCOUNTER_CONFLICT);
    }
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    struct encounter_commit late = asked("key", 0); /* it was long ago by now: only a new key is refused */
    late.too_old = true;
    assert_int_equal(commit(&late, &again), ENCOUNTER_TAKEN);
    assert_string_equal(again.encounter, first.encounter);
    late = asked("late", 1);
    late.too_old = true;
    assert_int_equal(commit(&late, &again), ENCOUNTER_TOO_OLD);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    assert_int_equal(report("another", 1, &again), ENCOUNTER_TAKEN);
    assert_string_not_equal(again.encounter, first.encounter);
}

/* Two collectors, each with the decision of its own, at the same time: whoever comes second hears of the first. */
static void two_at_once_with_one_key_draw_once(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct error error = {""};
    struct encounter_taken taken[2];
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    struct redis_link *links[2];
    for (int i = 0; i < 2; i++) {
        struct encounter_commit one = asked("key", 0);
        links[i] = redis_link_open(redis_server_address(world.server), "", 10000, &error);
        assert_non_null(links[i]);
        encounter_commit_command(&command, &world.org, &one);
        assert_true(redis_link_queue(links[i], &command, &error));
    }
    for (int i = 0; i < 2; i++) {
        struct redis_value *value = redis_link_take(links[i], &error);
        assert_int_equal(encounter_commit_result(value, &taken[i]), ENCOUNTER_TAKEN);
        redis_value_free(&value);
        redis_link_close(&links[i]);
    }
    redis_command_free(&command);
    assert_string_equal(taken[0].encounter, taken[1].encounter);
    assert_int_equal(world_count(&world, "p:queued"), 1);
    assert_int_equal(world_count(&world, "x:encounter"), 1);
}

static void what_is_refused_leaves_nothing(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    struct encounter_taken taken;
    struct error error = {""};
    assert_int_equal(pilot_store(world.link, WORLD_ORG, "other", world.pilot_json.chars, &error),
                     PUT_WRITTEN);
    world_import(&world, "other", 0, 1, NULL);
    world_import(&world, WORLD_PILOT, 1, 1, NULL);
    snapshot_digest(&world, "", before);
    assert_int_equal(report("key", 9, &taken), ENCOUNTER_UNKNOWN);
    assert_int_equal(report("key", 0, &taken), ENCOUNTER_NOT_MEMBER);
    struct encounter_commit one = asked("key", 1);
    one.pilot = "nothing";
    assert_int_equal(commit(&one, &taken), ENCOUNTER_NO_PILOT);
    one = asked("key", 1);
    one.pilot = "oth";
    assert_int_equal(commit(&one, &taken), ENCOUNTER_NO_PILOT);
    one = asked("key", 1);
    one.phone_hash = "";
    one.contact = "nobody's id.";
    assert_int_equal(commit(&one, &taken), ENCOUNTER_UNKNOWN);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    assert_int_equal(report("key", 1, &taken), ENCOUNTER_TAKEN); /* nor was the key used up */
}

static void who_may_not_be_asked_is_counted_and_told(void **state)
{
    (void)state;
    char again[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    world_import(&world, WORLD_PILOT, 0, 5, NULL);
    world_round(&world, "r", WORLD_PILOT);
    expect_outcome("open", 0, "capped", "open_pulse");
    assert_int_equal(world_send_all(&world), 5);
    expect_outcome("open-2", 0, "capped", "open_pulse");
    assert_int_equal(world_reply(&world, 1, "r1", "STOP"), COMMIT_DONE);
    expect_outcome("stop", 1, "suppressed", "stopped");
    assert_int_equal(world_reply(&world, 2, "r2", "TAUKO"), COMMIT_DONE);
    expect_outcome("pause", 2, "suppressed", "paused");
    world.now_ms += 8 * DAY_MS; /* the pulses are over */
    expect_outcome("gap", 0, "capped", "gap");
    world.now_ms += 8 * DAY_MS;
    expect_outcome("question", 0, "capped", "same_question");
    assert_int_equal(world_count(&world, "p:capped"), 4);
    assert_int_equal(world_count(&world, "p:suppressed"), 2);
    assert_int_equal(world_count(&world, "h:drawn"), 11);
    snapshot_digest(&world, "", again);
    expect_outcome("question", 0, "capped", "same_question"); /* the same again, counted once */
    snapshot_digest(&world, "", after);
    assert_string_equal(again, after);
}

/* An open pulse is judged by the present, though it would be over when the new one is due. */
static void a_pulse_that_is_open_now_is_not_replaced(void **state)
{
    (void)state;
    struct encounter_taken taken;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_released(&world, 1);
    assert_int_equal(world_send_all(&world), 1);
    struct encounter_commit one = asked("key", 0);
    one.due_ms = world.now_ms + 200 * DAY_MS;
    assert_int_equal(commit(&one, &taken), ENCOUNTER_TAKEN);
    assert_string_equal(taken.outcome, "capped");
    assert_string_equal(taken.reason, "open_pulse");
}

static void a_waiting_encounter_keeps_rounds_away_and_the_other_way_round(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    expect_outcome("key", 0, "scheduled", "asked");
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:queued"), 2);
    assert_int_equal(world_count(&world, "p:capped"), 1);
    expect_outcome("key-2", 1, "capped", "open_pulse");
}

static void a_stop_before_it_is_due_is_obeyed(void **state)
{
    (void)state;
    struct claimed claimed[STORE_ITEMS_MAX];
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    expect_outcome("key", 0, "scheduled", "asked");
    assert_int_equal(world_reply(&world, 0, "r", "STOP"), COMMIT_DONE);
    world.now_ms += HOUR_MS;
    assert_true(world_claim(&world, 10, claimed) > 0);
    assert_string_equal(world_intend(&world, world_message(0), "op"), "SUPPRESSED");
    assert_int_equal(world_count(&world, "p:suppressed"), 1);
}

/* What is due next week is of next week, with next week's frame; the present week has begun all the same. */
static void the_week_is_that_of_its_sending(void **state)
{
    (void)state;
    struct encounter_taken taken;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    struct encounter_commit one = asked("key", 0);
    one.due_ms = world.now_ms + 6 * DAY_MS;
    one.not_after_ms = one.due_ms + HOUR_MS;
    assert_int_equal(commit(&one, &taken), ENCOUNTER_TAKEN);
    assert_string_equal(world_pulse_field(&world, 0, "w"), "2026-W04");
    assert_string_equal(world_field(&world, "n:2026-W04", WORLD_PILOT "|" WORLD_SURVEY), "3");
    assert_false(world_exists(&world, "n:2026-W03"));
    assert_string_equal(world_field(&world, "weeks", "2026-W03"), "open");
    assert_string_equal(world_field(&world, "weeks", "2026-W04"), "open");
    world_check(&world);

    /* Asked in yet another week, by an operator's hand on the clock: the members there are then are that week's frame. */
    struct claimed claimed[STORE_ITEMS_MAX];
    world_import(&world, WORLD_PILOT, 3, 1, NULL);
    WORLD_DO(&world, "HDEL", "p:{" WORLD_ORG "}:m:message00000", "na");
    world.now_ms += 14 * DAY_MS;
    assert_int_equal(world_claim(&world, 10, claimed), 1);
    assert_string_equal(world_intend(&world, world_message(0), "op"), "OK");
    assert_string_equal(world_settle(&world, world_message(0), "op", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_pulse_field(&world, 0, "w"), "2026-W05");
    assert_string_equal(world_field(&world, "n:2026-W05", WORLD_PILOT "|" WORLD_SURVEY), "4");
}

static void a_closed_week_keeps_neither_link_nor_key(void **state)
{
    (void)state;
    static const char *const contacts_own[] = {"c:", "h:", "pm:", NULL}, *const nowhere[] = {NULL};
    struct encounter_taken taken;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    struct encounter_commit one = asked("key", 0);
    assert_int_equal(commit(&one, &taken), ENCOUNTER_TAKEN);
    world.now_ms += HOUR_MS;
    assert_int_equal(world_send_all(&world), 1);
    world.now_ms += 14 * DAY_MS;
    world_close_week(&world, "2026-W03");
    snapshot_expect_no_mention(&world, world_contact(0), contacts_own);
    assert_true(world_exists(&world, "id:2026-W03"));
    WORLD_DO(&world, "FCALL", "week_seal", "1", world_key(""), "2026-W04", "0", "2026-W03");
    assert_false(world_exists(&world, "id:2026-W03"));
    snapshot_expect_no_mention(&world, one.encounter, nowhere);
}

static void the_answer_leads_to_no_pulse(void **state)
{
    (void)state;
    static const char *const of_the_key[] = {"id:", NULL};
    struct encounter_taken taken;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(report("key", 0, &taken), ENCOUNTER_TAKEN);
    snapshot_expect_no_mention(&world, taken.encounter, of_the_key);
    struct redis_value *kept = WORLD_RUN(&world, "HVALS", world_key("id:2026-W03"));
    assert_int_equal(redis_count(kept), 1);
    assert_null(strstr(redis_text(redis_item(kept, 0)), world_pulse(0)));
    assert_null(strstr(redis_text(redis_item(kept, 0)), world_contact(0)));
    redis_value_free(&kept);
}

static void a_wrong_type_anywhere_refuses_all_of_it(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    expect_outcome("first", 0, "scheduled", "asked"); /* every key is there */
    struct encounter_commit one = asked("key", 1);
    encounter_commit_command(&command, &world.org, &one);
    /* id, pilots, phone index, contact, members, books, queue, week's pulses, weeks, frames, new pulse, new message */
    assert_int_equal(snapshot_refusals(&world, &command), 12);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "p:queued"), 2);

    /* A pulse that ends at once writes log and counters. */
    one = asked("capped", 1);
    encounter_commit_command(&command, &world.org, &one);
    assert_true(snapshot_refusals(&world, &command) >= 10);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "p:capped"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_encounter_draws_a_pulse_that_goes_when_it_is_due),
        STORE_TEST(a_contact_is_found_by_id_too),
        STORE_TEST(a_key_gets_the_same_answer_and_draws_once),
        STORE_TEST(two_at_once_with_one_key_draw_once),
        STORE_TEST(what_is_refused_leaves_nothing),
        STORE_TEST(who_may_not_be_asked_is_counted_and_told),
        STORE_TEST(a_pulse_that_is_open_now_is_not_replaced),
        STORE_TEST(a_waiting_encounter_keeps_rounds_away_and_the_other_way_round),
        STORE_TEST(a_stop_before_it_is_due_is_obeyed),
        STORE_TEST(the_week_is_that_of_its_sending),
        STORE_TEST(a_closed_week_keeps_neither_link_nor_key),
        STORE_TEST(the_answer_leads_to_no_pulse),
        STORE_TEST(a_wrong_type_anywhere_refuses_all_of_it),
    };
    return STORE_MAIN(tests);
}
