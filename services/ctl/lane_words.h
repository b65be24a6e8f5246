/* A lane in words that an operator can act on: what is the matter, since when, and what to do. */
#ifndef CTL_LANE_WORDS_H
#define CTL_LANE_WORDS_H

#include "store/lanes.h"

/* What state a lane is in as a whole, the gravest first. */
enum lane_state { LANE_NEVER, LANE_PAUSED, LANE_AWAY, LANE_HELD, LANE_SECOND, LANE_OPEN };

/* A lane with the instants it is judged by. */
struct lane_view {
    const char *org; /* borrowed */
    struct lane_row row;
    int64_t wall_now_ms, redis_now_ms;
};

enum lane_state lane_state_of(const struct lane_view *view);
const char *lane_state_name(enum lane_state state); /* "held"; also in JSON */

/* Whether no dispatcher has this lane now, and for how long it is known (ms). */
bool lane_is_away(const struct lane_view *view, int64_t *age_ms_out);

/* Appends what is the matter and what to do; nothing for one that is open. */
void lane_matter(const struct lane_view *view, struct text *out);
/* The same for one of its gateways. */
void lane_way_matter(const struct lane_view *view, const struct way_status *way, struct text *out);

/* "12 s", "4 min", "3 h", "2 days". */
#define AGE_SIZE 32
void age_text(int64_t age_ms, char out[AGE_SIZE]);

#endif
