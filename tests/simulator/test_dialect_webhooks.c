/* Webhooks in each provider's words, what stands in them, and the signatures against values that were published or come from
 * other code. */
#include "dialect_account.h"

#define NOW_MS INT64_C(1767600000123)

/* RFC 8032, 7.1, test 1: the seed of its private key. */
#define SEED "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="

static struct dialect_webhook called;

static const char *header_of(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < called.headers_count; i++)
        if (strncmp(called.headers[i].chars, name, length) == 0 && called.headers[i].chars[length] == ':')
            return called.headers[i].chars + length + 2;
    return "";
}

static void tell_receipts(const struct dialect *dialect, const char *digits_a, const char *digits_b,
                          const char *callback)
{
    static const char *const messages[] = {"m1", "m2"};
    const char *const digits[] = {digits_a, digits_b};
    struct webhook *list[2] = {NULL};
    size_t count = digits_b != NULL ? 2 : 1;
    for (size_t i = 0; i < count; i++) {
        char id[WIRE_ID_SIZE], to[PHONE_SIZE];
        (void)snprintf(to, sizeof to, "+35840123%s", digits[i]);
        const struct dialect_state *told = dialect_state_asked(dialect, to);
        dialect->gateway_id(messages[i], id);
        list[i] =
            webhook_new_receipt(messages[i], id, told != NULL ? told : dialect_state(dialect, "delivered"),
                                to, "18123", callback);
    }
    dialect_webhook_clear(&called);
    dialect->receipts(&account, (const struct webhook *const *)list, count, NOW_MS, &called);
    for (size_t i = 0; i < count; i++)
        webhook_free(&list[i]);
}

static void tell_reply(const struct dialect *dialect, const char *text)
{
    struct webhook *reply = webhook_new_said("r1", "+358401234567", "18123", text);
    dialect_webhook_clear(&called);
    dialect->reply(&account, reply, NOW_MS, &called);
    webhook_free(&reply);
}

static void expect_called(const char *url, const char *words)
{
    assert_string_equal(called.url.chars, url);
    if (strstr(called.body.chars, words) == NULL)
        fail_msg("%s not in %s", words, called.body.chars);
}

#define CALLED         "http://127.0.0.1:8088/v1/gateways/lane/token-of-the-path/"
#define RECEIPT_CALLED CALLED "receipt"
#define REPLY_CALLED   CALLED "reply"

static void receipts_are_told_in_the_providers_words(void **state)
{
    (void)state;
    tell_receipts(&dialect_twilio, "9101", NULL, CALLBACK "?ref=m1");
    expect_called(RECEIPT_CALLED "?ref=m1", "MessageStatus=undelivered");
    expect_called(RECEIPT_CALLED "?ref=m1", "&ErrorCode=30003");
    tell_receipts(&dialect_vonage, "9102", NULL, CALLBACK);
    expect_called(RECEIPT_CALLED, "msisdn=358401239102&");
    expect_called(RECEIPT_CALLED, "&status=expired&");
    expect_called(RECEIPT_CALLED, "&client-ref=m1&");
    tell_receipts(&dialect_infobip, "0001", "9102", CALLBACK);
    expect_called(RECEIPT_CALLED, "{\"results\":[{\"bulkId\"");
    expect_called(RECEIPT_CALLED, "\"messageId\":\"m1\",\"to\":\"358401230001\"");
    expect_called(RECEIPT_CALLED, "\"status\":{\"groupId\":3,\"groupName\":\"DELIVERED\",\"id\":5");
    expect_called(RECEIPT_CALLED, "\"messageId\":\"m2\"");
    expect_called(RECEIPT_CALLED, "\"status\":{\"groupId\":4,\"groupName\":\"EXPIRED\",\"id\":15");
    assert_string_equal(header_of("Authorization"), "Basic aG9vazpwdw==");
    tell_receipts(&dialect_link, "9108", NULL, NULL);
    expect_called(RECEIPT_CALLED, "{\"refId\":\"m1\",\"id\":\"Dcsh");
    expect_called(RECEIPT_CALLED, "\"resultCode\":2205");
    tell_receipts(&dialect_46elks, "9101", NULL, "https://u:p%2Dw@sms.example.fi/r?ref=m1");
    expect_called("http://127.0.0.1:8088/r?ref=m1", "&status=failed");
    assert_string_equal(header_of("Authorization"), "Basic dTpwLXc=");
    tell_receipts(&dialect_gatewayapi, "9103", NULL, NULL);
    expect_called(RECEIPT_CALLED, "\"event_type\":\"message.status.sms\",\"event\":{\"msg_id\":\"01");
    expect_called(RECEIPT_CALLED, "\"reference\":\"m1\",\"status\":\"DELETED\"");
    tell_receipts(&dialect_sinch, "9102", NULL, CALLBACK);
    expect_called(RECEIPT_CALLED,
                  "\"client_reference\":\"m1\",\"recipient\":\"358401239102\",\"code\":406,\"status\":"
                  "\"Expired\"");
    tell_receipts(&dialect_telnyx, "9106", NULL, CALLBACK "?ref=m1");
    expect_called(RECEIPT_CALLED "?ref=m1", "\"event_type\":\"message.finalized\"");
    expect_called(RECEIPT_CALLED "?ref=m1",
                  "\"to\":[{\"phone_number\":\"+358401239106\",\"status\":\"delivery_failed\"}]");
    expect_called(RECEIPT_CALLED "?ref=m1", "\"errors\":[{\"code\":\"40310\"");
    tell_receipts(&dialect_telnyx, "9110", NULL, CALLBACK "?ref=m1");
    expect_called(RECEIPT_CALLED "?ref=m1", "\"event_type\":\"message.sent\"");
    tell_receipts(&dialect_simulator, "9101", NULL, NULL); /* asks for nothing there */
    expect_called(RECEIPT_CALLED, "\"ref\":\"m1\",\"state\":\"delivered\"}");
}

