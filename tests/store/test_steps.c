/* The steps of a conversation in the store: what a reply belongs to, what it brings forth, what it takes back. */
#include "conversation.h"

#include <stdlib.h>

#include "store/weeks.h"

#define COUNTERS "k:2026-W03"

static struct claimed claimed[STORE_ITEMS_MAX];

static int counted(const char *question, const char *value)
{
    char field[160];
    snprintf(field, sizeof field, "coaching-a|%s|18-29,north|%s", question, value);
    return atoi(world_field(&world, COUNTERS, field));
}

static const char *pulse(const char *field)
{
    return world_field(&world, "u:pulse0000000", field);
}

static void send_all(int expected)
{
    assert_int_equal(world_send_all(&world), expected);
}

static void an_answer_brings_the_next_question(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    assert_int_equal(counted("branching@1/forward", "2"), 1);
    assert_string_equal(pulse("a0"), "2");
    assert_string_equal(pulse("pa"), "01");
    assert_string_equal(pulse("m1"), world_message(1));
    assert_string_equal(pulse("e"), ""); /* a counted question is left */
    assert_string_equal(pulse("th"), "");

    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].kind, "question");
    assert_int_equal(claimed[0].step, 1);
    assert_string_equal(claimed[0].survey, "branching@1");
    assert_string_equal(claimed[0].pulse, world_pulse(0));
    assert_string_equal(claimed[0].contact, world_contact(0));
    assert_true(claimed[0].has_number);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_ACCEPTED), "accepted");

    conversation_reply("r2", "en");
    assert_int_equal(counted("branching@1/helped", "0"), 1);
    assert_int_equal(counted("branching@1/forward", "2"), 1);
    assert_string_equal(pulse("a1"), "0");
    assert_string_equal(pulse("e"), "1");
    assert_string_equal(pulse("th"), "1");
    assert_string_equal(world_step_field(&world, 0, 1, "s"), "delivered"); /* a reply proves that, too */
    assert_int_equal(world_count(&world, "seq"), 2);
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].kind, "thanks");
    assert_int_equal(world_count(&world, "x:answer"), 2);
}

/* It may well be a second thought on the question before. */
static void an_unclear_reply_proves_no_later_question(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "o", SUBMIT_UNKNOWN), "unknown");
    conversation_reply("r2", "1");
    assert_int_equal(world_count(&world, "x:clarified"), 1);
    assert_string_equal(world_step_field(&world, 0, 1, "s"), "unknown");
    conversation_reply("r3", "ei");
    assert_string_equal(world_step_field(&world, 0, 1, "s"), "delivered");
}

static void an_answer_that_ends_it_completes(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "3");
    assert_string_equal(pulse("pa"), "");
    assert_string_equal(pulse("e"), "1");
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].kind, "thanks");
    conversation_reply("r2", "3"); /* thanked once */
    assert_int_equal(world_claim(&world, 9, claimed), 0);
}

static void a_question_not_asked_yet_is_withdrawn_by_another_answer(void **state)
{
    (void)state;
    for (int leased = 0; leased < 2; leased++) {
        world_clear(&world);
        conversation_open(BRANCHING);
        conversation_reply("r1", "2");
        if (leased == 1)
            assert_int_equal(world_claim(&world, 9, claimed), 1);
        conversation_reply("r2", "5");
        assert_int_equal(counted("branching@1/forward", "2"), 0);
        assert_int_equal(counted("branching@1/forward", "5"), 1);
        assert_string_equal(pulse("pa"), "02");
        assert_string_equal(pulse("m1"), "");
        assert_string_equal(pulse("m2"), world_message(2));
        assert_string_equal(pulse("e"), "1"); /* own words are not counted */
        assert_string_equal(world_message_field(&world, 1, "s"), "cancelled");
        assert_string_equal(world_intend(&world, world_message(1), "o"), "FENCED");
        assert_int_equal(world_count(&world, "m:cancelled"), 1);
        assert_int_equal(world_claim(&world, 9, claimed), 1);
        assert_string_equal(claimed[0].message, world_message(2));
        assert_int_equal(claimed[0].step, 2);
        world_check(&world);
    }
}

static void the_same_branch_again_leaves_the_question_on_its_way(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    conversation_reply("r2", "1");
    assert_string_equal(pulse("m1"), world_message(1));
    assert_string_equal(pulse("pa"), "01");
    assert_int_equal(counted("branching@1/forward", "1"), 1);
    assert_int_equal(counted("branching@1/forward", "2"), 0);
    assert_int_equal(world_claim(&world, 9, claimed), 1);
}

