/* Who this dispatcher is to the lanes: a random id kept in the state folder under a file lock. One live
 * dispatcher a state folder, and a restarted one takes over its lanes at once. */
#ifndef DISPATCHER_OWNER_H
#define DISPATCHER_OWNER_H

#include "base/id.h"
#include "base/settings.h"

/* Takes the lock for the life of the process. False when another dispatcher holds it. */
bool owner_take(const struct settings *settings, char owner_out[ID_SIZE], struct error *error) MUST_CHECK;

#endif
