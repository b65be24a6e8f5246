/* Weeks: their counters, the removal of links at close, and the figures published once. */
#ifndef STORE_WEEKS_H
#define STORE_WEEKS_H

#include "base/id.h"
#include "domain/disposition.h"
#include "domain/survey.h"
#include "store/call.h"

#define WEEK_BATCH_MAX 64

struct week_pulse {
    char pulse[ID_SIZE];
    int64_t version;
    char state[16]; /* disposition before: queued, open, or a final word */
    bool asked;
    int64_t closes_ms;
    struct pulse_end end; /* answered, stopped, unparseable, delivered */
    char message[ID_SIZE];
    char message_state[16];
    int64_t not_after_ms;
};

void week_load_command(struct redis_command *command, const char *org, const char *week);
struct week_loaded {
    int64_t pulses_left, others_left;
    struct week_pulse pulses[WEEK_BATCH_MAX];
    size_t pulses_count;
};
bool week_load_result(const struct redis_value *value, struct week_loaded *loaded_out) MUST_CHECK;

struct week_end {
    const struct week_pulse *pulse;
    enum disposition disposition;
};
void week_settle_command(struct redis_command *command, const char *org, const char *week,
                         const struct week_end *ends, size_t ends_count);
bool week_settle_result(const struct redis_value *value, int64_t *settled_out, int64_t *stale_out) MUST_CHECK;

/* Ends queued messages whose time is over, as a dispatcher would; removes what is settled. */
void week_sweep_command(struct redis_command *command, const char *org, const char *week, int64_t now_ms);
bool week_sweep_result(const struct redis_value *value, int64_t *removed_out, int64_t *left_out) MUST_CHECK;

/* units and figures: at most 60 pairs a call. */
void week_publish_command(struct redis_command *command, const char *org, const char *week,
                          const char *const *units, const char *const *figures, size_t count);
/* closed_out: the week was sealed before. */
bool week_publish_result(const struct redis_value *value, int64_t *written_out, bool *closed_out) MUST_CHECK;

void week_seal_command(struct redis_command *command, const char *org, const char *week,
                       const char *week_before, int64_t next_due_ms);
bool week_seal_result(const struct redis_value *value) MUST_CHECK;

void rollup_due_command(struct redis_command *command, const char *org, int64_t due_ms);

/* Whole hashes as flat field, value arrays: the weeks and their states ("open", "published"), and their
 * checkpoints; the counters, frames and published figures of one week. */
enum week_hash { WEEK_STATES, WEEK_CHECKPOINTS, WEEK_COUNTERS, WEEK_FRAMES, WEEK_PUBLISHED };
void week_hash_command(struct redis_command *command, const char *org, enum week_hash which,
                       const char *week);

/* A counter field taken apart: "pilot|subject|stratum|what", what = a digit or "!word". Pointers into
 * `buffer`, which is changed. False for fields of another shape ("!late"). */
struct counter_field {
    const char *pilot, *subject, *stratum, *what;
};
bool counter_field_split(char *buffer, struct counter_field *field_out) MUST_CHECK;

#endif
