/* What people may say at any time: STOP and START, also of numbers that are nobody's, wrong person, the
 * volunteers' list, and what they are told when they are late. */
#include "reply_people.h"

/* --- STOP and START --- */

static void start_lifts_stop_and_does_not_reopen_the_pulse(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    conversation_reply("r1", "STOP");
    conversation_reply("r2", "aloita");
    assert_string_equal(contact("f"), "");
    assert_int_equal(world_count(&world, "x:start"), 1);
    assert_int_equal(world_count(&world, "x:optin"), 1);
    assert_string_equal(sent(), "stop_confirm start_confirm");
    conversation_reply("r3", "4");
    assert_int_equal(world_count(&world, "x:late"), 1);
    assert_string_equal(sent(), "late");
    assert_string_equal(pulse("a0"), "");
    conversation_reply("r4", "START"); /* nothing to lift */
    assert_int_equal(world_count(&world, "x:optin"), 1);
    world.now_ms += 14 * DAY_MS;
    world_close_week(&world, "2026-W03");
    assert_int_equal(world_count(&world, "p:refused"), 1);
    world.now_ms += 42 * DAY_MS;
    world_round(&world, "s", WORLD_PILOT);
    assert_int_equal(world_count(&world, "p:queued"), 1); /* asked again */
}

/* A STOP that was received just before the invitation went, and decided on after. */
static void stop_from_before_the_asking_closes_the_pulse_all_the_same(void **state)
{
    (void)state;
    char stopped_at[24];
    conversation_open(BRANCHING);
    world.now_ms -= 1000;
    snprintf(stopped_at, sizeof stopped_at, "%lld", (long long)world.now_ms);
    conversation_reply("r1", "STOP");
    assert_string_equal(pulse("so"), "1");
    assert_string_equal(pulse("x"), stopped_at);
    world.now_ms += 2000;
    conversation_reply("r2", "ALOITA");
    conversation_reply("r3", "5");
    assert_int_equal(world_count(&world, "x:late"), 1);
    assert_string_equal(pulse("a0"), "");
    conversation_reply("r4", "STOP"); /* closed is closed */
    assert_string_equal(pulse("x"), stopped_at);
    assert_string_equal(sent(), "stop_confirm start_confirm late");
    world_close_week(&world, "2026-W03");
    assert_int_equal(world_count(&world, "p:refused"), 1);
}

static void stop_and_start_before_the_asking_leave_the_pulse_to_be_asked(void **state)
{
    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        world_clear(&world);
        world_use_survey(&world, BRANCHING);
        world_released(&world, 1);
        if (refused == 1) { /* for now: it was not asked after all */
            assert_int_equal(world_claim(&world, 1, claimed), 1);
            assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
            world.now_ms -= 1000;
        }
        conversation_reply("r1", "STOP");
        if (refused == 1)
            assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_THROTTLED), "queued");
        assert_string_equal(pulse("st"), "queued");
        assert_string_equal(pulse("so"), "");
        conversation_reply("r2", "ALOITA");
        world.now_ms += 1000;
        assert_string_equal(sent(), "stop_confirm start_confirm invite");
        conversation_reply("r3", "3");
        assert_string_equal(pulse("a0"), "3");
        world_check(&world);
    }
}

static void other_flags_outlive_stop_and_start(void **state)
{
    (void)state;
    conversation_open(BRANCHING);
    WORLD_DO(&world, "HSET", world_key("c:contact00000"), "f", "x");
    conversation_reply("r1", "STOP");
    assert_string_equal(contact("f"), "xs");
    conversation_reply("r2", "ALOITA");
    assert_string_equal(contact("f"), "x");
}

static void stop_of_an_unknown_number_is_kept_for_its_import(void **state)
{
    (void)state;
    struct contacts_counts counts;
    assert_int_equal(world_reply(&world, 7, "r1", "STOP"), COMMIT_DONE);
    expect_mark(7, "s");
    assert_int_equal(world_count(&world, "x:stop"), 1);
    assert_int_equal(world_count(&world, "x:optout"), 0);
    assert_int_equal(world_claim(&world, 9, claimed), 0); /* nobody's number is not written to */
    world_import(&world, WORLD_PILOT, 6, 3, &counts);
    assert_int_equal(counts.added, 2);
    assert_int_equal(counts.blocked, 1);
    assert_false(world_exists(&world, "c:contact00007"));
    assert_int_equal(world_reply(&world, 7, "r2", "ALOITA"), COMMIT_DONE);
    expect_mark(7, "");
    world_import(&world, WORLD_PILOT, 7, 1, &counts);
    assert_int_equal(counts.added, 1);
    assert_int_equal(world_reply(&world, 9, "r3", "ALOITA"), COMMIT_DONE); /* was not blocked */
    assert_int_equal(world_count(&world, "x:unknown_sender"), 1);
    assert_int_equal(world_count(&world, "x:start"), 1);
}

static void a_number_imported_meanwhile_is_decided_on_again(void **state)
{
    (void)state;
    struct session session;
    world_load(&world, world_phone(0), &session);
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(world_commit(&world, &session, "r1", "STOP"), COMMIT_STALE);
    conversation_reply("r1", "STOP");
    assert_string_equal(contact("f"), "s");
    expect_mark(0, "");
}

