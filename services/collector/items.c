/* A webhook, item by item:
 *
 *   start ─ unreadable ─→ event: counted
 *     ↓
 *   run ←────────────────┐ whoever may begin: at most 16 at a time, those of one number or message one after the other
 *     ↓                  │
 *   on_done ─ more left ─┘ after one that was not stored nothing more begins
 *     ↓
 *   finish, once nothing is under way: STORED when every item is
 *
 * What cannot be read in itself is counted last, when all else is stored: a webhook that comes again because of another
 * item is not to be counted twice for it. Items that were stored are done when it comes again: replies are duplicates,
 * receipts idempotent. */
#include "collector/items.h"

#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "collector/inbound.h"
#include "collector/parts.h"
#include "collector/receipt.h"

#define UNDER_WAY_MAX 16

enum item_state { ITEM_WAITS, ITEM_UNDER_WAY, ITEM_DONE };

struct items;
struct item_place {
    struct items *items;
    enum item_state state;
};

struct items {
    struct collector *collector;
    const struct webhook_request *request;
    webhook_callback callback;
    void *context;
    struct webhook_items read;
    struct item_place places[WEBHOOK_ITEMS_MAX];
    size_t under_way, done;
    bool running;                 /* run is on the stack: an item may be done within its start */
    enum webhook_outcome outcome; /* the worst so far */
    struct error why;
};

static void items_run(struct items *items);
static bool item_may_begin(const struct items *items, size_t index);
static bool item_is_of_same(const struct webhook_item *a, const struct webhook_item *b);
static void item_start(struct items *items, size_t index);
static void item_on_done(void *context, enum webhook_outcome outcome, const char *why);
static void items_finish(struct items *items);

void items_start(struct collector *collector, const struct webhook_request *request,
                 webhook_callback callback, void *context)
{
    const struct route_gateway *gateway = request->gateway;
    struct webhook_items read;
    if (webhook_read(gateway->profile, request->kind, &request->input, &read) != WEBHOOK_OK) {
        event_start(collector, gateway, routing_only(collector->routing, gateway),
                    request->kind == WEBHOOK_REPLY ? "malformed" : "receipt_malformed", callback, context);
        return;
    }
    struct items *items = memory_zeroed(1, sizeof *items);
    items->collector = collector;
    items->request = request;
    items->callback = callback;
    items->context = context;
    items->read = read;
    items->outcome = OUTCOME_STORED;
    for (size_t i = 0; i < read.count; i++)
        items->places[i].items = items;
    items_run(items);
}

static void items_run(struct items *items)
{
    if (items->running)
        return;
    items->running = true;
    for (bool begun = true; begun;) {
        begun = false;
        for (size_t i = 0; i < items->read.count; i++) {
            if (item_may_begin(items, i)) {
                item_start(items, i);
                begun = true;
            }
        }
    }
    items->running = false;
    if (items->under_way == 0)
        items_finish(items);
}

static bool item_may_begin(const struct items *items, size_t index)
{
    const struct webhook_item *item = &items->read.items[index];
    bool may = items->places[index].state == ITEM_WAITS && items->outcome == OUTCOME_STORED &&
               items->under_way < UNDER_WAY_MAX;
    for (size_t i = 0; i < items->read.count && may; i++) {
        const struct webhook_item *other = &items->read.items[i];
        bool goes_first = item->problem == WEBHOOK_OK ? i < index && item_is_of_same(item, other)
                                                      : other->problem == WEBHOOK_OK;
        may = !goes_first || items->places[i].state == ITEM_DONE;
    }
    return may;
}

static bool item_is_of_same(const struct webhook_item *a, const struct webhook_item *b)
{
    if (a->kind != b->kind || b->problem != WEBHOOK_OK)
        return false;
    return strcmp(a->kind == WEBHOOK_REPLY ? a->reply.from : a->receipt.ref,
                  b->kind == WEBHOOK_REPLY ? b->reply.from : b->receipt.ref) == 0;
}

static void item_start(struct items *items, size_t index)
{
    struct collector *collector = items->collector;
    struct webhook_item *item = &items->read.items[index];
    struct item_place *place = &items->places[index];
    place->state = ITEM_UNDER_WAY;
    items->under_way++;
    switch (item->kind) {
    case WEBHOOK_REPLY:
        if (item->problem == WEBHOOK_OK && item->reply.parts > 1)
            parts_take(collector->parts, items->request, &item->reply, item_on_done, place);
        else
            inbound_start(collector, items->request, item, item_on_done, place);
        break;
    case WEBHOOK_RECEIPT:
        receipt_start(collector, items->request, item, item_on_done, place);
        break;
    }
}

/* What time alone does not mend is worse than what is lost for now. */
static void item_on_done(void *context, enum webhook_outcome outcome, const char *why)
{
    struct item_place *place = context;
    struct items *items = place->items;
    place->state = ITEM_DONE;
    items->under_way--;
    items->done++;
    if (outcome != OUTCOME_STORED && items->outcome != OUTCOME_REFUSED) {
        items->outcome = outcome;
        error_set(&items->why, "%s", why);
    }
    items_run(items);
}

static void items_finish(struct items *items)
{
    webhook_callback callback = items->callback;
    void *context = items->context;
    enum webhook_outcome outcome = items->outcome;
    struct error why = items->why;
    webhook_items_clear(&items->read);
    free(items);
    callback(context, outcome, why.text);
}
