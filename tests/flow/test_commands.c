/* The command line: what is not understood is named, settings, Redis, definitions and keys. Exit statuses are
 * kept, the same command twice changes nothing, a refusal writes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/command_line.h"

/* A copy of a file with the first `from` replaced. */
static void edited(const char *path, const char *name, const char *from, const char *to, char path_out[128])
{
    struct text content = {0}, fresh = {0};
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char chunk[4096];
    size_t bytes;
    while ((bytes = fread(chunk, 1, sizeof chunk, file)) > 0)
        text_add_bytes(&content, chunk, bytes);
    fclose(file);
    const char *at = strstr(content.chars, from);
    assert_non_null(at);
    text_add_bytes(&fresh, content.chars, (size_t)(at - content.chars));
    text_add(&fresh, to);
    text_add(&fresh, at + strlen(from));
    folder_write(line.folder, name, fresh.chars, path_out);
    text_free(&content);
    text_free(&fresh);
}

static int make_org(void **state)
{
    command_line_clear(state);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "keys of varkaus are in", "keys", "generate");
    EXPECT(0, "pilot coaching-a: written", "pilot", "put", PILOT_FILE);
    return 0;
}

/* --- the command line itself --- */

static void names_what_it_does_not_understand(void **state)
{
    (void)state;
    EXPECT(2, "frobnicate: unknown command", "frobnicate");
    EXPECT(2, "survey burn: unknown command", "survey", "burn");
    EXPECT(2, "`pulssi survey put` or `pulssi survey activate`", "survey", "burn");
    EXPECT(2, "--colour: unknown option; see pulssi status --help", "status", "--colour");
    EXPECT(2, "FILE: missing; see pulssi org put --help", "org", "put");
    EXPECT(2, "--pilot: missing", "import", "people.csv");
    EXPECT(2, "--pilot: needs a value", "import", "people.csv", "--pilot");
    EXPECT(2, "--org: given twice", "status", "--org", "a", "--org=b");
    EXPECT(2, "second.json: unexpected argument", "org", "put", "first.json", "second.json");
}

static void every_command_has_help_with_usage_options_and_example(void **state)
{
    static const char *const commands[][2] = {
        {"up", NULL},         {"store", "install"},   {"store", "check"},       {"org", "put"},
        {"keys", "generate"}, {"pilot", "put"},       {"survey", "put"},        {"survey", "activate"},
        {"import", NULL},     {"round", "start"},     {"status", NULL},         {"signals", NULL},
        {"books", NULL},      {"settings", "sample"}, {"settings", "check"},    {"token", "add"},
        {"token", "list"},    {"token", "revoke"},    {"person", "find"},       {"person", "export"},
        {"person", "erase"},  {"volunteers", "list"}, {"volunteers", "export"}, {"volunteers", "remove"},
        {"words", "list"},    {"audit", "list"}};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i][1] != NULL)
            RUN(commands[i][0], commands[i][1], "--help");
        else
            RUN(commands[i][0], "--help");
        assert_int_equal(line.said.status, 0);
        assert_non_null(strstr(line.said.output, "Usage: pulssi "));
        assert_non_null(strstr(line.said.output, "Options:"));
        assert_non_null(strstr(line.said.output, "--json"));
        assert_non_null(strstr(line.said.output, "Example:"));
    }
    EXPECT(0, "keys generate", "--help");
    EXPECT(0, "pulssi " PULSSI_VERSION, "--version");
}

static void settings_are_shown_and_checked(void **state)
{
    char path[128];
    (void)state;
    EXPECT(0, "[dispatcher]", "settings", "sample");
    folder_write(line.folder, "good.conf", line.said.output, path);
    EXPECT(0, "ok", "settings", "check", "--config", path);
    folder_write(line.folder, "bad.conf", "[dispatcher]\nlease_ms = 7\n", path);
    EXPECT(1, "lease_ms", "settings", "check", "--config", path);
    EXPECT(1, "absent.conf", "status", "--config", "absent.conf");
}

