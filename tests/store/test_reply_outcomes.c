/* What the store keeps of replies that answer nothing: asked for once more, business, distress, pauses, floods; who is asked
 * while paused. */
#include "conversation.h"

static struct claimed claimed[STORE_ITEMS_MAX];

static const char *pulse(const char *field)
{
    return world_pulse_field(&world, 0, field);
}

static const char *contact(const char *field)
{
    return world_contact_field(&world, 0, field);
}

/* Claims the one message that is due and hands it over. */
static void send_one(const char *kind)
{
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].kind, kind);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");
}

static const char *disposition_after_close(void)
{
    static const char *const names[] = {"completed", "partial", "unparseable", "refused", "no_reply"};
    char week[WEEK_SIZE], field[32];
    assert_true(text_copy(week, sizeof week, pulse("w")));
    world.now_ms += 8 * DAY_MS;
    world_close_week(&world, week);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(field, sizeof field, "p:%s", names[i]);
        if (world_count(&world, field) == 1)
            return names[i];
    }
    return "";
}

/* --- asked once more --- */

static void what_is_not_read_is_asked_for_once_and_then_given_up(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "no jaa");
    assert_string_equal(pulse("cl"), "1");
    assert_string_equal(pulse("un"), "1");
    const char *asking = world_message(1);
    assert_string_equal(pulse("mc"), asking);
    assert_string_equal(pulse("m1"), ""); /* it is no step */
    assert_string_equal(world_message_field(&world, 1, "q"), "");
    assert_string_equal(world_message_field(&world, 1, "cq"), "0");
    char asked_at[24];
    assert_true(text_copy(asked_at, sizeof asked_at, pulse("i")));
    world.now_ms += HOUR_MS;
    send_one("clarify");
    assert_int_equal(claimed[0].step, 0); /* what it asks for */
    assert_string_equal(pulse("i"), asked_at);
    assert_string_equal(pulse("i0"), ""); /* the question counts as asked when it was */

    conversation_reply("r2", "no jaa");
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    assert_int_equal(world_count(&world, "x:clarified"), 1);
    assert_int_equal(world_count(&world, "x:unparseable"), 1);
    world_check(&world);
    assert_string_equal(disposition_after_close(), "unparseable");
}

static void what_was_asked_for_once_more_and_came_is_an_answer(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "no jaa");
    send_one("clarify");
    conversation_reply("r2", "4");
    assert_string_equal(pulse("a0"), "4");
    assert_string_equal(world_message_field(&world, 1, "s"), "accepted"); /* it has gone */
    world_check(&world);
    conversation_reply("r3", "kiitos"); /* after an answer it is a remark */
    assert_int_equal(world_count(&world, "x:comment"), 1);
    assert_int_equal(world_count(&world, "x:unparseable"), 0);
    const char *end = disposition_after_close();
    assert_true(strcmp(end, "completed") == 0 || strcmp(end, "partial") == 0);
}

static void silence_after_being_asked_once_more_is_unparseable(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "no jaa");
    send_one("clarify");
    assert_string_equal(disposition_after_close(), "unparseable");
}

static void an_answer_withdraws_what_waits_to_ask_for_it(void **state)
{
    (void)state;
    for (int leased = 0; leased < 2; leased++) {
        world_clear(&world);
        conversation_open(NULL);
        conversation_reply("r1", "no jaa");
        if (leased == 1)
            assert_int_equal(world_claim(&world, 9, claimed), 1);
        conversation_reply("r2", "4");
        assert_string_equal(world_message_field(&world, 1, "s"), "cancelled");
        assert_string_equal(pulse("mc"), "");
        assert_string_equal(pulse("cl"), "1"); /* once a pulse */
        assert_string_equal(world_intend(&world, world_message(1), "o"), "FENCED");
        world_check(&world);
    }
}

