/* Webhooks as records. Ids on the wire are digests of the message's id and of what is said about it: the same
 * run gives the same ids, and no run gives an id of an earlier run, since message ids are random. */
#include "simulator/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"

static struct webhook *webhook_clone(const struct webhook *webhook);

void webhook_id(char letter, const char *message, const char *what, char id_out[WIRE_ID_SIZE])
{
    char whole[WIRE_ID_SIZE + 32];
    int length = snprintf(whole, sizeof whole, "%s/%s", message, what);
    id_out[0] = letter;
    id_digest(whole, (size_t)length, id_out + 1);
}

struct webhook *webhook_new_receipt(const char *message, const char *gateway_id,
                                    const struct dialect_state *told, const char *recipient,
                                    const char *sender, const char *callback)
{
    struct webhook *webhook = memory_zeroed(1, sizeof *webhook);
    webhook->kind = WEBHOOK_RECEIPT;
    webhook->told = told;
    webhook->person = -1;
    (void)text_copy(webhook->id, sizeof webhook->id, gateway_id);
    (void)text_copy(webhook->message, sizeof webhook->message, message);
    (void)text_copy(webhook->from, sizeof webhook->from, recipient);
    (void)text_copy(webhook->to, sizeof webhook->to, sender);
    webhook->callback = callback != NULL ? memory_text(callback) : NULL;
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
    webhook_id('r', message, what, webhook->id);
    (void)text_copy(webhook->to, sizeof webhook->to, to);
    (void)text_copy(webhook->message, sizeof webhook->message, message);
    return webhook;
}

struct webhook *webhook_new_said(const char *id, const char *from, const char *to, const char *text)
{
    struct webhook *webhook = memory_zeroed(1, sizeof *webhook);
    webhook->kind = WEBHOOK_REPLY;
    webhook->person = -1;
    webhook->together = true;
    webhook->reply.question = webhook->reply.value = NOTHING;
    webhook->said = memory_text(text);
    (void)text_copy(webhook->id, sizeof webhook->id, id);
    (void)text_copy(webhook->from, sizeof webhook->from, from);
    (void)text_copy(webhook->to, sizeof webhook->to, to);
    return webhook;
}

struct webhook *webhook_copy(const struct webhook *webhook)
{
    struct webhook *copy = webhook_clone(webhook);
    copy->is_copy = true;
    copy->together = true;
    copy->on_tried = NULL;
    return copy;
}

struct webhook *webhook_part(const struct webhook *webhook, size_t part, size_t parts, const char *text)
{
    char what[32];
    struct webhook *made = webhook_clone(webhook);
    (void)snprintf(what, sizeof what, "part %zu", part);
    webhook_id('r', webhook->id, what, made->id);
    (void)text_copy(made->whole, sizeof made->whole, webhook->id);
    free(made->said);
    made->said = memory_text(text);
    made->part = part;
    made->parts = parts;
    return made;
}

void webhook_free(struct webhook **webhook)
{
    free((*webhook)->callback);
    free((*webhook)->said);
    free(*webhook);
    *webhook = NULL;
}

const char *webhook_text(const struct webhook *webhook)
{
    return webhook->said != NULL ? webhook->said : webhook->reply.text;
}

static struct webhook *webhook_clone(const struct webhook *webhook)
{
    struct webhook *clone = memory_zeroed(1, sizeof *clone);
    *clone = *webhook;
    clone->callback = webhook->callback != NULL ? memory_text(webhook->callback) : NULL;
    clone->said = webhook->said != NULL ? memory_text(webhook->said) : NULL;
    return clone;
}
