/* Sinch, SMS REST API (XMS): POST /xms/v1/{plan}/batches, JSON with one text for many numbers, Bearer. Numbers are
 * digits, '+' is suffered. One id for the whole batch; receipts tell batch and recipient, and client_reference when it
 * was given. A request is taken as a whole or not at all.
 *
 *   …9103 aborted (402)  …9104 rejected (408)  …9105 deleted (413)  …9106 cancelled (407)
 *   …9111 queued (400) (…9110 is dispatched, 401)
 *
 * Webhooks are signed: HMAC-SHA256 in base64 over body.nonce.timestamp, with three headers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

#define RECIPIENTS_MAX 1000

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 400, "syntax_invalid_json", "The request could not be read", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "", "Unauthorized", true},
    {REFUSES_THROTTLED, 9001, 429, "", "Too Many Requests", true},
    {REFUSES_NUMBER, 9002, 400, "syntax_invalid_parameter_format", "The format of field 'to' is not correct",
     true},
    {REFUSES_PERMANENT, 9004, 400, "syntax_constraint_violation", "The request does not keep a constraint",
     true},
    {REFUSES_LANE, 9015, 403, "missing_callback_url", "The service plan may not do this", true},
    {REFUSES_UNKNOWN, 9007, 500, "", "Internal Server Error", true},
    {REFUSES_MALFORMED, 0, 404, "resource_not_found", "No such resource", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "Delivered", "0", ""},        {9101, "undelivered", "Failed", "404", ""},
    {9102, "expired", "Expired", "406", ""},       {9103, "undelivered", "Aborted", "402", ""},
    {9104, "undelivered", "Rejected", "408", ""},  {9105, "undelivered", "Deleted", "413", ""},
    {9106, "undelivered", "Cancelled", "407", ""}, {9110, "enroute", "Dispatched", "401", ""},
    {9111, "enroute", "Queued", "400", ""},        {0},
};

static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out);
static void call_signed(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                        struct dialect_webhook *out);

/* Of the batch: what stands before '/' in a message's id. */
static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    char batch[MESSAGE_ID_SIZE];
    (void)snprintf(batch, sizeof batch, "%.*s", (int)strcspn(message, "/"), message);
    wire_digest_id("01", batch, 24, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    char path[256];
    (void)snprintf(path, sizeof path, "/xms/v1/%s/batches", account->name);
    if (!wire_is_scheme(call->authorization, "Bearer", account->secret))
        return dialect_refusal(&dialect_sinch, REFUSES_UNAUTHORIZED);
    if (strcmp(call->path, path) != 0 || strcmp(call->method, "POST") != 0)
        return dialect_refusal_code(&dialect_sinch, "resource_not_found");
    cJSON *root =
        wire_is_type(call->content_type, "application/json") ? wire_json(call->body, call->body_bytes) : NULL;
    const struct dialect_refusal *refusal = root != NULL
                                                ? read_body(root, batch_out)
                                                : dialect_refusal_code(&dialect_sinch, "syntax_invalid_json");
    cJSON_Delete(root);
    return refusal;
}