/* --- late --- */

static void late_is_told_once_in_a_day(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    conversation_reply("r1", "4");
    conversation_reply("r2", "5");
    assert_string_equal(sent(), "late");
    world.now_ms += DAY_MS - 1;
    conversation_reply("r3", "5");
    assert_string_equal(sent(), "");
    world.now_ms += 1;
    conversation_reply("r4", "5");
    assert_string_equal(sent(), "late");
    assert_int_equal(world_count(&world, "x:late"), 4);
    struct session session;
    world.now_ms += DAY_MS;
    world_load(&world, world_phone(0), &session);
    assert_int_equal(world_commit(&world, &session, "r5", "1"), COMMIT_DONE);
    assert_int_equal(world_commit(&world, &session, "r6", "1"), COMMIT_STALE); /* told meanwhile */
}

/* Two machines that answer each other: what is said without a limit would go on for ever. */
static void help_and_start_are_told_once_in_a_day(void **state)
{
    (void)state;
    char id[16];
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    for (int i = 0; i < 3; i++) {
        static const char *const replies[] = {"INFO", "STOP", "ALOITA"};
        for (size_t j = 0; j < 3; j++) {
            snprintf(id, sizeof id, "r%d-%zu", i, j);
            conversation_reply(id, replies[j]);
        }
        assert_string_equal(sent(), i == 0 ? "help stop_confirm start_confirm" : "");
    }
    assert_int_equal(world_count(&world, "x:help"), 3);
    assert_int_equal(world_count(&world, "x:optin"), 3);
    world.now_ms += DAY_MS;
    conversation_reply("r9", "INFO");
    assert_string_equal(sent(), "help");
    struct session session;
    world.now_ms += DAY_MS;
    world_load(&world, world_phone(0), &session);
    assert_int_equal(world_commit(&world, &session, "r10", "INFO"), COMMIT_DONE);
    assert_int_equal(world_commit(&world, &session, "r11", "INFO"), COMMIT_STALE); /* told meanwhile */
}

/* --- wrong person --- */

static void a_wrong_person_is_forgotten(void **state)
{
    (void)state;
    static const char *const nowhere[] = {NULL}, *const of_the_text[] = {"m:", NULL};
    struct contacts_counts counts;
    char hash[PHONE_HASH_SIZE];
    join_asked();
    world_import(&world, WORLD_PILOT, 1, 1, NULL);
    world_import(&world, "coaching-b", 0, 2, NULL);
    conversation_reply("r2", "KYLLÄ");
    conversation_reply("r3", "Väärä numero!");
    phone_hash(world.keys.keys[KEY_HASH], world_phone(0), hash);

    assert_false(world_exists(&world, "c:contact00000"));
    assert_string_equal(world_volunteer(&world, 0), "");
    expect_mark(0, "w");
    assert_string_equal(pulse("st"), "wrong_person");
    assert_string_equal(pulse("c"), "");
    assert_int_equal(world_count(&world, "p:wrong_person"), 1);
    assert_int_equal(world_count(&world, "p:open"), 0);
    assert_int_equal(world_count(&world, "m:cancelled"), 1); /* the question for a name */
    assert_int_equal(
        atoi(world_field(&world, "k:2026-W03", "coaching-a|meeting@1|18-29,north|!wrong_person")), 1);
    assert_int_equal(atoi(world_field(&world, "k:2026-W03", "coaching-a|meeting@1|18-29,north|!sent")), 1);
    assert_int_equal(atoi(world_field(&world, "k:2026-W03", "coaching-a|meeting@1|18-29,north|!delivered")),
                     1);
    snapshot_expect_no_mention(&world, world_contact(0), of_the_text);
    struct redis_value *members = WORLD_RUN(&world, "GET", world_key("pm:coaching-a"));
    assert_string_equal(redis_text(members), "............contact00001"); /* places stay */
    redis_value_free(&members);
    world_check(&world);

    /* Two texts are due: the confirmation of joining is not sent any more, the apology is, to the number it holds. */
    assert_int_equal(world_claim(&world, 9, claimed), 2);
    assert_string_equal(world_intend(&world, claimed[0].message, "o"), "CANCELLED");
    assert_string_equal(claimed[1].kind, "wrong_person");
    assert_string_equal(claimed[1].contact, world_contact(0)); /* the nonce of its number */
    assert_string_equal(claimed[1].language, "fi");
    assert_true(claimed[1].has_number && claimed[1].batch[0] != '\0');
    assert_string_equal(world_intend(&world, claimed[1].message, "o"), "OK");
    assert_string_equal(world_settle(&world, claimed[1].message, "o", SUBMIT_RETRY), "queued");
    world.redis_now_ms += 1000;
    assert_int_equal(world_claim(&world, 9, claimed), 1);
    assert_true(claimed[0].has_number); /* for as long as it is tried */
    assert_string_equal(world_intend(&world, claimed[0].message, "p"), "OK");
    assert_string_equal(world_settle(&world, claimed[0].message, "p", SUBMIT_ACCEPTED), "accepted");
    char key[32];
    snprintf(key, sizeof key, "m:%s", claimed[0].message);
    assert_string_equal(world_field(&world, key, "to"), "");
    assert_string_equal(world_field(&world, key, "c"), "");

    world_import(&world, WORLD_PILOT, 0, 2, &counts);
    assert_int_equal(counts.blocked, 1);
    assert_int_equal(world_reply(&world, 0, "r4", "4"), COMMIT_DONE);
    assert_int_equal(world_count(&world, "x:unknown_sender"), 1);
    world.now_ms += 14 * DAY_MS;
    world_close_week(&world, "2026-W03");
    snapshot_expect_no_mention(&world, world_contact(0), nowhere);
    assert_int_equal(world_count(&world, "p:wrong_person"), 1);
}

