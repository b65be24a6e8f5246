/* The door to JSON: what it refuses and where it says the fault is; how a definition file is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void well_formed_values_survive_a_round_trip(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "null",
        "[true,false]",
        "{}",
        "[]",
        "\"Työ \\\"kyllä\\\" 👍\"",
        "{\"a\":[1,-2,0.5,1e-3,0.7,0.12345678901234559],\"A\":{\"a\":9007199254740992}}",
        "-9007199254740992",
        "\"\\uD83D\\udc4d\"",
    };
    static const char *const printed[] = {
        NULL, NULL,    NULL,
        NULL, NULL,    "{\"a\":[1,-2,0.5,0.001,0.7,0.12345678901234559],\"A\":{\"a\":9007199254740992}}",
        NULL, "\"👍\"",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = {"none"};
        cJSON *value = json_parse(cases[i], strlen(cases[i]), &error);
        if (value == NULL)
            fail_msg("%s: %s", cases[i], error.text);
        struct text text = {0};
        json_print(value, &text);
        assert_string_equal(text.chars, printed[i] != NULL ? printed[i] : cases[i]);
        text_free(&text);
        cJSON_Delete(value);
    }
}

static void faults_are_refused_with_their_position(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        const char *error;
    } cases[] = {
        {BYTES(""), "line 1, column 1: expected a value"},
        {BYTES(" \n "), "line 2, column 2: expected a value"},
        {BYTES("{\"a\":1}\n x"), "line 2, column 2: nothing may follow the value"},
        {BYTES("1\0"), "line 1, column 2: nothing may follow the value"},
        {BYTES("{\"a\":1,\n \"b\":2,\n  \"a\":3}"), "line 3, column 3: this member was given before"},
        {BYTES("{\"a\":1,\"\\u0061\":3}"), "line 1, column 8: this member was given before"},
        {BYTES("{\"x\":[{\"a\":1,\"a\":1}]}"), "line 1, column 14: this member was given before"},
        {BYTES("[\"ää\",x]"), "line 1, column 7: expected a value"},
        {BYTES("[\"a\xFF\"]"), "line 1, column 4: not UTF-8"},
        {BYTES("\"\xED\xA0\x80\""), "line 1, column 2: not UTF-8"},
        {BYTES("\"a\\u0000b\""), "line 1, column 3: \\u0000 is not allowed"},
        {BYTES("\"a\0b\""), "line 1, column 3: a control character in a string; write it as an escape"},
        {BYTES("\"a\nb\""), "line 1, column 3: a control character in a string; write it as an escape"},
        {BYTES("\"\\ud83d\""), "line 1, column 2: half of a surrogate pair"},
        {BYTES("\"\\ud83d\\u0041\""), "line 1, column 2: half of a surrogate pair"},
        {BYTES("\"\\udc4d\""), "line 1, column 2: half of a surrogate pair"},
        {BYTES("\"\\x\""), "line 1, column 2: not an escape of JSON"},
        {BYTES("\"abc"), "line 1, column 5: the string does not end"},
        {BYTES("\"abc\\"), "line 1, column 5: not an escape of JSON"},
        {BYTES("9007199254740993"), "line 1, column 1: a number beyond 2^53; write long ids as strings"},
        {BYTES("[-9007199254740993]"), "line 1, column 2: a number beyond 2^53; write long ids as strings"},
        {BYTES("1e300"), "line 1, column 1: a number beyond 2^53; write long ids as strings"},
        {BYTES("1e999"), "line 1, column 1: a number beyond 2^53; write long ids as strings"},
        {BYTES("0.0000000000000000000000000000000000000000000000000000000000001"),
         "line 1, column 1: a number of more than 60 characters"},
        {BYTES("01"), "line 1, column 2: nothing may follow the value"},
        {BYTES("+1"), "line 1, column 1: expected a value"},
        {BYTES("1."), "line 1, column 1: not a number of JSON"},
        {BYTES(".5"), "line 1, column 1: expected a value"},
        {BYTES("-"), "line 1, column 1: not a number of JSON"},
        {BYTES("NaN"), "line 1, column 1: expected a value"},
        {BYTES("nul"), "line 1, column 1: expected a value"},
        {BYTES("[1,]"), "line 1, column 4: expected a value"},
        {BYTES("[1 2]"), "line 1, column 4: expected ',' or ']'"},
        {BYTES("{\"a\" 1}"), "line 1, column 6: expected ':'"},
        {BYTES("{\"a\":1 \"b\":2}"), "line 1, column 8: expected ',' or '}'"},
        {BYTES("{\"a\":1,}"), "line 1, column 8: expected a member name in double quotes"},
        {BYTES("{a:1}"), "line 1, column 2: expected a member name in double quotes"},
        {BYTES("{'a':1}"), "line 1, column 2: expected a member name in double quotes"},
        {BYTES("[1] // no"), "line 1, column 5: nothing may follow the value"},
        {BYTES("\xEF\xBB\xBF{}"), "line 1, column 1: expected a value"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = {"nothing"};
        /* An exact copy, so that the address sanitizer sees a read past the end. */
        char *bytes = memory_zeroed(cases[i].count, 1);
        memcpy(bytes, cases[i].bytes, cases[i].count);
        assert_null(json_parse(bytes, cases[i].count, &error));
        assert_string_equal(error.text, cases[i].error);
        free(bytes);
    }
}

