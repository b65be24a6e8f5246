/* A part's way:
 *
 *   take ─ known already ─────────────────────────────────→ STORED
 *     └─→ folder ─ no room ───────────────────────────────→ REFUSED
 *            └─→ kept ─────────────────────────────────────→ STORED
 *                  ↓
 *   absorb: into its reply ─ all are there, or the deadline is over ─→ join ─→ inbound.c ─ STORED ─→ out of the folder
 *                                                                        └─ LOST, REFUSED ─→ again later
 *
 * A folder of spool files is the memory of this: parts are given out once, at the start or when they are kept, and held in
 * memory (long_replies.h) until their reply is done, bounded in number and size. Never logs what is in one. */
#include "collector/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "collector/events.h"
#include "collector/inbound.h"
#include "collector/long_replies.h"
#include "collector/part_record.h"

#define MIB             INT64_C(1048576)
#define FOLDER_MAX_MIB  16
#define SEGMENT_MAX_MIB 1
#define PARTS_KEPT_MAX  8192
#define RETRY_FIRST_MS  200
#define RETRY_MAX_MS    60000
#define CLOSED_MS       1000 /* before a segment that could not be opened is tried again */
#define ALERT_EVERY_MS  60000
#define TEXT_ID_PREFIX  "parts:"
#define NEVER           INT64_MAX

struct parts {
    struct collector *collector;
    struct spool *spool;
    struct loop_timer *timer;
    struct long_replies replies;
    size_t appending; /* handed to the folder, not yet kept */
    size_t under_way; /* replies */
    bool stopped, closing;
    int64_t retry_ms;   /* the next wait after a failure */
    int64_t resting_ms; /* monotonic: nothing goes on before */
    int64_t alert_at_ms;
    struct text record;
};

struct part_flow {
    struct parts *parts;
    webhook_callback callback;
    void *context;
};

/* A reply that goes on. */
struct reply_flow {
    struct parts *parts;
    struct long_reply *reply;
    bool incomplete;
    struct webhook_request request;
    struct webhook_item joined;
};

static void part_on_kept(void *context, bool kept);
static void parts_absorb(struct parts *parts);
static void parts_run(void *context);
static void reply_start(struct parts *parts, struct long_reply *reply);
static void reply_on_finished(void *context, enum webhook_outcome outcome, const char *why);
static void reply_count_missing(const struct reply_flow *flow);
static void reply_finish(struct parts *parts, struct long_reply *reply);
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
    if (parts->replies.parts > 0)
        log_info("%zu parts of long replies wait for others since before", parts->replies.parts);
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
    long_replies_clear(&parts->replies);
    loop_timer_free(&parts->timer);
    text_free(&parts->record);
    free(parts);
    *closing = NULL;
}

