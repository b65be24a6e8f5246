/* The first texts are what is surely sent; what follows depends on the answers, so that the most a round may cost is shown beside
 * it. Prices are thousandths of a cent, money is shown in whole cents, rounded up. */
#include "ctl/round_cost.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "ctl/round_dry_run.h"
#include "ctl/table.h"

static void print_row(struct table *table, const struct round_price *price, const char *name, int64_t people,
                      size_t segments_each, int64_t segments);
static void print_budget(const struct dry_run *result, const struct round_price *price);

bool round_price_load(const struct ctl *ctl, struct round_price *price_out, struct error *error)
{
    const struct org *org = &ctl->record.org;
    const struct gateway_settings *gateway = settings_gateway(&ctl->settings, org->gateway);
    struct clock clock;
    *price_out = (struct round_price){0};
    if (gateway != NULL) {
        price_out->segment_millicents = gateway->price_segment_millicents;
        memcpy(price_out->currency, gateway->currency, sizeof price_out->currency);
    }
    return ctl_clock(ctl, &clock, error) &&
           budget_load(ctl->link, org, clock_domain_ms(&clock), &price_out->budget, error);
}

void round_cost_print(const struct dry_run *result, const struct org *org, const struct round_price *price)
{
    static const char *const heads[] = {"cost", "people", "segments each", "segments"};
    struct table table;
    if (result->asked == 0)
        return;
    table_start(&table, price->segment_millicents > 0 ? "lrrrr" : "lrrr");
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    if (price->segment_millicents > 0)
        table_cell(&table, "price");
    for (size_t i = 0; i < org->languages_count; i++) {
        if (result->people[i] > 0)
            print_row(&table, price, org->languages[i], result->people[i], result->segments_each[i],
                      result->people[i] * (int64_t)result->segments_each[i]);
    }
    print_row(&table, price, "first texts", result->asked, 0, result->segments);
    print_row(&table, price, "at most", result->asked, 0, result->segments_max);
    table_print(&table, "  ");
    if (price->segment_millicents == 0)
        printf("To see it in money, set price_segment_millicents of [gateway:%s].\n", org->gateway);
    print_budget(result, price);
}

static void print_row(struct table *table, const struct round_price *price, const char *name, int64_t people,
                      size_t segments_each, int64_t segments)
{
    char money[MONEY_SIZE], each[24] = "";
    if (segments_each > 0)
        snprintf(each, sizeof each, "%zu", segments_each);
    table_cell(table, "%s", name);
    table_cell(table, "%" PRId64, people);
    table_cell(table, "%s", each);
    table_cell(table, "%" PRId64, segments);
    if (price->segment_millicents > 0) {
        money_text(segments * price->segment_millicents, price->currency, money);
        table_cell(table, "%s", money);
    }
}

static void print_budget(const struct dry_run *result, const struct round_price *price)
{
    const struct budget_state *budget = &price->budget;
    if (budget->budget == 0)
        return;
    int64_t left = budget->budget > budget->spent ? budget->budget - budget->spent : 0;
    printf("Budget of %s: %" PRId64 " of %" PRId64 " segments are spent", budget->month, budget->spent,
           budget->budget);
    if (left < result->segments)
        printf("; the %" PRId64 " left are not enough for this round: what does not fit waits for\n"
               "the next month or a higher monthly_budget, or becomes stale.\n",
               left);
    else
        printf(".\n");
}

void round_cost_add_json(const struct dry_run *result, const struct org *org, const struct round_price *price,
                         struct text *out)
{
    const struct budget_state *budget = &price->budget;
    bool first = true;
    text_add(out, "{\"languages\":[");
    for (size_t i = 0; i < org->languages_count; i++) {
        if (result->people[i] == 0)
            continue;
        text_addf(out,
                  "%s{\"language\":\"%s\",\"people\":%" PRId64 ",\"segments_each\":%zu,\"segments\":%" PRId64
                  "}",
                  first ? "" : ",", org->languages[i], result->people[i], result->segments_each[i],
                  result->people[i] * (int64_t)result->segments_each[i]);
        first = false;
    }
    text_addf(out, "],\"segments\":%" PRId64 ",\"segments_max\":%" PRId64 ",", result->segments,
              result->segments_max);
    if (price->segment_millicents > 0) {
        text_addf(out, "\"price_segment_millicents\":%" PRId64 ",\"currency\":", price->segment_millicents);
        json_add_string(out, price->currency);
        text_addf(out, ",\"millicents\":%" PRId64 ",\"millicents_max\":%" PRId64 ",",
                  result->segments * price->segment_millicents,
                  result->segments_max * price->segment_millicents);
    } else {
        text_add(out, "\"price_segment_millicents\":null,\"currency\":null,\"millicents\":null,"
                      "\"millicents_max\":null,");
    }
    text_addf(out, "\"month\":\"%s\",\"month_spent\":%" PRId64 ",\"monthly_budget\":", budget->month,
              budget->spent);
    if (budget->budget > 0)
        text_addf(out, "%" PRId64 "}", budget->budget);
    else
        text_add(out, "null}");
}
