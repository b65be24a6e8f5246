/* The books: they balance through a life of every kind, and each kind of slip shows. */
#include "conversation.h"

#include "store/books.h"
#include "store/weeks.h"

/* The report of a check; the number of differences in the out-parameter. "" = balanced. In a buffer. */
static const char *check(int64_t *differences_out)
{
    static char report[4096];
    struct books books;
    struct error error = {""};
    if (!books_check(world.link, WORLD_ORG, &books, &error))
        fail_msg("%s", error.text);
    snprintf(report, sizeof report, "%s", books.report.chars == NULL ? "" : books.report.chars);
    *differences_out = books.differences;
    books_free(&books);
    return report;
}

static void expect_balance(void)
{
    int64_t differences = -1;
    const char *report = check(&differences);
    assert_string_equal(report, "");
    assert_int_equal(differences, 0);
}

/* Sent to six, answered by three (one twice), one STOP, one capped round; the week is open. */
static void a_week_of_life(void)
{
    world_import(&world, WORLD_PILOT, 0, 6, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 6);
    static const struct {
        int contact;
        const char *text;
    } replies[] = {{0, "4"}, {1, "5"}, {2, "1"}, {0, "2"}, {3, "STOP"}, {4, "?"}, {9, "4"}};
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        char reply_id[16];
        snprintf(reply_id, sizeof reply_id, "reply-%zu", i);
        assert_int_equal(world_reply(&world, replies[i].contact, reply_id, replies[i].text), COMMIT_DONE);
    }
    world_round(&world, "s", WORLD_PILOT);
    world_send_all(&world);
}

static void publish(const char *week, const char *before)
{
    struct redis_command command = {0};
    world_close_week(&world, week);
    week_seal_command(&command, WORLD_ORG, week, before, 0);
    struct redis_value *value = world_call(&world, &command);
    assert_true(week_seal_result(value));
    redis_value_free(&value);
    redis_command_free(&command);
}

static void an_org_without_anything_balances(void **state)
{
    (void)state;
    expect_balance();
}

static void an_org_that_is_not_there_balances(void **state)
{
    (void)state;
    struct books books;
    struct error error = {""};
    assert_true(books_check(world.link, "nowhere", &books, &error));
    assert_int_equal(books.differences, 0);
    assert_int_equal(books.log_rows, 0);
    books_free(&books);
}

static void the_books_balance_at_every_moment_of_a_week(void **state)
{
    (void)state;
    struct claimed claimed[STORE_ITEMS_MAX];
    world_import(&world, WORLD_PILOT, 0, 2, NULL);
    expect_balance();
    world_round(&world, "r", WORLD_PILOT);
    expect_balance();
    world_claim(&world, 2, claimed);
    expect_balance();
    world_intend(&world, claimed[0].message, "o");
    expect_balance();
    world_settle(&world, claimed[0].message, "o", SUBMIT_RETRY);
    expect_balance();
    world_reply(&world, 1, "r1", "STOP");
    expect_balance();
    world_intend(&world, claimed[1].message, "o");
    expect_balance();
    world.redis_now_ms += 1000;
    world_send_all(&world);
    expect_balance();
    world_reply(&world, 0, "r2", "3");
    expect_balance();
    world_close_week(&world, "2026-W03");
    expect_balance();
}

static void published_weeks_stay_in_the_comparison(void **state)
{
    (void)state;
    a_week_of_life();
    expect_balance();
    publish("2026-W03", "2026-W02");
    expect_balance();
    world.now_ms += 70 * DAY_MS;
    world_round(&world, "t", WORLD_PILOT);
    assert_true(world_send_all(&world) > 0);
    assert_int_equal(world_reply(&world, 0, "later", "5"), COMMIT_DONE);
    expect_balance();
}

static void each_question_of_a_pulse_keeps_its_own_last_value(void **state)
{
    (void)state;
    int64_t differences = 0;
    conversation_open(BRANCHING);
    conversation_reply("r1", "5");
    conversation_reply("r2", "2");
    expect_balance();
    assert_int_equal(world_send_all(&world), 1);
    conversation_reply("r3", "joo");
    conversation_reply("r4", "ei");
    expect_balance();
    assert_int_equal(world_count(&world, "seq"), 4);
    struct snapshot *balanced = snapshot_take(&world);
    WORLD_DO(&world, "HINCRBY", world_key("k:2026-W03"), "coaching-a|branching@1/helped|18-29,north|1", "1");
    assert_non_null(strstr(check(&differences), "helped|18-29,north|1: differs by -1"));
    assert_int_equal(differences, 1);
    snapshot_put_back(&world, balanced);
    snapshot_free(&balanced);
    assert_int_equal(world_send_all(&world), 1); /* thanks */
    publish("2026-W03", "2026-W02");
    expect_balance();
}

/* A slip of the store's hand, and a line of the report that names it. */
struct slip {
    const char *words[6];
    const char *line;
};

static void expect_slips_show(const struct slip *slips, size_t count)
{
    struct snapshot *balanced = snapshot_take(&world);
    for (size_t i = 0; i < count; i++) {
        const char *words[8] = {0};
        int64_t differences = 0;
        for (size_t j = 0; slips[i].words[j] != NULL; j++)
            words[j] = j == 1 ? world_key(slips[i].words[j]) : slips[i].words[j];
        world_do(&world, words);
        const char *report = check(&differences);
        if (differences == 0 || strstr(report, slips[i].line) == NULL)
            fail_msg("%s %s %s: reported \"%s\"", words[0], words[1], words[2], report);
        snapshot_put_back(&world, balanced);
    }
    snapshot_free(&balanced);
    expect_balance();
}

#define ANSWER "coaching-a|felt-forward@1/forward|18-29,north|"

