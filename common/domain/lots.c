#include "domain/lots.h"

static size_t week_end(const struct lot_item *items, size_t items_count, size_t first)
{
    size_t end = first;
    while (end < items_count && items[end].week == items[first].week)
        end++;
    return end;
}

struct lots lots_make(const struct lot_item *items, size_t items_count, int64_t people_deleted,
                      struct lot *lots_out)
{
    struct lots lots = {0};
    struct lot lot = {.people = people_deleted};
    bool cut = people_deleted > 0;
    while (lot.first + lot.count < items_count) {
        size_t at = lot.first + lot.count, end = week_end(items, items_count, at);
        if (lot.count == 0)
            lot.first_week = items[at].week;
        for (; at < end; at++) {
            lot.people += items[at].another_person ? 1 : 0;
            lot.count++;
        }
        lot.last_week = items[end - 1].week;
        if (lot.people < LOT_PEOPLE)
            continue;
        if (cut)
            lots.items_cut = lot.count;
        else
            lots_out[lots.count++] = lot;
        cut = false;
        lot = (struct lot){.first = end};
    }
    if (cut)
        lots.items_cut = lot.count;
    else
        lots.people_waiting = lot.people;
    return lots;
}