static void replies_are_told_in_the_providers_words(void **state)
{
    (void)state;
    tell_reply(&dialect_twilio, "4 š & kiitos");
    expect_called(REPLY_CALLED, "Body=4+%C5%A1+%26+kiitos&");
    expect_called(REPLY_CALLED, "From=%2B358401234567");
    tell_reply(&dialect_twilio, "STOP");
    expect_called(REPLY_CALLED, "&OptOutType=STOP");
    tell_reply(&dialect_vonage, "4 š");
    expect_called(REPLY_CALLED, "msisdn=358401234567&to=18123&messageId=r1&text=4+%C5%A1&type=unicode");
    tell_reply(&dialect_infobip, "4 \"š\"");
    expect_called(REPLY_CALLED, "\"from\":\"358401234567\",\"to\":\"18123\",\"text\":\"4 \\\"š\\\"\"");
    tell_reply(&dialect_link, "4");
    expect_called(REPLY_CALLED, "\"source\":\"+358401234567\",\"destination\":\"FI-18123\"");
    expect_called(REPLY_CALLED, "\"content\":{\"userData\":\"4\"}");
    tell_reply(&dialect_46elks, "4");
    expect_called(REPLY_CALLED, "id=r1&from=%2B358401234567&to=18123");
    assert_string_equal(header_of("Authorization"), "Basic aG9vazpwdw==");
    tell_reply(&dialect_gatewayapi, "4");
    expect_called(RECEIPT_CALLED, "\"event_type\":\"user-message.text.sms\"");
    expect_called(RECEIPT_CALLED, "\"sender\":358401234567,\"recipient\":18123");
    tell_reply(&dialect_sinch, "4");
    expect_called(
        REPLY_CALLED,
        "{\"type\":\"mo_text\",\"id\":\"r1\",\"from\":\"358401234567\",\"to\":\"18123\",\"body\":\"4\"");
    tell_reply(&dialect_telnyx, "4");
    expect_called(REPLY_CALLED, "\"event_type\":\"message.received\"");
    expect_called(REPLY_CALLED, "\"from\":{\"phone_number\":\"+358401234567\"");
}

