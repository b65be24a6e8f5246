/* Twilio, Programmable Messaging, API 2010-04-01: POST /2010-04-01/Accounts/{account}/Messages.json, a form, Basic with
 * account and auth token. Gives no reference of the customer back: receipts go to the StatusCallback as it was told.
 *
 *   …9012 a number that is no mobile   …9014 no way to that network
 *   …9103 unknown, …9104 a fixed line, …9105 filtered: "undelivered" with a code of its own;  …9106 failed, …9107 canceled
 *   …9111 accepted  …9112 scheduled  …9113 queued  …9114 sending (…9110 is sent)
 *
 * Webhooks are signed with the auth token: HMAC-SHA1 over the URL and the sorted form. */
#include <stdio.h>
#include <string.h>

#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

#define BODY_CHARACTERS_MAX 1600
#define VALIDITY_S_MAX      36000

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 400, "20422", "Invalid parameter", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "20003", "Authenticate", true},
    {REFUSES_THROTTLED, 9001, 429, "20429", "Too Many Requests", true},
    {REFUSES_NUMBER, 9002, 400, "21211", "Invalid 'To' Phone Number", true},
    {REFUSES_NUMBER, 9012, 400, "21614", "'To' number is not a valid mobile number", true},
    {REFUSES_OPTED_OUT, 9003, 400, "21610", "Attempt to send to unsubscribed recipient", true},
    {REFUSES_PERMANENT, 9004, 400, "21617", "The concatenated message body exceeds the 1600 character limit",
     true},
    {REFUSES_PERMANENT, 9014, 400, "21612",
     "Message cannot be sent with the current combination of 'To' and 'From'", true},
    {REFUSES_UNKNOWN, 9007, 500, "20500", "Internal Server Error", true},
    {REFUSES_MALFORMED, 0, 400, "21602", "Message body is required", true},
    {REFUSES_MALFORMED, 0, 400, "21603", "A 'From' phone number is required", true},
    {REFUSES_MALFORMED, 0, 400, "21604", "A 'To' phone number is required", true},
    {REFUSES_MALFORMED, 0, 400, "21609", "Invalid 'StatusCallback' URL", true},
    {REFUSES_MALFORMED, 0, 404, "20404", "The requested resource was not found", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "delivered", "", ""},
    {9101, "undelivered", "undelivered", "30003", ""},
    {9103, "undelivered", "undelivered", "30005", ""},
    {9104, "undelivered", "undelivered", "30006", ""},
    {9105, "undelivered", "undelivered", "30007", ""},
    {9106, "undelivered", "failed", "30008", ""},
    {9107, "undelivered", "canceled", "", ""},
    {9110, "enroute", "sent", "", ""},
    {9111, "enroute", "accepted", "", ""},
    {9112, "enroute", "scheduled", "", ""},
    {9113, "enroute", "queued", "", ""},
    {9114, "enroute", "sending", "", ""},
    {0},
};

static const struct dialect_refusal *read_form(const cJSON *form, struct dialect_batch *batch_out);
static void call_signed(const struct dialect_account *account, const struct webhook *webhook,
                        const struct sign_fields *fields, struct dialect_webhook *out);

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    wire_digest_id("SM", message, 32, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    char path[256];
    if (!wire_is_basic(call->authorization, account->name, account->secret))
        return dialect_refusal_code(&dialect_twilio, "20003");
    (void)snprintf(path, sizeof path, "/2010-04-01/Accounts/%s/Messages.json", account->name);
    if (strcmp(call->path, path) != 0 || strcmp(call->method, "POST") != 0)
        return dialect_refusal_code(&dialect_twilio, "20404");
    cJSON *form = wire_is_type(call->content_type, "application/x-www-form-urlencoded")
                      ? wire_form(call->body, call->body_bytes)
                      : NULL;
    if (form == NULL)
        return dialect_refusal_code(&dialect_twilio, "20422");
    const struct dialect_refusal *refusal = read_form(form, batch_out);
    cJSON_Delete(form);
    return refusal;
}

static size_t characters(const char *utf8)
{
    size_t count = 0;
    for (; *utf8 != '\0'; utf8++)
        count += ((unsigned char)*utf8 & 0xC0) != 0x80;
    return count;
}