static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out)
{
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(root, "to"), *recipient;
    const char *from = wire_text(root, "from"), *text = wire_text(root, "body");
    const char *report = wire_text(root, "delivery_report"), *callback = wire_text(root, "callback_url");
    const char *reference = wire_text(root, "client_reference");
    int recipients = cJSON_IsArray(to) ? cJSON_GetArraySize(to) : 0;
    if (from == NULL || text == NULL || text[0] == '\0' || recipients < 1 || recipients > RECIPIENTS_MAX)
        return dialect_refusal_code(&dialect_sinch, "syntax_constraint_violation");
    if ((report != NULL && strcmp(report, "per_recipient") != 0 && strcmp(report, "none") != 0 &&
         strcmp(report, "summary") != 0 && strcmp(report, "full") != 0) ||
        (callback != NULL && !wire_is_web_url(callback)))
        return dialect_refusal_code(&dialect_sinch, "syntax_constraint_violation");
    cJSON_ArrayForEach(recipient, to)
    {
        char number[PHONE_SIZE], id[MESSAGE_ID_SIZE + PHONE_SIZE];
        const char *typed = cJSON_GetStringValue(recipient);
        if (typed == NULL || !wire_number(typed[0] == '+' ? typed + 1 : typed, number))
            return dialect_refusal_code(&dialect_sinch, "syntax_invalid_parameter_format");
        (void)snprintf(id, sizeof id, "%s/%s", reference != NULL ? reference : "", number + 1);
        bool alone = recipients == 1 || reference == NULL;
        (void)dialect_batch_add(batch_out, alone ? reference : id, number, from, text, callback);
    }
    return NULL;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    if (refusal->code[0] != '\0')
        text_addf(&answer_out->body, "{\"code\":\"%s\",\"text\":\"%s\"}", refusal->code, refusal->words);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    const struct dialect_message *first = &batch->messages[0];
    struct text *body = &answer_out->body;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->messages[i].refusal != NULL) {
            refuse(batch->messages[i].refusal, answer_out);
            return;
        }
    }
    wire_answer_json(answer_out, 201);
    text_addf(body, "{\"id\":\"%s\",\"to\":[", first->gateway_id);
    for (size_t i = 0; i < batch->count; i++)
        text_addf(body, "%s\"%s\"", i > 0 ? "," : "", batch->messages[i].to + 1);
    text_add(body, "],\"from\":");
    json_add_string(body, first->from);
    text_add(body, ",\"canceled\":false,\"body\":");
    json_add_string(body, first->text);
    text_add(body, ",\"type\":\"mt_text\",\"delivery_report\":\"per_recipient\",\"flash_message\":false}");
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    const struct webhook *receipt = list[0];
    struct text *body = &out->body;
    char reference[MESSAGE_ID_SIZE];
    (void)count;
    (void)snprintf(reference, sizeof reference, "%.*s", (int)strcspn(receipt->message, "/"),
                   receipt->message);
    text_addf(body, "{\"type\":\"recipient_delivery_report_sms\",\"batch_id\":\"%s\",\"client_reference\":",
              receipt->id);
    json_add_string(body, reference);
    text_addf(body, ",\"recipient\":\"%s\",\"code\":%s,\"status\":\"%s\",\"at\":\"", receipt->from + 1,
              receipt->told->code, receipt->told->state);
    wire_time_iso(now_ms, body);
    text_add(body, "\"}");
    call_signed(account, receipt, now_ms, out);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct text *body = &out->body;
    text_add(body, "{\"type\":\"mo_text\",\"id\":");
    json_add_string(body, webhook->id);
    text_addf(body, ",\"from\":\"%s\",\"to\":", webhook->from + 1);
    json_add_string(body, webhook->to);
    text_add(body, ",\"body\":");
    json_add_string(body, webhook_text(webhook));
    text_add(body, ",\"operator_id\":\"24405\",\"received_at\":\"");
    wire_time_iso(now_ms, body);
    text_add(body, "\"}");
    call_signed(account, webhook, now_ms, out);
}

static void call_signed(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                        struct dialect_webhook *out)
{
    struct text told = {0}, signs = {0}, signature = {0};
    char timestamp[24], nonce[WIRE_ID_SIZE];
    (void)snprintf(timestamp, sizeof timestamp, "%" PRId64, now_ms / 1000);
    webhook_id('n', webhook->id, timestamp, nonce);
    text_addf(&signs, "%s.%s.%s", out->body.chars, nonce, timestamp);
    sign_hmac_base64(account->webhook_secret, &signs, &signature);
    wire_told_url(account, webhook, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/json");
    wire_header(out, "x-sinch-webhook-signature", signature.chars);
    wire_header(out, "x-sinch-webhook-signature-nonce", nonce);
    wire_header(out, "x-sinch-webhook-signature-timestamp", timestamp);
    wire_header(out, "x-sinch-webhook-signature-algorithm", "HmacSHA256");
    text_free(&told);
    text_free(&signs);
    text_free(&signature);
}

const struct dialect dialect_sinch = {.name = "sinch",
                                      .prefix = "/xms/",
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
