/* What a round costs before it starts: people by language, segments, price, and what the month's budget has left. */
#ifndef CTL_ROUND_COST_H
#define CTL_ROUND_COST_H

#include "ctl/ctl.h"
#include "store/budget.h"

struct dry_run;

/* Of the org's gateway, now. */
struct round_price {
    int64_t segment_millicents; /* 0 = not told */
    char currency[9];
    struct budget_state budget;
};
bool round_price_load(const struct ctl *ctl, struct round_price *price_out, struct error *error) MUST_CHECK;

/* A table, by language and in all; nothing when nobody would be asked. */
void round_cost_print(const struct dry_run *result, const struct org *org, const struct round_price *price);

/* The same as a JSON object, appended. */
void round_cost_add_json(const struct dry_run *result, const struct org *org, const struct round_price *price,
                         struct text *out);

#endif
