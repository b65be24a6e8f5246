/* A Redis that could lose what it acknowledged is refused with the reason; so is another Redis than the one
 * we know. */
#include "fixture.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/functions.h"
#include "store/server_check.h"

static struct settings settings;

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int folder_make(void **state)
{
    settings = (struct settings){.redis_deadline_ms = 5000};
    snprintf(settings.redis_address, sizeof settings.redis_address, "%s", redis_server_address(world.server));
    snprintf(settings.data_folder, sizeof settings.data_folder, "/tmp/pulssi-test-XXXXXX");
    assert_non_null(mkdtemp(settings.data_folder));
    return fixture_clear(state);
}

static int folder_remove(void **state)
{
    nftw(settings.data_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return fixture_check(state);
}

static void expect_refused(const char *part)
{
    struct error error = {""};
    if (server_check_safety(world.link, &error) || strstr(error.text, part) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", part, error.text);
}

static void a_safe_server_passes(void **state)
{
    (void)state;
    struct error error = {""};
    assert_true(server_check_safety(world.link, &error));
}

static void each_unsafe_setting_is_refused_with_its_fix(void **state)
{
    (void)state;
    static const struct {
        const char *name, *unsafe, *safe, *part;
    } cases[] = {
        {"appendonly", "no", "yes", "`appendonly no`: set `appendonly yes`"},
        {"appendfsync", "everysec", "always", "set `appendfsync always`"},
        {"appendfsync", "no", "always", "set `appendfsync always`"},
        {"no-appendfsync-on-rewrite", "yes", "no", "set `no-appendfsync-on-rewrite no`"},
        {"maxmemory-policy", "allkeys-lru", "noeviction", "set `maxmemory-policy noeviction`"},
        {"maxmemory-policy", "volatile-ttl", "noeviction", "set `maxmemory-policy noeviction`"},
        {"save", "3600 1", "", "stop-writes-on-bgsave-error"},
    };
    struct error error = {""};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        WORLD_DO(&world, "CONFIG", "SET", cases[i].name, cases[i].unsafe);
        expect_refused(cases[i].part);
        WORLD_DO(&world, "CONFIG", "SET", cases[i].name, cases[i].safe);
        assert_true(server_check_safety(world.link, &error));
    }
}

static void snapshots_that_stop_nothing_are_allowed(void **state)
{
    (void)state;
    struct error error = {""};
    WORLD_DO(&world, "CONFIG", "SET", "save", "3600 1", "stop-writes-on-bgsave-error", "no");
    assert_true(server_check_safety(world.link, &error));
    WORLD_DO(&world, "CONFIG", "SET", "save", "", "stop-writes-on-bgsave-error", "yes");
}

static void a_replica_is_refused(void **state)
{
    (void)state;
    struct error error = {""};
    WORLD_DO(&world, "REPLICAOF", "127.0.0.1", "1");
    expect_refused("this Redis is a replica");
    WORLD_DO(&world, "REPLICAOF", "NO", "ONE");
    assert_true(server_check_safety(world.link, &error));
}

static void what_is_safe_but_should_be_known_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *usual, *part;
    } cases[] = {
        {"maxmemory", "1073741824", "0", "maxmemory 1073741824"},
        {"auto-aof-rewrite-percentage", "0", "100", "auto-aof-rewrite-percentage 0"},
    };
    struct error error = {""};
    struct text remarks = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        WORLD_DO(&world, "CONFIG", "SET", cases[i].name, cases[i].value);
        assert_true(server_check_safety(world.link, &error));
        assert_true(server_check_remarks(world.link, &remarks, &error));
        assert_non_null(strstr(remarks.chars, cases[i].part));
        WORLD_DO(&world, "CONFIG", "SET", cases[i].name, cases[i].usual);
        text_clear(&remarks);
        assert_true(server_check_remarks(world.link, &remarks, &error));
        assert_int_equal(remarks.bytes, 0);
    }
    text_free(&remarks);
}

static void a_data_set_is_made_once(void **state)
{
    (void)state;
    struct error error = {""};
    struct redis_value *first = WORLD_RUN(&world, "GET", "pulssi:dataset");
    assert_int_equal(redis_text_bytes(first), ID_CHARS);
    assert_true(dataset_create(world.link, &error));
    struct redis_value *second = WORLD_RUN(&world, "GET", "pulssi:dataset");
    assert_string_equal(redis_text(first), redis_text(second));
    redis_value_free(&first);
    redis_value_free(&second);
}

