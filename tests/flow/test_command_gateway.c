/* pulssi gateway list and check: what an operator sees of the profiles, and what is said of one that is wrong. */
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

#define PROFILE(name) TEST_SOURCE_DIR "/config/gateways/" name ".json"

static int no_settings(void **state)
{
    (void)state;
    folder_write(line.folder, "pulssi.conf", "", NULL);
    return 0;
}

static void every_profile_is_listed(void **state)
{
    static const char *const names[] = {"46elks",    "gatewayapi", "infobip", "kannel", "link",
                                        "simulator", "sinch",      "telnyx",  "twilio", "vonage"};
    struct error error;
    (void)state;
    RUN("gateway", "list", "--json");
    assert_int_equal(line.said.status, 0);
    cJSON *said = json_parse(line.said.output, strlen(line.said.output), &error);
    const cJSON *profiles = cJSON_GetObjectItemCaseSensitive(said, "profiles");
    assert_int_equal(cJSON_GetArraySize(profiles), sizeof names / sizeof names[0]);
    for (int i = 0; i < cJSON_GetArraySize(profiles); i++)
        assert_string_equal(
            cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(profiles, i), "profile")->valuestring,
            names[i]);
    cJSON_Delete(said);
    EXPECT(0, "United States, outside the EU", "gateway", "list");
    EXPECT(0, "1000  none", "gateway", "list");
    EXPECT(0, "user secret public_url webhook_user webhook_password", "gateway", "list");
}

static void a_profile_that_is_right_is_shown(void **state)
{
    (void)state;
    EXPECT(0, "messages a request 100", "gateway", "check", PROFILE("infobip"));
    EXPECT(0, "it dedupes by our id", "gateway", "check", "infobip");
    EXPECT(0, "signed: ed25519; answered 200", "gateway", "check", "telnyx");
    EXPECT(0,
           "\"profile\":\"telnyx\",\"region\":\"United "
           "States\",\"outside_eu\":true,\"simulator\":false,\"batch_max\":1,"
           "\"dedupes\":false,\"signature\":\"ed25519\",\"answer_status\":200,\"answer_deadline_ms\":2000,"
           "\"sender_names\":true,\"rate_per_s\":0,\"needs\":\"secret public_url webhook_secret\"}",
           "gateway", "check", "telnyx", "--json");
}

static void a_profile_that_is_wrong_is_refused_with_its_path(void **state)
{
    char path[160];
    (void)state;
    snprintf(path, sizeof path, "%s/mine.json", line.folder);
    folder_write(line.folder, "mine.json", "{\"kind\":\"provider\",\"region\":\"x\",\"outside_eu\":false,",
                 NULL);
    EXPECT(1, "mine.json: line 1, column ", "gateway", "check", path);
    folder_write(
        line.folder, "mine.json",
        "{\"kind\":\"provider\",\"region\":\"x\",\"outside_eu\":false,\"request\":{\"method\":\"POST\","
        "\"url\":\"{url}\",\"headers\":{},\"json\":{\"a\":[{\"b\":\"{secret}\"}]}}}",
        NULL);
    EXPECT(1, "mine.json: request.json.a[0].b: {secret} has no place here", "gateway", "check", path);
    EXPECT(1, "nobody.json", "gateway", "check", "nobody");
    EXPECT(2, "PROFILE: missing", "gateway", "check");
}

static void the_settings_of_its_gateways_are_looked_at(void **state)
{
    (void)state;
    folder_write(line.folder, "pulssi.conf",
                 "[gateway:main]\nprofile = twilio\nurl = https://api.twilio.com\nuser = AC1\nsecret = s\n"
                 "public_url = https://sms.example\nwebhook_token = 0123456789abcdef\nwebhook_secret = s\n",
                 NULL);
    EXPECT(1,
           "[gateway:main] outside_eu: the gateway profile \"twilio\" keeps data outside the European Union",
           "gateway", "check", "twilio");
    EXPECT(0, "gateway profile telnyx: ok", "gateway", "check", "telnyx"); /* no gateway uses it */
}

int main(void)
{
    line.program = TEST_BIN_DIR "/pulssi";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_profile_is_listed, no_settings),
        cmocka_unit_test_setup(a_profile_that_is_right_is_shown, no_settings),
        cmocka_unit_test_setup(a_profile_that_is_wrong_is_refused_with_its_path, no_settings),
        cmocka_unit_test_setup(the_settings_of_its_gateways_are_looked_at, no_settings),
    };
    return cmocka_run_group_tests(tests, command_line_start, command_line_stop);
}
