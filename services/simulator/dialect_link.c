/* LINK Mobility, the Common platform's REST API: POST /sms/send with one message, /sms/sendbatch with up to a thousand in
 * sendRequestMessages, whose other members are of them all; JSON, Basic. A message that is taken has resultCode 1005;
 * refId is given back in its receipt, to the gate that is set in the account.
 *
 *   …9011 throttled, one message (3)   …9012 unknown subscriber (2106)   …9013 barred (2105)
 *   …9015 access denied (106101)   …9025 platformId (106200)   …9035 platformPartnerId (106201)
 *   …9103 temporarily not possible (1000)  …9104 memory full (1004)  …9105 number (2104)  …9106 number (2106)
 *   …9107 barred (2105)  …9108 refused by the subscriber (2205)
 *
 * Webhooks carry no signature: the path's token must do. They want exactly 200. */
#include <string.h>

#include "simulator/dialect_wire.h"

#define BATCH_MAX               1000
#define VALIDITY_MS_MAX         INT64_C(172800000)
#define SHORT_NUMBER_DIGITS_MAX 6 /* such a one is told with its country */

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 400, "", "Bad Request", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "106100", "Invalid authentication", true},
    {REFUSES_THROTTLED, 9001, 429, "", "Too Many Requests", true},
    {REFUSES_THROTTLED, 9011, 200, "3", "Maximum throttling exceeded", false},
    {REFUSES_NUMBER, 9002, 200, "2104", "Invalid recipient", false},
    {REFUSES_NUMBER, 9012, 200, "2106", "Unknown subscriber", false},
    {REFUSES_OPTED_OUT, 9003, 200, "2205", "Refused by subscriber", false},
    {REFUSES_OPTED_OUT, 9013, 200, "2105", "Subscriber barred", false},
    {REFUSES_PERMANENT, 9004, 400, "", "Bad Request", true},
    {REFUSES_LANE, 9015, 403, "106101", "Access denied", true},
    {REFUSES_LANE, 9025, 400, "106200", "Invalid or missing platformId", true},
    {REFUSES_LANE, 9035, 400, "106201", "Invalid or missing platformPartnerId", true},
    {REFUSES_UNKNOWN, 9007, 500, "", "Internal Server Error", true},
    {REFUSES_MALFORMED, 0, 404, "", "Not Found", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "1001", "", "Message delivered"},
    {9101, "undelivered", "1006", "", "Message not delivered"},
    {9102, "expired", "1002", "", "Message expired"},
    {9103, "undelivered", "1000", "", "Temporary failure"},
    {9104, "undelivered", "1004", "", "Mobile full"},
    {9105, "undelivered", "2104", "", "Invalid recipient"},
    {9106, "undelivered", "2106", "", "Unknown subscriber"},
    {9107, "undelivered", "2105", "", "Subscriber barred"},
    {9108, "undelivered", "2205", "", "Refused by subscriber"},
    {9110, "enroute", "1005", "", "Queued"},
    {0},
};

static const struct dialect_refusal *row_of_status(int status);
static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out);
static bool read_message(const cJSON *message, struct dialect_batch *batch_out);
static void call_begin(const struct dialect_account *account, const struct webhook *webhook,
                       struct dialect_webhook *out);

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    wire_digest_id("Dcshuhod0PMAAAFQ", message, 12, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    batch_out->is_list = strcmp(call->path, "/sms/sendbatch") == 0;
    if (!wire_is_basic(call->authorization, account->name, account->secret))
        return row_of_status(401);
    if ((!batch_out->is_list && strcmp(call->path, "/sms/send") != 0) || strcmp(call->method, "POST") != 0)
        return row_of_status(404);
    cJSON *root =
        wire_is_type(call->content_type, "application/json") ? wire_json(call->body, call->body_bytes) : NULL;
    const struct dialect_refusal *refusal = root != NULL ? read_body(root, batch_out) : row_of_status(400);
    cJSON_Delete(root);
    return refusal;
}

static const struct dialect_refusal *row_of_status(int status)
{
    const struct dialect_refusal *row = refusals;
    while (row->status != status)
        row++;
    return row;
}

