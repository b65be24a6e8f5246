/* What the collector says of itself beside the webhooks: /healthz, /readyz, /metrics on its own port, and a
 * sentence for the service manager. Reads what is counted anyway; asks nobody. */
#ifndef COLLECTOR_STATUS_H
#define COLLECTOR_STATUS_H

#include "collector/collector.h"

/* Answers one of the three paths, and then the exchange is gone; false for every other request. */
bool status_of_collector(struct collector *collector, struct http_exchange *exchange);

/* The sentence, for an announcer; its context is the collector. */
void status_sentence(void *context, struct text *line);

#endif
