/* Settings: defaults, file, environment, refusals with their place, and the sample kept in config/. */
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
#include "base/settings.h"

#define FILE_NAME "pulssi.conf"
#define GATEWAY   "[gateway:simulator]\nurl = http://127.0.0.1:8089\nwebhook_token = 0123456789abcdef\n"

extern char **environ;
static char folder[] = "/tmp/pulssi-settings-XXXXXX";

/* Tests see no variable of whoever runs them, and short paths in errors. */
static int enter_folder(void **state)
{
    (void)state;
    if (clearenv() != 0 || mkdtemp(folder) == NULL)
        return -1;
    return chdir(folder);
}

static int leave_folder(void **state)
{
    (void)state;
    (void)unlink(FILE_NAME);
    return rmdir(folder);
}

static bool load(const char *content, struct settings *settings, struct error *error)
{
    assert_true(file_replace(FILE_NAME, content, strlen(content), 0600, error));
    *error = (struct error){""};
    return settings_load(settings, FILE_NAME, error);
}

static void defaults_hold_without_a_file(void **state)
{
    (void)state;
    struct settings settings;
    struct error error;
    char address[320];
    assert_true(settings_load(&settings, NULL, &error));
    assert_string_equal(settings.data_folder, "data");
    assert_string_equal(settings.share_folder, PULSSI_SHARE_DIR);
    assert_int_equal(settings.lease_ms, 60000);
    assert_int_equal(settings.collector_port, 8088);
    assert_string_equal(settings.collector_address, "127.0.0.1");
    assert_int_equal(settings.reply_window_days, 7);
    assert_int_equal(settings.grace_hours, 24);
    assert_int_equal(settings.gateways_count, 0);
    settings_redis_address(&settings, address);
    assert_string_equal(address, "unix:data/redis/redis.sock");
    assert_false(settings_load(&settings, "no/such/file", &error));
    assert_non_null(strstr(error.text, "no/such/file"));
}

static void a_file_is_read(void **state)
{
    (void)state;
    struct settings settings;
    struct error error;
    char address[320];
    char long_token[129];
    struct text content = {0};
    memset(long_token, 't', 128);
    long_token[128] = '\0';
    text_addf(
        &content,
        "\xEF\xBB\xBF# comment\r\n; comment\n\n[redis]\r\n  address = tcp:127.0.0.1:6379  \r\n"
        "password = a ;b # c = d:e\n[dispatcher]\nlease_ms=2000\nclaim_max: 7\n[redis]\ndeadline_ms\t=\t100\n"
        "[gateway:national-sms]\nurl = https://sms.example/%0*d\nwebhook_token = %s\nprofile = kannel\n"
        "secret =\n" GATEWAY,
        200, 0, long_token);
    if (!load(content.chars, &settings, &error))
        fail_msg("%s", error.text);
    settings_redis_address(&settings, address);
    assert_string_equal(address, "tcp:127.0.0.1:6379");
    assert_string_equal(settings.redis_password, "a ;b # c = d:e");
    assert_int_equal(settings.lease_ms, 2000);
    assert_int_equal(settings.claim_max, 7);
    assert_int_equal(settings.redis_deadline_ms, 100);
    assert_int_equal(settings.gateways_count, 2);
    const struct gateway_settings *gateway = settings_gateway(&settings, "national-sms");
    assert_non_null(gateway);
    assert_string_equal(gateway->profile, "kannel");
    assert_string_equal(gateway->webhook_token, long_token);
    assert_int_equal(strlen(gateway->url), 220); /* libinih alone would have cut the line */
    assert_int_equal(gateway->rate_segments, 10);
    gateway = settings_gateway(&settings, "simulator");
    assert_non_null(gateway);
    assert_string_equal(gateway->profile, "simulator");
    assert_null(settings_gateway(&settings, "other"));
    text_free(&content);
}

