/* The lane of org.json: a sender that people cannot answer is refused with what to do; a second gateway is another one,
 * and replies to its number are the org's too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "domain/org.h"

#define FILE_START                                                                                           \
    "{\"id\":\"varkaus\",\"name\":\"Varkauden palvelut\",\"time_zone\":\"Europe/Helsinki\","                 \
    "\"languages\":[\"fi\"],\"required_languages\":[\"fi\"],\"phone\":\"017 1\",\"info_url\":\"x.fi\","      \
    "\"legal_basis\":\"a\",\"impact_assessment\":\"b\","                                                     \
    "\"caps\":{\"gap_days\":14,\"same_question_days\":56,\"per_year\":6},"                                   \
    "\"window\":{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"18:00\"},\"lane\":"

static struct org org;

static bool read_lane(const char *lane, struct error *error)
{
    struct text text = {0};
    text_addf(&text, FILE_START "%s}", lane);
    cJSON *json = json_parse(text.chars, text.bytes, error);
    assert_non_null(json);
    bool read = org_read(&org, json, error);
    cJSON_Delete(json);
    text_free(&text);
    return read;
}

static void a_lane_may_have_a_second_gateway(void **state)
{
    (void)state;
    struct error error = {""};
    if (!read_lane("{\"gateway\":\"one\",\"sender\":\"18123\",\"reply_number\":\"18124\","
                   "\"second\":{\"gateway\":\"two\",\"sender\":\"18555\"}}",
                   &error))
        fail_msg("%s", error.text);
    assert_string_equal(org.second.gateway, "two");
    assert_string_equal(org.second.sender, "18555");
    assert_string_equal(org.second.reply_number, "18555");
    assert_true(org_sends_through(&org, "one") && org_sends_through(&org, "two"));
    assert_false(org_sends_through(&org, "three"));
    assert_true(org_is_reached_at(&org, "one", "18124"));
    assert_true(org_is_reached_at(&org, "two", "18555"));
    assert_false(org_is_reached_at(&org, "two", "18124")); /* that number is another's there */
    assert_false(org_is_reached_at(&org, "one", "18555"));
}

static void no_second_is_reached_by_nothing(void **state)
{
    (void)state;
    struct error error = {""};
    assert_true(read_lane("{\"gateway\":\"one\",\"sender\":\"18123\",\"reply_number\":\"18124\"}", &error));
    assert_string_equal(org.second.gateway, "");
    assert_false(org_sends_through(&org, "two"));
    assert_false(org_is_reached_at(&org, "two", ""));
}

static void what_cannot_work_is_refused_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *lane, *words;
    } cases[] = {
        {"{\"gateway\":\"one\",\"sender\":\"Varkaus\",\"reply_number\":\"18124\"}",
         "lane.sender: \"Varkaus\" is an alphanumeric sender, which cannot be replied to"},
        {"{\"gateway\":\"one\",\"sender\":\"18123a\",\"reply_number\":\"18124\"}",
         "give a number or a short code of the gateway, in digits"},
        {"{\"gateway\":\"one\",\"sender\":\"+35840123\",\"reply_number\":\"18124\"}",
         "lane.sender: \"+35840123\" must be 3 to 15 digits, without + and spaces"},
        {"{\"gateway\":\"one\",\"sender\":\"18123\",\"reply_number\":\"18124\",\"second\":{\"gateway\":"
         "\"two\","
         "\"sender\":\"TE-palvelut\"}}",
         "lane.second.sender: \"TE-palvelut\" is an alphanumeric sender"},
        {"{\"gateway\":\"one\",\"sender\":\"18123\",\"reply_number\":\"18124\",\"second\":{\"gateway\":"
         "\"one\","
         "\"sender\":\"18555\"}}",
         "lane.second.gateway: \"one\" is the first gateway already: name another one"},
        {"{\"gateway\":\"one\",\"sender\":\"18123\",\"reply_number\":\"18124\",\"second\":{\"gateway\":"
         "\"two\","
         "\"sender\":\"18555\",\"more\":1}}",
         "lane.second"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {""};
        if (read_lane(cases[i].lane, &error) || strstr(error.text, cases[i].words) == NULL)
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].lane, error.text, cases[i].words);
    }
}

static void numbers_and_short_codes_are_fine(void **state)
{
    (void)state;
    static const char *const senders[] = {"161", "16123", "358401234567"};
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        struct error error = {""};
        struct text lane = {0};
        text_addf(&lane, "{\"gateway\":\"one\",\"sender\":\"%s\",\"reply_number\":\"18124\"}", senders[i]);
        if (!read_lane(lane.chars, &error))
            fail_msg("%s", error.text);
        text_free(&lane);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lane_may_have_a_second_gateway),
        cmocka_unit_test(no_second_is_reached_by_nothing),
        cmocka_unit_test(what_cannot_work_is_refused_with_what_to_do),
        cmocka_unit_test(numbers_and_short_codes_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
