/* Replies: counted once, at most one value a pulse, STOP kept, and nothing decided on what is no longer so.
 */
#include "fixture.h"

#include <stdlib.h>

#define COUNTERS     "k:2026-W03"
#define FIELD(value) "coaching-a|felt-forward@1/forward|18-29,north|" value

static struct claimed claimed[STORE_ITEMS_MAX];

/* One contact with an open pulse, the message accepted. */
static void asked(void)
{
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 1);
}

static int counted(const char *value)
{
    char field[128];
    snprintf(field, sizeof field, FIELD("%s"), value);
    return atoi(world_field(&world, COUNTERS, field));
}

static const char *pulse(const char *field)
{
    return world_field(&world, "u:pulse0000000", field);
}

static const char *contact(const char *field)
{
    return world_field(&world, "c:contact00000", field);
}

static int64_t log_rows(void)
{
    return world_count(&world, "seq");
}

/* The reply's outcome must be "done". */
static void reply(const char *reply_id, const char *text)
{
    assert_int_equal(world_reply(&world, 0, reply_id, text), COMMIT_DONE);
}

static void an_answer_is_counted_once(void **state)
{
    (void)state;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    asked();
    reply("r1", "4");
    assert_int_equal(counted("4"), 1);
    assert_string_equal(pulse("a0"), "4");
    assert_string_equal(world_field(&world, "m:message00000", "s"),
                        "delivered"); /* a reply proves delivery */
    assert_int_equal(log_rows(), 1);
    snapshot_digest(&world, "", before);
    assert_int_equal(world_reply(&world, 0, "r1", "4"), COMMIT_DUPLICATE);
    assert_int_equal(world_reply(&world, 0, "r1", "2"), COMMIT_DUPLICATE); /* the id decides */
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
}

static void a_second_answer_replaces_the_first_and_the_same_one_changes_nothing(void **state)
{
    (void)state;
    asked();
    reply("r1", "4");
    reply("r2", "2");
    assert_int_equal(counted("4"), 0);
    assert_int_equal(counted("2"), 1);
    assert_int_equal(log_rows(), 2);
    reply("r3", "2.");
    assert_int_equal(counted("2"), 1);
    assert_int_equal(log_rows(), 2);
    reply("r4", "4");
    assert_int_equal(counted("4"), 1);
    assert_int_equal(counted("2"), 0);
    assert_int_equal(world_count(&world, "x:answer"), 4);
}

static void what_cannot_be_read_is_counted_and_an_answer_may_follow(void **state)
{
    (void)state;
    asked();
    reply("r1", "tosi hyvin");
    assert_string_equal(pulse("un"), "1");
    assert_string_equal(pulse("a0"), "");
    assert_int_equal(world_count(&world, "x:clarified"), 1);
    assert_int_equal(log_rows(), 0);
    reply("r2", "5");
    assert_int_equal(counted("5"), 1);
    reply("r3", "kiitos");
    assert_string_equal(pulse("a0"), "5");
    assert_int_equal(counted("5"), 1);
    assert_int_equal(world_count(&world, "x:comment"), 1);
}

static void two_replies_decided_on_the_same_session_do_not_both_commit(void **state)
{
    (void)state;
    struct session session;
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE];
    asked();
    world_load(&world, world_phone(0), &session);
    assert_int_equal(world_commit(&world, &session, "r1", "4"), COMMIT_DONE);
    snapshot_digest(&world, "", before);
    assert_int_equal(world_commit(&world, &session, "r2", "2"), COMMIT_STALE);
    snapshot_digest(&world, "", after);
    assert_string_equal(before, after);
    reply("r2", "2");
    assert_int_equal(counted("4"), 0);
    assert_int_equal(counted("2"), 1);
}

static void what_happens_between_load_and_commit_makes_it_stale(void **state)
{
    (void)state;
    struct session session;
    /* No pulse when loaded, one when committed; then none again. */
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_load(&world, world_phone(0), &session);
    assert_false(session.has_pulse);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_commit(&world, &session, "r1", "4"), COMMIT_STALE);
    /* Asked meanwhile. */
    world_load(&world, world_phone(0), &session);
    assert_true(session.has_pulse && session.asked_ms[0] == 0);
    world_claim(&world, 1, claimed);
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_int_equal(world_commit(&world, &session, "r1", "4"), COMMIT_STALE);
    /* Refused by the gateway meanwhile: the person was not asked after all. */
    world_load(&world, world_phone(0), &session);
    assert_int_equal(session_step(&session, world.now_ms), 0);
    assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_RETRY), "queued");
    assert_int_equal(world_commit(&world, &session, "r1", "4"), COMMIT_STALE);
    /* Ended meanwhile. */
    world_load(&world, world_phone(0), &session);
    world.redis_now_ms += 1000;
    world_claim(&world, 1, claimed);
    world.now_ms += 3 * DAY_MS;
    assert_string_equal(world_intend(&world, world_message(0), "p"), "STALE");
    assert_int_equal(world_commit(&world, &session, "r1", "4"), COMMIT_STALE);
    reply("r1", "4");
    assert_int_equal(world_count(&world, "x:late"), 1);
}

