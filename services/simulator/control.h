/* The simulator's other routes, for whoever runs it: what happened, what is due, and which faults strike.
 *
 *   GET /healthz, /readyz, /metrics   as every program: io/status_server.h
 *   GET /ledger    200, application/x-ndjson: the rows of ledger.h
 *   GET /due       200 {"due":n,"next_ms":domain ms or null}: how many receipts and replies have come due
 *                  and are not finished, and when the earliest of the others comes
 *   POST /faults   {"throttle":0.1,"latency_ms":50,…}: what is not named is off
 *                  200 with the settings in force; 400 {"error":…} and nothing changed
 *   POST /say      {"from":"+358…","to":…,"text":…}: somebody writes of whom no scenario knows, at once
 *                  202; 400 {"error":…} */
#ifndef SIMULATOR_CONTROL_H
#define SIMULATOR_CONTROL_H

#include "io/http_server.h"
#include "simulator/delivery.h"

/* All borrowed. */
struct control {
    const struct clock *clock;
    struct network *network;
};

/* Answers the exchange; 404 for routes nobody knows. */
void control_handle(const struct control *control, struct http_exchange *exchange);

#endif
