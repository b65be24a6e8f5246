/* GatewayAPI, Mobile Messaging API: POST /mobile/single, JSON, "Authorization: Token …". The recipient is a number of
 * JSON, digits without '+'. Gives the customer's reference back in receipts.
 *
 *   …9103 deleted  …9104 rejected  …9105 unknown  …9111 accepted (…9110 is enroute)
 *
 * Every event goes to one URL, that of receipts: an envelope with event_type and event. Signed with "Signature: v1=" and
 * HMAC-SHA256 of the body in hex. */
#include <string.h>

#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 422, "missing", "Field required", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "unauthorized", "Invalid authentication token", true},
    {REFUSES_THROTTLED, 9001, 429, "too_many_requests", "Too many requests", true},
    {REFUSES_NUMBER, 9002, 422, "recipient", "Invalid recipient", true},
    {REFUSES_PERMANENT, 9004, 400, "bad_request", "Bad request", true},
    {REFUSES_LANE, 9015, 403, "forbidden", "Not enough funds", true},
    {REFUSES_UNKNOWN, 9007, 500, "internal", "Internal Server Error", true},
    {REFUSES_MALFORMED, 0, 404, "not_found", "Not Found", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "DELIVERED", "", ""},
    {9101, "undelivered", "UNDELIVERABLE", "", "Absent subscriber"},
    {9102, "expired", "EXPIRED", "", "Validity period is over"},
    {9103, "undelivered", "DELETED", "", "Deleted"},
    {9104, "undelivered", "REJECTED", "", "Rejected"},
    {9105, "undelivered", "UNKNOWN", "", "Unknown"},
    {9110, "enroute", "ENROUTE", "", ""},
    {9111, "enroute", "ACCEPTED", "", ""},
    {0},
};

static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out);
static void call_begin(const char *event_type, const struct webhook *webhook, int64_t now_ms,
                       struct text *body);
static void call_signed(const struct dialect_account *account, struct dialect_webhook *out);

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    wire_digest_id("01", message, 24, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    if (!wire_is_scheme(call->authorization, "Token", account->secret))
        return dialect_refusal_code(&dialect_gatewayapi, "unauthorized");
    if (strcmp(call->path, "/mobile/single") != 0 || strcmp(call->method, "POST") != 0)
        return dialect_refusal_code(&dialect_gatewayapi, "not_found");
    cJSON *root =
        wire_is_type(call->content_type, "application/json") ? wire_json(call->body, call->body_bytes) : NULL;
    const struct dialect_refusal *refusal = read_body(root, batch_out);
    cJSON_Delete(root);
    return refusal;
}

static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out)
{
    char number[PHONE_SIZE];
    struct text digits = {0};
    const cJSON *recipient = cJSON_GetObjectItemCaseSensitive(root, "recipient");
    const char *sender = wire_text(root, "sender"), *text = wire_text(root, "message");
    if (sender == NULL || text == NULL || text[0] == '\0' || recipient == NULL)
        return dialect_refusal_code(&dialect_gatewayapi, "missing");
    if (cJSON_IsNumber(recipient))
        text_addf(&digits, "%.0f", cJSON_GetNumberValue(recipient));
    bool is_number = digits.chars != NULL && wire_number(digits.chars, number);
    text_free(&digits);
    if (!is_number)
        return dialect_refusal_code(&dialect_gatewayapi, "recipient");
    (void)dialect_batch_add(batch_out, wire_text(root, "reference"), number, sender, text, NULL);
    return NULL;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    if (refusal->status == 422)
        text_addf(&answer_out->body,
                  "{\"detail\":[{\"type\":\"%s\",\"loc\":[\"body\",\"recipient\"],\"msg\":\"%s\"}]}",
                  refusal->code, refusal->words);
    else
        text_addf(&answer_out->body, "{\"detail\":\"%s\"}", refusal->words);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    const struct dialect_message *message = &batch->messages[0];
    if (message->refusal != NULL) {
        refuse(message->refusal, answer_out);
        return;
    }
    wire_answer_json(answer_out, 202);
    text_addf(&answer_out->body, "{\"msg_id\":\"%s\",\"recipient\":%s,\"reference\":", message->gateway_id,
              message->to + 1);
    json_add_string(&answer_out->body, message->id);
    text_add(&answer_out->body, "}");
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    const struct webhook *receipt = list[0];
    struct text *body = &out->body;
    (void)count;
    call_begin("message.status.sms", receipt, now_ms, body);
    text_addf(body, "{\"msg_id\":\"%s\",\"recipient\":%s,\"reference\":", receipt->id, receipt->from + 1);
    json_add_string(body, receipt->message);
    text_addf(body, ",\"status\":\"%s\",\"status_at\":\"", receipt->told->state);
    wire_time_iso(now_ms, body);
    if (receipt->told->words[0] != '\0')
        text_addf(body, "\",\"error\":{\"description\":\"%s\",\"code\":\"0x06\"}}}", receipt->told->words);
    else
        text_add(body, "\",\"error\":null}}");
    call_signed(account, out);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct text *body = &out->body;
    call_begin("user-message.text.sms", webhook, now_ms, body);
    text_add(body, "{\"msg_id\":");
    json_add_string(body, webhook->id);
    text_addf(body, ",\"sender\":%s,\"recipient\":", webhook->from + 1);
    text_add(body, webhook->to[0] == '+' ? webhook->to + 1 : webhook->to);
    text_add(body, ",\"reference\":null,\"sent_at\":\"");
    wire_time_iso(now_ms, body);
    text_add(body, "\",\"content\":{\"message\":");
    json_add_string(body, webhook_text(webhook));
    text_add(body, ",\"encoding\":\"UTF8\",\"header\":null}}}");
    call_signed(account, out);
}

static void call_begin(const char *event_type, const struct webhook *webhook, int64_t now_ms,
                       struct text *body)
{
    text_addf(body, "{\"event_id\":\"e-%s\",\"timestamp\":\"", webhook->id);
    wire_time_iso(now_ms, body);
    text_addf(body, "\",\"event_type\":\"%s\",\"event\":", event_type);
}

static void call_signed(const struct dialect_account *account, struct dialect_webhook *out)
{
    static const struct webhook to_receipts = {.kind = WEBHOOK_RECEIPT};
    struct text told = {0}, signature = {0};
    wire_told_url(account, &to_receipts, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    text_add(&signature, "v1=");
    sign_hmac_hex(account->webhook_secret, &out->body, &signature);
    wire_header(out, "Content-Type", "application/json");
    wire_header(out, "Signature", signature.chars);
    text_free(&told);
    text_free(&signature);
}

const struct dialect dialect_gatewayapi = {.name = "gatewayapi",
                                           .prefix = "/mobile/",
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