static void every_cut_of_a_document_is_refused(void **state)
{
    (void)state;
    static const char document[] = "{\"a\":[1.5e3,true,null,\"\\ud83d\\udc4d ä\\n\"],\"b\":{\"c\":false}}";
    for (size_t count = 0; count < sizeof(document) - 1; count++) {
        struct error error;
        char *bytes = memory_zeroed(count, 1);
        memcpy(bytes, document, count);
        assert_null(json_parse(bytes, count, &error));
        free(bytes);
    }
}

static void depth_and_members_are_bounded(void **state)
{
    (void)state;
    for (size_t depth = 32; depth <= 33; depth++) {
        struct error error;
        char nested[80] = "";
        memset(nested, '[', depth);
        memset(nested + depth, ']', depth);
        cJSON *value = json_parse(nested, 2 * depth, &error);
        assert_int_equal(value != NULL, depth == 32);
        if (value == NULL)
            assert_string_equal(error.text, "line 1, column 33: nested deeper than 32");
        cJSON_Delete(value);
    }
    for (int count = 512; count <= 513; count++) {
        struct error error;
        struct text text = {0};
        for (int i = 0; i < count; i++)
            text_addf(&text, "%c\"m%d\":%d", i == 0 ? '{' : ',', i, i);
        text_add(&text, "}");
        cJSON *value = json_parse(text.chars, text.bytes, &error);
        assert_int_equal(value != NULL, count == 512);
        cJSON_Delete(value);
        text_free(&text);
    }
}

static void strings_are_written_with_escapes(void **state)
{
    (void)state;
    struct text text = {0};
    json_add_string(&text, "a\"b\\c\n\x01 ä");
    assert_string_equal(text.chars, "\"a\\\"b\\\\c\\u000a\\u0001 ä\"");
    text_free(&text);
}

static void files_are_named_in_errors(void **state)
{
    (void)state;
    char path[] = "/tmp/pulssi-json-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    struct error error;
    char expected[128];
    assert_true(file_replace(path, "{\n!}", 4, 0600, &error));
    assert_null(json_read_file(path, &error));
    (void)snprintf(expected, sizeof(expected),
                   "%s: line 2, column 1: expected a member name in double quotes", path);
    assert_string_equal(error.text, expected);
    assert_true(file_replace(path, "[1]", 3, 0600, &error));
    cJSON *value = json_read_file(path, &error);
    assert_non_null(value);
    cJSON_Delete(value);
    (void)close(descriptor);
    assert_int_equal(unlink(path), 0);
}

/* Reads a small survey as the domain does; what it read goes to the text. */
static bool read_survey(struct json_reader *root, struct text *read)
{
    struct json_reader questions, question, coding, positive, texts;
    size_t questions_count = 0;
    size_t positive_count = 0;
    text_addf(read, "%s", json_string(root, "id", 1, 32));
    text_addf(read, " v%d", (int)json_int(root, "version", 1, 99));
    text_addf(read, " %s", json_string_or(root, "kind", 8, "pulse"));
    text_addf(read, " goal %g", json_number(root, "goal", 0, 1));
    json_array(root, "questions", 1, 2, &questions, &questions_count);
    for (size_t i = 0; i < questions_count; i++) {
        json_item_object(&questions, i, &question);
        text_addf(read, " q%d:", (int)json_int_or(&question, "rank", 1, 9, 5));
        json_object(&question, "coding", &coding);
        json_array(&coding, "positive", 0, 3, &positive, &positive_count);
        for (size_t j = 0; j < positive_count; j++)
            text_addf(read, "%d", (int)json_item_int(&positive, j, 1, 5));
        if (json_has(&question, "text")) {
            json_object(&question, "text", &texts);
            const char *language = NULL;
            for (size_t j = 0; (language = json_member_name(&texts, j)) != NULL; j++)
                text_addf(read, " %s=%s", language, json_string(&texts, language, 1, 8));
            (void)json_finish(&texts);
        }
        (void)json_finish(&coding);
        (void)json_finish(&question);
    }
    return json_finish(root);
}

