/* Vonage, SMS API: POST /sms/json, a form with key and secret in it (or Basic). Always answered 200: what became of the
 * text stands in the body, one entry a part. Numbers are digits. Without type=unicode letters outside GSM-7 arrive as
 * question marks. Receipts come for each part, long replies in parts, in any order.
 *
 *   …9011 too many connections (10)   …9014 a parameter is wrong (3)   …9024 the account may not (12)
 *   …9015 barred (8)  …9025 no credit (9)  …9035 no REST (11)  …9045 wrong signature (14)  …9055 sender (15)
 *   …9103 failed  …9104 rejected  …9105 unknown  …9106 number unknown  …9107 barred by the person
 *   …9111 buffered (…9110 is accepted)
 *
 * Webhooks are forms, signed with the parameter sig (HMAC-SHA256 in hex over all others, timestamp among them). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "domain/sms_text.h"
#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

#define TTL_MS_MIN 20000
#define TTL_MS_MAX INT64_C(604800000)

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 200, "2", "Missing parameter", true},
    {REFUSES_UNAUTHORIZED, 9005, 200, "4", "Bad Credentials", true},
    {REFUSES_THROTTLED, 9001, 200, "1", "Throughput Rate Exceeded", true},
    {REFUSES_THROTTLED, 9011, 200, "10", "Too Many Existing Binds", true},
    {REFUSES_NUMBER, 9002, 200, "6", "Unroutable message - rejected", true},
    {REFUSES_OPTED_OUT, 9003, 200, "7", "Number barred", true},
    {REFUSES_PERMANENT, 9004, 200, "2", "Missing parameter", true},
    {REFUSES_PERMANENT, 9014, 200, "3", "Invalid parameter", true},
    {REFUSES_PERMANENT, 9024, 200, "12", "Message too long", true},
    {REFUSES_LANE, 9015, 200, "8", "Partner account barred", true},
    {REFUSES_LANE, 9025, 200, "9", "Partner quota violation", true},
    {REFUSES_LANE, 9035, 200, "11", "Account not enabled for REST", true},
    {REFUSES_LANE, 9045, 200, "14", "Invalid signature", true},
    {REFUSES_LANE, 9055, 200, "15", "Invalid sender address", true},
    {REFUSES_RETRY, 9006, 200, "5", "Internal Error", true},
    {REFUSES_UNKNOWN, 9007, 503, "", "Service Unavailable", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "delivered", "0", ""},
    {9101, "undelivered", "failed", "2", ""},
    {9102, "expired", "expired", "1", ""},
    {9103, "undelivered", "failed", "3", ""},
    {9104, "undelivered", "rejected", "6", ""},
    {9105, "undelivered", "unknown", "1", ""},
    {9106, "undelivered", "failed", "9", ""},
    {9107, "undelivered", "rejected", "4", ""},
    {9110, "enroute", "accepted", "0", ""},
    {9111, "enroute", "buffered", "0", ""},
    {0},
};

static const struct dialect_refusal *read_form(const struct dialect_account *account, const cJSON *form,
                                               const char *authorization, struct dialect_batch *batch_out);
static void call_signed(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                        struct sign_fields *fields, struct dialect_webhook *out);

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    wire_digest_id("0A", message, 14, id_out);
}

/* The first part's is the message's. */
static void part_id(const struct dialect_message *message, int64_t part, char id_out[WIRE_ID_SIZE])
{
    char of[MESSAGE_ID_SIZE + 24];
    (void)snprintf(of, sizeof of, "%s/%" PRId64, message->id, part);
    gateway_id(part == 1 ? message->id : of, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    bool here = strcmp(call->path, "/sms/json") == 0 && strcmp(call->method, "POST") == 0;
    cJSON *form = here && wire_is_type(call->content_type, "application/x-www-form-urlencoded")
                      ? wire_form(call->body, call->body_bytes)
                      : NULL;
    if (form == NULL)
        return dialect_refusal_code(&dialect_vonage, "2");
    const struct dialect_refusal *refusal = read_form(account, form, call->authorization, batch_out);
    cJSON_Delete(form);
    return refusal;
}

static const struct dialect_refusal *read_form(const struct dialect_account *account, const cJSON *form,
                                               const char *authorization, struct dialect_batch *batch_out)
{
    char number[PHONE_SIZE];
    struct sms_measure measure;
    const char *key = wire_text(form, "api_key"), *secret = wire_text(form, "api_secret");
    const char *from = wire_text(form, "from"), *to = wire_text(form, "to"), *text = wire_text(form, "text");
    const char *type = wire_text(form, "type"), *callback = wire_text(form, "callback");
    bool in_form = key != NULL && secret != NULL && strcmp(key, account->name) == 0 &&
                   strcmp(secret, account->secret) == 0;
    if (!in_form && !wire_is_basic(authorization, account->name, account->secret))
        return dialect_refusal_code(&dialect_vonage, "4");
    if (from == NULL || to == NULL || text == NULL || text[0] == '\0')
        return dialect_refusal_code(&dialect_vonage, "2");
    if (!wire_number(to, number) || !wire_int_within(form, "ttl", TTL_MS_MIN, TTL_MS_MAX) ||
        (callback != NULL && !wire_is_web_url(callback)) ||
        (type != NULL && strcmp(type, "text") != 0 && strcmp(type, "unicode") != 0))
        return dialect_refusal_code(&dialect_vonage, "3");
    sms_measure(text, &measure);
    if (measure.encoding == SMS_UCS2 && (type == NULL || strcmp(type, "unicode") != 0))
        text = "????";
    (void)dialect_batch_add(batch_out, wire_text(form, "client-ref"), number, from, text, callback);
    return NULL;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    if (refusal->status != 200)
        text_addf(&answer_out->body, "{\"error\":\"%s\"}", refusal->words);
    else
        text_addf(&answer_out->body,
                  "{\"message-count\":\"1\",\"messages\":[{\"status\":\"%s\",\"error-text\":\"%s\"}]}",
                  refusal->code, refusal->words);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    const struct dialect_message *message = &batch->messages[0];
    if (message->refusal != NULL) {
        refuse(message->refusal, answer_out);
        return;
    }
    wire_answer_json(answer_out, 200);
    text_addf(&answer_out->body, "{\"message-count\":\"%" PRId64 "\",\"messages\":[", message->segments);
    for (int64_t part = 1; part <= message->segments; part++) {
        char id[WIRE_ID_SIZE];
        part_id(message, part, id);
        text_addf(
            &answer_out->body,
            "%s{\"to\":\"%s\",\"message-id\":\"%s\",\"status\":\"0\",\"remaining-balance\":\"15.53590000\","
            "\"message-price\":\"0.05000000\",\"network\":\"24405\",\"client-ref\":",
            part > 1 ? "," : "", message->to + 1, id);
        json_add_string(&answer_out->body, message->id);
        text_add(&answer_out->body, "}");
    }
    text_add(&answer_out->body, "]}");
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    const struct webhook *receipt = list[0];
    struct sign_fields fields = {0};
    (void)count;
    sign_field(&fields, "msisdn", receipt->from + 1);
    sign_field(&fields, "to", receipt->to);
    sign_field(&fields, "network-code", "24405");
    sign_field(&fields, "messageId", receipt->id);
    sign_field(&fields, "price", "0.05000000");
    sign_field(&fields, "status", receipt->told->state);
    sign_field(&fields, "scts", "2601051000");
    sign_field(&fields, "err-code", receipt->told->code);
    sign_field(&fields, "client-ref", receipt->message);
    call_signed(account, receipt, now_ms, &fields, out);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct sign_fields fields = {0};
    struct sms_measure measure;
    char parts[24], part[24], whole[WIRE_ID_SIZE];
    sms_measure(webhook_text(webhook), &measure);
    sign_field(&fields, "msisdn", webhook->from + 1);
    sign_field(&fields, "to", webhook->to);
    sign_field(&fields, "messageId", webhook->id);
    sign_field(&fields, "text", webhook_text(webhook));
    sign_field(&fields, "type", measure.encoding == SMS_UCS2 ? "unicode" : "text");
    sign_field(&fields, "keyword", "NONE");
    if (webhook->parts > 1) {
        (void)snprintf(parts, sizeof parts, "%zu", webhook->parts);
        (void)snprintf(part, sizeof part, "%zu", webhook->part);
        wire_digest_id("", webhook->whole, 2, whole);
        sign_field(&fields, "concat", "true");
        sign_field(&fields, "concat-ref", whole);
        sign_field(&fields, "concat-total", parts);
        sign_field(&fields, "concat-part", part);
    }
    call_signed(account, webhook, now_ms, &fields, out);
}

static void call_signed(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                        struct sign_fields *fields, struct dialect_webhook *out)
{
    struct text told = {0}, signature = {0};
    char timestamp[24], day[24];
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm when;
    (void)gmtime_r(&seconds, &when);
    (void)strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S", &when);
    (void)snprintf(timestamp, sizeof timestamp, "%" PRId64, now_ms / 1000);
    sign_field(fields, "api-key", account->name);
    sign_field(fields, "message-timestamp", day);
    sign_field(fields, "timestamp", timestamp);
    sign_field(fields, "nonce", webhook->id);
    sign_vonage(account->webhook_secret, fields, &signature);
    sign_field(fields, "sig", signature.chars);
    sign_form(fields, &out->body);
    wire_told_url(account, webhook, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/x-www-form-urlencoded");
    text_free(&told);
    text_free(&signature);
}

const struct dialect dialect_vonage = {.name = "vonage",
                                       .prefix = "/sms/",
                                       .receipts_max = 1,
                                       .status_taken_high = 299,
                                       .comes_in_parts = true,
                                       .refusals = refusals,
                                       .states = states,
                                       .gateway_id = gateway_id,
                                       .read = read_call,
                                       .answer = answer,
                                       .refuse = refuse,
                                       .receipts = receipts,
                                       .reply = reply};
