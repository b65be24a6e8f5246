/* 46elks: POST /a1/sms, a form, Basic with API user and password. Gives no reference of the customer back: receipts go
 * to the URL that whendelivered told. What it refuses it says in plain words, with a status of HTTP.
 *
 *   …9110 is sent
 *
 * Webhooks are forms and not signed; a name and password that stand in the URL are shown with Basic, in that of the
 * number's sms_url (the account's) too. What a webhook is answered in words would be texted to the person. */
#include <string.h>

#include "simulator/dialect_sign.h"
#include "simulator/dialect_wire.h"

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 400, "", "Missing key", true},
    {REFUSES_UNAUTHORIZED, 9005, 401, "", "API access requires Basic HTTP authentication", true},
    {REFUSES_THROTTLED, 9001, 429, "", "Too many requests", true},
    {REFUSES_NUMBER, 9002, 400, "", "Invalid to number", true},
    {REFUSES_PERMANENT, 9004, 400, "", "Invalid message", true},
    {REFUSES_LANE, 9015, 403, "", "Not enough credits", true},
    {REFUSES_UNKNOWN, 9007, 500, "", "Internal server error", true},
    {REFUSES_MALFORMED, 0, 404, "", "Not found", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "delivered", "", ""},
    {9101, "undelivered", "failed", "", ""},
    {9110, "enroute", "sent", "", ""},
    {0},
};

static const struct dialect_refusal *row_of(int status, const char *words);
static const struct dialect_refusal *read_form(const cJSON *form, struct dialect_batch *batch_out);
static void call_form(const struct dialect_account *account, const struct webhook *webhook,
                      const struct sign_fields *fields, struct dialect_webhook *out);

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    wire_digest_id("s", message, 32, id_out);
}

/* --- submits --- */

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    if (!wire_is_basic(call->authorization, account->name, account->secret))
        return row_of(401, NULL);
    if (strcmp(call->path, "/a1/sms") != 0 || strcmp(call->method, "POST") != 0)
        return row_of(404, NULL);
    cJSON *form = wire_is_type(call->content_type, "application/x-www-form-urlencoded")
                      ? wire_form(call->body, call->body_bytes)
                      : NULL;
    const struct dialect_refusal *refusal = form != NULL ? read_form(form, batch_out) : row_of(400, NULL);
    cJSON_Delete(form);
    return refusal;
}

static const struct dialect_refusal *row_of(int status, const char *words)
{
    const struct dialect_refusal *row = refusals;
    while (row->status != status || (words != NULL && strcmp(row->words, words) != 0))
        row++;
    return row;
}

static const struct dialect_refusal *read_form(const cJSON *form, struct dialect_batch *batch_out)
{
    char reference[MESSAGE_ID_SIZE] = "";
    const char *from = wire_text(form, "from"), *to = wire_text(form, "to"),
               *text = wire_text(form, "message");
    const char *callback = wire_text(form, "whendelivered");
    if (from == NULL || to == NULL || text == NULL || text[0] == '\0' ||
        (callback != NULL && !wire_is_web_url(callback)))
        return row_of(400, NULL);
    if (callback != NULL)
        wire_url_reference(callback, reference);
    struct dialect_message *message = dialect_batch_add(batch_out, reference, to, from, text, callback);
    if (!phone_is_e164(to))
        message->refusal = row_of(400, "Invalid to number");
    return NULL;
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    answer_out->status = refusal->status;
    answer_out->content_type = "text/plain";
    text_add(&answer_out->body, refusal->words);
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
    text_addf(body, "{\"status\":\"created\",\"direction\":\"outgoing\",\"from\":");
    json_add_string(body, message->from);
    text_addf(body, ",\"to\":\"%s\",\"parts\":%d,\"cost\":3500,\"id\":\"%s\",\"message\":", message->to,
              (int)message->segments, message->gateway_id);
    json_add_string(body, message->text);
    text_add(body, "}");
}

/* --- webhooks --- */

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    struct sign_fields fields = {0};
    struct text now = {0};
    (void)count;
    wire_time_iso(now_ms, &now);
    sign_field(&fields, "id", list[0]->id);
    sign_field(&fields, "status", list[0]->told->state);
    if (strcmp(list[0]->told->state, "delivered") == 0)
        sign_field(&fields, "delivered", now.chars);
    call_form(account, list[0], &fields, out);
    text_free(&now);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct sign_fields fields = {0};
    struct text now = {0};
    wire_time_iso(now_ms, &now);
    sign_field(&fields, "direction", "incoming");
    sign_field(&fields, "id", webhook->id);
    sign_field(&fields, "from", webhook->from);
    sign_field(&fields, "to", webhook->to);
    sign_field(&fields, "created", now.chars);
    sign_field(&fields, "message", webhook_text(webhook));
    call_form(account, webhook, &fields, out);
    text_free(&now);
}

static void call_form(const struct dialect_account *account, const struct webhook *webhook,
                      const struct sign_fields *fields, struct dialect_webhook *out)
{
    struct text told = {0}, userinfo = {0};
    wire_told_url(account, webhook, &told, &userinfo);
    wire_called_url(account, told.chars, &out->url);
    sign_form(fields, &out->body);
    wire_header(out, "Content-Type", "application/x-www-form-urlencoded");
    if (webhook->kind == WEBHOOK_REPLY && account->webhook_user[0] != '\0')
        text_addf(&userinfo, "%s:%s", account->webhook_user, account->webhook_password);
    wire_header_basic(out, userinfo.chars);
    text_free(&told);
    text_free(&userinfo);
}

const struct dialect dialect_46elks = {.name = "46elks",
                                       .prefix = "/a1/",
                                       .receipts_max = 1,
                                       .status_taken_high = 204,
                                       .refusals = refusals,
                                       .states = states,
                                       .gateway_id = gateway_id,
                                       .read = read_call,
                                       .answer = answer,
                                       .refuse = refuse,
                                       .receipts = receipts,
                                       .reply = reply};