static void wrong_files_are_refused_with_line_key_and_range(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        const char *error;
    } cases[] = {
        {"# x\n\n[dispatcher]\nlease_ms = 5\n",
         "pulssi.conf:4: [dispatcher] lease_ms = 5: must be 2000..600000 ms"},
        {"[dispatcher]\nlease_ms = 60 000\n",
         "pulssi.conf:2: [dispatcher] lease_ms = 60 000: must be 2000..600000 ms"},
        {"[dispatcher]\nlease_ms =\n", "pulssi.conf:2: [dispatcher] lease_ms = : must be 2000..600000 ms"},
        {"[dispatcher]\nlease_ms = 3000 ; soon\n",
         "pulssi.conf:2: [dispatcher] lease_ms = 3000 ; soon: must be 2000..600000 ms"},
        {"[dispatcher]\nclaim_max = 129\n", "pulssi.conf:2: [dispatcher] claim_max = 129: must be 1..128"},
        {"[dispatcher]\nlease_sec = 60\n", "pulssi.conf:2: [dispatcher] lease_sec: unknown key"},
        {"[dispatcher]\n\n[dispatch]\n", "pulssi.conf:3: [dispatch]: unknown section"},
        {"[gateway]\nurl = x\n", "pulssi.conf:1: [gateway]: unknown section"},
        {"lease_ms = 3000\n", "pulssi.conf:1: a key before the first [section]"},
        {"[redis]\naddress = a\n[redis]\naddress = a\n",
         "pulssi.conf:4: [redis] address: given before, on line 2"},
        {"[redis]\naddress\n", "pulssi.conf:2: expected [section] or key = value"},
        {"[redis]\nnonsense\nunknown = 1\n", "pulssi.conf:2: expected [section] or key = value"},
        {"[redis] address = a\n", "pulssi.conf:1: expected [section] alone on its line"},
        {"[redis\n", "pulssi.conf:1: expected [section] alone on its line"},
        {"[pulssi]\ndata_folder =\n",
         "pulssi.conf:2: [pulssi] data_folder: must be UTF-8 text of 1..255 bytes"},
        {"[pulssi]\ndata_folder = \xFF\n", "pulssi.conf: must be UTF-8 text"},
        {"[gateway:Sim]\n",
         "pulssi.conf:1: [gateway:Sim]: the name must be 1..32 of a-z 0-9 and -, beginning with a letter"},
        {"[gateway:sim]\nrate_segments = -1\n",
         "pulssi.conf:2: [gateway:sim] rate_segments = -1: must be 0..10000 segments/s"},
        {"[redis]\n[gateway:sim]\nwebhook_token = 0123456789abcdef\n",
         "pulssi.conf:2: [gateway:sim] url: missing"},
        {"[gateway:sim]\nurl = http://a\n", "pulssi.conf:1: [gateway:sim] webhook_token: missing"},
        {"[gateway:sim]\nurl = http://a\nwebhook_token = 0123456789abcde\n",
         "pulssi.conf:1: [gateway:sim] webhook_token: must be at least 16 characters"},
        {"[gateway:sim]\nurl = http://a\nwebhook_token = 0123456789abcde/\n",
         "pulssi.conf:1: [gateway:sim] webhook_token: may hold A-Z a-z 0-9 . _ ~ - only"},
        {"[gateway:sim]\nurl = http://a/\nwebhook_token = 0123456789abcdef\n",
         "pulssi.conf:1: [gateway:sim] url: must begin with http:// or https:// and not end with /"},
        {"[gateway:sim]\nurl = http://a\npublic_url = http://b/\n",
         "pulssi.conf:1: [gateway:sim] public_url: must begin with http:// or https://, not end with / and "
         "hold only A-Z a-z 0-9 . _ ~ - : / [ ]"},
        {"[gateway:sim]\nurl = http://a\npublic_url = https://b/%41\n",
         "pulssi.conf:1: [gateway:sim] public_url: must begin with http:// or https://, not end with / and "
         "hold only A-Z a-z 0-9 . _ ~ - : / [ ]"},
        {"[gateway:sim]\nurl = http://a\npublic_url = b:80\n",
         "pulssi.conf:1: [gateway:sim] public_url: must begin with http:// or https://, not end with / and "
         "hold only A-Z a-z 0-9 . _ ~ - : / [ ]"},
        {"[gateway:sim]\nurl = http://a\nuser = a\tb\n",
         "pulssi.conf:1: [gateway:sim] user, secret: may not hold control characters"},
        {"[gateway:sim]\nurl = http://eu.example@us.example\nwebhook_token = 0123456789abcdef\n",
         "pulssi.conf:1: [gateway:sim] url: may hold only A-Z a-z 0-9 . _ ~ - : / [ ]"},
        {"[gateway:sim]\nurl = http://u s.example\nwebhook_token = 0123456789abcdef\n",
         "pulssi.conf:1: [gateway:sim] url: may hold only A-Z a-z 0-9 . _ ~ - : / [ ]"},
        {"[gateway:sim]\nurl = ftp://a\nwebhook_token = 0123456789abcdef\n",
         "pulssi.conf:1: [gateway:sim] url: must begin with http:// or https:// and not end with /"},
        {"[gateway:a]\n[gateway:b]\n[gateway:c]\n[gateway:d]\n[gateway:e]\n[gateway:f]\n[gateway:g]\n["
         "gateway:h]\n"
         "[gateway:i]\n",
         "pulssi.conf:9: [gateway:i]: more than 8 gateways"},
        {"[survey]\nreply_window_days = 14\n", "settings: [survey] reply_window_days = 14: with [rollup] "
                                               "grace_hours = 24 a week would close before "
                                               "its last pulses do; at most 7 days and the grace"},
        {"[survey]\nreply_window_days = 10\n[rollup]\ngrace_hours = 120\n",
         "settings: [survey] reply_window_days and [rollup] grace_hours: together 360 hours, but replies are "
         "recognised as duplicates for 336 hours only; shorten one of them"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings settings;
        struct error error;
        assert_false(load(cases[i].content, &settings, &error));
        assert_string_equal(error.text, cases[i].error);
    }
}