static void definitions_are_read_or_refused_with_their_path(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        const char *read;  /* what was read, or NULL */
        const char *error; /* the first problem, or NULL */
    } cases[] = {
        {"{\"id\":\"ff\",\"version\":1,\"goal\":0.7,\"comment\":\"anywhere\",\"questions\":["
         "{\"rank\":2,\"coding\":{\"positive\":[4,5],\"comment\":0},\"text\":{\"fi\":\"moi\",\"sv\":\"hej\"}}"
         ","
         "{\"coding\":{\"positive\":[]}}]}",
         "ff v1 pulse goal 0.7 q2:45 fi=moi sv=hej q5:", NULL},
        {"{\"version\":1,\"goal\":0,\"questions\":[{\"coding\":{\"positive\":[]}}]}", NULL, "id: missing"},
        {"{\"id\":\"\",\"version\":0}", NULL, "id: expected a string of 1..32 bytes"}, /* the first is kept */
        {"{\"id\":\"ff\",\"version\":1.5}", NULL, "version: expected a whole number in 1..99"},
        {"{\"id\":\"ff\",\"version\":\"1\"}", NULL, "version: expected a whole number in 1..99"},
        {"{\"id\":\"ff\",\"version\":1,\"kind\":null}", NULL, "kind: expected a string of 0..8 bytes"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1.1}", NULL, "goal: expected a number in 0..1"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[]}", NULL,
         "questions: expected an array of 1..2 items"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":{\"a\":1}}", NULL,
         "questions: expected an array of 1..2 items"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[3]}", NULL,
         "questions[0]: expected an object"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[{\"coding\":[]}]}", NULL,
         "questions[0].coding: expected an object"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[{\"coding\":{\"positive\":[4,6]}}]}", NULL,
         "questions[0].coding.positive[1]: expected a whole number in 1..5"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[{\"coding\":{\"positive\":[],\"ID\":1}}]}",
         NULL, "questions[0].coding.ID: unknown member"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[{\"coding\":{\"positive\":[]},\"text\":{"
         "\"fi\":2}}]}",
         NULL, "questions[0].text.fi: expected a string of 1..8 bytes"},
        {"{\"id\":\"ff\",\"version\":1,\"goal\":1,\"questions\":[{\"coding\":{\"positive\":[]}}],\"Id\":"
         "\"x\"}",
         NULL, "Id: unknown member"},
        {"[]", NULL, "top level: expected an object"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = {""};
        struct text read = {0};
        struct json_reader root;
        cJSON *value = json_parse(cases[i].document, strlen(cases[i].document), &error);
        assert_non_null(value);
        json_reader_root(&root, value, &error);
        assert_int_equal(read_survey(&root, &read), cases[i].error == NULL);
        assert_string_equal(error.text, cases[i].error != NULL ? cases[i].error : "");
        if (cases[i].read != NULL)
            assert_string_equal(read.chars, cases[i].read);
        text_free(&read);
        cJSON_Delete(value);
    }
}

static void callers_keep_problems_of_their_own(void **state)
{
    (void)state;
    static const char document[] = "{\"strata\":[\"age\",\"age\"]}";
    struct error error = {""};
    struct json_reader root, strata;
    size_t count = 0;
    cJSON *value = json_parse(document, sizeof(document) - 1, &error);
    json_reader_root(&root, value, &error);
    json_array(&root, "strata", 0, 4, &strata, &count);
    assert_int_equal(count, 2);
    assert_string_equal(json_item_string(&strata, 1, 1, 8), "age");
    assert_false(json_problem(&strata, NULL, "%s is there twice", "age"));
    assert_false(json_problem(&root, "strata", "a later problem"));
    assert_string_equal(error.text, "strata: age is there twice");
    assert_false(json_finish(&root));
    cJSON_Delete(value);
}

/* What a file holds must not steer the terminal of whoever reads the message. */
static void problems_show_control_characters_as_escapes(void **state)
{
    (void)state;
    static const char document[] = "{\"a\\u001b[2J\\nä\\u009b\":1}";
    struct error error = {""};
    struct json_reader root;
    cJSON *value = json_parse(document, sizeof(document) - 1, &error);
    assert_non_null(value);
    json_reader_root(&root, value, &error);
    assert_false(json_finish(&root));
    assert_string_equal(error.text, "a\\u001b[2J\\u000aä\\u009b: unknown member");
    json_reader_root(&root, value, &error);
    assert_false(json_problem(&root, NULL, "\"%s\" is no name", "\x1b]0;x\x07\x7f"));
    assert_string_equal(error.text, "top level: \"\\u001b]0;x\\u0007\\u007f\" is no name");
    cJSON_Delete(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_values_survive_a_round_trip),
        cmocka_unit_test(faults_are_refused_with_their_position),
        cmocka_unit_test(every_cut_of_a_document_is_refused),
        cmocka_unit_test(depth_and_members_are_bounded),
        cmocka_unit_test(strings_are_written_with_escapes),
        cmocka_unit_test(files_are_named_in_errors),
        cmocka_unit_test(definitions_are_read_or_refused_with_their_path),
        cmocka_unit_test(callers_keep_problems_of_their_own),
        cmocka_unit_test(problems_show_control_characters_as_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
