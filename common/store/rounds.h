/* Rounds: planned, frozen, released in bounded steps. */
#ifndef STORE_ROUNDS_H
#define STORE_ROUNDS_H

#include "domain/survey.h"
#include "base/id.h"
#include "store/call.h"

#define ROUND_SIZE 65
#define SEED_SIZE  65

/* A round goes on, or does not: see store/holds.h. */
enum round_hold { ROUND_GOES_ON, ROUND_PAUSED, ROUND_CANCELLED };

struct round {
    char id[ROUND_SIZE];
    char state[12]; /* planned, releasing, released */
    char pilot[33];
    char survey[SURVEY_REF_SIZE];
    int64_t at_ms, not_after_ms;
    char seed[SEED_SIZE];
    int64_t sample; /* 0 = everyone */
    int64_t frame, drawn, cursor;
    char week[WEEK_SIZE]; /* of the freezing */
    enum round_hold hold;
};

/* What a round is doing, in a word: its hold, or else its state. */
const char *round_state(const struct round *round);

void round_plan_command(struct redis_command *command, const char *org, const struct round *round);
/* Adds what planning a round takes: name, pilot, survey, start, not-after, seed, sample. */
void round_add_plan(struct redis_command *command, const struct round *round);
enum round_planned { ROUND_PLANNED, ROUND_SAME, ROUND_DIFFERS, ROUND_PLAN_FAILED };
/* differs_out names the first field that differs and its value ("sample = 40") when ROUND_DIFFERS. */
enum round_planned round_plan_result(const struct redis_value *value, char differs_out[128]);

void round_load_command(struct redis_command *command, const char *org, const char *round);
/* False when there is no such round. */
bool round_load_result(const struct redis_value *value, const char *id, struct round *round_out) MUST_CHECK;

/* The same, blocking: false when it could not be asked; *there_out tells whether there is one. */
bool round_load(struct redis_link *link, const char *org, const char *id, struct round *round_out,
                bool *there_out, struct error *error) MUST_CHECK;

/* The newest rounds by start, at most count_max, the latest first; owned (free), NULL with the error set. */
struct round *rounds_load(struct redis_link *link, const char *org, int64_t count_max, size_t *count_out,
                          struct error *error) MUST_CHECK;

/* False also for a round that is held: load it again. */
void round_freeze_command(struct redis_command *command, const char *org, const char *round,
                          const char *week);
bool round_freeze_result(const struct redis_value *value, int64_t *frame_out, int64_t *drawn_out) MUST_CHECK;

struct release_item {
    uint32_t position;
    char pulse[ID_SIZE];
    char message[ID_SIZE];
};
struct release {
    const char *round;
    int64_t cursor;
    int64_t due_ms; /* when the invitations may go at the earliest */
    struct asking asking;
    const struct release_item *items;
    size_t items_count; /* 0..128 */
};
void round_release_command(struct redis_command *command, const char *org, const struct release *release);
struct release_result {
    bool stale; /* another one moved the cursor: load the round again */
    int64_t cursor, queued, capped, other;
};
bool round_release_result(const struct redis_value *value, struct release_result *result_out) MUST_CHECK;

/* Dry run over drawn positions (at most 128 a call). Reply: name and count pairs: asked, stopped, number,
 * open_pulse, gap, same_question, per_year, erased, and "lang:fi" for those asked. */
void round_check_command(struct redis_command *command, const char *org, const char *pilot,
                         const struct asking *asking, const uint32_t *positions, size_t positions_count);

/* How many contacts a pilot has: STRLEN; result / ID_CHARS. */
void members_count_command(struct redis_command *command, const char *org, const char *pilot);

#endif