static void a_replaced_answer_can_take_completeness_back(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    conversation_reply("r2", "3");
    assert_string_equal(pulse("pa"), "0");
    assert_string_equal(pulse("e"), "1");
    assert_string_equal(pulse("th"), "1");
    conversation_reply("r3", "1");
    assert_string_equal(pulse("pa"), "01");
    assert_string_equal(pulse("e"), "");
    assert_string_equal(pulse("m1"), world_message(3)); /* 1 was withdrawn, and 2, the thanks */
    assert_string_equal(pulse("th"), "");
    assert_int_equal(world_count(&world, "m:cancelled"), 2);
    send_all(1);
    conversation_reply("r4", "joo");
    assert_string_equal(pulse("e"), "1");
    assert_string_equal(pulse("th"), "1");
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_string_equal(claimed[0].kind, "thanks"); /* now it has ended */
}

static void thanks_that_have_gone_are_not_said_again(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "3");
    assert_string_equal(pulse("mt"), world_message(1));
    send_all(1);
    conversation_reply("r2", "1");
    assert_string_equal(pulse("th"), "1");
    send_all(1); /* the question */
    conversation_reply("r3", "joo");
    assert_int_equal(world_claim(&world, 9, claimed), 0);
}

static void a_reply_belongs_to_what_was_asked_when_it_was_received(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    world.now_ms += 1000;
    send_all(1);
    world.now_ms -= 500; /* on its way to us while the question was on its way to them */
    conversation_reply("r2", "5");
    assert_int_equal(counted("branching@1/forward", "5"), 1);
    assert_string_equal(pulse("pa"), "01"); /* asked is asked */
    assert_string_equal(pulse("e"), "");
    assert_string_equal(pulse("a1"), "");
    world.now_ms += 500;
    conversation_reply("r3", "k");
    assert_string_equal(pulse("a1"), "1");
    assert_string_equal(pulse("e"), "1");
}

static void what_happens_to_the_question_between_load_and_commit_makes_it_stale(void **state)
{
    (void)state;
    struct session session;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    world_load(&world, world_phone(0), &session);
    assert_int_equal(session_step(&session, world.now_ms), 0);
    world_claim(&world, 1, claimed);
    assert_string_equal(world_intend(&world, world_message(1), "o"), "OK");
    assert_int_equal(world_commit(&world, &session, "r2", "5"), COMMIT_STALE);
    world_load(&world, world_phone(0), &session);
    assert_int_equal(session_step(&session, world.now_ms), 1);
    assert_string_equal(world_settle(&world, world_message(1), "o", SUBMIT_THROTTLED), "queued");
    assert_int_equal(world_commit(&world, &session, "r2", "kyllä"), COMMIT_STALE);
    conversation_reply("r2", "5");
    assert_string_equal(pulse("a0"), "5");
    assert_string_equal(pulse("a1"), "");
    assert_string_equal(world_message_field(&world, 1, "s"), "cancelled");
}

static void nothing_is_done_twice(void **state)
{
    (void)state;
    static const char *const replies[] = {"5", "Odotin liian kauan", "Ja vielä tämä", "what", "INFO", "STOP"};
    char before[SNAPSHOT_DIGEST_SIZE], after[SNAPSHOT_DIGEST_SIZE], id[8];
    conversation_open(BRANCHING);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        snprintf(id, sizeof id, "r%zu", i);
        conversation_reply(id, replies[i]);
        snapshot_digest(&world, "", before);
        assert_int_equal(world_reply(&world, 0, id, replies[i]), COMMIT_DUPLICATE);
        snapshot_digest(&world, "", after);
        assert_string_equal(before, after);
        world.now_ms += 1000;
        world_send_all(&world);
    }
}

static void own_words_are_kept_masked_and_sealed(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "5");
    send_all(1);
    conversation_reply("r2", "Soittakaa 040 123 4567, kiitos!");
    conversation_reply("r3", "Tilini on FI21 1234 5600 0007 85");
    assert_string_equal(pulse("a2"), "0");
    assert_string_equal(world_words_record(&world, "2026-W03", 0),
                        "coaching-a|branching@1/why|0|Tilini on [iban]"); /* of the same person */
    assert_string_equal(world_words_record(&world, "2026-W03", 1),
                        "coaching-a|branching@1/why|1|Soittakaa [number], kiitos!");
    assert_string_equal(world_words_record(&world, "2026-W03", 2), "");
    assert_int_equal(world_count(&world, "x:words"), 2);
    assert_int_equal(world_count(&world, "seq"), 1); /* the log knows of the answer only */
    static const char *const nowhere[] = {NULL};
    snapshot_expect_no_mention(&world, "Soittakaa", nowhere);
    snapshot_expect_no_mention(&world, "Tilini", nowhere);
}

static void own_words_belong_to_the_week_of_the_pulse(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "5");
    send_all(1);
    world.now_ms += 6 * DAY_MS; /* Monday of the next week */
    conversation_reply("r2", "Hyvä");
    assert_string_equal(world_words_record(&world, "2026-W03", 0), "coaching-a|branching@1/why|1|Hyvä");
    assert_false(world_exists(&world, "ow:2026-W04"));
}

