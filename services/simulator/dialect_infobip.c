/* Infobip, SMS API v3: POST /sms/3/messages, JSON of many messages with many destinations each, "Authorization: App
 * KEY". The customer's messageId is the message's id, and a second time it is refused (status 23). Answered 200 with a
 * status a message. Numbers are digits.
 *
 *   …9012 invalid destination (52)   …9013 not allowed by the person (14)   …9014 too long (25)
 *   …9015 sender (11)  …9025 no credit (12)  …9035 sender (13)  …9045 package expired (17)  …9055 no route (19)
 *   …9103 refused by the operator (4)  …9104 rejected (6)  …9105 unknown subscriber (9 with error 1)
 *   …9111 enroute (7) (…9110 is waiting for delivery, 3)
 *
 * Receipts come up to a hundred at a time. Basic with the name and password of the URL, otherwise those set in the
 * account. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/dialect_wire.h"

#define RECEIPTS_MAX 100

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 400, "E400", "Request cannot be processed", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "E401", "Invalid authorization details", true},
    {REFUSES_THROTTLED, 9001, 429, "E429", "Too many requests", true},
    {REFUSES_NUMBER, 9002, 200, "8", "REJECTED_PREFIX_MISSING", false},
    {REFUSES_NUMBER, 9012, 200, "52", "REJECTED_DESTINATION", false},
    {REFUSES_OPTED_OUT, 9003, 200, "10", "REJECTED_DND", false},
    {REFUSES_OPTED_OUT, 9013, 200, "14", "REJECTED_DESTINATION", false},
    {REFUSES_PERMANENT, 9004, 200, "24", "REJECTED_INVALID_UDH", false},
    {REFUSES_PERMANENT, 9014, 200, "25", "REJECTED_MESSAGE_TOO_LONG", false},
    {REFUSES_LANE, 9015, 200, "11", "REJECTED_SOURCE", false},
    {REFUSES_LANE, 9025, 200, "12", "REJECTED_NOT_ENOUGH_CREDITS", false},
    {REFUSES_LANE, 9035, 200, "13", "REJECTED_SENDER", false},
    {REFUSES_LANE, 9045, 200, "17", "REJECTED_PREPAID_PACKAGE_EXPIRED", false},
    {REFUSES_LANE, 9055, 200, "19", "REJECTED_ROUTE_NOT_AVAILABLE", false},
    {REFUSES_RETRY, 9006, 200, "21", "REJECTED_SYSTEM_ERROR", false},
    {REFUSES_UNKNOWN, 9007, 500, "E500", "Something went wrong", true},
    {REFUSES_DUPLICATE, 0, 200, "23", "REJECTED_DUPLICATE_MESSAGE_ID", false},
    {REFUSES_MALFORMED, 0, 404, "E404", "Requested resource not found", true},
    {0},
};
/* `code` is "group/id", `state` the group's name. */
static const struct dialect_state states[] = {
    {0, "delivered", "DELIVERED", "3/5", "DELIVERED_TO_HANDSET"},
    {9101, "undelivered", "UNDELIVERABLE", "2/9", "UNDELIVERABLE_NOT_DELIVERED"},
    {9102, "expired", "EXPIRED", "4/15", "EXPIRED_EXPIRED"},
    {9103, "undelivered", "UNDELIVERABLE", "2/4", "UNDELIVERABLE_REJECTED_OPERATOR"},
    {9104, "undelivered", "REJECTED", "5/6", "REJECTED_NETWORK"},
    {9105, "undelivered", "REJECTED", "5/52", "REJECTED_DESTINATION"},
    {9106, "undelivered", "REJECTED", "5/14", "REJECTED_DESTINATION"},
    {9110, "enroute", "PENDING", "1/3", "PENDING_WAITING_DELIVERY"},
    {9111, "enroute", "PENDING", "1/7", "PENDING_ENROUTE"},
    {0},
};