static void the_longest_window_that_fits_is_taken(void **state)
{
    (void)state;
    struct settings settings;
    struct error error;
    static const struct {
        const char *content;
        bool fits;
    } cases[] = {{"[survey]\nreply_window_days = 8\n[rollup]\ngrace_hours = 24\n", true},
                 {"[survey]\nreply_window_days = 8\n[rollup]\ngrace_hours = 23\n", false},
                 {"[survey]\nreply_window_days = 10\n[rollup]\ngrace_hours = 96\n", true},
                 {"[survey]\nreply_window_days = 10\n[rollup]\ngrace_hours = 97\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(load(cases[i].content, &settings, &error), cases[i].fits);
    }
}

static void lines_over_a_thousand_bytes_are_refused(void **state)
{
    (void)state;
    for (int bytes = 1000; bytes <= 1001; bytes++) {
        struct settings settings;
        struct error error;
        struct text content = {0};
        text_addf(&content, "[redis]\n#%0*d\n", bytes - 1, 0);
        assert_int_equal(load(content.chars, &settings, &error), bytes == 1000);
        assert_string_equal(error.text,
                            bytes == 1000 ? "" : "pulssi.conf:2: the line is longer than 1000 bytes");
        text_free(&content);
    }
}

static void secrets_are_not_echoed(void **state)
{
    (void)state;
    static const char *const formats[] = {
        "[redis]\npassword = hush%0200d\n",  "[gateway:sim]\nsecret = hush%0200d\n",
        "[gateway:sim]\nurl = hush%0300d\n", "[gateway:sim]\nurl = http://a\nwebhook_token = hush/%0100d\n",
        "[redis]\npasswort = hush%0200d\n",
    };
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct settings settings;
        struct error error;
        char content[400];
        (void)snprintf(content, sizeof(content), formats[i], 0);
        assert_false(load(content, &settings, &error));
        assert_null(strstr(error.text, "hush"));
    }
}

static void the_environment_overrides_the_file(void **state)
{
    (void)state;
    struct settings settings;
    struct error error;
    assert_int_equal(setenv("PULSSI_DISPATCHER_LEASE_MS", "4000", 1), 0);
    assert_int_equal(setenv("PULSSI_REDIS_ADDRESS", "unix:/run/redis.sock", 1), 0);
    assert_int_equal(setenv("PULSSI_CONFIG", "anything", 1), 0);
    assert_int_equal(setenv("PULSSI_SHARE_DIR", "/opt/share", 1), 0);
    assert_int_equal(setenv("PULSSI_GATEWAY_SIMULATOR_SECRET", "s", 1), 0);
    assert_int_equal(setenv("PULSSI_GATEWAY_NEW_ONE_URL", "http://b", 1), 0);
    assert_int_equal(setenv("PULSSI_GATEWAY_NEW_ONE_WEBHOOK_TOKEN", "fedcba9876543210", 1), 0);
    assert_int_equal(setenv("OTHER_PULSSI_X", "1", 1), 0);
    bool done = load("[dispatcher]\nlease_ms = 3000\n" GATEWAY, &settings, &error);
    assert_int_equal(clearenv(), 0);
    if (!done)
        fail_msg("%s", error.text);
    assert_int_equal(settings.lease_ms, 4000);
    assert_string_equal(settings.redis_address, "unix:/run/redis.sock");
    assert_string_equal(settings.share_folder, "/opt/share");
    assert_int_equal(settings.gateways_count, 2);
    assert_string_equal(settings_gateway(&settings, "simulator")->secret, "s");
    const struct gateway_settings *gateway = settings_gateway(&settings, "new-one");
    assert_non_null(gateway);
    assert_string_equal(gateway->url, "http://b");
    assert_string_equal(gateway->webhook_token, "fedcba9876543210");
    assert_string_equal(gateway->profile, "new-one");
    assert_int_equal(gateway->rate_segments, 10);
}

