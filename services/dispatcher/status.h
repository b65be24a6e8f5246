/* What the dispatcher says of itself: readiness, figures, a sentence for the service manager. Reads what lanes
 * count anyway; asks nobody. */
#ifndef DISPATCHER_STATUS_H
#define DISPATCHER_STATUS_H

#include "dispatcher/dispatcher.h"

/* Begins to serve and to announce; the orgs are loaded. False when the port cannot be had. */
bool status_open(struct dispatcher *dispatcher, struct error *error) MUST_CHECK;
void status_close(struct dispatcher *dispatcher);

#endif
