/* Commit numbers, and what a program remembers of them: a Redis that lost writes is told apart from one that did not, also
 * when others go on writing to it, until it is adopted. */
#include "fixture.h"

#include <unistd.h>

#include "base/file.h"
#include "store/call.h"
#include "store/contacts.h"
#include "store/dataset.h"
#include "store/seen.h"
#include "support/program_run.h"

static struct settings settings, elsewhere; /* elsewhere: another machine's data folder */
static struct error error;

static int folder_and_world(void **state)
{
    settings = (struct settings){.redis_deadline_ms = 5000};
    elsewhere = settings;
    folder_make(settings.data_folder);
    folder_make(elsewhere.data_folder);
    return fixture_clear(state);
}

static int folder_and_check(void **state)
{
    folder_remove(settings.data_folder);
    folder_remove(elsewhere.data_folder);
    return fixture_check(state);
}

static struct seen *opened_at(const struct settings *machine, const char *program)
{
    struct seen *seen = seen_open(machine, program, NULL, &error);
    if (seen == NULL)
        fail_msg("%s", error.text);
    return seen;
}

static struct seen *opened(const char *program)
{
    return opened_at(&settings, program);
}

static enum seen_verdict judged_at(const struct settings *machine, const char *program)
{
    struct seen *seen = opened_at(machine, program);
    enum seen_verdict verdict = seen_judge(seen, world.link, &error);
    seen_close(&seen);
    return verdict;
}

static enum seen_verdict judged(const char *program)
{
    return judged_at(&settings, program);
}

static void expect_behind_at(const struct settings *machine, const char *program, const char *words)
{
    assert_int_equal(judged_at(machine, program), SEEN_BEHIND);
    if (strstr(error.text, words) == NULL || strstr(error.text, "run `pulssi adopt`") == NULL)
        fail_msg("expected \"%s\", got \"%s\"", words, error.text);
}

static void expect_behind(const char *program, const char *words)
{
    expect_behind_at(&settings, program, words);
}

static int64_t number(void)
{
    return world_count(&world, "cn");
}

/* --- the number --- */

static int64_t number_of(struct redis_command *command)
{
    struct redis_value *value = world_call(&world, command);
    int64_t found = call_commit_number(value);
    redis_value_free(&value);
    redis_command_free(command);
    return found;
}

static void each_write_goes_up_by_one_and_brings_its_number(void **state)
{
    (void)state;
    struct redis_command command = {0};
    struct claimed claimed[STORE_ITEMS_MAX];
    struct lane_taken taken;
    struct session session;
    int64_t before = number();
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    assert_int_equal(number(), before + 1);
    before = number();
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(number(), before + 3); /* planned, frozen, released */
    before = number();
    lane_take_command(&command, WORLD_ORG, "dispatcher-1", world.redis_now_ms, 10000, true);
    struct redis_value *value = world_call(&world, &command);
    assert_true(lane_take_result(value, &taken));
    assert_int_equal(taken.commit, before + 1);
    redis_value_free(&value);
    redis_command_free(&command);
    world.fence = taken.fence;
    before = number();
    assert_int_equal(world_claim(&world, 2, claimed), 2);
    assert_int_equal(number(), before + 1);
    world_intend_command(&world, &command, world_message(0), "o");
    assert_int_equal(number_of(&command), before + 2);
    world_intend_command(&world, &command, world_message(0), "o");
    assert_int_equal(number_of(&command), before + 2); /* again: nothing was written */
    world_settle_command(&world, &command, world_message(0), "o", SUBMIT_ACCEPTED);
    assert_int_equal(number_of(&command), before + 3);
    world_receipt_command(&world, &command, world_message(0), RECEIPT_DELIVERED);
    assert_int_equal(number_of(&command), before + 4);
    world_load(&world, world_phone(0), &session);
    world_commit_command(&world, &command, &session, "reply-1", "4");
    assert_int_equal(number_of(&command), before + 5);
    assert_int_equal(number(), before + 5);
    assert_string_equal(world_settle(&world, world_message(1), "", SUBMIT_NOT_HANDED_OVER), "queued");
}

/* --- what was seen --- */

