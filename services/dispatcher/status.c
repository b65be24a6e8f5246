/* One family of series after the other, each over all lanes: the format wants the series of a family together. */
#include "dispatcher/status.h"

#include "dispatcher/lane.h"
#include "store/functions.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* closed: the lane lease is not ours, or Redis is away; held: people paused it, or the gateway has not answered clearly
 * since it wanted patience, and is tried now and then. */
enum lane_state { LANE_OPEN, LANE_HELD, LANE_CLOSED };

static const char *const state_words[] = {
    [LANE_OPEN] = "open", [LANE_HELD] = "held", [LANE_CLOSED] = "closed"};
static const char *const call_words[] = {
    [CALL_CLAIM] = "claim", [CALL_INTEND] = "intend", [CALL_SETTLE] = "settle"};
static bool status_ready(void *context, struct error *sentence);
static void status_metrics(void *context, struct metrics *metrics);
static void status_sentence(void *context, struct text *line);

bool status_open(struct dispatcher *dispatcher, struct error *error)
{
    const struct status_source source = {.program = "dispatcher",
                                         .library = store_functions_version,
                                         .ready = status_ready,
                                         .metrics = status_metrics,
                                         .context = dispatcher};
    const struct status_server_options options = {.port = dispatcher->settings.dispatcher_status_port,
                                                  .setting = "[dispatcher] status_port",
                                                  .data_folder = dispatcher->settings.data_folder};
    dispatcher->status = status_server_open(dispatcher->loop, &options, &source, error);
    if (dispatcher->status == NULL) {
        return false;
    }
    dispatcher->announcer = announcer_new(dispatcher->loop, status_sentence, dispatcher);
    return true;
}

void status_close(struct dispatcher *dispatcher)
{
    announcer_free(&dispatcher->announcer);
    status_server_free(&dispatcher->status);
}

/* An org's lane that is held or elsewhere is no reason: others go on, and it is told by its own figure. */
static bool status_ready(void *context, struct error *sentence)
{
    const struct dispatcher *dispatcher = context;
    if (dispatcher->draining) {
        return error_set(sentence, "stopping");
    }
    if (!redis_is_connected(dispatcher->redis)) {
        return error_set(sentence, "lanes are closed: Redis is not connected");
    }
    if (dispatcher->refusal.text[0] != '\0') {
        return error_set(sentence, "lanes are closed: %s", dispatcher->refusal.text);
    }
    return dispatcher->redis_ready || error_set(sentence, "lanes are closed: Redis is being judged");
}

static enum lane_state lane_state(const struct lane *lane)
{
    const struct dispatcher *dispatcher = lane->dispatcher;
    if (lane->fence == 0 || !dispatcher->redis_ready || dispatcher->draining) {
        return LANE_CLOSED;
    }
    const struct way *way = lane_way(lane, clock_monotonic_ms());
    return lane->paused || way->breaker.open || way->held_for != HOLD_NONE ? LANE_HELD : LANE_OPEN;
}

/* "2 lanes open, 1 held"; what there is none of is left out. */
static void status_sentence(void *context, struct text *line)
{
    const struct dispatcher *dispatcher = context;
    struct error sentence;
    size_t counts[COUNT(state_words)] = {0};
    const char *between = "";
    if (!status_ready(context, &sentence)) {
        text_add(line, sentence.text);
        return;
    }
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        counts[lane_state(dispatcher->lanes[i])]++;
    }
    for (size_t state = 0; state < COUNT(counts); state++) {
        if (counts[state] > 0) {
            text_addf(line, "%s%zu %s%s", between, counts[state],
                      between[0] != '\0'   ? ""
                      : counts[state] == 1 ? "lane "
                                           : "lanes ",
                      state_words[state]);
            between = ", ";
        }
    }
    if (dispatcher->lanes_count == 0) {
        text_add(line, "no lanes yet");
    }
}

/* --- figures --- */

static const char *intended_word(enum intended intended)
{
    switch (intended) {
    case INTEND_OK:
        return "ok";
    case INTEND_WINDOW:
        return "window";
    case INTEND_PAUSED:
        return "paused";
    case INTEND_BUDGET:
        return "budget";
    case INTEND_ENDED:
        return "ended";
    case INTEND_NOT_OURS:
        return "not_ours";
    case INTEND_FAILED:
        return "failed";
    }
    return "failed";
}

#define WAY_LABELS(way)   "org", (way)->lane->record.org.id, "gateway", (way)->gateway.name
#define LANE_LABELS(lane) WAY_LABELS((lane)->ways[0])

/* The ways of all lanes, one after the other; NULL = that lane has no second. */
static const struct way *nth_way(const struct dispatcher *dispatcher, size_t n)
{
    return dispatcher->lanes[n / LANE_WAYS_MAX]->ways[n % LANE_WAYS_MAX];
}