/* --- taking --- */

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
    if (part.parts > PARTS_MAX || part.part < 1 || part.part > part.parts || part.ref[0] == '\0' ||
        strlen(part.text) > PART_TEXT_BYTES_MAX) {
        event_start(parts->collector, request->gateway,
                    routing_of_reply(parts->collector->routing, request->gateway, reply), "malformed",
                    callback, context);
        return;
    }
    if (long_replies_know(&parts->replies, &part)) {
        parts->collector->figures.replies[REPLY_AGAIN]++;
        callback(context, OUTCOME_STORED, "");
        return;
    }
    if (parts->replies.parts + parts->appending >= PARTS_KEPT_MAX) {
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

static void parts_absorb(struct parts *parts)
{
    uint64_t ticket = 0;
    struct part_record part;
    int64_t longest_ms = parts->collector->settings->parts_deadline_ms;
    while (spool_take(parts->spool, &parts->record, &ticket)) {
        if (!part_record_decode(&parts->record, &part))
            log_error(
                "alert: a part of a long reply cannot be read, it is of a later version: it stays in the "
                "folder of parts");
        else if (!long_replies_absorb(&parts->replies, &part, ticket, longest_ms))
            spool_done(parts->spool, ticket); /* two of it were on their way at once */
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
    for (struct long_reply *reply = parts->replies.first; reply != NULL; reply = next) {
        next = reply->next; /* starting one may end it */
        bool due = long_reply_is_due(reply, now_ms);
        if (due && goes && !reply->under_way)
            reply_start(parts, reply);
        else if (!due && reply->due_ms < wake_ms)
            wake_ms = reply->due_ms;
    }
    if (parts->resting_ms > now_ms && parts->resting_ms < wake_ms)
        wake_ms = parts->resting_ms;
    if (parts->replies.parts < spool_count(parts->spool) - parts->appending && wake_ms > now_ms + CLOSED_MS)
        wake_ms = now_ms + CLOSED_MS; /* a segment could not be opened for the moment */
    if (wake_ms != NEVER)
        loop_timer_arm(parts->timer, wake_ms - now_ms);
}

static void reply_start(struct parts *parts, struct long_reply *reply)
{
    struct collector *collector = parts->collector;
    const struct route_gateway *gateway = routing_gateway(collector->routing, reply->gateway);
    if (gateway == NULL) {
        parts_rest(parts, true, "it came from a gateway that is not in the settings any more");
        return;
    }
    struct reply_flow *flow = memory_zeroed(1, sizeof *flow);
    *flow = (struct reply_flow){
        .parts = parts,
        .reply = reply,
        .incomplete = reply->have < reply->count,
        .request = {.gateway = gateway, .kind = WEBHOOK_REPLY, .received_ms = reply->received_ms},
        .joined = {.kind = WEBHOOK_REPLY, .problem = WEBHOOK_OK}};
    snprintf(flow->joined.reply.id, sizeof flow->joined.reply.id, TEXT_ID_PREFIX "%s", reply->key);
    memcpy(flow->joined.reply.from, reply->from, sizeof reply->from);
    memcpy(flow->joined.reply.to, reply->to, sizeof reply->to);
    flow->joined.reply.text = long_reply_join(reply); /* inbound takes it */
    flow->joined.reply.sent_ms = -1;
    reply->under_way = true;
    parts->under_way++;
    inbound_start(collector, &flow->request, &flow->joined, reply_on_finished, flow);
}

static void reply_on_finished(void *context, enum webhook_outcome outcome, const char *why)
{
    struct reply_flow *flow = context;
    struct parts *parts = flow->parts;
    flow->reply->under_way = false;
    parts->under_way--;
    switch (outcome) {
    case OUTCOME_STORED:
        parts->retry_ms = RETRY_FIRST_MS;
        if (flow->incomplete)
            reply_count_missing(flow);
        reply_finish(parts, flow->reply);
        break;
    case OUTCOME_LOST:
        parts_rest(parts, false, why);
        break;
    case OUTCOME_REFUSED:
        parts_rest(parts, true, why);
        break;
    }
    free(flow);
}

static void missing_on_counted(void *context, enum webhook_outcome outcome, const char *why)
{
    (void)context;
    (void)outcome; /* the reply itself is stored; of a count that is lost nobody waits for the answer */
    (void)why;
}

static void reply_count_missing(const struct reply_flow *flow)
{
    struct collector *collector = flow->parts->collector;
    const struct route_gateway *gateway = flow->request.gateway;
    event_start(collector, gateway, routing_org(collector->routing, gateway, flow->reply->to),
                "parts_missing", missing_on_counted, NULL);
}

static void reply_finish(struct parts *parts, struct long_reply *reply)
{
    for (int i = 0; i < reply->count; i++)
        if (reply->items[i].text != NULL)
            spool_done(parts->spool, reply->items[i].ticket);
    long_replies_finish(&parts->replies, reply);
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
    return long_replies_oldest_ms(&parts->replies);
}

size_t parts_count(const struct parts *parts)
{
    return spool_count(parts->spool);
}
