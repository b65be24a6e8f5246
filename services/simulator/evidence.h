/* The ledger as the judge reads it: who was asked when, which texts followed, and what people said. Nothing here
 * knows what the service made of it. Rows that are wrong in themselves (a message accepted twice, a text to nobody)
 * become findings at once. */
#ifndef SIMULATOR_EVIDENCE_H
#define SIMULATOR_EVIDENCE_H

#include "simulator/behaviour.h"
#include "simulator/findings.h"
#include "simulator/id_table.h"

/* A message with which a pulse began, that was handed over and not explicitly refused. */
struct pulse {
    size_t message; /* number in `messages` */
    int64_t person;
    int question;     /* that it asks: the first of its survey */
    int64_t asked_ms; /* domain; of the first hand-over that was not refused */
    int64_t asked_real_ms;
    uint64_t moment;
    int64_t week; /* ISO week of asked_ms in the org's time zone */
    bool accepted;
    bool answered;  /* the acceptance was written to the dispatcher */
    bool proven;    /* the collector answered 200 to a receipt of it or a reply to it */
    bool delivered; /* … to the receipt "delivered" */
};

/* Any other text, handed over and not explicitly refused. */
struct text_given {
    size_t message;
    int64_t person;
    int question, text; /* what it is, by scenario_recognise */
    int64_t at_ms;      /* domain */
    int64_t real_ms;
    uint64_t moment;
};

/* A reply by its id, copies folded in: applied once, at some moment between began and ended. */
struct reply_given {
    size_t id; /* number in `reply_ids` */
    int64_t person;
    enum meaning meaning;
    int question; /* it was written to, or NOTHING */
    int value;    /* of MEANS_VALUE, otherwise NOTHING */
    bool stop;
    bool answered;                   /* 200 */
    uint64_t began, ended;           /* ended UINT64_MAX unless answered */
    int64_t started_ms, answered_ms; /* domain; answered_ms the ledger's end unless answered */
    int64_t finished_real_ms;
};

struct evidence {
    struct id_table messages;
    size_t *place_of_message; /* by message: pulse + 1; 0 = another text */
    size_t messages_capacity;
    struct pulse *pulses;
    size_t pulses_count, pulses_capacity;
    struct text_given *texts;
    size_t texts_count, texts_capacity;
    struct id_table reply_ids;
    struct reply_given *replies; /* by number of the id, until the end is read */
    size_t replies_count, replies_capacity;
    int64_t end_ms; /* domain time when the ledger was read */
};

/* Reads the whole ledger; false when it is not one. Pulses, texts and replies come out sorted by person and time. */
bool evidence_read(struct evidence *evidence_out, const struct scenario *scenario, const char *path,
                   struct findings *findings, struct error *error) MUST_CHECK;

void evidence_free(struct evidence *evidence);

#endif
