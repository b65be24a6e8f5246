/* Who this instance of a program is to the others: a random id kept in the state folder under a file lock. One
 * live instance a state folder, and a restarted one is who it was. */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include "base/id.h"
#include "base/settings.h"

/* Takes the lock of <data_folder>/state/<file> for the life of the process. `program` is the word for the
 * error, such as "dispatcher". False when another process holds it. */
bool owner_take(const struct settings *settings, const char *program, const char *file,
                char owner_out[ID_SIZE], struct error *error) MUST_CHECK;

#endif
