/* Checkpoints: a published week is recorded once, whatever changes in it afterwards shows, and its rows can go without the
 * books losing their balance. */
#include "fixture.h"

#include <stdlib.h>

#include "store/audit.h"
#include "store/books.h"
#include "store/checkpoints.h"
#include "store/weeks.h"

#define WEEK   "2026-W03"
#define ANSWER "coaching-a|felt-forward@1/forward|18-29,north|"

static struct error error;

static void publish(const char *week, const char *before)
{
    struct redis_command command = {0};
    const char *unit = "coaching-a|felt-forward@1/forward", *figures = "{\"n\":3}";
    world_close_week(&world, week);
    week_publish_command(&command, WORLD_ORG, week, &unit, &figures, 1);
    struct redis_value *value = world_call(&world, &command);
    redis_value_free(&value);
    week_seal_command(&command, WORLD_ORG, week, before, 0);
    value = world_call(&world, &command);
    assert_true(week_seal_result(value));
    redis_value_free(&value);
    redis_command_free(&command);
}

/* Six are asked; one answers, one answers twice, one stops; the second round finds them capped. */
static void a_published_week(void)
{
    world_import(&world, WORLD_PILOT, 0, 6, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 6);
    static const struct {
        int contact;
        const char *text;
    } replies[] = {{0, "4"}, {1, "5"}, {1, "2"}, {2, "STOP"}};
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        char reply_id[16];
        snprintf(reply_id, sizeof reply_id, "reply-%zu", i);
        assert_int_equal(world_reply(&world, replies[i].contact, reply_id, replies[i].text), COMMIT_DONE);
    }
    world_round(&world, "s", WORLD_PILOT);
    while (world_send_all(&world) > 0) {
    }
    publish(WEEK, "2026-W02");
}

static bool put(const char *week, int64_t rewritten_at_ms)
{
    struct checkpoint checkpoint;
    bool open = false;
    if (!checkpoint_make(world.link, WORLD_ORG, week, &checkpoint, &error))
        fail_msg("%s", error.text);
    checkpoint.rewritten_at_ms = rewritten_at_ms;
    checkpoint.rewritten_real_ms = 7;
    if (!checkpoint_write(world.link, WORLD_ORG, &checkpoint, &open, &error))
        fail_msg("%s", error.text);
    checkpoint_clear(&checkpoint);
    return !open;
}

/* The report of a check, "" = balanced; in a buffer. */
static const char *check(struct books *books_out)
{
    static char report[4096];
    struct books books;
    if (!books_check(world.link, WORLD_ORG, &books, &error))
        fail_msg("%s", error.text);
    snprintf(report, sizeof report, "%s", books.report.chars == NULL ? "" : books.report.chars);
    if (books_out != NULL)
        *books_out = (struct books){.log_rows = books.log_rows,
                                    .differences = books.differences,
                                    .weeks_verified = books.weeks_verified,
                                    .weeks_unproven = books.weeks_unproven};
    books_free(&books);
    return report;
}

static void expect_verified(int64_t weeks, int64_t unproven)
{
    struct books books;
    assert_string_equal(check(&books), "");
    assert_int_equal(books.weeks_verified, weeks);
    assert_int_equal(books.weeks_unproven, unproven);
}

/* The log of one checkpoint as it is read back. */
static struct checkpoint *load(struct checkpoints *checkpoints, const char *week)
{
    if (!checkpoints_load(world.link, WORLD_ORG, checkpoints, &error))
        fail_msg("%s", error.text);
    return checkpoints_find(checkpoints, week);
}

