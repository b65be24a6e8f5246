/* The gateway's side that the dispatcher sees: submits in whatever dialect is spoken, and their story, which is the same
 * in every dialect. What it accepts it delivers: receipts and, from people of the scenario, replies are planned at once. A
 * message id that was accepted before reaches nobody, and the ledger says so; it is answered alike, or refused where the
 * dialect has words for that. */
#ifndef SIMULATOR_GATEWAY_H
#define SIMULATOR_GATEWAY_H

#include "io/http_server.h"
#include "simulator/delivery.h"

struct gateway;
struct gateway_options {
    struct loop *loop;
    const struct clock *clock; /* all borrowed */
    const struct dialect_account *account;
    struct network *network;
};

struct gateway *gateway_new(const struct gateway_options *options);

/* Cuts the exchanges it still holds. To be called after webhooks_free and before http_server_free. */
void gateway_free(struct gateway **gateway);

/* Takes the exchange. */
void gateway_send(struct gateway *gateway, struct http_exchange *exchange);

#endif
