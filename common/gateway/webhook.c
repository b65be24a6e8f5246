/* Reading what a provider tells us. Numbers are taken as they stand in the form the profile states and
 * checked strictly; they are never parsed by region, which would turn a short code into somebody's number.
 * Promises that what is read fits and is UTF-8; never keeps part of an unreadable text. */
#include "gateway/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/webhook_body.h"

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

bool webhook_reply_is_get(const struct profile *profile)
{
    return profile->reply.format == BODY_QUERY && profile->reply.text[0] != '\0';
}

bool webhook_receipt_is_get(const struct profile *profile)
{
    return profile->receipt.format == BODY_QUERY;
}

static bool input_parse(enum body_format format, const struct webhook_input *input, struct webhook_body *read)
{
    if (format == BODY_QUERY)
        return webhook_body_parse(format, input->query, strlen(input->query), read);
    return webhook_body_parse(format, input->body, input->body_bytes, read);
}

/* --- replies --- */

/* The sender as strict E.164, "" when it is none. */
static void sender_read(enum number_form form, const char *from, char out[PHONE_SIZE])
{
    char number[PHONE_SIZE];
    bool lacks_plus = form == NUMBER_DIGITS || (form == NUMBER_EITHER && from[0] != '+');
    int chars = snprintf(number, sizeof number, "%s%s", lacks_plus ? "+" : "", from);
    bool fits = chars > 0 && (size_t)chars < sizeof number;
    if (!fits || !phone_is_e164(number) || !text_copy(out, PHONE_SIZE, number))
        out[0] = '\0';
}

/* The digits of the receiving number, a short code among them; "" when it is something else. */
static void receiver_read(const char *to, char out[17])
{
    const char *digits = to[0] == '+' ? to + 1 : to;
    if (digits[strspn(digits, "0123456789")] != '\0' || !text_copy(out, 17, digits))
        out[0] = '\0';
}

/* Whether a body that is the text itself says that it is UTF-8, or does not say. In UTF-16 a letter may look
 * like a digit of UTF-8, which would be somebody's answer. */
static bool is_utf8_body(const struct webhook_input *input)
{
    const char *charset = strcasestr(input->content_type, "charset=");
    if (!text_is_utf8(input->body, input->body_bytes))
        return false;
    if (charset == NULL)
        return strncasecmp(input->content_type, "application/octet-stream", 24) != 0;
    charset += strlen("charset=");
    charset += charset[0] == '"';
    return strncasecmp(charset, "utf-8", 5) == 0 || strncasecmp(charset, "us-ascii", 8) == 0;
}

/* The text: a member, or the body. NULL when there is none, or none that can be read whole; owned. */
static char *text_read(const struct reply_shape *shape, const struct webhook_body *body,
                       const struct webhook_input *input)
{
    const char *text;
    if (shape->text[0] != '\0') {
        bool has_text = webhook_body_member(body, shape->text, &text) == MEMBER_TEXT;
        return has_text && strlen(text) <= WEBHOOK_TEXT_BYTES_MAX ? memory_text(text) : NULL;
    }
    if (!is_utf8_body(input) || input->body_bytes > WEBHOOK_TEXT_BYTES_MAX)
        return NULL;
    struct text whole = {0};
    text_add(&whole, "");
    text_add_bytes(&whole, input->body, input->body_bytes);
    return whole.chars;
}

static enum webhook_problem reply_members_read(const struct reply_shape *shape,
                                               const struct webhook_body *body, struct webhook_reply *reply)
{
    const char *id, *from, *to;
    enum webhook_member has_id = webhook_body_member(body, shape->id, &id);
    enum webhook_member has_from = webhook_body_member(body, shape->from, &from);
    enum webhook_member has_to = webhook_body_member(body, shape->to, &to);
    receiver_read(to, reply->to); /* also of a reply that has a problem: it says whose books count it */
    if (has_id == MEMBER_OTHER || has_from == MEMBER_OTHER || has_to != MEMBER_TEXT ||
        !text_copy(reply->id, sizeof reply->id, id))
        return WEBHOOK_MALFORMED;
    if (reply->id[0] == '\0')
        return WEBHOOK_NO_ID;
    sender_read(shape->number_form, from, reply->from);
    return reply->from[0] == '\0' ? WEBHOOK_NO_SENDER : WEBHOOK_OK;
}

enum webhook_problem webhook_reply_read(const struct profile *profile, const struct webhook_input *input,
                                        struct webhook_reply *reply_out)
{
    struct webhook_body read;
    *reply_out = (struct webhook_reply){0};
    if (!input_parse(profile->reply.format, input, &read))
        return WEBHOOK_MALFORMED;
    char *text = text_read(&profile->reply, &read, input);
    enum webhook_problem problem = reply_members_read(&profile->reply, &read, reply_out);
    if (text == NULL)
        problem = WEBHOOK_MALFORMED;
    if (problem == WEBHOOK_OK)
        reply_out->text = text;
    else
        free(text);
    webhook_body_clear(&read);
    return problem;
}

void webhook_reply_clear(struct webhook_reply *reply)
{
    free(reply->text);
    *reply = (struct webhook_reply){0};
}

/* --- receipts --- */

static enum receipt_state state_of(const struct receipt_shape *shape, const char *name)
{
    int64_t bits = 0;
    if (shape->states_are_bits && !text_to_int(name, 1, INT32_MAX, &bits))
        return RECEIPT_UNKNOWN;
    for (size_t i = 0; i < shape->states_count; i++)
        if (shape->states_are_bits ? (bits & shape->states[i].bits) == shape->states[i].bits
                                   : strcmp(shape->states[i].name, name) == 0)
            return shape->states[i].state;
    return RECEIPT_UNKNOWN;
}

static enum webhook_problem receipt_members_read(const struct receipt_shape *shape,
                                                 const struct webhook_body *body,
                                                 struct webhook_receipt *receipt)
{
    const char *ref, *id = "", *state;
    enum webhook_member has_ref = webhook_body_member(body, shape->ref, &ref);
    enum webhook_member has_id =
        shape->id[0] == '\0' ? MEMBER_ABSENT : webhook_body_member(body, shape->id, &id);
    enum webhook_member has_state = webhook_body_member(body, shape->state, &state);
    if (has_ref == MEMBER_OTHER || has_id == MEMBER_OTHER || has_state != MEMBER_TEXT ||
        !text_copy(receipt->ref, sizeof receipt->ref, ref) ||
        !text_copy(receipt->gateway_id, sizeof receipt->gateway_id, id))
        return WEBHOOK_MALFORMED;
    receipt->state = state_of(shape, state);
    return receipt->ref[0] == '\0' ? WEBHOOK_NO_ID : WEBHOOK_OK;
}

enum webhook_problem webhook_receipt_read(const struct profile *profile, const struct webhook_input *input,
                                          struct webhook_receipt *receipt_out)
{
    struct webhook_body read;
    *receipt_out = (struct webhook_receipt){.state = RECEIPT_UNKNOWN};
    if (!input_parse(profile->receipt.format, input, &read))
        return WEBHOOK_MALFORMED;
    enum webhook_problem problem = receipt_members_read(&profile->receipt, &read, receipt_out);
    webhook_body_clear(&read);
    return problem;
}
