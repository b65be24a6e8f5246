/* The flow of one reply, from the webhook to the store. */
#ifndef COLLECTOR_INBOUND_H
#define COLLECTOR_INBOUND_H

#include "collector/collector.h"
#include "collector/request.h"

/* Works on a reply, one of the request's items, whose text it takes; the request is borrowed until the callback. */
void inbound_start(struct collector *collector, const struct webhook_request *request,
                   struct webhook_item *item, webhook_callback callback, void *context);

#endif