static void two_unclear_replies_at_once_are_asked_for_once(void **state)
{
    struct session session;
    (void)state;
    conversation_open(NULL);
    world_load(&world, world_phone(0), &session);
    assert_int_equal(world_commit(&world, &session, "r1", "no jaa"), COMMIT_DONE);
    assert_int_equal(world_commit(&world, &session, "r1", "no jaa"), COMMIT_DUPLICATE);
    assert_int_equal(world_commit(&world, &session, "r2", "no jaa"), COMMIT_STALE);
    conversation_reply("r2", "no jaa");
    assert_int_equal(world_count(&world, "x:clarified"), 1);
    assert_int_equal(world_count(&world, "x:unparseable"), 1);
    assert_int_equal(world_claim(&world, 9, claimed), 1);
}

static void asking_once_more_waits_for_the_morning_and_dies_with_stop(void **state)
{
    (void)state;
    conversation_open(NULL);
    world.now_ms += 12 * HOUR_MS; /* in the evening */
    conversation_reply("r1", "no jaa");
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "WINDOW");
    conversation_reply("r2", "STOP");
    world.now_ms += 12 * HOUR_MS;
    size_t count = world_claim(&world, 9, claimed);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        bool asks = strcmp(claimed[i].kind, "clarify") == 0;
        assert_string_equal(world_intend(&world, claimed[i].message, "o"), asks ? "SUPPRESSED" : "OK");
    }
    world_check(&world);
}

/* --- business --- */

static void business_is_told_once_a_day_and_leaves_the_pulse_alone(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "Peruuta aika huomenna, olen sairas");
    assert_string_equal(pulse("un"), "");
    assert_string_equal(pulse("an"), "");
    assert_string_equal(pulse("st"), "open");
    send_one("business");
    conversation_reply("r2", "Peruuta aika huomenna, olen sairas");
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    world.now_ms += DAY_MS;
    conversation_reply("r3", "Peruuta aika huomenna, olen sairas");
    send_one("business");
    assert_int_equal(world_count(&world, "x:business"), 3);
    assert_int_equal(world_count(&world, "x:optout"), 0);
    conversation_reply("r4", "5");
    assert_string_equal(pulse("a0"), "5");
}

/* --- distress --- */

static void distress_is_answered_before_all_others_and_leaves_no_trace(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "info");
    world.now_ms += HOUR_MS;
    conversation_reply("r2", "en jaksa enää elää");
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(claimed[0].kind, "helpline");
    const char *message = world_message(2);
    assert_string_equal(claimed[0].message, message);
    assert_string_equal(world_intend(&world, message, "o"), "OK");
    /* refused for now: still before all others */
    assert_string_equal(world_settle(&world, message, "o", SUBMIT_THROTTLED), "queued");
    world_check(&world);
    assert_int_equal(world_claim(&world, 1, claimed), 1);
    assert_string_equal(claimed[0].message, message);
    assert_string_equal(world_intend(&world, message, "o2"), "OK");
    assert_string_equal(world_settle(&world, message, "o2", SUBMIT_ACCEPTED), "accepted");

    assert_string_equal(world_message_field(&world, 2, "c"), ""); /* nothing says whom it was for */
    assert_string_equal(world_message_field(&world, 2, "u"), "");
    assert_string_equal(contact("said:helpline"), "");
    assert_string_equal(pulse("un"), "");
    assert_string_equal(pulse("an"), "");
    assert_string_equal(pulse("st"), "open");
    assert_int_equal(world_count(&world, "x:distress"), 1);
    send_one("help");
    assert_string_equal(disposition_after_close(), "no_reply"); /* it makes no disposition */
}

static void distress_is_answered_each_time_also_under_stop_and_at_night(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "STOP");
    send_one("stop_confirm");
    world.now_ms += 16 * HOUR_MS;
    conversation_reply("r2", "en jaksa enää elää");
    send_one("helpline");
    conversation_reply("r3", "en jaksa enää elää");
    send_one("helpline");
    assert_int_equal(world_reply(&world, 0, "r3", "en jaksa enää elää"), COMMIT_DUPLICATE);
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    assert_int_equal(world_count(&world, "x:distress"), 2);
}

