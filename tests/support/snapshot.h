/* All keys of a server as they are at one moment: to compare, to put back, and to try a function with every
 * key in turn being of a wrong type. */
#ifndef TESTS_SNAPSHOT_H
#define TESTS_SNAPSHOT_H

#include "support/world.h"

#define SNAPSHOT_DIGEST_SIZE 41

/* Digest of all keys and values but one (after the org's base; "" = all). Equal digests: nothing was written.
 */
void snapshot_digest(struct world *world, const char *except, char digest_out[SNAPSHOT_DIGEST_SIZE]);

struct snapshot;
struct snapshot *snapshot_take(struct world *world);
void snapshot_put_back(struct world *world, const struct snapshot *snapshot);
void snapshot_free(struct snapshot **snapshot);

/* Runs the command once for every key of the org that is there before or after it, with a value of another
 * type in that key's place: either it fails and has written nothing, or it succeeds and the wrong value is
 * untouched. Fails the test otherwise. Puts everything back, then runs the command as it should be; returns
 * for how many keys it failed. */
int snapshot_refusals(struct world *world, const struct redis_command *command);

/* Fails the test when any key or value holds the needle, except keys that begin with one of the org's
 * prefixes (up to NULL). */
void snapshot_expect_no_mention(struct world *world, const char *needle, const char *const *prefixes);

#endif
