/* Texts with placeholders: filled in, prepared, and the message files that ship with the project, with the
 * words that replies are read by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "domain/message_texts.h"

static struct org varkaus;

static int org_sample_read(void **state)
{
    struct error error = {""};
    (void)state;
    cJSON *json = json_read_file(TEST_SOURCE_DIR "/config/examples/org.json", &error);
    bool read = json != NULL && org_read(&varkaus, json, &error);
    if (!read)
        print_error("%s\n", error.text);
    cJSON_Delete(json);
    return read ? 0 : -1;
}

static void rendering_fills_in_and_prepares(void **state)
{
    (void)state;
    struct text text = {0};
    message_render(&varkaus, "{org} – {phone}, {url}; {url}", &text);
    assert_string_equal(text.chars,
                        "Varkauden työllisyys - 017 123 4567, varkaus.fi/kysely; varkaus.fi/kysely");
    text_clear(&text);
    struct org odd = varkaus;
    assert_true(text_copy(odd.name, sizeof odd.name, "{phone}")); /* never read again for placeholders */
    message_render(&odd, "{org}", &text);
    assert_string_equal(text.chars, "{phone}");
    text_free(&text);
}

static cJSON *messages_of(const char *language)
{
    struct error error = {""};
    struct text path = {0};
    text_addf(&path, "%s/config/messages/%s.json", TEST_SOURCE_DIR, language);
    cJSON *json = json_read_file(path.chars, &error);
    if (json == NULL)
        fail_msg("%s", error.text);
    text_free(&path);
    return json;
}

static void the_messages_of_every_language_are_read_and_fit(void **state)
{
    (void)state;
    static struct message_texts texts;
    struct org longer = varkaus;
    assert_true(text_copy(longer.name, sizeof longer.name, "Järvikaupungin työllis")); /* 22 characters */
    assert_true(text_copy(longer.phone, sizeof longer.phone, "0295 123 4567"));
    assert_true(text_copy(longer.info_url, sizeof longer.info_url, "tyollisyys.fi/kysely"));
    for (size_t i = 0; i < longer.languages_count; i++) {
        struct error error = {""};
        cJSON *json = messages_of(longer.languages[i]);
        if (!message_texts_read(&texts, NULL, &longer, i, "", json, &error))
            fail_msg("%s: %s", longer.languages[i], error.text);
        for (int k = 0; k < STANDING_TEXTS; k++) {
            struct sms_measure measure;
            assert_true(message_measure(&longer, texts.text[k][i], &measure, &error));
            assert_int_equal(measure.encoding, SMS_GSM7);
        }
        assert_non_null(strstr(texts.text[TEXT_STOP_CONFIRM][i], "{phone}"));
        assert_non_null(strstr(texts.text[TEXT_HELP][i], "STOP"));
        cJSON_Delete(json);
    }
}

static bool is_word(const struct reply_words *words, enum word_class word_class, const char *chars)
{
    return reply_words_has(words, word_class, ANY_LANGUAGE, chars);
}

/* A person who does as a text says must be understood. */
static void the_words_of_all_languages_are_gathered(void **state)
{
    static const struct {
        enum word_class word_class;
        const char *phrase;
    } told[] = {
        {WORDS_STOP, "stop"},    {WORDS_STOP, "stopp"},   {WORDS_STOP_VERBS, "lopeta"},
        {WORDS_START, "aloita"}, {WORDS_START, "starta"}, {WORDS_START, "start"},
        {WORDS_HELP, "info"},    {WORDS_HELP, "?"},       {WORDS_WRONG_PERSON, "väärä numero"},
        {WORDS_LEAVE, "pois"},   {WORDS_LEAVE, "bort"},   {WORDS_LEAVE, "leave"},
        {WORDS_YES, "kyllä"},    {WORDS_YES, "ja"},       {WORDS_YES, "👍"},
        {WORDS_NO, "ei"},        {WORDS_NO, "nej"},       {WORDS_NO, "👎"},
    };
    (void)state;
    static struct reply_words words;
    for (size_t i = 0; i < varkaus.languages_count; i++) {
        struct error error = {""};
        cJSON *json = messages_of(varkaus.languages[i]);
        if (!message_texts_read(NULL, &words, &varkaus, i, "", json, &error))
            fail_msg("%s: %s", varkaus.languages[i], error.text);
        cJSON_Delete(json);
    }
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        if (!is_word(&words, told[i].word_class, told[i].phrase))
            fail_msg("%s is not read as %s", told[i].phrase, word_class_name(told[i].word_class));
    /* these also mean something else: "peruuta aika huomenna" is no opt-out */
    assert_false(is_word(&words, WORDS_STOP, "peruuta"));
    assert_false(is_word(&words, WORDS_STOP, "cancel"));
}

