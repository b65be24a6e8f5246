/* A webhook's ways:
 *
 *   take ─ the spool is empty and Redis fit ─→ straight ─ STORED ─────────────────→ 200
 *     │                                           ├─ REFUSED ──────────────────────→ 503
 *     │                                           └─ LOST ─┐
 *     └─ otherwise ──────────────────────────────────────→ waits its turn ─→ spool ─→ kept: 200
 *                                                                              └────→ no room, no disk: 503
 *   drain.c: spool ─→ Redis, once that is fit; new ones follow through the spool until it is empty
 *
 * Order. The spool is written in the order of arrival: a webhook goes into it only when all that came before have
 * been stored, refused or written there, and from the first that is lost on nothing goes straight. So whoever was
 * under way when Redis died is not overtaken by what came later, of the same person or not; the wait is no longer
 * than the answers of Redis that are still due. (One exception, which only a Redis that answers BUSY and then works
 * makes possible: what was under way beside the lost one may still be stored, and before it.) What was lost may have
 * been stored all the same: the drain then finds it a duplicate, and applying receipts twice does nothing.
 *
 * Received time is taken here, once, and travels with the webhook. Never logs what is in one. */
#include "collector/door.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "collector/beat.h"
#include "collector/drain.h"
#include "collector/items.h"
#include "collector/parts.h"
#include "collector/spool_key.h"

#define MIB             INT64_C(1048576)
#define SEGMENT_PARTS   8 /* a full spool has about so many segments */
#define SEGMENT_MAX_MIB 16
#define SAY_EVERY_MS    60000 /* the same trouble, in the log */
#define NO_ROOM_MS      5000  /* after the spool took a webhook not, it is not called ready for so long */

struct passage {
    struct passage *next, *before; /* in order of arrival, until it is written or done */
    struct door *door;
    struct http_exchange *exchange;
    struct webhook_request request; /* borrows from the exchange */
    bool waits;                     /* for its turn to be written to the spool */
};

struct door {
    struct collector *collector;
    struct spool *spool;
    struct drain *drain;
    struct passage *first, *last; /* straight ones under way, and those that wait */
    size_t waiting;               /* of them */
    size_t appending;             /* handed to the spool, not yet kept */
    int64_t spool_oldest_ms;      /* no webhook in the spool came earlier; INT64_MAX = it is empty */
    bool closing;
    bool spooling;                                           /* said so in the log */
    size_t kept;                                             /* since then */
    int64_t spooling_since_ms;                               /* monotonic */
    char why[256];                                           /* a webhook was lost last */
    int64_t refused_said_ms, no_room_said_ms, no_room_at_ms; /* monotonic; 0 = never */
    char refused_said[256];
    size_t no_room_count; /* since it was said */
    struct text record;
};

static bool spool_start(struct door *door, struct error *error);
static void passage_start(struct passage *passage);
static void passage_on_finished(void *context, enum webhook_outcome outcome, const char *why);
static void passage_answer(struct passage *passage, bool kept);
static void passage_leave(struct passage *passage);
static void door_flush(struct door *door);
static void passage_on_kept(void *context, bool kept);
static void door_on_done(void *context);
static void say_kept(struct door *door);
static void say_no_room(struct door *door);
static void say_refused(struct door *door, const char *why);

struct door *door_open(struct collector *collector, struct error *error)
{
    struct door *door = memory_zeroed(1, sizeof *door);
    door->collector = collector;
    door->spool_oldest_ms = INT64_MAX;
    if (!spool_start(door, error)) {
        free(door);
        return NULL;
    }
    door->drain = drain_new(collector, door->spool, door_on_done, door);
    return door;
}

void door_close(struct door **closing)
{
    struct door *door = *closing;
    if (door == NULL)
        return;
    door->closing = true;
    parts_close(&door->collector->parts);
    drain_free(&door->drain);
    spool_close(&door->spool);
    text_free(&door->record);
    free(door);
    *closing = NULL;
}

/* --- the spool --- */

/* What a run before this one left: nothing in it came before its first record. */
static void spool_look(struct door *door)
{
    uint64_t ticket;
    const char *gateway;
    struct webhook_request request;
    if (spool_count(door->spool) == 0)
        return;
    bool read =
        spool_take(door->spool, &door->record, &ticket) && request_decode(&door->record, &request, &gateway);
    door->spool_oldest_ms = read ? request.received_ms : 0; /* not known: before everything */
    door->spooling = true;
    door->spooling_since_ms = clock_monotonic_ms();
    door->kept = spool_count(door->spool);
    (void)text_copy(door->why, sizeof door->why, "it has not taken those of before");
    spool_rewind(door->spool);
    log_warning("the spool holds %zu webhooks of before: they go into Redis first", door->kept);
}

