/* Too many messages from one number: two machines that answer each other, or somebody's script. Remembers, in memory alone
 * and bounded, the last messages of each number that wrote lately: keyed hashes and instants, never a number or a text.
 * What it forgets (a restart, more numbers at once than there is room for) is a reply too many, no more. */
#ifndef DOMAIN_FLOOD_H
#define DOMAIN_FLOOD_H

#include <stdbool.h>

#include "domain/keys.h"

#define FLOOD_MESSAGES 20              /* are answered */
#define FLOOD_MS       INT64_C(300000) /* within this time */

struct flood; /* owned */

struct flood *flood_new(void);
void flood_free(struct flood **flood);

/* Notes a message and says whether it is one too many: FLOOD_MESSAGES others of its number were received within FLOOD_MS of
 * it. `message` is a digest of its id: the same one again is the same message. */
bool flood_note(struct flood *flood, const char number_hash[PHONE_HASH_SIZE], const char message[ID_SIZE],
                int64_t received_ms);

#endif