static void nothing_that_comes_late_reopens_the_pulse_of_who_left(void **state)
{
    (void)state;
    for (int erased = 0; erased < 2; erased++) {
        struct person_erased what;
        struct error error = {""};
        char hash[PHONE_HASH_SIZE];
        world_clear(&world);
        world_released(&world, 1);
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
        phone_hash(world.keys.keys[KEY_HASH], world_phone(0), hash);
        if (erased == 1)
            assert_true(person_erase(world.link, WORLD_ORG, hash, false, &what, &error));
        else
            conversation_reply("r1", "fel nummer");
        const char *end = erased == 1 ? "erased" : "wrong_person";
        assert_string_equal(pulse("st"), end);
        assert_string_equal(world_settle(&world, world_message(0), "o", SUBMIT_ACCEPTED),
                            erased == 1 ? "accepted" : "delivered");
        assert_string_equal(world_receipt(&world, world_message(0), RECEIPT_DELIVERED), "delivered");
        assert_string_equal(pulse("st"), end);
        assert_string_equal(pulse("i"), "");
        assert_int_equal(world_count(&world, "p:open"), 0);
        world_check(&world);
    }
}

static void a_wrong_person_before_asking_is_not_asked(void **state)
{
    (void)state;
    for (int leased = 0; leased < 2; leased++) {
        world_clear(&world);
        world_use_survey(&world, BRANCHING);
        world_import(&world, WORLD_PILOT, 0, 1, NULL);
        world_round(&world, "r", WORLD_PILOT);
        if (leased == 1)
            assert_int_equal(world_claim(&world, 1, claimed), 1);
        conversation_reply("r1", "wrong number");
        assert_string_equal(pulse("st"), "wrong_person");
        assert_string_equal(world_message_field(&world, 0, "s"), "cancelled");
        if (leased == 1)
            assert_string_equal(world_intend(&world, world_message(0), "o"), "FENCED");
        assert_string_equal(sent(), "wrong_person");
        assert_int_equal(atoi(world_field(&world, "k:2026-W03", "coaching-a|branching@1|18-29,north|!sent")),
                         0);
        world_check(&world);
    }
}

/* --- refusals --- */

static void a_wrong_type_anywhere_refuses_the_whole_commit(void **state)
{
    (void)state;
    static const struct {
        const char *before, *text;
        int person, refusals;
    } cases[] = {
        /* contact, pulse, its question's message, reply ids, b, log, counters, q:reply, ws:, the weeks; the messages
         * of two texts, the volunteers */
        {NULL, "KYLLÄ", 0, 13},
        {"KYLLÄ", "Maija", 0, 13}, /* one text; volunteers and names */
        {"KYLLÄ", "POIS", 0, 13},  /* no names yet, but the confirmation of the yes */
        /* one text; the other messages of the pulse, number index, members, volunteers, do-not-contact list; that
         * somebody has gone */
        {"KYLLÄ", "väärä numero", 0, 18},
        {NULL, "STOP", 5, 5}, /* reply ids, b, log, counters, do-not-contact list */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_command command = {0};
        struct session session;
        world_clear(&world);
        join_asked();
        if (cases[i].before != NULL) {
            conversation_reply("before", cases[i].before);
            (void)sent();
        }
        world_load(&world, world_phone(cases[i].person), &session);
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
        STORE_TEST(start_lifts_stop_and_does_not_reopen_the_pulse),
        STORE_TEST(stop_from_before_the_asking_closes_the_pulse_all_the_same),
        STORE_TEST(stop_and_start_before_the_asking_leave_the_pulse_to_be_asked),
        STORE_TEST(other_flags_outlive_stop_and_start),
        STORE_TEST(stop_of_an_unknown_number_is_kept_for_its_import),
        STORE_TEST(a_number_imported_meanwhile_is_decided_on_again),
        STORE_TEST(late_is_told_once_in_a_day),
        STORE_TEST(help_and_start_are_told_once_in_a_day),
        STORE_TEST(a_wrong_person_is_forgotten),
        STORE_TEST(nothing_that_comes_late_reopens_the_pulse_of_who_left),
        STORE_TEST(a_wrong_person_before_asking_is_not_asked),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_whole_commit),
    };
    return STORE_MAIN(tests);
}
