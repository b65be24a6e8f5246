/* `pulssi token`: a token is shown once, a name is taken once, revoking is for good, and both are in the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "domain/token.h"
#include "support/command_line.h"

static int make_org(void **state)
{
    command_line_clear(state);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    return 0;
}

/* A member of the JSON object that was said. */
static void said_member(const char *name, char out[TOKEN_SIZE])
{
    struct error error = {""};
    cJSON *tree = json_parse(line.said.output, strlen(line.said.output), &error);
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(tree, name);
    assert_true(cJSON_IsString(member) && text_copy(out, TOKEN_SIZE, member->valuestring));
    cJSON_Delete(tree);
}

static void a_token_is_shown_once(void **state)
{
    char text[TOKEN_SIZE], id[TOKEN_SIZE], org_found[TOKEN_ORG_SIZE], id_found[ID_SIZE];
    (void)state;
    EXPECT(0, "varkaus has no token", "token", "list");
    EXPECT(0, "\"tokens\":[]", "token", "list", "--json");
    EXPECT(0, "\"scope\":\"encounters\"", "token", "add", "--org", "varkaus", "--name", "booking", "--json");
    said_member("token", text);
    said_member("id", id);
    assert_true(token_split(text, org_found, id_found));
    assert_string_equal(org_found, "varkaus");
    assert_string_equal(id_found, id);

    EXPECT(0, "booking", "token", "list");
    assert_non_null(strstr(line.said.output, id));
    assert_null(strstr(line.said.output, text + strlen(text) - TOKEN_SECRET_CHARS));
    EXPECT(0, "\"revoked\":null", "token", "list", "--json");
    assert_null(strstr(line.said.output, text + strlen(text) - TOKEN_SECRET_CHARS));
    EXPECT(0, "is not shown again", "token", "add", "--name", "other", "--scope", "encounters");
    assert_non_null(strstr(line.said.output, "pulssi_varkaus_"));
    for (const char *at = strstr(line.said.output, "\n\n") + 2; *at != '\0'; at += strcspn(at, "\n") + 1)
        assert_true(strcspn(at, "\n") <= 80);
}

static void a_name_is_taken_once(void **state)
{
    char id[TOKEN_SIZE];
    (void)state;
    EXPECT(0, "booking", "token", "add", "--name", "booking", "--json");
    said_member("id", id);
    EXPECT(1, "a token named \"booking\" is in force", "token", "add", "--name", "booking");
    assert_null(strstr(line.said.output, "pulssi_"));
    assert_int_equal(REDIS_INT("HLEN", "p:{varkaus}:tokens"), 2); /* the token and its name */
    EXPECT(0, "(booking): revoked", "token", "revoke", id);
    EXPECT(0, "pulssi_varkaus_", "token", "add", "--name", "booking");
}

static void revoking_is_for_good_and_may_be_said_twice(void **state)
{
    char id[TOKEN_SIZE];
    (void)state;
    EXPECT(0, "booking", "token", "add", "--name", "booking", "--json");
    said_member("id", id);
    EXPECT(0, "\"result\":\"revoked\"", "token", "revoke", id, "--json");
    EXPECT(0, "was revoked before", "token", "revoke", id);
    EXPECT(0, "\"revoked\":\"20", "token", "list", "--json");
    EXPECT(1, "abcdefABCDEF: no such token in org varkaus", "token", "revoke", "abcdefABCDEF");
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    EXPECT(2, "--name: missing", "token", "add");
    EXPECT(1, "--name Booking: expected 1 to 32", "token", "add", "--name", "Booking");
    EXPECT(1, "--scope everything: expected encounters", "token", "add", "--name", "b", "--scope",
           "everything");
    EXPECT(2, "ID: missing", "token", "revoke");
    EXPECT(2, "expected the id of a token", "token", "revoke", "booking");
    EXPECT(1, "nowhere", "token", "add", "--org", "nowhere", "--name", "b");
    assert_int_equal(REDIS_INT("EXISTS", "p:{varkaus}:tokens"), 0);
    EXPECT(2, "`pulssi token add` or `pulssi token list` or `pulssi token revoke`", "token", "burn");
    REDIS_DO("SET", "p:{varkaus}:tokens", "text");
    EXPECT(1, "WRONGTYPE", "token", "list");
    EXPECT(1, "WRONGTYPE", "token", "add", "--name", "b");
    assert_null(strstr(line.said.output, "pulssi_varkaus_"));
}

static void adding_and_revoking_are_in_the_audit(void **state)
{
    char id[TOKEN_SIZE], words[TOKEN_SIZE + 16];
    (void)state;
    EXPECT(0, "booking", "token", "add", "--name", "booking", "--json");
    said_member("id", id);
    EXPECT(0, "revoked", "token", "revoke", id);
    struct redis_value *rows = REDIS("XRANGE", "p:{varkaus}:audit", "-", "+");
    assert_int_equal(redis_count(rows), 2);
    snprintf(words, sizeof words, "token revoke %s", id);
    const char *const whats[] = {"token add --name booking", words};
    for (size_t i = 0; i < 2; i++) {
        const struct redis_value *fields = redis_item(redis_item(rows, i), 1);
        const char *what = "";
        for (size_t j = 0; j + 1 < redis_count(fields); j += 2) {
            if (strcmp(redis_text(redis_item(fields, j)), "what") == 0)
                what = redis_text(redis_item(fields, j + 1));
        }
        assert_string_equal(what, whats[i]);
    }
    redis_value_free(&rows);
}

int main(void)
{
    line.program = TEST_BIN_DIR "/pulssi";
#define TOKEN_TEST(test) cmocka_unit_test_setup(test, make_org)
    const struct CMUnitTest tests[] = {
        TOKEN_TEST(a_token_is_shown_once),
        TOKEN_TEST(a_name_is_taken_once),
        TOKEN_TEST(revoking_is_for_good_and_may_be_said_twice),
        TOKEN_TEST(what_is_wrong_is_said),
        TOKEN_TEST(adding_and_revoking_are_in_the_audit),
    };
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
