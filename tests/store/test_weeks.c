/* The close of a week: dispositions once, figures once, and afterwards nothing that leads to a person. */
#include "fixture.h"

#include <stdlib.h>

#include "store/weeks.h"

#define WEEK     "2026-W03"
#define FIELD    "coaching-a|felt-forward@1|18-29,"
#define CONTACTS 8

static struct claimed claimed[STORE_ITEMS_MAX];
static struct week_loaded loaded;

static void load(void)
{
    struct redis_command command = {0};
    week_load_command(&command, WORLD_ORG, WEEK);
    struct redis_value *value = world_call(&world, &command);
    assert_true(week_load_result(value, &loaded));
    redis_value_free(&value);
    redis_command_free(&command);
}

static void settle_command(struct redis_command *command)
{
    struct week_end ends[WEEK_BATCH_MAX];
    for (size_t i = 0; i < loaded.pulses_count; i++)
        ends[i] = (struct week_end){&loaded.pulses[i], loaded.pulses[i].asked
                                                           ? disposition_at_close(&loaded.pulses[i].end)
                                                           : PULSE_STALE};
    week_settle_command(command, WORLD_ORG, WEEK, ends, loaded.pulses_count);
}

/* Settles what was loaded; returns how many were settled. */
static int64_t settle(int64_t *stale_out)
{
    struct redis_command command = {0};
    int64_t settled = 0;
    settle_command(&command);
    struct redis_value *value = world_call(&world, &command);
    assert_true(week_settle_result(value, &settled, stale_out));
    redis_value_free(&value);
    redis_command_free(&command);
    return settled;
}

static int counted(const char *rest)
{
    char field[128];
    snprintf(field, sizeof field, FIELD "%s", rest);
    return atoi(world_field(&world, "k:" WEEK, field));
}

static void publish_command(struct redis_command *command, const char *unit, const char *figures)
{
    week_publish_command(command, WORLD_ORG, WEEK, &unit, &figures, 1);
}

static bool seal(int64_t due_ms)
{
    struct redis_command command = {0};
    week_seal_command(&command, WORLD_ORG, WEEK, "2026-W02", due_ms);
    struct redis_value *value = world_call(&world, &command);
    bool sealed = week_seal_result(value);
    redis_value_free(&value);
    redis_command_free(&command);
    return sealed;
}

/* Eight contacts, one of each end. 0 answered, 1 answered and stopped, 2 stopped, 3 unreadable, 4 delivered,
 * 5 accepted only, 6 unknown, 7 never sent. */
static void a_week_of_every_end(void)
{
    world_import(&world, WORLD_PILOT, 0, CONTACTS, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_claim(&world, CONTACTS - 1, claimed), CONTACTS - 1);
    for (int i = 0; i < CONTACTS - 1; i++) {
        assert_string_equal(world_intend(&world, world_message(i), "o"), "OK");
        assert_non_null(
            world_settle(&world, world_message(i), "o", i == 6 ? SUBMIT_UNKNOWN : SUBMIT_ACCEPTED));
    }
    static const char *const texts[] = {"4", "2 STOP", "STOP", "what?"};
    for (int i = 0; i < 4; i++) {
        char reply_id[16];
        snprintf(reply_id, sizeof reply_id, "reply-%d", i);
        assert_int_equal(world_reply(&world, i, reply_id, texts[i]), COMMIT_DONE);
    }
    assert_string_equal(world_receipt(&world, world_message(4), RECEIPT_DELIVERED), "delivered");
}

/* Messages removed, and those that are left. */
static int64_t sweep(int64_t *left_out)
{
    struct redis_command command = {0};
    int64_t removed = -1;
    week_sweep_command(&command, WORLD_ORG, WEEK, world.now_ms);
    struct redis_value *value = world_call(&world, &command);
    assert_true(week_sweep_result(value, &removed, left_out));
    redis_value_free(&value);
    redis_command_free(&command);
    return removed;
}

