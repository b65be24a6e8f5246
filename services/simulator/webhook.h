/* One webhook the simulator calls: a receipt or a reply, what it says and how far it has come. How it is said is the
 * dialect's. */
#ifndef SIMULATOR_WEBHOOK_H
#define SIMULATOR_WEBHOOK_H

#include "base/text.h"
#include "domain/phone.h"
#include "simulator/behaviour.h"

#define MESSAGE_ID_SIZE 65 /* an id the dispatcher gives: 1..64 bytes */
#define WIRE_ID_SIZE    65 /* an id of the provider */

enum webhook_kind { WEBHOOK_RECEIPT, WEBHOOK_REPLY };

struct dialect_state;

struct webhook {
    enum webhook_kind kind;
    char id[WIRE_ID_SIZE];            /* the provider's id of the message, or the reply's */
    char message[MESSAGE_ID_SIZE];    /* what a receipt is for; the message a reply reacts to */
    const struct dialect_state *told; /* of a receipt; of the dialect's table */
    char from[PHONE_SIZE];            /* of a reply; of a receipt the number that got the text */
    char to[33];                      /* the service's number */
    char *callback;                   /* of a receipt: where it goes; owned, NULL = where the account says */
    struct planned_reply reply;
    char *said; /* the text of a reply where it is not that of the plan; owned, NULL otherwise */
    char whole[WIRE_ID_SIZE]; /* of a part: the id of the whole reply */
    size_t part, parts;       /* the first is 1; 0 = whole */
    const char *question;     /* the ref a reply is written to, or NULL; borrowed */
    int64_t person;           /* who replies; -1 = nobody of the scenario */
    bool is_copy;             /* the same id is, or was, on its way before */
    bool together;            /* a reply that does not wait for the person's earlier ones */

    /* how far it has come: set by webhooks.c */
    int64_t tries;
    bool may_have_arrived; /* some try may have reached the collector */
    uint64_t began,
        ended; /* moments of the ledger: of the first try that may have arrived, and of the answer 200 */
    int64_t started_at_ms; /* domain time of `began` */
    int64_t started_real_ms;
    int64_t answered_at_ms; /* domain time of `ended` */
    int64_t finished_real_ms;
    int status;                      /* 200 when done, 0 before */
    int refused;                     /* the latest other status, 0 = none */
    int64_t backoff_ms;              /* of the next pause */
    void (*on_tried)(void *context); /* after the first try, however it ended; may be NULL; called once */
    void *on_tried_context;
    struct webhook *previous, *next; /* among those under way */
    struct webhook *behind;          /* in a queue */
};

/* Owned by the caller until it is planned. The callback is copied, NULL = where the account says. */
struct webhook *webhook_new_receipt(const char *message, const char *gateway_id,
                                    const struct dialect_state *told, const char *recipient,
                                    const char *sender, const char *callback);
struct webhook *webhook_new_reply(const char *message, int64_t person, const char *to,
                                  const struct planned_reply *reply, const char *what);
/* What somebody writes of whom no scenario knows; the text is copied. */
struct webhook *webhook_new_said(const char *id, const char *from, const char *to, const char *text);
struct webhook *webhook_copy(const struct webhook *webhook); /* marked as a copy, not yet tried */
/* One of the parts in which a reply comes, with its text. */
struct webhook *webhook_part(const struct webhook *webhook, size_t part, size_t parts, const char *text);
void webhook_free(struct webhook **webhook);

/* The text of a reply. */
const char *webhook_text(const struct webhook *webhook);

/* An id of the simulator's own: a letter and the digest of the message's id and of what is said about it. */
void webhook_id(char letter, const char *message, const char *what, char id_out[WIRE_ID_SIZE]);

#endif
