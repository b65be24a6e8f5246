/* Gateways as data: the request as the profile writes it, the answer as an outcome, webhooks good and bad,
 * and what a profile may not say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/profile.h"
#include "gateway/submit.h"
#include "webhook_fixture.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

/* A provider that is everything the simulator is not: forms, digits, verdicts in the body. */
#define PROVIDER_HEAD                                                                                        \
    "{\"kind\":\"provider\",\"region\":\"eu\",\"outside_eu\":false,\"request\":{\"method\":\"POST\","        \
    "\"url\":\"{url}/v2/sms\","                                                                              \
    "\"headers\":{\"X-Key\":\"{secret}\"},\"json\":{\"n\":\"{validity_hours}\",\"to\":\"x{to}\"}},"
#define PROVIDER_ACCEPTED "\"accepted\":{\"status\":[200,201],\"id\":\"data.id\"},"
#define PROVIDER_OUTCOMES                                                                                    \
    "\"outcomes\":[{\"status\":200,\"field\":\"data.code\",\"value\":\"6\",\"outcome\":\"invalid_number\"}," \
    "{\"status\":400,\"field\":\"error\",\"value\":\"blocked\",\"outcome\":\"opted_out\"},"                  \
    "{\"status\":400,\"status_to\":409,\"outcome\":\"permanent\"}],"
#define PROVIDER_RECEIPT                                                                                     \
    "\"receipt\":{\"format\":\"form\",\"ref\":\"reference\",\"id\":\"id\",\"state\":\"status\","             \
    "\"states\":{\"OK\":\"delivered\",\"GONE\":\"expired\"}},"
#define PROVIDER_REPLY                                                                                       \
    "\"reply\":{\"format\":\"form\",\"id\":\"id\",\"from\":\"from\",\"to\":\"to\",\"text\":\"message\","     \
    "\"number_form\":\"digits\"}}"
#define PROVIDER PROVIDER_HEAD PROVIDER_ACCEPTED PROVIDER_OUTCOMES PROVIDER_RECEIPT PROVIDER_REPLY

static struct settings settings;
static struct profile *simulator, *provider;

static int load_profiles(void **state)
{
    (void)state;
    struct error error = {""};
    snprintf(settings.share_folder, sizeof settings.share_folder, "%s/config", TEST_SOURCE_DIR);
    simulator = profile_load(&settings, "simulator", &error);
    if (simulator == NULL)
        fail_msg("%s", error.text);
    provider = profile_parse(BYTES(PROVIDER), &error);
    if (provider == NULL)
        fail_msg("%s", error.text);
    return 0;
}

static int free_profiles(void **state)
{
    (void)state;
    profile_free(&simulator);
    profile_free(&provider);
    return 0;
}

/* --- the request --- */

static const struct submit_fields fields = {.id = "AbC-12_xyz34",
                                            .sender = "18123",
                                            .to = "+358401234567",
                                            .text = "Hei \"sinä\"\\\n{to} 👍",
                                            .encoding = "ucs2",
                                            .segments = 1,
                                            .validity_hours = 24};

static void the_simulators_request_is_written_exactly(void **state)
{
    (void)state;
    struct gateway_settings gateway = {.url = "http://127.0.0.1:8089", .secret = "let-me-in"};
    struct submit_request request = {0};
    for (int again = 0; again < 2; again++) { /* the buffers are used again */
        submit_request_write(simulator, &gateway, &fields, 1, &request);
        assert_string_equal(request.request.method, "POST");
        assert_string_equal(request.request.url, "http://127.0.0.1:8089/send");
        assert_string_equal(request.request.headers[0], "Content-Type: application/json");
        assert_string_equal(request.request.headers[1], "Authorization: Bearer let-me-in");
        assert_null(request.request.headers[2]);
        assert_string_equal(
            (const char *)request.request.body,
            "{\"id\":\"AbC-12_xyz34\",\"from\":\"18123\",\"to\":\"+358401234567\","
            "\"text\":\"Hei \\\"sinä\\\"\\\\\\u000a{to} 👍\",\"encoding\":\"ucs2\",\"segments\":1}");
        assert_int_equal(request.request.body_bytes, strlen(request.request.body));
    }
    submit_request_free(&request);
    assert_true(profile_is_simulator(simulator));
}

