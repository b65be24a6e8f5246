/* A part's way:
 *
 *   take ─ known already ─────────────────────────────────→ STORED
 *     └─→ folder ─ no room ───────────────────────────────→ REFUSED
 *            └─→ kept ─────────────────────────────────────→ STORED
 *                  ↓
 *   absorb: into its reply ─ all are there, or the deadline is over ─→ join ─→ inbound.c ─ STORED ─→ out of the folder
 *                                                                        └─ LOST, REFUSED ─→ again later
 *
 * The id of the joined reply is made of what its parts have in common, so that whoever is killed between its commit and the
 * end of its records finds a duplicate, and a part that comes once more after all makes no second reply. The price: two
 * long replies of one person with the same reference and as many parts, within the days in which ids are remembered, are
 * taken for one.
 *
 * A folder of spool files is the memory of this: parts are given out once, at the start or when they are kept, and held in
 * memory until their reply is done, bounded in number and size. Never logs what is in one. */
#include "collector/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "base/secret.h"
#include "collector/events.h"
#include "collector/inbound.h"
#include "collector/part_record.h"

#define MIB             INT64_C(1048576)
#define FOLDER_MAX_MIB  16
#define SEGMENT_MAX_MIB 1
#define PARTS_KEPT_MAX  8192
#define FINISHED_MAX    1024 /* replies of late that are remembered here */
#define RETRY_FIRST_MS  200
#define RETRY_MAX_MS    60000
#define CLOSED_MS       1000 /* before a segment that could not be opened is tried again */
#define ALERT_EVERY_MS  60000
#define TEXT_ID_PREFIX  "parts:"
#define NEVER           INT64_MAX

struct part {
    char *text; /* owned; NULL = has not come */
    uint64_t ticket;
};

struct long_reply {
    struct long_reply *next;
    struct parts *parts;
    char key[ID_SIZE]; /* of gateway, sender, receiver, reference and number of parts */
    char gateway[33], from[PHONE_SIZE], to[17];
    int count, have;
    struct part items[PARTS_MAX];
    int64_t received_ms;        /* domain, of the first */
    int64_t due_ms;             /* monotonic: it goes on as it is */
    bool under_way, incomplete; /* as it goes on */
    struct webhook_request request;
    struct webhook_item joined;
};

struct parts {
    struct collector *collector;
    struct spool *spool;
    struct loop_timer *timer;
    struct long_reply *first;
    size_t kept;      /* parts in memory */
    size_t appending; /* handed to the folder, not yet kept */
    size_t under_way; /* replies */
    bool stopped, closing;
    int64_t retry_ms;   /* the next wait after a failure */
    int64_t resting_ms; /* monotonic: nothing goes on before */
    int64_t alert_at_ms;
    char finished[FINISHED_MAX][ID_SIZE]; /* a ring */
    size_t finished_next;
    struct text record;
};

struct part_flow {
    struct parts *parts;
    webhook_callback callback;
    void *context;
};

static void part_on_kept(void *context, bool kept);
static void parts_absorb(struct parts *parts);
static void parts_run(void *context);
static bool reply_is_due(const struct long_reply *reply, int64_t now_ms);
static void reply_start(struct long_reply *reply);
static void reply_on_finished(void *context, enum webhook_outcome outcome, const char *why);
static void reply_count_missing(struct long_reply *reply);
static void reply_remove(struct long_reply *reply);
static void reply_free(struct long_reply *reply);
static void parts_rest(struct parts *parts, bool refused, const char *why);

struct parts *parts_open(struct collector *collector, const unsigned char key[SPOOL_KEY_BYTES],
                         struct error *error)
{
    char folder[300];
    struct parts *parts = memory_zeroed(1, sizeof *parts);
    struct spool_options options = {
        .folder = folder, .bytes_max = FOLDER_MAX_MIB * MIB, .segment_bytes_max = SEGMENT_MAX_MIB * MIB};
    parts->collector = collector;
    parts->retry_ms = RETRY_FIRST_MS;
    snprintf(folder, sizeof folder, "%s/parts", collector->settings->data_folder);
    memcpy(options.key, key, sizeof options.key);
    parts->spool = spool_open(collector->loop, &options, error);
    secret_forget(options.key, sizeof options.key);
    if (parts->spool == NULL) {
        free(parts);
        return NULL;
    }
    parts->timer = loop_timer_new(collector->loop, parts_run, parts);
    parts_absorb(parts);
    if (parts->kept > 0)
        log_info("%zu parts of long replies wait for others since before", parts->kept);
    loop_timer_arm(parts->timer, 0);
    return parts;
}