static void a_pulse_with_a_question_left_is_partial(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    world_import(&world, WORLD_PILOT, 1, 1, NULL);
    world_round(&world, "s", WORLD_PILOT);
    send_all(1);
    conversation_reply("r1", "2");
    assert_int_equal(world_reply(&world, 1, "r2", "5"), COMMIT_DONE);
    send_all(2);
    world_close_week(&world, "2026-W03");
    assert_int_equal(world_count(&world, "p:partial"), 1);
    assert_int_equal(world_count(&world, "p:completed"), 1);
}

static void after_the_close_no_text_of_the_conversation_is_left(void **state)
{
    (void)state;
    static const char *const of_the_contact[] = {"c:", "h:", "pm:", NULL}, *const nowhere[] = {NULL},
                             *const log_only[] = {"log", NULL};
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    conversation_reply("r2", "5");
    send_all(1);
    conversation_reply("r3", "Omat sanani");
    conversation_reply("r4", "INFO");
    while (world_send_all(&world) > 0) {
    }
    world.now_ms += 13 * DAY_MS;
    world_close_week(&world, "2026-W03");
    for (int serial = 0; serial < world.serial; serial++)
        snapshot_expect_no_mention(&world, world_message(serial), nowhere);
    snapshot_expect_no_mention(&world, world_contact(0), of_the_contact);
    snapshot_expect_no_mention(&world, world_pulse(0), log_only);
    assert_string_equal(world_words_record(&world, "2026-W03", 0),
                        "coaching-a|branching@1/why|1|Omat sanani");
}

static void a_question_left_in_the_queue_dies_with_its_week(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "2");
    world.now_ms += 13 * DAY_MS; /* nobody sent all the while */
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    struct redis_command command = {0};
    static struct week_loaded loaded;
    week_load_command(&command, WORLD_ORG, "2026-W03");
    struct redis_value *value = world_call(&world, &command);
    assert_true(week_load_result(value, &loaded));
    redis_value_free(&value);
    struct week_end end = {&loaded.pulses[0], disposition_at_close(&loaded.pulses[0].end)};
    week_settle_command(&command, WORLD_ORG, "2026-W03", &end, 1);
    value = world_call(&world, &command);
    redis_value_free(&value);
    redis_command_free(&command);
    assert_int_equal(world_count(&world, "p:partial"), 1);
    world_check(&world);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "STALE");
    world_close_week(&world, "2026-W03");
    assert_false(world_exists(&world, "m:message00001"));
}

static void a_wrong_type_anywhere_refuses_the_whole_commit(void **state)
{
    (void)state;
    static const struct {
        const char *before[3], *text;
        int refusals;
    } cases[] = {
        /* contact, pulse, its question's message, reply ids, b, log, counters; of a text that is sent the message,
         * q:reply, ws: and the weeks */
        {{NULL}, "2", 11},
        {{NULL}, "INFO", 9}, /* neither log nor counters */
        {{"2"}, "en", 11},
        /* and the message withdrawn */
        {{"2", NULL}, "5", 12},
        /* and the own words */
        {{"5"}, "Omin sanoin", 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_command command = {0};
        struct session session;
        world_clear(&world);
        conversation_open(BRANCHING);
        for (size_t j = 0; cases[i].before[j] != NULL; j++)
            conversation_reply("before", cases[i].before[j]);
        if (i != 3)
            world_send_all(&world);
        world_load(&world, world_phone(0), &session);
        world_commit_command(&world, &command, &session, "r2", cases[i].text);
        int refusals = snapshot_refusals(&world, &command);
        if (refusals != cases[i].refusals)
            fail_msg("\"%s\": %d refusals", cases[i].text, refusals);
        redis_command_free(&command);
        world_check(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_answer_brings_the_next_question),
        STORE_TEST(an_unclear_reply_proves_no_later_question),
        STORE_TEST(an_answer_that_ends_it_completes),
        STORE_TEST(a_question_not_asked_yet_is_withdrawn_by_another_answer),
        STORE_TEST(the_same_branch_again_leaves_the_question_on_its_way),
        STORE_TEST(a_replaced_answer_can_take_completeness_back),
        STORE_TEST(thanks_that_have_gone_are_not_said_again),
        STORE_TEST(a_reply_belongs_to_what_was_asked_when_it_was_received),
        STORE_TEST(what_happens_to_the_question_between_load_and_commit_makes_it_stale),
        STORE_TEST(nothing_is_done_twice),
        STORE_TEST(own_words_are_kept_masked_and_sealed),
        STORE_TEST(own_words_belong_to_the_week_of_the_pulse),
        STORE_TEST(a_pulse_with_a_question_left_is_partial),
        STORE_TEST(after_the_close_no_text_of_the_conversation_is_left),
        STORE_TEST(a_question_left_in_the_queue_dies_with_its_week),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_commit),
    };
    return STORE_MAIN(tests);
}
