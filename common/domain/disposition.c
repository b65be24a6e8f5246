/* Where a pulse ended, and the response rates made of it. Source: AAPOR, Standard Definitions (10th edition).
 */
#include "domain/disposition.h"

#include <math.h>
#include <string.h>

static const char *const names[DISPOSITIONS] = {
    [PULSE_QUEUED] = "queued",
    [PULSE_OPEN] = "open",
    [PULSE_COMPLETED] = "completed",
    [PULSE_PARTIAL] = "partial",
    [PULSE_REFUSED] = "refused",
    [PULSE_NO_REPLY] = "no_reply",
    [PULSE_UNPARSEABLE] = "unparseable",
    [PULSE_NO_RECEIPT] = "no_receipt",
    [PULSE_WRONG_PERSON] = "wrong_person",
    [PULSE_CAPPED] = "capped",
    [PULSE_EXCLUDED] = "excluded",
    [PULSE_SUPPRESSED] = "suppressed",
    [PULSE_STALE] = "stale",
    [PULSE_CANCELLED] = "cancelled",
    [PULSE_FAILED] = "failed",
    [PULSE_ERASED] = "erased",
    [PULSE_INELIGIBLE] = "ineligible",
};

const char *disposition_name(enum disposition disposition)
{
    return names[disposition];
}

bool disposition_parse(const char *name, enum disposition *disposition_out)
{
    for (int i = 0; i < DISPOSITIONS; i++) {
        if (strcmp(names[i], name) == 0) {
            *disposition_out = (enum disposition)i;
            return true;
        }
    }
    return false;
}

enum disposition disposition_at_close(const struct pulse_end *end)
{
    if (end->answered)
        return end->complete ? PULSE_COMPLETED : PULSE_PARTIAL; /* an answer stays one when STOP follows it */
    if (end->stopped)
        return PULSE_REFUSED;
    if (end->unparseable)
        return PULSE_UNPARSEABLE;
    if (end->delivered)
        return PULSE_NO_REPLY;
    return PULSE_NO_RECEIPT;
}

static double rate(int64_t responded, const struct response *response)
{
    int64_t all = response->completed + response->partial + response->refused + response->no_reply +
                  response->unparseable + response->no_receipt + response->wrong_person;
    return all == 0 ? (double)NAN : (double)responded / (double)all;
}

double response_rr1(const struct response *response)
{
    return rate(response->completed, response);
}

double response_rr2(const struct response *response)
{
    return rate(response->completed + response->partial, response);
}
