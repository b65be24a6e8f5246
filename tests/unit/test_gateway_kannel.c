/* Kannel as data: what its profile writes and reads, and the ways of a profile that only it uses so far: texts
 * as they are, states as bits, webhooks in a query. What the real Kannel makes of it is tests/flow/kannel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/profile.h"
#include "gateway/submit.h"
#include "webhook_fixture.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

static const struct gateway_settings gateway = {.name = "kannel",
                                                .profile = "kannel",
                                                .url = "http://127.0.0.1:13013",
                                                .user = "pulssi",
                                                .secret = "let-me-in",
                                                .webhook_token = "0123456789abcdef",
                                                .public_url = "https://sms.example:8443/in"};
static struct settings settings;
static struct profile *kannel;

static int load_profile(void **state)
{
    (void)state;
    struct error error = {""};
    snprintf(settings.share_folder, sizeof settings.share_folder, "%s/config", TEST_SOURCE_DIR);
    settings.gateways[0] = gateway;
    settings.gateways_count = 1;
    kannel = profile_load(&settings, "kannel", &error);
    if (kannel == NULL)
        fail_msg("%s", error.text);
    return 0;
}

static int free_profile(void **state)
{
    (void)state;
    profile_free(&kannel);
    return 0;
}

/* --- the request --- */

static const struct submit_fields fields = {.id = "AbC-12_xyz34",
                                            .sender = "18123",
                                            .to = "+358401234567",
                                            .text = "Hei sinä & 100 %d\n{to}",
                                            .encoding = "gsm7",
                                            .segments = 1,
                                            .validity_hours = 24};

static void a_text_is_posted_as_it_is_with_all_else_in_headers(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "Content-Type: text/plain; charset=UTF-8",
        "X-Kannel-Username: pulssi",
        "X-Kannel-Password: let-me-in",
        "X-Kannel-From: 18123",
        "X-Kannel-To: +358401234567",
        "X-Kannel-Coding: 0",
        "X-Kannel-Validity: 1440",
        "X-Kannel-DLR-Mask: 27",
        ("X-Kannel-DLR-Url: https://sms.example:8443/in/v1/gateways/kannel/0123456789abcdef/receipt"
         "?ref=AbC-12_xyz34&state=%d"),
    };
    struct submit_request request = {0};
    for (int again = 0; again < 2; again++) { /* the buffers are used again */
        submit_request_write(kannel, &gateway, &fields, 1, &request);
        assert_string_equal(request.request.method, "POST");
        assert_string_equal(request.request.url, "http://127.0.0.1:13013/cgi-bin/sendsms");
        for (size_t i = 0; i < COUNT(headers); i++)
            assert_string_equal(request.request.headers[i], headers[i]);
        assert_null(request.request.headers[COUNT(headers)]);
        assert_string_equal((const char *)request.request.body, fields.text);
        assert_int_equal(request.request.body_bytes, strlen(fields.text));
    }
    struct submit_fields other = fields;
    other.encoding = "ucs2";
    submit_request_write(kannel, &gateway, &other, 1, &request);
    assert_string_equal(request.request.headers[5], "X-Kannel-Coding: 2");
    submit_request_free(&request);
    assert_false(profile_is_simulator(kannel));
}

static void a_form_escapes_what_is_no_letter_or_digit(void **state)
{
    (void)state;
    struct error error = {""};
    struct submit_request request = {0};
    struct profile *profile = profile_parse(
        BYTES("{\"kind\":\"provider\",\"region\":\"eu\",\"outside_eu\":false,\"request\":{\"method\":"
              "\"POST\",\"url\":\"{url}\","
              "\"headers\":{},\"form\":{\"to\":\"{to}\",\"a b\":\"{text}\",\"n\":\"{segments}\",\"e\":\"\"}},"
              "\"accepted\":{\"status\":[200],\"id\":\"id\"},\"outcomes\":[],"
              "\"receipt\":{\"format\":\"form\",\"ref\":\"r\",\"state\":\"s\",\"states\":{}},"
              "\"reply\":{\"format\":\"form\",\"id\":\"i\",\"from\":\"f\",\"to\":\"t\",\"text\":\"b\","
              "\"number_form\":\"either\"}}"),
        &error);
    if (profile == NULL)
        fail_msg("%s", error.text);
    submit_request_write(profile, &gateway, &fields, 1, &request);
    assert_string_equal((const char *)request.request.body,
                        "to=%2B358401234567&a%20b=Hei%20sin%C3%A4%20%26%20100%20%25d%0A%7Bto%7D&n=1&e=");
    submit_request_free(&request);
    profile_free(&profile);
}

