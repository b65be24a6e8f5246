/* Each provider's side as its documents show it: raw requests, and what they are answered. */
#include "dialect_account.h"

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"

static struct dialect_batch batch;
static struct dialect_answer said;

/* A request with its answer in `said`; everything it holds that can be accepted is. */
static void request(const struct dialect *dialect, const char *path, const char *type,
                    const char *authorization, const char *body)
{
    struct dialect_call call = {.method = "POST",
                                .path = path,
                                .content_type = type,
                                .authorization = authorization,
                                .body = body,
                                .body_bytes = strlen(body)};
    dialect_batch_clear(&batch);
    text_free(&said.body);
    said = (struct dialect_answer){0};
    assert_true(dialect_owns(dialect, path));
    const struct dialect_refusal *refusal = dialect->read(&account, &call, &batch);
    if (refusal != NULL) {
        dialect->refuse(refusal, &said);
        return;
    }
    assert_true(batch.count > 0);
    for (size_t i = 0; i < batch.count; i++)
        dialect->gateway_id(batch.messages[i].id, batch.messages[i].gateway_id);
    dialect->answer(&batch, &said);
}

static void expect(int status, const char *words)
{
    if (said.status != status || strstr(said.body.chars != NULL ? said.body.chars : "", words) == NULL)
        fail_msg("answered %d %s, expected %d with %s", said.status, said.body.chars, status, words);
}

static void expect_message(size_t n, const char *id, const char *to, const char *text)
{
    assert_true(n < batch.count);
    assert_string_equal(batch.messages[n].id, id);
    assert_string_equal(batch.messages[n].to, to);
    assert_string_equal(batch.messages[n].text, text);
}

static void expect_json(void)
{
    struct error error;
    cJSON *json = json_parse(said.body.chars, said.body.bytes, &error);
    if (json == NULL)
        fail_msg("%s: %s", error.text, said.body.chars);
    cJSON_Delete(json);
}

/* --- submits --- */

static void twilio_takes_what_its_document_shows(void **state)
{
    static const char path[] = "/2010-04-01/Accounts/acme/Messages.json";
    static const char body[] =
        "To=%2B358401234567&From=%2B358457000000&Body=Hei+%C3%A4&StatusCallback=https%3A%2F%2F"
        "sms.example.fi%2Fr%3Fref%3Dm1&ValidityPeriod=36000";
    (void)state;
    request(&dialect_twilio, path, FORM, BASIC, body);
    expect(201, "\"sid\":\"SM");
    expect(201, "\"num_segments\":\"1\"");
    expect_json();
    expect_message(0, "m1", "+358401234567", "Hei ä");
    assert_string_equal(batch.messages[0].callback, "https://sms.example.fi/r?ref=m1");
    assert_string_equal(batch.messages[0].from, "+358457000000");
    assert_int_equal(strlen(batch.messages[0].gateway_id), 34);

    request(&dialect_twilio, path, FORM, "Basic d3Jvbmc=", body);
    expect(401, "\"code\":20003");
    request(&dialect_twilio, path, FORM, "", body);
    expect(401, "\"code\":20003");
    request(&dialect_twilio, "/2010-04-01/Accounts/other/Messages.json", FORM, BASIC, body);
    expect(404, "\"code\":20404");
    request(&dialect_twilio, path, JSON, BASIC, body);
    expect(400, "\"code\":20422");
    request(&dialect_twilio, path, FORM, BASIC, "From=1&Body=x");
    expect(400, "\"code\":21604");
    request(&dialect_twilio, path, FORM, BASIC, "To=%2B358401234567&Body=x");
    expect(400, "\"code\":21603");
    request(&dialect_twilio, path, FORM, BASIC, "To=%2B358401234567&From=1");
    expect(400, "\"code\":21602");
    request(&dialect_twilio, path, FORM, BASIC, "To=0401234567&From=1&Body=x");
    expect(400, "\"code\":21211");
    request(&dialect_twilio, path, FORM, BASIC, "To=%2B358401234567&From=1&Body=x&ValidityPeriod=86400");
    expect(400, "\"code\":20422");
    request(&dialect_twilio, path, FORM, BASIC, "To=%2B358401234567&From=1&Body=x&StatusCallback=here");
    expect(400, "\"code\":21609");
    request(&dialect_twilio, path, FORM, BASIC, "To=%2B358401234567&From=1&Body=%E4");
    expect(400, "\"code\":20422"); /* Latin-1 */
    request(&dialect_twilio, path, FORM, BASIC, "To=%2B358401234567&From=1&Body=x%");
    expect(400, "\"code\":20422");
}