/* Of a single message, or what all messages of a batch have in common. */
static const struct dialect_refusal *read_body(const cJSON *root, struct dialect_batch *batch_out)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "sendRequestMessages"), *message;
    if (wire_text(root, "platformId") == NULL)
        return dialect_refusal_code(&dialect_link, "106200");
    if (wire_text(root, "platformPartnerId") == NULL)
        return dialect_refusal_code(&dialect_link, "106201");
    bool sound = wire_int_within(root, "relativeValidityTime", 0, VALIDITY_MS_MAX);
    if (batch_out->is_list) {
        sound = sound && cJSON_IsArray(list) && cJSON_GetArraySize(list) > 0 &&
                cJSON_GetArraySize(list) <= BATCH_MAX;
        cJSON_ArrayForEach(message, list)
        {
            sound = sound && read_message(message, batch_out);
        }
    } else {
        sound = sound && read_message(root, batch_out);
    }
    return sound ? NULL : row_of_status(400);
}

static bool read_message(const cJSON *message, struct dialect_batch *batch_out)
{
    const char *source = wire_text(message, "source"), *destination = wire_text(message, "destination");
    const char *text = wire_text(message, "userData"), *ton = wire_text(message, "sourceTON");
    if (source == NULL || destination == NULL || text == NULL || text[0] == '\0')
        return false;
    if (ton != NULL && strcmp(ton, "SHORTNUMBER") != 0 && strcmp(ton, "ALPHANUMERIC") != 0 &&
        strcmp(ton, "MSISDN") != 0)
        return false;
    struct dialect_message *added =
        dialect_batch_add(batch_out, wire_text(message, "refId"), destination, source, text, NULL);
    if (!phone_is_e164(destination))
        added->refusal = dialect_refusal_code(&dialect_link, "2104");
    return true;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    if (refusal->code[0] != '\0')
        text_addf(&answer_out->body, "{\"resultCode\":%s,\"description\":\"%s\"}", refusal->code,
                  refusal->words);
    else
        text_addf(&answer_out->body, "{\"status\":%d,\"error\":\"%s\"}", refusal->status, refusal->words);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    struct text *body = &answer_out->body;
    wire_answer_json(answer_out, 200);
    if (batch->is_list)
        text_add(body, "[");
    for (size_t i = 0; i < batch->count; i++) {
        const struct dialect_message *message = &batch->messages[i];
        text_addf(body, "%s{\"refId\":", i > 0 ? "," : "");
        json_add_string(body, message->id);
        if (message->refusal == NULL)
            text_addf(body, ",\"messageId\":\"%s\",\"resultCode\":1005,\"description\":\"Queued\"}",
                      message->gateway_id);
        else
            text_addf(body, ",\"messageId\":null,\"resultCode\":%s,\"description\":\"%s\"}",
                      message->refusal->code, message->refusal->words);
    }
    if (batch->is_list)
        text_add(body, "]");
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    const struct webhook *receipt = list[0];
    struct text *body = &out->body;
    (void)count;
    call_begin(account, receipt, out);
    text_add(body, "{\"refId\":");
    json_add_string(body, receipt->message);
    text_addf(body, ",\"id\":\"%s\",\"operator\":\"fi.elisa\",\"sentTimestamp\":\"", receipt->id);
    wire_time_iso(now_ms, body);
    text_add(body, "\",\"timestamp\":\"");
    wire_time_iso(now_ms, body);
    text_addf(body,
              "\",\"resultCode\":%s,\"operatorResultCode\":\"%s\",\"segments\":1,\"gateCustomParameters\":{},"
              "\"customParameters\":{}}",
              receipt->told->state, receipt->told->state);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct text *body = &out->body;
    call_begin(account, webhook, out);
    text_add(body, "{\"messageId\":");
    json_add_string(body, webhook->id);
    text_addf(
        body,
        ",\"source\":\"%s\",\"destination\":\"%s%s\",\"operator\":\"fi.elisa\",\"keyword\":\"\",\"content\":{"
        "\"userData\":",
        webhook->from, strlen(webhook->to) <= SHORT_NUMBER_DIGITS_MAX ? "FI-" : "", webhook->to);
    json_add_string(body, webhook_text(webhook));
    text_add(body, "},\"timestamp\":\"");
    wire_time_iso(now_ms, body);
    text_add(body, "\",\"customParameters\":{}}");
}

static void call_begin(const struct dialect_account *account, const struct webhook *webhook,
                       struct dialect_webhook *out)
{
    struct text told = {0};
    wire_told_url(account, webhook, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/json;charset=utf-8");
    text_free(&told);
}

const struct dialect dialect_link = {.name = "link",
                                     .prefix = "/sms/",
                                     .receipts_max = 1,
                                     .status_taken_high = 200,
                                     .refusals = refusals,
                                     .states = states,
                                     .gateway_id = gateway_id,
                                     .read = read_call,
                                     .answer = answer,
                                     .refuse = refuse,
                                     .receipts = receipts,
                                     .reply = reply};
