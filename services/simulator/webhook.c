/* Webhooks as records. Ids on the wire are digests of the message's id and of what is said about it: the same
 * run gives the same ids, and no run gives an id of an earlier run, since message ids are random. */
#include "simulator/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"

static void wire_id(char letter, const char *message, const char *what, char out[WIRE_ID_SIZE])
{
    char whole[MESSAGE_ID_SIZE + 32];
    int length = snprintf(whole, sizeof whole, "%s/%s", message, what);
    out[0] = letter;
    id_digest(whole, (size_t)length, out + 1);
}

void webhook_gateway_id(const char *message, char out[WIRE_ID_SIZE])
{
    wire_id('g', message, "gateway", out);
}

struct webhook *webhook_new_receipt(const char *message, const char *gateway_id, const char *state)
{
    struct webhook *webhook = memory_zeroed(1, sizeof *webhook);
    webhook->kind = WEBHOOK_RECEIPT;
    webhook->state = state;
    webhook->person = -1;
    (void)text_copy(webhook->id, sizeof webhook->id, gateway_id);
    (void)text_copy(webhook->message, sizeof webhook->message, message);
    return webhook;
}

struct webhook *webhook_new_reply(const char *message, int64_t person, const char *to,
                                  const struct planned_reply *reply, const char *what)
{
    struct webhook *webhook = memory_zeroed(1, sizeof *webhook);
    webhook->kind = WEBHOOK_REPLY;
    webhook->reply = *reply;
    webhook->person = person;
    person_phone(person, webhook->from);
    wire_id('r', message, what, webhook->id);
    (void)text_copy(webhook->to, sizeof webhook->to, to);
    (void)text_copy(webhook->message, sizeof webhook->message, message);
    return webhook;
}

struct webhook *webhook_copy(const struct webhook *webhook)
{
    struct webhook *copy = memory_zeroed(1, sizeof *copy);
    *copy = *webhook;
    copy->is_copy = true;
    copy->together = true;
    copy->on_tried = NULL;
    return copy;
}

void webhook_free(struct webhook **webhook)
{
    free(*webhook);
    *webhook = NULL;
}

void webhook_body(const struct webhook *webhook, struct text *out)
{
    text_add(out, "{\"id\":");
    json_add_string(out, webhook->id);
    if (webhook->kind == WEBHOOK_RECEIPT) {
        text_add(out, ",\"ref\":");
        json_add_string(out, webhook->message);
        text_addf(out, ",\"state\":\"%s\"}", webhook->state);
        return;
    }
    text_addf(out, ",\"from\":\"%s\",\"to\":", webhook->from);
    json_add_string(out, webhook->to);
    text_add(out, ",\"text\":");
    json_add_string(out, webhook->reply.text);
    text_add(out, "}");
}