static void a_profile_says_which_settings_it_lacks(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        const char *error;
    } cases[] = {
        {offsetof(struct gateway_settings, user), "user: missing"},
        {offsetof(struct gateway_settings, secret), "secret: missing"},
        {offsetof(struct gateway_settings, public_url), "public_url: missing"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct settings lacking = settings;
        struct error error = {""};
        char expected[128];
        ((char *)&lacking.gateways[0])[cases[i].offset] = '\0';
        snprintf(expected, sizeof expected, "[gateway:kannel] %s, the gateway profile \"kannel\" needs it",
                 cases[i].error);
        assert_null(profile_load(&lacking, "kannel", &error));
        assert_string_equal(error.text, expected);
        memcpy(lacking.gateways[0].profile, "other", sizeof "other"); /* another gateway may do without */
        struct profile *profile = profile_load(&lacking, "kannel", &error);
        assert_non_null(profile);
        profile_free(&profile);
    }
}

/* --- the answer --- */

static void only_a_status_and_a_body_that_agree_are_acceptance(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum submit_outcome outcome;
        const char *reason;
    } cases[] = {
        {202, "0: Accepted for delivery", SUBMIT_ACCEPTED, "202"},
        {202, "3: Queued for later delivery", SUBMIT_ACCEPTED, "202"},
        {202, "Sent.", SUBMIT_UNKNOWN, "202 with an unexpected body"},
        {202, " 0: Accepted for delivery", SUBMIT_UNKNOWN, "202 with an unexpected body"},
        {202, "", SUBMIT_UNKNOWN, "202 with an unexpected body"},
        {200, "0: Accepted for delivery", SUBMIT_UNKNOWN, "200"},
        {400, "Missing receiver(s) number(s), rejected", SUBMIT_PERMANENT, "400"},
        {403, "Authorization failed for sendsms", SUBMIT_LANE_STOP, "403"},
        {403, "Not routable. Do not try again.", SUBMIT_LANE_STOP, "403"},
        {404, "Unknown request.", SUBMIT_LANE_STOP, "404"},
        {503, "Temporal failure, try again later.", SUBMIT_RETRY, "503"},
        {500, "", SUBMIT_UNKNOWN, "500"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct submit_reading reading;
        struct http_answer answer = {.fate = HTTP_ANSWERED,
                                     .status = cases[i].status,
                                     .body = cases[i].body,
                                     .body_bytes = strlen(cases[i].body),
                                     .retry_after = ""};
        submit_answer_read(kannel, &answer, 0, &fields, 1, &reading);
        if (reading.outcome != cases[i].outcome || strcmp(reading.reason, cases[i].reason) != 0 ||
            reading.gateway_id[0] != '\0')
            fail_msg("%d %s: %s \"%s\"", cases[i].status, cases[i].body, submit_outcome_name(reading.outcome),
                     reading.reason);
    }
}

/* --- receipts --- */

static void receipts_are_bits_in_a_query(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        enum webhook_problem problem;
        enum receipt_state state;
    } cases[] = {
        {"ref=AbC-12_xyz34&state=1", WEBHOOK_OK, RECEIPT_DELIVERED},
        {"ref=AbC-12_xyz34&state=2", WEBHOOK_OK, RECEIPT_UNDELIVERED},
        {"ref=AbC-12_xyz34&state=4", WEBHOOK_OK, RECEIPT_ENROUTE},
        {"ref=AbC-12_xyz34&state=8", WEBHOOK_OK, RECEIPT_ENROUTE},
        {"ref=AbC-12_xyz34&state=16", WEBHOOK_OK, RECEIPT_UNDELIVERED},
        {"ref=AbC-12_xyz34&state=34", WEBHOOK_OK, RECEIPT_EXPIRED},
        {"ref=AbC-12_xyz34&state=9", WEBHOOK_OK, RECEIPT_DELIVERED},
        {"ref=AbC-12_xyz34&state=12", WEBHOOK_OK, RECEIPT_ENROUTE},
        {"ref=AbC-12_xyz34&state=32", WEBHOOK_OK, RECEIPT_UNKNOWN},
        {"ref=AbC-12_xyz34&state=0", WEBHOOK_OK, RECEIPT_UNKNOWN},
        {"ref=AbC-12_xyz34&state=-1", WEBHOOK_OK, RECEIPT_UNKNOWN},
        {"ref=AbC-12_xyz34&state=1x", WEBHOOK_OK, RECEIPT_UNKNOWN},
        {"ref=AbC-12_xyz34&state=99999999999", WEBHOOK_OK, RECEIPT_UNKNOWN},
        {"state=1", WEBHOOK_NO_ID, RECEIPT_DELIVERED},
        {"ref=AbC-12_xyz34", WEBHOOK_MALFORMED, RECEIPT_UNKNOWN},
        {"ref=AbC-12_xyz34&state=%", WEBHOOK_MALFORMED, RECEIPT_UNKNOWN},
        {"", WEBHOOK_MALFORMED, RECEIPT_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_receipt receipt;
        struct webhook_input input = {.query = cases[i].query,
                                      .content_type = "",
                                      .body = "ref=other&state=1",
                                      .body_bytes = strlen("ref=other&state=1")};
        enum webhook_problem problem = one_receipt(kannel, &input, &receipt);
        if (problem != cases[i].problem || receipt.state != cases[i].state || receipt.gateway_id[0] != '\0' ||
            (problem == WEBHOOK_OK && strcmp(receipt.ref, fields.id) != 0))
            fail_msg("%s: %s ref \"%s\" %s", cases[i].query, webhook_problem_name(problem), receipt.ref,
                     receipt_state_name(receipt.state));
    }
    assert_true(webhook_takes_get(kannel, WEBHOOK_RECEIPT) && !webhook_takes_post(kannel, WEBHOOK_RECEIPT));
}

