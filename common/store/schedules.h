/* Schedules as the store keeps them: written once, then paused, resumed, fired and removed. What is due is
 * decided by domain/schedule.h; here it is committed, each due time exactly once. */
#ifndef STORE_SCHEDULES_H
#define STORE_SCHEDULES_H

#include "domain/schedule.h"
#include "store/rounds.h"

#define SCHEDULES_MAX        128 /* of an org */
#define SCHEDULE_REASON_SIZE 161

enum schedule_state {
    SCHEDULE_ACTIVE,
    SCHEDULE_PAUSED,
    SCHEDULE_ENDED,      /* it will not fire again */
    SCHEDULE_UNREADABLE, /* what is stored is no schedule: it does not fire */
};
const char *schedule_state_name(enum schedule_state state);

struct schedule_record {
    struct schedule schedule; /* only its id when unreadable */
    enum schedule_state state;
    int64_t next_ms; /* due; -1 unless active */
    /* the last run; -1 and "" = none yet */
    int64_t run_ms;
    char run_round[ROUND_SIZE];
    /* the last skip, of so many occurrences; skipped 0 = none yet */
    int64_t skip_first_ms, skip_last_ms, skipped;
    char skip_reason[SCHEDULE_REASON_SIZE];
};

/* Writes a schedule that is due first at next_ms. SCHEDULE_PUT_DIFFERS: one of that name asks something else. */
enum schedule_put { SCHEDULE_PUT_FAILED, SCHEDULE_PUT_WRITTEN, SCHEDULE_PUT_SAME, SCHEDULE_PUT_DIFFERS };
enum schedule_put schedule_store(struct redis_link *link, const char *org, const struct schedule *schedule,
                                 int64_t next_ms, struct error *error) MUST_CHECK;

/* Pauses, or makes active again with its next due time (-1 = it will not fire again). False with the error set
 * when there is no such schedule. changed_out: false when it was so already. */
bool schedule_set_paused(struct redis_link *link, const char *org, const char *id, bool paused,
                         int64_t next_ms, bool *changed_out, struct error *error) MUST_CHECK;
/* Removes it; changed_out is false when there is none of that name. The rounds it planned stay. */
bool schedule_remove(struct redis_link *link, const char *org, const char *id, bool *changed_out,
                     struct error *error) MUST_CHECK;

/* All schedules by name, the unreadable ones too; owned (free). */
bool schedules_load(struct redis_link *link, const char *org, struct schedule_record **records_out,
                    size_t *count_out, struct error *error) MUST_CHECK;

void schedule_load_command(struct redis_command *command, const char *org, const char *id);
/* False when there is none, or it cannot be read; the error says which. */
bool schedule_load_result(const struct redis_value *value, const char *id, struct schedule *schedule_out,
                          struct error *error) MUST_CHECK;

/* One step: the occurrence due at due_ms becomes a round, or it and those up to last_ms are skipped. */
struct schedule_fire {
    const char *id;
    int64_t due_ms;
    int64_t next_ms;           /* -1 = it has ended */
    const struct round *round; /* NULL = skip */
    int64_t last_ms, skipped;  /* of a skip */
    const char *reason;        /* of a skip, without '|' */
};
void schedule_fire_command(struct redis_command *command, const char *org, const struct schedule_fire *fire);
enum schedule_fired {
    SCHEDULE_FIRED,
    SCHEDULE_ROUND_TAKEN, /* skipped: a round of that name asks something else */
    SCHEDULE_STALE,       /* it is due at another time now, paused or removed: nothing was written */
    SCHEDULE_FIRE_FAILED, /* an error answer */
};
enum schedule_fired schedule_fire_result(const struct redis_value *value);

#endif
