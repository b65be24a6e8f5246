/* What a program has seen of Redis: which data set, how often it was adopted, and the highest commit number of each
 * org. The numbers only grow; one that is lower than what was seen says that Redis lost writes it had acknowledged (a
 * failover, a restored backup). Kept in <data_folder>/state/<program>.seen; exact in memory, at most 5 s old in
 * the file.
 *
 *   seen_judge at every connection ─► seen_take with every reply that brings a number ─► seen_judge …
 *                                  └► seen_watch, between connections: what others found, another library
 *
 * What other programs of the same data folder have on record counts as seen: the dispatcher, too, misses a pause that
 * `pulssi` was answered and that Redis lost.
 *
 * Whoever finds Redis behind leaves a mark in it (pulssi:behind), so that writes of others, who had seen less, cannot
 * cover it up: it stands until `pulssi adopt`, whose count makes every memory begin anew. */
#ifndef STORE_SEEN_H
#define STORE_SEEN_H

#include "base/settings.h"
#include "io/redis.h"

#define SEEN_SUFFIX ".seen"

struct seen;

/* Reads what the program remembers; NULL with the error set when that is there but cannot be read: it must not be
 * forgotten. Borrows the loop, which may be NULL: then numbers are written by seen_judge only. */
struct seen *seen_open(const struct settings *settings, const char *program, struct loop *loop,
                       struct error *error);
/* Writes what is not written yet. NULL is fine. */
void seen_close(struct seen **seen);

enum seen_verdict {
    SEEN_GOOD,
    SEEN_BEHIND, /* writes were lost: `pulssi adopt` */
    SEEN_OTHER,  /* another data set, or none */
    SEEN_FAILED, /* Redis cannot be asked, or the file not be written */
};
/* Judges the server behind the link; the error says what it means and what to do unless it is good. A good one is
 * remembered on disk before this returns. */
enum seen_verdict seen_judge(struct seen *seen, struct redis_link *link, struct error *error) MUST_CHECK;

/* A number that came with a reply on the connection judged last; 0 = none came. False when it is lower than one that
 * came before it: the server was exchanged underneath, judge again. */
bool seen_take(struct seen *seen, const char *org, int64_t number) MUST_CHECK;

/* From now on asks every 5 s over this connection whether somebody found the server behind, flushed it, or replaced the
 * function library: then `judge` is called, from the loop. The hint that says so at once (store/wake.h) may be lost. Needs
 * the loop; the connection is closed before the memory. */
void seen_watch(struct seen *seen, struct redis *redis, loop_callback judge, void *context);

/* Writes the file if something changed. */
bool seen_save(struct seen *seen, struct error *error) MUST_CHECK;

/* --- for `pulssi adopt` --- */
/* The number seen of an org, 0 = none; how often the data set had been adopted, as far as this program knows, and which
 * it is ("" = none yet). */
int64_t seen_number(const struct seen *seen, const char *org);
int64_t seen_adoption(const struct seen *seen);
const char *seen_dataset(const struct seen *seen);

#endif
