/* One webhook the simulator calls: a receipt or a reply, what it says and how far it has come. */
#ifndef SIMULATOR_WEBHOOK_H
#define SIMULATOR_WEBHOOK_H

#include "base/text.h"
#include "domain/phone.h"
#include "simulator/behaviour.h"

#define MESSAGE_ID_SIZE 65 /* an id the dispatcher gives: 1..64 bytes */
#define WIRE_ID_SIZE    14 /* an id of ours: a letter and 12 characters */

enum webhook_kind { WEBHOOK_RECEIPT, WEBHOOK_REPLY };

struct webhook {
    enum webhook_kind kind;
    char id[WIRE_ID_SIZE];         /* the gateway's id of the message, or the reply's */
    char message[MESSAGE_ID_SIZE]; /* a receipt's "ref"; the message a reply reacts to */
    const char *state;             /* of a receipt; a literal */
    char from[PHONE_SIZE];         /* of a reply */
    char to[33];
    struct planned_reply reply;
    const char *question; /* the ref a reply is written to, or NULL; borrowed */
    int64_t person;       /* who replies */
    bool is_copy;         /* the same id is, or was, on its way before */
    bool together;        /* a reply that does not wait for the person's earlier ones */

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
    int64_t backoff_ms;              /* of the next pause */
    void (*on_tried)(void *context); /* after the first try, however it ended; may be NULL; called once */
    void *on_tried_context;
    struct webhook *previous, *next; /* among those under way */
    struct webhook *behind;          /* in a queue */
};

/* Takes nothing; owned by the caller until it is planned. */
struct webhook *webhook_new_receipt(const char *message, const char *gateway_id, const char *state);
struct webhook *webhook_new_reply(const char *message, int64_t person, const char *to,
                                  const struct planned_reply *reply, const char *what);
struct webhook *webhook_copy(const struct webhook *webhook); /* marked as a copy, not yet tried */
void webhook_free(struct webhook **webhook);

/* The gateway's id of a message: a digest, so that a repeated message has the same. */
void webhook_gateway_id(const char *message, char out[WIRE_ID_SIZE]);

/* Appends the JSON body. */
void webhook_body(const struct webhook *webhook, struct text *out);

#endif
