/* The key of this collector's spools, <data_folder>/spool and parts: <data_folder>/keys/spool.key, 32 random bytes. It never leaves the machine,
 * and no other program needs it. */
#ifndef COLLECTOR_SPOOL_KEY_H
#define COLLECTOR_SPOOL_KEY_H

#include "base/settings.h"
#include "io/spool.h"

/* Reads the key; makes it when there is none and no segments in a folder that it opens. False when segments
 * wait without their key, or the file is no key. */
bool spool_key_load(const struct settings *settings, unsigned char key_out[SPOOL_KEY_BYTES],
                    struct error *error) MUST_CHECK;

#endif