static const struct dialect_refusal *read_messages(const cJSON *messages, struct dialect_batch *batch_out);
static bool read_message(const cJSON *message, struct dialect_batch *batch_out);
static void add_status(struct text *out, int group, const char *group_name, const char *id, const char *name);
static void call_begin(const struct dialect_account *account, const struct webhook *webhook,
                       struct dialect_webhook *out);

/* The customer's own. */
static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    (void)text_copy(id_out, WIRE_ID_SIZE, message);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    if (!wire_is_scheme(call->authorization, "App", account->secret))
        return dialect_refusal_code(&dialect_infobip, "E401");
    if (strcmp(call->path, "/sms/3/messages") != 0 || strcmp(call->method, "POST") != 0)
        return dialect_refusal_code(&dialect_infobip, "E404");
    cJSON *root =
        wire_is_type(call->content_type, "application/json") ? wire_json(call->body, call->body_bytes) : NULL;
    const struct dialect_refusal *refusal =
        read_messages(cJSON_GetObjectItemCaseSensitive(root, "messages"), batch_out);
    cJSON_Delete(root);
    return refusal;
}

static const struct dialect_refusal *read_messages(const cJSON *messages, struct dialect_batch *batch_out)
{
    const cJSON *message;
    batch_out->is_list = true;
    bool sound = cJSON_IsArray(messages) && cJSON_GetArraySize(messages) > 0;
    cJSON_ArrayForEach(message, messages)
    {
        sound = sound && read_message(message, batch_out);
    }
    return sound ? NULL : dialect_refusal_code(&dialect_infobip, "E400");
}

static bool read_message(const cJSON *message, struct dialect_batch *batch_out)
{
    const cJSON *webhooks = cJSON_GetObjectItemCaseSensitive(message, "webhooks");
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(message, "options");
    const cJSON *validity = cJSON_GetObjectItemCaseSensitive(options, "validityPeriod");
    const cJSON *destinations = cJSON_GetObjectItemCaseSensitive(message, "destinations"), *destination;
    const char *sender = wire_text(message, "sender");
    const char *text = wire_text(cJSON_GetObjectItemCaseSensitive(message, "content"), "text");
    const char *url = wire_text(cJSON_GetObjectItemCaseSensitive(webhooks, "delivery"), "url");
    if (sender == NULL || text == NULL || !cJSON_IsArray(destinations) ||
        cJSON_GetArraySize(destinations) == 0 || (url != NULL && !wire_is_web_url(url)))
        return false;
    if (validity != NULL &&
        (wire_text(validity, "timeUnit") == NULL || !wire_int_within(validity, "amount", 1, 172800)))
        return false;
    cJSON_ArrayForEach(destination, destinations)
    {
        char number[PHONE_SIZE];
        const char *to = wire_text(destination, "to");
        if (to == NULL)
            return false;
        bool is_number = wire_number(to, number);
        struct dialect_message *added =
            dialect_batch_add(batch_out, wire_text(destination, "messageId"), number, sender, text, url);
        if (!is_number)
            added->refusal = dialect_refusal_code(&dialect_infobip, "52");
    }
    return true;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    text_addf(
        &answer_out->body,
        "{\"errorCode\":\"%s\",\"description\":\"%s\",\"action\":\"\",\"violations\":[],\"resources\":[]}",
        refusal->code, refusal->words);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    struct text *body = &answer_out->body;
    wire_answer_json(answer_out, 200);
    text_add(body, "{\"bulkId\":\"2034072219640523072\",\"messages\":[");
    for (size_t i = 0; i < batch->count; i++) {
        const struct dialect_message *message = &batch->messages[i];
        text_addf(body, "%s{\"messageId\":", i > 0 ? "," : "");
        json_add_string(body, message->id);
        text_addf(body, ",\"destination\":\"%s\",\"status\":", message->to[0] != '\0' ? message->to + 1 : "");
        if (message->refusal == NULL)
            add_status(body, 1, "PENDING", "26", "PENDING_ACCEPTED");
        else
            add_status(body, 5, "REJECTED", message->refusal->code, message->refusal->words);
        text_addf(body, ",\"details\":{\"messageCount\":%" PRId64 "}}", message->segments);
    }
    text_add(body, "]}");
}