static void a_reply_before_the_pulse_was_asked_is_late_and_leaves_it_alone(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    reply("r1", "4");
    assert_int_equal(world_count(&world, "x:late"), 1);
    assert_string_equal(world_field(&world, COUNTERS, "!late"), "1");
    assert_string_equal(pulse("a0"), "");
    assert_string_equal(pulse("st"), "queued");
    assert_int_equal(world_send_all(&world), 1); /* the invitation, no word of lateness */
    reply("r2", "5");
    assert_int_equal(counted("5"), 1);
}

static void a_reply_is_open_until_the_last_instant_and_late_after_it(void **state)
{
    (void)state;
    asked();
    world.now_ms += 7 * DAY_MS - 1;
    reply("r1", "4");
    assert_int_equal(counted("4"), 1); /* in the week of asking */
    world.now_ms += 1;
    reply("r2", "1");
    assert_int_equal(counted("4"), 1);
    assert_int_equal(counted("1"), 0);
    assert_string_equal(world_field(&world, "k:2026-W04", "!late"), "1");
    assert_string_equal(pulse("a0"), "4");
}

static void a_number_of_nobody_is_counted(void **state)
{
    (void)state;
    asked();
    assert_int_equal(world_reply(&world, 77, "r1", "4"), COMMIT_DONE);
    assert_int_equal(world_reply(&world, 77, "r1", "4"), COMMIT_DUPLICATE);
    assert_int_equal(world_reply(&world, 77, "r2", "STOP"), COMMIT_DONE);
    assert_int_equal(world_count(&world, "x:unknown_sender"), 1);
    assert_int_equal(world_count(&world, "x:stop"), 1);
    assert_string_equal(world_field(&world, COUNTERS, "!unknown_sender"), "2");
    assert_int_equal(world_count(&world, "x:optout"), 0);
    assert_int_equal(world_claim(&world, 1, claimed), 0);
}

static void stop_closes_the_pulse_and_is_confirmed_once_in_a_day(void **state)
{
    (void)state;
    asked();
    reply("r1", "STOP");
    assert_string_equal(contact("f"), "s");
    assert_string_equal(pulse("so"), "1");
    assert_string_equal(pulse("st"), "open"); /* refused when its week closes */
    assert_int_equal(world_count(&world, "x:stop"), 1);
    assert_int_equal(world_count(&world, "x:optout"), 1);
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].kind, "stop_confirm");
    world.now_ms += 1;
    reply("r2", "4");
    assert_int_equal(counted("4"), 0);
    assert_int_equal(world_count(&world, "x:late"), 1);
    world.now_ms += DAY_MS - 2;
    reply("r3", "stop");
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    world.now_ms += 1;
    reply("r4", "Stopp");
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(contact("f"), "s");
    assert_int_equal(world_count(&world, "x:optout"), 1);
}

static void two_stops_at_the_same_moment_are_confirmed_once(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL); /* never asked: no pulse's version tells them apart */
    struct session session;
    world_load(&world, world_phone(0), &session);
    assert_int_equal(world_commit(&world, &session, "r1", "STOP"), COMMIT_DONE);
    assert_int_equal(world_commit(&world, &session, "r2", "stop"), COMMIT_STALE);
    world_load(&world, world_phone(0), &session);
    assert_int_equal(world_commit(&world, &session, "r2", "stop"), COMMIT_DONE);
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_int_equal(world_count(&world, "x:stop"), 2);
}

static void stop_with_or_after_an_answer_keeps_it(void **state)
{
    (void)state;
    for (int together = 0; together < 2; together++) {
        world_clear(&world);
        asked();
        if (together == 0)
            reply("r1", "4");
        reply("r2", together == 0 ? "LOPETA" : "4 STOP");
        assert_int_equal(counted("4"), 1);
        assert_string_equal(pulse("a0"), "4");
        assert_string_equal(pulse("so"), "1");
        assert_string_equal(contact("f"), "s");
        reply("r3", "1");
        assert_int_equal(counted("4"), 1);
        assert_int_equal(counted("1"), 0);
        world_check(&world);
    }
}