static bool spool_start(struct door *door, struct error *error)
{
    const struct settings *settings = door->collector->settings;
    char folder[300];
    int64_t segment_mib = settings->spool_mib / SEGMENT_PARTS;
    struct spool_options options = {.folder = folder, .bytes_max = settings->spool_mib * MIB};
    if (segment_mib < 1)
        options.segment_bytes_max = options.bytes_max / SEGMENT_PARTS;
    else
        options.segment_bytes_max = (segment_mib < SEGMENT_MAX_MIB ? segment_mib : SEGMENT_MAX_MIB) * MIB;
    snprintf(folder, sizeof folder, "%s/spool", settings->data_folder);
    if (!spool_key_load(settings, options.key, error))
        return false;
    door->spool = spool_open(door->collector->loop, &options, error);
    if (door->spool != NULL)
        door->collector->parts = parts_open(door->collector, options.key, error);
    secret_forget(options.key, sizeof options.key);
    if (door->collector->parts == NULL) {
        spool_close(&door->spool);
        return false;
    }
    spool_look(door);
    return true;
}

/* --- a webhook --- */

void door_take(struct door *door, const struct route_gateway *gateway, enum webhook_kind kind,
               struct http_exchange *exchange)
{
    struct passage *passage = memory_zeroed(1, sizeof *passage);
    bool fit = collector_is_fit(door->collector);
    *passage = (struct passage){.door = door,
                                .exchange = exchange,
                                .before = door->last,
                                .request = {.gateway = gateway,
                                            .kind = kind,
                                            .received_ms = collector_now_ms(door->collector),
                                            .input = collector_input(exchange)}};
    *(door->last == NULL ? &door->first : &door->last->next) = passage;
    door->last = passage;
    if (fit && door->waiting == 0 && spool_count(door->spool) == 0) {
        passage_start(passage);
        return;
    }
    if (!fit)
        (void)text_copy(door->why, sizeof door->why, collector_unfitness(door->collector));
    passage->waits = true;
    door->waiting++;
    door_flush(door);
}

static void passage_start(struct passage *passage)
{
    struct collector *collector = passage->door->collector;
    items_start(collector, &passage->request, passage_on_finished, passage);
}

static void passage_on_finished(void *context, enum webhook_outcome outcome, const char *why)
{
    struct passage *passage = context;
    struct door *door = passage->door;
    switch (outcome) {
    case OUTCOME_LOST:
        snprintf(door->why, sizeof door->why, "%s", why);
        passage->waits = true;
        door->waiting++;
        break;
    case OUTCOME_REFUSED:
        say_refused(door, why);
        passage_answer(passage, false);
        passage_leave(passage);
        free(passage);
        break;
    case OUTCOME_STORED:
        passage_answer(passage, true);
        passage_leave(passage);
        free(passage);
        break;
    }
    if (door->waiting > 0)
        door_flush(door);
}

/* Kept: what the provider wants to hear. */
static void passage_answer(struct passage *passage, bool kept)
{
    struct collector *collector = passage->door->collector;
    const struct route_gateway *gateway = passage->request.gateway;
    size_t index = (size_t)(gateway->settings - collector->settings->gateways);
    collector->figures.webhooks[index][passage->request.kind].taken += kept ? 1 : 0;
    collector->figures.webhooks[index][passage->request.kind].refused += kept ? 0 : 1;
    collector_answer(passage->exchange, kept ? profile_answer_status(gateway->profile) : 503);
}

static void passage_leave(struct passage *passage)
{
    struct door *door = passage->door;
    *(passage->before == NULL ? &door->first : &passage->before->next) = passage->next;
    *(passage->next == NULL ? &door->last : &passage->next->before) = passage->before;
}

/* Writes those whose turn it is: nobody who came before them is under way. */
static void door_flush(struct door *door)
{
    while (door->first != NULL && door->first->waits) {
        struct passage *passage = door->first;
        passage_leave(passage);
        door->waiting--;
        door->appending++;
        if (passage->request.received_ms < door->spool_oldest_ms)
            door->spool_oldest_ms = passage->request.received_ms;
        text_clear(&door->record);
        request_encode(&passage->request, &door->record);
        spool_append(door->spool, door->record.chars, door->record.bytes, passage_on_kept, passage);
    }
}

