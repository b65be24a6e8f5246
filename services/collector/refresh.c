/* A run:
 *
 *   refresh_list → refresh_on_list → refresh_org for each, all at once → refresh_on_org … → refresh_finish
 *
 * An org that cannot be read or worked with keeps what it had; it fails the run, as a lost answer does, since
 * a number that fits nowhere may be its own. Never blocks the loop, but for reading a small key file. */
#include "collector/refresh.h"

#include <stdlib.h>
#include <string.h>

#include "store/wake.h"

#define REFRESH_EVERY_MS 30000 /* real time */

struct waiter {
    struct waiter *next;
    refresh_callback callback;
    void *context;
};

struct org_asked {
    struct refresh *refresh;
    char id[33];
};

struct refresh {
    struct routing *routing;
    struct redis *redis;
    struct redis_command command;
    struct redis_subscription *subscription;
    struct loop_timer *timer;
    struct waiter *waiting; /* for the next run */
    struct waiter *served;  /* by the run under way */
    bool wanted;            /* another run, also without a waiter */
    bool running;
    struct org_asked *orgs; /* of the run under way */
    size_t answers_missing;
    enum refreshed result;
};

static void refresh_on_message(void *context, const char *message);
static void refresh_on_timer(void *context);
static void refresh_list(struct refresh *refresh);
static void refresh_on_list(void *context, const struct redis_value *value);
static void refresh_org(struct refresh *refresh, struct org_asked *asked);
static void refresh_on_org(void *context, const struct redis_value *value);
static void refresh_finish(struct refresh *refresh);

struct refresh *refresh_open(struct routing *routing, struct loop *loop, struct redis *redis,
                             const struct redis_options *options)
{
    struct refresh *refresh = memory_zeroed(1, sizeof *refresh);
    refresh->routing = routing;
    refresh->redis = redis;
    refresh->subscription = redis_subscribe(loop, options, WAKE_CHANNEL, refresh_on_message, refresh);
    refresh->timer = loop_timer_new(loop, refresh_on_timer, refresh);
    loop_timer_arm(refresh->timer, REFRESH_EVERY_MS);
    return refresh;
}

void refresh_close(struct refresh **closing)
{
    struct refresh *refresh = *closing;
    if (refresh == NULL)
        return;
    redis_unsubscribe(&refresh->subscription);
    loop_timer_free(&refresh->timer);
    redis_command_free(&refresh->command);
    free(refresh);
    *closing = NULL;
}

void refresh_ask(struct refresh *refresh, refresh_callback callback, void *context)
{
    if (callback != NULL) {
        struct waiter *waiter = memory_zeroed(1, sizeof *waiter);
        *waiter = (struct waiter){.next = refresh->waiting, .callback = callback, .context = context};
        refresh->waiting = waiter;
    }
    refresh->wanted = true;
    if (!refresh->running)
        refresh_list(refresh);
}

static void refresh_on_message(void *context, const char *message)
{
    if (strcmp(message, WAKE_ORGS) == 0)
        refresh_ask(context, NULL, NULL);
}

static void refresh_on_timer(void *context)
{
    refresh_ask(context, NULL, NULL);
}

static void refresh_list(struct refresh *refresh)
{
    refresh->running = true;
    refresh->wanted = false;
    refresh->result = REFRESHED;
    refresh->served = refresh->waiting;
    refresh->waiting = NULL;
    orgs_list_command(&refresh->command);
    redis_send(refresh->redis, &refresh->command, refresh_on_list, refresh);
}

static void refresh_on_list(void *context, const struct redis_value *value)
{
    struct refresh *refresh = context;
    char(*names)[33] = memory_zeroed(ORGS_MAX, sizeof *names);
    size_t count = 0;
    if (!orgs_list_result(value, names, ORGS_MAX, &count))
        refresh->result = redis_is_away(value) ? REFRESH_LOST : REFRESH_UNFIT;
    refresh->answers_missing = count;
    refresh->orgs = memory_zeroed(count + 1, sizeof *refresh->orgs);
    for (size_t i = 0; i < count; i++) {
        refresh->orgs[i].refresh = refresh;
        (void)text_copy(refresh->orgs[i].id, sizeof refresh->orgs[i].id, names[i]);
        refresh_org(refresh, &refresh->orgs[i]);
    }
    free(names);
    if (count == 0)
        refresh_finish(refresh);
}

static void refresh_org(struct refresh *refresh, struct org_asked *asked)
{
    org_load_command(&refresh->command, asked->id);
    redis_send(refresh->redis, &refresh->command, refresh_on_org, asked);
}

static void refresh_on_org(void *context, const struct redis_value *value)
{
    const struct org_asked *asked = context;
    struct refresh *refresh = asked->refresh;
    if (redis_is_away(value))
        refresh->result = REFRESH_LOST;
    else if (!routing_update(refresh->routing, asked->id, value) && refresh->result == REFRESHED)
        refresh->result = REFRESH_UNFIT;
    if (--refresh->answers_missing == 0)
        refresh_finish(refresh);
}

static void refresh_finish(struct refresh *refresh)
{
    struct waiter *served = refresh->served;
    enum refreshed result = refresh->result;
    free(refresh->orgs);
    refresh->orgs = NULL;
    refresh->served = NULL;
    refresh->running = false;
    loop_timer_arm(refresh->timer, REFRESH_EVERY_MS);
    while (served != NULL) {
        struct waiter *waiter = served;
        served = waiter->next;
        waiter->callback(waiter->context, result);
        free(waiter);
    }
    if (refresh->wanted && !refresh->running)
        refresh_list(refresh);
}