static void a_checkpoint_says_what_the_log_and_the_figures_say(void **state)
{
    (void)state;
    struct checkpoints checkpoints;
    a_published_week();
    expect_verified(0, 1);
    assert_true(put(WEEK, 1234));
    const struct checkpoint *found = load(&checkpoints, WEEK);
    assert_non_null(found);
    assert_true(found->readable && !found->trimmed);
    assert_int_equal(found->log.rows, 3 + 12); /* three answers; twelve pulses ended */
    assert_int_equal(found->log.first_id, 1);
    assert_int_equal(found->log.last_id, 15);
    assert_int_equal(sums_of(&found->log.pulses, "completed"), 2);
    assert_int_equal(sums_of(&found->log.pulses, "refused"), 1);
    assert_int_equal(sums_of(&found->log.pulses, "no_receipt"), 3);
    assert_int_equal(sums_of(&found->log.pulses, "capped") + sums_of(&found->log.pulses, "suppressed"), 6);
    assert_int_equal(found->answers, 2);
    assert_int_equal(found->figures, 1);
    assert_int_equal(found->rewritten_at_ms, 1234);
    assert_int_equal(found->rewritten_real_ms, 7);
    checkpoints_free(&checkpoints);
    expect_verified(1, 0);
}

static void a_checkpoint_is_written_once(void **state)
{
    (void)state;
    char first[1024];
    a_published_week();
    assert_true(put(WEEK, 1));
    snprintf(first, sizeof first, "%s", world_field(&world, "cp", WEEK));
    assert_true(strlen(first) > 100);
    assert_true(put(WEEK, 2));
    assert_string_equal(world_field(&world, "cp", WEEK), first);
}

static void no_checkpoint_while_links_are_left(void **state)
{
    (void)state;
    world_released(&world, 2);
    assert_int_equal(world_send_all(&world), 2);
    assert_false(put(WEEK, 1)); /* it is open */
    world_close_week(&world, WEEK);
    assert_false(put(WEEK, 1)); /* and not published */
    publish(WEEK, "2026-W02");
    WORLD_DO(&world, "ZADD", world_key("ws:" WEEK), "0", "message00099");
    assert_false(put(WEEK, 1));
    WORLD_DO(&world, "DEL", world_key("ws:" WEEK));
    assert_string_equal(world_field(&world, "cp", WEEK), "");
    assert_true(put(WEEK, 1));
}

static void weeks_that_follow_change_nothing(void **state)
{
    (void)state;
    a_published_week();
    assert_true(put(WEEK, 1));
    world.now_ms += 70 * DAY_MS;
    world_round(&world, "t", WORLD_PILOT);
    assert_true(world_send_all(&world) > 0);
    assert_int_equal(world_reply(&world, 0, "later", "5"), COMMIT_DONE);
    expect_verified(1, 0);
    assert_int_equal(world_reply(&world, 5, "late-1", "hm"), COMMIT_DONE);
    assert_true(world_send_all(&world) > 0); /* it is asked for once more */
    publish("2026-W13", "2026-W12");
    expect_verified(1, 1);
    assert_true(put("2026-W13", 2));
    expect_verified(2, 0);
}

static void a_week_without_anything_has_a_checkpoint(void **state)
{
    (void)state;
    struct checkpoints checkpoints;
    a_published_week();
    WORLD_DO(&world, "HSET", world_key("weeks"), "2026-W04", "published");
    assert_true(put("2026-W04", 1));
    assert_true(put(WEEK, 1));
    const struct checkpoint *found = load(&checkpoints, "2026-W04");
    assert_int_equal(found->log.rows + found->log.first_id + found->log.last_id + found->answers, 0);
    assert_int_equal(found->figures, 0);
    checkpoints_free(&checkpoints);
    expect_verified(2, 0);
}

/* The log anew, with another row at one id. */
static void replace_row(const char *id, const char *row)
{
    struct redis_value *rows = WORLD_RUN(&world, "XRANGE", world_key("log"), "-", "+");
    WORLD_DO(&world, "DEL", world_key("log"));
    for (size_t i = 0; i < redis_count(rows); i++) {
        const struct redis_value *fields = redis_item(redis_item(rows, i), 1);
        const char *at = redis_text(redis_item(redis_item(rows, i), 0));
        WORLD_DO(&world, "XADD", world_key("log"), at, redis_text(redis_item(fields, 0)),
                 strcmp(at, id) == 0 ? row : redis_text(redis_item(fields, 1)));
    }
    redis_value_free(&rows);
}