static void every_slip_of_an_open_week_shows(void **state)
{
    (void)state;
    static const struct slip slips[] = {
        {{"HINCRBY", "k:2026-W03", ANSWER "1", "1"}, "2026-W03|" ANSWER "1: differs by -1"},
        {{"HINCRBY", "k:2026-W03", ANSWER "4", "1"},
         "2026-W03|" ANSWER "4: differs by -1"}, /* replaced, not taken back */
        {{"HINCRBY", "k:2026-W03", "coaching-a|felt-forward@1|18-29,north|!capped", "-1"},
         "!capped: differs by +1"},
        {{"HINCRBY", "b", "p:capped", "1"}, "p:capped: differs by -1"},
        {{"HINCRBY", "b", "p:open", "-1"}, "pulses in weeks that are not closed: differs by -1"},
        {{"HINCRBY", "b", "m:accepted", "1"}, "messages in all: differs by +1"},
        {{"HINCRBY", "b", "m:queued", "1"}, "messages queued: differs by +1"},
        {{"HINCRBY", "b", "m:leased", "-1"}, "messages leased or submitting: differs by -1"},
        {{"HINCRBY", "b", "h:drawn", "1"}, "pulses in all: differs by -1"},
        {{"HINCRBY", "b", "x:answer", "-9"}, "counts below zero"},
        {{"ZADD", "q:wait", "1", "a ghost"}, "messages queued: differs by -1"},
        {{"ZADD", "leased", "1", "a ghost"}, "messages leased or submitting: differs by -1"},
        {{"ZREM", "w:2026-W03", "pulse0000001"}, "pulses in weeks that are not closed: differs by +1"},
        {{"XDEL", "log", "1-0"}, "log rows: differs by -1"},
        {{"HINCRBY", "b", "seq", "1"}, "log rows: differs by -1"},
    };
    a_week_of_life();
    expect_slips_show(slips, sizeof slips / sizeof slips[0]);
}

static void every_slip_of_a_published_week_shows(void **state)
{
    (void)state;
    static const struct slip slips[] = {
        {{"HINCRBY", "k:2026-W03", ANSWER "1", "1"}, "2026-W03|" ANSWER "1: differs by -1"},
        {{"HDEL", "k:2026-W03", ANSWER "2"}, "2026-W03|" ANSWER "2: differs by +1"},
        {{"DEL", "k:2026-W03"}, "!completed: differs by"},
        {{"HINCRBY", "b", "p:completed", "1"}, "p:completed: differs by -1"},
        {{"HINCRBY", "b", "h:held", "1"}, "pulses in weeks that are not closed: differs by +1"},
    };
    a_week_of_life();
    publish("2026-W03", "2026-W02");
    expect_slips_show(slips, sizeof slips / sizeof slips[0]);
}

static void rows_that_cannot_be_read_show(void **state)
{
    (void)state;
    int64_t differences = 0;
    struct text row = {0};
    a_week_of_life();
    struct snapshot *balanced = snapshot_take(&world);
    for (int i = 0; i < 600; i++)
        text_add(&row, "x");
    WORLD_DO(&world, "HSET", world_key("b"), "seq", "900");
    WORLD_DO(&world, "XADD", world_key("log"), "898-0", "a", "only|two");
    WORLD_DO(&world, "XADD", world_key("log"), "899-0", "d", "1|2|3|4|5|6|7");
    WORLD_DO(&world, "XADD", world_key("log"), "900-0", "d", row.chars);
    assert_non_null(strstr(check(&differences), "unreadable log rows: differs by +3"));
    text_free(&row);
    snapshot_put_back(&world, balanced);
    snapshot_free(&balanced);
    expect_balance();
}

static void a_long_log_is_read_in_pages(void **state)
{
    (void)state;
    world_import(&world, WORLD_PILOT, 0, 1, NULL);
    world_round(&world, "r", WORLD_PILOT);
    assert_int_equal(world_send_all(&world), 1);
    for (int i = 0; i < 2300; i++) {
        char reply_id[16];
        snprintf(reply_id, sizeof reply_id, "reply-%d", i);
        assert_int_equal(world_reply(&world, 0, reply_id, i % 2 == 0 ? "5" : "4"), COMMIT_DONE);
    }
    struct books books;
    struct error error = {""};
    assert_true(books_check(world.link, WORLD_ORG, &books, &error));
    assert_int_equal(books.log_rows, 2300);
    assert_int_equal(books.differences, 0);
    assert_int_equal(sums_of(&books.counts, "x:answer"), 2300);
    books_free(&books);
}

static void a_log_of_a_wrong_type_is_an_error(void **state)
{
    (void)state;
    struct books books;
    struct error error = {""};
    a_week_of_life();
    struct snapshot *before = snapshot_take(&world);
    WORLD_DO(&world, "DEL", world_key("log"));
    WORLD_DO(&world, "SET", world_key("log"), "planted");
    assert_false(books_check(world.link, WORLD_ORG, &books, &error));
    assert_non_null(strstr(error.text, "WRONGTYPE"));
    snapshot_put_back(&world, before);
    snapshot_free(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_org_without_anything_balances),
        STORE_TEST(an_org_that_is_not_there_balances),
        STORE_TEST(the_books_balance_at_every_moment_of_a_week),
        STORE_TEST(published_weeks_stay_in_the_comparison),
        STORE_TEST(each_question_of_a_pulse_keeps_its_own_last_value),
        STORE_TEST(every_slip_of_an_open_week_shows),
        STORE_TEST(every_slip_of_a_published_week_shows),
        STORE_TEST(rows_that_cannot_be_read_show),
        STORE_TEST(a_long_log_is_read_in_pages),
        STORE_TEST(a_log_of_a_wrong_type_is_an_error),
    };
    return STORE_MAIN(tests);
}