void parts_close(struct parts **closing)
{
    struct parts *parts = *closing;
    if (parts == NULL)
        return;
    parts->closing = true;
    spool_close(&parts->spool);
    while (parts->first != NULL) {
        struct long_reply *reply = parts->first;
        parts->first = reply->next;
        reply_free(reply);
    }
    loop_timer_free(&parts->timer);
    text_free(&parts->record);
    free(parts);
    *closing = NULL;
}

/* --- taking --- */

static void key_of(const struct part_record *part, char key_out[ID_SIZE])
{
    struct text text = {0};
    text_addf(&text, "%s|%s|%s|%s|%d", part->gateway, part->from, part->to, part->ref, part->parts);
    id_digest(text.chars, text.bytes, key_out);
    text_free(&text);
}

static struct long_reply *reply_find(const struct parts *parts, const char *key)
{
    struct long_reply *reply = parts->first;
    while (reply != NULL && strcmp(reply->key, key) != 0)
        reply = reply->next;
    return reply;
}

static bool is_finished(const struct parts *parts, const char *key)
{
    for (size_t i = 0; i < FINISHED_MAX; i++)
        if (strcmp(parts->finished[i], key) == 0)
            return true;
    return false;
}

void parts_take(struct parts *parts, const struct webhook_request *request, const struct webhook_reply *reply,
                webhook_callback callback, void *context)
{
    const struct part_record part = {.received_ms = request->received_ms,
                                     .kept_ms = clock_wall_ms(),
                                     .part = reply->part,
                                     .parts = reply->parts,
                                     .gateway = request->gateway->settings->name,
                                     .from = reply->from,
                                     .to = reply->to,
                                     .ref = reply->part_ref,
                                     .text = reply->text};
    char key[ID_SIZE];
    if (part.parts > PARTS_MAX || part.part < 1 || part.part > part.parts || part.ref[0] == '\0' ||
        strlen(part.text) > PART_TEXT_BYTES_MAX) {
        event_start(parts->collector, request->gateway,
                    routing_of_reply(parts->collector->routing, request->gateway, reply), "malformed",
                    callback, context);
        return;
    }
    key_of(&part, key);
    const struct long_reply *known = reply_find(parts, key);
    if (is_finished(parts, key) || (known != NULL && known->items[part.part - 1].text != NULL)) {
        parts->collector->figures.replies[REPLY_AGAIN]++;
        callback(context, OUTCOME_STORED, "");
        return;
    }
    if (parts->kept + parts->appending >= PARTS_KEPT_MAX) {
        callback(context, OUTCOME_REFUSED, "too many parts of long replies wait for others");
        return;
    }
    struct part_flow *flow = memory_zeroed(1, sizeof *flow);
    *flow = (struct part_flow){.parts = parts, .callback = callback, .context = context};
    parts->appending++;
    text_clear(&parts->record);
    part_record_encode(&part, &parts->record);
    spool_append(parts->spool, parts->record.chars, parts->record.bytes, part_on_kept, flow);
}

static void part_on_kept(void *context, bool kept)
{
    struct part_flow flow = *(struct part_flow *)context;
    free(context);
    flow.parts->appending--;
    if (flow.parts->closing) {
        flow.callback(flow.context, OUTCOME_LOST, "the collector stops");
        return;
    }
    flow.callback(flow.context, kept ? OUTCOME_STORED : OUTCOME_REFUSED,
                  kept ? "" : "the folder of parts has no room, or its disk");
    if (kept)
        parts_run(flow.parts);
}

/* --- into replies --- */

