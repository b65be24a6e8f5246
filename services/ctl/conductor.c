/* One question to Redis, one to each simulator, and one more to Redis: a reply that was being committed
 * during the second is seen by the third. Whatever is not answered counts as busy. */
#include "ctl/conductor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "io/http_client.h"
#include "io/redis.h"
#include "store/collectors.h"
#include "store/definitions.h"
#include "store/outbox.h"

#define STEP_MS       (INT64_C(10) * 60 * 1000)
#define JUMP_MS       (INT64_C(6) * 60 * 60 * 1000)
#define BUSY_POLL_MS  5
#define STILL_POLL_MS 50
#define DEADLINE_MS   2000

enum stage { ASK_REDIS, ASK_SIMULATORS, ASK_REDIS_AGAIN };

struct conductor {
    struct conductor_options options;
    struct redis *redis;
    struct http_client *http;
    struct loop_timer *timer; /* armed unless a question is under way */
    enum stage stage;
    bool busy;
    int64_t next_ms;     /* earliest of what is due later; -1 = nothing */
    int64_t schedule_ms; /* of schedules alone: time never runs past it before it is dealt with */
    size_t answers_left; /* questions of this stage under way */
    bool until_reached;
};

static void poll_start(void *context);
static void ask_redis(struct conductor *conductor);
static void ask_on_collectors(void *context, const struct redis_value *value);
static void ask_on_orgs(void *context, const struct redis_value *value);
static void ask_on_org_next(void *context, const struct redis_value *value);
static void ask_on_redis_done(struct conductor *conductor);
static void ask_simulators(struct conductor *conductor);
static void ask_on_simulator(void *context, const struct http_answer *answer);
static void poll_finish(struct conductor *conductor);
static void extend(struct conductor *conductor, int64_t limit_ms);
static void take_due(struct conductor *conductor, int64_t due_ms);
static void take_schedule(struct conductor *conductor, int64_t due_ms);

struct conductor *conductor_new(const struct conductor_options *options)
{
    char address[320];
    struct conductor *conductor = memory_zeroed(1, sizeof *conductor);
    conductor->options = *options;
    settings_redis_address(options->settings, address);
    struct redis_options redis = {
        .address = address, .password = options->settings->redis_password, .deadline_ms = DEADLINE_MS};
    conductor->redis = redis_open(options->loop, &redis);
    struct http_client_options http = {.connect_deadline_ms = DEADLINE_MS,
                                       .deadline_ms = DEADLINE_MS,
                                       .connections_max = SETTINGS_GATEWAYS_MAX,
                                       .answer_bytes_max = 4096};
    conductor->http = http_client_new(options->loop, &http);
    conductor->timer = loop_timer_new(options->loop, poll_start, conductor);
    loop_timer_arm(conductor->timer, 0);
    return conductor;
}

void conductor_free(struct conductor **conductor)
{
    if (*conductor == NULL)
        return;
    loop_timer_free(&(*conductor)->timer);
    (*conductor)->timer = NULL; /* answers that still come find nothing to arm */
    redis_close(&(*conductor)->redis);
    http_client_free(&(*conductor)->http);
    free(*conductor);
    *conductor = NULL;
}

int64_t conductor_limit_ms(int64_t now_ms, int64_t next_ms, int64_t schedule_ms, int64_t until_ms)
{
    if (next_ms < 0)
        return now_ms;
    int64_t limit_ms = now_ms + STEP_MS;
    int64_t far_ms = next_ms < now_ms + JUMP_MS ? next_ms : now_ms + JUMP_MS;
    if (far_ms > limit_ms)
        limit_ms = far_ms;
    if (schedule_ms >= 0 && limit_ms > schedule_ms)
        limit_ms = schedule_ms > now_ms ? schedule_ms : now_ms;
    if (until_ms >= 0 && limit_ms > until_ms)
        limit_ms = until_ms > now_ms ? until_ms : now_ms;
    return limit_ms;
}

/* Only when time stands: nothing can become due while we ask. */
static void poll_start(void *context)
{
    struct conductor *conductor = context;
    int64_t wait_ms = clock_wait_ms(conductor->options.clock, conductor->options.clock->limit_ms);
    if (wait_ms > 0) {
        loop_timer_arm(conductor->timer, wait_ms);
        return;
    }
    conductor->busy = false;
    conductor->next_ms = -1;
    conductor->schedule_ms = -1;
    conductor->stage = ASK_REDIS;
    ask_redis(conductor);
}

static void ask_redis(struct conductor *conductor)
{
    struct redis_command command = {0};
    collectors_list_command(&command);
    redis_send(conductor->redis, &command, ask_on_collectors, conductor);
    orgs_list_command(&command);
    redis_send(conductor->redis, &command, ask_on_orgs, conductor);
    redis_command_free(&command);
}

/* What waits in a spool is due, too. Answered before the orgs are. */
static void ask_on_collectors(void *context, const struct redis_value *value)
{
    struct conductor *conductor = context;
    int64_t spooled = 0;
    if (!collectors_spooled_result(value, &spooled) || spooled > 0)
        conductor->busy = true;
}