static void vonage_answers_everything_200(void **state)
{
    static const char body[] = "api_key=acme&api_secret=s3cret&from=18123&to=358401234567&text=Hei&type=text&"
                               "client-ref=m1&ttl=86400000";
    struct text long_body = {0};
    (void)state;
    request(&dialect_vonage, "/sms/json", FORM, "", body);
    expect(200, "{\"message-count\":\"1\",\"messages\":[{\"to\":\"358401234567\",\"message-id\":\"0A");
    expect(200, "\"status\":\"0\"");
    expect(200, "\"client-ref\":\"m1\"");
    expect_json();
    expect_message(0, "m1", "+358401234567", "Hei");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, "from=18123&to=358401234567&text=Hei&client-ref=m1");
    expect(200, "\"status\":\"0\"");
    request(&dialect_vonage, "/sms/json", FORM, "",
            "api_key=acme&api_secret=no&from=1&to=358401234567&text=x");
    expect(200, "{\"message-count\":\"1\",\"messages\":[{\"status\":\"4\"");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, "from=18123&to=358401234567");
    expect(200, "\"status\":\"2\"");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, "from=18123&to=%2B358401234567&text=x");
    expect(200, "\"status\":\"3\"");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, "from=18123&to=358401234567&text=x&ttl=24");
    expect(200, "\"status\":\"3\"");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, "from=1&to=358401234567&text=%C5%A1&type=unicode");
    expect_message(0, batch.messages[0].id, "+358401234567", "š");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, "from=1&to=358401234567&text=%C5%A1");
    expect_message(0, batch.messages[0].id, "+358401234567", "????");

    text_add(&long_body, "from=18123&to=358401234567&client-ref=m1&text=");
    for (int i = 0; i < 200; i++)
        text_add(&long_body, "a");
    request(&dialect_vonage, "/sms/json", FORM, BASIC, long_body.chars);
    expect(200, "{\"message-count\":\"2\"");
    expect_json();
    const char *first = strstr(said.body.chars, "\"message-id\":"),
               *second = strstr(first + 1, "\"message-id\":");
    assert_non_null(second);
    assert_int_not_equal(strncmp(first, second, 31), 0);
    text_free(&long_body);
}

static void infobip_settles_each_message_of_a_batch(void **state)
{
    static const char body[] =
        "{\"messages\":[{\"sender\":\"18123\",\"destinations\":[{\"to\":\"358401234567\",\"messageId\":"
        "\"m1\"}],"
        "\"content\":{\"text\":\"Hei\"},\"options\":{\"validityPeriod\":{\"amount\":24,\"timeUnit\":"
        "\"HOURS\"}},"
        "\"webhooks\":{\"delivery\":{\"url\":\"" CALLBACK "\"},\"callbackData\":\"m1\"}},"
        "{\"sender\":\"18123\",\"destinations\":[{\"to\":\"12\",\"messageId\":\"m2\"}],\"content\":{\"text\":"
        "\"Moi\"}}]}";
    (void)state;
    request(&dialect_infobip, "/sms/3/messages", JSON, "App s3cret", body);
    assert_int_equal(batch.count, 2);
    expect_message(0, "m1", "+358401234567", "Hei");
    expect(200,
           "{\"messageId\":\"m1\",\"destination\":\"358401234567\",\"status\":{\"groupId\":1,\"groupName\":"
           "\"PENDING\",\"id\":26");
    expect(200,
           "{\"messageId\":\"m2\",\"destination\":\"\",\"status\":{\"groupId\":5,\"groupName\":\"REJECTED\","
           "\"id\":52");
    expect_json();
    assert_string_equal(batch.messages[0].gateway_id, "m1");
    assert_string_equal(dialect_refusal(&dialect_infobip, REFUSES_DUPLICATE)->code, "23");
    request(&dialect_infobip, "/sms/3/messages", JSON, "App wrong", body);
    expect(401, "\"errorCode\":\"E401\"");
    request(&dialect_infobip, "/sms/2/text/advanced", JSON, "App s3cret", body);
    expect(404, "\"errorCode\":\"E404\"");
    request(&dialect_infobip, "/sms/3/messages", JSON, "App s3cret", "{\"messages\":[]}");
    expect(400, "\"errorCode\":\"E400\"");
    request(&dialect_infobip, "/sms/3/messages", JSON, "App s3cret",
            "{\"messages\":[{\"sender\":\"1\",\"destinations\":[{\"to\":\"358401234567\"}]}]}");
    expect(400, "\"errorCode\":\"E400\"");
}

