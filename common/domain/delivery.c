/* Words of delivery, and when to try again. Pure tables and one formula; nothing here talks to a gateway. */
#include "domain/delivery.h"

#include <assert.h>
#include <string.h>

#define OUTCOMES       9
#define RECEIPT_STATES 6

static const char *const outcome_names[OUTCOMES] = {
    [SUBMIT_ACCEPTED] = "accepted",
    [SUBMIT_RETRY] = "retry",
    [SUBMIT_THROTTLED] = "throttled",
    [SUBMIT_PERMANENT] = "permanent",
    [SUBMIT_INVALID_NUMBER] = "invalid_number",
    [SUBMIT_OPTED_OUT] = "opted_out",
    [SUBMIT_LANE_STOP] = "lane_stop",
    [SUBMIT_UNKNOWN] = "unknown",
    [SUBMIT_NOT_HANDED_OVER] = "not_handed_over",
};

static const char *const receipt_names[RECEIPT_STATES] = {
    [RECEIPT_ENROUTE] = "enroute",
    [RECEIPT_DELIVERED] = "delivered",
    [RECEIPT_EXPIRED] = "expired",
    [RECEIPT_UNDELIVERED] = "undelivered",
    [RECEIPT_INVALID_NUMBER] = "invalid_number",
    [RECEIPT_UNKNOWN] = "unknown",
};

/* Position of a name in a table, or -1. */
static int name_find(const char *const *names, int names_count, const char *name)
{
    for (int i = 0; i < names_count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *submit_outcome_name(enum submit_outcome outcome)
{
    return outcome_names[outcome];
}

bool submit_outcome_parse(const char *name, enum submit_outcome *outcome_out)
{
    int found = name_find(outcome_names, OUTCOMES, name);
    if (found >= 0)
        *outcome_out = (enum submit_outcome)found;
    return found >= 0;
}

const char *receipt_state_name(enum receipt_state state)
{
    return receipt_names[state];
}

bool receipt_state_parse(const char *name, enum receipt_state *state_out)
{
    int found = name_find(receipt_names, RECEIPT_STATES, name);
    if (found >= 0)
        *state_out = (enum receipt_state)found;
    return found >= 0;
}

int64_t retry_delay_ms(int attempt, int64_t first_ms, int64_t max_ms, uint32_t random)
{
    assert(attempt >= 2 && first_ms >= 0 && max_ms >= 0 && max_ms <= INT32_MAX);
    int64_t ceiling_ms = first_ms < max_ms ? first_ms : max_ms;
    for (int i = 2; i < attempt && ceiling_ms > 0 && ceiling_ms < max_ms; i++)
        ceiling_ms = ceiling_ms * 2 < max_ms ? ceiling_ms * 2 : max_ms;
    return (int64_t)((uint64_t)random * (uint64_t)(ceiling_ms + 1) >> 32);
}