static void a_secret_cannot_end_a_header_and_numbers_stand_alone(void **state)
{
    (void)state;
    struct gateway_settings gateway = {.url = "https://sms.example", .secret = "a\r\nX-Evil: b"};
    struct submit_request request = {0};
    submit_request_write(provider, &gateway, &fields, 1, &request);
    assert_string_equal(request.request.url, "https://sms.example/v2/sms");
    assert_string_equal(request.request.headers[0], "X-Key: aX-Evil: b");
    assert_string_equal((const char *)request.request.body, "{\"n\":24,\"to\":\"x+358401234567\"}");
    submit_request_free(&request);
    assert_false(profile_is_simulator(provider));
}

/* --- the answer --- */

static struct submit_reading answer_read(const struct profile *profile, enum http_fate fate, int status,
                                         const char *body, const char *retry_after)
{
    struct submit_reading reading;
    struct http_answer answer = {.fate = fate,
                                 .status = status,
                                 .body = body,
                                 .body_bytes = strlen(body),
                                 .retry_after = retry_after,
                                 .problem = fate == HTTP_ANSWERED ? "" : "Connection refused"};
    submit_answer_read(profile, &answer, INT64_C(1767607200000), &fields, 1,
                       &reading); /* 2026-01-05T10:00:00Z */
    return reading;
}

