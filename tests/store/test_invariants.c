/* The check that ends every other test: each kind of breach is seen. */
#include "conversation.h"

#include "support/invariants.h"

static struct claimed claimed[STORE_ITEMS_MAX];

/* Messages 0 submitting, 1 leased, 2 waiting, 3 queued, 4 accepted; contact 5 stopped, its confirmation is
 * message 6. */
static void one_of_each(void)
{
    world_import(&world, WORLD_PILOT, 0, 6, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_claim(&world, 3, claimed), 3);
    assert_string_equal(world_intend(&world, world_message(2), "o"), "OK");
    assert_string_equal(world_settle(&world, world_message(2), "o", SUBMIT_RETRY), "queued");
    assert_string_equal(world_intend(&world, world_message(0), "o"), "OK");
    assert_int_equal(world_claim(&world, 2, claimed), 2);
    assert_string_equal(world_intend(&world, world_message(4), "o"), "OK");
    assert_string_equal(world_settle(&world, world_message(4), "o", SUBMIT_ACCEPTED), "accepted");
    assert_string_equal(world_settle(&world, world_message(3), "o", SUBMIT_NOT_HANDED_OVER), "queued");
    assert_int_equal(world_reply(&world, 5, "r1", "STOP"), COMMIT_DONE);
}

struct breach {
    const char *words[6];
    const char *line;
};

static void expect_reports(const struct breach *breaches, size_t count)
{
    struct snapshot *sound = snapshot_take(&world);
    struct text report = {0};
    for (size_t i = 0; i < count; i++) {
        const char *words[8] = {0};
        for (size_t j = 0; breaches[i].words[j] != NULL; j++)
            words[j] = j == 1 ? world_key(breaches[i].words[j]) : breaches[i].words[j];
        world_do(&world, words);
        text_clear(&report);
        if (invariants_hold(world.link, WORLD_ORG, &report) || strstr(report.chars, breaches[i].line) == NULL)
            fail_msg("%s %s: reported \"%s\"", words[0], words[1], report.chars == NULL ? "" : report.chars);
        snapshot_put_back(&world, sound);
    }
    text_free(&report);
    snapshot_free(&sound);
}

static void every_breach_is_reported(void **state)
{
    (void)state;
    static const struct breach breaches[] = {
        {{"ZADD", "q:bulk", "1", "message00000"},
         "m:message00000 (submitting, invite) is in the wrong lists"},
        {{"ZREM", "leased", "message00001"}, "m:message00001 (leased, invite) is in the wrong lists"},
        {{"ZADD", "q:bulk", "1", "message00002"}, "m:message00002 (queued, invite) is in the wrong lists"},
        {{"ZADD", "q:reply", "1", "message00003"}, "m:message00003 (queued, invite) is in the wrong lists"},
        {{"ZADD", "leased", "1", "message00004"}, "m:message00004 (accepted, invite) is in the wrong lists"},
        {{"ZREM", "q:reply", "message00006"}, "m:message00006 (queued, stop_confirm) is in the wrong lists"},
        {{"HSET", "m:message00004", "s", "delivered"}, "m:delivered: 1 found, only 0 counted"},
        {{"HSET", "m:message00001", "s", "submitting"}, "m:leased: 0 found, 1 counted"},
        {{"DEL", "m:message00003"}, "q:bulk holds message message00003, which does not exist"},
        {{"DEL", "u:pulse0000003"}, "w:2026-W03 holds pulse0000003, which does not exist"},
        {{"DEL", "u:pulse0000003"}, "m:message00003 belongs to pulse pulse0000003, which does not exist"},
        {{"DEL", "c:contact00001"},
         "u:pulse0000001 (queued) is of contact \"contact00001\", who does not exist"},
        {{"ZADD", "w:2026-W04", "0", "pulse0000001"}, "u:pulse0000001 says week \"2026-W03\" but is 1 times"},
        {{"ZREM", "w:2026-W03", "pulse0000001"}, "u:pulse0000001 says week \"2026-W03\" but is 0 times"},
        {{"HSET", "u:pulse0000001", "w", "2026-W04"}, "u:pulse0000001 says week \"2026-W04\" but is 0 times"},
        {{"ZREM", "ws:2026-W03", "message00006"}, "m:message00006 says week \"2026-W03\" but is 0 times"},
        {{"HSET", "u:pulse0000003", "st", "open"}, "u:pulse0000003 is open but was asked at \"\""},
        {{"HSET", "u:pulse0000003", "st", "failed"}, "finished pulses held: 1 found, 0 counted"},
        {{"HSET", "c:contact00001", "o", "pulse0000002"},
         "c:contact00001 has open pulse pulse0000002, which is of \"contact00002\""},
        {{"HSET", "c:contact00001", "o", "nothing"},
         "c:contact00001 has open pulse nothing, which is of \"\""},
        {{"HINCRBY", "b", "p:open", "1"}, "p:open: 2 found, 3 counted"},
        {{"SET", "q:wait", "planted"}, "the org could not be read: Redis: WRONGTYPE"},
    };
    one_of_each();
    expect_reports(breaches, sizeof breaches / sizeof breaches[0]);
}

