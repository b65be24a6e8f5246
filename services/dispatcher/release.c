/* release_load ─► release_freeze ─► release_step ─► … ─► release_finish. A lost answer starts again at
 * release_load: the cursor in the store says how far the round is. */
#include "dispatcher/release.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "domain/draw.h"
#include "store/rounds.h"

#define ASK_AGAIN_MS 200

struct release_flow {
    struct lane *lane;
    struct round round;
    char question[33];
    uint32_t *positions; /* drawn; NULL until drawn */
    int64_t queued, capped, other;
    struct redis_command command;
    struct loop_timer *again;
};

static void release_load(void *context);
static void release_on_loaded(void *context, const struct redis_value *value);
static void release_freeze(struct release_flow *flow);
static void release_on_frozen(void *context, const struct redis_value *value);
static void release_step(struct release_flow *flow);
static void release_on_stepped(void *context, const struct redis_value *value);
static void release_finish(struct release_flow *flow);

static void release_again(struct release_flow *flow, const struct redis_value *value);

void release_start(struct lane *lane)
{
    struct release_flow *flow = memory_zeroed(1, sizeof *flow);
    flow->lane = lane;
    memcpy(flow->round.id, lane->next.round, sizeof flow->round.id);
    lane->releasing = true;
    release_load(flow);
}

static void release_load(void *context)
{
    struct release_flow *flow = context;
    round_load_command(&flow->command, flow->lane->record.org.id, flow->round.id);
    redis_send(flow->lane->dispatcher->redis, &flow->command, release_on_loaded, flow);
}

static void release_on_loaded(void *context, const struct redis_value *value)
{
    struct release_flow *flow = context;
    char id[ROUND_SIZE];
    memcpy(id, flow->round.id, sizeof id);
    if (flow->lane->dispatcher->draining) {
        release_finish(flow);
        return;
    }
    if (value == NULL || redis_kind(value) == REDIS_ERROR || !round_load_result(value, id, &flow->round)) {
        memcpy(flow->round.id, id, sizeof id);
        release_again(flow, value);
        return;
    }
    struct lane *lane = flow->lane;
    if (flow->round.hold != ROUND_GOES_ON) {
        log_info("%s: round %s is held: nothing more is released", lane->record.org.id, id);
        release_finish(flow);
        return;
    }
    bool learnt =
        lane_texts_learn(lane->texts, lane->dispatcher->link, &lane->record.org, flow->round.survey);
    const struct survey *survey = learnt ? lane_texts_survey(lane->texts, flow->round.survey) : NULL;
    if (survey == NULL) {
        release_again(flow, NULL);
        return;
    }
    memcpy(flow->question, survey->questions[0].id, sizeof flow->question);
    if (strcmp(flow->round.state, "planned") == 0) {
        release_freeze(flow);
    } else if (strcmp(flow->round.state, "releasing") == 0) {
        release_step(flow);
    } else {
        release_finish(flow);
    }
}

static int64_t release_now_ms(const struct release_flow *flow)
{
    return clock_domain_ms(&flow->lane->dispatcher->clock);
}

static void release_freeze(struct release_flow *flow)
{
    const struct org *org = &flow->lane->record.org;
    char week[WEEK_SIZE];
    week_text(week_index_at(org->zone, release_now_ms(flow)), week);
    round_freeze_command(&flow->command, org->id, flow->round.id, week);
    redis_send(flow->lane->dispatcher->redis, &flow->command, release_on_frozen, flow);
}

static void release_on_frozen(void *context, const struct redis_value *value)
{
    struct release_flow *flow = context;
    if (value == NULL || !round_freeze_result(value, &flow->round.frame, &flow->round.drawn)) {
        release_again(flow, value);
        return;
    }
    release_step(flow);
}

static void release_step(struct release_flow *flow)
{
    const struct org *org = &flow->lane->record.org;
    const struct dispatcher *dispatcher = flow->lane->dispatcher;
    int64_t now_ms = release_now_ms(flow), opens_ms, closes_ms;
    if (flow->positions == NULL) {
        flow->positions = memory_zeroed((size_t)flow->round.drawn + 1, sizeof *flow->positions);
        draw_positions(flow->round.seed, (uint32_t)flow->round.frame, (uint32_t)flow->round.drawn,
                       flow->positions);
    }
    struct release_item items[STORE_ITEMS_MAX];
    size_t count = 0;
    for (int64_t at = flow->round.cursor; at < flow->round.drawn && count < STORE_ITEMS_MAX; at++, count++) {
        items[count].position = flow->positions[at];
        id_random(items[count].pulse);
        id_random(items[count].message);
    }
    window_next(org->zone, &org->window, now_ms, &opens_ms, &closes_ms);
    char survey[33];
    memcpy(survey, flow->round.survey, sizeof survey);
    survey[strcspn(survey, "@")] = '\0';
    struct release release = {.round = flow->round.id,
                              .cursor = flow->round.cursor,
                              .due_ms = opens_ms > now_ms ? opens_ms : now_ms,
                              .items = items,
                              .items_count = count};
    asking_fill(&release.asking, org, survey, flow->question, now_ms, dispatcher->settings.reply_window_days);
    round_release_command(&flow->command, org->id, &release);
    redis_send(dispatcher->redis, &flow->command, release_on_stepped, flow);
}

static void release_on_stepped(void *context, const struct redis_value *value)
{
    struct release_flow *flow = context;
    struct release_result result;
    if (value == NULL || !round_release_result(value, &result) || result.stale) {
        release_again(flow, value);
        return;
    }
    flow->queued += result.queued;
    flow->capped += result.capped;
    flow->other += result.other;
    flow->round.cursor = result.cursor;
    lane_wake(flow->lane); /* what is released may be sent while the rest follows */
    if (flow->round.cursor < flow->round.drawn) {
        if (flow->lane->dispatcher->draining) {
            release_finish(flow);
        } else {
            release_step(flow);
        }
        return;
    }
    log_info("%s: round %s released: frame %lld, drawn %lld, queued %lld, capped %lld, other %lld",
             flow->lane->record.org.id, flow->round.id, (long long)flow->round.frame,
             (long long)flow->round.drawn, (long long)flow->queued, (long long)flow->capped,
             (long long)flow->other);
    release_finish(flow);
}

static void release_again(struct release_flow *flow, const struct redis_value *value)
{
    if (value != NULL && redis_kind(value) == REDIS_ERROR) {
        log_error("%s: round %s: %s", flow->lane->record.org.id, flow->round.id, redis_text(value));
    }
    if (flow->lane->dispatcher->draining) {
        release_finish(flow);
        return;
    }
    loop_timer_free(&flow->again);
    flow->again = loop_timer_new(flow->lane->dispatcher->loop, release_load, flow);
    loop_timer_arm(flow->again, ASK_AGAIN_MS);
}

static void release_finish(struct release_flow *flow)
{
    struct lane *lane = flow->lane;
    loop_timer_free(&flow->again);
    redis_command_free(&flow->command);
    free(flow->positions);
    free(flow);
    lane->releasing = false;
    lane_wake(lane);
    dispatcher_lane_idle(lane->dispatcher);
}
