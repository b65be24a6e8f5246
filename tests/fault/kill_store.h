/* What the store believes of every pulse and message, and what it published of weeks that are over, as kill_judge
 * compares it with the ledger. */
#ifndef TESTS_KILL_STORE_H
#define TESTS_KILL_STORE_H

#include "base/id.h"
#include "io/redis.h"

#include "kill_ledger.h"

struct stored_message {
    char id[ID_SIZE];
    char pulse[ID_SIZE]; /* "" = none */
    char state[16];
    char kind[24];
};
struct stored_pulse {
    char id[ID_SIZE];
    int value;  /* of the first question; 0 = none */
    bool joins; /* yes to the third */
    bool stopped;
    char asked[STEPS][ID_SIZE]; /* by step, its message; "" = none */
};
/* A published week of a pilot: the counters of the first question, and the figure. */
#define VALUES 6
struct stored_week {
    int64_t index;
    char pilot[33];
    int64_t values[VALUES]; /* by value; 0 is not used */
    int64_t sent, pulses;   /* pulses by their dispositions */
    bool has_figure;
    int64_t first_week, last_week; /* of its window */
    int64_t figure_sent;
    int64_t answered; /* -1 = too few to be shown */
    int64_t positive, neutral, negative;
};
struct stored {
    struct stored_message *messages; /* by id */
    size_t messages_count;
    struct stored_pulse *pulses; /* by id */
    size_t pulses_count;
    int64_t words, volunteers; /* records */
    struct stored_week *weeks; /* published */
    size_t weeks_count;
    int64_t *published; /* every published week, also those of which there is nothing to tell */
    size_t published_count;
};

bool stored_read(struct redis_link *link, const char *org, struct stored *stored_out,
                 struct error *error) MUST_CHECK;
void stored_free(struct stored *stored);

/* NULL when there is none. */
const struct stored_message *stored_message(const struct stored *stored, const char *id);
const struct stored_pulse *stored_pulse(const struct stored *stored, const char *message);
bool stored_is_published(const struct stored *stored, int64_t week_index);

#endif
