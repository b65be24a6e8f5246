/* What follows from a text that reached the network: its receipts, true ones and, by fault, others, and the replies of
 * whoever got it. All is planned at once, in domain time; nothing here waits. */
#ifndef SIMULATOR_DELIVERY_H
#define SIMULATOR_DELIVERY_H

#include "simulator/behaviour.h"
#include "simulator/dialect.h"
#include "simulator/webhooks.h"

/* What deliveries share; all borrowed but the last message's id. */
struct network {
    const struct scenario *scenario;
    const struct dialect *dialect;
    struct faults *faults;
    struct ledger *ledger;
    struct webhooks *webhooks;
    char delivered_last[MESSAGE_ID_SIZE]; /* "" = none yet */
};

/* A text that was accepted. */
struct delivery {
    const char *message, *gateway_id;
    const char *from;     /* the service's number, to which people reply */
    const char *to;       /* who gets it */
    const char *callback; /* where its receipts go, NULL = where the account says */
    int64_t segments;
    const struct dialect_state *told; /* of its receipt; NULL = as the behaviour says */
    int64_t at_ms;                    /* domain */
    int64_t person;                   /* -1 = nobody of the scenario */
    /* NULL unless the receipt comes at once: called after its first try, however it ended. */
    void (*on_receipt_tried)(void *context);
    void *context;
};

/* A delivery whose receipt comes at once must have one. */
void delivery_plan(struct network *network, const struct delivery *delivery,
                   const struct behaviour *behaviour);

/* Somebody writes of whom no scenario knows. */
void delivery_say(struct network *network, const char *from, const char *to, const char *text, int64_t at_ms);

#endif
