/* An authenticated webhook on its way into the store, and what came of it. What works on it knows nothing of
 * HTTP: the same request comes from a gateway's call or, later, out of the spool.
 *
 * As a record of the spool it is one line of text, then four pieces, each ended by a NUL byte:
 *
 *   "pulssi-webhook 1 KIND RECEIVED_MS CONTENT_TYPE_BYTES QUERY_BYTES BODY_BYTES\n" gateway, content type, query, body
 */
#ifndef COLLECTOR_REQUEST_H
#define COLLECTOR_REQUEST_H

#include "collector/routing.h"
#include "gateway/webhook.h"
#include "io/redis.h"

/* Borrowed by whoever works on it until its callback. */
struct webhook_request {
    const struct route_gateway *gateway;
    enum webhook_kind kind;
    int64_t received_ms; /* domain; when it came to the door, however much later it is worked on */
    struct webhook_input input;
};

enum webhook_outcome {
    OUTCOME_STORED,  /* in Redis, now or before, or it concerns nobody and is counted */
    OUTCOME_LOST,    /* Redis could not take it now: perhaps it did. The same again is right, later */
    OUTCOME_REFUSED, /* something that time alone does not mend; `why` says what */
};

/* Runs exactly once, perhaps before the start has returned. `why` is a sentence for the log without what the
 * webhook holds; "" when stored; valid during the callback. */
typedef void (*webhook_callback)(void *context, enum webhook_outcome outcome, const char *why);

/* What an answer that is not the one hoped for means: LOST when Redis was away, else REFUSED; and a sentence. */
enum webhook_outcome request_failed(const struct redis_value *value);
const char *request_failure(const struct redis_value *value);

/* Appends the record. */
void request_encode(const struct webhook_request *request, struct text *record);

/* Reads a record; its pieces are borrowed by the request, whose gateway stays NULL: its name is gateway_out,
 * borrowed too. False when it is no such record. */
bool request_decode(const struct text *record, struct webhook_request *request_out,
                    const char **gateway_out) MUST_CHECK;

#endif
