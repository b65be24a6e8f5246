/* Where a pulse ended, and its AAPOR class for the response rates RR1 and RR2. */
#ifndef DOMAIN_DISPOSITION_H
#define DOMAIN_DISPOSITION_H

#include <stdbool.h>
#include <stdint.h>

enum disposition {
    /* not final */
    PULSE_QUEUED,
    PULSE_OPEN,
    /* final, in the rate */
    PULSE_COMPLETED,    /* I */
    PULSE_PARTIAL,      /* P */
    PULSE_REFUSED,      /* R: STOP without an answer */
    PULSE_NO_REPLY,     /* NC: delivered */
    PULSE_UNPARSEABLE,  /* O */
    PULSE_NO_RECEIPT,   /* UO: accepted without final receipt, unknown, undelivered, expired */
    PULSE_WRONG_PERSON, /* UH */
    /* final, out of the rate, shown beside it */
    PULSE_CAPPED,
    PULSE_EXCLUDED,
    PULSE_SUPPRESSED,
    PULSE_STALE,
    PULSE_CANCELLED,
    PULSE_FAILED,
    PULSE_ERASED,
    PULSE_INELIGIBLE,
};
#define DISPOSITIONS 17

const char *disposition_name(enum disposition disposition); /* "queued", "no_reply", … */
bool disposition_parse(const char *name, enum disposition *disposition_out);

/* What the ledger knows of an intended pulse when its week closes. */
struct pulse_end {
    bool answered;    /* anything, own words too */
    bool complete;    /* no counted question was left */
    bool stopped;     /* STOP arrived while it was open */
    bool unparseable; /* something arrived that could not be read */
    bool delivered;   /* receipt, or any reply */
};
enum disposition disposition_at_close(const struct pulse_end *end);

struct response {
    int64_t completed, partial, refused, no_reply, unparseable, no_receipt,
        wrong_person; /* I P R NC O UO UH */
};
/* AAPOR Standard Definitions: RR1 = I/((I+P)+(R+NC+O)+(UH+UO)), RR2 = (I+P)/same; NaN when the denominator is
 * 0. */
double response_rr1(const struct response *response);
double response_rr2(const struct response *response);

#endif
