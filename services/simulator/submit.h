/* One message of a request while the gateway handles it, and the rows it leaves in the ledger: one of what came of it, and
 * one a fault. Decides nothing: gateway.h does. */
#ifndef SIMULATOR_SUBMIT_H
#define SIMULATOR_SUBMIT_H

#include "simulator/delivery.h"
#include "simulator/ledger.h"

struct submit {
    int64_t at_ms;
    struct dialect_message *of; /* NULL when the request could not be read */
    int question, text;         /* what it is, by scenario_recognise */
    int64_t person;             /* -1 = nobody of the scenario */
    int64_t ordinal;
    size_t number; /* the gateway's, of its id */
    size_t batch;  /* messages of the request */
    bool is_repeat, accepted_before, ambiguous_before;
    bool is_settled;        /* refused or a repeat: no fault strikes it */
    bool waits_for_receipt; /* the answer goes after the receipt's first try */
};

/* With this text a pulse begins. */
bool submit_begins(const struct scenario *scenario, const struct submit *submit);

/* The row of what came of it; fault NULL = none struck. */
void submit_write(struct network *network, const struct submit *submit, const char *outcome,
                  const enum fault *fault);
void submit_write_fault(struct network *network, const struct submit *submit, enum fault fault,
                        bool accepted);

/* The row of what could not be read, or came from nobody we know. */
void submit_write_unread(struct network *network, int64_t at_ms, const struct dialect_refusal *refusal);

#endif
