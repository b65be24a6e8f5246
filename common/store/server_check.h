/* Whether a Redis server keeps what it acknowledges, and whether it is the one we know (store/seen.h). */
#ifndef STORE_SERVER_CHECK_H
#define STORE_SERVER_CHECK_H

#include "base/settings.h"
#include "io/redis.h"
#include "store/seen.h"

/* Refuses, with the reason and the fix: version below 7.0, a replica, appendonly other than yes, appendfsync other than
 * always, no-appendfsync-on-rewrite yes, an eviction policy other than noeviction, snapshots that stop
 * nothing on failure. */
bool server_check_safety(struct redis_link *link, struct error *error) MUST_CHECK;

/* What is safe but should be known, a line each: a memory limit, a file that is never rewritten. */
bool server_check_remarks(struct redis_link *link, struct text *remarks, struct error *error) MUST_CHECK;

/* Makes the data-set id if the server has none. */
bool dataset_create(struct redis_link *link, struct error *error) MUST_CHECK;

/* Judges the server with what the program remembers, once (store/seen.h): for commands that do nothing else with it. */
enum seen_verdict dataset_check(struct redis_link *link, const struct settings *settings, const char *program,
                                struct error *error) MUST_CHECK;

/* The same for a Redis that may be new: it gets its id first, but never when the program worked with another data set before,
 * for then it is the wrong Redis, or was flushed. */
enum seen_verdict dataset_install(struct redis_link *link, const struct settings *settings,
                                  const char *program, struct error *error) MUST_CHECK;

/* Opens the link and runs every check a service needs before it works: safety, library, data set, nothing lost.
 * NULL on refusal. */
struct redis_link *store_open(const struct settings *settings, struct seen *seen,
                              struct error *error) MUST_CHECK;
/* The same without the data set: for whoever judges it with seen_judge and goes on with one that is behind. */
struct redis_link *store_open_unjudged(const struct settings *settings, struct error *error) MUST_CHECK;

/* Whether Redis answers at all; it refuses commands while it loads its data set. */
bool store_answers(const struct settings *settings, struct error *error) MUST_CHECK;

/* The same for a service that starts: Redis may still be starting or loading its data set, so it is waited for, at
 * most 60 s (real); and one that is behind is waited for until it is adopted. */
struct redis_link *store_open_waiting(const struct settings *settings, struct seen *seen,
                                      struct error *error) MUST_CHECK;

#endif
