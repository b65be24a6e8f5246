/* Text, ids, errors and files: the small tools everything else stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/text.h"

static void text_grows_and_stays_terminated(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "");
    assert_string_equal(text.chars, "");
    for (int i = 0; i < 1000; i++)
        text_addf(&text, "%03d,", i);
    text_add_bytes(&text, "a\0b", 3);
    assert_int_equal(text.bytes, 4003);
    assert_memory_equal(text.chars, "000,001,", 8);
    assert_memory_equal(text.chars + 3996, "999,a\0b", 8);
    text_clear(&text);
    assert_int_equal(text.bytes, 0);
    assert_string_equal(text.chars, "");
    text_free(&text);
    assert_null(text.chars);
}

static void utf8_is_judged_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        bool good;
    } cases[] = {
        {"", 0, true},
        {"kyllä 👍", 11, true},
        {"a\0b", 3, false},             /* NUL */
        {"\xC0\x80", 2, false},         /* overlong */
        {"\xED\xA0\x80", 3, false},     /* surrogate */
        {"\xF4\x90\x80\x80", 4, false}, /* beyond U+10FFFF */
        {"\xE2\x82", 2, false},         /* cut */
        {"\x80", 1, false},             /* no start */
        {"\xF4\x8F\xBF\xBF", 4, true},  /* U+10FFFF */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (text_is_utf8(cases[i].bytes, cases[i].count) != cases[i].good)
            fail_msg("case %zu", i);
    }
}

static void whole_numbers_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *chars;
        int64_t low, high;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", 0, 9, true, 0},
        {"-5", -9, 9, true, -5},
        {"007", 0, 9, true, 7},
        {"9223372036854775807", 0, INT64_MAX, true, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, 0, true, INT64_MIN},
        {"9223372036854775808", 0, INT64_MAX, false, 0},
        {"-9223372036854775809", INT64_MIN, 0, false, 0},
        {"10", 0, 9, false, 0},
        {"-1", 0, 9, false, 0},
        {"", 0, 9, false, 0},
        {"-", -9, 9, false, 0},
        {"+5", 0, 9, false, 0},
        {" 5", 0, 9, false, 0},
        {"5 ", 0, 9, false, 0},
        {"0x5", 0, 9, false, 0},
        {"5.0", 0, 9, false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = 77;
        bool good = text_to_int(cases[i].chars, cases[i].low, cases[i].high, &value);
        if (good != cases[i].good || value != (good ? cases[i].value : 77))
            fail_msg("\"%s\"", cases[i].chars);
    }
}

static void copies_fit_or_are_empty(void **state)
{
    (void)state;
    char out[5] = "xxxx";
    assert_true(text_copy(out, sizeof(out), "four"));
    assert_string_equal(out, "four");
    assert_false(text_copy(out, sizeof(out), "fives"));
    assert_string_equal(out, "");
}

static void names_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t chars_max;
        bool good;
    } cases[] = {
        {"a", 32, true},     {"felt-forward-2", 32, true},
        {"", 32, false},     {"2a", 32, false},
        {"-a", 32, false},   {"A", 32, false},
        {"a_b", 32, false},  {"ä", 32, false},
        {"a b", 32, false},  {"abcd", 4, true},
        {"abcde", 4, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (id_is_name(cases[i].name, cases[i].chars_max) != cases[i].good)
            fail_msg("\"%s\"", cases[i].name);
    }
}

static void ids_are_twelve_safe_characters(void **state)
{
    (void)state;
    char first[ID_SIZE];
    char second[ID_SIZE];
    id_random(first);
    id_random(second);
    assert_int_equal(strlen(first), ID_CHARS);
    assert_int_equal(strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     ID_CHARS);
    assert_string_not_equal(first, second);
    id_digest("abc", 3, first);
    id_digest("abd", 3, second);
    assert_string_equal(first, "z0q3kcYrjSsh"); /* BLAKE2b, 16 bytes, of "abc", first 9 */
    assert_int_equal(strlen(second), ID_CHARS);
    assert_string_not_equal(first, second);
}

static void errors_are_prefixed_and_cut_between_characters(void **state)
{
    (void)state;
    struct error error;
    assert_false(error_set(&error, "%s = %d", "lease_ms", 5));
    assert_false(error_prefix(&error, "line %d", 3));
    assert_string_equal(error.text, "line 3: lease_ms = 5");
    error_set(&error, "(%s)", error.text); /* its own text as an argument */
    assert_string_equal(error.text, "(line 3: lease_ms = 5)");
    char lots[601] = "";
    for (size_t i = 0; i < 300; i++)
        memcpy(lots + 2 * i, "ä", 2);
    error_set(&error, "%s", lots);
    assert_int_equal(strlen(error.text), 510);
    assert_true(text_is_utf8(error.text, 510));
}

static void files_are_replaced_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/pulssi-text-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char deep[64], path[80];
    (void)snprintf(deep, sizeof(deep), "%s/a/b", folder);
    (void)snprintf(path, sizeof(path), "%s/file", deep);
    struct error error;
    struct text content = {0};
    assert_true(file_make_folder(deep, &error));
    assert_true(file_make_folder(deep, &error));
    assert_false(file_read(path, 100, &content, &error));
    assert_non_null(strstr(error.text, path));
    assert_true(file_replace(path, "first", 5, 0600, &error));
    assert_true(file_replace(path, "second", 6, 0640, &error));
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_true(file_read(path, 6, &content, &error));
    assert_string_equal(content.chars, "second");
    assert_false(file_read(path, 5, &content, &error));
    assert_int_equal(content.bytes, 0);
    assert_false(file_make_folder(path, &error)); /* a file is in the way */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(deep), 0); /* no temporary file was left */
    (void)snprintf(deep, sizeof(deep), "%s/a", folder);
    assert_int_equal(rmdir(deep), 0);
    assert_int_equal(rmdir(folder), 0);
    text_free(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_and_stays_terminated),
        cmocka_unit_test(utf8_is_judged_strictly),
        cmocka_unit_test(whole_numbers_are_read_strictly),
        cmocka_unit_test(copies_fit_or_are_empty),
        cmocka_unit_test(names_are_judged),
        cmocka_unit_test(ids_are_twelve_safe_characters),
        cmocka_unit_test(errors_are_prefixed_and_cut_between_characters),
        cmocka_unit_test(files_are_replaced_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