static void an_empty_week_closes(void **state)
{
    (void)state;
    int64_t stale = 0, left = -1;
    load();
    assert_int_equal(loaded.pulses_count + (size_t)loaded.pulses_left + (size_t)loaded.others_left, 0);
    assert_int_equal(settle(&stale), 0);
    assert_int_equal(sweep(&left), 0);
    assert_int_equal(left, 0);
    assert_true(seal(5));
}

static void a_week_is_loaded_as_it_is(void **state)
{
    (void)state;
    a_week_of_every_end();
    load();
    assert_int_equal(loaded.pulses_left, CONTACTS);
    assert_int_equal(loaded.others_left,
                     4); /* confirmations of STOP, what asks 3 once more, the reminder of 4 */
    assert_int_equal(loaded.pulses_count, CONTACTS);
    for (int i = 0; i < CONTACTS; i++) {
        const struct week_pulse *pulse = &loaded.pulses[i];
        assert_string_equal(pulse->pulse, world_pulse(i));
        assert_string_equal(pulse->message, world_message(i));
        assert_string_equal(pulse->state, i == 7 ? "queued" : "open");
        assert_string_equal(pulse->message_state, i == 5   ? "accepted"
                                                  : i == 6 ? "unknown"
                                                  : i == 7 ? "queued"
                                                           : "delivered");
        assert_int_equal(pulse->asked, i != 7);
        assert_int_equal(pulse->end.answered, i < 2);
        assert_int_equal(pulse->end.stopped, i == 1 || i == 2);
        assert_int_equal(pulse->end.unparseable, i == 3);
        assert_int_equal(pulse->end.delivered, i < 5);
        assert_int_equal(pulse->closes_ms, i == 7               ? 0
                                           : pulse->end.stopped ? world.now_ms
                                                                : world.now_ms + 7 * DAY_MS);
        assert_int_equal(pulse->not_after_ms, world.now_ms + 3 * DAY_MS);
    }
}

static void every_pulse_gets_its_disposition_once(void **state)
{
    (void)state;
    static const struct {
        const char *disposition;
        int count;
    } expected[] = {{"completed", 2}, {"refused", 1},    {"unparseable", 1},
                    {"no_reply", 1},  {"no_receipt", 2}, {"stale", 1}};
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    int64_t stale = 0;
    a_week_of_every_end();
    load();
    assert_int_equal(settle(&stale), CONTACTS);
    assert_int_equal(stale, 0);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        char north[32], south[32], books[32];
        snprintf(north, sizeof north, "north|!%s", expected[i].disposition);
        snprintf(south, sizeof south, "south|!%s", expected[i].disposition);
        snprintf(books, sizeof books, "p:%s", expected[i].disposition);
        assert_int_equal(counted(north) + counted(south), expected[i].count);
        assert_int_equal(world_count(&world, books), expected[i].count);
    }
    assert_int_equal(counted("north|!sent") + counted("south|!sent"), 6);
    assert_int_equal(counted("north|!delivered") + counted("south|!delivered"), 5);
    assert_int_equal(world_count(&world, "p:open") + world_count(&world, "p:queued"), 0);
    assert_false(world_in_list(&world, "q:bulk", world_message(7)));
    snapshot_digest(&world, "", before);
    assert_int_equal(settle(&stale), 0); /* the answer was lost: the same again */
    assert_int_equal(stale, 0);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void what_changed_meanwhile_is_not_settled(void **state)
{
    (void)state;
    int64_t stale = 0;
    a_week_of_every_end();
    load();
    assert_int_equal(world_reply(&world, 3, "r9", "5"), COMMIT_DONE);
    assert_string_equal(world_receipt(&world, world_message(5), RECEIPT_DELIVERED), "delivered");
    assert_int_equal(settle(&stale), CONTACTS - 2);
    assert_int_equal(stale, 2);
    load();
    assert_int_equal(loaded.pulses_count, 2);
    assert_int_equal(settle(&stale), 2);
    assert_int_equal(world_count(&world, "p:completed"), 3);
    assert_int_equal(world_count(&world, "p:no_reply"), 2);
}

