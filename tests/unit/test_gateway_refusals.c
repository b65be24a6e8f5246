/* What a gateway profile may not say: every case of tests/vectors/gateways/refused.json is refused with its path and
 * reason. What the settings of its gateway must give. Positions in an answer, which no profile that ships goes by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "gateway/profile.h"
#include "gateway/submit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static cJSON *profile_tree(const char *name)
{
    struct error error = {""};
    char path[512];
    snprintf(path, sizeof path, "%s/config/gateways/%s.json", TEST_SOURCE_DIR, name);
    cJSON *tree = json_read_file(path, &error);
    if (tree == NULL)
        fail_msg("%s", error.text);
    return tree;
}

static struct profile *tree_parse(const cJSON *tree, struct error *error)
{
    struct text json = {0};
    json_print(tree, &json);
    struct profile *profile = profile_parse(json.chars, json.bytes, error);
    text_free(&json);
    return profile;
}

/* --- what it may not say --- */

static void member_change(cJSON *tree, const cJSON *one)
{
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(one, "path");
    const cJSON *set = cJSON_GetObjectItemCaseSensitive(one, "set");
    int steps = cJSON_GetArraySize(path);
    for (int i = 0; i + 1 < steps; i++) {
        const cJSON *step = cJSON_GetArrayItem(path, i);
        tree = cJSON_IsString(step) ? cJSON_GetObjectItemCaseSensitive(tree, step->valuestring)
                                    : cJSON_GetArrayItem(tree, step->valueint);
        assert_non_null(tree);
    }
    const char *last = cJSON_GetArrayItem(path, steps - 1)->valuestring;
    if (set == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(tree, last);
    else if (cJSON_GetObjectItemCaseSensitive(tree, last) == NULL)
        cJSON_AddItemToObject(tree, last, cJSON_Duplicate(set, true));
    else
        cJSON_ReplaceItemInObjectCaseSensitive(tree, last, cJSON_Duplicate(set, true));
}

static void a_profile_is_refused_with_path_and_reason(void **state)
{
    (void)state;
    struct error error = {""};
    cJSON *vectors = json_read_file(TEST_VECTORS "/gateways/refused.json", &error);
    assert_non_null(vectors);
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(vectors, "cases"), *one = NULL;
    assert_true(cJSON_GetArraySize(cases) > 50);
    cJSON_ArrayForEach(one, cases)
    {
        const char *name = cJSON_GetObjectItemCaseSensitive(one, "profile")->valuestring;
        const char *wanted = cJSON_GetObjectItemCaseSensitive(one, "error")->valuestring;
        cJSON *tree = profile_tree(name);
        member_change(tree, one);
        struct profile *profile = tree_parse(tree, &error);
        if (profile != NULL)
            fail_msg("%s: accepted, not \"%s\"", name, wanted);
        if (strncmp(error.text, wanted, strlen(wanted)) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", name, error.text, wanted);
        cJSON_Delete(tree);
    }
    cJSON_Delete(vectors);
}

/* --- what it needs --- */

static void settings_must_give_what_a_profile_needs(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *url, *parameters, *outside_eu, *error;
    } cases[] = {
        {"link", "https://x.linkmobility.io", "platform=A partner=B gate=C", "", NULL},
        {"link", "https://x.linkmobility.io", "gate=C partner=B platform=A more=D", "", NULL},
        {"link", "https://x.linkmobility.io", "platform=A gate=C", "",
         "[gateway:g] parameters: partner=… is missing, the gateway profile \"link\" needs it"},
        {"link", "https://x.linkmobility.io", "platform=A partner= gate=C", "",
         "[gateway:g] parameters: partner=… is missing"},
        {"link", "https://x.linkmobility.io", "xpartner=B platform=A gate=C", "",
         "[gateway:g] parameters: partner=… is missing"},
        {"link", "https://x.linkmobility.io", "platforms=A partner=B gate=C", "",
         "[gateway:g] parameters: platform=… is missing"},
        {"twilio", "https://api.twilio.com", "", "yes", NULL},
        {"twilio", "https://api.twilio.com", "", "no",
         "[gateway:g] outside_eu: the gateway profile \"twilio\" keeps data outside the European Union "
         "(United "
         "States); if that is lawful, say outside_eu = yes"},
        {"twilio", "https://api.twilio.com", "", "", "[gateway:g] outside_eu: "},
        {"sinch", "https://eu.sms.api.sinch.com", "", "", NULL},
        {"sinch", "https://us.sms.api.sinch.com", "", "", "[gateway:g] outside_eu: "},
        {"sinch", "https://us.sms.api.sinch.com", "", "yes", NULL},
        {"sinch", "https://US.sms.api.sinch.com", "", "", "[gateway:g] outside_eu: "},
        {"sinch", "http://us.sms.api.sinch.com", "", "", "[gateway:g] outside_eu: "},
        {"gatewayapi", "https://messaging.gatewayapi.com", "", "", "[gateway:g] outside_eu: "},
        {"infobip", "https://a.api.infobip.com", "", "", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error error = {""};
        struct settings settings = {.gateways_count = 1};
        struct gateway_settings *gateway = &settings.gateways[0];
        *gateway = (struct gateway_settings){.name = "g",
                                             .user = "u",
                                             .secret = "s",
                                             .public_url = "https://sms.example",
                                             .webhook_secret = "w",
                                             .webhook_user = "u",
                                             .webhook_password = "p"};
        snprintf(settings.share_folder, sizeof settings.share_folder, "%s/config", TEST_SOURCE_DIR);
        snprintf(gateway->profile, sizeof gateway->profile, "%s", cases[i].profile);
        snprintf(gateway->url, sizeof gateway->url, "%s", cases[i].url);
        snprintf(gateway->parameters, sizeof gateway->parameters, "%s", cases[i].parameters);
        snprintf(gateway->outside_eu, sizeof gateway->outside_eu, "%s", cases[i].outside_eu);
        struct profile *profile = profile_load(&settings, cases[i].profile, &error);
        if ((profile == NULL) != (cases[i].error != NULL) ||
            (cases[i].error != NULL && strncmp(error.text, cases[i].error, strlen(cases[i].error)) != 0))
            fail_msg("case %zu: \"%s\"", i, error.text);
        profile_free(&profile);
    }
}

static void what_a_profile_needs_is_listed_once(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *keys;
    } cases[] = {
        {"kannel", "user secret public_url"},
        {"twilio", "user secret public_url webhook_secret"},
        {"link", "user secret parameters"},
        {"46elks", "user secret public_url webhook_user webhook_password"},
        {"gatewayapi", "secret webhook_secret"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error error = {""};
        struct text keys = {0};
        cJSON *tree = profile_tree(cases[i].profile);
        struct profile *profile = tree_parse(tree, &error);
        assert_non_null(profile);
        profile_needs(profile, &keys);
        assert_string_equal(keys.chars, cases[i].keys);
        text_free(&keys);
        profile_free(&profile);
        cJSON_Delete(tree);
    }
}

/* --- names that mean something elsewhere --- */

static void a_single_messages_tree_may_have_any_names(void **state)
{
    (void)state;
    struct error error = {""};
    struct submit_request request = {0};
    const struct gateway_settings gateway = {.url = "https://x", .user = "u", .secret = "s"};
    const struct submit_fields fields = {
        .id = "m1", .sender = "1", .to = "+358401234567", .encoding = "gsm7"};
    for (int i = 0; i < 2; i++) {
        cJSON *tree = profile_tree(i == 0 ? "sinch" : "link");
        cJSON *request_tree = cJSON_GetObjectItemCaseSensitive(tree, "request");
        cJSON *single = cJSON_CreateObject();
        cJSON_AddStringToObject(single, i == 0 ? "" : "sendRequestMessages", "{id}");
        cJSON_ReplaceItemInObjectCaseSensitive(request_tree, "json", single);
        struct profile *profile = tree_parse(tree, &error);
        assert_non_null(profile);
        submit_request_write(profile, &gateway, &fields, 1, &request);
        assert_string_equal((const char *)request.request.body,
                            i == 0 ? "{\"\":\"m1\"}" : "{\"sendRequestMessages\":\"m1\"}");
        profile_free(&profile);
        cJSON_Delete(tree);
    }
    submit_request_free(&request);
}

/* --- positions --- */

static void without_a_reference_positions_count_when_none_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum submit_outcome outcomes[3];
    } cases[] = {
        {"[{\"messageId\":\"a\",\"resultCode\":1005},{\"messageId\":\"b\",\"resultCode\":2104},"
         "{\"messageId\":\"c\",\"resultCode\":2105}]",
         {SUBMIT_ACCEPTED, SUBMIT_INVALID_NUMBER, SUBMIT_OPTED_OUT}},
        {"[{\"messageId\":\"a\",\"resultCode\":1005},{\"messageId\":\"b\",\"resultCode\":1005},"
         "{\"messageId\":\"c\",\"resultCode\":3}]",
         {SUBMIT_ACCEPTED, SUBMIT_ACCEPTED, SUBMIT_THROTTLED}},
        /* one is too much, or one is missing, and it may be any: nobody else's verdict is taken for a person's */
        {"[{\"messageId\":\"a\",\"resultCode\":1005},{\"messageId\":\"b\",\"resultCode\":1005},"
         "{\"messageId\":\"c\",\"resultCode\":3},{\"messageId\":\"d\",\"resultCode\":2105}]",
         {SUBMIT_UNKNOWN, SUBMIT_UNKNOWN, SUBMIT_UNKNOWN}},
        {"[{\"messageId\":\"a\",\"resultCode\":1005},{\"messageId\":\"b\",\"resultCode\":2105}]",
         {SUBMIT_UNKNOWN, SUBMIT_UNKNOWN, SUBMIT_UNKNOWN}},
        {"[]", {SUBMIT_UNKNOWN, SUBMIT_UNKNOWN, SUBMIT_UNKNOWN}},
    };
    struct error error = {""};
    cJSON *tree = profile_tree("link");
    cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(tree, "accepted"), "ref");
    struct profile *profile = tree_parse(tree, &error);
    assert_non_null(profile);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct submit_fields fields[3] = {{.id = "m1"}, {.id = "m2"}, {.id = "m3"}};
        struct submit_reading readings[3];
        struct http_answer answer = {.fate = HTTP_ANSWERED,
                                     .status = 200,
                                     .body = cases[i].body,
                                     .body_bytes = strlen(cases[i].body),
                                     .retry_after = ""};
        submit_answer_read(profile, &answer, 0, fields, 3, readings);
        for (size_t j = 0; j < 3; j++)
            if (readings[j].outcome != cases[i].outcomes[j])
                fail_msg("case %zu, message %zu: %s", i, j, submit_outcome_name(readings[j].outcome));
    }
    profile_free(&profile);
    cJSON_Delete(tree);
}