static struct long_reply *reply_new(struct parts *parts, const struct part_record *part, const char *key)
{
    struct long_reply *reply = memory_zeroed(1, sizeof *reply), **last = &parts->first;
    int64_t longest_ms = parts->collector->settings->parts_deadline_ms;
    int64_t waits_ms = part->kept_ms + longest_ms - clock_wall_ms();
    bool sound = waits_ms >= 0 && waits_ms <= longest_ms; /* else the wall clock was moved, or it is over */
    reply->parts = parts;
    reply->count = part->parts;
    reply->received_ms = part->received_ms;
    reply->due_ms = clock_monotonic_ms() + (sound ? waits_ms : waits_ms < 0 ? 0 : longest_ms);
    memcpy(reply->key, key, ID_SIZE);
    (void)text_copy(reply->gateway, sizeof reply->gateway, part->gateway);
    (void)text_copy(reply->from, sizeof reply->from, part->from);
    (void)text_copy(reply->to, sizeof reply->to, part->to);
    while (*last != NULL)
        last = &(*last)->next;
    *last = reply;
    return reply;
}

static void part_absorb(struct parts *parts, const struct part_record *part, uint64_t ticket)
{
    char key[ID_SIZE];
    key_of(part, key);
    struct long_reply *reply = reply_find(parts, key);
    if (is_finished(parts, key) || (reply != NULL && reply->items[part->part - 1].text != NULL)) {
        spool_done(parts->spool, ticket); /* two of it were on their way at once */
        return;
    }
    if (reply == NULL)
        reply = reply_new(parts, part, key);
    if (part->received_ms < reply->received_ms)
        reply->received_ms = part->received_ms;
    reply->items[part->part - 1] = (struct part){.text = memory_text(part->text), .ticket = ticket};
    reply->have++;
    parts->kept++;
}

static void parts_absorb(struct parts *parts)
{
    uint64_t ticket = 0;
    struct part_record part;
    while (spool_take(parts->spool, &parts->record, &ticket)) {
        if (part_record_decode(&parts->record, &part))
            part_absorb(parts, &part, ticket);
        else
            log_error(
                "alert: a part of a long reply cannot be read, it is of a later version: it stays in the "
                "folder of parts");
    }
}

/* --- going on --- */

static void parts_run(void *context)
{
    struct parts *parts = context;
    struct long_reply *next;
    parts_absorb(parts);
    int64_t now_ms = clock_monotonic_ms(), wake_ms = NEVER;
    bool goes = !parts->stopped && collector_is_fit(parts->collector) && now_ms >= parts->resting_ms;
    for (struct long_reply *reply = parts->first; reply != NULL; reply = next) {
        next = reply->next; /* starting one may end it */
        bool due = reply_is_due(reply, now_ms);
        if (due && goes && !reply->under_way)
            reply_start(reply);
        else if (!due && reply->due_ms < wake_ms)
            wake_ms = reply->due_ms;
    }
    if (parts->resting_ms > now_ms && parts->resting_ms < wake_ms)
        wake_ms = parts->resting_ms;
    if (parts->kept < spool_count(parts->spool) - parts->appending && wake_ms > now_ms + CLOSED_MS)
        wake_ms = now_ms + CLOSED_MS; /* a segment could not be opened for the moment */
    if (wake_ms != NEVER)
        loop_timer_arm(parts->timer, wake_ms - now_ms);
}

static bool reply_is_due(const struct long_reply *reply, int64_t now_ms)
{
    return reply->have == reply->count || now_ms >= reply->due_ms;
}

static void reply_start(struct long_reply *reply)
{
    struct parts *parts = reply->parts;
    struct collector *collector = parts->collector;
    struct text text = {0};
    const struct route_gateway *gateway = routing_gateway(collector->routing, reply->gateway);
    if (gateway == NULL) {
        parts_rest(parts, true, "it came from a gateway that is not in the settings any more");
        return;
    }
    text_add(&text, "");
    for (int i = 0; i < reply->count; i++)
        if (reply->items[i].text != NULL)
            text_add(&text, reply->items[i].text);
    reply->request = (struct webhook_request){
        .gateway = gateway, .kind = WEBHOOK_REPLY, .received_ms = reply->received_ms};
    reply->joined = (struct webhook_item){.kind = WEBHOOK_REPLY, .problem = WEBHOOK_OK};
    snprintf(reply->joined.reply.id, sizeof reply->joined.reply.id, TEXT_ID_PREFIX "%s", reply->key);
    memcpy(reply->joined.reply.from, reply->from, sizeof reply->from);
    memcpy(reply->joined.reply.to, reply->to, sizeof reply->to);
    reply->joined.reply.text = text.chars; /* inbound takes it */
    reply->joined.reply.sent_ms = -1;
    reply->under_way = true;
    reply->incomplete = reply->have < reply->count;
    parts->under_way++;
    inbound_start(collector, &reply->request, &reply->joined, reply_on_finished, reply);
}

