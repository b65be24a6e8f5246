/* The flow of one receipt, from the webhook to the store. */
#ifndef COLLECTOR_RECEIPT_H
#define COLLECTOR_RECEIPT_H

#include "collector/collector.h"
#include "collector/request.h"

/* Works on a receipt, one of the request's items; the request is borrowed until the callback. */
void receipt_start(struct collector *collector, const struct webhook_request *request,
                   const struct webhook_item *item, webhook_callback callback, void *context);

#endif
