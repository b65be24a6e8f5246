#include "ctl/lane_words.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const state_names[] = {
    [LANE_NEVER] = "not taken", [LANE_PAUSED] = "paused", [LANE_AWAY] = "away",
    [LANE_HELD] = "held",       [LANE_SECOND] = "second", [LANE_OPEN] = "open",
};

const char *lane_state_name(enum lane_state state)
{
    return state_names[state];
}

bool lane_is_away(const struct lane_view *view, int64_t *age_ms_out)
{
    int64_t over_ms = view->redis_now_ms - view->row.until_ms;
    *age_ms_out = over_ms > 0 ? over_ms : 0;
    return over_ms >= 0;
}

enum lane_state lane_state_of(const struct lane_view *view)
{
    const struct lane_row *row = &view->row;
    int64_t age_ms;
    if (row->paused)
        return LANE_PAUSED;
    if (!row->taken)
        return LANE_NEVER;
    if (lane_is_away(view, &age_ms))
        return LANE_AWAY;
    if (row->told && row->status.ways[row->status.active].held_for != HOLD_NONE)
        return LANE_HELD;
    return row->told && row->status.active > 0 ? LANE_SECOND : LANE_OPEN;
}

void age_text(int64_t age_ms, char out[AGE_SIZE])
{
    int64_t age_s = age_ms < 0 ? 0 : age_ms / 1000;
    if (age_s < 120)
        snprintf(out, AGE_SIZE, "%" PRId64 " s", age_s);
    else if (age_s < 7200)
        snprintf(out, AGE_SIZE, "%" PRId64 " min", age_s / 60);
    else if (age_s < 172800)
        snprintf(out, AGE_SIZE, "%" PRId64 " h", age_s / 3600);
    else
        snprintf(out, AGE_SIZE, "%" PRId64 " days", age_s / 86400);
}

/* For whom somebody else must do something, who and what. */
static void advice(const struct lane_view *view, const struct way_status *way, struct text *out)
{
    switch (way->held_for) {
    case HOLD_NONE:
        break;
    case HOLD_REFUSED:
        text_addf(out,
                  "check user and secret of [gateway:%s] and the org's sender, then "
                  "`pulssi lane probe %s`",
                  way->gateway, view->org);
        break;
    case HOLD_AWAY:
        text_addf(out, "check url of [gateway:%s] and the network, then `pulssi lane probe %s`", way->gateway,
                  view->org);
        break;
    case HOLD_THROTTLED:
        text_addf(out, "nothing to do; if it goes on, lower rate_segments of [gateway:%s]", way->gateway);
        break;
    case HOLD_NOT_NOW:
        text_add(out, "ask the provider if it goes on");
        break;
    case HOLD_DOUBT:
        text_addf(out,
                  "ask the provider whether it has trouble; messages of unknown fate are not sent again, "
                  "and one at a time is tried");
        break;
    }
}

void lane_way_matter(const struct lane_view *view, const struct way_status *way, struct text *out)
{
    static const char *const words[HOLD_REASONS] = {
        [HOLD_NONE] = "",
        [HOLD_THROTTLED] = "the gateway wants us to send less",
        [HOLD_REFUSED] = "the gateway refuses us: password or sender",
        [HOLD_AWAY] = "the gateway cannot be reached",
        [HOLD_NOT_NOW] = "the gateway refuses every message for now",
        [HOLD_DOUBT] = "too many messages of unknown fate",
    };
    char age[AGE_SIZE];
    if (way->held_for == HOLD_NONE)
        return;
    age_text(view->wall_now_ms - way->held_since_ms, age);
    text_addf(out, "held for %s: %s", age, words[way->held_for]);
    if (way->error[0] != '\0')
        text_addf(out, " (%s)", way->error);
    if (way->next_try_ms > view->wall_now_ms) {
        age_text(way->next_try_ms - view->wall_now_ms, age);
        text_addf(out, ", tried again in %s", age);
    }
    text_add(out, " \xE2\x80\x94 ");
    advice(view, way, out);
}

void lane_matter(const struct lane_view *view, struct text *out)
{
    char age[AGE_SIZE];
    int64_t age_ms = 0;
    bool away = lane_is_away(view, &age_ms);
    age_text(age_ms, age);
    switch (lane_state_of(view)) {
    case LANE_NEVER:
        text_add(out, "no dispatcher has had it so far: is pulssi-dispatcher running, and has the org keys?");
        break;
    case LANE_PAUSED:
        text_addf(out, "by `pulssi lane pause`: nothing goes out until `pulssi lane resume %s`", view->org);
        if (view->row.taken && away)
            text_addf(out, "; and the dispatcher is away for %s", age);
        break;
    case LANE_AWAY:
        text_addf(out,
                  "no dispatcher has it for %s: start pulssi-dispatcher; what follows is what it said last",
                  age);
        break;
    case LANE_HELD:
        lane_way_matter(view, &view->row.status.ways[view->row.status.active], out);
        break;
    case LANE_SECOND:
        text_addf(out, "messages go through the second gateway, %s, while the first is held",
                  view->row.status.ways[1].gateway);
        break;
    case LANE_OPEN:
        break;
    }
}
