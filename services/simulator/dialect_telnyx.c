/* Telnyx, Messaging API v2: POST /v2/messages, JSON, Bearer. Gives no reference of the customer back: receipts go to
 * the webhook_url that was told. Errors are an array with codes.
 *
 *   …9014 not routable (40001)   …9103 refused (40002 with sending_failed)  …9104 unconfirmed  …9105 opted out (40300)
 *   …9106 invalid number (40310)  …9111 queued (…9110 is sent)
 *
 * Every event is {"data":{"event_type":…,"payload":…}}; a receipt that is not final is message.sent. Signed with Ed25519
 * over "timestamp|body". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 422, "10015", "Bad Request", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "10009", "Authentication failed", true},
    {REFUSES_THROTTLED, 9001, 429, "10011", "Too many requests", true},
    {REFUSES_NUMBER, 9002, 400, "40310", "Invalid 'to' address", true},
    {REFUSES_OPTED_OUT, 9003, 403, "40300", "Blocked due to STOP message", true},
    {REFUSES_PERMANENT, 9004, 422, "40302", "Message too large", true},
    {REFUSES_NUMBER, 9014, 422, "40001", "Not routable", true},
    {REFUSES_LANE, 9015, 403, "20012", "Account inactive", true},
    {REFUSES_UNKNOWN, 9007, 500, "10007", "Unexpected error", true},
    {REFUSES_MALFORMED, 0, 404, "10005", "Resource not found", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "delivered", "", ""},
    {9101, "undelivered", "delivery_failed", "40008", "Undeliverable"},
    {9103, "undelivered", "sending_failed", "40002", "Blocked as spam"},
    {9104, "undelivered", "delivery_unconfirmed", "", ""},
    {9105, "undelivered", "delivery_failed", "40300", "Blocked due to STOP message"},
    {9106, "undelivered", "delivery_failed", "40310", "Invalid 'to' address"},
    {9110, "enroute", "sent", "", ""},
    {9111, "enroute", "queued", "", ""},
    {0},
};

static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out);
static void event_begin(const char *type, const char *id, const char *direction,
                        const struct webhook *webhook, int64_t now_ms, struct text *body);
static void call_signed(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                        struct dialect_webhook *out);

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    wire_uuid(message, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    if (!wire_is_scheme(call->authorization, "Bearer", account->secret))
        return dialect_refusal_code(&dialect_telnyx, "10009");
    if (strcmp(call->path, "/v2/messages") != 0 || strcmp(call->method, "POST") != 0)
        return dialect_refusal_code(&dialect_telnyx, "10005");
    cJSON *root =
        wire_is_type(call->content_type, "application/json") ? wire_json(call->body, call->body_bytes) : NULL;
    const struct dialect_refusal *refusal =
        root != NULL ? read_body(root, batch_out) : dialect_refusal_code(&dialect_telnyx, "10015");
    cJSON_Delete(root);
    return refusal;
}

static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out)
{
    char reference[MESSAGE_ID_SIZE] = "";
    const char *from = wire_text(root, "from"), *to = wire_text(root, "to"), *text = wire_text(root, "text");
    const char *callback = wire_text(root, "webhook_url");
    if (from == NULL || to == NULL || text == NULL || text[0] == '\0' ||
        (callback != NULL && !wire_is_web_url(callback)))
        return dialect_refusal_code(&dialect_telnyx, "10015");
    if (callback != NULL)
        wire_url_reference(callback, reference);
    struct dialect_message *message = dialect_batch_add(batch_out, reference, to, from, text, callback);
    if (!phone_is_e164(to))
        message->refusal = dialect_refusal_code(&dialect_telnyx, "40310");
    return NULL;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    text_addf(&answer_out->body,
              "{\"errors\":[{\"code\":\"%s\",\"title\":\"%s\",\"detail\":\"%s\",\"meta\":{}}]}",
              refusal->code, refusal->words, refusal->words);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    const struct dialect_message *message = &batch->messages[0];
    struct text *body = &answer_out->body;
    if (message->refusal != NULL) {
        refuse(message->refusal, answer_out);
        return;
    }
    wire_answer_json(answer_out, 200);
    text_addf(
        body,
        "{\"data\":{\"record_type\":\"message\",\"direction\":\"outbound\",\"id\":\"%s\",\"type\":\"SMS\","
        "\"from\":{\"phone_number\":",
        message->gateway_id);
    json_add_string(body, message->from);
    text_addf(body, "},\"to\":[{\"phone_number\":\"%s\",\"status\":\"queued\"}],\"text\":", message->to);
    json_add_string(body, message->text);
    text_addf(body, ",\"parts\":%d,\"errors\":[]}}", (int)message->segments);
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    const struct webhook *receipt = list[0];
    const struct dialect_state *told = receipt->told;
    struct text *body = &out->body;
    bool is_final = strcmp(told->means, "enroute") != 0;
    (void)count;
    event_begin(is_final ? "message.finalized" : "message.sent", receipt->id, "outbound", receipt, now_ms,
                body);
    text_add(body, ",\"from\":{\"phone_number\":");
    json_add_string(body, receipt->to);
    text_addf(body, "},\"to\":[{\"phone_number\":\"%s\",\"status\":\"%s\"}],\"errors\":[", receipt->from,
              told->state);
    if (told->code[0] != '\0')
        text_addf(body, "{\"code\":\"%s\",\"title\":\"%s\",\"detail\":\"%s\"}", told->code, told->words,
                  told->words);
    text_add(body, "]}},\"meta\":{\"attempt\":1}}");
    call_signed(account, receipt, now_ms, out);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct text *body = &out->body;
    char id[WIRE_ID_SIZE];
    wire_uuid(webhook->id, id);
    event_begin("message.received", id, "inbound", webhook, now_ms, body);
    text_addf(body, ",\"from\":{\"phone_number\":\"%s\",\"carrier\":\"\"},\"to\":[{\"phone_number\":",
              webhook->from);
    json_add_string(body, webhook->to);
    text_add(body, ",\"status\":\"webhook_delivered\"}],\"cc\":[],\"media\":[],\"text\":");
    json_add_string(body, webhook_text(webhook));
    text_add(body, "}},\"meta\":{\"attempt\":1}}");
    call_signed(account, webhook, now_ms, out);
}

/* Up to the payload's type; the caller goes on with a comma and ends payload, data and event. */
static void event_begin(const char *type, const char *id, const char *direction,
                        const struct webhook *webhook, int64_t now_ms, struct text *body)
{
    char of_event[WIRE_ID_SIZE], event[WIRE_ID_SIZE];
    webhook_id('e', webhook->id, type, of_event);
    wire_uuid(of_event, event);
    text_addf(body,
              "{\"data\":{\"record_type\":\"event\",\"event_type\":\"%s\",\"id\":\"%s\",\"occurred_at\":\"",
              type, event);
    wire_time_iso(now_ms, body);
    text_addf(
        body,
        "\",\"payload\":{\"record_type\":\"message\",\"id\":\"%s\",\"direction\":\"%s\",\"type\":\"SMS\"", id,
        direction);
}

static void call_signed(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                        struct dialect_webhook *out)
{
    struct text told = {0}, signs = {0}, signature = {0};
    char timestamp[24];
    (void)snprintf(timestamp, sizeof timestamp, "%" PRId64, now_ms / 1000);
    text_addf(&signs, "%s|%s", timestamp, out->body.chars);
    wire_told_url(account, webhook, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/json");
    wire_header(out, "telnyx-timestamp", timestamp);
    if (sign_ed25519(account->webhook_secret, &signs, &signature))
        wire_header(out, "telnyx-signature-ed25519", signature.chars);
    text_free(&told);
    text_free(&signs);
    text_free(&signature);
}

const struct dialect dialect_telnyx = {.name = "telnyx",
                                       .prefix = "/v2/",
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
