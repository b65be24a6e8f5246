/* The flow of one reply, from the webhook to the answer. */
#ifndef COLLECTOR_INBOUND_H
#define COLLECTOR_INBOUND_H

#include "collector/collector.h"

/* Takes the exchange of an authenticated gateway and answers it: 200 when the reply is on disk (or was
 * before, or concerns nobody), 503 on any doubt. */
void inbound_start(struct collector *collector, const struct route_gateway *gateway,
                   struct http_exchange *exchange);

#endif
