/* Whether a Redis server keeps what it acknowledges, and whether it is the one we know. */
#ifndef STORE_SERVER_CHECK_H
#define STORE_SERVER_CHECK_H

#include "base/settings.h"
#include "io/redis.h"

/* Refuses, with the reason and the fix: version below 7.0, appendonly other than yes, appendfsync other than
 * always, no-appendfsync-on-rewrite yes, an eviction policy other than noeviction, snapshots that stop
 * nothing on failure. */
bool server_check_safety(struct redis_link *link, struct error *error) MUST_CHECK;

/* Makes the data-set id if the server has none (`pulssi store install`). */
bool dataset_create(struct redis_link *link, struct error *error) MUST_CHECK;

/* Compares the server's data-set id with the one this program remembers in
 * <data_folder>/state/<program>.dataset; remembers it the first time. A difference is refused: another Redis,
 * or one that was flushed. */
bool dataset_check(struct redis_link *link, const struct settings *settings, const char *program,
                   struct error *error) MUST_CHECK;

/* Opens the link and runs every check a service needs before it works: safety, library, data set. NULL on
 * refusal. */
struct redis_link *store_open(const struct settings *settings, const char *program,
                              struct error *error) MUST_CHECK;

/* The same for a service: Redis may still be starting or loading its data set, so it is waited for, at most
 * 60 s (real). */
struct redis_link *store_open_waiting(const struct settings *settings, const char *program,
                                      struct error *error) MUST_CHECK;

#endif
