/* Who cannot be answered may not ask: a sender of letters is refused where it is configured, and by a dispatcher that finds
 * it in the store all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

#define PEOPLE 1
#include "command_fixture.h"

/* The world's org with another sender, as JSON; owned. */
static char *org_with_sender(const char *sender)
{
    struct error error = {""};
    cJSON *json = json_parse(world->org_json.chars, world->org_json.bytes, &error);
    assert_non_null(json);
    assert_true(
        cJSON_ReplaceItemInObject(cJSON_GetObjectItem(json, "lane"), "sender", cJSON_CreateString(sender)));
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

static void put(int status, const char *sender, const char *words)
{
    struct error error = {""};
    char path[128], *json = org_with_sender(sender);
    snprintf(path, sizeof path, "%s", station_path(station, "org-file.json"));
    assert_true(file_replace(path, json, strlen(json), 0600, &error));
    cJSON_free(json);
    EXPECT(status, words, "org", "put", path);
}

static void org_put_refuses_letters_and_says_what_to_do(void **state)
{
    (void)state;
    put(1, "Varkaus", "give a number or a short code of the gateway, in digits");
    put(0, "16123", "org varkaus");
    put(0, "358401234567", "org varkaus");
}

/* Written by an older version, or by hand. */
static void a_dispatcher_does_not_start_with_letters(void **state)
{
    (void)state;
    struct error error = {""};
    char *json = org_with_sender("Varkaus");
    if (org_store(world->link, WORLD_ORG, json, "", "", "", &error) != PUT_WRITTEN)
        fail_msg("%s", error.text);
    cJSON_free(json);
    station_expect_refusal(station, "\"Varkaus\" is an alphanumeric sender, which cannot be replied to");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup(test, command_fixture_renew)
    const struct CMUnitTest tests[] = {
        TEST(org_put_refuses_letters_and_says_what_to_do),
        TEST(a_dispatcher_does_not_start_with_letters),
    };
    return COMMAND_MAIN(tests);
}
