/* Calls that go to Redis together: each has its own answer, as if it had gone alone. */
#include "fixture.h"

#include "store/call.h"
#include "store/gather.h"

#define CALLS_MAX 200

static struct loop *loop;
static struct redis *redis;
static struct gather *gather;

struct answer {
    char word[32];
    int64_t commit_number;
    int order; /* among all answers, from 1 */
    bool lost;
};
static struct answer answers[CALLS_MAX];
static int answered, expected;

static void on_connected(void *context)
{
    (void)context;
    loop_stop(loop);
}

static void on_answered(void *context, const struct redis_value *value)
{
    struct answer *answer = context;
    assert_int_equal(answer->order, 0); /* once */
    answer->order = ++answered;
    answer->lost = value == NULL;
    answer->commit_number = call_commit_number(value);
    bool failed = value != NULL && redis_kind(value) == REDIS_ERROR;
    snprintf(answer->word, sizeof answer->word, "%.31s",
             value == NULL ? ""
             : failed      ? redis_text(value)
                           : redis_word(value));
    if (answered == expected)
        loop_stop(loop);
}

static int open_gather(void **state)
{
    const struct redis_options options = {.address = redis_server_address(world.server),
                                          .password = "",
                                          .deadline_ms = 1000,
                                          .on_connected = on_connected};
    fixture_clear(state);
    memset(answers, 0, sizeof answers);
    answered = expected = 0;
    loop = loop_new();
    redis = redis_open(loop, &options);
    loop_run(loop);
    gather = gather_new(loop, redis, WORLD_ORG);
    return 0;
}

static int close_gather(void **state)
{
    redis_close(&redis);
    gather_free(&gather);
    loop_free(&loop);
    return fixture_check(state);
}

static int64_t calls_of_functions(void)
{
    struct redis_value *info = WORLD_RUN(&world, "INFO", "commandstats");
    const char *line = strstr(redis_text(info), "cmdstat_fcall:calls=");
    long long calls = 0;
    assert_true(line == NULL || sscanf(line, "cmdstat_fcall:calls=%lld", &calls) == 1);
    redis_value_free(&info);
    return calls;
}

/* Claims that many messages, numbered from 0. */
static void claimed(int count)
{
    static struct claimed messages[STORE_ITEMS_MAX];
    world_released(&world, count);
    assert_int_equal(world_claim(&world, count, messages), count);
}

static void intend(int n)
{
    struct redis_command command = {0};
    world_intend_command(&world, &command, world_message(n), "operation");
    gather_send(gather, &command, on_answered, &answers[expected++]);
    redis_command_free(&command);
}

static void settle(int n)
{
    struct redis_command command = {0};
    world_settle_command(&world, &command, world_message(n), "operation", SUBMIT_ACCEPTED);
    gather_send(gather, &command, on_answered, &answers[expected++]);
    redis_command_free(&command);
}

static void await(void)
{
    assert_int_equal(answered, 0); /* never inline */
    loop_run(loop);
    assert_int_equal(answered, expected);
}

static void the_calls_of_a_turn_go_as_one(void **state)
{
    (void)state;
    claimed(100);
    int64_t before = calls_of_functions(), number = world_count(&world, "cn");
    for (int n = 0; n < 100; n++)
        intend(n);
    await();
    for (int n = 0; n < 100; n++) {
        assert_string_equal(answers[n].word, "OK");
        assert_int_equal(answers[n].order, n + 1);
    }
    assert_int_equal(calls_of_functions() - before, 2); /* 64 and 36 */
    assert_int_equal(world_count(&world, "cn"), number + 2);
    assert_int_equal(answers[63].commit_number, number + 1);
    assert_int_equal(answers[64].commit_number, number + 2);
    assert_int_equal(world_count(&world, "m:submitting"), 100);
    assert_int_equal(world_count(&world, "p:open"), 100);
}

static void a_call_that_is_refused_takes_nobody_with_it(void **state)
{
    (void)state;
    claimed(3);
    WORLD_DO(&world, "RENAME", world_key("c:contact00001"), world_key("aside"));
    WORLD_DO(&world, "SET", world_key("c:contact00001"), "of a wrong type");
    for (int n = 0; n < 3; n++)
        intend(n);
    settle(0);
    await();
    assert_string_equal(answers[0].word, "OK");
    assert_int_equal(strncmp(answers[1].word, "WRONGTYPE", 9), 0);
    assert_string_equal(answers[2].word, "OK");
    assert_string_equal(answers[3].word, "OK"); /* in order: it was intended before */
    assert_string_equal(world_message_field(&world, 0, "s"), "accepted");
    assert_string_equal(world_message_field(&world, 1, "s"), "leased");
    assert_string_equal(world_message_field(&world, 2, "s"), "submitting");
    assert_int_equal(world_count(&world, "m:leased"), 1);
    WORLD_DO(&world, "RENAME", world_key("aside"), world_key("c:contact00001"));
}

static void books_of_a_wrong_type_refuse_all(void **state)
{
    (void)state;
    claimed(2);
    WORLD_DO(&world, "RENAME", world_key("b"), world_key("aside"));
    WORLD_DO(&world, "SET", world_key("b"), "of a wrong type");
    intend(0);
    intend(1);
    await();
    for (int n = 0; n < 2; n++) {
        assert_false(answers[n].lost);
        assert_int_equal(strncmp(answers[n].word, "WRONGTYPE", 9), 0);
        assert_string_equal(world_message_field(&world, n, "s"), "leased");
    }
    WORLD_DO(&world, "DEL", world_key("b"));
    WORLD_DO(&world, "RENAME", world_key("aside"), world_key("b"));
}

static void what_changes_nothing_leaves_the_commit_number(void **state)
{
    (void)state;
    claimed(1);
    int64_t number = world_count(&world, "cn");
    settle(0); /* it was not intended */
    await();
    assert_string_equal(answers[0].word, "LATE");
    assert_int_equal(world_count(&world, "cn"), number);
}

static void a_lost_answer_is_lost_to_all(void **state)
{
    (void)state;
    claimed(2);
    intend(0);
    intend(1);
    redis_server_pause(world.server);
    await();
    assert_true(answers[0].lost && answers[1].lost);
    redis_server_resume(world.server);
}

int main(void)
{
#define GATHER_TEST(test) cmocka_unit_test_setup_teardown(test, open_gather, close_gather)
    const struct CMUnitTest tests[] = {
        GATHER_TEST(the_calls_of_a_turn_go_as_one),
        GATHER_TEST(a_call_that_is_refused_takes_nobody_with_it),
        GATHER_TEST(books_of_a_wrong_type_refuse_all),
        GATHER_TEST(what_changes_nothing_leaves_the_commit_number),
        GATHER_TEST(a_lost_answer_is_lost_to_all),
    };
    return STORE_MAIN(tests);
}