/* --- Redis --- */

static void unsafe_redis_is_refused_with_the_setting(void **state)
{
    (void)state;
    REDIS_DO("FUNCTION", "FLUSH");
    REDIS_DO("CONFIG", "SET", "appendfsync", "everysec");
    EXPECT(1, "appendfsync", "store", "install");
    EXPECT(1, "FAIL: Redis has `appendfsync everysec`", "store", "check");
    REDIS_DO("CONFIG", "SET", "appendfsync", "always");
    EXPECT(1, "pulssi store install", "status");
    EXPECT(0, "installed", "store", "install");
    REDIS_DO("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    EXPECT(1, "noeviction", "org", "put", ORG_FILE);
    REDIS_DO("CONFIG", "SET", "maxmemory-policy", "noeviction");
    EXPECT(0, "already there", "store", "install");
    EXPECT(0, "data set    ok", "store", "check");
}

static void a_private_redis_that_does_not_run_is_named_with_what_starts_it(void **state)
{
    (void)state;
    char address[320];
    snprintf(address, sizeof address, "%s", getenv("PULSSI_REDIS_ADDRESS"));
    unsetenv("PULSSI_REDIS_ADDRESS");
    EXPECT(1, "does not answer: is `pulssi up` running", "status");
    EXPECT(1, "does not answer: is `pulssi up` running", "adopt");
    EXPECT(1, "does not answer: is `pulssi up` running", "store", "install");
    setenv("PULSSI_REDIS_ADDRESS", address, 1);
}

static void another_data_set_is_refused(void **state)
{
    (void)state;
    REDIS_DO("SET", "pulssi:dataset", "AAAAAAAAAAAA");
    EXPECT(1, "another", "org", "put", ORG_FILE);
    EXPECT(1, "FAIL", "store", "check");
    EXPECT(1, "another", "store", "install");
}

/* --- definitions --- */

static void org_is_put_once_and_errors_name_the_path(void **state)
{
    char path[128];
    (void)state;
    EXPECT(1, "there is no org yet", "status");
    int64_t keys = REDIS_INT("DBSIZE");
    edited(ORG_FILE, "bad.json", "\"gap_days\": 14", "\"gap_days\": \"often\"", path);
    EXPECT(1, "caps.gap_days", "org", "put", path);
    assert_non_null(strstr(line.said.errors, "bad.json"));
    edited(ORG_FILE, "bad.json", "\"name\":", "\"nickname\": \"x\", \"name\":", path);
    EXPECT(1, "nickname", "org", "put", path);
    edited(ORG_FILE, "bad.json", "\"gap_days\": 14", "\"gap_days\": 7", path);
    setenv("PULSSI_SURVEY_REPLY_WINDOW_DAYS", "10", 1);
    setenv("PULSSI_ROLLUP_GRACE_HOURS", "72", 1);
    EXPECT(1, "caps.gap_days: 7 is less than the reply window of 10 days", "org", "put", path);
    unsetenv("PULSSI_SURVEY_REPLY_WINDOW_DAYS");
    unsetenv("PULSSI_ROLLUP_GRACE_HOURS");
    EXPECT(1, "absent.json", "org", "put", "absent.json");
    EXPECT(1, "--org says turku", "org", "put", ORG_FILE, "--org", "turku");
    assert_int_equal(REDIS_INT("DBSIZE"), keys);
    EXPECT(0, "org varkaus: written", "org", "put", ORG_FILE);
    EXPECT(0, "org varkaus: unchanged", "org", "put", ORG_FILE);
    EXPECT(0, "{\"org\":\"varkaus\",\"result\":\"unchanged\"}", "org", "put", ORG_FILE, "--json");
    edited(ORG_FILE, "second.json", "\"varkaus\"", "\"joroinen\"", path);
    EXPECT(0, "org joroinen: written", "org", "put", path);
    EXPECT(1, "there are 2 orgs: say which one with --org", "status");
    EXPECT(0, "joroinen", "status", "--org", "joroinen");
}

static void pilot_needs_its_names(void **state)
{
    char path[128];
    (void)state;
    edited(PILOT_FILE, "bad.json", "\"sv\": \"Jobbsökarcoachning\", ", "", path);
    EXPECT(1, "name.sv", "pilot", "put", path);
    EXPECT(0, "unchanged", "pilot", "put", PILOT_FILE);
}

static void survey_shows_segments_and_never_changes_once_active(void **state)
{
    char path[128];
    (void)state;
    edited(SURVEY_FILE, "bad.json", "\"sv\":", "\"comment\":", path);
    EXPECT(1, "questions[0].text.sv", "survey", "put", path);
    edited(SURVEY_FILE, "bad.json", "Vapaaehtoista,",
           "Vapaaehtoista, ja kerromme keväällä mitä vastausten perusteella muuttui palvelussa,", path);
    EXPECT(1, "questions[0].text.fi: 2 segments", "survey", "put", path);
    edited(SURVEY_FILE, "bad.json", "Auttoiko", "Auttoiko ŝ", path);
    EXPECT(1, "ŝ", "survey", "put", path);
    EXPECT(0, "felt-forward@1: written", "survey", "put", SURVEY_FILE);
    assert_non_null(strstr(line.said.output, "  forward   scale  fi        gsm7        1"));
    EXPECT(1, "no active version", "round", "start", "--pilot", "coaching-a", "--survey", "felt-forward");
    EXPECT(1, "felt-forward@1 is not active", "round", "start", "--pilot", "coaching-a", "--survey",
           "felt-forward@1");
    edited(SURVEY_FILE, "other.json", "0.70", "0.75", path);
    EXPECT(0, "felt-forward@1: written", "survey", "put", path);
    EXPECT(0, "felt-forward@1: written", "survey", "put", SURVEY_FILE);
    EXPECT(1, "felt-forward@2", "survey", "activate", "felt-forward@2");
    EXPECT(0, "felt-forward@1: active", "survey", "activate", "felt-forward@1");
    EXPECT(0, "felt-forward@1: unchanged", "survey", "activate", "felt-forward@1");
    EXPECT(1, "felt-forward@1 is active and cannot change: raise version", "survey", "put", path);
    EXPECT(0, "felt-forward@1: unchanged", "survey", "put", SURVEY_FILE);
    /* from now on the languages stand as the active texts were checked */
    edited(ORG_FILE, "org.json", "\"time_zone\": \"Europe/Helsinki\"", "\"time_zone\": \"Europe/Tallinn\"",
           path);
    EXPECT(1, "languages, time_zone: cannot change", "org", "put", path);
    edited(ORG_FILE, "org.json", "\"gap_days\": 14", "\"gap_days\": 21", path);
    EXPECT(0, "org varkaus: written", "org", "put", path);
}

static void survey_put_tells_the_ways_or_what_is_wrong_with_them(void **state)
{
    static const char *const refused[][2] = {
        {"circle", "questions[1].next: goes in a circle: forward → why → forward"},
        {"dead-branch", "questions[0].next[1]: a dead branch: no answer is left for it"},
        {"missing-language", "questions[0].text.sv: missing; the org's languages are fi, sv, en"},
        {"two-segments-later", "questions[1].text.en: 2 segments, at most 1: 161 septets of 160"},
    };
    (void)state;
    EXPECT(0, "survey meeting@1: written", "survey", "put", TEST_SOURCE_DIR "/config/surveys/meeting.json");
    assert_non_null(strstr(line.said.output, "  join      volunteer  sv        gsm7"));
    assert_non_null(
        strstr(line.said.output, "every way ends:\n  forward 1-2 → why → end\n  forward 3 → end\n"));
    EXPECT(0, "\"ways\":[\"forward 1-2 → why → end\",\"forward 3 → end\",\"forward 4-5 → join → end\"]}",
           "survey", "activate", "meeting@1", "--json");
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/surveys/meaning/%s.json", TEST_VECTORS, refused[i][0]);
        EXPECT(1, refused[i][1], "survey", "put", path);
    }
    EXPECT(1, "survey sample@1", "survey", "activate", "sample@1"); /* nothing of them was kept */
}

