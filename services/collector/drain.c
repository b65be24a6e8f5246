/* Steps:
 *
 *   run ─ take the next record ─ its person or message is under way already ─→ held until that is done
 *    ↑      ↓
 *    │    start ─→ inbound.c or receipt.c ─→ on_finished ─ STORED ─→ spool_done, run
 *    │                                           └─ LOST, REFUSED ─→ halt: nothing more is taken
 *    │                                                                 ↓ once nothing is under way
 *    └──── after a while, or when Redis is back ←───────────────── rest: the spool is rewound
 *
 * Up to 32 records are under way at a time, never two of one sender or one message: those are worked on one after
 * the other, in the order of the spool, whatever becomes of the first. A webhook of several replies or receipts is
 * worked on alone.
 *
 * REFUSED stops the queue, too, and an alert says so once a minute: the record is tried again for as long as it
 * takes. Setting it aside would let others pass, but a reply that was answered 200 must be counted, and a queue
 * that stands is seen and mended where a heap of aside ones would be forgotten; losing nothing goes first. A few of
 * other people that were taken with it do pass at each try.
 *
 * A record whose segment cannot be opened (there may be no descriptor left) is looked for again every second.
 *
 * Holds no reply but those under way, never logs what is in them. */
#include "collector/drain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "collector/items.h"

#define UNDER_WAY_MAX    32
#define LOST_FIRST_MS    200 /* real time, doubled each time in a row */
#define LOST_MAX_MS      5000
#define REFUSED_FIRST_MS 1000
#define REFUSED_MAX_MS   60000
#define CLOSED_MS        1000 /* before a segment that could not be opened is tried again */
#define ALERT_EVERY_MS   60000

struct drained {
    struct drained *next;
    struct drain *drain;
    uint64_t ticket;
    struct text record; /* what the request borrows from */
    struct webhook_request request;
    char key[ID_SIZE]; /* of the sender, or of the message; "" = of nobody */
    bool many;         /* it holds several replies or receipts */
};

struct drain {
    struct collector *collector;
    struct spool *spool;
    loop_callback on_done;
    void *context;
    struct loop_timer *timer;
    struct drained *under_way;
    size_t under_way_count;
    struct drained *held; /* the next one, while its key is under way */
    bool running;         /* run is on the stack */
    bool halted;          /* until what is under way has ended */
    bool resting;         /* until the timer, or until Redis is back */
    bool refused;         /* why it halted */
    bool stopped;         /* for good */
    size_t stored_since_halt;
    int64_t lost_ms, refused_ms; /* the next waits */
    int64_t alert_at_ms;         /* monotonic; no alert before */
};

static void drain_run(struct drain *drain);
static struct drained *drain_next(struct drain *drain);
static void drain_read(struct drain *drain, struct drained *drained);
static bool must_wait(const struct drain *drain, const struct drained *drained);
static void drain_start(struct drain *drain, struct drained *drained);
static void drain_on_finished(void *context, enum webhook_outcome outcome, const char *why);
static void drain_halt(struct drain *drain, bool refused, const char *why);
static void drain_rest(struct drain *drain);
static void drain_on_timer(void *context);
static void drained_free(struct drained **drained);

struct drain *drain_new(struct collector *collector, struct spool *spool, loop_callback on_done,
                        void *context)
{
    struct drain *drain = memory_zeroed(1, sizeof *drain);
    *drain = (struct drain){.collector = collector,
                            .spool = spool,
                            .on_done = on_done,
                            .context = context,
                            .lost_ms = LOST_FIRST_MS,
                            .refused_ms = REFUSED_FIRST_MS};
    drain->timer = loop_timer_new(collector->loop, drain_on_timer, drain);
    return drain;
}

void drain_free(struct drain **drain)
{
    if (*drain == NULL)
        return;
    loop_timer_free(&(*drain)->timer);
    drained_free(&(*drain)->held);
    free(*drain);
    *drain = NULL;
}

void drain_wake(struct drain *drain)
{
    drain_run(drain);
}

void drain_resume(struct drain *drain)
{
    drain->lost_ms = LOST_FIRST_MS;
    drain->resting = false;
    loop_timer_disarm(drain->timer);
    drain_run(drain);
}

void drain_stop(struct drain *drain)
{
    drain->stopped = true;
}

bool drain_is_still(const struct drain *drain)
{
    return drain->under_way_count == 0;
}

/* --- taking --- */

static void drain_run(struct drain *drain)
{
    struct drained *drained;
    if (drain->running)
        return;
    drain->running = true; /* a webhook that concerns nobody may be done within its start */
    while (!drain->stopped && !drain->halted && !drain->resting && collector_is_fit(drain->collector) &&
           drain->under_way_count < UNDER_WAY_MAX && (drained = drain_next(drain)) != NULL) {
        if (must_wait(drain, drained)) {
            drain->held = drained;
            break;
        }
        drain_start(drain, drained);
    }
    drain->running = false;
    if (drain->under_way_count > 0)
        return;
    if (drain->halted)
        drain_rest(drain);
    else if (!drain->stopped && !drain->resting && collector_is_fit(drain->collector) &&
             spool_count(drain->spool) > 0)
        loop_timer_arm(drain->timer, CLOSED_MS); /* nothing else would wake it */
}

