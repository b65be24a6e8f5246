/* The month's budget of an org as the store keeps it: what is spent, whether it paused messages, and letting them go on. */
#ifndef STORE_BUDGET_H
#define STORE_BUDGET_H

#include "domain/budget.h"
#include "store/call.h"

struct budget_state {
    char month[MONTH_SIZE];
    int64_t month_ends_ms;
    int64_t spent;  /* segments of this month */
    int64_t budget; /* 0 = none */
    bool paused;    /* bulk messages wait for the next month, or a higher budget */
};
bool budget_load(struct redis_link *link, const struct org *org, int64_t now_ms,
                 struct budget_state *state_out, struct error *error) MUST_CHECK;

/* Queues again what a budget paused, if it was another one; call it with the offset answered until that is -1. */
void budget_changed_command(struct redis_command *command, const char *org, const struct spending *spending,
                            int64_t now_ms, int64_t offset);
bool budget_changed_result(const struct redis_value *value, int64_t *queued_out,
                           int64_t *offset_out) MUST_CHECK;

#endif
