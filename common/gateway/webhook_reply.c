/* A reply: who sent which text to which of our numbers. Numbers are taken as they stand in the form the profile
 * states and checked strictly. Never keeps part of an unreadable text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/webhook_item.h"

#define PARTS_MAX 255 /* 3GPP TS 23.040, 9.2.3.24.1: a byte counts them */

bool webhook_number(enum number_form form, const char *chars, char out[PHONE_SIZE])
{
    char number[PHONE_SIZE];
    bool lacks_plus = form == NUMBER_DIGITS || (form == NUMBER_EITHER && chars[0] != '+');
    int written = snprintf(number, sizeof number, "%s%s", lacks_plus ? "+" : "", chars);
    bool fits = written > 0 && (size_t)written < sizeof number;
    if (fits && phone_is_e164(number))
        return text_copy(out, PHONE_SIZE, number);
    out[0] = '\0';
    return false;
}

/* The digits of the receiving number, a short code among them, also one with its country before it ("FI-18123"); ""
 * when it is something else. */
static void receiver_read(const char *to, char out[17])
{
    const char *digits = to[0] == '+' ? to + 1 : to;
    if (strspn(to, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2 && to[2] == '-')
        digits = to + 3;
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
static char *text_read(const struct reply_shape *shape, const struct webhook_body *body, size_t item,
                       const struct webhook_input *input)
{
    const char *text;
    if (shape->text[0] != '\0') {
        bool has_text = webhook_body_member(body, shape->text, item, &text) == MEMBER_TEXT;
        return has_text && strlen(text) <= WEBHOOK_TEXT_BYTES_MAX ? memory_text(text) : NULL;
    }
    if (!is_utf8_body(input) || input->body_bytes > WEBHOOK_TEXT_BYTES_MAX)
        return NULL;
    struct text whole = {0};
    text_add(&whole, "");
    text_add_bytes(&whole, input->body, input->body_bytes);
    return whole.chars;
}

/* --- time --- */

/* Reads 2 digits in a range; false when there are none. */
static bool two_digits(const char *chars, int high, int *value_out)
{
    if (chars[0] < '0' || chars[0] > '9' || chars[1] < '0' || chars[1] > '9')
        return false;
    *value_out = (chars[0] - '0') * 10 + (chars[1] - '0');
    return *value_out <= high;
}

/* "Z", "+03:00", " +0000": seconds east of UTC. */
static bool zone_read(const char *chars, int *east_s_out)
{
    int hours, minutes;
    const char *at = chars[0] == ' ' ? chars + 1 : chars;
    *east_s_out = 0;
    if (strcmp(at, "Z") == 0)
        return true;
    if ((at[0] != '+' && at[0] != '-') || !two_digits(at + 1, 14, &hours))
        return false;
    const char *rest = at[3] == ':' ? at + 4 : at + 3;
    if (!two_digits(rest, 59, &minutes) || rest[2] != '\0')
        return false;
    *east_s_out = (hours * 60 + minutes) * (at[0] == '-' ? -60 : 60);
    return true;
}

/* Unix seconds, or ISO 8601 with seconds and a zone, a space or a T between; wall ms, or -1. A time without its zone is
 * none. */
static int64_t time_read(const char *chars)
{
    struct tm parts = {0};
    int64_t seconds, fraction_ms = 0;
    int east_s;
    if (text_to_int(chars, 1, INT64_C(9999999999), &seconds))
        return seconds * 1000;
    const char *rest = strptime(chars, "%Y-%m-%d", &parts);
    if (rest == NULL || (rest[0] != 'T' && rest[0] != ' ') ||
        (rest = strptime(rest + 1, "%H:%M:%S", &parts)) == NULL)
        return -1;
    if (rest[0] == '.') {
        size_t digits = strspn(rest + 1, "0123456789");
        for (size_t i = 0; i < 3; i++)
            fraction_ms = fraction_ms * 10 + (i < digits ? rest[1 + i] - '0' : 0);
        rest += 1 + digits;
    }
    if (!zone_read(rest, &east_s))
        return -1;
    return ((int64_t)timegm(&parts) - east_s) * 1000 + fraction_ms;
}

/* --- members --- */

/* All of the three or none; `reply` is whole without them. */
static bool parts_read(const struct reply_shape *shape, const struct webhook_body *body, size_t item,
                       struct webhook_reply *reply)
{
    const char *ref, *part, *parts;
    int64_t number = 0, count = 0;
    if (shape->part_ref[0] == '\0')
        return true;
    enum webhook_member has_ref = webhook_body_member(body, shape->part_ref, item, &ref);
    enum webhook_member has_part = webhook_body_member(body, shape->part, item, &part);
    enum webhook_member has_parts = webhook_body_member(body, shape->parts, item, &parts);
    if (has_ref == MEMBER_ABSENT && has_part == MEMBER_ABSENT && has_parts == MEMBER_ABSENT)
        return true;
    if (!text_to_int(parts, 1, PARTS_MAX, &count) || !text_to_int(part, 1, count, &number) ||
        ref[0] == '\0' || !text_copy(reply->part_ref, sizeof reply->part_ref, ref))
        return false;
    reply->part = (int)number;
    reply->parts = (int)count;
    return true;
}

static enum webhook_problem members_read(const struct reply_shape *shape, const struct webhook_body *body,
                                         size_t item, struct webhook_reply *reply)
{
    const char *id, *from, *to, *sent;
    enum webhook_member has_id = webhook_body_member(body, shape->id, item, &id);
    enum webhook_member has_from = webhook_body_member(body, shape->from, item, &from);
    enum webhook_member has_to = webhook_body_member(body, shape->to, item, &to);
    bool to_is_read =
        has_to == MEMBER_TEXT || has_to == MEMBER_NUMBER || (has_to == MEMBER_ABSENT && shape->to_may_lack);
    reply->to_is_untold = has_to == MEMBER_ABSENT && shape->to_may_lack;
    receiver_read(to, reply->to); /* also of a reply that has a problem: it says whose books count it */
    if (shape->sent[0] != '\0' && webhook_body_member(body, shape->sent, item, &sent) != MEMBER_OTHER)
        reply->sent_ms = time_read(sent);
    if (has_id == MEMBER_OTHER || has_from == MEMBER_OTHER || !to_is_read ||
        !text_copy(reply->id, sizeof reply->id, id) || !parts_read(shape, body, item, reply))
        return WEBHOOK_MALFORMED;
    if (reply->id[0] == '\0')
        return WEBHOOK_NO_ID;
    return webhook_number(shape->number_form, from, reply->from) ? WEBHOOK_OK : WEBHOOK_NO_SENDER;
}

enum webhook_problem webhook_reply_item(const struct reply_shape *shape, const struct webhook_body *body,
                                        size_t item, const struct webhook_input *input,
                                        struct webhook_reply *reply_out)
{
    *reply_out = (struct webhook_reply){.sent_ms = -1};
    char *text = text_read(shape, body, item, input);
    enum webhook_problem problem = members_read(shape, body, item, reply_out);
    if (text == NULL)
        problem = WEBHOOK_MALFORMED;
    if (problem == WEBHOOK_OK)
        reply_out->text = text;
    else
        free(text);
    return problem;
}