static void a_message_in_a_dispatchers_hands_is_not_pulled_away(void **state)
{
    (void)state;
    int64_t stale = 0, requeued = 0, unknown = 0;
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    world_round(&world, "r", WORLD_PILOT);
    world_claim(&world, 2, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    load();
    assert_int_equal(settle(&stale), 0);
    assert_int_equal(stale, 2);
    world.redis_now_ms += 60000;
    world_recover(&world, &requeued, &unknown);
    load();
    assert_int_equal(settle(&stale), 2);
    assert_int_equal(world_count(&world, "p:no_receipt"), 1);
    assert_int_equal(world_count(&world, "p:stale"), 1);
    assert_int_equal(world_count(&world, "m:stale"), 1);
    world_recover(&world, &requeued, &unknown);
    assert_int_equal(requeued + unknown, 0);
}

static void a_pulse_that_ended_before_goes_without_being_counted_again(void **state)
{
    (void)state;
    int64_t stale = 0;
    world_released(&world, 1);
    world_claim(&world, 1, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_PERMANENT), "failed");
    assert_int_equal(counted("north|!failed"), 1);
    load();
    assert_int_equal(settle(&stale), 1);
    assert_int_equal(counted("north|!failed"), 1);
    assert_int_equal(world_count(&world, "p:failed"), 1);
    assert_int_equal(world_count(&world, "h:held"), 0);
    assert_false(world_exists(&world, "u:pulse0000000"));
}

static void a_large_week_is_settled_in_bounded_steps(void **state)
{
    (void)state;
    int64_t stale = 0;
    world_import(&world, WORLD_PILOT, 0, 100, NULL);
    world_round(&world, "r", WORLD_PILOT);
    world_send_all(&world);
    load();
    assert_int_equal(loaded.pulses_count, WEEK_BATCH_MAX);
    assert_int_equal(settle(&stale), WEEK_BATCH_MAX);
    load();
    assert_int_equal(settle(&stale), 100 - WEEK_BATCH_MAX);
    load();
    assert_int_equal(loaded.pulses_left, 0);
}

static void a_pulse_of_another_week_is_left_alone(void **state)
{
    (void)state;
    int64_t stale = 0;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    load();
    WORLD_DO(&world, "HSET", world_key("m:message00000"), "na", "1800000000000");
    world.now_ms += 7 * DAY_MS;
    assert_int_equal(world_send_all(&world), 1);
    assert_int_equal(settle(&stale), 0);
    assert_int_equal(stale, 1);
    assert_string_equal(world_field(&world, "u:pulse0000000", "st"), "open");
}

static void a_contact_asked_again_keeps_the_newer_pulse(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 1);
    world.now_ms += 56 * DAY_MS; /* the roll-up did not run all the while */
    world_round(&world, "s", WORLD_PILOT);
    assert_string_equal(world_field(&world, "c:contact00000", "o"), world_pulse(1));
    world_close_week(&world, WEEK);
    assert_string_equal(world_field(&world, "c:contact00000", "o"), world_pulse(1));
    assert_int_equal(world_send_all(&world), 1);
}

