/* Keys: files there and back, fingerprints, the hash that finds a contact, the sealed number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "domain/keys.h"

static const char contact[ID_SIZE] = "abcdefABCD_-";
static const char number[] = "+358401234567";

static void a_key_file_reads_back(void **state)
{
    (void)state;
    struct key_set set;
    keys_generate(&set);
    for (int kind = 0; kind < KEY_KINDS; kind++) {
        char line[96];
        unsigned char key[KEY_BYTES];
        struct error error = {""};
        key_encode((enum key_kind)kind, set.keys[kind], line);
        assert_int_equal(line[strlen(line) - 1], '\n');
        assert_true(key_decode((enum key_kind)kind, line, key, &error));
        assert_memory_equal(key, set.keys[kind], KEY_BYTES);
        line[strlen(line) - 1] = '\0'; /* an editor may drop the last newline */
        assert_true(key_decode((enum key_kind)kind, line, key, &error));
    }
}

static void a_wrong_key_file_is_explained_without_its_content(void **state)
{
    static const struct {
        const char *content, *error;
    } cases[] = {
        {"", "expected one line that begins with \"pulssi-hash-1 \""},
        {"pulssi-hash-2 AAAA", "expected one line that begins with \"pulssi-hash-1 \""},
        {"pulssi-sealing-secret-1 AAAA", "expected the hash key, found a sealing-secret key"},
        {"pulssi-hash-1 AAAA", "the hash key is damaged: expected 43 characters of base64url"},
        {"pulssi-hash-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", "the hash key is damaged: expected 43 "
                                                                      "characters of base64url"},
        {"pulssi-hash-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nmore",
         "the hash key is damaged: expected 43 characters of base64url"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char key[KEY_BYTES];
        struct error error = {""};
        assert_false(key_decode(KEY_HASH, cases[i].content, key, &error));
        assert_string_equal(error.text, cases[i].error);
    }
}

static void file_names_are_those_of_the_design(void **state)
{
    static const char *const names[KEY_KINDS] = {"hash.key", "sealing.public", "sealing.secret",
                                                 "reader.public", "reader.secret"};
    (void)state;
    for (int kind = 0; kind < KEY_KINDS; kind++)
        assert_string_equal(key_file_name((enum key_kind)kind), names[kind]);
}

static void a_fingerprint_is_of_the_public_part(void **state)
{
    (void)state;
    struct key_set set, other;
    char of_public[FINGERPRINT_SIZE], of_secret[FINGERPRINT_SIZE], of_other[FINGERPRINT_SIZE];
    keys_generate(&set);
    keys_generate(&other);
    key_fingerprint(KEY_SEALING_PUBLIC, set.keys[KEY_SEALING_PUBLIC], of_public);
    key_fingerprint(KEY_SEALING_SECRET, set.keys[KEY_SEALING_SECRET], of_secret);
    key_fingerprint(KEY_SEALING_PUBLIC, other.keys[KEY_SEALING_PUBLIC], of_other);
    assert_string_equal(of_public, of_secret);
    assert_string_not_equal(of_public, of_other);

    /* BLAKE2b-256 of the bytes 0..31, first 8 bytes; computed with Python's hashlib */
    unsigned char key[KEY_BYTES];
    char fingerprint[FINGERPRINT_SIZE];
    for (size_t i = 0; i < KEY_BYTES; i++)
        key[i] = (unsigned char)i;
    key_fingerprint(KEY_HASH, key, fingerprint);
    assert_string_equal(fingerprint, "cb2f5160fc1f7e05");
}

static void a_hash_is_keyed(void **state)
{
    (void)state;
    unsigned char key[KEY_BYTES];
    char hash[PHONE_HASH_SIZE], other[PHONE_HASH_SIZE];
    for (size_t i = 0; i < KEY_BYTES; i++)
        key[i] = (unsigned char)i;
    phone_hash(key, number, hash);
    assert_string_equal(hash, "1GLzjOlkpKeDgevaB-Jt5g"); /* computed with Python's hashlib */
    phone_hash(key, "+358401234568", other);
    assert_string_not_equal(hash, other);
    key[0] ^= 1;
    phone_hash(key, number, other);
    assert_string_not_equal(hash, other);
}

static void a_sealed_number_opens_with_the_secret_only(void **state)
{
    (void)state;
    struct key_set set;
    struct sealer sealer;
    unsigned char sealed[SEALED_BYTES], shared[KEY_BYTES];
    char opened[PHONE_SIZE];
    keys_generate(&set);
    assert_true(sealer_start(&sealer, set.keys[KEY_SEALING_PUBLIC]));

    static const char *const numbers[] = {"+358401234567", "+1234567", "+123456789012345"};
    for (size_t i = 0; i < 3; i++) {
        sealer_seal(&sealer, contact, numbers[i], sealed);
        assert_true(opener_shared(sealer.ephemeral_public, set.keys[KEY_SEALING_SECRET], shared));
        assert_true(opener_open(shared, contact, sealed, opened));
        assert_string_equal(opened, numbers[i]);
    }

    assert_false(opener_open(shared, "abcdefABCD_x", sealed, opened)); /* another contact's */
    sealed[SEALED_BYTES - 1] ^= 1;
    assert_false(opener_open(shared, contact, sealed, opened));
    sealed[SEALED_BYTES - 1] ^= 1;
    assert_true(opener_shared(sealer.ephemeral_public, set.keys[KEY_READER_SECRET], shared));
    assert_false(opener_open(shared, contact, sealed, opened)); /* another key's */
}

static void a_sealed_number_shows_nothing(void **state)
{
    (void)state;
    struct key_set set;
    struct sealer sealer;
    unsigned char sealed[SEALED_BYTES];
    keys_generate(&set);
    assert_true(sealer_start(&sealer, set.keys[KEY_SEALING_PUBLIC]));
    sealer_seal(&sealer, contact, number, sealed);
    assert_null(memmem(sealed, sizeof sealed, "3584", 4));
}

static void a_useless_public_key_is_refused(void **state)
{
    (void)state;
    struct sealer sealer;
    unsigned char zero[KEY_BYTES] = {0};
    assert_false(sealer_start(&sealer, zero));
}

static void a_record_for_readers_opens_with_the_secret_only(void **state)
{
    (void)state;
    struct key_set set, other;
    keys_generate(&set);
    keys_generate(&other);
    static const struct {
        const char *bytes;
        size_t bytes_count;
    } cases[] = {{"", 0}, {"Liian pitk\xC3\xA4 odotus", 20}, {"a\0b", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text sealed = {0}, again = {0}, opened = {0};
        text_add(&sealed, "2|");
        assert_true(reader_seal(set.keys[KEY_READER_PUBLIC], cases[i].bytes, cases[i].bytes_count, &sealed));
        assert_int_equal(sealed.bytes, 2 + cases[i].bytes_count + READER_SEAL_BYTES);
        assert_memory_equal(sealed.chars, "2|", 2);
        assert_true(reader_seal(set.keys[KEY_READER_PUBLIC], cases[i].bytes, cases[i].bytes_count, &again));
        assert_memory_not_equal(again.chars, sealed.chars + 2, again.bytes); /* equal words do not look so */
        assert_true(reader_open(set.keys[KEY_READER_PUBLIC], set.keys[KEY_READER_SECRET], again.chars,
                                again.bytes, &opened));
        assert_int_equal(opened.bytes, cases[i].bytes_count);
        assert_memory_equal(opened.chars, cases[i].bytes, cases[i].bytes_count);

        assert_false(reader_open(other.keys[KEY_READER_PUBLIC], other.keys[KEY_READER_SECRET], again.chars,
                                 again.bytes, &opened));
        assert_false(reader_open(set.keys[KEY_READER_PUBLIC], set.keys[KEY_READER_SECRET], again.chars,
                                 again.bytes - 1, &opened));
        assert_false(reader_open(set.keys[KEY_READER_PUBLIC], set.keys[KEY_READER_SECRET], again.chars,
                                 READER_SEAL_BYTES - 1, &opened));
        again.chars[again.bytes - 1] ^= 1;
        assert_false(reader_open(set.keys[KEY_READER_PUBLIC], set.keys[KEY_READER_SECRET], again.chars,
                                 again.bytes, &opened));
        assert_int_equal(opened.bytes, cases[i].bytes_count);
        text_free(&sealed);
        text_free(&again);
        text_free(&opened);
    }
}

static void a_useless_reader_key_seals_nothing(void **state)
{
    (void)state;
    unsigned char zero[KEY_BYTES] = {0};
    struct text sealed = {0};
    assert_false(reader_seal(zero, "words", 5, &sealed));
    assert_int_equal(sealed.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_file_reads_back),
        cmocka_unit_test(a_wrong_key_file_is_explained_without_its_content),
        cmocka_unit_test(file_names_are_those_of_the_design),
        cmocka_unit_test(a_fingerprint_is_of_the_public_part),
        cmocka_unit_test(a_hash_is_keyed),
        cmocka_unit_test(a_sealed_number_opens_with_the_secret_only),
        cmocka_unit_test(a_sealed_number_shows_nothing),
        cmocka_unit_test(a_useless_public_key_is_refused),
        cmocka_unit_test(a_record_for_readers_opens_with_the_secret_only),
        cmocka_unit_test(a_useless_reader_key_seals_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
