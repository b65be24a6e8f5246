/* The check that ends every other test: each kind of breach is seen. */
#include "fixture.h"

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

static void every_breach_is_reported(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        const char *line;
    } breaches[] = {
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
        {{"DEL", "c:contact00001"}, "u:pulse0000001 is of contact \"contact00001\", who does not exist"},
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
    struct snapshot *sound = snapshot_take(&world);
    struct text report = {0};
    for (size_t i = 0; i < sizeof breaches / sizeof breaches[0]; i++) {
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
        STORE_TEST(an_org_that_is_not_there_holds),
    };
    return STORE_MAIN(tests);
}