static void after_the_close_nothing_leads_to_a_person(void **state)
{
    (void)state;
    static const char *const of_the_contact[] = {"c:", "h:", "pm:", NULL}, *const nowhere[] = {NULL};
    a_week_of_every_end();
    while (world_send_all(&world) > 0) {
    }
    world_close_week(&world, WEEK);
    for (int i = 0; i < CONTACTS; i++) {
        snapshot_expect_no_mention(&world, world_contact(i), of_the_contact);
        snapshot_expect_no_mention(&world, world_message(i), nowhere);
        snapshot_expect_no_mention(&world, world_phone(i), nowhere);
        snapshot_expect_no_mention(&world, world_phone(i) + 1, nowhere);
    }
    static const char *const log_only[] = {"log", NULL};
    for (int i = 0; i < CONTACTS; i++) /* the log's rows hold the pulse, which leads nowhere any more */
        snapshot_expect_no_mention(&world, world_pulse(i), log_only);
    assert_int_equal(world_count(&world, "m:accepted"),
                     5); /* the books remember how many, with one that asked once more */
    struct session session;
    world_load(&world, world_phone(0), &session);
    assert_true(session.known && !session.has_pulse);
    assert_int_equal(world_reply(&world, 0, "r9", "5"), COMMIT_DONE);
    assert_int_equal(world_count(&world, "x:late"), 1);
    assert_string_equal(world_receipt(&world, world_message(0), RECEIPT_DELIVERED), "");
}

static void the_sweep_leaves_what_is_still_going(void **state)
{
    (void)state;
    struct redis_command command = {0};
    int64_t left = 0;
    world_import(&world, WORLD_PILOT, 0, 3, NULL);
    for (int i = 0; i < 3; i++) {
        char reply_id[16];
        snprintf(reply_id, sizeof reply_id, "r%d", i);
        assert_int_equal(world_reply(&world, i, reply_id, "STOP"), COMMIT_DONE);
    }
    assert_int_equal(world_claim(&world, 2, claimed), 2);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
    week_sweep_command(&command, WORLD_ORG, WEEK, world.now_ms);
    assert_int_equal(snapshot_refusals(&world, &command), 5); /* the list, three messages, b */
    redis_command_free(&command);
    assert_int_equal(sweep(&left), 0); /* the first run removed it */
    assert_int_equal(left, 2);
    assert_false(world_exists(&world, "m:message00000"));
    assert_false(seal(5));
}

/* With no dispatcher to let them end. */
static void the_sweep_ends_what_may_not_go_any_more(void **state)
{
    (void)state;
    struct redis_command command = {0};
    int64_t left = 0, stale = 0;
    world_released(&world, 2);
    assert_int_equal(world_send_all(&world), 2);
    assert_int_equal(world_reply(&world, 0, "r0", "INFO"), COMMIT_DONE);
    assert_int_equal(world_reply(&world, 1, "r1", "fel nummer"), COMMIT_DONE);
    assert_int_equal(world_claim(&world, 1, claimed), 1); /* this one is tried again later */
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_RETRY), "queued");
    load();
    assert_int_equal(settle(&stale), 2);
    world.now_ms += DAY_MS - 1;
    assert_int_equal(sweep(&left), 0);
    assert_int_equal(left, 2);
    assert_false(seal(5));
    world.now_ms++;
    week_sweep_command(&command, WORLD_ORG, WEEK, world.now_ms);
    /* the list, two messages, their two queues, b, the log */
    assert_int_equal(snapshot_refusals(&world, &command), 7);
    redis_command_free(&command);
    assert_int_equal(sweep(&left), 0); /* the first run removed them */
    assert_int_equal(left, 0);
    assert_int_equal(world_count(&world, "m:stale"), 2);
    assert_int_equal(world_count(&world, "m:queued"), 0);
    assert_false(world_in_list(&world, "q:wait", world_message(2)));
    assert_true(seal(5));
}

static void figures_are_written_once_and_for_good(void **state)
{
    (void)state;
    struct redis_command command = {0};
    int64_t written = -1;
    bool closed = true;
    publish_command(&command, "coaching-a|felt-forward@1/forward", "first");
    assert_int_equal(snapshot_refusals(&world, &command), 2); /* the figures, b */
    publish_command(&command, "coaching-a|felt-forward@1/forward", "second");
    struct redis_value *value = world_call(&world, &command);
    assert_true(week_publish_result(value, &written, &closed));
    assert_true(written == 0 && !closed);
    redis_value_free(&value);
    assert_string_equal(world_field(&world, "pub:" WEEK, "coaching-a|felt-forward@1/forward"), "first");
    assert_true(seal(5));
    publish_command(&command, "another", "first");
    value = world_call(&world, &command);
    assert_true(week_publish_result(value, &written, &closed));
    assert_true(written == 0 && closed);
    redis_value_free(&value);
    redis_command_free(&command);
    assert_string_equal(world_field(&world, "pub:" WEEK, "another"), "");
}