static void every_answer_has_an_outcome(void **state)
{
    (void)state;
    static const struct {
        bool simulator;
        enum http_fate fate;
        int status;
        enum submit_outcome outcome;
        const char *body;
        const char *id;
        const char *reason;
    } cases[] = {
        {true, HTTP_NOT_SENT, 0, SUBMIT_RETRY, "", "", "Connection refused"},
        {true, HTTP_LOST, 0, SUBMIT_UNKNOWN, "", "", "Connection refused"},
        {true, HTTP_ANSWERED, 202, SUBMIT_ACCEPTED, "{\"id\":\"g-1\"}", "g-1", "202"},
        {true, HTTP_ANSWERED, 202, SUBMIT_UNKNOWN, "{\"id\":\"g-1\"", "", "202 without a readable id"},
        {true, HTTP_ANSWERED, 202, SUBMIT_ACCEPTED, "{\"id\":7}", "7", "202"},
        {true, HTTP_ANSWERED, 202, SUBMIT_UNKNOWN, "{\"id\":7.5}", "", "202 without a readable id"},
        {true, HTTP_ANSWERED, 202, SUBMIT_UNKNOWN, "{\"id\":[7]}", "", "202 without a readable id"},
        {true, HTTP_ANSWERED, 202, SUBMIT_UNKNOWN, "{\"id\":\"\"}", "", "202 without a readable id"},
        {true, HTTP_ANSWERED, 202, SUBMIT_UNKNOWN, "", "", "202 without a readable id"},
        {true, HTTP_ANSWERED, 202, SUBMIT_UNKNOWN, "[]", "", "202 without a readable id"},
        {true, HTTP_ANSWERED, 200, SUBMIT_UNKNOWN, "{\"id\":\"g-1\"}", "", "200"},
        {true, HTTP_ANSWERED, 302, SUBMIT_LANE_STOP, "", "", "302"},
        {true, HTTP_ANSWERED, 400, SUBMIT_INVALID_NUMBER, "{\"error\":\"invalid_number\"}", "",
         "400 invalid_number"},
        {true, HTTP_ANSWERED, 400, SUBMIT_PERMANENT, "", "", "400"},
        {true, HTTP_ANSWERED, 401, SUBMIT_LANE_STOP, "", "", "401"},
        {true, HTTP_ANSWERED, 403, SUBMIT_OPTED_OUT, "", "", "403"},
        {true, HTTP_ANSWERED, 404, SUBMIT_LANE_STOP, "", "", "404"},
        {true, HTTP_ANSWERED, 429, SUBMIT_THROTTLED, "", "", "429"},
        {true, HTTP_ANSWERED, 500, SUBMIT_UNKNOWN, "", "", "500"},
        {true, HTTP_ANSWERED, 502, SUBMIT_UNKNOWN, "", "", "502"},
        {true, HTTP_ANSWERED, 503, SUBMIT_RETRY, "", "", "503"},
        {false, HTTP_ANSWERED, 201, SUBMIT_ACCEPTED, "{\"data\":{\"id\":\"g-2\"}}", "g-2", "201"},
        {false, HTTP_ANSWERED, 201, SUBMIT_UNKNOWN, "{\"data\":\"g-2\"}", "", "201 without a readable id"},
        {false, HTTP_ANSWERED, 200, SUBMIT_INVALID_NUMBER, "{\"data\":{\"id\":\"g\",\"code\":\"6\"}}", "",
         "200 6"},
        {false, HTTP_ANSWERED, 200, SUBMIT_ACCEPTED, "{\"data\":{\"id\":\"g\",\"code\":\"7\"}}", "g", "200"},
        {false, HTTP_ANSWERED, 400, SUBMIT_OPTED_OUT, "{\"error\":\"blocked\"}", "", "400 blocked"},
        {false, HTTP_ANSWERED, 400, SUBMIT_PERMANENT, "{\"error\":\"other\"}", "", "400"},
        {false, HTTP_ANSWERED, 400, SUBMIT_PERMANENT, "not JSON", "", "400"},
        {false, HTTP_ANSWERED, 409, SUBMIT_PERMANENT, "", "", "409"},
        {false, HTTP_ANSWERED, 410, SUBMIT_LANE_STOP, "", "", "410"},
        {false, HTTP_ANSWERED, 429, SUBMIT_THROTTLED, "", "", "429"},
        {false, HTTP_ANSWERED, 503, SUBMIT_UNKNOWN, "", "", "503"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct submit_reading reading = answer_read(cases[i].simulator ? simulator : provider, cases[i].fate,
                                                    cases[i].status, cases[i].body, "");
        if (reading.outcome != cases[i].outcome || strcmp(reading.gateway_id, cases[i].id) != 0 ||
            strcmp(reading.reason, cases[i].reason) != 0 || reading.retry_after_ms != -1)
            fail_msg("case %zu: %s \"%s\" \"%s\"", i, submit_outcome_name(reading.outcome),
                     reading.gateway_id, reading.reason);
    }
}

static void an_answer_cut_short_is_unknown_and_a_long_id_is_left_out(void **state)
{
    (void)state;
    struct submit_reading reading;
    struct http_answer cut = {.fate = HTTP_ANSWERED,
                              .status = 202,
                              .body = "{\"id\":\"g\"}",
                              .body_bytes = 10,
                              .body_cut = true,
                              .retry_after = ""};
    submit_answer_read(simulator, &cut, 0, &fields, 1, &reading);
    assert_int_equal(reading.outcome, SUBMIT_UNKNOWN);
    char body[128];
    snprintf(body, sizeof body, "{\"id\":\"%065d\"}", 1);
    reading = answer_read(simulator, HTTP_ANSWERED, 202, body, "");
    assert_int_equal(reading.outcome, SUBMIT_ACCEPTED);
    assert_string_equal(reading.gateway_id, "");
}

static void retry_after_is_seconds_or_a_date(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        int64_t wait_ms;
    } cases[] = {
        {"", -1},
        {"0", 0},
        {"120", 120000},
        {"-1", -1},
        {"1.5", -1},
        {"soon", -1},
        {"99999999999999999999", -1},
        {"Mon, 05 Jan 2026 10:00:30 GMT", 30000},
        {"Mon, 05 Jan 2026 09:59:30 GMT", 0},
        {"Mon, 05 Jan 2026 10:00:30 GMT!", -1},
        {"Mon, 05 Jan 2026 10:00:30 EET", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct submit_reading reading = answer_read(simulator, HTTP_ANSWERED, 429, "", cases[i].header);
        if (reading.retry_after_ms != cases[i].wait_ms)
            fail_msg("%s: %lld", cases[i].header, (long long)reading.retry_after_ms);
    }
}

/* --- replies --- */

static enum webhook_problem reply_read(const struct profile *profile, const char *body, size_t body_bytes,
                                       struct webhook_reply *reply_out)
{
    struct webhook_input input = {.query = "", .content_type = "", .body = body, .body_bytes = body_bytes};
    return one_reply(profile, &input, reply_out);
}

static void replies_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        bool simulator;
        const char *body, *id, *from, *to, *text;
    } cases[] = {
        {true, "{\"id\":\"r1\",\"from\":\"+358401234567\",\"to\":\"18123\",\"text\":\"5\"}", "r1",
         "+358401234567", "18123", "5"},
        {true,
         "{\"text\":\"Kyllä 👍\",\"to\":\"+35818123\",\"id\":\"r\",\"from\":\"+15550001111\",\"more\":[1]}",
         "r", "+15550001111", "35818123", "Kyllä 👍"},
        {true, "{\"id\":\"r1\",\"from\":\"+358401234567\",\"to\":\"Palvelu\",\"text\":\"\"}", "r1",
         "+358401234567", "", ""},
        {false, "id=r2&from=358401234567&to=18123&message=5+kiitos%21", "r2", "+358401234567", "18123",
         "5 kiitos!"},
        {false, "message=hyv%C3%A4+%2B&to=18123&from=358401234567&id=a%2Fb&x=", "a/b", "+358401234567",
         "18123", "hyvä +"},
        {false, "id=r&from=358401234567&to=18123&message=", "r", "+358401234567", "18123", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_reply reply;
        enum webhook_problem problem = reply_read(cases[i].simulator ? simulator : provider, cases[i].body,
                                                  strlen(cases[i].body), &reply);
        if (problem != WEBHOOK_OK)
            fail_msg("%s: %s", cases[i].body, webhook_problem_name(problem));
        assert_string_equal(reply.id, cases[i].id);
        assert_string_equal(reply.from, cases[i].from);
        assert_string_equal(reply.to, cases[i].to);
        assert_string_equal(reply.text, cases[i].text);
        one_reply_free(&reply);
        assert_null(reply.text);
    }
}

