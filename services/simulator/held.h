/* Exchanges whose answer waits: by latency, until a receipt has gone ahead, or for good (then the connection is cut in
 * the end, so that descriptors do not run out). */
#ifndef SIMULATOR_HELD_H
#define SIMULATOR_HELD_H

#include "io/http_server.h"
#include "simulator/dialect.h"
#include "simulator/faults.h"

/* Zero-initialise but for what is borrowed. */
struct held_list {
    struct loop *loop;
    struct faults *faults;
    struct held *first;
};

struct held;

/* Takes the exchange. Until it is released it is on the list. */
struct held *held_new(struct held_list *list, struct http_exchange *exchange);
struct http_exchange *held_exchange(const struct held *held); /* borrowed */
/* What it will be answered; takes the answer's body. */
void held_prepare(struct held *held, struct dialect_answer *answer);
/* It will be cut instead. */
void held_prepare_cut(struct held *held, bool reset);
/* Releases it after at least least_ms, and the latency of the moment. */
void held_arm(struct held *held, int64_t least_ms);
/* Answers or cuts and frees it. `context` is the struct held, so that it can be a callback. */
void held_release(void *context);
/* Cuts them all. */
void held_list_free(struct held_list *list);

#endif