/* A row by its id, in a buffer. */
static const char *row_text(const char *id)
{
    static char text[256];
    struct redis_value *rows = WORLD_RUN(&world, "XRANGE", world_key("log"), id, id);
    snprintf(text, sizeof text, "%s", redis_text(redis_item(redis_item(redis_item(rows, 0), 1), 1)));
    redis_value_free(&rows);
    return text;
}

/* Changes that the comparison of counts alone would see, and some that it would not. */
static void whatever_changes_in_a_week_shows(void **state)
{
    (void)state;
    static const struct {
        const char *words[5], *report;
    } slips[] = {
        {{"XDEL", "log", "2-0"}, "week 2026-W03: 14 log rows, 15 in its checkpoint\n"},
        {{"HINCRBY", "k:2026-W03", ANSWER "4", "1"}, "week 2026-W03: its counters are not those"},
        {{"HINCRBY", "k:2026-W03", "coaching-a|felt-forward@1|18-29,north|!sent", "1"},
         "week 2026-W03: its counters are not those of its checkpoint\n"},
        {{"HSET", "pub:2026-W03", "coaching-a|felt-forward@1/forward", "{\"n\":4}"},
         "week 2026-W03: its figures are not those of its checkpoint\n"},
        {{"HSET", "pub:2026-W03", "another", "{}"}, "week 2026-W03: its figures are not those"},
        {{"HSET", "cp", "2026-W03", "{}"}, "week 2026-W03: its checkpoint cannot be read\n"},
        {{"HSET", "cp", "2026-W03", "none"}, "week 2026-W03: its checkpoint cannot be read\n"},
    };
    a_published_week();
    assert_true(put(WEEK, 1));
    struct snapshot *before = snapshot_take(&world);
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        const char *const *words = slips[i].words;
        const char *const command[] = {words[0], world_key(words[1]), words[2], words[3], NULL};
        world_do(&world, command);
        if (strstr(check(NULL), slips[i].report) == NULL)
            fail_msg("slip %zu: \"%s\"", i, check(NULL));
        snapshot_put_back(&world, before);
    }
    expect_verified(1, 0);
    snapshot_free(&before);
}

/* Two people swap their answers: no count differs, the hash does. */
static void rows_that_were_exchanged_show(void **state)
{
    (void)state;
    char one[256], other[256];
    a_published_week();
    assert_true(put(WEEK, 1));
    struct snapshot *before = snapshot_take(&world);
    snprintf(one, sizeof one, "%s", row_text("14-0"));
    snprintf(other, sizeof other, "%s", row_text("15-0"));
    assert_string_not_equal(one, other);
    replace_row("14-0", other);
    replace_row("15-0", one);
    assert_string_equal(check(NULL), "week 2026-W03: its log rows are not those of its checkpoint\n");
    snapshot_put_back(&world, before);
    snapshot_free(&before);
}

/* Every digit and letter of the record counts. */
static void a_checkpoint_that_was_changed_shows(void **state)
{
    (void)state;
    static const char *const members[] = {
        "\"rows\":",      "\"first\":",   "\"last\":",       "\"hash\":\"",
        "\"completed\":", "\"answers\":", "\"counters\":\"", "\"figures\":"};
    char record[1024];
    a_published_week();
    assert_true(put(WEEK, 1));
    struct snapshot *before = snapshot_take(&world);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        snprintf(record, sizeof record, "%s", world_field(&world, "cp", WEEK));
        char *at = strstr(record, members[i]);
        assert_non_null(at);
        at += strlen(members[i]);
        *at = *at == '9' ? '8' : '9';
        WORLD_DO(&world, "HSET", world_key("cp"), WEEK, record);
        if (strstr(check(NULL), "week 2026-W03: ") == NULL)
            fail_msg("%s: \"%s\"", members[i], check(NULL));
        snapshot_put_back(&world, before);
    }
    snapshot_free(&before);
}

