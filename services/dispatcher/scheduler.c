/* scheduler_load ─► scheduler_fire ─► scheduler_finish. The store takes each due time once: an answer that was
 * lost is asked for again, and STALE then says that it is done. What cannot run (unreadable, a survey without an
 * active version) is skipped at once with the reason: it never holds up the schedules behind it. */
#include "dispatcher/scheduler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/schedules.h"

#define ASK_AGAIN_MS      200
#define REFUSED_MS        2000
#define MISSED_REASON     "its sending window was over"
#define UNREADABLE_REASON "cannot be read"

struct schedule_flow {
    struct lane *lane;
    char id[SCHEDULE_ID_SIZE];
    int64_t due_ms;
    struct schedule schedule;
    struct schedule_step step;
    struct round round;                /* when it runs */
    char reason[SCHEDULE_REASON_SIZE]; /* when it is skipped */
    struct error problem;              /* why it cannot run; "" = it can, or was missed */
    struct redis_command command;
    struct loop_timer *again;
};

static void scheduler_load(void *context);
static void scheduler_on_loaded(void *context, const struct redis_value *value);
static void scheduler_decide(struct schedule_flow *flow);
static void scheduler_fire(struct schedule_flow *flow);
static void scheduler_on_fired(void *context, const struct redis_value *value);
static void scheduler_finish(struct schedule_flow *flow);

static void scheduler_fill_round(struct schedule_flow *flow);
static bool scheduler_fill_survey(struct schedule_flow *flow, struct error *error);
static void scheduler_skip(struct schedule_flow *flow, const char *reason, int64_t next_ms);
static void scheduler_say(const struct schedule_flow *flow);
static void scheduler_again(struct schedule_flow *flow, int64_t wait_ms);

void scheduler_start(struct lane *lane)
{
    struct schedule_flow *flow = memory_zeroed(1, sizeof *flow);
    flow->lane = lane;
    flow->due_ms = lane->next.schedule_due_ms;
    memcpy(flow->id, lane->next.schedule, sizeof flow->id);
    lane->scheduling = true;
    scheduler_load(flow);
}

static void scheduler_load(void *context)
{
    struct schedule_flow *flow = context;
    if (flow->lane->dispatcher->draining) {
        scheduler_finish(flow);
        return;
    }
    schedule_load_command(&flow->command, flow->lane->record.org.id, flow->id);
    redis_send(flow->lane->dispatcher->redis, &flow->command, scheduler_on_loaded, flow);
}

static void scheduler_on_loaded(void *context, const struct redis_value *value)
{
    struct schedule_flow *flow = context;
    flow->problem = (struct error){""};
    if (value == NULL) {
        scheduler_again(flow, ASK_AGAIN_MS);
        return;
    }
    if (redis_kind(value) == REDIS_NIL) { /* removed meanwhile */
        scheduler_finish(flow);
        return;
    }
    if (schedule_load_result(value, flow->id, &flow->schedule, &flow->problem)) {
        scheduler_decide(flow);
    } else if (redis_kind(value) == REDIS_ERROR) {
        log_error("%s: %s", flow->lane->record.org.id, flow->problem.text);
        scheduler_again(flow, REFUSED_MS);
    } else {
        scheduler_skip(flow, UNREADABLE_REASON, -1);
        scheduler_fire(flow);
    }
}

static void scheduler_decide(struct schedule_flow *flow)
{
    const struct org *org = &flow->lane->record.org;
    struct error error = {""};
    schedule_decide(&flow->schedule, org->zone, &org->window, flow->due_ms,
                    clock_domain_ms(&flow->lane->dispatcher->clock), &flow->step);
    (void)text_copy(flow->reason, sizeof flow->reason, MISSED_REASON);
    if (flow->step.run) {
        scheduler_fill_round(flow);
        if (!scheduler_fill_survey(flow, &error)) {
            log_error("%s: schedule %s: %s", org->id, flow->id, error.text);
            scheduler_again(flow, REFUSED_MS);
            return;
        }
    }
    scheduler_fire(flow);
}

/* Of the occurrence that is due only. */
static void scheduler_skip(struct schedule_flow *flow, const char *reason, int64_t next_ms)
{
    flow->step = (struct schedule_step){.skipped = 1, .last_ms = flow->due_ms, .next_ms = next_ms};
    snprintf(flow->reason, sizeof flow->reason, "%s", reason);
}