static void one_that_lost_writes_is_refused_with_both_numbers(void **state)
{
    (void)state;
    char words[128];
    struct snapshot *backup = snapshot_take(&world);
    int64_t then = number();
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    assert_int_equal(judged("one"), SEEN_GOOD);
    snapshot_put_back(&world, backup);
    snprintf(words, sizeof words, "org " WORLD_ORG " is at commit %lld, and %lld was seen", (long long)then,
             (long long)then + 1);
    expect_behind("one", words);
    snapshot_free(&backup);
}

static void what_others_write_does_not_cover_it_up(void **state)
{
    (void)state;
    assert_int_equal(judged_at(&elsewhere, "idle"), SEEN_GOOD);
    struct snapshot *backup = snapshot_take(&world);
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(judged("busy"), SEEN_GOOD);
    snapshot_put_back(&world, backup);
    assert_int_equal(judged_at(&elsewhere, "idle"), SEEN_GOOD); /* it had not seen what was lost */
    expect_behind("busy", "Redis is behind what busy has seen");
    for (int i = 0; i < 3; i++)
        world_import(&world, WORLD_PILOT, 10 + i, 1, NULL); /* the number is higher now than it ever was */
    expect_behind("busy", "as busy found: org " WORLD_ORG);
    expect_behind_at(&elsewhere, "idle", "as busy found: org " WORLD_ORG);
    snapshot_free(&backup);
}

static void what_others_of_the_folder_have_on_record_was_seen(void **state)
{
    (void)state;
    assert_int_equal(judged("idle"), SEEN_GOOD);
    struct snapshot *backup = snapshot_take(&world);
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(judged("busy"), SEEN_GOOD);
    snapshot_put_back(&world, backup);
    expect_behind("idle", "Redis is behind what idle has seen: org " WORLD_ORG);
    assert_true(dataset_adopt(world.link, 1, &error));
    assert_int_equal(judged("idle"), SEEN_GOOD); /* busy's file is of the time before */
    struct snapshot *adopted = snapshot_take(&world);
    assert_true(dataset_adopt(world.link, 2, &error));
    assert_int_equal(judged("busy"), SEEN_GOOD);
    snapshot_put_back(&world, adopted);
    expect_behind("idle", "it was adopted 1 times, and 2 were seen");
    snapshot_free(&adopted);
    snapshot_free(&backup);
}

static void a_record_that_says_nothing_of_ours_is_passed_over(void **state)
{
    char path[320];
    (void)state;
    static const char *const records[] = {
        "{\"dataset\":\"anotherdata1\",\"adoption\":9,\"orgs\":[{\"org\":\"" WORLD_ORG "\",\"commit\":999}]}",
        "{\"dataset\":", ""};
    assert_int_equal(judged("one"), SEEN_GOOD);
    snprintf(path, sizeof path, "%s/state/two.seen", settings.data_folder);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        assert_true(file_replace(path, records[i], strlen(records[i]), 0600, &error));
        assert_int_equal(judged("one"), SEEN_GOOD);
    }
}

static void an_adopted_one_is_accepted_and_an_older_one_then_refused(void **state)
{
    (void)state;
    struct snapshot *backup = snapshot_take(&world);
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    assert_int_equal(judged("one"), SEEN_GOOD);
    snapshot_put_back(&world, backup);
    expect_behind("one", "is at commit");
    assert_true(dataset_adopt(world.link, 1, &error));
    assert_int_equal(judged("one"), SEEN_GOOD);
    snapshot_put_back(&world, backup);
    expect_behind("one", "it was adopted 0 times, and 1 were seen");
    assert_true(dataset_adopt(world.link, 2, &error));
    assert_int_equal(judged("one"), SEEN_GOOD);
    snapshot_free(&backup);
}

static void an_org_that_is_gone_is_a_loss(void **state)
{
    (void)state;
    struct snapshot *backup = snapshot_take(&world);
    WORLD_DO(&world, "SADD", "pulssi:orgs", "another");
    WORLD_DO(&world, "HSET", "p:{another}:b", "cn", "7");
    assert_int_equal(judged("one"), SEEN_GOOD);
    snapshot_put_back(&world, backup);
    expect_behind("one", "org another is at commit 0, and 7 was seen");
    snapshot_free(&backup);
}