static void a_wrong_type_anywhere_refuses_the_checkpoint(void **state)
{
    (void)state;
    struct redis_command command = {0};
    a_published_week();
    call_begin(&command, "week_checkpoint", WORLD_ORG);
    redis_command_add(&command, WEEK);
    redis_command_add(&command, "{}");
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* b, the weeks, the checkpoints */
    redis_command_free(&command);
    WORLD_DO(&world, "DEL", world_key("cp"));
}

/* --- rows that are not kept any more --- */

static bool trim(const char *week, int64_t *deleted_out)
{
    struct checkpoints checkpoints;
    bool done = false;
    const struct checkpoint *checkpoint = load(&checkpoints, week);
    assert_non_null(checkpoint);
    if (!checkpoint_trim(world.link, WORLD_ORG, checkpoint, deleted_out, &done, &error))
        fail_msg("%s", error.text);
    checkpoints_free(&checkpoints);
    return done;
}

static int64_t rows_left(void)
{
    struct redis_value *value = WORLD_RUN(&world, "XLEN", world_key("log"));
    int64_t rows = redis_int(value);
    redis_value_free(&value);
    return rows;
}

/* A week of many rows with another one in between: only its own go, at most 128 are looked at in a step, and the books
 * balance all the while. */
static void the_rows_of_a_week_go_step_by_step(void **state)
{
    (void)state;
    int64_t deleted = 0, sum = 0;
    struct books books;
    bool done = false;
    world_import(&world, WORLD_PILOT, 0, 128, NULL);
    world_round(&world, "r", WORLD_PILOT);
    world_send_all(&world);
    for (int n = 0; n < 128; n++) {
        char reply_id[16];
        snprintf(reply_id, sizeof reply_id, "reply-%d", n);
        assert_int_equal(world_reply(&world, n, reply_id, n % 2 == 0 ? "4" : "5"), COMMIT_DONE);
    }
    world.now_ms += 7 * DAY_MS; /* rows of the next week come before the end of this one */
    world_round(&world, "s", WORLD_PILOT);
    world_close_week(&world, WEEK);
    world_close_week(&world, WEEK);
    publish(WEEK, "2026-W02");
    assert_true(put(WEEK, 1));
    expect_verified(1, 0);
    assert_int_equal(rows_left(), 3 * 128);
    for (int steps = 0; !done; steps++) {
        assert_true(steps < 10);
        done = trim(WEEK, &deleted);
        sum += deleted;
        assert_true(deleted <= 128);
        assert_string_equal(check(&books), "");
        assert_int_equal(books.weeks_verified, 1);
        assert_int_equal(books.log_rows, 128); /* of the other week */
    }
    assert_int_equal(sum, 256);
    assert_int_equal(rows_left(), 128);
    assert_true(trim(WEEK, &deleted));
    assert_int_equal(deleted, 0);
    world.now_ms += 70 * DAY_MS; /* and life goes on */
    world_round(&world, "t", WORLD_PILOT);
    assert_true(world_send_all(&world) > 0);
    assert_int_equal(world_reply(&world, 0, "later", "5"), COMMIT_DONE);
    expect_verified(1, 0);
}

static void what_changes_in_a_week_without_rows_shows(void **state)
{
    (void)state;
    static const struct {
        const char *words[5], *report;
    } slips[] = {
        {{"HINCRBY", "k:2026-W03", ANSWER "4", "1"}, "week 2026-W03: its counters are not those"},
        {{"DEL", "k:2026-W03"}, "week 2026-W03: its counters are not those"},
        {{"DEL", "pub:2026-W03"}, "week 2026-W03: its figures are not those"},
        {{"HINCRBY", "b", "p:completed", "1"}, "p:completed: differs by -1"},
        {{"HINCRBY", "b", "seq", "1"}, "log rows: differs by -1"},
        {{"HDEL", "cp", "2026-W03"}, "log rows: differs by -15"},
    };
    int64_t deleted = 0;
    a_published_week();
    assert_true(put(WEEK, 1));
    assert_true(trim(WEEK, &deleted));
    assert_int_equal(deleted, 15);
    expect_verified(1, 0);
    struct snapshot *before = snapshot_take(&world);
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        const char *const *words = slips[i].words;
        const char *const command[] = {words[0], world_key(words[1]), words[2], words[3], NULL};
        world_do(&world, command);
        if (strstr(check(NULL), slips[i].report) == NULL)
            fail_msg("slip %zu: \"%s\"", i, check(NULL));
        snapshot_put_back(&world, before);
    }
    snapshot_free(&before);
}