static void words_are_kept_folded_with_their_language(void **state)
{
    (void)state;
    static struct reply_words words;
    struct error error = {""};
    cJSON *json = messages_of("sv");
    cJSON *leave = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "words"), "leave");
    cJSON_AddItemToArray(leave, cJSON_CreateString("SLÄPP MIG"));
    cJSON_AddItemToArray(leave, cJSON_CreateString("\uFF21A\u030A")); /* a wide A, and Å in two characters */
    assert_true(message_texts_read(NULL, &words, &varkaus, 1, "", json, &error));
    assert_true(is_word(&words, WORDS_LEAVE, "släpp mig"));
    assert_true(is_word(&words, WORDS_LEAVE, "aå"));
    assert_true(reply_words_has(&words, WORDS_LEAVE, 1, "släpp mig"));
    assert_false(reply_words_has(&words, WORDS_LEAVE, 0, "släpp mig"));
    cJSON_Delete(json);
}

struct message_mistake {
    const char *member; /* of the Finnish file, or of its words */
    const char *json;   /* what somebody wrote instead, NULL = nothing */
    const char *error;
};

/* Any JSON value, also one that is no object. */
static cJSON *value_of(const char *json)
{
    struct error error = {""};
    struct text object = {0};
    text_addf(&object, "{\"value\": %s}", json);
    cJSON *tree = json_parse(object.chars, object.bytes, &error);
    if (tree == NULL)
        fail_msg("%s", error.text);
    cJSON *value = cJSON_DetachItemFromObject(tree, "value");
    cJSON_Delete(tree);
    text_free(&object);
    return value;
}

static void expect_refusal(const struct message_mistake *mistake, bool of_words)
{
    struct error error = {""};
    static struct message_texts texts;
    static struct reply_words words;
    cJSON *json = messages_of("fi");
    cJSON *parent = of_words ? cJSON_GetObjectItem(json, "words") : json;
    words = (struct reply_words){0};
    cJSON_DeleteItemFromObject(parent, mistake->member);
    if (mistake->json != NULL)
        cJSON_AddItemToObject(parent, mistake->member, value_of(mistake->json));
    assert_false(message_texts_read(&texts, &words, &varkaus, 0, "", json, &error));
    assert_string_equal(error.text, mistake->error);
    cJSON_Delete(json);
}