static const struct dialect_refusal *read_form(const cJSON *form, struct dialect_batch *batch_out)
{
    char reference[MESSAGE_ID_SIZE] = "";
    const char *to = wire_text(form, "To"), *body = wire_text(form, "Body");
    const char *from = wire_text(form, "From"), *service = wire_text(form, "MessagingServiceSid");
    const char *callback = wire_text(form, "StatusCallback");
    if (to == NULL || to[0] == '\0')
        return dialect_refusal_code(&dialect_twilio, "21604");
    if (from == NULL && service == NULL)
        return dialect_refusal_code(&dialect_twilio, "21603");
    if (body == NULL || body[0] == '\0')
        return dialect_refusal_code(&dialect_twilio, "21602");
    if (characters(body) > BODY_CHARACTERS_MAX)
        return dialect_refusal_code(&dialect_twilio, "21617");
    if (callback != NULL && !wire_is_web_url(callback))
        return dialect_refusal_code(&dialect_twilio, "21609");
    if (!wire_int_within(form, "ValidityPeriod", 1, VALIDITY_S_MAX))
        return dialect_refusal_code(&dialect_twilio, "20422");
    if (callback != NULL)
        wire_url_reference(callback, reference);
    struct dialect_message *message =
        dialect_batch_add(batch_out, reference, to, from != NULL ? from : service, body, callback);
    if (!phone_is_e164(to))
        message->refusal = dialect_refusal_code(&dialect_twilio, "21211");
    return NULL;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    text_addf(&answer_out->body,
              "{\"code\":%s,\"message\":\"%s\",\"more_info\":\"https://www.twilio.com/docs/errors/"
              "%s\",\"status\":%d}",
              refusal->code, refusal->words, refusal->code, refusal->status);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    const struct dialect_message *message = &batch->messages[0];
    if (message->refusal != NULL) {
        refuse(message->refusal, answer_out);
        return;
    }
    wire_answer_json(answer_out, 201);
    text_addf(&answer_out->body,
              "{\"sid\":\"%s\",\"status\":\"queued\",\"num_segments\":\"%d\",\"direction\":\"outbound-api\","
              "\"api_version\":\"2010-04-01\",\"to\":\"%s\",\"from\":",
              message->gateway_id, (int)message->segments, message->to);
    json_add_string(&answer_out->body, message->from);
    text_add(&answer_out->body, ",\"body\":");
    json_add_string(&answer_out->body, message->text);
    text_add(&answer_out->body, ",\"price\":null,\"error_code\":null,\"error_message\":null}");
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    const struct webhook *receipt = list[0];
    struct sign_fields fields = {0};
    (void)count;
    (void)now_ms;
    sign_field(&fields, "SmsSid", receipt->id);
    sign_field(&fields, "SmsStatus", receipt->told->state);
    sign_field(&fields, "MessageStatus", receipt->told->state);
    sign_field(&fields, "To", receipt->from);
    sign_field(&fields, "MessageSid", receipt->id);
    sign_field(&fields, "AccountSid", account->name);
    sign_field(&fields, "From", receipt->to);
    sign_field(&fields, "ApiVersion", "2010-04-01");
    if (receipt->told->code[0] != '\0')
        sign_field(&fields, "ErrorCode", receipt->told->code);
    call_signed(account, receipt, &fields, out);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct sign_fields fields = {0};
    char sid[WIRE_ID_SIZE];
    (void)now_ms;
    gateway_id(webhook->id, sid);
    sign_field(&fields, "ToCountry", "FI");
    sign_field(&fields, "SmsMessageSid", sid);
    sign_field(&fields, "NumMedia", "0");
    sign_field(&fields, "SmsSid", sid);
    sign_field(&fields, "SmsStatus", "received");
    sign_field(&fields, "Body", webhook_text(webhook));
    sign_field(&fields, "To", webhook->to);
    sign_field(&fields, "NumSegments", "1");
    sign_field(&fields, "MessageSid", sid);
    sign_field(&fields, "AccountSid", account->name);
    sign_field(&fields, "From", webhook->from);
    sign_field(&fields, "ApiVersion", "2010-04-01");
    if (strcmp(webhook_text(webhook), "STOP") == 0)
        sign_field(&fields, "OptOutType", "STOP");
    call_signed(account, webhook, &fields, out);
}

static void call_signed(const struct dialect_account *account, const struct webhook *webhook,
                        const struct sign_fields *fields, struct dialect_webhook *out)
{
    struct text told = {0}, signature = {0};
    wire_told_url(account, webhook, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    sign_form(fields, &out->body);
    sign_twilio(account->webhook_secret, told.chars, fields, &signature);
    wire_header(out, "Content-Type", "application/x-www-form-urlencoded");
    wire_header(out, "X-Twilio-Signature", signature.chars);
    text_free(&told);
    text_free(&signature);
}

const struct dialect dialect_twilio = {.name = "twilio",
                                       .prefix = "/2010-04-01/",
                                       .receipts_max = 1,
                                       .status_taken_high = 299,
                                       .refusals = refusals,
                                       .states = states,
                                       .gateway_id = gateway_id,
                                       .read = read_call,
                                       .answer = answer,
                                       .refuse = refuse,
                                       .receipts = receipts,
                                       .reply = reply};