static void a_part_tells_its_place(void **state)
{
    struct webhook *whole = webhook_new_said("r1", "+358401234567", "18123", "abcdef");
    struct webhook *first = webhook_part(whole, 1, 2, "abc"), *second = webhook_part(whole, 2, 2, "def");
    char reference[2][80];
    (void)state;
    assert_string_not_equal(first->id, second->id);
    for (int i = 0; i < 2; i++) {
        dialect_webhook_clear(&called);
        dialect_vonage.reply(&account, i == 0 ? first : second, NOW_MS, &called);
        expect_called(REPLY_CALLED, i == 0 ? "&text=abc&" : "&text=def&");
        expect_called(REPLY_CALLED,
                      i == 0 ? "&concat-total=2&concat-part=1&" : "&concat-total=2&concat-part=2&");
        (void)snprintf(reference[i], sizeof reference[i], "%.24s", strstr(called.body.chars, "concat-ref="));
    }
    assert_string_equal(reference[0], reference[1]);
    webhook_free(&whole);
    webhook_free(&first);
    webhook_free(&second);
}

/* --- signatures --- */

static void the_published_vectors_hold(void **state)
{
    struct sign_fields twilio = {0}, vonage = {0};
    struct text signature = {0}, empty = {0};
    (void)state;
    sign_field(&twilio, "To", "+18005551212");
    sign_field(&twilio, "Digits", "1234");
    sign_field(&twilio, "CallSid", "CA1234567890ABCDE");
    sign_field(&twilio, "From", "+14158675309");
    sign_field(&twilio, "Caller", "+14158675309");
    sign_twilio("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", &twilio, &signature);
    assert_string_equal(signature.chars, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    text_clear(&signature);
    sign_field(&vonage, "timestamp", "1234567890");
    sign_field(&vonage, "param2", "value2");
    sign_field(&vonage, "param1", "value1");
    sign_vonage("signature_secret", &vonage, &signature);
    assert_string_equal(signature.chars, "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287");
    text_clear(&signature);
    text_add(&empty, "");
    assert_true(sign_ed25519(SEED, &empty, &signature)); /* RFC 8032, 7.1, test 1 */
    assert_string_equal(signature.chars, "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVf"
                                         "uIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==");
    assert_false(sign_ed25519("not a seed", &empty, &signature));
    text_clear(&signature);
    text_clear(&empty);
    text_add(&empty, "what do ya want for nothing?"); /* RFC 4231, test 2 */
    sign_hmac_hex("Jefe", &empty, &signature);
    assert_string_equal(signature.chars, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    text_free(&signature);
    text_free(&empty);
}

/* What is signed is what is sent: recomputed from the finished webhook. */
static void webhooks_are_signed(void **state)
{
    struct text signs = {0}, signature = {0};
    (void)state;
    tell_reply(&dialect_gatewayapi, "4");
    sign_hmac_hex("12345", &called.body, &signature);
    assert_string_equal(header_of("Signature") + 3, signature.chars);
    assert_int_equal(strncmp(header_of("Signature"), "v1=", 3), 0);
    text_clear(&signature);
    tell_reply(&dialect_sinch, "4");
    assert_string_equal(header_of("x-sinch-webhook-signature-timestamp"), "1767600000");
    text_addf(&signs, "%s.%s.1767600000", called.body.chars, header_of("x-sinch-webhook-signature-nonce"));
    sign_hmac_base64("12345", &signs, &signature);
    assert_string_equal(header_of("x-sinch-webhook-signature"), signature.chars);
    tell_reply(&dialect_telnyx, "4"); /* its secret is no seed */
    assert_string_equal(header_of("telnyx-signature-ed25519"), "");
    tell_reply(&dialect_vonage, "4");
    assert_non_null(strstr(called.body.chars, "&timestamp=1767600000&"));
    assert_non_null(strstr(called.body.chars, "&sig="));
    tell_receipts(&dialect_twilio, "0001", NULL, CALLBACK "?ref=m1");
    assert_int_equal(strlen(header_of("X-Twilio-Signature")), 28);
    text_free(&signs);
    text_free(&signature);
}

static int forget(void **state)
{
    (void)state;
    dialect_webhook_clear(&called);
    return 0;
}

int main(void)
{
    secret_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receipts_are_told_in_the_providers_words),
        cmocka_unit_test(replies_are_told_in_the_providers_words),
        cmocka_unit_test(a_part_tells_its_place),
        cmocka_unit_test(the_published_vectors_hold),
        cmocka_unit_test(webhooks_are_signed),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