static void ask_on_orgs(void *context, const struct redis_value *value)
{
    struct conductor *conductor = context;
    char names[ORGS_MAX][33];
    size_t count = 0;
    if (conductor->timer == NULL)
        return;
    if (!orgs_list_result(value, names, ORGS_MAX, &count))
        conductor->busy = true;
    conductor->answers_left = count;
    struct redis_command command = {0};
    for (size_t i = 0; i < count; i++) {
        org_next_command(&command, names[i]);
        redis_send(conductor->redis, &command, ask_on_org_next, conductor);
    }
    redis_command_free(&command);
    if (count == 0)
        ask_on_redis_done(conductor);
}

static void ask_on_org_next(void *context, const struct redis_value *value)
{
    struct conductor *conductor = context;
    struct org_next next;
    if (conductor->timer == NULL)
        return;
    if (!org_next_result(value, &next) || next.leased > 0 || next.wait_due_ms >= 0) {
        conductor->busy = true;
    } else {
        take_due(conductor, next.round_at_ms);
        take_due(conductor, next.reply_due_ms);
        take_due(conductor, next.bulk_due_ms);
        take_due(conductor, next.rollup_due_ms);
        take_schedule(conductor, next.schedule_due_ms);
    }
    if (--conductor->answers_left == 0)
        ask_on_redis_done(conductor);
}

/* Something due at due_ms: now, or later. */
static void take_due(struct conductor *conductor, int64_t due_ms)
{
    if (due_ms < 0)
        return;
    if (due_ms <= clock_domain_ms(conductor->options.clock))
        conductor->busy = true;
    else if (conductor->next_ms < 0 || due_ms < conductor->next_ms)
        conductor->next_ms = due_ms;
}

/* Fired late enough it would be skipped, so time stops exactly there. */
static void take_schedule(struct conductor *conductor, int64_t due_ms)
{
    take_due(conductor, due_ms);
    if (due_ms >= 0 && (conductor->schedule_ms < 0 || due_ms < conductor->schedule_ms))
        conductor->schedule_ms = due_ms;
}

static void ask_on_redis_done(struct conductor *conductor)
{
    if (conductor->busy || conductor->stage == ASK_REDIS_AGAIN)
        poll_finish(conductor);
    else
        ask_simulators(conductor);
}

/* Every gateway is a simulator where the clock is scaled; there is at least one. */
static void ask_simulators(struct conductor *conductor)
{
    const struct settings *settings = conductor->options.settings;
    conductor->stage = ASK_SIMULATORS;
    conductor->answers_left = settings->gateways_count;
    for (size_t i = 0; i < settings->gateways_count; i++) {
        char url[300];
        snprintf(url, sizeof url, "%s/due", settings->gateways[i].url);
        struct http_request request = {.method = "GET", .url = url, .body = ""};
        http_client_send(conductor->http, &request, ask_on_simulator, conductor);
    }
}

static void ask_on_simulator(void *context, const struct http_answer *answer)
{
    struct conductor *conductor = context;
    struct error error;
    if (conductor->timer == NULL)
        return;
    bool answered = answer->fate == HTTP_ANSWERED && answer->status == 200;
    cJSON *tree = answered ? json_parse(answer->body, answer->body_bytes, &error) : NULL;
    const cJSON *due = cJSON_GetObjectItemCaseSensitive(tree, "due");
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(tree, "next_ms");
    if (!cJSON_IsNumber(due) || due->valuedouble > 0)
        conductor->busy = true;
    if (cJSON_IsNumber(next))
        take_due(conductor, (int64_t)next->valuedouble);
    cJSON_Delete(tree);
    if (--conductor->answers_left > 0)
        return;
    if (conductor->busy) {
        poll_finish(conductor);
        return;
    }
    conductor->stage = ASK_REDIS_AGAIN;
    ask_redis(conductor);
}

static void poll_finish(struct conductor *conductor)
{
    const struct conductor_options *options = &conductor->options;
    int64_t now_ms = clock_domain_ms(options->clock);
    bool held = options->hold_path != NULL && access(options->hold_path, F_OK) == 0;
    conductor->busy = conductor->busy || held;
    int64_t limit_ms = conductor->busy ? now_ms
                                       : conductor_limit_ms(now_ms, conductor->next_ms,
                                                            conductor->schedule_ms, options->until_ms);
    if (limit_ms > now_ms) {
        extend(conductor, limit_ms);
        return;
    }
    bool reached = !conductor->busy && options->until_ms >= 0 && now_ms >= options->until_ms;
    if (reached && !conductor->until_reached) {
        conductor->until_reached = true;
        options->on_until(options->context);
    }
    loop_timer_arm(conductor->timer, conductor->busy ? BUSY_POLL_MS : STILL_POLL_MS);
}

/* Time flows again from where it stood. */
static void extend(struct conductor *conductor, int64_t limit_ms)
{
    struct error error;
    struct clock *clock = conductor->options.clock;
    struct clock fresh = *clock;
    fresh.origin_domain_ms = clock_domain_ms(clock);
    fresh.origin_real_ms = clock_wall_ms();
    fresh.limit_ms = limit_ms;
    if (clock_write(&fresh, &error)) {
        *clock = fresh;
        loop_timer_arm(conductor->timer, clock_wait_ms(clock, limit_ms));
        return;
    }
    log_warning("%s", error.text);
    loop_timer_arm(conductor->timer, STILL_POLL_MS);
}