#define LINK_ALL                                                                                             \
    "\"platformId\":\"SMSC\",\"platformPartnerId\":\"4711\",\"useDeliveryReport\":true,"                     \
    "\"deliveryReportGates\":[\"g\"],\"relativeValidityTime\":86400000,\"ignoreResponse\":false"
#define LINK_ONE(ref, to)                                                                                    \
    "\"source\":\"18123\",\"sourceTON\":\"SHORTNUMBER\",\"destination\":\"" to                               \
    "\",\"userData\":\"Hei\",\"refId\":\"" ref "\""

static void link_takes_one_or_many(void **state)
{
    static const char one[] = "{" LINK_ONE("m1", "+358401234567") "," LINK_ALL "}";
    struct text many = {0};
    (void)state;
    request(&dialect_link, "/sms/send", JSON, BASIC, one);
    expect_message(0, "m1", "+358401234567", "Hei");
    expect(200, "{\"refId\":\"m1\",\"messageId\":\"Dcsh");
    expect(200, "\"resultCode\":1005");
    expect_json();
    request(&dialect_link, "/sms/sendbatch", JSON, BASIC,
            "{" LINK_ALL
            ",\"sendRequestMessages\":[{" LINK_ONE("m1", "+358401234567") "},{" LINK_ONE("m2", "1") "}]}");
    assert_int_equal(batch.count, 2);
    expect(200, "[{\"refId\":\"m1\",\"messageId\":\"Dcsh");
    expect(200, ",{\"refId\":\"m2\",\"messageId\":null,\"resultCode\":2104");
    expect_json();
    text_add(&many, "{" LINK_ALL ",\"sendRequestMessages\":[");
    for (int i = 0; i < 1001; i++)
        text_addf(&many, "%s{%s}", i == 0 ? "" : ",", LINK_ONE("m", "+358401234567"));
    text_add(&many, "]}");
    request(&dialect_link, "/sms/sendbatch", JSON, BASIC, many.chars);
    expect(400, "Bad Request");
    text_free(&many);
    request(&dialect_link, "/sms/sendbatch", JSON, BASIC, one);
    expect(400, "Bad Request");
    request(&dialect_link, "/sms/send", JSON, BASIC, "{" LINK_ALL ",\"source\":\"1\"}");
    expect(400, "Bad Request");
    request(&dialect_link, "/sms/send", JSON, BASIC, "{" LINK_ONE("m1", "+358401234567") "}");
    expect(400, "\"resultCode\":106200");
    request(&dialect_link, "/sms/send", JSON, "Bearer s3cret", one);
    expect(401, "\"resultCode\":106100");
}