static void a_week_is_sealed_when_nothing_is_left_of_it(void **state)
{
    (void)state;
    struct redis_command command = {0};
    a_week_of_every_end();
    assert_false(seal(5));
    assert_string_equal(world_field(&world, "weeks", WEEK), "open");
    while (world_send_all(&world) > 0) {
    }
    world_close_week(&world, WEEK);
    week_seal_command(&command, WORLD_ORG, WEEK, "2026-W02", 77);
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* the weeks, the roll-up, b */
    WORLD_DO(&world, "SADD", world_key("dd:2026-W02"), "an old one");
    assert_true(seal(77));
    assert_string_equal(world_field(&world, "weeks", WEEK), "published");
    assert_string_equal(world_field(&world, "rollup", "due"), "77");
    assert_false(world_exists(&world, "dd:2026-W02"));
    assert_true(world_exists(&world, "dd:" WEEK));
    rollup_due_command(&command, WORLD_ORG, 78);
    assert_int_equal(snapshot_refusals(&world, &command), 1);
    redis_command_free(&command);
    assert_string_equal(world_field(&world, "rollup", "due"), "78");
}

static void a_wrong_type_anywhere_refuses_the_whole_settle(void **state)
{
    (void)state;
    struct redis_command command = {0};
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    world_round(&world, "r", WORLD_PILOT);
    world_claim(&world, 1, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_ACCEPTED), "accepted");
    load();
    settle_command(&command);
    /* two pulses, two messages, two contacts, q:bulk, w:, k:, b, log */
    assert_int_equal(snapshot_refusals(&world, &command), 11);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "p:stale"), 1);
}

static void counter_fields_of_four_parts_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool splits;
    } cases[] = {{"a|b@1|c,d|!sent", true}, {"a|b||4", true}, {"a|b|c", false},
                 {"!late", false},          {"", false},      {"a|b|c|d|e", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[64];
        struct counter_field field;
        snprintf(buffer, sizeof buffer, "%s", cases[i].field);
        if (counter_field_split(buffer, &field) != cases[i].splits)
            fail_msg("\"%s\"", cases[i].field);
    }
    char buffer[] = "pilot|survey@1/q|18-29,north|4";
    struct counter_field field;
    assert_true(counter_field_split(buffer, &field));
    assert_string_equal(field.pilot, "pilot");
    assert_string_equal(field.subject, "survey@1/q");
    assert_string_equal(field.stratum, "18-29,north");
    assert_string_equal(field.what, "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_empty_week_closes),
        STORE_TEST(a_week_is_loaded_as_it_is),
        STORE_TEST(every_pulse_gets_its_disposition_once),
        STORE_TEST(what_changed_meanwhile_is_not_settled),
        STORE_TEST(a_message_in_a_dispatchers_hands_is_not_pulled_away),
        STORE_TEST(a_pulse_that_ended_before_goes_without_being_counted_again),
        STORE_TEST(a_large_week_is_settled_in_bounded_steps),
        STORE_TEST(a_pulse_of_another_week_is_left_alone),
        STORE_TEST(a_contact_asked_again_keeps_the_newer_pulse),
        STORE_TEST(after_the_close_nothing_leads_to_a_person),
        STORE_TEST(the_sweep_leaves_what_is_still_going),
        STORE_TEST(the_sweep_ends_what_may_not_go_any_more),
        STORE_TEST(figures_are_written_once_and_for_good),
        STORE_TEST(a_week_is_sealed_when_nothing_is_left_of_it),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_settle),
        STORE_TEST(counter_fields_of_four_parts_are_taken_apart),
    };
    return STORE_MAIN(tests);
}
