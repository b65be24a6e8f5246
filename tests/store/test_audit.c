/* The audit: rows in order with ids that are a sequence, newest first when read, and a wrong type writes
 * nothing. */
#include "fixture.h"

#include <stdlib.h>

#include "store/audit.h"
#include "store/call.h"

static void append(const char *who, const char *what, int64_t count, int64_t at_ms)
{
    struct audit_row row = {.count = count, .at_ms = at_ms};
    struct error error = {""};
    snprintf(row.who, sizeof row.who, "%s", who);
    snprintf(row.what, sizeof row.what, "%s", what);
    if (!audit_append(world.link, WORLD_ORG, &row, &error))
        fail_msg("%s", error.text);
}

static struct audit_row *read_rows(size_t rows_max, size_t *count_out, int64_t *total_out)
{
    struct error error = {""};
    struct audit_row *rows = audit_read(world.link, WORLD_ORG, rows_max, count_out, total_out, &error);
    if (rows == NULL)
        fail_msg("%s", error.text);
    return rows;
}

static void an_empty_audit_has_no_rows(void **state)
{
    size_t count = 9;
    int64_t total = 9;
    (void)state;
    struct audit_row *rows = read_rows(10, &count, &total);
    assert_int_equal(count, 0);
    assert_int_equal(total, 0);
    free(rows);
}

static void rows_are_a_sequence_and_read_newest_first(void **state)
{
    size_t count = 0;
    int64_t total = 0;
    (void)state;
    append("maija (1000)", "person find", 1, world.now_ms);
    append("väinö (1001)", "words list --pilot coaching-a", 17, world.now_ms + 5);
    append("maija (1000)", "person erase", 0, world.now_ms + 5); /* at the same instant */
    struct audit_row *rows = read_rows(10, &count, &total);
    assert_int_equal(count, 3);
    assert_int_equal(total, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(rows[i].id, 3 - (int64_t)i);
    assert_string_equal(rows[0].what, "person erase");
    assert_int_equal(rows[0].count, 0);
    assert_string_equal(rows[1].who, "väinö (1001)");
    assert_int_equal(rows[1].count, 17);
    assert_int_equal(rows[1].at_ms, world.now_ms + 5);
    assert_string_equal(rows[2].what, "person find");
    free(rows);
    rows = read_rows(2, &count, &total);
    assert_int_equal(count, 2);
    assert_int_equal(total, 3);
    assert_int_equal(rows[1].id, 2);
    free(rows);
}

static void an_id_is_never_given_twice(void **state)
{
    size_t count = 0;
    int64_t total = 0;
    (void)state;
    append("a (1)", "person find", 1, 1);
    WORLD_DO(&world, "XTRIM", world_key("audit"), "MAXLEN", "0"); /* as retention may */
    append("a (1)", "person find", 1, 2);
    struct audit_row *rows = read_rows(10, &count, &total);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].id, 2);
    free(rows);
}

static void a_wrong_type_writes_nothing(void **state)
{
    struct redis_command command = {0};
    (void)state;
    call_begin(&command, "audit_append", WORLD_ORG);
    redis_command_add(&command, "a (1)");
    redis_command_add(&command, "person find");
    redis_command_add(&command, "1");
    redis_command_add(&command, "1");
    assert_int_equal(snapshot_refusals(&world, &command), 2); /* the books and the audit */
    redis_command_free(&command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_empty_audit_has_no_rows),
        STORE_TEST(rows_are_a_sequence_and_read_newest_first),
        STORE_TEST(an_id_is_never_given_twice),
        STORE_TEST(a_wrong_type_writes_nothing),
    };
    return STORE_MAIN(tests);
}
