/* What a provider tells us: replies and receipts, read from a raw query and body by the profile's shape. Pure. */
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

/* Whether this webhook may come as a GET, as a POST; the URL's kind. */
bool webhook_takes_get(const struct profile *profile, enum webhook_kind url_kind);
bool webhook_takes_post(const struct profile *profile, enum webhook_kind url_kind);

struct webhook_reply {
    char id[129];
    char from[PHONE_SIZE]; /* strict E.164 */
    char to[17];           /* digits of the receiving number */
    bool to_is_untold;     /* the provider does not say it: whoever is alone at the gateway is meant */
    char *text;            /* owned by the item */
    char part_ref[65];     /* what the parts of a long text have in common; "" = whole */
    int part, parts;       /* 1.. of parts; parts <= 1 = whole */
    int64_t sent_ms;       /* wall; -1 = not told */
};

struct webhook_receipt {
    char ref[33]; /* our message id */
    char gateway_id[65];
    char to[PHONE_SIZE];      /* E.164, where the gateway's ids are told apart by it; "" = not told */
    enum receipt_state state; /* unseen values: RECEIPT_UNKNOWN */
};

/* One of what a webhook holds; with a problem, what could be read of it. */
struct webhook_item {
    enum webhook_kind kind;
    enum webhook_problem problem;
    struct webhook_reply reply;
    struct webhook_receipt receipt;
};

#define WEBHOOK_ITEMS_MAX 100
struct webhook_items {
    size_t count;
    struct webhook_item *items; /* owned; webhook_items_clear */
};

/* Reads what a webhook holds: usually one item, many where the provider collects them, none when it tells of an
 * event that does not concern us. An item's kind may be another than its URL's. WEBHOOK_MALFORMED when the whole
 * cannot be read: then there are no items. More than WEBHOOK_ITEMS_MAX are malformed. */
enum webhook_problem webhook_read(const struct profile *profile, enum webhook_kind url_kind,
                                  const struct webhook_input *input,
                                  struct webhook_items *items_out) MUST_CHECK;
void webhook_items_clear(struct webhook_items *items);

#endif
