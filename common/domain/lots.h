/* Own words are read in lots of several people, so that no text stands alone with its week. A lot is a run
 * of whole weeks: it is over with the week in which enough people have written. Weeks that are over do not
 * change, so lots never do, and what was seen before tells nothing about what is seen next. People are told apart by pulse, since
 * words are linked to nobody: who is asked again after 56 days counts anew in a lot that fills slowly. Pure. */
#ifndef DOMAIN_LOTS_H
#define DOMAIN_LOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOT_PEOPLE 5

/* A text of one question. */
struct lot_item {
    int64_t week;
    bool another_person; /* false: more from somebody who wrote before */
};

/* Items first … first + count - 1. */
struct lot {
    size_t first, count;
    int64_t people;
    int64_t first_week, last_week;
};

struct lots {
    size_t count;           /* lots that are over */
    int64_t people_waiting; /* in a lot that is not over */
    size_t items_cut;       /* texts of a lot whose beginning has been deleted: they are not shown any more */
};

/* Items in the order of their weeks; lots_out has room for items_count. people_deleted: people of the
 * first lot whose texts have been deleted. */
struct lots lots_make(const struct lot_item *items, size_t items_count, int64_t people_deleted,
                      struct lot *lots_out);

#endif