static struct drained *drain_next(struct drain *drain)
{
    struct drained *drained = drain->held;
    drain->held = NULL;
    if (drained != NULL)
        return drained;
    drained = memory_zeroed(1, sizeof *drained);
    drained->drain = drain;
    if (spool_take(drain->spool, &drained->record, &drained->ticket))
        drain_read(drain, drained);
    else
        drained_free(&drained);
    return drained;
}

/* Whom it is about, if it is about one. */
static void drain_key(const char *gateway, const struct webhook_items *items, struct text *key)
{
    const struct webhook_item *item = items->items;
    if (items->count == 1 && item->problem == WEBHOOK_OK && item->kind == WEBHOOK_REPLY)
        text_addf(key, "reply|%s|%s", gateway, item->reply.from);
    else if (items->count == 1 && item->problem == WEBHOOK_OK)
        text_addf(key, "receipt|%s|%s", gateway,
                  item->receipt.ref[0] != '\0' ? item->receipt.ref : item->receipt.gateway_id);
}

/* Fills request and key. The request's gateway stays NULL when the record cannot be worked with. */
static void drain_read(struct drain *drain, struct drained *drained)
{
    const char *name = "";
    struct webhook_request *request = &drained->request;
    struct text key = {0};
    struct webhook_items items = {0};
    if (!request_decode(&drained->record, request, &name))
        return;
    request->gateway = routing_gateway(drain->collector->routing, name);
    if (request->gateway != NULL &&
        webhook_read(request->gateway->profile, request->kind, &request->input, &items) == WEBHOOK_OK)
        drain_key(name, &items, &key);
    drained->many = items.count > 1;
    webhook_items_clear(&items);
    if (key.bytes > 0)
        id_digest(key.chars, key.bytes, drained->key);
    text_free(&key);
}

/* Whether somebody whom it is about is under way. A webhook of many may be about anybody. */
static bool must_wait(const struct drain *drain, const struct drained *drained)
{
    const struct drained *other = drain->under_way;
    while (other != NULL && !other->many && !drained->many &&
           (drained->key[0] == '\0' || strcmp(other->key, drained->key) != 0))
        other = other->next;
    return other != NULL;
}

/* --- working --- */

static void drain_start(struct drain *drain, struct drained *drained)
{
    const struct webhook_request *request = &drained->request;
    drained->next = drain->under_way;
    drain->under_way = drained;
    drain->under_way_count++;
    if (request->gateway == NULL)
        drain_on_finished(
            drained, OUTCOME_REFUSED,
            "it came from a gateway that is not in the settings any more, or from a later version");
    else
        items_start(drain->collector, request, drain_on_finished, drained);
}

static void drain_on_finished(void *context, enum webhook_outcome outcome, const char *why)
{
    struct drained *drained = context, **place;
    struct drain *drain = drained->drain;
    for (place = &drain->under_way; *place != drained;)
        place = &(*place)->next;
    *place = drained->next;
    drain->under_way_count--;
    switch (outcome) {
    case OUTCOME_STORED:
        spool_done(drain->spool, drained->ticket);
        drain->lost_ms = LOST_FIRST_MS;
        /* More than may be under way beside one that is refused: that one is done. */
        if (++drain->stored_since_halt > UNDER_WAY_MAX || spool_count(drain->spool) == 0)
            drain->refused_ms = REFUSED_FIRST_MS;
        break;
    case OUTCOME_LOST:
        drain_halt(drain, false, why);
        break;
    case OUTCOME_REFUSED:
        drain_halt(drain, true, why);
        break;
    }
    drained_free(&drained);
    if (outcome == OUTCOME_STORED)
        drain->on_done(drain->context);
    drain_run(drain);
}

/* --- waiting --- */

static void drain_halt(struct drain *drain, bool refused, const char *why)
{
    int64_t now_ms = clock_monotonic_ms();
    drain->refused = refused || (drain->halted && drain->refused);
    drain->halted = true;
    drain->stored_since_halt = 0;
    drained_free(&drain->held); /* it will be taken again */
    if (!refused || now_ms < drain->alert_at_ms)
        return;
    drain->alert_at_ms = now_ms + ALERT_EVERY_MS;
    log_error("alert: %zu webhooks wait in the spool behind one that cannot be stored: %s",
              spool_count(drain->spool), why);
}

static void drain_rest(struct drain *drain)
{
    int64_t *wait_ms = drain->refused ? &drain->refused_ms : &drain->lost_ms;
    int64_t longest_ms = drain->refused ? REFUSED_MAX_MS : LOST_MAX_MS;
    drain->halted = false;
    drain->resting = true;
    spool_rewind(drain->spool);
    loop_timer_arm(drain->timer, *wait_ms);
    *wait_ms = *wait_ms * 2 < longest_ms ? *wait_ms * 2 : longest_ms;
}

static void drain_on_timer(void *context)
{
    struct drain *drain = context;
    drain->resting = false;
    drain_run(drain); /* nothing while Redis is away: drain_resume follows */
}

static void drained_free(struct drained **drained)
{
    if (*drained == NULL)
        return;
    text_free(&(*drained)->record);
    free(*drained);
    *drained = NULL;
}
