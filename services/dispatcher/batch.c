#include "dispatcher/batch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "dispatcher/lane.h"

struct batch {
    struct way *way;
    int64_t sent_at_ms; /* monotonic */
    size_t count;
    struct send *sends[]; /* room for as many as the way's requests carry */
};

static void batch_go(struct way *way);
static void batch_check(struct batch *batch);
static void batch_submit(struct batch *batch);
static void batch_on_submitted(void *context, const struct http_answer *answer);
static bool is_refused_as_a_whole(const struct batch *batch, const struct http_answer *answer);
static void batch_split(struct batch *batch);

/* Used by one request at a time: what is written is copied, what is read is handed on, before the loop goes on. */
static struct submit_fields fields[STORE_ITEMS_MAX];
static struct submit_reading readings[STORE_ITEMS_MAX];

static struct batch *batch_new(struct way *way)
{
    struct batch *batch = memory_zeroed(1, sizeof *batch + way->batch_max * sizeof batch->sends[0]);
    batch->way = way;
    return batch;
}

void batch_join(struct way *way, struct send *send)
{
    if (way->batch == NULL) {
        way->batch = batch_new(way);
        loop_timer_arm(way->batch_timer, BATCH_WAIT_MS);
    }
    way->batch->sends[way->batch->count++] = send;
    if (way->batch->count == way->batch_max)
        batch_go(way);
    else
        batch_look(way);
}

void batch_look(struct way *way)
{
    if (way->batch != NULL && way->intending == 0)
        batch_go(way);
}

void batch_on_time(void *way)
{
    batch_go(way);
}

void batch_abandon(struct way *way)
{
    free(way->batch);
    way->batch = NULL;
}

static void batch_go(struct way *way)
{
    struct batch *batch = way->batch;
    way->batch = NULL;
    loop_timer_disarm(way->batch_timer);
    batch_check(batch);
}

/* Who waited too long, or learnt meanwhile that Redis may have lost its intent, stays behind. */
static void batch_check(struct batch *batch)
{
    size_t going = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (send_may_go(batch->sends[i]))
            batch->sends[going++] = batch->sends[i];
        else
            send_stays(batch->sends[i]);
    }
    batch->count = going;
    if (batch->count > 0)
        batch_submit(batch);
    else
        free(batch);
}

static void batch_submit(struct batch *batch)
{
    struct way *way = batch->way;
    static struct submit_request request; /* its buffers are used again; http_client_send copies */
    size_t segments = 0;
    for (size_t i = 0; i < batch->count; i++) {
        send_fields(batch->sends[i], &fields[i]);
        segments += fields[i].segments;
    }
    submit_request_write(way->profile, &way->gateway, fields, batch->count, &request);
    way_use_tokens(way, segments - batch->count);
    batch->sent_at_ms = clock_monotonic_ms();
    http_client_send(way->http, &request.request, batch_on_submitted, batch);
}

static void batch_on_submitted(void *context, const struct http_answer *answer)
{
    struct batch *batch = context;
    struct way *way = batch->way;
    metric_latency_add(&way->submits, clock_monotonic_ms() - batch->sent_at_ms);
    for (size_t i = 0; i < batch->count; i++)
        send_fields(batch->sends[i], &fields[i]);
    submit_answer_read(way->profile, answer, clock_wall_ms(), fields, batch->count, readings);
    if (is_refused_as_a_whole(batch, answer)) {
        batch_split(batch);
    } else {
        way_judge(way, answer->fate, readings, batch->count, batch->sent_at_ms);
        for (size_t i = 0; i < batch->count; i++)
            send_on_submitted(batch->sends[i], &readings[i]);
    }
    free(batch);
}

/* The request was not to the gateway's liking, and no message has a word of its own: perhaps one spoils it for all. */
static bool is_refused_as_a_whole(const struct batch *batch, const struct http_answer *answer)
{
    bool refused =
        batch->count > 1 && answer->fate == HTTP_ANSWERED && answer->status >= 400 && answer->status < 500;
    for (size_t i = 0; i < batch->count; i++)
        refused = refused && readings[i].outcome == SUBMIT_RETRY;
    return refused;
}

/* What was refused may be sent again, under the same intent: each goes alone. */
static void batch_split(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch *single = batch_new(batch->way);
        single->sends[single->count++] = batch->sends[i];
        batch_check(single);
    }
}
