/* Message files of an org's languages: all of them, or an error that says which one. Needs no server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/message_files.h"

static struct org example_org(void)
{
    struct org org = {0};
    struct error error = {""};
    cJSON *json = json_read_file(PULSSI_SHARE_DIR "/examples/org.json", &error);
    if (json == NULL || !org_read(&org, json, &error))
        fail_msg("%s", error.text);
    cJSON_Delete(json);
    return org;
}

static const struct settings settings = {.share_folder = PULSSI_SHARE_DIR};

static void every_language_is_read(void **state)
{
    (void)state;
    struct org org = example_org();
    struct error error = {""};
    static struct message_texts texts;
    static struct reply_words words;
    if (!message_texts_load(&settings, &org, &texts, &words, &error))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < org.languages_count; i++) {
        assert_true(texts.text[TEXT_STOP_CONFIRM][i][0] != '\0');
        assert_true(reply_words_has(&words, WORDS_STOP, (int)i, "stop"));
    }
    uint16_t nodes = words.index.nodes_count;
    assert_true(message_texts_load(&settings, &org, NULL, &words, &error));
    assert_int_equal(words.index.nodes_count, nodes); /* read anew, not added */
    assert_true(message_texts_load(&settings, &org, &texts, NULL, &error));
}

static void what_is_missing_or_wrong_is_named(void **state)
{
    (void)state;
    char folder[] = "/tmp/pulssi-messages-XXXXXX", path[128], command[64];
    struct org org = example_org();
    struct error error = {""};
    static struct reply_words words;
    assert_non_null(mkdtemp(folder));
    static struct settings there;
    assert_true(text_copy(there.share_folder, sizeof there.share_folder, folder));
    assert_false(message_texts_load(&there, &org, NULL, &words, &error));
    assert_non_null(strstr(error.text, "/messages/fi.json"));

    snprintf(path, sizeof path, "%s/messages", folder);
    assert_true(file_make_folder(path, &error));
    snprintf(path, sizeof path, "%s/messages/fi.json", folder);
    assert_true(file_replace(path, "{\"help\": 5}", 11, 0600, &error));
    assert_false(message_texts_load(&there, &org, NULL, &words, &error));
    assert_non_null(strstr(error.text, "/messages/fi.json"));
    assert_non_null(strstr(error.text, "stop_confirm"));
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_is_read),
        cmocka_unit_test(what_is_missing_or_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
