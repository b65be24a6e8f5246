/* Collectors as the store knows them: each says how far what it received is in Redis, so that the roll-up closes
 * no week before its replies are in. The only place that knows the key "pulssi:collectors", a hash of the whole
 * data set (no org's): collector id → {"until":…,"at":…,"spooled":…}.
 *
 * A row is written every few seconds while a collector lives, and taken away at its orderly end with nothing
 * spooled; one that stays behind belongs to a collector that is away and may hold webhooks on its disk. */
#ifndef STORE_COLLECTORS_H
#define STORE_COLLECTORS_H

#include "base/id.h"
#include "io/redis.h"

#define COLLECTOR_AWAY_MS INT64_C(30000) /* without a beat for so long (Redis time) it counts as away */

struct collector_row {
    char id[ID_SIZE];
    bool readable;    /* the rest holds; one that is not readable says nothing */
    int64_t until_ms; /* domain; everything it received strictly before is in Redis */
    int64_t at_ms;    /* Redis time of the beat */
    int64_t spooled;  /* webhooks in its spool then */
};

/* Redis's own time, ms since 1970; false when it was lost. */
void collector_time_command(struct redis_command *command);
bool collector_time_result(const struct redis_value *value, int64_t *now_ms_out) MUST_CHECK;

void collector_beat_command(struct redis_command *command, const struct collector_row *row);
void collector_leave_command(struct redis_command *command, const char *id);

struct collector_rows {
    struct collector_row *items; /* owned, in order of id */
    size_t count;
    int64_t now_ms; /* Redis time */
};
/* rows_out is empty on failure. */
bool collectors_read(struct redis_link *link, struct collector_rows *rows_out,
                     struct error *error) MUST_CHECK;
void collectors_free(struct collector_rows *rows);
bool collector_is_away(const struct collector_rows *rows, const struct collector_row *row);

/* How many webhooks all collectors hold, on a running loop; false when the answer was lost. */
void collectors_list_command(struct redis_command *command);
bool collectors_spooled_result(const struct redis_value *value, int64_t *spooled_out) MUST_CHECK;

/* Takes a row away for good; was_out: it was there. */
bool collector_remove(struct redis_link *link, const char *id, bool *was_out, struct error *error) MUST_CHECK;

/* Asks all collectors to say at once how far they are. */
bool collectors_ask(struct redis_link *link, struct error *error) MUST_CHECK;

#endif