static void a_number_beside_distress_counts_and_nothing_is_asked(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "1 en jaksa enää elää");
    assert_string_equal(pulse("a0"), "1");
    assert_int_equal(world_count(&world, "x:answer"), 1);
    assert_int_equal(world_count(&world, "x:distress"), 0); /* a reply has one outcome … */
    assert_int_equal(world_count(&world, "x:helpline"), 1); /* … and this is what was said */
    send_one("helpline");
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    conversation_reply("r2", "2"); /* calmer: the conversation goes on */
    send_one("question");
}

/* --- pauses --- */

static void paused_people_are_not_asked_until_start_or_half_a_year_later(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(world_reply(&world, 0, "r1", "TAUKO"), COMMIT_DONE);
    assert_int_equal(world_count(&world, "x:pause"), 1);
    send_one("pause_confirm");
    int64_t until_ms = 0, day = day_index_at(world.org.zone, world.now_ms);
    assert_true(text_to_int(contact("pu"), 0, INT64_MAX, &until_ms));
    assert_int_equal(until_ms, instant_of_local(world.org.zone, day_months_before(day, -6) * DAY_MS));

    world_plan(&world, "paused", WORLD_PILOT, 0);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:suppressed"), 1);
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    world.now_ms = until_ms - 1;
    world_round(&world, "later", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:suppressed"), 2);
    world.now_ms = until_ms;
    world_round(&world, "over", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:queued"), 1);
}

static void start_lifts_a_pause(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(world_reply(&world, 0, "r1", "paus"), COMMIT_DONE);
    send_one("pause_confirm");
    assert_int_equal(world_reply(&world, 0, "r2", "ALOITA"), COMMIT_DONE);
    send_one("start_confirm");
    assert_string_equal(contact("pu"), "");
    assert_string_equal(contact("f"), "");
    assert_int_equal(world_count(&world, "x:optin"), 0); /* no STOP was lifted */
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 1);
}

static void a_pause_ends_an_invitation_that_waits(void **state)
{
    (void)state;
    world_released(&world, 1);
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_int_equal(world_reply(&world, 0, "r1", "pause"), COMMIT_DONE);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "SUPPRESSED");
    assert_string_equal(pulse("st"), "suppressed");
}

static void a_pause_asks_nothing_further_but_takes_what_comes(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    conversation_reply("r2", "TAUKO");
    assert_int_equal(world_claim(&world, 9, claimed), 2);
    for (size_t i = 0; i < 2; i++) {
        bool asks = strcmp(claimed[i].kind, "question") == 0;
        assert_string_equal(world_intend(&world, claimed[i].message, "o"), asks ? "SUPPRESSED" : "OK");
        assert_string_equal(world_settle(&world, claimed[i].message, "o", SUBMIT_ACCEPTED),
                            asks ? "suppressed" : "accepted");
    }
    conversation_reply("r3", "1");
    assert_string_equal(pulse("a0"), "1");
    assert_string_equal(disposition_after_close(), "partial");
}

static void a_pause_without_an_answer_is_a_refusal_unless_lifted(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "TAUKO");
    assert_string_equal(disposition_after_close(), "refused");
    world_clear(&world);
    conversation_open(NULL);
    conversation_reply("r1", "TAUKO");
    conversation_reply("r2", "START");
    assert_string_equal(disposition_after_close(), "no_reply");
}

/* --- counted --- */

static void words_beside_an_answer_are_counted_and_not_kept(void **state)
{
    (void)state;
    conversation_open(NULL);
    conversation_reply("r1", "5 oli tosi mukava tapaaminen");
    assert_string_equal(pulse("a0"), "5");
    assert_int_equal(world_count(&world, "x:commented"), 1);
    conversation_reply("r2", "4");
    assert_int_equal(world_count(&world, "x:commented"), 1);
    char words[32];
    snprintf(words, sizeof words, "ow:%s", pulse("w"));
    assert_false(world_exists(&world, words));
}

