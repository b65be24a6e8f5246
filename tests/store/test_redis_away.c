/* Which error answers of Redis pass by themselves: the same command is right again later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "io/redis.h"
#include "support/redis_server.h"

/* Error answers with these texts, as Redis would give them; owned. */
static struct redis_value *errors_of(struct redis_link *link, const char *const *texts, size_t count)
{
    struct redis_command command = {0};
    struct error error = {""};
    redis_command_add(&command, "EVAL");
    redis_command_add(&command,
                      "local t = {} for i, text in ipairs(ARGV) do t[i] = {err = text} end return t");
    redis_command_add(&command, "0");
    for (size_t i = 0; i < count; i++)
        redis_command_add(&command, texts[i]);
    struct redis_value *value = redis_link_run(link, &command, &error);
    assert_non_null(value);
    assert_int_equal(redis_count(value), count);
    redis_command_free(&command);
    return value;
}

static void expect_all(struct redis_link *link, const char *const *texts, size_t count, bool away)
{
    struct redis_value *value = errors_of(link, texts, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(redis_kind(redis_item(value, i)), REDIS_ERROR);
        if (redis_is_away(redis_item(value, i)) != away)
            fail_msg("%s", texts[i]);
    }
    redis_value_free(&value);
}

static void what_passes_is_told_from_what_does_not(void **state)
{
    static const char *const passing[] = {
        "LOADING Redis is loading the dataset in memory",
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
        "OOM command not allowed when used memory > 'maxmemory'. script: reply_commit, on @user_function:20.",
        "MISCONF Errors writing to the AOF file: No space left on device",
        "READONLY You can't write against a read only replica.",
        "NOREPLICAS Not enough good replicas to write.",
        "CLUSTERDOWN The cluster is down",
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    };
    static const char *const lasting[] = {
        "ERR Function not found",
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "NOPERM this user has no permissions to run the 'fcall' command",
        "NOAUTH Authentication required.",
        "BUSYKEY Target key name already exists.",
        "OOMPH",
        "ERR LOADING",
    };
    struct error error = {""};
    struct redis_server *server = redis_server_start();
    struct redis_link *link = redis_link_open(redis_server_address(server), "", 5000, &error);
    (void)state;
    assert_non_null(link);
    expect_all(link, passing, sizeof passing / sizeof passing[0], true);
    expect_all(link, lasting, sizeof lasting / sizeof lasting[0], false);
    struct redis_value *value = errors_of(link, NULL, 0);
    assert_false(redis_is_away(value)); /* an answer */
    assert_true(redis_is_away(NULL));
    redis_value_free(&value);
    redis_link_close(&link);
    redis_server_free(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_passes_is_told_from_what_does_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
