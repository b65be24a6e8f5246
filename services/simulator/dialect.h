/* How a provider speaks, seen from the provider's side: what it takes for a submit and what it refuses, how it answers,
 * how it tells of receipts and replies and signs that. One file a provider; what they share is in dialect.c and
 * dialect_wire.h. Written from the providers' documents alone, never from config/gateways, and signing with code of its
 * own: an error on one side is seen by the other. Pure: bytes in, bytes out; what becomes of a message is the story of
 * gateway.h.
 *
 * A number that is nobody's of the scenario asks by its last four digits for an outcome, in every dialect but the
 * simulator's own. These are alike; further codes of a provider stand in its file:
 *
 *   9001 throttled   9002 no such number   9003 opted out   9004 never possible   9005 the account is refused
 *   9006 to be tried again (not taken)     9007 an answer that says nothing of the message's fate
 *   9101 undelivered   9102 expired   9109 no receipt at all   9110 on its way, and nothing more
 *
 * What a provider has no words for it delivers. So it does any other number of nobody's. */
#ifndef SIMULATOR_DIALECT_H
#define SIMULATOR_DIALECT_H

#include "domain/phone.h"
#include "simulator/webhook.h"

/* The customer's account at the provider; texts are borrowed, "" = none. */
struct dialect_account {
    const char *name;       /* account, user, plan or key, as the provider calls it */
    const char *secret;     /* password, token or key */
    const char *collector;  /* base URL that is called */
    const char *public_url; /* base URL as the customer tells it, which is what gets signed */
    const char *gateway;    /* in the path of webhooks that are set in the account */
    const char *token;
    const char *webhook_secret; /* for Ed25519 the seed of the private key, in base64 */
    const char *webhook_user, *webhook_password;
};

/* A request as it came; borrowed. */
struct dialect_call {
    const char *method; /* "POST" or another */
    const char *path;
    const char *content_type;
    const char *authorization; /* "" = none */
    const char *body;
    size_t body_bytes;
};

enum refusal_kind {
    REFUSES_MALFORMED,
    REFUSES_UNAUTHORIZED,
    REFUSES_THROTTLED,
    REFUSES_NUMBER,
    REFUSES_OPTED_OUT,
    REFUSES_PERMANENT,
    REFUSES_LANE,
    REFUSES_RETRY,
    REFUSES_UNKNOWN, /* the caller cannot know that it was refused */
    REFUSES_DUPLICATE,
};
const char *
refusal_name(enum refusal_kind kind); /* as the ledger calls it: "invalid_number", "server_error" */

/* One row of a provider's table of refusals. */
struct dialect_refusal {
    enum refusal_kind kind;
    int digits;        /* of a number that asks for it; 0 = cannot be asked for */
    int status;        /* of HTTP */
    const char *code;  /* the provider's, "" = none */
    const char *words; /* NULL ends a table */
    bool whole;        /* in a batch it refuses all of it */
};

/* One row of a provider's table of receipts. */
struct dialect_state {
    int digits;
    const char
        *means; /* as the ledger calls it: enroute, delivered, undelivered, expired; NULL ends a table */
    const char *state; /* the provider's word, or its number */
    const char *code;  /* beside it; "" = none */
    const char *words;
};

/* One message of a submit. */
struct dialect_message {
    char id[MESSAGE_ID_SIZE]; /* the customer's reference, otherwise one made up */
    char to[PHONE_SIZE];      /* E.164; "" = no number */
    char from[33];
    char *text;     /* owned */
    char *callback; /* where receipts go; owned, NULL = where the account says */
    int64_t segments;
    const struct dialect_refusal *refusal; /* by the reader or by the story; NULL = accepted */
    char gateway_id[WIRE_ID_SIZE];         /* of an accepted one */
};

struct dialect_batch {
    size_t count;
    struct dialect_message *messages; /* owned */
    bool is_list;                     /* the request had the form for many */
};

struct dialect_answer {
    int status;
    const char *content_type;
    struct text body;
};

#define DIALECT_HEADERS_MAX 6
/* A webhook to be called. */
struct dialect_webhook {
    struct text url; /* really called */
    struct text body;
    struct text headers[DIALECT_HEADERS_MAX]; /* "Name: value" */
    size_t headers_count;
};

struct dialect {
    const char *name;
    const char *prefix;    /* how the paths begin that are the provider's */
    size_t receipts_max;   /* in one webhook */
    int status_taken_high; /* a webhook is taken when answered 200 to this */
    bool comes_in_parts;   /* a reply of several segments does, and each part of a text has a receipt */
    const struct dialect_refusal *refusals;
    const struct dialect_state *states;

    /* The provider's id of a message, a function of the customer's reference alone. */
    void (*gateway_id)(const char *message, char id_out[WIRE_ID_SIZE]);
    /* Returns NULL and the messages, or what the whole request is refused with. */
    const struct dialect_refusal *(*read)(const struct dialect_account *account,
                                          const struct dialect_call *call, struct dialect_batch *batch_out);
    void (*answer)(const struct dialect_batch *batch, struct dialect_answer *answer_out);
    void (*refuse)(const struct dialect_refusal *refusal, struct dialect_answer *answer_out);
    /* One webhook for 1..receipts_max receipts with the same callback; now_ms is wall time. */
    void (*receipts)(const struct dialect_account *account, const struct webhook *const *receipts,
                     size_t count, int64_t now_ms, struct dialect_webhook *out);
    void (*reply)(const struct dialect_account *account, const struct webhook *reply, int64_t now_ms,
                  struct dialect_webhook *out);
};

extern const struct dialect dialect_simulator, dialect_twilio, dialect_vonage, dialect_infobip, dialect_link,
    dialect_46elks, dialect_gatewayapi, dialect_sinch, dialect_telnyx;

/* By name; NULL when there is none. */
const struct dialect *dialect_find(const char *name);
/* "simulator, twilio, …" */
void dialect_names(struct text *out);

/* A path that is the provider's, also when nothing is there. */
bool dialect_owns(const struct dialect *dialect, const char *path);

/* The first refusal of a kind; for want of REFUSES_RETRY one of REFUSES_UNKNOWN. */
const struct dialect_refusal *dialect_refusal(const struct dialect *dialect, enum refusal_kind kind);
/* The first of a code, which must be in the table. */
const struct dialect_refusal *dialect_refusal_code(const struct dialect *dialect, const char *code);
/* What a number asks for; NULL = nothing. */
const struct dialect_refusal *dialect_refusal_asked(const struct dialect *dialect, const char *to);
/* The first state of a meaning; never NULL: for want of it that of "undelivered". */
const struct dialect_state *dialect_state(const struct dialect *dialect, const char *means);
const struct dialect_state *dialect_state_asked(const struct dialect *dialect, const char *to);
/* Whether a number asks for no receipt. */
bool dialect_silence_asked(const char *to);

/* Adds a message; a reference that is NULL, empty or too long is replaced. Everything is copied; callback may be NULL.
 * The pointer is good until the next one is added. */
struct dialect_message *dialect_batch_add(struct dialect_batch *batch, const char *reference, const char *to,
                                          const char *from, const char *text, const char *callback);
void dialect_batch_clear(struct dialect_batch *batch);
void dialect_webhook_clear(struct dialect_webhook *webhook);

#endif
