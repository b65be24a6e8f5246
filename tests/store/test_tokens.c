/* Tokens: a name is of one token in force, a revoked one stays as a record, and the store never holds a secret. */
#include "fixture.h"

#include <stdlib.h>

#include "store/tokens.h"

static char text[TOKEN_SIZE];

static struct token made(const char *name, int64_t created_ms)
{
    struct token token = {.created_ms = created_ms};
    token_make(WORLD_ORG, text, token.id, token.hash);
    snprintf(token.name, sizeof token.name, "%s", name);
    snprintf(token.scope, sizeof token.scope, TOKEN_SCOPE_ENCOUNTERS);
    return token;
}

static enum token_loaded load(const char *id, struct token *token_out)
{
    struct redis_command command = {0};
    token_load_command(&command, WORLD_ORG, id);
    struct redis_value *value = world_call(&world, &command);
    enum token_loaded loaded = token_load_result(value, id, token_out);
    redis_value_free(&value);
    redis_command_free(&command);
    return loaded;
}

static void what_is_stored_is_loaded_and_is_not_the_token(void **state)
{
    (void)state;
    struct error error = {""};
    struct token token = made("booking", world.now_ms), loaded;
    const char *const nowhere[] = {NULL};
    assert_int_equal(load(token.id, &loaded), TOKEN_NONE);
    assert_int_equal(token_store(world.link, WORLD_ORG, &token, &error), TOKEN_WRITTEN);
    assert_int_equal(load(token.id, &loaded), TOKEN_LOADED);
    assert_string_equal(loaded.id, token.id);
    assert_string_equal(loaded.name, "booking");
    assert_string_equal(loaded.scope, "encounters");
    assert_string_equal(loaded.hash, token.hash);
    assert_int_equal(loaded.created_ms, world.now_ms);
    assert_int_equal(loaded.revoked_ms, 0);
    snapshot_expect_no_mention(&world, text + strlen(text) - TOKEN_SECRET_CHARS, nowhere);
}

static void a_name_is_of_one_token_in_force(void **state)
{
    (void)state;
    struct error error = {""};
    struct token first = made("booking", world.now_ms), second = made("booking", world.now_ms + 1), found;
    assert_int_equal(token_store(world.link, WORLD_ORG, &first, &error), TOKEN_WRITTEN);
    assert_int_equal(token_store(world.link, WORLD_ORG, &second, &error), TOKEN_REFUSED);
    assert_non_null(strstr(error.text, "\"booking\" is in force"));
    assert_non_null(strstr(error.text, first.id));
    assert_int_equal(load(second.id, &found), TOKEN_NONE);
    assert_int_equal(token_revoke(world.link, WORLD_ORG, first.id, world.now_ms + 2, &found, &error),
                     TOKEN_REVOKED);
    assert_string_equal(found.name, "booking");
    assert_int_equal(token_store(world.link, WORLD_ORG, &second, &error), TOKEN_WRITTEN);

    /* The first is revoked again, which must not free the name that is the second's now. */
    struct token third = made("booking", world.now_ms);
    assert_int_equal(token_revoke(world.link, WORLD_ORG, first.id, world.now_ms + 9, &found, &error),
                     TOKEN_WAS_REVOKED);
    assert_int_equal(token_store(world.link, WORLD_ORG, &third, &error), TOKEN_REFUSED);
    assert_int_equal(load(first.id, &found), TOKEN_LOADED);
    assert_int_equal(found.revoked_ms, world.now_ms + 2);
    assert_int_equal(token_revoke(world.link, WORLD_ORG, third.id, world.now_ms, &found, &error),
                     TOKEN_MISSING);
}

static void all_are_listed_the_oldest_first(void **state)
{
    static const char *const names[] = {"late", "early", "middle"};
    static const int64_t created_ms[] = {300, 100, 200};
    struct error error = {""};
    struct token token, found;
    size_t count = 9;
    (void)state;
    struct token *tokens = tokens_list(world.link, WORLD_ORG, &count, &error);
    assert_non_null(tokens);
    assert_int_equal(count, 0);
    free(tokens);
    for (size_t i = 0; i < 3; i++) {
        token = made(names[i], created_ms[i]);
        assert_int_equal(token_store(world.link, WORLD_ORG, &token, &error), TOKEN_WRITTEN);
    }
    assert_int_equal(token_revoke(world.link, WORLD_ORG, token.id, 400, &found, &error), TOKEN_REVOKED);
    tokens = tokens_list(world.link, WORLD_ORG, &count, &error);
    assert_int_equal(count, 3);
    assert_string_equal(tokens[0].name, "early");
    assert_string_equal(tokens[1].name, "middle");
    assert_string_equal(tokens[2].name, "late");
    assert_int_equal(tokens[0].revoked_ms, 0);
    assert_int_equal(tokens[1].revoked_ms, 400);
    assert_int_equal(tokens[2].revoked_ms, 0);
    free(tokens);
}

static void a_wrong_type_or_record_lets_nobody_in(void **state)
{
    static const char *const records[] = {
        "", "{}", "no JSON", "{\"name\":\"n\",\"scope\":\"encounters\",\"hash\":\"\",\"created\":1}",
        "{\"name\":\"n\",\"scope\":\"encounters\",\"hash\":\"h\"}"};
    struct error error = {""};
    struct token token = made("booking", world.now_ms), found;
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        WORLD_DO(&world, "HSET", world_key("tokens"), token.id, records[i]);
        assert_int_equal(load(token.id, &found), TOKEN_LOST);
        assert_int_equal(token_revoke(world.link, WORLD_ORG, token.id, 1, &found, &error),
                         TOKEN_REVOKE_FAILED);
        assert_non_null(strstr(error.text, "damaged"));
    }
    assert_int_equal(token_load_result(NULL, token.id, &found), TOKEN_LOST);
    WORLD_DO(&world, "DEL", world_key("tokens"));
    WORLD_DO(&world, "SET", world_key("tokens"), "text");
    assert_int_equal(token_store(world.link, WORLD_ORG, &token, &error), TOKEN_FAILED);
    assert_non_null(strstr(error.text, "WRONGTYPE"));
    assert_int_equal(token_revoke(world.link, WORLD_ORG, token.id, 1, &found, &error), TOKEN_REVOKE_FAILED);
    size_t count = 0;
    assert_null(tokens_list(world.link, WORLD_ORG, &count, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_stored_is_loaded_and_is_not_the_token),
        STORE_TEST(a_name_is_of_one_token_in_force),
        STORE_TEST(all_are_listed_the_oldest_first),
        STORE_TEST(a_wrong_type_or_record_lets_nobody_in),
    };
    return STORE_MAIN(tests);
}