/* --- replies --- */

#define QUERY "id=629209fd-addb&from=%2B358401234567&to=18123"

static void a_reply_is_a_query_and_a_text_in_utf_8(void **state)
{
    (void)state;
    static const struct {
        const char *query, *content_type, *body;
        size_t bytes;
        const char *problem, *text;
    } cases[] = {
        {QUERY, "text/plain; charset=\"UTF-8\"", BYTES("5 kiitos"), "ok", "5 kiitos"},
        {QUERY, "text/plain; charset=utf-8", BYTES("5 👍🏽"), "ok", "5 👍🏽"},
        {QUERY, "text/plain", BYTES("+ & %41\n"), "ok", "+ & %41\n"},
        {QUERY, "", BYTES(""), "ok", ""},
        {"id=629209fd-addb&from=358401234567&to=18123", "text/plain", BYTES("5"), "ok", "5"},
        {QUERY "&text=4", "text/plain", BYTES("5"), "ok", "5"},
        /* UTF-16 of Cyrillic: every byte of it would pass as UTF-8, and there is an 8 in it */
        {QUERY, "text/plain; charset=\"UTF-16BE\"",
         BYTES("\x04?\x04@\x04"
               "8"),
         "malformed", NULL},
        {QUERY, "text/plain; charset=ISO-8859-1", BYTES("5"), "malformed", NULL},
        {QUERY, "application/octet-stream", BYTES("5"), "malformed", NULL},
        {QUERY, "text/plain", BYTES("hyv\xe4\xe4"), "malformed", NULL},
        {QUERY, "text/plain",
         BYTES("\0"
               "5"),
         "malformed", NULL},
        {"from=%2B358401234567&to=18123", "text/plain", BYTES("5"), "no_reply_id", NULL},
        {"id=r&from=%2B0401234567&to=18123", "text/plain", BYTES("5"), "no_sender", NULL},
        {"id=r&from=16123&to=18123", "text/plain", BYTES("5"), "no_sender", NULL},
        {"id=r&from=+358401234567&to=18123", "text/plain", BYTES("5"), "no_sender", NULL},
        {"id=r&from=Pankki&to=18123", "text/plain", BYTES("5"), "no_sender", NULL},
        {"id=r&from=%2B358401234567", "text/plain", BYTES("5"), "malformed", NULL},
        {"", "text/plain", BYTES("5"), "malformed", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_reply reply;
        struct webhook_input input = {.query = cases[i].query,
                                      .content_type = cases[i].content_type,
                                      .body = cases[i].body,
                                      .body_bytes = cases[i].bytes};
        enum webhook_problem problem = one_reply(kannel, &input, &reply);
        if (strcmp(webhook_problem_name(problem), cases[i].problem) != 0)
            fail_msg("case %zu: %s", i, webhook_problem_name(problem));
        if (problem == WEBHOOK_OK) {
            assert_string_equal(reply.id, "629209fd-addb");
            assert_string_equal(reply.from, "+358401234567");
            assert_string_equal(reply.to, "18123");
            assert_string_equal(reply.text, cases[i].text);
        } else {
            assert_null(reply.text);
        }
        one_reply_free(&reply);
    }
    assert_true(webhook_takes_post(kannel, WEBHOOK_REPLY) && !webhook_takes_get(kannel, WEBHOOK_REPLY));
}

static void a_text_body_has_the_limit_of_every_text(void **state)
{
    (void)state;
    static char body[WEBHOOK_TEXT_BYTES_MAX + 1];
    memset(body, 'a', sizeof body);
    for (size_t over = 0; over <= 1; over++) {
        struct webhook_reply reply;
        struct webhook_input input = {.query = QUERY,
                                      .content_type = "text/plain",
                                      .body = body,
                                      .body_bytes = WEBHOOK_TEXT_BYTES_MAX + over};
        assert_int_equal(one_reply(kannel, &input, &reply), over == 0 ? WEBHOOK_OK : WEBHOOK_MALFORMED);
        one_reply_free(&reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_posted_as_it_is_with_all_else_in_headers),
        cmocka_unit_test(a_form_escapes_what_is_no_letter_or_digit),
        cmocka_unit_test(a_profile_says_which_settings_it_lacks),
        cmocka_unit_test(only_a_status_and_a_body_that_agree_are_acceptance),
        cmocka_unit_test(receipts_are_bits_in_a_query),
        cmocka_unit_test(a_reply_is_a_query_and_a_text_in_utf_8),
        cmocka_unit_test(a_text_body_has_the_limit_of_every_text),
    };
    return cmocka_run_group_tests(tests, load_profile, free_profile);
}
