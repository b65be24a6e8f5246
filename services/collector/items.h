/* The flow of one webhook: each reply and receipt that it holds, in its order, into the store. */
#ifndef COLLECTOR_ITEMS_H
#define COLLECTOR_ITEMS_H

#include "collector/collector.h"
#include "collector/request.h"

/* Works on a webhook; the request is borrowed until the callback. STORED when every item is; else what the first item
 * that is not met with, and the same webhook again does what is left. */
void items_start(struct collector *collector, const struct webhook_request *request,
                 webhook_callback callback, void *context);

#endif
