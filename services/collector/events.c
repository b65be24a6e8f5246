/* Counting and saying what concerns nobody's pulse. Never says what was in it. */
#include "collector/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/replies.h"

#define EVENT_KINDS_MAX    16
#define EVENT_LOG_EVERY_MS 60000 /* real time */

struct events {
    struct {
        const char *event;
        const char *gateway;
        int64_t count; /* since the start of this process */
        int64_t logged_at_ms;
    } kinds[EVENT_KINDS_MAX * SETTINGS_GATEWAYS_MAX];
    size_t kinds_count;
};

struct event_flow {
    webhook_callback callback;
    void *context;
};

static void event_say(struct events *events, const char *event, const char *gateway);
static void event_on_counted(void *context, const struct redis_value *value);

struct events *events_new(void)
{
    return memory_zeroed(1, sizeof(struct events));
}

void events_free(struct events **events)
{
    free(*events);
    *events = NULL;
}

void event_start(struct collector *collector, const struct route_gateway *gateway, struct route_org *org,
                 const char *event, webhook_callback callback, void *context)
{
    event_say(collector->events, event, gateway->settings->name);
    if (org == NULL) {
        callback(context, OUTCOME_STORED, "");
        return;
    }
    struct event_flow *flow = memory_zeroed(1, sizeof *flow);
    *flow = (struct event_flow){.callback = callback, .context = context};
    event_count_command(&collector->command, org->id, event);
    redis_send(collector->redis, &collector->command, event_on_counted, flow);
}

void event_note(struct collector *collector, const struct route_gateway *gateway, const char *event)
{
    event_say(collector->events, event, gateway->settings->name);
}

static void event_on_counted(void *context, const struct redis_value *value)
{
    struct event_flow flow = *(struct event_flow *)context;
    free(context);
    if (value != NULL && strcmp(redis_word(value), "OK") == 0)
        flow.callback(flow.context, OUTCOME_STORED, "");
    else
        flow.callback(flow.context, request_failed(value), request_failure(value));
}

size_t events_kinds(const struct events *events)
{
    return events->kinds_count;
}

struct event_figure events_figure(const struct events *events, size_t index)
{
    return (struct event_figure){.event = events->kinds[index].event,
                                 .gateway = events->kinds[index].gateway,
                                 .count = events->kinds[index].count};
}

static void event_say(struct events *events, const char *event, const char *gateway)
{
    size_t at = 0;
    while (at < events->kinds_count &&
           (strcmp(events->kinds[at].event, event) != 0 || strcmp(events->kinds[at].gateway, gateway) != 0))
        at++;
    if (at == events->kinds_count) {
        if (at == sizeof events->kinds / sizeof events->kinds[0])
            return;
        events->kinds[at].event = event;
        events->kinds[at].gateway = gateway;
        events->kinds_count++;
    }
    int64_t now_ms = clock_monotonic_ms();
    bool first = events->kinds[at].count++ == 0;
    if (!first && now_ms - events->kinds[at].logged_at_ms < EVENT_LOG_EVERY_MS)
        return;
    events->kinds[at].logged_at_ms = now_ms;
    log_warning("alert: gateway %s: %s (%lld since the start)", gateway, event,
                (long long)events->kinds[at].count);
}
