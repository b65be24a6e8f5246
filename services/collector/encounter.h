/* The flow of one encounter, from a program's POST /v1/encounters to the answer: config/schema/encounters.openapi.json
 * says what goes in and what comes out. Unlike webhooks it is open about itself: 401 before authentication, and each
 * refusal names the field. No answer and no log line holds a number or a token. */
#ifndef COLLECTOR_ENCOUNTER_H
#define COLLECTOR_ENCOUNTER_H

#include "collector/collector.h"

#define ENCOUNTERS_PATH "/v1/encounters"

/* Takes the exchange and answers it: 202 or 200 when the encounter is on disk (or was before), 503 on any doubt: the same
 * request with the same key then finds what came of it. */
void encounter_start(struct collector *collector, struct http_exchange *exchange);

#endif
