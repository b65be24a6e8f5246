/* The simulator's own dialect, which nobody else speaks: POST /send with "Authorization: Bearer SECRET".
 *
 *   {"id":our id,"from":…,"to":"+358…","text":…,"encoding":…,"segments":n}
 *
 *   202 {"id":gateway id}             500 {"error":"server_error"}
 *   400 {"error":"invalid_number"}    400 {"error":"malformed"}
 *   401 {"error":"unauthorized"}      429 {"error":"throttled"}, Retry-After: 1
 *                                     503 {"error":"unavailable"}
 *
 *   receipt   {"id":gateway id,"ref":our id,"state":"delivered"}
 *   reply     {"id":reply id,"from":"+358…","to":…,"text":…}
 *
 * Nothing is signed. No number asks for anything. */
#include "simulator/dialect_wire.h"

static const struct dialect_refusal refusals[] = {
    {REFUSES_MALFORMED, 0, 400, "malformed", "", true},
    {REFUSES_UNAUTHORIZED, 0, 401, "unauthorized", "", true},
    {REFUSES_THROTTLED, 0, 429, "throttled", "", true},
    {REFUSES_NUMBER, 0, 400, "invalid_number", "", true},
    {REFUSES_RETRY, 0, 503, "unavailable", "", true},
    {REFUSES_UNKNOWN, 0, 500, "server_error", "", true},
    {0},
};
static const struct dialect_state states[] = {
    {0, "delivered", "delivered", "", ""},
    {0, "undelivered", "undelivered", "", ""},
    {0, "enroute", "enroute", "", ""},
    {0},
};

static void gateway_id(const char *message, char id_out[WIRE_ID_SIZE])
{
    webhook_id('g', message, "gateway", id_out);
}

static const struct dialect_refusal *read_call(const struct dialect_account *account,
                                               const struct dialect_call *call,
                                               struct dialect_batch *batch_out)
{
    struct error error;
    struct json_reader root;
    if (!wire_is_scheme(call->authorization, "Bearer", account->secret))
        return dialect_refusal(&dialect_simulator, REFUSES_UNAUTHORIZED);
    cJSON *json = json_parse(call->body, call->body_bytes, &error);
    if (json == NULL)
        return dialect_refusal(&dialect_simulator, REFUSES_MALFORMED);
    json_reader_root(&root, json, &error);
    const char *id = json_string(&root, "id", 1, MESSAGE_ID_SIZE - 1);
    const char *from = json_string(&root, "from", 1, 32);
    const char *to = json_string(&root, "to", 1, 64);
    const char *text = json_string(&root, "text", 1, 4096);
    (void)json_string(&root, "encoding", 1, 16);
    int64_t segments = json_int(&root, "segments", 1, 255);
    bool sound = json_finish(&root);
    if (sound) {
        struct dialect_message *message = dialect_batch_add(batch_out, id, to, from, text, NULL);
        message->segments = segments;
        if (!phone_is_e164(to))
            message->refusal = dialect_refusal(&dialect_simulator, REFUSES_NUMBER);
    }
    cJSON_Delete(json);
    return sound ? NULL : dialect_refusal(&dialect_simulator, REFUSES_MALFORMED);
}

static void refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer_out)
{
    wire_answer_json(answer_out, refusal->status);
    text_addf(&answer_out->body, "{\"error\":\"%s\"}", refusal->code);
}

static void answer(const struct dialect_batch *batch, struct dialect_answer *answer_out)
{
    const struct dialect_message *message = &batch->messages[0];
    if (message->refusal != NULL) {
        refuse(message->refusal, answer_out);
        return;
    }
    wire_answer_json(answer_out, 202);
    text_addf(&answer_out->body, "{\"id\":\"%s\"}", message->gateway_id);
}

static void receipts(const struct dialect_account *account, const struct webhook *const *list, size_t count,
                     int64_t now_ms, struct dialect_webhook *out)
{
    struct text told = {0};
    (void)count;
    (void)now_ms;
    wire_told_url(account, list[0], &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/json");
    text_add(&out->body, "{\"id\":");
    json_add_string(&out->body, list[0]->id);
    text_add(&out->body, ",\"ref\":");
    json_add_string(&out->body, list[0]->message);
    text_addf(&out->body, ",\"state\":\"%s\"}", list[0]->told->state);
    text_free(&told);
}

static void reply(const struct dialect_account *account, const struct webhook *webhook, int64_t now_ms,
                  struct dialect_webhook *out)
{
    struct text told = {0};
    (void)now_ms;
    wire_told_url(account, webhook, &told, NULL);
    wire_called_url(account, told.chars, &out->url);
    wire_header(out, "Content-Type", "application/json");
    text_add(&out->body, "{\"id\":");
    json_add_string(&out->body, webhook->id);
    text_addf(&out->body, ",\"from\":\"%s\",\"to\":", webhook->from);
    json_add_string(&out->body, webhook->to);
    text_add(&out->body, ",\"text\":");
    json_add_string(&out->body, webhook_text(webhook));
    text_add(&out->body, "}");
    text_free(&told);
}

const struct dialect dialect_simulator = {.name = "simulator",
                                          .prefix = "/send",
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