static void add_status(struct text *out, int group, const char *group_name, const char *id, const char *name)
{
    text_addf(out, "{\"groupId\":%d,\"groupName\":\"%s\",\"id\":%s,\"name\":\"%s\",\"description\":\"%s\"}",
              group, group_name, id, name, name);
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    struct text *body = &out->body;
    struct text now = {0};
    wire_time_iso(now_ms, &now);
    call_begin(account, list[0], out);
    text_add(body, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        const struct dialect_state *told = list[i]->told;
        bool failed = strcmp(told->means, "undelivered") == 0;
        text_addf(body, "%s{\"bulkId\":\"2034072219640523072\",\"messageId\":", i > 0 ? "," : "");
        json_add_string(body, list[i]->message);
        text_addf(body,
                  ",\"to\":\"%s\",\"sentAt\":\"%s\",\"doneAt\":\"%s\",\"smsCount\":1,\"price\":{"
                  "\"pricePerMessage\":"
                  "0.05,\"currency\":\"EUR\"},\"status\":",
                  list[i]->from + 1, now.chars, now.chars);
        add_status(body, atoi(told->code), told->state, strchr(told->code, '/') + 1, told->words);
        text_addf(
            body,
            ",\"error\":{\"groupId\":%d,\"groupName\":\"%s\",\"id\":%d,\"name\":\"%s\",\"description\":\"\","
            "\"permanent\":%s}}",
            failed ? 1 : 0, failed ? "HANDSET_ERRORS" : "OK", failed ? 1 : 0,
            failed ? "EC_UNKNOWN_SUBSCRIBER" : "NO_ERROR", failed ? "true" : "false");
    }
    text_add(body, "]}");
    text_free(&now);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct text *body = &out->body;
    call_begin(account, webhook, out);
    text_add(body, "{\"results\":[{\"messageId\":");
    json_add_string(body, webhook->id);
    text_addf(body, ",\"from\":\"%s\",\"to\":", webhook->from + 1);
    json_add_string(body, webhook->to);
    text_add(body, ",\"text\":");
    json_add_string(body, webhook_text(webhook));
    text_add(body, ",\"cleanText\":");
    json_add_string(body, webhook_text(webhook));
    text_add(body, ",\"keyword\":\"\",\"receivedAt\":\"");
    wire_time_iso(now_ms, body);
    text_add(
        body,
        "\",\"smsCount\":1,\"price\":{\"pricePerMessage\":0,\"currency\":\"EUR\"},\"callbackData\":null}],"
        "\"messageCount\":1,\"pendingMessageCount\":0}");
}

static void call_begin(const struct dialect_account *account, const struct webhook *webhook,
                       struct dialect_webhook *out)
{
    struct text told = {0}, userinfo = {0};
    wire_told_url(account, webhook, &told, &userinfo);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/json");
    if (userinfo.bytes == 0 && account->webhook_user[0] != '\0')
        text_addf(&userinfo, "%s:%s", account->webhook_user, account->webhook_password);
    wire_header_basic(out, userinfo.chars);
    text_free(&told);
    text_free(&userinfo);
}

const struct dialect dialect_infobip = {.name = "infobip",
                                        .prefix = "/sms/",
                                        .receipts_max = RECEIPTS_MAX,
                                        .status_taken_high = 299,
                                        .refusals = refusals,
                                        .states = states,
                                        .gateway_id = gateway_id,
                                        .read = read_call,
                                        .answer = answer,
                                        .refuse = refuse,
                                        .receipts = receipts,
                                        .reply = reply};
