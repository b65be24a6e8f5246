/* Which way a message takes: the first, or the second while the first has been held for longer than the settings say. */
#include "dispatcher/lane.h"

#include "base/log.h"

void lane_follow(struct lane *lane, const struct org_record *record)
{
    size_t named = record->org.second.gateway[0] == '\0' ? 1 : 2;
    bool others = named != lane->ways_count;
    lane->record = *record;
    for (size_t i = 0; i < lane->ways_count; i++) {
        way_follow(lane->ways[i]);
        others |= !lane->ways[i]->is_named;
    }
    if (others && !lane->ways_are_others) {
        log_warning("%s: the org's file names other gateways than before: start the dispatcher anew",
                    record->org.id);
    }
    lane->ways_are_others = others;
}

static bool has_second(const struct lane *lane)
{
    return lane->ways_count > 1 && lane->ways[1]->is_named;
}

struct way *lane_way(const struct lane *lane, int64_t now_ms)
{
    return lane->ways[has_second(lane) && way_is_out(lane->ways[0], now_ms) ? 1 : 0];
}

static int64_t sooner_ms(int64_t a_ms, int64_t b_ms)
{
    return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

/* A first way that has been held for long still gets the probes. */
int64_t lane_admit(struct lane *lane, int64_t now_ms, struct way **way_out)
{
    int64_t wait_ms = -1;
    size_t last = lane_way(lane, now_ms)->place;
    for (size_t i = 0; i <= last; i++) {
        int64_t way_wait_ms = way_admit(lane->ways[i], now_ms);
        if (way_wait_ms == 0) {
            *way_out = lane->ways[i];
            return 0;
        }
        wait_ms = sooner_ms(wait_ms, way_wait_ms);
    }
    if (last == 0 && has_second(lane)) {
        wait_ms = sooner_ms(wait_ms, way_out_in_ms(lane->ways[0], now_ms));
    }
    return wait_ms;
}

int64_t lane_held_ms(const struct lane *lane, int64_t now_ms)
{
    int64_t first_ms = lane->ways[0]->held_until_ms - now_ms;
    if (first_ms > 0 && has_second(lane)) {
        int64_t out_ms = way_out_in_ms(lane->ways[0], now_ms);
        int64_t second_ms = lane->ways[1]->held_until_ms - now_ms;
        out_ms = out_ms > second_ms ? out_ms : second_ms;
        first_ms = out_ms < first_ms ? out_ms : first_ms;
    }
    return first_ms > 0 ? first_ms : 0;
}
