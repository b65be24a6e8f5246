/* Reading what a provider tells us:
 *
 *   body ─→ by format ─→ event? ─ of no concern ─→ no items
 *                          ↓
 *                        items ─→ each a reply or a receipt, by its shape
 *
 * Promises that what is read fits and is UTF-8; never keeps part of an unreadable text. */
#include "gateway/webhook.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/webhook_item.h"

const char *webhook_problem_name(enum webhook_problem problem)
{
    switch (problem) {
    case WEBHOOK_OK:
        return "ok";
    case WEBHOOK_MALFORMED:
        return "malformed";
    case WEBHOOK_NO_ID:
        return "no_reply_id";
    case WEBHOOK_NO_SENDER:
        return "no_sender";
    }
    return "malformed";
}

/* --- how it comes --- */

static unsigned formats_of(const struct profile *profile, enum webhook_kind kind)
{
    return kind == WEBHOOK_REPLY ? profile->reply.formats : profile->receipt.formats;
}

/* A reply whose text is its body comes as a POST, with all else in its query. */
static bool has_text_body(const struct profile *profile, enum webhook_kind kind)
{
    return kind == WEBHOOK_REPLY && profile->reply.text[0] == '\0';
}

bool webhook_takes_get(const struct profile *profile, enum webhook_kind url_kind)
{
    return (formats_of(profile, url_kind) & BODY_QUERY) != 0 && !has_text_body(profile, url_kind);
}

bool webhook_takes_post(const struct profile *profile, enum webhook_kind url_kind)
{
    return (formats_of(profile, url_kind) & (BODY_JSON | BODY_FORM)) != 0 || has_text_body(profile, url_kind);
}

/* Where the provider can be set to several, the request says which it is. */
static enum body_format format_of(unsigned formats, const struct webhook_input *input)
{
    bool is_json = strncasecmp(input->content_type, "application/json", strlen("application/json")) == 0;
    if ((formats & BODY_QUERY) != 0 && (formats == BODY_QUERY || input->body_bytes == 0))
        return BODY_QUERY;
    if ((formats & BODY_JSON) != 0 && (is_json || (formats & BODY_FORM) == 0))
        return BODY_JSON;
    return BODY_FORM;
}

/* --- what it holds --- */

static bool input_parse(unsigned formats, const struct webhook_input *input, struct webhook_body *body)
{
    enum body_format format = format_of(formats, input);
    bool read = format == BODY_QUERY ? webhook_body_parse(format, input->query, strlen(input->query), body)
                                     : webhook_body_parse(format, input->body, input->body_bytes, body);
    if (read && format != BODY_QUERY && !webhook_body_query(body, input->query)) {
        webhook_body_clear(body);
        read = false;
    }
    return read;
}

/* False when it does not say its event. `concerns_out`: whether the event is one of ours, and then its kind. */
static bool event_read(const struct event_shape *shape, const struct webhook_body *body,
                       enum webhook_kind *kind, bool *concerns_out)
{
    const char *name;
    *concerns_out = shape->member[0] == '\0';
    if (*concerns_out)
        return true;
    if (webhook_body_member(body, shape->member, 0, &name) != MEMBER_TEXT)
        return false;
    for (size_t i = 0; i < shape->events_count && !*concerns_out; i++)
        if (strcmp(shape->events[i].name, name) == 0) {
            *kind = shape->events[i].kind;
            *concerns_out = true;
        }
    return true;
}

/* False when there is no such array, or too many in it. */
static bool items_read(const struct profile *profile, enum webhook_kind kind, const struct webhook_body *body,
                       const struct webhook_input *input, struct webhook_items *items)
{
    const char *array = kind == WEBHOOK_REPLY ? profile->reply.array : profile->receipt.array;
    size_t count;
    if (!webhook_body_items(body, array, &count) || count > WEBHOOK_ITEMS_MAX)
        return false;
    items->items = memory_zeroed(count + 1, sizeof *items->items);
    items->count = count;
    for (size_t i = 0; i < count; i++) {
        struct webhook_item *item = &items->items[i];
        item->kind = kind;
        item->problem = kind == WEBHOOK_REPLY
                            ? webhook_reply_item(&profile->reply, body, i, input, &item->reply)
                            : webhook_receipt_item(&profile->receipt, body, i, &item->receipt);
    }
    return true;
}

enum webhook_problem webhook_read(const struct profile *profile, enum webhook_kind url_kind,
                                  const struct webhook_input *input, struct webhook_items *items_out)
{
    struct webhook_body body;
    enum webhook_kind kind = url_kind;
    bool concerns;
    *items_out = (struct webhook_items){0};
    if (!input_parse(formats_of(profile, url_kind), input, &body))
        return WEBHOOK_MALFORMED;
    bool read = event_read(&profile->event, &body, &kind, &concerns) &&
                (!concerns || items_read(profile, kind, &body, input, items_out));
    webhook_body_clear(&body);
    return read ? WEBHOOK_OK : WEBHOOK_MALFORMED;
}

void webhook_items_clear(struct webhook_items *items)
{
    for (size_t i = 0; i < items->count; i++)
        free(items->items[i].reply.text);
    free(items->items);
    *items = (struct webhook_items){0};
}
