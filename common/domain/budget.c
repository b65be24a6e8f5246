/* Months and money. The budget itself is kept where the message's fate is: see outbox_intend. */
#include "domain/budget.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void month_text(const struct zone *zone, int64_t at_ms, char out[MONTH_SIZE])
{
    char day[DAY_SIZE];
    day_text(day_index_at(zone, at_ms), day);
    memcpy(out, day, MONTH_SIZE - 1);
    out[MONTH_SIZE - 1] = '\0';
}

void spending_fill(struct spending *spending, const struct org *org, int64_t now_ms, size_t segments)
{
    int64_t year = 0, month = 0, day = 0;
    date_of_day(day_index_at(org->zone, now_ms), &year, &month, &day);
    int64_t next_month = month == 12 ? day_of_date(year + 1, 1, 1) : day_of_date(year, month + 1, 1);
    *spending = (struct spending){.month_ends_ms = instant_of_local(org->zone, next_month * DAY_MS),
                                  .segments = (int64_t)segments,
                                  .budget = org->monthly_segments};
    month_text(org->zone, now_ms, spending->month);
}

void money_text(int64_t millicents, const char *currency, char out[MONEY_SIZE])
{
    int64_t cents = millicents / 1000 + (millicents % 1000 > 0);
    snprintf(out, MONEY_SIZE, "%" PRId64 ".%02d%s%.8s", cents / 100, (int)(cents % 100),
             currency[0] != '\0' ? " " : "", currency);
}