static void numbers_of_replies_are_remembered(void **state)
{
    (void)state;
    struct seen *seen = opened("one");
    assert_int_equal(seen_judge(seen, world.link, &error), SEEN_GOOD);
    int64_t now = number();
    assert_true(seen_take(seen, WORLD_ORG, 0)); /* a reply without one */
    assert_true(seen_take(seen, WORLD_ORG, now + 5));
    assert_true(seen_take(seen, WORLD_ORG, now + 5));
    assert_int_equal(seen_number(seen, WORLD_ORG), now + 5);
    seen_close(&seen); /* writes the file */
    expect_behind("one", "was seen");
}

static void a_number_that_goes_down_on_a_connection_is_told_at_once(void **state)
{
    (void)state;
    struct seen *seen = opened("one");
    int64_t now = number();
    assert_int_equal(seen_judge(seen, world.link, &error), SEEN_GOOD);
    assert_true(seen_take(seen, WORLD_ORG, now + 2));
    assert_false(seen_take(seen, WORLD_ORG, now + 1));
    assert_int_equal(seen_judge(seen, world.link, &error), SEEN_BEHIND);
    seen_close(&seen);
}

/* --- the file --- */

static void the_older_file_is_carried_over(void **state)
{
    (void)state;
    char folder[320], old[400], path[400];
    struct redis_value *id = WORLD_RUN(&world, "GET", "pulssi:dataset");
    snprintf(folder, sizeof folder, "%s/state", settings.data_folder);
    snprintf(old, sizeof old, "%s/one.dataset", folder);
    snprintf(path, sizeof path, "%s/one.seen", folder);
    assert_true(file_make_folder(folder, &error));
    assert_true(file_replace(old, "anotherdata1", 12, 0600, &error));
    assert_int_equal(judged("one"), SEEN_OTHER);
    unlink(path);
    assert_true(file_replace(old, redis_text(id), redis_text_bytes(id), 0600, &error));
    assert_int_equal(judged("one"), SEEN_GOOD);
    assert_int_not_equal(access(old, F_OK), 0);
    assert_int_equal(access(path, F_OK), 0);
    redis_value_free(&id);
}

static void as_many_orgs_as_there_may_be_are_remembered(void **state)
{
    (void)state;
    char name[32], key[64];
    struct snapshot *backup = snapshot_take(&world);
    for (int i = 0; i < ORGS_MAX - 1; i++) {
        snprintf(name, sizeof name, "an-org-with-a-long-name-%d", i);
        snprintf(key, sizeof key, "p:{%s}:b", name);
        WORLD_DO(&world, "SADD", "pulssi:orgs", name);
        WORLD_DO(&world, "HSET", key, "cn", "9007199254740991");
    }
    assert_int_equal(judged("one"), SEEN_GOOD);
    struct seen *seen = opened("one");
    assert_int_equal(seen_number(seen, "an-org-with-a-long-name-1000"), INT64_C(9007199254740991));
    assert_int_equal(seen_number(seen, WORLD_ORG), number());
    seen_close(&seen);
    snapshot_put_back(&world, backup);
    snapshot_free(&backup);
}

static void a_memory_that_cannot_be_kept_is_no_memory(void **state)
{
    (void)state;
    char path[320];
    snprintf(path, sizeof path, "%s/state", settings.data_folder);
    assert_true(file_replace(path, "no folder", 9, 0600, &error));
    assert_int_equal(judged("one"), SEEN_FAILED);
    assert_non_null(strstr(error.text, "what one has seen of Redis cannot be kept"));
}

#define SEEN_TEST(test) cmocka_unit_test_setup_teardown(test, folder_and_world, folder_and_check)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEEN_TEST(each_write_goes_up_by_one_and_brings_its_number),
        SEEN_TEST(one_that_lost_writes_is_refused_with_both_numbers),
        SEEN_TEST(what_others_write_does_not_cover_it_up),
        SEEN_TEST(what_others_of_the_folder_have_on_record_was_seen),
        SEEN_TEST(a_record_that_says_nothing_of_ours_is_passed_over),
        SEEN_TEST(an_adopted_one_is_accepted_and_an_older_one_then_refused),
        SEEN_TEST(an_org_that_is_gone_is_a_loss),
        SEEN_TEST(numbers_of_replies_are_remembered),
        SEEN_TEST(a_number_that_goes_down_on_a_connection_is_told_at_once),
        SEEN_TEST(the_older_file_is_carried_over),
        SEEN_TEST(as_many_orgs_as_there_may_be_are_remembered),
        SEEN_TEST(a_memory_that_cannot_be_kept_is_no_memory),
    };
    return STORE_MAIN(tests);
}
