/* The gateway's side that the dispatcher sees: POST /send, with Authorization: Bearer SECRET.
 *
 *   {"id":our id,"from":…,"to":"+358…","text":…,"encoding":…,"segments":n}
 *
 *   202 {"id":gateway id}             500 {"error":"server_error"}
 *   400 {"error":"invalid_number"}    400 {"error":"malformed"}
 *   401 {"error":"unauthorized"}      429 {"error":"throttled"}, Retry-After: 1
 *                                     503 {"error":"unavailable"}
 *
 * What it accepts it delivers: receipts and, from people of the scenario, replies are planned at once. A
 * message id that was accepted before is answered alike but reaches nobody, and the ledger says so. */
#ifndef SIMULATOR_GATEWAY_H
#define SIMULATOR_GATEWAY_H

#include "io/http_server.h"
#include "simulator/webhooks.h"

struct gateway;
struct gateway_options {
    struct loop *loop;
    const struct clock *clock; /* all borrowed */
    const struct scenario *scenario;
    struct faults *faults;
    struct ledger *ledger;
    struct webhooks *webhooks;
    const char *secret;
};

struct gateway *gateway_new(const struct gateway_options *options);

/* Cuts the exchanges it still holds. To be called after webhooks_free and before http_server_free. */
void gateway_free(struct gateway **gateway);

/* Takes the exchange. */
void gateway_send(struct gateway *gateway, struct http_exchange *exchange);

#endif
