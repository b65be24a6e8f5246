#include "store/lane_status.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

#define NUMBER_MAX (INT64_C(1) << 52)

static const char *const reason_names[HOLD_REASONS] = {
    [HOLD_NONE] = "open", [HOLD_THROTTLED] = "throttled", [HOLD_REFUSED] = "refused",
    [HOLD_AWAY] = "away", [HOLD_NOT_NOW] = "not_now",     [HOLD_DOUBT] = "doubt",
};

const char *hold_reason_name(enum hold_reason reason)
{
    return reason_names[reason];
}

static void way_write(const struct way_status *way, struct text *out)
{
    const char *between = "";
    text_addf(out,
              "{\"gateway\":\"%s\",\"state\":\"%s\",\"since\":%" PRId64 ",\"next_try\":%" PRId64
              ",\"rate\":%" PRId64 ",\"in_flight\":%" PRId64 ",\"slots\":%" PRId64 ",\"hour\":{",
              way->gateway, reason_names[way->held_for], way->held_since_ms, way->next_try_ms,
              way->rate_segments, way->in_flight, way->slots);
    for (size_t i = 0; i < SUBMIT_OUTCOMES; i++) {
        if (way->outcomes[i] > 0) {
            text_addf(out, "%s\"%s\":%" PRId64, between, submit_outcome_name((enum submit_outcome)i),
                      way->outcomes[i]);
            between = ",";
        }
    }
    text_add(out, "},\"error\":");
    json_add_string(out, way->error);
    text_addf(out, ",\"error_at\":%" PRId64 "}", way->error_at_ms);
}

void lane_status_write(const struct lane_status *status, struct text *out)
{
    text_addf(out, "{\"started\":%" PRId64 ",\"active\":%zu,\"probe\":%" PRId64 ",\"probe_outcome\":\"%s\"",
              status->started_ms, status->active, status->probe, status->probe_outcome);
    text_add(out, ",\"ways\":[");
    for (size_t i = 0; i < status->ways_count; i++) {
        text_add(out, i > 0 ? "," : "");
        way_write(&status->ways[i], out);
    }
    text_add(out, "]}");
}

static void way_read(struct json_reader *reader, struct way_status *way)
{
    struct json_reader hour;
    const char *state = json_string(reader, "state", 1, 32);
    size_t reason = 0;
    while (reason < HOLD_REASONS && strcmp(state, reason_names[reason]) != 0)
        reason++;
    if (reason == HOLD_REASONS)
        json_problem(reader, "state", "unknown");
    else
        way->held_for = (enum hold_reason)reason;
    (void)text_copy(way->gateway, sizeof way->gateway,
                    json_string(reader, "gateway", 1, sizeof way->gateway - 1));
    way->held_since_ms = json_int(reader, "since", 0, NUMBER_MAX);
    way->next_try_ms = json_int(reader, "next_try", 0, NUMBER_MAX);
    way->rate_segments = json_int(reader, "rate", 0, NUMBER_MAX);
    way->in_flight = json_int(reader, "in_flight", 0, NUMBER_MAX);
    way->slots = json_int(reader, "slots", 0, NUMBER_MAX);
    json_object(reader, "hour", &hour);
    for (size_t i = 0; i < SUBMIT_OUTCOMES; i++)
        way->outcomes[i] = json_int_or(&hour, submit_outcome_name((enum submit_outcome)i), 0, NUMBER_MAX, 0);
    (void)text_copy(way->error, sizeof way->error, json_string(reader, "error", 0, sizeof way->error - 1));
    way->error_at_ms = json_int(reader, "error_at", 0, NUMBER_MAX);
}

bool lane_status_read(const char *json, size_t bytes, struct lane_status *status_out, struct error *error)
{
    struct json_reader root, ways, way;
    *status_out = (struct lane_status){0};
    cJSON *tree = json_parse(json, bytes, error);
    if (tree == NULL)
        return false;
    json_reader_root(&root, tree, error);
    status_out->started_ms = json_int(&root, "started", 0, NUMBER_MAX);
    status_out->active = (size_t)json_int(&root, "active", 0, LANE_WAYS_MAX - 1);
    status_out->probe = json_int(&root, "probe", 0, NUMBER_MAX);
    (void)text_copy(status_out->probe_outcome, sizeof status_out->probe_outcome,
                    json_string(&root, "probe_outcome", 0, sizeof status_out->probe_outcome - 1));
    json_array(&root, "ways", 1, LANE_WAYS_MAX, &ways, &status_out->ways_count);
    for (size_t i = 0; i < status_out->ways_count; i++) {
        json_item_object(&ways, i, &way);
        way_read(&way, &status_out->ways[i]);
    }
    bool read = json_finish(&root) && status_out->active < status_out->ways_count;
    cJSON_Delete(tree);
    return read;
}
