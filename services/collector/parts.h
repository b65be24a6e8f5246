/* Long replies that a gateway hands over in parts: kept, encrypted, in <data_folder>/parts until all are there, or until the
 * first has waited for so long ([collector] parts_deadline_ms); then they go on as one reply. In any order, each part as
 * often as it comes, across kills. */
#ifndef COLLECTOR_PARTS_H
#define COLLECTOR_PARTS_H

#include "collector/collector.h"
#include "collector/request.h"
#include "io/spool.h"

struct parts;

/* Opens the folder and takes up what is in it. NULL when it cannot be used; the error says why. */
struct parts *parts_open(struct collector *collector, const unsigned char key[SPOOL_KEY_BYTES],
                         struct error *error) MUST_CHECK;
/* After Redis is closed, which ended what was under way; whoever still waits is told LOST. */
void parts_close(struct parts **parts);

/* Takes a part (reply->parts > 1), copying it: STORED when it is on disk, or was before, or concerns nobody; REFUSED when
 * there is no room. */
void parts_take(struct parts *parts, const struct webhook_request *request, const struct webhook_reply *reply,
                webhook_callback callback, void *context);

/* Redis has become fit for work: replies that are whole go on. */
void parts_on_redis(struct parts *parts);
/* No reply goes on any more. */
void parts_stop(struct parts *parts);
bool parts_is_still(const struct parts *parts); /* nothing is under way */

/* No part that is kept came earlier, in domain time; INT64_MAX = none is kept. */
int64_t parts_oldest_ms(const struct parts *parts);
size_t parts_count(const struct parts *parts); /* that are kept */

#endif
