/* Secrets that stand in files of their own, or among the credentials of systemd. */
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

#include "base/file.h"
#include "base/settings.h"

#define GATEWAY "[gateway:sms-fi]\nurl = http://127.0.0.1:8089\n"
#define TOKEN   "0123456789abcdef"

static char folder[] = "/tmp/pulssi-secrets-XXXXXX";
static struct settings settings;
static struct error error;

static int enter_folder(void **state)
{
    (void)state;
    if (clearenv() != 0 || mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    return mkdir("credentials", 0700);
}

static int leave_folder(void **state)
{
    (void)state;
    static const char *const made[] = {"pulssi.conf", "secret", "pipe", "credentials/secret"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        (void)unlink(made[i]);
    return rmdir("credentials") == 0 && chdir("/") == 0 ? rmdir(folder) : -1;
}

/* No variables but those a test sets, and no secret of an earlier one. */
static int begin(void **state)
{
    (void)state;
    (void)unlink("secret");
    (void)unlink("credentials/secret");
    return clearenv();
}

static void put(const char *path, const char *content, unsigned mode)
{
    assert_true(file_replace(path, content, strlen(content), mode, &error));
    assert_int_equal(chmod(path, mode), 0);
}

/* The path of a file in the folder, whole. In a buffer. */
static const char *whole(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Loads settings made of a text in which %s is a path. */
static bool load(const char *format, const char *path)
{
    struct text content = {0};
    for (const char *at = format; *at != '\0'; at++) {
        bool here = strncmp(at, "%s", 2) == 0;
        text_add_bytes(&content, here ? path : at, here ? strlen(path) : 1);
        at += here ? 1 : 0;
    }
    put("pulssi.conf", content.chars != NULL ? content.chars : "", 0600);
    text_free(&content);
    error = (struct error){""};
    return settings_load(&settings, "pulssi.conf", &error);
}

static void expect_refusal(const char *words, const char *secret)
{
    if (strstr(error.text, words) == NULL)
        fail_msg("%s\n... does not say: %s", error.text, words);
    if (secret != NULL && strstr(error.text, secret) != NULL)
        fail_msg("the secret is shown: %s", error.text);
}

static void every_secret_may_stand_in_a_file(void **state)
{
    (void)state;
    put("secret", TOKEN "\n", 0600);
    if (!load("[redis]\npassword_file = %s\n" GATEWAY "secret_file = %s\nwebhook_token_file = %s\n",
              whole("secret")))
        fail_msg("%s", error.text);
    assert_string_equal(settings.redis_password, TOKEN);
    assert_string_equal(settings.gateways[0].secret, TOKEN);
    assert_string_equal(settings.gateways[0].webhook_token, TOKEN);
}

static void one_newline_at_the_end_is_not_part_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *content, *secret;
    } cases[] = {{"a b;c#d", "a b;c#d"},
                 {"hush\n", "hush"},
                 {"hush\r\n", "hush"},
                 {" hush \n", " hush "},
                 {"h\xC3\xA4", "h\xC3\xA4"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("secret", cases[i].content, 0400);
        if (!load("[redis]\npassword_file = %s\n", whole("secret")))
            fail_msg("%s", error.text);
        assert_string_equal(settings.redis_password, cases[i].secret);
    }
}

static void a_secret_may_be_as_long_as_its_setting(void **state)
{
    (void)state;
    for (int bytes = 128; bytes <= 129; bytes++) {
        char content[140];
        snprintf(content, sizeof content, "%0*d\r\n", bytes, 0);
        put("secret", content, 0600);
        assert_int_equal(load("[redis]\npassword_file = %s\n", whole("secret")), bytes == 128);
        assert_int_equal(strlen(settings.redis_password), bytes == 128 ? 128 : 0);
    }
    expect_refusal("pulssi.conf:2: [redis] password_file: /tmp/", NULL);
    expect_refusal("secret: is longer than 128 bytes", NULL);
}

static void the_environment_names_files_too(void **state)
{
    (void)state;
    put("secret", TOKEN "\n", 0600);
    assert_int_equal(setenv("PULSSI_REDIS_PASSWORD_FILE", whole("secret"), 1), 0);
    assert_int_equal(setenv("PULSSI_GATEWAY_SMS_FI_SECRET_FILE", whole("secret"), 1), 0);
    assert_int_equal(setenv("PULSSI_GATEWAY_SMS_FI_WEBHOOK_TOKEN_FILE", whole("secret"), 1), 0);
    if (!load("[redis]\npassword = of the file\n" GATEWAY, ""))
        fail_msg("%s", error.text);
    assert_string_equal(settings.redis_password, TOKEN); /* it overrides, as every variable */
    assert_string_equal(settings.gateways[0].name, "sms-fi");
    assert_string_equal(settings.gateways[0].secret, TOKEN);
    assert_string_equal(settings.gateways[0].webhook_token, TOKEN);
}

static void only_secrets_stand_in_files(void **state)
{
    (void)state;
    put("secret", "x", 0600);
    assert_false(load("[redis]\naddress_file = %s\n", whole("secret")));
    expect_refusal("[redis] address_file: unknown key", NULL);
    assert_int_equal(setenv("PULSSI_REDIS_ADDRESS_FILE", whole("secret"), 1), 0);
    assert_false(load("", ""));
    expect_refusal("PULSSI_REDIS_ADDRESS_FILE: unknown variable", NULL);
    assert_int_equal(clearenv(), 0);
    assert_int_equal(setenv("PULSSI_GATEWAY_SIM_URL_FILE", whole("secret"), 1), 0);
    assert_false(load("", ""));
    expect_refusal("PULSSI_GATEWAY_SIM_URL_FILE: unknown variable", NULL);
}

static void a_secret_that_is_given_twice_is_refused(void **state)
{
    (void)state;
    put("secret", TOKEN, 0600);
    assert_false(load("[redis]\npassword = hush\npassword_file = %s\n", whole("secret")));
    expect_refusal("pulssi.conf:3: [redis] password and password_file: both are given", "hush");
    assert_false(load("[redis]\npassword_file = %s\npassword = hush\n", whole("secret")));
    expect_refusal("pulssi.conf:3: [redis] password and password_file: both are given", "hush");
    assert_false(load("[redis]\npassword_file = %s\npassword_file = %s\n", whole("secret")));
    expect_refusal("pulssi.conf:3: [redis] password_file: given before, on line 2", NULL);
    assert_false(load(GATEWAY "secret = hush\nsecret_file = %s\n", whole("secret")));
    expect_refusal("[gateway:sms-fi] secret and secret_file: both are given", "hush");
    assert_true(load("[redis]\npassword =\npassword_file = %s\n", whole("secret"))); /* empty gives nothing */
    assert_string_equal(settings.redis_password, TOKEN);
    assert_true(load("[redis]\npassword = hush\npassword_file =\n", ""));
    assert_string_equal(settings.redis_password, "hush");
    assert_int_equal(setenv("PULSSI_REDIS_PASSWORD", "hush", 1), 0);
    assert_int_equal(setenv("PULSSI_REDIS_PASSWORD_FILE", whole("secret"), 1), 0);
    assert_false(load("", ""));
    expect_refusal("[redis] password and password_file: both are given", "hush");
}

static void what_is_wrong_with_a_file_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        unsigned mode;
        const char *words;
    } cases[] = {
        {"", 0600, "secret: is empty"},
        {"\n", 0600, "secret: is empty"},
        {"hush\n\n", 0600, "secret: holds control characters"},
        {"hu\nsh", 0600, "secret: holds control characters"},
        {"hu\tsh", 0600, "secret: holds control characters"},
        {"hush\x7f", 0600, "secret: holds control characters"},
        {"hush\xff", 0600, "secret: must be UTF-8 text"},
        {"hush", 0640, "secret: its mode is 0640: the group or others must not get at it"},
        {"hush", 0604, "secret: its mode is 0604"},
        {"hush", 0620, "secret: its mode is 0620"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("secret", cases[i].content, cases[i].mode);
        assert_false(load("[redis]\npassword_file = %s\n", whole("secret")));
        expect_refusal("pulssi.conf:2: [redis] password_file: /tmp/pulssi-secrets-", "hush");
        expect_refusal(cases[i].words, NULL);
    }
    assert_false(load("[redis]\npassword_file = %s\n", whole("absent")));
    expect_refusal("absent: cannot be read: No such file", NULL);
    assert_false(load("[redis]\npassword_file = %s\n", folder));
    expect_refusal("is no ordinary file", NULL);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_false(load("[redis]\npassword_file = %s\n", whole("pipe")));
    expect_refusal("pipe: is no ordinary file", NULL);
    put("secret", "too short", 0600); /* what the setting itself refuses */
    assert_false(load(GATEWAY "webhook_token_file = %s\n", whole("secret")));
    expect_refusal("[gateway:sms-fi] webhook_token: must be at least 16 characters", NULL);
}

static void a_name_that_is_no_path_is_a_credential(void **state)
{
    (void)state;
    assert_false(load("[redis]\npassword_file = secret\n", ""));
    expect_refusal("$CREDENTIALS_DIRECTORY, which is not set", "secret");
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", whole("credentials"), 1), 0);
    put("credentials/secret", TOKEN, 0444); /* systemd guards the folder */
    if (!load("[redis]\npassword_file = secret\n", ""))
        fail_msg("%s", error.text);
    assert_string_equal(settings.redis_password, TOKEN);
    assert_true(load("[redis]\npassword_file = %s\n", whole("credentials/secret")));
    assert_false(load("[redis]\npassword_file = hush\n", "")); /* perhaps the secret itself, by mistake */
    expect_refusal("the credential that is named: cannot be read: No such file", "hush");
    put("credentials/secret", "", 0444);
    assert_false(load("[redis]\npassword_file = secret\n", ""));
    expect_refusal("the credential that is named: is empty", NULL);
    put("secret", TOKEN, 0644);
    assert_false(load("[redis]\npassword_file = ../secret\n", "")); /* outside: nobody guards it */
    expect_refusal("its mode is 0644", NULL);
    assert_false(load("[redis]\npassword_file = %s/../secret\n", whole("credentials")));
    expect_refusal("its mode is 0644", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_secret_may_stand_in_a_file, begin),
        cmocka_unit_test_setup(one_newline_at_the_end_is_not_part_of_it, begin),
        cmocka_unit_test_setup(a_secret_may_be_as_long_as_its_setting, begin),
        cmocka_unit_test_setup(the_environment_names_files_too, begin),
        cmocka_unit_test_setup(only_secrets_stand_in_files, begin),
        cmocka_unit_test_setup(a_secret_that_is_given_twice_is_refused, begin),
        cmocka_unit_test_setup(what_is_wrong_with_a_file_is_said, begin),
        cmocka_unit_test_setup(a_name_that_is_no_path_is_a_credential, begin),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
