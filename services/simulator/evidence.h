/* The ledger as the judge reads it: who was asked when, and what they said. Nothing here knows what the
 * service made of it. Rows that are wrong in themselves (a message accepted twice, a text to nobody) become
 * findings at once. */
#ifndef SIMULATOR_EVIDENCE_H
#define SIMULATOR_EVIDENCE_H

#include "simulator/findings.h"
#include "simulator/id_table.h"
#include "simulator/people.h"

/* A survey message that was handed over and not explicitly refused. */
struct pulse {
    size_t message; /* number in `messages` */
    int64_t person;
    int64_t asked_ms; /* domain; of the first hand-over that was not refused */
    int64_t asked_real_ms;
    int64_t week; /* ISO week of asked_ms in the org's time zone */
    bool accepted;
    bool answered;  /* the acceptance was written to the dispatcher */
    bool proven;    /* the collector answered 200 to a receipt of it or a reply to it */
    bool delivered; /* … to the receipt "delivered" */
};

/* A reply by its id, copies folded in: applied once, at some moment between began and ended. */
struct reply_given {
    size_t id; /* number in `reply_ids` */
    int64_t person;
    int value; /* 1..5, 0 = none */
    bool stop;
    bool answered;                   /* 200 */
    uint64_t began, ended;           /* ended UINT64_MAX unless answered */
    int64_t started_ms, answered_ms; /* domain; answered_ms the ledger's end unless answered */
    int64_t finished_real_ms;
};

struct evidence {
    struct id_table messages;
    size_t *pulse_of_message; /* pulse + 1, 0 = none; by message */
    size_t messages_capacity;
    struct pulse *pulses;
    size_t pulses_count, pulses_capacity;
    struct id_table reply_ids;
    struct reply_given *replies; /* by number of the id, until evidence_sort */
    size_t replies_count, replies_capacity;
    int64_t end_ms; /* domain time when the ledger was read */
};

/* Reads the whole ledger; false when it is not one. Pulses and replies come out sorted by person and time. */
bool evidence_read(struct evidence *evidence_out, const struct scenario *scenario, const char *path,
                   struct findings *findings, struct error *error) MUST_CHECK;

void evidence_free(struct evidence *evidence);

#endif
