/* What a provider tells us: a reply or a receipt, read from a raw query and body by the profile's shape. Pure. */
#ifndef GATEWAY_WEBHOOK_H
#define GATEWAY_WEBHOOK_H

#include "domain/delivery.h"
#include "domain/phone.h"
#include "gateway/profile.h"

#define WEBHOOK_TEXT_BYTES_MAX 40960 /* ten thousand characters of any script */

enum webhook_problem {
    WEBHOOK_OK,
    WEBHOOK_MALFORMED, /* not the form or JSON the profile describes, or invalid UTF-8 */
    WEBHOOK_NO_ID,     /* no reply id, or no reference in a receipt */
    WEBHOOK_NO_SENDER, /* the sender is not a number in the profile's form (alphanumeric, short code) */
};
const char *webhook_problem_name(enum webhook_problem problem); /* "malformed", "no_reply_id", … */

/* A request as it came; borrowed. */
struct webhook_input {
    const char *query;        /* undecoded, "" = none */
    const char *content_type; /* "" = none */
    const char *body;
    size_t body_bytes;
};

/* Whether this webhook is a GET; otherwise it is a POST. */
bool webhook_reply_is_get(const struct profile *profile);
bool webhook_receipt_is_get(const struct profile *profile);

struct webhook_reply {
    char id[129];
    char from[PHONE_SIZE]; /* strict E.164 */
    char to[17];           /* digits of the receiving number */
    char *text;            /* owned; webhook_reply_clear */
};
enum webhook_problem webhook_reply_read(const struct profile *profile, const struct webhook_input *input,
                                        struct webhook_reply *reply_out) MUST_CHECK;
void webhook_reply_clear(struct webhook_reply *reply);

struct webhook_receipt {
    char ref[33]; /* our message id */
    char gateway_id[65];
    enum receipt_state state; /* unseen values: RECEIPT_UNKNOWN */
};
enum webhook_problem webhook_receipt_read(const struct profile *profile, const struct webhook_input *input,
                                          struct webhook_receipt *receipt_out) MUST_CHECK;

#endif