static void wrong_variables_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *error;
    } cases[] = {
        {"PULSSI_DISPATCHER_LEASE_MS", "5",
         "PULSSI_DISPATCHER_LEASE_MS: [dispatcher] lease_ms = 5: must be 2000..600000 ms"},
        {"PULSSI_DISPATCHER_LEASE", "5",
         "PULSSI_DISPATCHER_LEASE: unknown variable: no such section and key"},
        {"PULSSI_REDIS_ADDRESS_X", "5", "PULSSI_REDIS_ADDRESS_X: unknown variable: no such section and key"},
        {"PULSSI_dispatcher_lease_ms", "5",
         "PULSSI_dispatcher_lease_ms: unknown variable: no such section and key"},
        {"PULSSI_GATEWAY_URL", "x",
         "PULSSI_GATEWAY_URL: unknown variable: expected PULSSI_GATEWAY_<NAME>_<KEY>"},
        {"PULSSI_GATEWAY_SIM_PORT", "x",
         "PULSSI_GATEWAY_SIM_PORT: unknown variable: expected PULSSI_GATEWAY_<NAME>_<KEY>"},
        {"PULSSI_GATEWAY_SIM_PUBLIC_URL", "http://a", "settings: [gateway:sim] url: missing"},
        {"PULSSI_GATEWAY_SIM_URL", "http://a", "settings: [gateway:sim] webhook_token: missing"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct settings settings;
        struct error error;
        assert_int_equal(setenv(cases[i].name, cases[i].value, 1), 0);
        bool done = settings_load(&settings, NULL, &error);
        assert_int_equal(clearenv(), 0);
        assert_false(done);
        assert_string_equal(error.text, cases[i].error);
    }
}

static void the_sample_is_the_one_in_config(void **state)
{
    (void)state;
    struct text sample = {0};
    struct text file = {0};
    struct error error;
    settings_sample(&sample);
    if (!file_read(TEST_SOURCE_DIR "/config/pulssi.conf", 1 << 20, &file, &error))
        fail_msg("%s", error.text);
    assert_string_equal(file.chars, sample.chars);
    text_free(&file);
    text_free(&sample);
}

static void the_sample_uncommented_gives_the_defaults(void **state)
{
    (void)state;
    struct text sample = {0};
    struct text bare = {0};
    struct settings settings;
    struct settings defaults;
    struct error error;
    settings_sample(&sample);
    for (const char *line = sample.chars; *line != '\0'; line = strchr(line, '\n') + 1) {
        bool key = line[0] == '#' && line[1] != ' ';
        text_add_bytes(&bare, line + (key ? 1 : 0), (size_t)(strchr(line, '\n') + 1 - line) - (key ? 1 : 0));
        if (strncmp(line, "#webhook_token =", 16) == 0) { /* the one thing a sample must not give */
            bare.bytes--;
            text_add(&bare, " 0123456789abcdef\n");
        }
    }
    if (!load(bare.chars, &settings, &error))
        fail_msg("%s", error.text);
    assert_int_equal(settings.gateways_count, 1);
    assert_string_equal(settings.gateways[0].name, "simulator");
    assert_int_equal(settings.gateways[0].rate_segments, 0);
    assert_true(settings_load(&defaults, NULL, &error));
    assert_string_equal(settings.share_folder, "/usr/share/pulssi");
    assert_string_equal(settings.data_folder, defaults.data_folder);
    assert_string_equal(settings.collector_address, defaults.collector_address);
    assert_int_equal(settings.body_bytes_max, defaults.body_bytes_max);
    assert_int_equal(settings.lease_ms, defaults.lease_ms);
    assert_int_equal(settings.grace_hours, defaults.grace_hours);
    text_free(&bare);
    text_free(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold_without_a_file),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(wrong_files_are_refused_with_line_key_and_range),
        cmocka_unit_test(the_longest_window_that_fits_is_taken),
        cmocka_unit_test(lines_over_a_thousand_bytes_are_refused),
        cmocka_unit_test(secrets_are_not_echoed),
        cmocka_unit_test(the_environment_overrides_the_file),
        cmocka_unit_test(wrong_variables_are_refused_by_name),
        cmocka_unit_test(the_sample_is_the_one_in_config),
        cmocka_unit_test(the_sample_uncommented_gives_the_defaults),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