/* Commits a muted reply, as the collector does with one too many of its number. */
static void reply_muted(int n, const char *reply_id, enum reading_outcome outcome, bool optout, int value)
{
    struct session session;
    struct reply_decision decision;
    struct redis_command command = {0};
    struct reply_ids ids;
    struct reply_records records = {0};
    char hash[PHONE_HASH_SIZE];
    const struct reading reading = {.outcome = outcome, .optout = optout, .value = value};
    world_load(&world, world_phone(n), &session);
    bool open = session_step(&session, world.now_ms) != STEP_NONE;
    session_decide(&session, open ? &world.survey : NULL, &reading, world.now_ms, &decision);
    reply_mute(&decision);
    phone_hash(world.keys.keys[KEY_HASH], world_phone(n), hash);
    reply_ids_draw(&ids);
    struct reply_source source = {.org = &world.org,
                                  .reader_public = world.keys.keys[KEY_READER_PUBLIC],
                                  .survey = open ? &world.survey : NULL,
                                  .ids = &ids,
                                  .phone = world_phone(n),
                                  .words = ""};
    struct reply_commit commit = {
        .session = &session, .decision = &decision, .phone_hash = hash, .received_ms = world.now_ms};
    id_digest(reply_id, strlen(reply_id), commit.digest);
    assert_true(reply_compose(&source, &commit, &records));
    reply_commit_command(&command, WORLD_ORG, &commit);
    struct redis_value *value_given = world_call(&world, &command);
    assert_int_equal(reply_commit_result(value_given), COMMIT_DONE);
    redis_value_free(&value_given);
    redis_command_free(&command);
    reply_records_free(&records);
}

static void a_flood_is_counted_and_takes_force_without_a_word(void **state)
{
    (void)state;
    conversation_open(NULL);
    reply_muted(0, "r1", READ_UNCLEAR, false, -1);
    assert_string_equal(pulse("un"), "1");
    assert_string_equal(pulse("cl"), "");
    reply_muted(0, "r2", READ_ANSWER, true, 4);
    assert_string_equal(pulse("a0"), "4");
    assert_string_equal(contact("f"), "s");
    assert_string_equal(contact("said:stop_confirm"), ""); /* it was not */
    reply_muted(0, "r3", READ_DISTRESS, false, -1);
    reply_muted(7, "r4", READ_COMMENT, false, -1); /* a number of nobody */
    assert_int_equal(world_claim(&world, 9, claimed), 0);
    assert_int_equal(world_count(&world, "x:flood"), 4);
    assert_int_equal(world_count(&world, "x:unparseable"), 1);
    assert_int_equal(world_count(&world, "x:unknown_sender"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_not_read_is_asked_for_once_and_then_given_up),
        STORE_TEST(what_was_asked_for_once_more_and_came_is_an_answer),
        STORE_TEST(silence_after_being_asked_once_more_is_unparseable),
        STORE_TEST(an_answer_withdraws_what_waits_to_ask_for_it),
        STORE_TEST(two_unclear_replies_at_once_are_asked_for_once),
        STORE_TEST(asking_once_more_waits_for_the_morning_and_dies_with_stop),
        STORE_TEST(business_is_told_once_a_day_and_leaves_the_pulse_alone),
        STORE_TEST(distress_is_answered_before_all_others_and_leaves_no_trace),
        STORE_TEST(distress_is_answered_each_time_also_under_stop_and_at_night),
        STORE_TEST(a_number_beside_distress_counts_and_nothing_is_asked),
        STORE_TEST(paused_people_are_not_asked_until_start_or_half_a_year_later),
        STORE_TEST(start_lifts_a_pause),
        STORE_TEST(a_pause_ends_an_invitation_that_waits),
        STORE_TEST(a_pause_asks_nothing_further_but_takes_what_comes),
        STORE_TEST(a_pause_without_an_answer_is_a_refusal_unless_lifted),
        STORE_TEST(words_beside_an_answer_are_counted_and_not_kept),
        STORE_TEST(a_flood_is_counted_and_takes_force_without_a_word),
    };
    return STORE_MAIN(tests);
}
