/* Alphabet and segments against tables and counts of their own: TS 23.038 by position, every character there is, and the
 * fewest parts of random texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "domain/sms_text.h"

#define TEXT_MAX 700

static const char *text_of(const cJSON *one, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(one, member);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static void texts_are_prepared_and_measured_as_the_vectors_say(void **state)
{
    (void)state;
    struct error error = {""};
    cJSON *root = json_read_file(TEST_VECTORS "/segments_more.json", &error);
    assert_non_null(root);
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(root, "cases"), *one;
    int wrong = 0;
    assert_true(cJSON_GetArraySize(cases) >= 60);
    cJSON_ArrayForEach(one, cases)
    {
        struct sms_measure measure;
        struct text sent = {0}, again = {0};
        sms_prepare(text_of(one, "text"), &sent);
        sms_prepare(sent.chars, &again);
        sms_measure(sent.chars, &measure);
        bool right = strcmp(sent.chars, text_of(one, "sent")) == 0 && strcmp(again.chars, sent.chars) == 0 &&
                     strcmp(sms_encoding_name(measure.encoding), text_of(one, "encoding")) == 0 &&
                     (int)measure.units == cJSON_GetObjectItemCaseSensitive(one, "units")->valueint &&
                     (int)measure.segments == cJSON_GetObjectItemCaseSensitive(one, "segments")->valueint &&
                     strcmp(measure.forced_by, text_of(one, "forced_by")) == 0;
        if (!right)
            print_error("\"%s\" (%s): sent \"%s\", %s, %zu units, %zu segments, forced by \"%s\"\n",
                        text_of(one, "text"), text_of(one, "comment"), sent.chars,
                        sms_encoding_name(measure.encoding), measure.units, measure.segments,
                        measure.forced_by);
        wrong += !right;
        text_free(&sent);
        text_free(&again);
    }
    cJSON_Delete(root);
    assert_int_equal(wrong, 0);
}

/* By position, sixteen a line; "" = the escape. Position 9 is the capital C with cedilla, which we do not use. */
static const char *const basic[128] = {
    "@", "£", "$",  "¥", "è", "é", "ù", "ì", "ò", "Ç", "\n", "Ø", "ø", "\r", "Å", "å", //
    "Δ", "_", "Φ",  "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ", "Ξ",  "",  "Æ", "æ",  "ß", "É", //
    " ", "!", "\"", "#", "¤", "%", "&", "'", "(", ")", "*",  "+", ",", "-",  ".", "/", //
    "0", "1", "2",  "3", "4", "5", "6", "7", "8", "9", ":",  ";", "<", "=",  ">", "?", //
    "¡", "A", "B",  "C", "D", "E", "F", "G", "H", "I", "J",  "K", "L", "M",  "N", "O", //
    "P", "Q", "R",  "S", "T", "U", "V", "W", "X", "Y", "Z",  "Ä", "Ö", "Ñ",  "Ü", "§", //
    "¿", "a", "b",  "c", "d", "e", "f", "g", "h", "i", "j",  "k", "l", "m",  "n", "o", //
    "p", "q", "r",  "s", "t", "u", "v", "w", "x", "y", "z",  "ä", "ö", "ñ",  "ü", "à",
};
static const char *const extension[] = {"\f", "^", "{", "}", "\\", "[", "~", "]", "|", "€"};

static void put_utf8(uint32_t character, char out[5])
{
    int bytes = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[bytes] = '\0';
    for (int i = bytes - 1; i > 0; i--, character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3F));
    out[0] = (char)(first[bytes] | character);
}

static size_t septets_by_the_tables(const char *character)
{
    for (size_t i = 0; i < sizeof extension / sizeof extension[0]; i++)
        if (strcmp(extension[i], character) == 0)
            return 2;
    for (size_t i = 0; i < 128; i++)
        if (i != 9 && strcmp(basic[i], character) == 0)
            return 1;
    return 0;
}

static void every_character_is_in_the_alphabet_exactly_when_the_tables_have_it(void **state)
{
    (void)state;
    size_t found = 0;
    for (uint32_t character = 1; character < 0x30000; character++) {
        if (character >= 0xD800 && character < 0xE000)
            continue;
        char utf8[5];
        struct sms_measure measure;
        put_utf8(character, utf8);
        size_t septets = septets_by_the_tables(utf8);
        sms_measure(utf8, &measure);
        bool right = septets > 0 ? measure.encoding == SMS_GSM7 && measure.units == septets
                                 : measure.encoding == SMS_UCS2 && strcmp(measure.forced_by, utf8) == 0 &&
                                       measure.units == (character < 0x10000 ? 1U : 2U);
        if (!right)
            fail_msg("U+%04X is measured as %s with %zu units", (unsigned)character,
                     sms_encoding_name(measure.encoding), measure.units);
        found += septets > 0;
    }
    assert_int_equal(found, 126 + 10); /* without the escape and the cedilla; the extension */
}

/* The fewest parts of at most `part` units, whatever the cuts between characters: from the front, of each length. */
static size_t fewest_parts(const size_t *sizes, size_t count, size_t alone, size_t part)
{
    size_t units = 0, fewest[TEXT_MAX + 1] = {0};
    for (size_t i = 0; i < count; i++)
        units += sizes[i];
    if (units <= alone)
        return 1;
    for (size_t end = 1; end <= count; end++) {
        fewest[end] = SIZE_MAX;
        size_t used = 0;
        for (size_t start = end; start > 0; start--) {
            used += sizes[start - 1];
            if (used > part)
                break;
            if (fewest[start - 1] + 1 < fewest[end])
                fewest[end] = fewest[start - 1] + 1;
        }
    }
    return fewest[count];
}

static uint32_t random_state = 20260113;
static uint32_t random_below(uint32_t count)
{
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % count;
}

static void random_texts_have_the_fewest_parts(void **state)
{
    (void)state;
    static const struct {
        const char *one, *two; /* characters of one and of two units */
        size_t alone, part;
    } alphabets[] = {{"a", "€", 160, 153}, {"š", "🙂", 70, 67}};
    for (int trial = 0; trial < 4000; trial++) {
        size_t which = random_below(2), sizes[TEXT_MAX], count = random_below(TEXT_MAX),
               most_two = random_below(4);
        struct text text = {0};
        struct sms_measure measure;
        text_add(&text, "");
        for (size_t i = 0; i < count; i++) {
            sizes[i] = random_below(4) < most_two || (which == 1 && i == 0) ? 2 : 1;
            text_add(&text, sizes[i] == 2 ? alphabets[which].two : alphabets[which].one);
        }
        sms_measure(text.chars, &measure);
        size_t fewest = fewest_parts(sizes, count, alphabets[which].alone, alphabets[which].part);
        if (measure.segments != fewest)
            fail_msg("trial %d: %zu characters: %zu segments, %zu are enough", trial, count, measure.segments,
                     fewest);
        text_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_prepared_and_measured_as_the_vectors_say),
        cmocka_unit_test(every_character_is_in_the_alphabet_exactly_when_the_tables_have_it),
        cmocka_unit_test(random_texts_have_the_fewest_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