/* Looking each message up among so many would hold everybody up. */
static void an_answer_of_too_many_items_is_not_looked_through(void **state)
{
    (void)state;
    static const struct {
        int items;
        enum submit_outcome outcome;
    } cases[] = {{1000, SUBMIT_ACCEPTED}, {1001, SUBMIT_UNKNOWN}};
    struct error error = {""};
    cJSON *tree = profile_tree("link");
    struct profile *profile = tree_parse(tree, &error);
    assert_non_null(profile);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct submit_fields fields[2] = {{.id = "m1"}, {.id = "m2"}};
        struct submit_reading readings[2];
        struct text body = {0};
        text_add(&body, "[{\"messageId\":\"a\",\"refId\":\"m1\",\"resultCode\":1005}");
        for (int j = 1; j < cases[i].items; j++)
            text_add(&body, ",{}");
        text_add(&body, "]");
        struct http_answer answer = {.fate = HTTP_ANSWERED,
                                     .status = 200,
                                     .body = body.chars,
                                     .body_bytes = body.bytes,
                                     .retry_after = ""};
        submit_answer_read(profile, &answer, 0, fields, 2, readings);
        assert_int_equal(readings[0].outcome, cases[i].outcome);
        assert_int_equal(readings[1].outcome, SUBMIT_UNKNOWN);
        text_free(&body);
    }
    profile_free(&profile);
    cJSON_Delete(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_is_refused_with_path_and_reason),
        cmocka_unit_test(settings_must_give_what_a_profile_needs),
        cmocka_unit_test(what_a_profile_needs_is_listed_once),
        cmocka_unit_test(a_single_messages_tree_may_have_any_names),
        cmocka_unit_test(without_a_reference_positions_count_when_none_is_missing),
        cmocka_unit_test(an_answer_of_too_many_items_is_not_looked_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
