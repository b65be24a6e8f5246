/* Lanes: an org's way out to its gateways, taken by one dispatcher at a time; held and looked at by people. What takes
 * a link blocks. */
#ifndef STORE_LANES_H
#define STORE_LANES_H

#include "store/call.h"
#include "store/lane_status.h"

#define LANE_LEASE_MS                                                                                        \
    INT64_C(15000) /* a dispatcher that does not renew it for so long (Redis time) is away */

/* The lane of an org: one dispatcher at a time. redis_now_ms is Redis's own time. */
void lane_take_command(struct redis_command *command, const char *org, const char *owner,
                       int64_t redis_now_ms, int64_t hold_ms, bool fresh);
/* Says, with a lane_take, what is to be known of the lane. */
void lane_take_add_status(struct redis_command *command, const char *status_json);
struct lane_taken {
    bool held_by_other; /* until_ms says how long (Redis time); the rest does not hold */
    int64_t until_ms;
    int64_t fence;
    bool new_fence;
    int64_t commit; /* number */
    int64_t leased; /* messages in a dispatcher's hands */
    bool paused;
    int64_t probe; /* number of the last one asked for */
};
bool lane_take_result(const struct redis_value *value, struct lane_taken *taken_out) MUST_CHECK;

/* Nothing is in this owner's hands any more: another one need not wait for the lease's end. */
void lane_release_command(struct redis_command *command, const char *org, const char *owner,
                          int64_t redis_now_ms);

/* Holds everything of the lane, or lets it go on; changed_out: it was not so already. In force at once: nothing is
 * claimed after a pause. */
bool lane_pause(struct redis_link *link, const char *org, bool paused, bool *changed_out,
                struct error *error) MUST_CHECK;
/* Takes back what a dispatcher has claimed and not begun to hand over, and counts what is in a gateway's hands. While
 * the lane is paused that only falls: once it is 0, nothing more is handed over. */
bool lane_pause_apply(struct redis_link *link, const char *org, int64_t now_ms, int64_t *under_way_out,
                      struct error *error) MUST_CHECK;
/* Asks for a message to be let through at once, however the lane is held; the number names this asking. */
bool lane_probe(struct redis_link *link, const char *org, int64_t *probe_out, struct error *error) MUST_CHECK;

struct lane_row {
    bool taken;       /* by a dispatcher, which may be away */
    int64_t until_ms; /* Redis time; its lease */
    bool paused;
    bool told; /* `status` holds */
    struct lane_status status;
};
bool lane_read(struct redis_link *link, const char *org, struct lane_row *row_out,
               struct error *error) MUST_CHECK;

#endif