static void scheduler_fire(struct schedule_flow *flow)
{
    struct schedule_fire fire = {.id = flow->id,
                                 .due_ms = flow->due_ms,
                                 .next_ms = flow->step.next_ms,
                                 .round = flow->step.run ? &flow->round : NULL,
                                 .last_ms = flow->step.last_ms,
                                 .skipped = flow->step.skipped,
                                 .reason = flow->reason};
    schedule_fire_command(&flow->command, flow->lane->record.org.id, &fire);
    redis_send(flow->lane->dispatcher->redis, &flow->command, scheduler_on_fired, flow);
}

static void scheduler_fill_round(struct schedule_flow *flow)
{
    const struct org *org = &flow->lane->record.org;
    struct round *round = &flow->round;
    *round = (struct round){
        .at_ms = flow->due_ms, .not_after_ms = flow->step.not_after_ms, .sample = flow->schedule.sample};
    schedule_round_names(&flow->schedule, org->zone, flow->due_ms, round->id, round->seed);
    memcpy(round->pilot, flow->schedule.pilot, sizeof round->pilot);
}

/* A survey that was given without a version means the highest that is active at this moment; when there
 * is none it is skipped. False when that could not be asked. */
static bool scheduler_fill_survey(struct schedule_flow *flow, struct error *error)
{
    const char *wanted = flow->schedule.survey;
    struct redis_link *link = flow->lane->dispatcher->link;
    if (strchr(wanted, '@') != NULL)
        return text_copy(flow->round.survey, sizeof flow->round.survey, wanted);
    if (link == NULL)
        return error_set(error, "Redis is not ready");
    survey_resolve_command(&flow->command, flow->lane->record.org.id);
    struct redis_value *surveys = redis_link_run(link, &flow->command, error);
    if (surveys == NULL)
        return false;
    if (!survey_resolve_result(surveys, wanted, flow->round.survey, &flow->problem))
        scheduler_skip(flow, flow->problem.text, flow->step.next_ms);
    redis_value_free(&surveys);
    return true;
}

static void scheduler_on_fired(void *context, const struct redis_value *value)
{
    struct schedule_flow *flow = context;
    const char *org = flow->lane->record.org.id;
    if (value == NULL) {
        scheduler_again(flow, ASK_AGAIN_MS);
        return;
    }
    switch (schedule_fire_result(value)) {
    case SCHEDULE_FIRED:
        scheduler_say(flow);
        break;
    case SCHEDULE_ROUND_TAKEN:
        log_warning("%s: schedule %s: a round %s is there already and asks something else: skipped", org,
                    flow->id, flow->round.id);
        break;
    case SCHEDULE_STALE: /* done before, or no longer wanted */
        break;
    case SCHEDULE_FIRE_FAILED:
        log_error("%s: schedule %s: %s", org, flow->id, redis_text(value));
        scheduler_again(flow, REFUSED_MS);
        return;
    }
    scheduler_finish(flow);
}

static void scheduler_say(const struct schedule_flow *flow)
{
    const struct org *org = &flow->lane->record.org;
    char due[24], last[24];
    instant_text(org->zone, flow->due_ms, due);
    instant_text(org->zone, flow->step.last_ms, last);
    if (flow->step.run)
        log_info("%s: schedule %s: round %s planned, due %s", org->id, flow->id, flow->round.id, due);
    else if (flow->problem.text[0] != '\0')
        log_error("%s: schedule %s: the run of %s is skipped%s: %s", org->id, flow->id, due,
                  flow->step.next_ms < 0 ? " and it fires no more" : "", flow->problem.text);
    else if (flow->step.skipped == 1)
        log_warning("%s: schedule %s: the run of %s was missed and " MISSED_REASON ": skipped", org->id,
                    flow->id, due);
    else
        log_warning(
            "%s: schedule %s: %lld runs from %s to %s were missed and their windows are over: skipped",
            org->id, flow->id, (long long)flow->step.skipped, due, last);
}

static void scheduler_again(struct schedule_flow *flow, int64_t wait_ms)
{
    if (flow->lane->dispatcher->draining) {
        scheduler_finish(flow);
        return;
    }
    loop_timer_free(&flow->again);
    flow->again = loop_timer_new(flow->lane->dispatcher->loop, scheduler_load, flow);
    loop_timer_arm(flow->again, wait_ms);
}

static void scheduler_finish(struct schedule_flow *flow)
{
    struct lane *lane = flow->lane;
    loop_timer_free(&flow->again);
    redis_command_free(&flow->command);
    free(flow);
    lane->scheduling = false;
    lane_wake(lane);
    dispatcher_lane_idle(lane->dispatcher);
}