/* Contact 0 answered, and message 1 waits to ask for own words; message 2 tells how to stop. */
static void every_breach_of_a_conversation_is_reported(void **state)
{
    (void)state;
    static const struct breach breaches[] = {
        {{"HSET", "u:pulse0000000", "pa", "01"}, "u:pulse0000000: path \"01\" does not fit"},
        {{"HSET", "u:pulse0000000", "pa", "2"}, "u:pulse0000000: path \"2\" does not fit"},
        {{"HSET", "u:pulse0000000", "pa", "022"}, "u:pulse0000000: path \"022\" does not fit"},
        {{"HSET", "u:pulse0000000", "a1", "1"}, "u:pulse0000000: path \"02\" does not fit"},
        {{"HSET", "u:pulse0000000", "m3", "message00002"}, "u:pulse0000000: path \"02\" does not fit"},
        {{"HSET", "u:pulse0000000", "i1", "5"}, "u:pulse0000000: path \"02\" does not fit"},
        {{"HDEL", "u:pulse0000000", "m2"}, "u:pulse0000000: path \"02\" does not fit"},
        {{"HDEL", "u:pulse0000000", "an"}, "u:pulse0000000: answered \"\", complete \"1\", but has some"},
        {{"HDEL", "u:pulse0000000", "a0"}, "u:pulse0000000: answered \"1\", complete \"1\", but has no"},
        {{"HSET", "u:pulse0000000", "m2", "message00000"},
         "m:message00001 (queued, question) is in the place of \"message00000\" in its pulse"},
        {{"HSET", "m:message00001", "k", "thanks"},
         "m:message00001 (queued, thanks) is in the place of \"\" in its pulse"},
        {{"HSET", "m:message00001", "k", "volunteer_confirm"},
         "m:message00001 (queued, volunteer_confirm) is in the place of \"\" in its pulse"},
        {{"HSET", "m:message00001", "w", "2026-W04"},
         "m:message00001 says week \"2026-W04\" but its pulse is of \"2026-W03\""},
        {{"HSET", "m:message00002", "u", "pulse0000000"}, "m:message00002 (help) belongs to pulse"},
        {{"HSET", "m:message00000", "to", "a number"}, "m:message00000 (delivered) still has a number"},
        {{"HSET", "weeks", "2026-W03", "published"}, "week 2026-W03 is published but has ws:"},
        {{"HSET", "u:pulse0000000", "st", "erased"}, "(erased) is of contact \"contact00000\", who left"},
    };
    conversation_open(BRANCHING);
    conversation_reply("r1", "5");
    conversation_reply("r2", "INFO");
    expect_reports(breaches, sizeof breaches / sizeof breaches[0]);
}

#define BOX "0123456789012345678901234567890123456789012345678" /* as long as a sealed box may be */

static void every_breach_of_peoples_records_is_reported(void **state)
{
    (void)state;
    char hash[PHONE_HASH_SIZE], index[8];
    phone_hash(world.keys.keys[KEY_HASH], world_phone(0), hash);
    snprintf(index, sizeof index, "h:%.3s", hash);
    const struct breach breaches[] = {
        {{"HDEL", index, hash + 3}, "0 numbers lead to c:contact00000"},
        {{"HSET", index, "another", "contact00000"}, "2 numbers lead to c:contact00000"},
        {{"HSET", index, "another", "nobody"}, "leads to contact \"nobody\", who does not exist"},
        {{"APPEND", "pm:coaching-a", "nobody000000"}, "has member \"nobody000000\", who does not exist"},
        {{"APPEND", "pm:coaching-a", "."}, "pm:coaching-a is cut"},
        {{"HSET", "ow:2026-W03", "pulse0000000", "p|q|1|" BOX}, "ow:2026-W03 leads to u:pulse0000000"},
        {{"HSET", "ow:2026-W03", "w", "p|contact00000|1|" BOX}, "ow:2026-W03 leads to c:contact00000"},
        {{"HSET", "ow:2026-W03", "w", "p|q|" BOX}, "a record of ow:2026-W03 is not as it should be"},
        {{"HSET", "ow:2026-W03", "w", "p|q|1|open words"}, "a record of ow:2026-W03 is not as it should be"},
        {{"HSET", "vo", hash, "a|b|c|d|e|message00000" BOX}, "a record of vo leads to m:message00000"},
        {{"HSET", "vo", hash, "a|b|c|d|e|+358400000000"}, "a record of vo is not as it should be"},
        {{"HSET", "vo", "+358400000000", "a|b|c|d|e|" BOX}, "a volunteer's key is not the hash of a number"},
        {{"HSET", "vn", hash, BOX}, "a name without a volunteer"},
        {{"HSET", "vn", hash, "Maija"}, "a record of vn is not as it should be"},
        {{"HSET", "dnc", hash, "s"}, "contact contact00000 is on the do-not-contact list"},
        {{"HSET", "dnc", "0123456789012345678901", "?"}, "\"?\" on the do-not-contact list"},
        {{"HSET", "dnc", "+358400000000", "s"}, "\"s\" on the do-not-contact list is not"},
    };
    conversation_open(BRANCHING);
    expect_reports(breaches, sizeof breaches / sizeof breaches[0]);
}

static void an_org_that_is_not_there_holds(void **state)
{
    (void)state;
    struct text report = {0};
    assert_true(invariants_hold(world.link, "nowhere", &report));
    text_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(every_breach_is_reported),
        STORE_TEST(every_breach_of_a_conversation_is_reported),
        STORE_TEST(every_breach_of_peoples_records_is_reported),
        STORE_TEST(an_org_that_is_not_there_holds),
    };
    return STORE_MAIN(tests);
}