static void passage_on_kept(void *context, bool kept)
{
    struct passage *passage = context;
    struct door *door = passage->door;
    door->appending--;
    passage_answer(passage, kept);
    free(passage);
    if (door->closing)
        return;
    if (kept)
        say_kept(door);
    else
        say_no_room(door);
    if (kept)
        drain_wake(door->drain);
    else
        door_on_done(door);
}

/* A record left the spool, or did not get in. */
static void door_on_done(void *context)
{
    struct door *door = context;
    if (spool_count(door->spool) > 0 || door->appending > 0)
        return;
    door->spool_oldest_ms = INT64_MAX;
    if (!door->spooling || door->waiting > 0)
        return;
    door->spooling = false;
    log_info("the spool is empty again: %zu webhooks came through it in %.1f s", door->kept,
             (double)(clock_monotonic_ms() - door->spooling_since_ms) / 1000);
    beat_now(door->collector->beat);
}

void door_on_redis(struct door *door)
{
    parts_on_redis(door->collector->parts);
    drain_resume(door->drain);
}

void door_stop(struct door *door)
{
    drain_stop(door->drain);
    parts_stop(door->collector->parts);
}

bool door_is_still(const struct door *door)
{
    return door->first == NULL && door->appending == 0 && drain_is_still(door->drain) &&
           parts_is_still(door->collector->parts);
}

int64_t door_oldest_ms(const struct door *door)
{
    int64_t oldest_ms = parts_oldest_ms(door->collector->parts);
    if (door->spool_oldest_ms < oldest_ms)
        oldest_ms = door->spool_oldest_ms;
    for (const struct passage *passage = door->first; passage != NULL; passage = passage->next)
        if (passage->request.received_ms < oldest_ms)
            oldest_ms = passage->request.received_ms;
    return oldest_ms;
}

size_t door_spooled(const struct door *door)
{
    return spool_count(door->spool) + parts_count(door->collector->parts);
}

const struct spool *door_spool(const struct door *door)
{
    return door->spool;
}

/* --- what is said --- */

bool door_is_ready(const struct door *door, struct error *sentence)
{
    size_t count = spool_count(door->spool);
    bool fit = collector_is_fit(door->collector);
    bool no_room = door->no_room_at_ms != 0 && clock_monotonic_ms() - door->no_room_at_ms < NO_ROOM_MS;
    const char *why = fit ? "Redis takes them in turn" : collector_unfitness(door->collector);
    if (fit && count == 0 && door->waiting == 0)
        (void)error_set(sentence, "ok");
    else
        (void)error_set(sentence, "%s: %s, %zu webhooks kept",
                        no_room ? "the spool takes no more" : "spooling", why, count);
    return !no_room || (fit && count == 0);
}

static void say_kept(struct door *door)
{
    door->no_room_at_ms = 0;
    door->kept++;
    if (door->spooling)
        return;
    door->spooling = true;
    door->kept = 1;
    door->spooling_since_ms = clock_monotonic_ms();
    log_warning("webhooks are kept in the spool: %s", door->why);
}

static void say_no_room(struct door *door)
{
    int64_t now_ms = clock_monotonic_ms();
    door->no_room_at_ms = now_ms;
    door->no_room_count++;
    if (door->no_room_said_ms != 0 && now_ms - door->no_room_said_ms < SAY_EVERY_MS)
        return;
    log_error(
        "alert: webhooks get 503: Redis does not take them (%s), and the spool has no room, or its disk (%zu "
        "webhooks, %" PRId64 " of %" PRId64 " MiB; %zu refused since this was said last)",
        door->why, spool_count(door->spool), spool_bytes(door->spool) / MIB,
        door->collector->settings->spool_mib, door->no_room_count);
    door->no_room_said_ms = now_ms;
    door->no_room_count = 0;
}

/* The gateway comes again and again with what cannot be stored: the log hears of it once a minute. */
static void say_refused(struct door *door, const char *why)
{
    int64_t now_ms = clock_monotonic_ms();
    if (strcmp(door->refused_said, why) == 0 && now_ms - door->refused_said_ms < SAY_EVERY_MS)
        return;
    log_error("alert: a webhook gets 503: %s", why);
    snprintf(door->refused_said, sizeof door->refused_said, "%s", why);
    door->refused_said_ms = now_ms;
}
