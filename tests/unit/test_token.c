/* API tokens: made, taken apart again, and nothing that only looks like one is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "domain/token.h"

#define SECRET "0123456789abcdefghijklmnopqrstuvwxyz_-ABCDE"
#define ID     "a1B2c3D4e5F6"

static void a_token_names_its_org_and_id(void **state)
{
    static const char *const orgs[] = {"v", "varkaus", "a-b--c", "abcdefghijklmnopqrstuvwxyz-12345"};
    char text[TOKEN_SIZE], id[ID_SIZE], hash[TOKEN_HASH_SIZE], again[TOKEN_HASH_SIZE];
    char org_found[TOKEN_ORG_SIZE], id_found[ID_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof orgs / sizeof orgs[0]; i++) {
        for (int n = 0; n < 200; n++) {
            token_make(orgs[i], text, id, hash);
            assert_int_equal(strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
                             ID_CHARS);
            assert_true(token_split(text, org_found, id_found));
            assert_string_equal(org_found, orgs[i]);
            assert_string_equal(id_found, id);
            token_hash(text, again);
            assert_string_equal(hash, again);
            assert_null(strstr(text, hash));
        }
    }
}

static void another_token_has_another_hash(void **state)
{
    char text[TOKEN_SIZE], other[TOKEN_SIZE], id[ID_SIZE], hash[TOKEN_HASH_SIZE], changed[TOKEN_HASH_SIZE];
    (void)state;
    token_make("varkaus", text, id, hash);
    token_make("varkaus", other, id, changed);
    assert_string_not_equal(text, other);
    assert_string_not_equal(hash, changed);
    text[strlen(text) - 1] = text[strlen(text) - 1] == 'A' ? 'B' : 'A';
    token_hash(text, changed);
    assert_string_not_equal(hash, changed);
}

static void what_is_no_token_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "pulssi_",
        "pulssi_varkaus",
        "pulssi_varkaus_",
        "pulssi_varkaus_" ID,
        "pulssi_varkaus_" ID "_",
        "pulssi_varkaus_" ID "_" SECRET "F",
        "pulssi_varkaus_" ID "-" SECRET,
        "pulssi_varkaus_a1B2c3D4e5_6_" SECRET,
        "pulssi__" ID "_" SECRET,
        "pulssi_Varkaus_" ID "_" SECRET,
        "pulssi_var}kaus_" ID "_" SECRET,
        "pulssi_abcdefghijklmnopqrstuvwxyz-123456_" ID "_" SECRET,
        "varkaus_" ID "_" SECRET,
        " pulssi_varkaus_" ID "_" SECRET,
    };
    char org[TOKEN_ORG_SIZE], id[ID_SIZE];
    (void)state;
    assert_true(token_split("pulssi_varkaus_" ID "_" SECRET, org, id));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (token_split(texts[i], org, id))
            fail_msg("taken: %s", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_names_its_org_and_id),
        cmocka_unit_test(another_token_has_another_hash),
        cmocka_unit_test(what_is_no_token_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
