/* Faults of the gateway and of the network, switched on by request. Drawn from a seeded generator in the
 * order of what arrives, so that a run with the same order can be repeated. */
#ifndef SIMULATOR_FAULTS_H
#define SIMULATOR_FAULTS_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

enum fault {
    FAULT_THROTTLE,            /* 429 with Retry-After: 1, not accepted */
    FAULT_UNAVAILABLE,         /* 503, not accepted, which is what it says */
    FAULT_SERVER_ERROR,        /* 500, not accepted; without a verdict, so the caller cannot know */
    FAULT_ACCEPT_THEN_TIMEOUT, /* accepted, never answered */
    FAULT_CLOSE_AFTER_BODY, /* on a reused connection: closed after the body was read; half of them accepted */
    FAULT_RESET,            /* connection reset; half of them accepted */
    FAULT_DUPLICATE_RECEIPT,   /* the same receipt again, `copies` times */
    FAULT_REORDER_RECEIPT,     /* "enroute" after the final receipt */
    FAULT_EARLY_RECEIPT,       /* the receipt comes before the answer to the submit */
    FAULT_STRANGE_RECEIPT,     /* one more, for a message nobody handed over */
    FAULT_CONTRARY_RECEIPT,    /* "undelivered" before the receipt and once more after it */
    FAULT_MISDIRECTED_RECEIPT, /* "undelivered" with this message's id, but for the one accepted before it */
    FAULT_DUPLICATE_REPLY,     /* the same reply id again, `copies` times, at once or later */
    FAULT_DOUBLE_REPLY,        /* two different replies of a person at the same time */
};
#define FAULTS 14
const char *fault_name(enum fault fault); /* "accept_then_timeout": also the member in POST /faults */

/* After it the caller cannot know whether the message was accepted. */
bool fault_is_ambiguous(enum fault fault);

struct faults {
    char seed[65];
    uint64_t drawn;
    int64_t latency_ms; /* answers to submits are late by 0..latency_ms, uniformly (real time) */
    int64_t copies;     /* that a duplicate makes of a receipt or a reply */
    double shares[FAULTS];
};

void faults_init(struct faults *faults, const char *seed);

/* Takes a JSON object of "latency_ms", "copies" (1 unless given) and fault names with probabilities 0..1; what is
 * not named is off. On an error nothing changes. */
bool faults_set(struct faults *faults, const char *bytes, size_t bytes_count, struct error *error) MUST_CHECK;

/* Appends the settings in force as a JSON object. */
void faults_print(const struct faults *faults, struct text *out);

/* Whether this fault happens now. */
bool faults_happens(struct faults *faults, enum fault fault);

/* The next number of the generator, uniform in [0, 1). */
double faults_draw(struct faults *faults);

#endif