static void each_mistake_in_messages_is_named(void **state)
{
    static const struct message_mistake texts[] = {
        {"stop_confirm", NULL, "stop_confirm: missing"},
        {"volunteer_left", NULL, "volunteer_left: missing"},
        {"late", "\"\"", "late: expected a string of 1..639 bytes"},
        {"help", "\"{name}\"", "help: unknown placeholder {name}; known are {org}, {phone} and {url}"},
        {"thanks",
         "\"{org}: Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! Kiitos! "
         "Kiitos! "
         "Kiitos! Kiitos! Kiitos! Kiitos! Kiitos!!!\"",
         "thanks: 2 segments with an org name of 22 characters, at most 1: 161 septets of 160"},
        {"goodbye", "\"x\"", "goodbye: unknown member"},
        {"words", NULL, "words: missing"},
        {"words", "[]", "words: expected an object"},
    };
    static const struct message_mistake words[] = {
        {"stop", NULL, "words.stop: missing"},
        {"stop", "[]", "words.stop: expected an array of 1..256 items"},
        {"stop", "[1]", "words.stop[0]: expected a string of 1..48 bytes"},
        {"leave", "[\"pois \"]", "words.leave: \"pois \" is not words with one space between them"},
        {"leave", "[\"pois  nyt\"]", "words.leave: \"pois  nyt\" is not words with one space between them"},
        {"leave", "[\"pois\", \"Pois\"]", "words.leave: \"Pois\" is there twice in this language"},
        {"no", "[\"ei\", \"STOP\"]", "words.no: \"STOP\" is there twice in this language"},
        {"unsure", NULL, "words.unsure: missing"},
        {"stop_verbs", "[\"stop\"]", "words.stop_verbs: \"stop\" is there twice in this language"},
        {"maybe", "[\"ehkä\"]", "words.maybe: unknown member"},
        {"units", NULL, "words.units: missing"},
        {"distress", "[]", "words.distress: expected an array of 1..256 items"},
        {"courtesy", "[\"hei\", \"HEI\"]", "words.courtesy: \"HEI\" is there twice in this language"},
        {"pause", "[\"tau*\"]", "words.pause: \"tau*\" is not words with one space between them"},
        {"distress", "[\"haluan* kuolla\"]",
         "words.distress: \"haluan* kuolla\" is not words with one space between them"},
        {"numbers", NULL, "words.numbers: missing"},
        {"numbers", "[\"yksi\"]", "words.numbers: expected an object"},
        {"numbers", "{\"1\": [\"yksi\"]}", "words.numbers.2: missing"},
        {"numbers",
         "{\"1\": [\"yksi\"], \"2\": [\"kaksi\"], \"3\": [\"kolme\"], \"4\": [\"yksi\"], \"5\": [\"viisi\"]}",
         "words.numbers.4: \"yksi\" is there twice in this language"},
        {"numbers",
         "{\"1\": [\"yksi\"], \"2\": [\"kaksi\"], \"3\": [\"kolme\"], \"4\": [\"neljä\"], \"5\": [\"ei\"]}",
         "words.numbers.5: \"ei\" is there twice in this language"},
        {"numbers",
         "{\"1\": [\"yksi\"], \"2\": [\"kaksi\"], \"3\": [\"kolme\"], \"4\": [\"neljä\"], \"5\": "
         "[\"viisi\"], "
         "\"11\": [\"yksitoista\"]}",
         "words.numbers.11: unknown member"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_refusal(&texts[i], false);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        expect_refusal(&words[i], true);
}

/* The file of a language with ten classes full of its own words. */
static bool read_full(struct reply_words *words, size_t language, struct error *error)
{
    static const char *const classes[] = {"business",  "units",  "courtesy", "distress", "messages",
                                          "answering", "unsure", "marks",    "out_of",   "not_business"};
    cJSON *json = messages_of(varkaus.languages[language]);
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        cJSON *list = cJSON_CreateArray();
        for (int k = 0; k < PHRASES_MAX; k++) {
            char word[32];
            snprintf(word, sizeof word, "%s%zu word%d", varkaus.languages[language], i, k);
            cJSON_AddItemToArray(list, cJSON_CreateString(word));
        }
        cJSON_ReplaceItemInObject(cJSON_GetObjectItem(json, "words"), classes[i], list);
    }
    bool read = message_texts_read(NULL, words, &varkaus, language, "", json, error);
    cJSON_Delete(json);
    return read;
}

static void more_words_than_there_is_room_for_are_refused(void **state)
{
    (void)state;
    static struct reply_words words;
    struct error error = {""};
    if (!read_full(&words, 0, &error))
        fail_msg("%s", error.text);
    assert_true(reply_words_has(&words, WORDS_UNITS, 0, "fi1 word255"));
    assert_false(read_full(&words, 1, &error));
    assert_non_null(strstr(error.text, "there is no room for more words than 4096 in all languages"));
    assert_true(words.index.nodes_count <= WORD_NODES_MAX);
}

static void texts_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < STANDING_TEXTS; i++) {
        enum standing_text parsed;
        assert_true(standing_text_parse(standing_text_name((enum standing_text)i), &parsed));
        assert_int_equal(parsed, i);
    }
    enum standing_text unchanged = TEXT_LATE;
    assert_false(standing_text_parse("invite", &unchanged));
    assert_string_equal(standing_text_name(TEXT_VOLUNTEER_LEFT), "volunteer_left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rendering_fills_in_and_prepares),
        cmocka_unit_test(the_messages_of_every_language_are_read_and_fit),
        cmocka_unit_test(the_words_of_all_languages_are_gathered),
        cmocka_unit_test(words_are_kept_folded_with_their_language),
        cmocka_unit_test(each_mistake_in_messages_is_named),
        cmocka_unit_test(more_words_than_there_is_room_for_are_refused),
        cmocka_unit_test(texts_have_names),
    };
    return cmocka_run_group_tests(tests, org_sample_read, NULL);
}