static void another_redis_is_refused(void **state)
{
    (void)state;
    struct error error = {""};
    assert_int_equal(dataset_check(world.link, &settings, "one", &error), SEEN_GOOD);
    assert_int_equal(dataset_check(world.link, &settings, "one", &error), SEEN_GOOD);
    WORLD_DO(&world, "SET", "pulssi:dataset", "anotherdata1");
    assert_int_equal(dataset_check(world.link, &settings, "one", &error), SEEN_OTHER);
    assert_non_null(strstr(error.text, "anotherdata1"));
    assert_int_equal(dataset_check(world.link, &settings, "one", &error),
                     SEEN_OTHER); /* it is not remembered */
    assert_int_equal(dataset_check(world.link, &settings, "two", &error),
                     SEEN_GOOD); /* each program remembers its own */
    WORLD_DO(&world, "FLUSHALL");
    assert_int_equal(dataset_check(world.link, &settings, "two", &error), SEEN_OTHER);
    assert_non_null(strstr(error.text, "it was flushed")); /* no advice to make another in its place */
    assert_null(strstr(error.text, "pulssi store install"));
    assert_int_equal(dataset_check(world.link, &settings, "three", &error), SEEN_OTHER);
    assert_non_null(strstr(error.text, "pulssi store install"));
    assert_int_equal(dataset_install(world.link, &settings, "two", &error), SEEN_OTHER);
    struct redis_value *none = WORLD_RUN(&world, "GET", "pulssi:dataset");
    assert_int_equal(redis_kind(none), REDIS_NIL); /* nor is one made */
    redis_value_free(&none);
    assert_int_equal(dataset_install(world.link, &settings, "three", &error), SEEN_GOOD);
    assert_int_equal(dataset_check(world.link, &settings, "two", &error),
                     SEEN_OTHER); /* flushed and made anew is another */
}

static void a_memory_that_cannot_be_read_is_not_replaced(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "", "short", "far longer than any data set id of any server that this program ever met, by far"};
    struct error error = {""};
    char path[320];
    struct text found = {0};
    assert_int_equal(dataset_check(world.link, &settings, "one", &error), SEEN_GOOD);
    snprintf(path, sizeof path, "%s/state/one.seen", settings.data_folder);
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        assert_true(file_replace(path, contents[i], strlen(contents[i]), 0600, &error));
        assert_int_equal(dataset_check(world.link, &settings, "one", &error), SEEN_FAILED);
        assert_non_null(strstr(error.text, path));
        assert_true(file_read(path, 4096, &found, &error));
        assert_string_equal(found.chars == NULL ? "" : found.chars, contents[i]);
    }
    text_free(&found);
}

static void the_library_is_installed_and_checked_by_version(void **state)
{
    (void)state;
    struct error error = {""};
    bool changed = true;
    assert_true(functions_check(world.link, &error));
    assert_true(functions_install(world.link, &changed, &error));
    assert_false(changed);
    WORLD_DO(&world, "FUNCTION", "LOAD", "REPLACE",
             "#!lua name=pulssi\nredis.register_function{function_name='functions_version', "
             "callback=function() return 'older' end, flags={'no-writes'}}");
    assert_false(functions_check(world.link, &error));
    assert_non_null(strstr(error.text, "function library older"));
    WORLD_DO(&world, "FUNCTION", "DELETE", "pulssi");
    assert_false(functions_check(world.link, &error));
    assert_non_null(strstr(error.text, "pulssi store install"));
    assert_true(functions_install(world.link, &changed, &error));
    assert_true(changed);
    assert_true(functions_check(world.link, &error));
}

static void opening_the_store_runs_every_check(void **state)
{
    (void)state;
    struct error error = {""};
    struct seen *seen = seen_open(&settings, "program", NULL, &error);
    assert_non_null(seen);
    struct redis_link *link = store_open(&settings, seen, &error);
    assert_non_null(link);
    redis_link_close(&link);
    WORLD_DO(&world, "CONFIG", "SET", "appendfsync", "everysec");
    assert_null(store_open(&settings, seen, &error));
    assert_non_null(strstr(error.text, "appendfsync"));
    WORLD_DO(&world, "CONFIG", "SET", "appendfsync", "always");
    WORLD_DO(&world, "FUNCTION", "FLUSH");
    assert_null(store_open(&settings, seen, &error));
    assert_non_null(strstr(error.text, "function library"));
    bool changed = false;
    assert_true(functions_install(world.link, &changed, &error));
    WORLD_DO(&world, "SET", "pulssi:dataset", "anotherdata1");
    assert_null(store_open(&settings, seen, &error));
    assert_non_null(strstr(error.text, "another Redis"));
    snprintf(settings.redis_address, sizeof settings.redis_address, "unix:/nonexistent/redis.sock");
    assert_null(store_open(&settings, seen, &error));
    seen_close(&seen);
}

/* Like STORE_TEST, with a data folder. */
#define SERVER_TEST(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(a_safe_server_passes),
        SERVER_TEST(each_unsafe_setting_is_refused_with_its_fix),
        SERVER_TEST(snapshots_that_stop_nothing_are_allowed),
        SERVER_TEST(a_replica_is_refused),
        SERVER_TEST(what_is_safe_but_should_be_known_is_named),
        SERVER_TEST(a_data_set_is_made_once),
        SERVER_TEST(another_redis_is_refused),
        SERVER_TEST(a_memory_that_cannot_be_read_is_not_replaced),
        SERVER_TEST(the_library_is_installed_and_checked_by_version),
        SERVER_TEST(opening_the_store_runs_every_check),
    };
    return STORE_MAIN(tests);
}
