/* The door: every webhook that was let in goes through here, straight into Redis or through the spool. */
#ifndef COLLECTOR_DOOR_H
#define COLLECTOR_DOOR_H

#include "collector/collector.h"
#include "collector/request.h"

struct door;

/* Opens the spool of the data folder. NULL when its key is missing or it cannot be used; the error says why. */
struct door *door_open(struct collector *collector, struct error *error) MUST_CHECK;
/* After Redis is closed, which ended what was under way; whoever still waits gets 503. */
void door_close(struct door **door);

/* Takes the exchange of an authenticated gateway and answers it: 200 when the webhook is on disk, in Redis or in
 * the spool (or was before, or concerns nobody), 503 on any doubt. */
void door_take(struct door *door, const struct route_gateway *gateway, enum webhook_kind kind,
               struct http_exchange *exchange);

/* Redis has become fit for work (collector_is_fit). */
void door_on_redis(struct door *door);
/* Takes nothing more out of the spool. */
void door_stop(struct door *door);
bool door_is_still(const struct door *door); /* nothing is under way */

/* Everything received strictly before this domain instant, and before now, is in Redis; INT64_MAX = all is. */
int64_t door_oldest_ms(const struct door *door);
size_t door_spooled(const struct door *door); /* kept here: in the spool, and as parts of long replies */
const struct spool *door_spool(const struct door *door); /* for its figures; borrowed */

/* Whether what comes now is kept; the sentence says how, or why not: "ok", "spooling: Redis is away, 12 webhooks
 * kept". */
bool door_is_ready(const struct door *door, struct error *sentence);

#endif
