/* Webhooks that concern nobody's pulse: unreadable, not routable, of a state nobody knows. Each is counted in
 * the books of the org it belongs to, or for this process when that cannot be told, said in the log at most
 * once a minute, and is done with that: the gateway need not send it again. */
#ifndef COLLECTOR_EVENTS_H
#define COLLECTOR_EVENTS_H

#include "collector/collector.h"
#include "collector/request.h"

struct events;
struct events *events_new(void);
void events_free(struct events **events);

/* `event` is a literal: "malformed", "wrong_number"; org NULL = it cannot be told. */
void event_start(struct collector *collector, const struct route_gateway *gateway, struct route_org *org,
                 const char *event, webhook_callback callback, void *context);

/* Says and counts what happened to a reply that is committed all the same, and counted there. */
void event_note(struct collector *collector, const struct route_gateway *gateway, const char *event);

/* The kinds there have been since the start, for /metrics. */
struct event_figure {
    const char *event, *gateway;
    int64_t count;
};
size_t events_kinds(const struct events *events);
struct event_figure events_figure(const struct events *events, size_t index);

#endif