static void add_counters(struct metrics *metrics, const struct dispatcher *dispatcher)
{
    metrics_begin(metrics, "pulssi_intends_total", METRIC_COUNTER,
                  "Answers of the store before a message is handed over: ok = go, window = later, ended = "
                  "not any more.");
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        const struct lane *lane = dispatcher->lanes[i];
        for (size_t k = 0; k < INTENDED_KINDS; k++) {
            metrics_count(metrics,
                          METRICS_LABELS(LANE_LABELS(lane), "result", intended_word((enum intended)k)),
                          lane->figures.intended[k]);
        }
    }
    metrics_begin(metrics, "pulssi_messages_total", METRIC_COUNTER,
                  "Outcomes of handing over a message to its gateway; a retry is an outcome of its own.");
    for (size_t i = 0; i < dispatcher->lanes_count * LANE_WAYS_MAX; i++) {
        const struct way *way = nth_way(dispatcher, i);
        for (size_t k = 0; way != NULL && k < SUBMIT_OUTCOMES; k++) {
            metrics_count(
                metrics,
                METRICS_LABELS(WAY_LABELS(way), "outcome", submit_outcome_name((enum submit_outcome)k)),
                way->outcomes[k]);
        }
    }
    metrics_begin(metrics, "pulssi_leases_recovered_total", METRIC_COUNTER,
                  "Messages whose lease was over, as after a kill: queued again, or unknown because they may "
                  "have gone.");
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        const struct lane *lane = dispatcher->lanes[i];
        metrics_count(metrics, METRICS_LABELS(LANE_LABELS(lane), "outcome", "queued"),
                      lane->figures.recovered_queued);
        metrics_count(metrics, METRICS_LABELS(LANE_LABELS(lane), "outcome", "unknown"),
                      lane->figures.recovered_unknown);
    }
}

/* How long what is due first has been waiting; 0 = nothing waits, -1 = not known. Replies and rounds are due in domain
 * time, retries in Redis's. */
static int64_t oldest_waiting_ms(const struct lane *lane)
{
    int64_t now_ms = clock_domain_ms(&lane->dispatcher->clock);
    int64_t redis_now_ms = dispatcher_redis_now_ms(lane->dispatcher);
    const struct org_next *next = &lane->next;
    int64_t waits_ms[] = {next->reply_due_ms <= 0 ? 0 : now_ms - next->reply_due_ms,
                          next->bulk_due_ms < 0 ? 0 : now_ms - next->bulk_due_ms,
                          next->wait_due_ms < 0 ? 0 : redis_now_ms - next->wait_due_ms};
    int64_t oldest_ms = 0;
    for (size_t i = 0; i < COUNT(waits_ms); i++) {
        oldest_ms = waits_ms[i] > oldest_ms ? waits_ms[i] : oldest_ms;
    }
    return lane->next_known ? oldest_ms : -1;
}

static void add_gauges(struct metrics *metrics, const struct dispatcher *dispatcher)
{
    metrics_begin(metrics, "pulssi_lane_state", METRIC_GAUGE,
                  "1 for the state a lane is in: open, held (the gateway is waited for), closed.");
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        const struct lane *lane = dispatcher->lanes[i];
        metrics_state(metrics, METRICS_LABELS(LANE_LABELS(lane)), "state", state_words, COUNT(state_words),
                      lane_state(lane));
    }
    metrics_begin(metrics, "pulssi_lane_breaker_open", METRIC_GAUGE,
                  "1 while too many messages are of unknown fate and only probes go out.");
    for (size_t i = 0; i < dispatcher->lanes_count * LANE_WAYS_MAX; i++) {
        const struct way *way = nth_way(dispatcher, i);
        if (way != NULL) {
            metrics_count(metrics, METRICS_LABELS(WAY_LABELS(way)), way->breaker.open ? 1 : 0);
        }
    }
    metrics_begin(metrics, "pulssi_lane_in_flight", METRIC_GAUGE, "Messages being handed over now.");
    for (size_t i = 0; i < dispatcher->lanes_count * LANE_WAYS_MAX; i++) {
        const struct way *way = nth_way(dispatcher, i);
        if (way != NULL) {
            metrics_count(metrics, METRICS_LABELS(WAY_LABELS(way)), (int64_t)way->in_flight);
        }
    }
    metrics_begin(metrics, "pulssi_lane_oldest_waiting_seconds", METRIC_GAUGE,
                  "How long the message that is due first has been waiting; absent while that is not known.");
    for (size_t i = 0; i < dispatcher->lanes_count; i++) {
        const struct lane *lane = dispatcher->lanes[i];
        int64_t oldest_ms = oldest_waiting_ms(lane);
        if (oldest_ms >= 0) {
            metrics_seconds(metrics, METRICS_LABELS(LANE_LABELS(lane)), oldest_ms);
        }
    }
}

static void status_metrics(void *context, struct metrics *metrics)
{
    const struct dispatcher *dispatcher = context;
    metrics_begin(metrics, "pulssi_redis_connected", METRIC_GAUGE, "1 while Redis is connected.");
    metrics_count(metrics, NULL, redis_is_connected(dispatcher->redis) ? 1 : 0);
    metrics_begin(metrics, "pulssi_redis_safe", METRIC_GAUGE,
                  "1 while the connected Redis has passed every check of safety and identity.");
    metrics_count(metrics, NULL, dispatcher->redis_ready ? 1 : 0);
    add_counters(metrics, dispatcher);
    add_gauges(metrics, dispatcher);
    metrics_begin(metrics, "pulssi_gateway_request_seconds", METRIC_HISTOGRAM,
                  "HTTP requests to a gateway, from their start to the answer or the failure.");
    for (size_t i = 0; i < dispatcher->lanes_count * LANE_WAYS_MAX; i++) {
        const struct way *way = nth_way(dispatcher, i);
        if (way != NULL) {
            metrics_latency(metrics, METRICS_LABELS(WAY_LABELS(way)), &way->submits);
        }
    }
    metrics_begin(metrics, "pulssi_store_call_seconds", METRIC_HISTOGRAM,
                  "Calls of the store that were answered, from their sending to the answer.");
    for (size_t i = 0; i < CALLS; i++) {
        metrics_latency(metrics, METRICS_LABELS("call", call_words[i]), &dispatcher->calls[i]);
    }
}
