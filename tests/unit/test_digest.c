/* Digests of bytes that come in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/digest.h"

/* BLAKE2b with 32 bytes of output, as b2sum -l 256 gives it. */
static void digests_are_those_of_blake2b(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *hex;
    } cases[] = {
        {"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
        {"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[DIGEST_SIZE];
        struct digest *digest = digest_new();
        digest_add(digest, cases[i].bytes, strlen(cases[i].bytes));
        digest_finish(&digest, hex);
        assert_string_equal(hex, cases[i].hex);
        assert_null(digest);
    }
}

static void of_texts(const char *const *texts, char hex_out[DIGEST_SIZE])
{
    struct digest *digest = digest_new();
    for (; *texts != NULL; texts++)
        digest_add_text(digest, *texts);
    digest_finish(&digest, hex_out);
}

static void where_texts_end_counts_and_where_bytes_are_cut_does_not(void **state)
{
    (void)state;
    char one[DIGEST_SIZE], other[DIGEST_SIZE], pieces[DIGEST_SIZE];
    of_texts((const char *const[]){"a", "bc", NULL}, one);
    of_texts((const char *const[]){"ab", "c", NULL}, other);
    assert_string_not_equal(one, other);
    struct digest *digest = digest_new();
    digest_add(digest, "a\0b", 3);
    digest_add(digest, "c", 2);
    digest_finish(&digest, pieces);
    assert_string_equal(pieces, one);
}

static void nothing_has_no_digest(void **state)
{
    (void)state;
    char hex[DIGEST_SIZE] = "x";
    struct digest *none = NULL;
    digest_finish(&none, hex);
    assert_string_equal(hex, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_blake2b),
        cmocka_unit_test(where_texts_end_counts_and_where_bytes_are_cut_does_not),
        cmocka_unit_test(nothing_has_no_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
