/* pulssi read: the vectors through the program itself, what it says of mistakes, and many texts at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/command_line.h"

static const char *text_of(const cJSON *one, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(one, member);
    return cJSON_IsString(value) ? value->valuestring : "";
}

/* A member that a vector leaves out is null, or false. */
static bool is_same(const cJSON *said, const cJSON *one, const char *member)
{
    const cJSON *is = cJSON_GetObjectItemCaseSensitive(said, member);
    const cJSON *should_be = cJSON_GetObjectItemCaseSensitive(one, member);
    if (should_be == NULL)
        return cJSON_IsNull(is) || cJSON_IsFalse(is);
    return cJSON_Compare(is, should_be, true);
}

static void the_program_reads_what_the_vectors_say(void **state)
{
    struct error error;
    const cJSON *one;
    (void)state;
    cJSON *root = json_read_file(TEST_SOURCE_DIR "/tests/vectors/replies.json", &error);
    assert_non_null(root);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "cases"))
    {
        RUN("read", "--lang", text_of(one, "lang"), "--kind", text_of(one, "kind"), "--json", "--",
            text_of(one, "text"));
        assert_int_equal(line.said.status, 0);
        cJSON *said = json_parse(line.said.output, strlen(line.said.output), &error);
        if (said == NULL || cJSON_GetArraySize(said) != 4 || !is_same(said, one, "outcome") ||
            !is_same(said, one, "value") || !is_same(said, one, "optout") || !is_same(said, one, "comment"))
            fail_msg("\"%s\" is said to be %s", text_of(one, "text"), line.said.output);
        cJSON_Delete(said);
    }
    cJSON_Delete(root);
}

static void every_kind_has_its_own_values(void **state)
{
    (void)state;
    EXPECT(0, "{\"outcome\":\"answer\",\"value\":7,\"optout\":false,\"comment\":null}\n", "read", "--lang",
           "fi", "--kind", "scale", "--min", "0", "--max", "9", "7", "--json");
    EXPECT(0, "{\"outcome\":\"answer\",\"value\":\"later\",\"optout\":true,\"comment\":null}\n", "read",
           "--lang", "en", "--kind", "choice", "--choices", "now,later", "b) stop", "--json");
    EXPECT(0, "{\"outcome\":\"answer\",\"value\":\"yes\",\"optout\":false,\"comment\":\"gärna\"}\n", "read",
           "--lang", "sv", "--kind", "volunteer", "Ja, gärna ", "--json");
    EXPECT(0, "{\"outcome\":\"answer\",\"value\":\"5 on \\\"hyvä\\\"\",\"optout\":false,\"comment\":null}\n",
           "read", "--lang", "fi", "--kind", "text", "5 on \"hyvä\"", "--json");
    EXPECT(0, "{\"outcome\":\"comment\",\"value\":null,\"optout\":false,\"comment\":\"moi vaan\"}\n", "read",
           "--lang", "fi", "--kind", "none", " moi vaan ", "--json");
    EXPECT(0, "{\"outcome\":\"distress\",\"value\":2,\"optout\":false,\"comment\":null}\n", "read", "--lang",
           "en", "--kind", "scale", "2 I want to die", "--json");
    EXPECT(0, "answer 5, comment \"mutta odotin\"\n", "read", "--lang", "fi", "--kind", "scale",
           "5 mutta odotin");
    EXPECT(0, "answer 5, and opts out\n", "read", "--lang", "fi", "--kind", "scale", "5 stop");
    EXPECT(0, "optout\n", "read", "--lang", "fi", "--kind", "scale", "stop");
}

static void mistakes_name_the_option_and_what_to_say(void **state)
{
    (void)state;
    EXPECT(2, "--kind: missing", "read", "--lang", "fi", "5");
    EXPECT(2, "TEXT: missing", "read", "--lang", "fi", "--kind", "scale");
    EXPECT(1, "--lang: there is no language de; say one of en, fi, sv", "read", "--lang", "de", "--kind",
           "scale", "5");
    EXPECT(1, "--kind: there is no kind stars; say scale, yesno, choice, volunteer, text or none", "read",
           "--lang", "fi", "--kind", "stars", "5");
    EXPECT(1, "--max: 3 is not more than --min, which is 3", "read", "--lang", "fi", "--kind", "scale",
           "--min", "3", "--max", "3", "5");
    EXPECT(1, "--max: is for --kind scale", "read", "--lang", "fi", "--kind", "yesno", "--max", "3", "5");
    EXPECT(1, "--choices: is for --kind choice", "read", "--lang", "fi", "--kind", "yesno", "--choices",
           "a,b", "5");
    EXPECT(1, "--choices: expected 2 to 9 options", "read", "--lang", "fi", "--kind", "choice", "--choices",
           "a", "5");
    EXPECT(1, "--choices: expected 2 to 9 options", "read", "--lang", "fi", "--kind", "choice", "--choices",
           "a,,b", "5");
    EXPECT(1, "TEXT: not valid UTF-8", "read", "--lang", "fi", "--kind", "scale", "5\xC3");
    EXPECT(1, "--lines reads standard input", "read", "--lang", "fi", "--kind", "scale", "--lines", "5");
}

static int say_of_input(const char *options, const char *bytes, char out[512])
{
    char command[700];
    folder_write(line.folder, "input", bytes, NULL);
    snprintf(command, sizeof command, "'%s' read --lang fi --kind scale %s - <'%s/input' 2>&1", line.program,
             options, line.folder);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): the shell gives it the file */
    assert_non_null(pipe);
    size_t count = fread(out, 1, 511, pipe);
    out[count] = '\0';
    return pclose(pipe);
}

static void a_dash_reads_standard_input(void **state)
{
    char said[512];
    (void)state;
    assert_int_equal(say_of_input("", "5\nmutta odotin\n", said), 0);
    assert_string_equal(said, "answer 5, comment \"mutta odotin\"\n");
    assert_int_equal(say_of_input("--lines", "5\n\nstop\nviisi", said), 0);
    assert_string_equal(said, "answer 5\nunclear\noptout\nanswer 5\n");
    assert_int_not_equal(say_of_input("--lines", "5\n\xC3\n", said), 0);
    assert_non_null(strstr(said, "line 2: TEXT: not valid UTF-8"));
}

static void words_that_cannot_be_read_are_named(void **state)
{
    char folder[256], command[800];
    (void)state;
    snprintf(folder, sizeof folder, "%s/share", line.folder);
    snprintf(command, sizeof command, "mkdir -p '%s/messages'", folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
    snprintf(command, sizeof command, "[pulssi]\nshare_folder = %s\n", folder);
    folder_write(line.folder, "pulssi.conf", command, NULL);
    EXPECT(1, "messages: there is no file of a language", "read", "--lang", "fi", "--kind", "scale", "5");
    folder_write(line.folder, "share/messages/fi.json", "{\"words\": {\"stop\": [\"seis\"]}}", NULL);
    EXPECT(1, "messages/fi.json: words.stop_verbs: missing", "read", "--lang", "fi", "--kind", "scale", "5");
    folder_write(line.folder, "pulssi.conf", "", NULL);
}

int main(void)
{
    line.program = TEST_BIN_DIR "/pulssi";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_reads_what_the_vectors_say),
        cmocka_unit_test(every_kind_has_its_own_values),
        cmocka_unit_test(mistakes_name_the_option_and_what_to_say),
        cmocka_unit_test(a_dash_reads_standard_input),
        cmocka_unit_test(words_that_cannot_be_read_are_named),
    };
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