#define SIMULATED(id, from, to, text) "{\"id\":" id ",\"from\":" from ",\"to\":" to ",\"text\":" text "}"

static void bad_replies_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        bool simulator;
        const char *body;
        size_t bytes;
        const char *problem;
        const char *to;
    } cases[] = {
        {true, BYTES(""), "malformed", ""},
        {true, BYTES("5"), "malformed", ""},
        {true, BYTES("[]"), "malformed", ""},
        {true, BYTES("{\"id\":\"r1\""), "malformed", ""},
        {true, BYTES(SIMULATED("\"r\"", "\"+358401234567\"", "\"18123\"", "\"5\"") "x"), "malformed", ""},
        {true, BYTES(SIMULATED("\"r\"", "\"+358401234567\"", "\"18123\"", "\"\xC3\x28\"")), "malformed", ""},
        {true, BYTES(SIMULATED("\"r\"", "\"+358401234567\"", "\"18123\"", "\"a\\u0000b\"")), "malformed", ""},
        {true, BYTES(SIMULATED("\"r\"", "\"+358401234567\"", "\"18123\"", "\"a\0b\"")), "malformed", ""},
        {true, BYTES(SIMULATED("\"r\"", "\"+358401234567\"", "\"18123\"", "5")), "malformed", "18123"},
        {true, BYTES(SIMULATED("\"r\"", "\"+358401234567\"", "\"18123\"", "\"5\",\"id\":\"s\"")), "malformed",
         ""},
        {true, BYTES(SIMULATED("7.5", "\"+358401234567\"", "\"18123\"", "\"5\"")), "malformed", "18123"},
        {true, BYTES(SIMULATED("[7]", "\"+358401234567\"", "\"18123\"", "\"5\"")), "malformed", "18123"},
        {true, BYTES("{\"id\":\"r\",\"from\":\"+358401234567\",\"text\":\"5\"}"), "malformed", ""},
        {true, BYTES("{\"from\":\"+358401234567\",\"to\":\"18123\",\"text\":\"5\"}"), "no_reply_id", "18123"},
        {true, BYTES(SIMULATED("\"\"", "\"+358401234567\"", "\"18123\"", "\"5\"")), "no_reply_id", "18123"},
        {true, BYTES(SIMULATED("null", "\"+358401234567\"", "\"18123\"", "\"5\"")), "no_reply_id", "18123"},
        {true, BYTES(SIMULATED("\"r\"", "\"Pankki\"", "\"18123\"", "\"5\"")), "no_sender", "18123"},
        {true, BYTES(SIMULATED("\"r\"", "\"16123\"", "\"18123\"", "\"5\"")), "no_sender", "18123"},
        {true, BYTES(SIMULATED("\"r\"", "\"0401234567\"", "\"18123\"", "\"5\"")), "no_sender", "18123"},
        {true, BYTES(SIMULATED("\"r\"", "\"+0401234567\"", "\"18123\"", "\"5\"")), "no_sender", "18123"},
        {true, BYTES(SIMULATED("\"r\"", "\"+3584012345678901\"", "\"18123\"", "\"5\"")), "no_sender",
         "18123"},
        {true, BYTES(SIMULATED("\"r\"", "null", "\"18123\"", "\"5\"")), "no_sender", "18123"},
        {false, BYTES("id=r&from=+358401234567&to=18123&message=5"), "no_sender", "18123"},
        {false, BYTES("id=r&from=16123&to=18123&message=5"), "no_sender", "18123"},
        {false, BYTES("from=358401234567&to=18123&message=5"), "no_reply_id", "18123"},
        {false, BYTES("id=r&from=358401234567&to=18123&message=%"), "malformed", ""},
        {false, BYTES("id=r&from=358401234567&to=18123&message=%4"), "malformed", ""},
        {false, BYTES("id=r&from=358401234567&to=18123&message=%4g5"), "malformed", ""},
        {false, BYTES("id=r&from=358401234567&to=18123&message=%00"), "malformed", ""},
        {false, BYTES("id=r&from=358401234567&to=18123&message=%ff"), "malformed", ""},
        {false, BYTES("id=r&from=358401234567&to=18123&message"), "malformed", ""},
        {false, BYTES("id=r&id=s&from=358401234567&to=18123&message=5"), "malformed", ""},
        {false, BYTES("id=r&&from=358401234567&to=18123&message=5"), "malformed", ""},
        {false, BYTES(""), "malformed", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_reply reply;
        enum webhook_problem problem =
            reply_read(cases[i].simulator ? simulator : provider, cases[i].body, cases[i].bytes, &reply);
        if (strcmp(webhook_problem_name(problem), cases[i].problem) != 0 ||
            strcmp(reply.to, cases[i].to) != 0)
            fail_msg("case %zu: %s, to \"%s\"", i, webhook_problem_name(problem), reply.to);
        assert_null(reply.text);
    }
}