static void elks_refuses_in_words(void **state)
{
    (void)state;
    request(&dialect_46elks, "/a1/sms", FORM, BASIC,
            "from=18123&to=%2B358401234567&message=Hei&whendelivered=https%3A%2F%2Fu%3Ap%40sms.example.fi%"
            "2Fr%3Fref%3Dm1");
    expect_message(0, "m1", "+358401234567", "Hei");
    expect(200, "\"status\":\"created\"");
    expect(200, "\"id\":\"s");
    expect_json();
    request(&dialect_46elks, "/a1/sms", FORM, BASIC, "from=18123&to=358401234567&message=Hei");
    expect(400, "Invalid to number");
    request(&dialect_46elks, "/a1/sms", FORM, BASIC, "from=18123&to=%2B358401234567");
    expect(400, "Missing key");
    request(&dialect_46elks, "/a1/sms", FORM, "", "from=18123&to=%2B358401234567&message=Hei");
    expect(401, "Basic HTTP authentication");
}

static void gatewayapi_wants_a_number(void **state)
{
    (void)state;
    request(&dialect_gatewayapi, "/mobile/single", JSON, "Token s3cret",
            "{\"sender\":\"18123\",\"message\":\"Hei\",\"recipient\":358401234567,\"reference\":\"m1\"}");
    expect_message(0, "m1", "+358401234567", "Hei");
    expect(202, "\"recipient\":358401234567,\"reference\":\"m1\"");
    assert_int_equal(strlen(batch.messages[0].gateway_id), 26);
    expect_json();
    request(&dialect_gatewayapi, "/mobile/single", JSON, "Token s3cret",
            "{\"sender\":\"18123\",\"message\":\"Hei\",\"recipient\":\"358401234567\"}");
    expect(422, "Invalid recipient");
    request(&dialect_gatewayapi, "/mobile/single", JSON, "Bearer s3cret", "{}");
    expect(401, "detail");
    request(&dialect_gatewayapi, "/mobile/single", JSON, "Token s3cret", "{}");
    expect(422, "Field required");
}

static void sinch_has_one_text_for_many(void **state)
{
    (void)state;
    request(&dialect_sinch, "/xms/v1/acme/batches", JSON, "Bearer s3cret",
            "{\"from\":\"18123\",\"to\":[\"358401234567\",\"+358401234568\"],\"body\":\"Hei\","
            "\"delivery_report\":\"per_recipient\",\"client_reference\":\"b1\",\"callback_url\":\"" CALLBACK
            "\"}");
    assert_int_equal(batch.count, 2);
    expect_message(0, "b1/358401234567", "+358401234567", "Hei");
    expect_message(1, "b1/358401234568", "+358401234568", "Hei");
    assert_string_equal(batch.messages[0].gateway_id, batch.messages[1].gateway_id);
    expect(201, "\"to\":[\"358401234567\",\"358401234568\"]");
    expect_json();
    request(&dialect_sinch, "/xms/v1/acme/batches", JSON, "Bearer s3cret",
            "{\"from\":\"18123\",\"to\":[\"358401234567\"],\"body\":\"Hei\",\"client_reference\":\"m1\"}");
    expect_message(0, "m1", "+358401234567", "Hei");
    request(&dialect_sinch, "/xms/v1/acme/batches", JSON, "Bearer s3cret",
            "{\"from\":\"18123\",\"to\":[\"358401234567\",\"x\"],\"body\":\"Hei\"}");
    expect(400, "\"code\":\"syntax_invalid_parameter_format\"");
    request(&dialect_sinch, "/xms/v1/acme/batches", JSON, "Bearer s3cret", "{\"from\":\"18123\"}");
    expect(400, "\"code\":\"syntax_constraint_violation\"");
    request(&dialect_sinch, "/xms/v1/acme/batches", JSON, "Bearer s3cret", "{");
    expect(400, "\"code\":\"syntax_invalid_json\"");
    request(&dialect_sinch, "/xms/v1/other/batches", JSON, "Bearer s3cret", "{}");
    expect(404, "resource_not_found");
    request(&dialect_sinch, "/xms/v1/acme/batches", JSON, "Bearer no", "{}");
    assert_int_equal(said.status, 401);
}

