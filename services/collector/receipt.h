/* The flow of one receipt, from the webhook to the answer. */
#ifndef COLLECTOR_RECEIPT_H
#define COLLECTOR_RECEIPT_H

#include "collector/collector.h"

/* Takes the exchange of an authenticated gateway and answers it: 200 when the receipt is on disk or concerns
 * no message of ours, 503 on any doubt. */
void receipt_start(struct collector *collector, const struct route_gateway *gateway,
                   struct http_exchange *exchange);

#endif
