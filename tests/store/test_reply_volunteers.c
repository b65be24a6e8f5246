/* What a reply does to the volunteers' list: yes, no, the name, and leaving again. */
#include "reply_people.h"

/* --- the volunteers' list --- */

static void yes_makes_a_record_that_leads_to_no_answer(void **state)
{
    (void)state;
    static const char *const nowhere[] = {NULL};
    join_asked();
    conversation_reply("r2", "KYLLÄ");
    assert_string_equal(world_volunteer(&world, 0),
                        "2026-01-13|fi|coaching-a|meeting@1/join|sms|+358400000000|");
    assert_string_equal(pulse("pa"), "023");
    assert_string_equal(sent(), "volunteer_confirm name");
    conversation_reply("r3", "Aino Meikäläinen");
    assert_string_equal(world_volunteer(&world, 0),
                        "2026-01-13|fi|coaching-a|meeting@1/join|sms|+358400000000|Aino");
    assert_string_equal(sent(), "thanks");
    assert_string_equal(pulse("e"), "1");
    assert_int_equal(world_count(&world, "seq"), 1); /* the log knows of the counted answer only */
    assert_int_equal(world_count(&world, "x:volunteer"), 1);
    assert_int_equal(world_count(&world, "x:name"), 1);
    assert_int_equal(atoi(world_field(&world, "k:2026-W03", "coaching-a|meeting@1/join|18-29,north|1")), 0);
    snapshot_expect_no_mention(&world, "Aino", nowhere);
    snapshot_expect_no_mention(&world, world_phone(0), nowhere);
}

static void no_makes_none(void **state)
{
    (void)state;
    join_asked();
    conversation_reply("r2", "ei");
    assert_false(world_exists(&world, "vo"));
    assert_string_equal(pulse("a2"), "0");
    assert_string_equal(sent(), "thanks");
    assert_int_equal(world_count(&world, "x:no_volunteer"), 1);
}

static void no_after_yes_takes_the_record_back(void **state)
{
    (void)state;
    join_asked();
    conversation_reply("r2", "joo");
    conversation_reply("r3", "ei");
    assert_false(world_exists(&world, "vo"));
    assert_string_equal(pulse("pa"), "02");
    assert_string_equal(pulse("m3"), "");
    assert_int_equal(world_count(&world, "m:cancelled"), 2); /* the confirmation of the yes as well */
    assert_string_equal(pulse("mv"), "");
    assert_string_equal(sent(), "thanks volunteer_left");
}

/* At night both texts of a yes wait; what the person says then counts for what goes in the morning. */
static void nothing_of_a_yes_goes_out_after_leaving(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        bool leaves = way % 2 == 0, leased = way >= 2;
        world_clear(&world);
        join_asked();
        world.now_ms += 12 * HOUR_MS; /* 22:00 */
        conversation_reply("r2", "KYLLÄ");
        assert_string_equal(pulse("mv"), world_message(2));
        if (leased)
            assert_int_equal(world_claim(&world, 9, claimed), 2);
        conversation_reply("r3", leaves ? "POIS" : "EI");
        assert_string_equal(world_volunteer(&world, 0), "");
        assert_string_equal(pulse("pa"), "02");
        assert_int_equal(world_count(&world, "m:cancelled"), 2);
        if (leased)
            assert_string_equal(world_intend(&world, world_message(2), "o"), "FENCED");
        world_check(&world);
        world.now_ms += 9 * HOUR_MS; /* 07:00 */
        assert_string_equal(sent(), leaves ? "volunteer_left" : "thanks volunteer_left");
        conversation_reply("r4", "KYLLÄ"); /* and joins anew */
        assert_string_equal(sent(), "volunteer_confirm name");
    }
}

static void a_confirmation_refused_for_now_is_not_sent_after_leaving(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        world_clear(&world);
        join_asked();
        conversation_reply("r2", "KYLLÄ");
        assert_int_equal(world_claim(&world, 1, claimed), 1);
        assert_string_equal(claimed[0].kind, "volunteer_confirm");
        assert_string_equal(world_intend(&world, claimed[0].message, "o"), "OK");
        conversation_reply("r3", "POIS");
        if (again == 1)
            conversation_reply("r4", "KYLLÄ");
        assert_string_equal(world_settle(&world, world_message(2), "o", SUBMIT_THROTTLED), "queued");
        world_check(&world);
        assert_int_equal(world_claim(&world, 9, claimed), again == 1 ? 4 : 2);
        assert_string_equal(world_intend(&world, world_message(2), "p"), "CANCELLED");
        if (again == 1) {
            assert_string_equal(world_field(&world, "m:message00005", "k"), "volunteer_confirm");
            assert_string_equal(world_intend(&world, world_message(5), "p"), "OK");
        }
    }
}

static void who_tells_no_name_stays_a_volunteer(void **state)
{
    (void)state;
    join_asked();
    conversation_reply("r2", "KYLLÄ");
    assert_string_equal(sent(), "volunteer_confirm name");
    conversation_reply("r3", "En halua");
    assert_string_equal(world_volunteer(&world, 0),
                        "2026-01-13|fi|coaching-a|meeting@1/join|sms|+358400000000|");
    assert_false(world_exists(&world, "vn"));
    assert_int_equal(world_count(&world, "x:name"), 1);
    assert_string_equal(pulse("un"), "");
    assert_string_equal(sent(), "thanks");
}

static void who_leaves_is_gone_at_once(void **state)
{
    (void)state;
    join_asked();
    conversation_reply("r2", "KYLLÄ");
    assert_string_equal(sent(), "volunteer_confirm name");
    conversation_reply("r3", "Maija");
    assert_string_equal(sent(), "thanks");
    world.now_ms += 30 * DAY_MS; /* with no survey open */
    conversation_reply("r4", "POIS");
    assert_false(world_exists(&world, "vo"));
    assert_false(world_exists(&world, "vn"));
    assert_string_equal(sent(), "volunteer_left");
    assert_string_equal(contact("f"), ""); /* surveys go on */
    conversation_reply("r5", "pois");      /* who is on no list means them */
    assert_int_equal(world_count(&world, "x:leave"), 1);
    assert_int_equal(world_count(&world, "x:stop"), 1);
    assert_string_equal(contact("f"), "s");
    assert_string_equal(sent(), "stop_confirm");
}

static void a_name_told_while_leaving_is_not_kept(void **state)
{
    (void)state;
    struct session session;
    char hash[PHONE_HASH_SIZE];
    join_asked();
    conversation_reply("r2", "KYLLÄ");
    assert_string_equal(sent(), "volunteer_confirm name");
    world_load(&world, world_phone(0), &session);
    phone_hash(world.keys.keys[KEY_HASH], world_phone(0), hash);
    WORLD_DO(&world, "HDEL", world_key("vo"), hash); /* taken off the list by hand */
    assert_int_equal(world_commit(&world, &session, "r3", "Maija"), COMMIT_STALE);
    conversation_reply("r3", "Maija");
    assert_string_equal(world_volunteer(&world, 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(yes_makes_a_record_that_leads_to_no_answer),
        STORE_TEST(no_makes_none),
        STORE_TEST(no_after_yes_takes_the_record_back),
        STORE_TEST(nothing_of_a_yes_goes_out_after_leaving),
        STORE_TEST(a_confirmation_refused_for_now_is_not_sent_after_leaving),
        STORE_TEST(who_tells_no_name_stays_a_volunteer),
        STORE_TEST(who_leaves_is_gone_at_once),
        STORE_TEST(a_name_told_while_leaving_is_not_kept),
    };
    return STORE_MAIN(tests);
}
