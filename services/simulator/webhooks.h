/* Calls webhooks when domain time has come, at most 32 at a time, in the dialect's words; receipts go together where
 * the dialect tells many at once. One that is not answered 200 (or what else the dialect takes for that) is called
 * again with the same id after a pause (real time, 50 ms doubling to 1 s), for as long as the simulator runs.
 * A person's reply waits for the person's earlier one to be answered 200, unless it is marked as going
 * together. */
#ifndef SIMULATOR_WEBHOOKS_H
#define SIMULATOR_WEBHOOKS_H

#include "io/loop.h"
#include "simulator/dialect.h"
#include "simulator/ledger.h"

struct webhooks;
struct webhooks_options {
    struct loop *loop;
    const struct clock *clock;     /* borrowed */
    struct ledger *ledger;         /* borrowed */
    const struct dialect *dialect; /* both borrowed */
    const struct dialect_account *account;
    int64_t people_count;
};

struct webhooks *webhooks_new(const struct webhooks_options *options);
void webhooks_free(struct webhooks **webhooks);

/* Takes the webhook; it is first called when domain time reaches at_ms, from the loop. */
void webhooks_plan(struct webhooks *webhooks, struct webhook *webhook, int64_t at_ms);

/* To be called when the clock's file was replaced. */
void webhooks_on_clock(struct webhooks *webhooks);

/* How many have come due and are not finished: waiting, in flight or between tries. */
size_t webhooks_due(struct webhooks *webhooks);

/* Domain time of the earliest that has not come due; INT64_MAX if none. */
int64_t webhooks_next_ms(const struct webhooks *webhooks);

/* Appends the ledger rows of those that were tried and are not finished. */
void webhooks_print_open(const struct webhooks *webhooks, struct text *out);

#endif
