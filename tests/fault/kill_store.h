/* What the store believes of every pulse and message, as kill_judge compares it with the ledger. Read at once. */
#ifndef TESTS_KILL_STORE_H
#define TESTS_KILL_STORE_H

#include "base/id.h"
#include "io/redis.h"

#include "kill_ledger.h"

struct stored_message {
    char id[ID_SIZE];
    char pulse[ID_SIZE]; /* "" = none */
    char state[16];
};
struct stored_pulse {
    char id[ID_SIZE];
    int value;  /* of the first question; 0 = none */
    bool joins; /* yes to the third */
    bool stopped;
    char asked[STEPS][ID_SIZE]; /* by step, its message; "" = none */
};
struct stored {
    struct stored_message *messages; /* by id */
    size_t messages_count;
    struct stored_pulse *pulses; /* by id */
    size_t pulses_count;
    int64_t words, volunteers; /* records */
};

bool stored_read(struct redis_link *link, const char *org, struct stored *stored_out,
                 struct error *error) MUST_CHECK;
void stored_free(struct stored *stored);

/* NULL when there is none. */
const struct stored_message *stored_message(const struct stored *stored, const char *id);
const struct stored_pulse *stored_pulse(const struct stored *stored, const char *message);

#endif
