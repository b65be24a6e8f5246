/* What an org spends on its messages: segments, counted by calendar month of its own zone, and the budget that
 * org.json sets for one. Pure. */
#ifndef DOMAIN_BUDGET_H
#define DOMAIN_BUDGET_H

#include "domain/org.h"

#define MONTH_SIZE 8 /* "2026-01" */

/* What a message that goes now adds to which month. */
struct spending {
    char month[MONTH_SIZE];
    int64_t month_ends_ms; /* first instant of the next month */
    int64_t segments;      /* of the message */
    int64_t budget;        /* segments a month; 0 = no budget */
};
void spending_fill(struct spending *spending, const struct org *org, int64_t now_ms, size_t segments);

/* The text of the local month at an instant. */
void month_text(const struct zone *zone, int64_t at_ms, char out[MONTH_SIZE]);

/* Money: thousandths of a cent, rounded up to a cent, and the currency's name ("12.35 EUR"). */
#define MONEY_SIZE 40
void money_text(int64_t millicents, const char *currency, char out[MONEY_SIZE]);

#endif