/* --- keys --- */

static void keys_are_made_once_and_never_overwritten(void **state)
{
    char path[128], other[128], away[128];
    struct stat status;
    (void)state;
    EXPECT(0, "keys are in place", "keys", "generate");
    snprintf(path, sizeof path, "%s/data/keys/varkaus", line.folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/data/keys/varkaus/hash.key", line.folder);
    snprintf(other, sizeof other, "%s/data/keys/varkaus/reader.secret", line.folder);
    snprintf(away, sizeof away, "%s/reader.secret", line.folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    assert_int_equal(chmod(path, 0644), 0);
    EXPECT(1, "others may read it", "keys", "generate");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(rename(other, away), 0);
    EXPECT(1, "reader.secret is missing", "keys", "generate");
    assert_int_equal(rename(away, other), 0);
    EXPECT(0, "keys are in place", "keys", "generate");
}

static void wrong_keys_are_refused(void **state)
{
    char keys[128], away[128], old_key[144], new_key[144];
    (void)state;
    folder_write(line.folder, "people.csv", "phone,language,age_band,office\n0401234567,fi,18-29,north\n",
                 NULL);
    snprintf(keys, sizeof keys, "%s/data/keys/varkaus", line.folder);
    snprintf(away, sizeof away, "%s/data/keys/away", line.folder);
    assert_int_equal(rename(keys, away), 0);
    EXPECT(1, "restore them from your copy", "keys", "generate");
    EXPECT(1, "hash.key", "import", "people.csv", "--pilot", "coaching-a");

    REDIS_DO("HDEL", "p:{varkaus}:org", "fp_hash", "fp_sealing", "fp_reader");
    EXPECT(1, "no keys yet", "import", "people.csv", "--pilot", "coaching-a");
    EXPECT(0, "keys of varkaus are in", "keys", "generate");
    snprintf(old_key, sizeof old_key, "%s/hash.key", away);
    snprintf(new_key, sizeof new_key, "%s/hash.key", keys);
    assert_int_equal(rename(old_key, new_key), 0);
    EXPECT(1, "wrong key", "import", "people.csv", "--pilot", "coaching-a");
    EXPECT(1, "wrong key", "keys", "generate");
    assert_int_equal(REDIS_INT("EXISTS", "p:{varkaus}:pm:coaching-a"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_it_does_not_understand),
        cmocka_unit_test(every_command_has_help_with_usage_options_and_example),
        cmocka_unit_test(settings_are_shown_and_checked),
        cmocka_unit_test_setup(unsafe_redis_is_refused_with_the_setting, command_line_clear),
        cmocka_unit_test_setup(a_private_redis_that_does_not_run_is_named_with_what_starts_it,
                               command_line_clear),
        cmocka_unit_test_setup(another_data_set_is_refused, command_line_clear),
        cmocka_unit_test_setup(org_is_put_once_and_errors_name_the_path, command_line_clear),
        cmocka_unit_test_setup(pilot_needs_its_names, make_org),
        cmocka_unit_test_setup(survey_shows_segments_and_never_changes_once_active, make_org),
        cmocka_unit_test_setup(survey_put_tells_the_ways_or_what_is_wrong_with_them, make_org),
        cmocka_unit_test_setup(keys_are_made_once_and_never_overwritten, make_org),
        cmocka_unit_test_setup(wrong_keys_are_refused, make_org),
    };
    line.program = TEST_BIN_DIR "/pulssi";
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