static void a_wrong_type_anywhere_refuses_the_trimming(void **state)
{
    (void)state;
    struct redis_command command = {0};
    a_published_week();
    assert_true(put(WEEK, 1));
    call_begin(&command, "log_trim", WORLD_ORG);
    redis_command_add(&command, WEEK);
    redis_command_add(&command, "1");
    redis_command_add(&command, "15");
    assert_int_equal(snapshot_refusals(&world, &command), 3); /* b, the checkpoints, the log */
    redis_command_clear(&command);
    call_begin(&command, "log_trim", WORLD_ORG);
    redis_command_add(&command, "2026-W04"); /* has no checkpoint */
    redis_command_add(&command, "1");
    redis_command_add(&command, "15");
    struct redis_value *value = world_call(&world, &command);
    assert_string_equal(redis_word(value), "NONE");
    redis_value_free(&value);
    redis_command_free(&command);
}

static int64_t audit_rows(void)
{
    struct redis_value *value = WORLD_RUN(&world, "XLEN", world_key("audit"));
    int64_t rows = redis_int(value);
    redis_value_free(&value);
    return rows;
}

static void old_rows_of_the_audit_go_in_bounded_steps(void **state)
{
    (void)state;
    int64_t deleted = 0;
    for (int i = 0; i < 200; i++) {
        struct audit_row row = {.at_ms = i < 150 ? 1000 + i : 5000 + i, .count = 1};
        snprintf(row.who, sizeof row.who, "maija (1000)");
        snprintf(row.what, sizeof row.what, "words list");
        assert_true(audit_append(world.link, WORLD_ORG, &row, &error));
    }
    assert_true(audit_expire(world.link, WORLD_ORG, 1000, &deleted, &error));
    assert_int_equal(deleted, 0);
    static const int64_t steps[] = {128, 22, 0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_true(audit_expire(world.link, WORLD_ORG, 5150, &deleted, &error));
        assert_int_equal(deleted, steps[i]);
    }
    assert_int_equal(audit_rows(), 50);
    assert_true(audit_expire(world.link, WORLD_ORG, 5151, &deleted, &error)); /* that instant is kept */
    assert_int_equal(deleted, 1);
    struct redis_command command = {0};
    call_begin(&command, "audit_expire", WORLD_ORG);
    redis_command_add(&command, "6000");
    assert_int_equal(snapshot_refusals(&world, &command), 2); /* b, the audit */
    redis_command_free(&command);
    assert_int_equal(audit_rows(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_checkpoint_says_what_the_log_and_the_figures_say),
        STORE_TEST(a_checkpoint_is_written_once),
        STORE_TEST(no_checkpoint_while_links_are_left),
        STORE_TEST(weeks_that_follow_change_nothing),
        STORE_TEST(a_week_without_anything_has_a_checkpoint),
        STORE_TEST(whatever_changes_in_a_week_shows),
        STORE_TEST(rows_that_were_exchanged_show),
        STORE_TEST(a_checkpoint_that_was_changed_shows),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_checkpoint),
        STORE_TEST(the_rows_of_a_week_go_step_by_step),
        STORE_TEST(what_changes_in_a_week_without_rows_shows),
        STORE_TEST(a_wrong_type_anywhere_refuses_the_trimming),
        STORE_TEST(old_rows_of_the_audit_go_in_bounded_steps),
    };
    return STORE_MAIN(tests);
}