static void reply_on_finished(void *context, enum webhook_outcome outcome, const char *why)
{
    struct long_reply *reply = context;
    struct parts *parts = reply->parts;
    reply->under_way = false;
    parts->under_way--;
    switch (outcome) {
    case OUTCOME_STORED:
        parts->retry_ms = RETRY_FIRST_MS;
        if (reply->incomplete)
            reply_count_missing(reply);
        reply_remove(reply);
        break;
    case OUTCOME_LOST:
        parts_rest(parts, false, why);
        break;
    case OUTCOME_REFUSED:
        parts_rest(parts, true, why);
        break;
    }
}

static void missing_on_counted(void *context, enum webhook_outcome outcome, const char *why)
{
    (void)context;
    (void)outcome; /* the reply itself is stored; of a count that is lost nobody waits for the answer */
    (void)why;
}

static void reply_count_missing(struct long_reply *reply)
{
    struct collector *collector = reply->parts->collector;
    const struct route_gateway *gateway = reply->request.gateway;
    event_start(collector, gateway, routing_org(collector->routing, gateway, reply->to), "parts_missing",
                missing_on_counted, NULL);
}

static void reply_remove(struct long_reply *reply)
{
    struct parts *parts = reply->parts;
    struct long_reply **place = &parts->first;
    while (*place != reply)
        place = &(*place)->next;
    *place = reply->next;
    for (int i = 0; i < reply->count; i++)
        if (reply->items[i].text != NULL)
            spool_done(parts->spool, reply->items[i].ticket);
    parts->kept -= (size_t)reply->have;
    memcpy(parts->finished[parts->finished_next], reply->key, ID_SIZE);
    parts->finished_next = (parts->finished_next + 1) % FINISHED_MAX;
    reply_free(reply);
}

static void reply_free(struct long_reply *reply)
{
    for (int i = 0; i < reply->count; i++)
        free(reply->items[i].text);
    free(reply);
}

/* --- waiting --- */

static void parts_rest(struct parts *parts, bool refused, const char *why)
{
    int64_t now_ms = clock_monotonic_ms();
    parts->resting_ms = now_ms + parts->retry_ms;
    parts->retry_ms = parts->retry_ms * 2 < RETRY_MAX_MS ? parts->retry_ms * 2 : RETRY_MAX_MS;
    if (!parts->closing)
        loop_timer_arm(parts->timer, parts->resting_ms - now_ms);
    if (!refused || now_ms < parts->alert_at_ms)
        return;
    parts->alert_at_ms = now_ms + ALERT_EVERY_MS;
    log_error("alert: a long reply waits in the folder of parts, it cannot be stored: %s", why);
}

void parts_on_redis(struct parts *parts)
{
    parts->resting_ms = 0;
    parts->retry_ms = RETRY_FIRST_MS;
    parts_run(parts);
}

void parts_stop(struct parts *parts)
{
    parts->stopped = true;
}

bool parts_is_still(const struct parts *parts)
{
    return parts->appending == 0 && parts->under_way == 0;
}

int64_t parts_oldest_ms(const struct parts *parts)
{
    int64_t oldest_ms = INT64_MAX;
    for (const struct long_reply *reply = parts->first; reply != NULL; reply = reply->next)
        if (reply->received_ms < oldest_ms)
            oldest_ms = reply->received_ms;
    return oldest_ms;
}

size_t parts_count(const struct parts *parts)
{
    return spool_count(parts->spool);
}