static void telnyx_lists_errors(void **state)
{
    (void)state;
    request(
        &dialect_telnyx, "/v2/messages", JSON, "Bearer s3cret",
        "{\"from\":\"+358457000000\",\"to\":\"+358401234567\",\"text\":\"Hei\",\"webhook_url\":\"" CALLBACK
        "?ref=m1\"}");
    expect_message(0, "m1", "+358401234567", "Hei");
    expect(200, "{\"data\":{\"record_type\":\"message\"");
    expect_json();
    assert_int_equal(strlen(batch.messages[0].gateway_id), 36);
    request(&dialect_telnyx, "/v2/messages", JSON, "Bearer s3cret",
            "{\"from\":\"1\",\"to\":\"0401\",\"text\":\"x\"}");
    expect(400, "{\"errors\":[{\"code\":\"40310\"");
    request(&dialect_telnyx, "/v2/messages", JSON, "Bearer s3cret", "{\"from\":\"1\"}");
    expect(422, "{\"errors\":[{\"code\":\"10015\"");
    request(&dialect_telnyx, "/v2/messages", JSON, "Bearer no", "{}");
    expect(401, "{\"errors\":[{\"code\":\"10009\"");
}

/* Every code of the tables can be asked for, no two by the same digits, and is said in a readable answer. */
static void every_code_can_be_provoked(void **state)
{
    static const struct dialect *const providers[] = {&dialect_twilio, &dialect_vonage, &dialect_infobip,
                                                      &dialect_link,   &dialect_46elks, &dialect_gatewayapi,
                                                      &dialect_sinch,  &dialect_telnyx};
    (void)state;
    for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++) {
        const struct dialect *dialect = providers[i];
        static const int alike[] = {9001, 9002, 9004, 9005, 9007};
        char to[PHONE_SIZE];
        assert_ptr_equal(dialect_find(dialect->name), dialect);
        for (size_t k = 0; k < sizeof alike / sizeof alike[0]; k++) {
            (void)snprintf(to, sizeof to, "+35840000%d", alike[k]);
            assert_non_null(dialect_refusal_asked(dialect, to));
        }
        for (const struct dialect_refusal *row = dialect->refusals; row->words != NULL; row++) {
            if (row->digits == 0)
                continue;
            (void)snprintf(to, sizeof to, "+35840000%d", row->digits);
            assert_ptr_equal(dialect_refusal_asked(dialect, to), row);
            assert_null(dialect_state_asked(dialect, to));
            struct dialect_answer refused = {0};
            dialect->refuse(row, &refused);
            assert_int_equal(refused.status, row->status);
            if (row->code[0] != '\0' && row->whole && row->status != 422 && dialect != &dialect_gatewayapi)
                assert_non_null(strstr(refused.body.chars, row->code));
            text_free(&refused.body);
        }
        for (const struct dialect_state *row = dialect->states; row->means != NULL; row++) {
            (void)snprintf(to, sizeof to, "+35840000%d", row->digits);
            if (row->digits != 0)
                assert_ptr_equal(dialect_state_asked(dialect, to), row);
        }
        assert_string_equal(dialect_state(dialect, "delivered")->means, "delivered");
        assert_string_equal(dialect_state(dialect, "undelivered")->means, "undelivered");
        assert_string_equal(dialect_state(dialect, "enroute")->means, "enroute");
    }
    assert_null(dialect_find("nexmo"));
    assert_null(dialect_refusal_asked(&dialect_simulator, "+358400009001"));
}

static int forget(void **state)
{
    (void)state;
    dialect_batch_clear(&batch);
    text_free(&said.body);
    return 0;
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twilio_takes_what_its_document_shows),
        cmocka_unit_test(vonage_answers_everything_200),
        cmocka_unit_test(infobip_settles_each_message_of_a_batch),
        cmocka_unit_test(link_takes_one_or_many),
        cmocka_unit_test(elks_refuses_in_words),
        cmocka_unit_test(gatewayapi_wants_a_number),
        cmocka_unit_test(sinch_has_one_text_for_many),
        cmocka_unit_test(telnyx_lists_errors),
        cmocka_unit_test(every_code_can_be_provoked),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