static void stop_before_asking_suppresses_the_pulse_at_intend(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    reply("r1", "STOP");
    assert_string_equal(pulse("so"), "");
    assert_int_equal(world_send_all(&world), 1); /* only the confirmation */
    assert_string_equal(pulse("st"), "suppressed");
    assert_string_equal(contact("o"), "");
}

static void a_reply_proves_delivery_of_whatever_became_of_the_message(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        int64_t requeued = 0, unknown = 0;
        world_clear(&world);
        world_import(&world, WORLD_PILOT, 0, 1, NULL);
        world_round(&world, "r", WORLD_PILOT);
        world_claim(&world, 1, claimed);
        assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
        if (way == 1) {
            world.redis_now_ms += 60000;
            world_recover(&world, &requeued, &unknown);
        } else if (way >= 2) {
            assert_string_equal(
                world_receipt(&world, world_message(0), way == 2 ? RECEIPT_EXPIRED : RECEIPT_UNDELIVERED),
                way == 2 ? "expired" : "undelivered");
        }
        reply("r1", way % 2 == 0 ? "4" : "??");
        assert_string_equal(world_field(&world, "m:message00000", "s"), "delivered");
        assert_string_equal(contact("w"), "2923"); /* handed over, then: the caps know it */
        assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_RETRY), "delivered");
        assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_ACCEPTED), "delivered");
        assert_string_equal(contact("w"), "2923");
        world_check(&world);
    }
}

static void reply_ids_are_known_for_three_weeks_of_arrival(void **state)
{
    (void)state;
    asked();
    reply("r1", "4");
    for (int week = 0; week < 3; week++) {
        assert_int_equal(world_reply(&world, 0, "r1", "1"), COMMIT_DUPLICATE);
        world.now_ms += 7 * DAY_MS;
    }
    reply("r1", "1"); /* three weeks later it may be another reply's id: late, in any case */
    assert_int_equal(world_count(&world, "x:late"), 1);
    assert_int_equal(counted("4"), 1);
}

static void a_wrong_type_anywhere_refuses_the_whole_commit(void **state)
{
    (void)state;
    static const struct {
        const char *before, *text;
        int refusals;
    } cases[] = {
        /* contact, pulse, message, reply ids, b; of an answer the counters and the log */
        {NULL, "4", 7},
        {"4", "2", 7},
        /* and of what is asked for once more, or of STOP, the text, q:reply, ws: and the weeks */
        {NULL, "what", 9},
        {NULL, "STOP", 9},
        {"4", "5 STOP", 11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_command command = {0};
        struct session session;
        world_clear(&world);
        asked();
        if (cases[i].before != NULL)
            reply("r1", cases[i].before);
        world_load(&world, world_phone(0), &session);
        world_commit_command(&world, &command, &session, "r2", cases[i].text);
        int refusals = snapshot_refusals(&world, &command);
        if (refusals != cases[i].refusals)
            fail_msg("\"%s\" after \"%s\": %d refusals", cases[i].text, cases[i].before, refusals);
        redis_command_free(&command);
        world_check(&world);
    }
}

static void a_wrong_type_refuses_what_concerns_nobody(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct session session;
    world_load(&world, world_phone(5), &session);
    world_commit_command(&world, &command, &session, "r1", "4");
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* reply ids, counters, b */
    event_count_command(&command, WORLD_ORG, "wrong_receiver");
    assert_int_equal(snapshot_refusals(&world, &command), 1);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "x:wrong_receiver"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_answer_is_counted_once),
        STORE_TEST(a_second_answer_replaces_the_first_and_the_same_one_changes_nothing),
        STORE_TEST(what_cannot_be_read_is_counted_and_an_answer_may_follow),
        STORE_TEST(two_replies_decided_on_the_same_session_do_not_both_commit),
        STORE_TEST(what_happens_between_load_and_commit_makes_it_stale),
        STORE_TEST(a_reply_before_the_pulse_was_asked_is_late_and_leaves_it_alone),
        STORE_TEST(a_reply_is_open_until_the_last_instant_and_late_after_it),
        STORE_TEST(a_number_of_nobody_is_counted),
        STORE_TEST(stop_closes_the_pulse_and_is_confirmed_once_in_a_day),
        STORE_TEST(two_stops_at_the_same_moment_are_confirmed_once),
        STORE_TEST(stop_with_or_after_an_answer_keeps_it),
        STORE_TEST(stop_before_asking_suppresses_the_pulse_at_intend),
        STORE_TEST(a_reply_proves_delivery_of_whatever_became_of_the_message),
        STORE_TEST(reply_ids_are_known_for_three_weeks_of_arrival),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_commit),
        STORE_TEST(a_wrong_type_refuses_what_concerns_nobody),
    };
    return STORE_MAIN(tests);
}
