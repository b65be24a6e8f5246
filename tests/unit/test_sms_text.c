/* Text messages: preparation, alphabet and segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "domain/sms_text.h"

static void measure_repeated(const char *unit, int times, struct sms_measure *measure_out)
{
    struct text text = {0};
    for (int i = 0; i < times; i++)
        text_add(&text, unit);
    sms_measure(text.chars, measure_out);
    text_free(&text);
}

static void segments_match_the_vectors(void **state)
{
    (void)state;
    struct error error = {""};
    cJSON *root = json_read_file(TEST_VECTORS "/segments.json", &error);
    assert_non_null(root);
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(root, "cases");
    assert_true(cJSON_GetArraySize(cases) >= 13);
    const cJSON *one;
    cJSON_ArrayForEach(one, cases)
    {
        struct sms_measure measure;
        const char *unit = cJSON_GetObjectItemCaseSensitive(one, "unit")->valuestring;
        int times = cJSON_GetObjectItemCaseSensitive(one, "times")->valueint;
        measure_repeated(unit, times, &measure);
        if ((int)measure.segments != cJSON_GetObjectItemCaseSensitive(one, "segments")->valueint)
            print_error("%d times %s\n", times, unit);
        assert_string_equal(sms_encoding_name(measure.encoding),
                            cJSON_GetObjectItemCaseSensitive(one, "encoding")->valuestring);
        assert_int_equal(measure.segments, cJSON_GetObjectItemCaseSensitive(one, "segments")->valueint);
    }
    cJSON_Delete(root);
}

static const struct {
    const char *text;
    enum sms_encoding encoding;
    size_t units;
    const char *forced_by;
} measured[] = {
    {"", SMS_GSM7, 0, ""},
    {"åäöÅÄÖéÉà@£$¥èùìòØøΔΦΓΛΩΠΨΣΘΞÆæß¤¡ÑÜ§¿ñü_", SMS_GSM7, 41, ""},
    {"^{}[]~|\\\f€", SMS_GSM7, 20, ""},
    {"line\nline\r", SMS_GSM7, 10, ""},
    {"`", SMS_UCS2, 1, "`"},
    {"tab\t", SMS_UCS2, 4, "\t"},
    {"ç", SMS_UCS2, 1, "ç"}, /* the table has only the capital: neither is safe */
    {"Ç", SMS_UCS2, 1, "Ç"},
    {"väärä š, ž", SMS_UCS2, 10, "š"},
    {"õ", SMS_UCS2, 1, "õ"},
    {"giitu ŋ", SMS_UCS2, 7, "ŋ"},
    {"да", SMS_UCS2, 2, "д"},
    {"ok 🙂", SMS_UCS2, 5, "🙂"},
    {"{š}", SMS_UCS2, 3, "š"}, /* no escapes in UCS-2 */
};

static void units_and_the_forcing_character_are_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
        struct sms_measure measure;
        sms_measure(measured[i].text, &measure);
        if (measure.encoding != measured[i].encoding || measure.units != measured[i].units)
            print_error("text \"%s\"\n", measured[i].text);
        assert_int_equal(measure.encoding, measured[i].encoding);
        assert_int_equal(measure.units, measured[i].units);
        assert_int_equal(measure.segments, 1);
        assert_string_equal(measure.forced_by, measured[i].forced_by);
    }
}

static void an_escape_pair_is_never_split(void **state)
{
    (void)state;
    struct text text = {0};
    struct sms_measure measure;
    for (int i = 0; i < 152; i++)
        text_add(&text, "a");
    text_add(&text, "€"); /* would be septets 153 and 154 */
    for (int i = 0; i < 151; i++)
        text_add(&text, "a");
    sms_measure(text.chars, &measure);
    assert_int_equal(measure.units, 305);
    assert_int_equal(measure.segments, 2);
    text_add(&text, "a"); /* 306 septets would fill two parts, were the pair split */
    sms_measure(text.chars, &measure);
    assert_int_equal(measure.units, 306);
    assert_int_equal(measure.segments, 3);
    text_free(&text);
}

static const struct {
    const char *text, *prepared;
} preparations[] = {
    {"", ""},
    {"«a» “b” ‘c’ – — …", "\"a\" \"b\" 'c' - - ..."},
    {"45\xC2\xA0min 1\xE2\x80\xAF"
     "000",
     "45 min 1 000"},
    {"a\xE2\x80\x8B"
     "b\xEF\xBB\xBF"
     "c\xE2\x81\xA0"
     "d",
     "abcd"},
    {"a\xCC\x88iti", "äiti"},             /* composed */
    {"a\xE2\x80\x8D\xCC\x88iti", "äiti"}, /* also across a dropped character */
    {"šžŋõáčđ", "šžŋõáčđ"},               /* no letter is stripped */
    {"s\xCC\x8C", "š"},
    {"{org}: 5️⃣", "{org}: 5️⃣"},
};

static void preparation_replaces_only_what_costs_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof preparations / sizeof preparations[0]; i++) {
        struct text once = {0}, twice = {0};
        sms_prepare(preparations[i].text, &once);
        assert_string_equal(once.chars, preparations[i].prepared);
        sms_prepare(once.chars, &twice);
        assert_string_equal(twice.chars, once.chars);
        text_free(&once);
        text_free(&twice);
    }
}

static void preparation_appends(void **state)
{
    (void)state;
    struct text text = {0};
    text_add(&text, "a ");
    sms_prepare("– b", &text);
    assert_string_equal(text.chars, "a - b");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_match_the_vectors),
        cmocka_unit_test(units_and_the_forcing_character_are_exact),
        cmocka_unit_test(an_escape_pair_is_never_split),
        cmocka_unit_test(preparation_replaces_only_what_costs_nothing),
        cmocka_unit_test(preparation_appends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