static void what_is_too_long_is_malformed(void **state)
{
    (void)state;
    static const struct {
        int id_chars, text_chars;
        enum webhook_problem problem;
    } cases[] = {
        {128, 1, WEBHOOK_OK},
        {129, 1, WEBHOOK_MALFORMED},
        {1, WEBHOOK_TEXT_BYTES_MAX, WEBHOOK_OK},
        {1, WEBHOOK_TEXT_BYTES_MAX + 1, WEBHOOK_MALFORMED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text body = {0};
        struct webhook_reply reply;
        text_addf(&body, SIMULATED("\"%0*d\"", "\"+358401234567\"", "\"18123\"", "\"%0*d\""),
                  cases[i].id_chars, 1, cases[i].text_chars, 5);
        assert_int_equal(reply_read(simulator, body.chars, body.bytes, &reply), cases[i].problem);
        one_reply_free(&reply);
        text_free(&body);
    }
}

/* --- receipts --- */

static void receipts_are_read_or_told_apart(void **state)
{
    (void)state;
    static const struct {
        bool simulator;
        enum webhook_problem problem;
        const char *body;
        const char *ref, *gateway_id;
        enum receipt_state state;
    } cases[] = {
        {true, WEBHOOK_OK, "{\"id\":\"g1\",\"ref\":\"m1\",\"state\":\"delivered\"}", "m1", "g1",
         RECEIPT_DELIVERED},
        {true, WEBHOOK_OK, "{\"id\":\"g1\",\"ref\":\"m1\",\"state\":\"enroute\"}", "m1", "g1",
         RECEIPT_ENROUTE},
        {true, WEBHOOK_OK, "{\"ref\":\"m1\",\"state\":\"expired\"}", "m1", "", RECEIPT_EXPIRED},
        {true, WEBHOOK_OK, "{\"ref\":\"m1\",\"state\":\"undelivered\"}", "m1", "", RECEIPT_UNDELIVERED},
        {true, WEBHOOK_OK, "{\"ref\":\"m1\",\"state\":\"invalid_number\"}", "m1", "", RECEIPT_INVALID_NUMBER},
        {true, WEBHOOK_OK, "{\"ref\":\"m1\",\"state\":\"teleported\"}", "m1", "", RECEIPT_UNKNOWN},
        {true, WEBHOOK_NO_ID, "{\"id\":\"g1\",\"state\":\"delivered\"}", "", "g1", RECEIPT_DELIVERED},
        {true, WEBHOOK_MALFORMED, "{\"id\":\"g1\",\"ref\":\"m1\"}", "", "", RECEIPT_UNKNOWN},
        {true, WEBHOOK_OK, "{\"ref\":5,\"state\":\"delivered\"}", "5", "", RECEIPT_DELIVERED},
        {true, WEBHOOK_MALFORMED, "{\"ref\":5.5,\"state\":\"delivered\"}", "", "", RECEIPT_UNKNOWN},
        {true, WEBHOOK_MALFORMED, "{\"ref\":[5],\"state\":\"delivered\"}", "", "", RECEIPT_UNKNOWN},
        {true, WEBHOOK_MALFORMED, "{\"ref\":\"123456789012345678901234567890123\",\"state\":\"delivered\"}",
         "", "", RECEIPT_UNKNOWN},
        {true, WEBHOOK_MALFORMED, "ref=m1&state=delivered", "", "", RECEIPT_UNKNOWN},
        {false, WEBHOOK_OK, "id=g1&reference=m1&status=OK", "m1", "g1", RECEIPT_DELIVERED},
        {false, WEBHOOK_OK, "id=g1&reference=m1&status=GONE", "m1", "g1", RECEIPT_EXPIRED},
        {false, WEBHOOK_OK, "id=g1&reference=m1&status=ok", "m1", "g1", RECEIPT_UNKNOWN},
        {false, WEBHOOK_MALFORMED, "id=g1&reference=%zz&status=OK", "", "", RECEIPT_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct webhook_receipt receipt;
        struct webhook_input input = {
            .query = "", .content_type = "", .body = cases[i].body, .body_bytes = strlen(cases[i].body)};
        enum webhook_problem problem =
            one_receipt(cases[i].simulator ? simulator : provider, &input, &receipt);
        if (problem != cases[i].problem || strcmp(receipt.ref, cases[i].ref) != 0 ||
            strcmp(receipt.gateway_id, cases[i].gateway_id) != 0 || receipt.state != cases[i].state)
            fail_msg("%s: %s ref \"%s\" id \"%s\" %s", cases[i].body, webhook_problem_name(problem),
                     receipt.ref, receipt.gateway_id, receipt_state_name(receipt.state));
    }
}

/* --- profiles --- */

static void a_profile_is_refused_with_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *error;
    } cases[] = {
        {"\"region\":\"eu\"", "\"region\":\"eu\",\"color\":1", "color: unknown member"},
        {"\"provider\"", "\"carrier\"", "kind: expected provider or simulator"},
        {"\"region\":\"eu\"", "\"region\":\"\"", "region: "},
        {"\"POST\"", "\"PUT\"", "request.method: expected POST"},
        {"{url}/v2", "{url}/{to}", "request.url: {to} has no place here"},
        {"{url}/v2", "{uri}/v2", "request.url: a brace that is not part of a known placeholder"},
        {"{secret}", "{secret", "request.headers.X-Key: a brace that is not part of a known placeholder"},
        {"{secret}", "a\\r\\nX-Evil: b", "request.headers.X-Key: a control character"},
        {"X-Key", "X Key", "request.headers: a name that is not one of a header"},
        {"x{to}", "x{secret}", "request.json.to: {secret} has no place here"},
        {"\"json\"", "\"form\":{},\"json\"", "request: expected one of json, form and text, the body"},
        {"\"json\":{\"n\":\"{validity_hours}\",\"to\":\"x{to}\"}", "\"text\":\"{secret}\"",
         "request.text: {secret} has no place here"},
        {"\"json\":", "\"encoding\":{\"gsm7\":\"0\"},\"json\":", "request.encoding.ucs2: missing"},
        {"\"json\":", "\"encoding\":{\"gsm7\":\"0\",\"ucs2\":\"a\\nb\"},\"json\":",
         "request.encoding.ucs2: a control character"},
        {"{secret}", "{text}", "request.headers.X-Key: {text} has no place here"},
        {"\"id\":\"data.id\"", "\"body_starts\":[]", "accepted.body_starts: expected an array of 1..4 items"},
        {"\"id\":\"data.id\"", "\"id\":\"data.id\",\"body_starts\":[\"0:\"]", "accepted.id: unknown member"},
        {"\"state\":\"status\",", "\"state\":\"status\",\"states_by\":\"bits\",",
         "receipt.states.OK: a state of bits is a decimal number, 1 or more"},
        {"\"text\":\"message\",", "", "reply.text: missing"},
        {"[200,201]", "[]", "accepted.status: expected an array of 1..8 items"},
        {"[200,201]", "[200,404]", "accepted.status[1]: "},
        {",\"id\":\"data.id\"", "", "accepted.id: missing"},
        {"\"outcome\":\"permanent\"", "\"outcome\":\"lost\"", "outcomes[2].outcome: expected retry, "},
        {"\"outcome\":\"permanent\"", "\"outcome\":\"accepted\"", "outcomes[2].outcome: expected retry, "},
        {"\"field\":\"error\",", "", "outcomes[1].field: missing"},
        {"\"status_to\":409", "\"status_to\":399", "outcomes[2].status_to: "},
        {"\"format\":\"form\",\"ref\"", "\"format\":\"xml\",\"ref\"",
         "receipt.format: expected json or form or query"},
        {"\"expired\"", "\"lost\"", "receipt.states.GONE: expected enroute, "},
        {"\"id\":\"id\",\"from\"", "\"from\"",
         "reply.id: missing: replies without an id of their own cannot be counted once"},
        {"\"digits\"", "\"national\"", "reply.number_form: expected e164 or digits or either"},
        {"\"text\":\"message\"", "\"text\":\"message\",\"time\":\"t\"", "reply.time: unknown member"},
        {"{\"kind\"", "{\"kind\":1,\"kind\"", "line 1, column 11: this member was given before"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error error = {""};
        struct text json = {0};
        const char *at = strstr(PROVIDER, cases[i].old);
        assert_non_null(at);
        text_add_bytes(&json, PROVIDER, (size_t)(at - PROVIDER));
        text_add(&json, cases[i].new);
        text_add(&json, at + strlen(cases[i].old));
        struct profile *profile = profile_parse(json.chars, json.bytes, &error);
        if (profile != NULL || strncmp(error.text, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("%s → %s: \"%s\"", cases[i].old, cases[i].new, error.text);
        text_free(&json);
    }
}

static void a_missing_profile_is_named(void **state)
{
    (void)state;
    struct error error = {""};
    assert_null(profile_load(&settings, "nobody", &error));
    assert_non_null(strstr(error.text, "gateway profile \"nobody\""));
    assert_non_null(strstr(error.text, "config/gateways/nobody.json"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_simulators_request_is_written_exactly),
        cmocka_unit_test(a_secret_cannot_end_a_header_and_numbers_stand_alone),
        cmocka_unit_test(every_answer_has_an_outcome),
        cmocka_unit_test(an_answer_cut_short_is_unknown_and_a_long_id_is_left_out),
        cmocka_unit_test(retry_after_is_seconds_or_a_date),
        cmocka_unit_test(replies_are_read_whole),
        cmocka_unit_test(bad_replies_are_told_apart),
        cmocka_unit_test(what_is_too_long_is_malformed),
        cmocka_unit_test(receipts_are_read_or_told_apart),
        cmocka_unit_test(a_profile_is_refused_with_the_path),
        cmocka_unit_test(a_missing_profile_is_named),
    };
    return cmocka_run_group_tests(tests, load_profiles, free_profiles);
}
