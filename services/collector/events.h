/* Webhooks that concern nobody's pulse: unreadable, not routable, of a state nobody knows. Each is counted in
 * the books of the org it belongs to, or for this process when that cannot be told, said in the log at most
 * once a minute, and answered 200 so that the gateway does not send it again; 503 when it was not counted. */
#ifndef COLLECTOR_EVENTS_H
#define COLLECTOR_EVENTS_H

#include "collector/collector.h"

struct events;
struct events *events_new(void);
void events_free(struct events **events);

/* Takes the exchange. `event` is a literal: "malformed", "wrong_number"; org NULL = it cannot be told. */
void event_start(struct collector *collector, const struct route_gateway *gateway, struct route_org *org,
                 const char *event, struct http_exchange *exchange);

#endif
