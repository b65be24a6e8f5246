/* pulssi lanes: how each org's way out to its gateway is, in words an operator can act on. What the dispatcher says
 * of it is in the store: it is shown, with its age, also while the dispatcher is away. */
#include "ctl/lane_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "ctl/output.h"
#include "store/outbox.h"

/* A lane and what waits for it. */
struct shown {
    struct lane_view view;
    int64_t leased;
    int64_t oldest_ms; /* how long the message that is due first has waited; -1 = none is due */
};

static bool read_shown(struct ctl *ctl, const struct clock *clock, const char *org, struct shown *shown,
                       struct error *error);
static void print_text(const struct shown *shown);
static void print_json(const struct shown *shown);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct clock clock;
    char names[ORGS_MAX][33];
    size_t count = 0;
    if (!ctl_store(ctl, &error) || !ctl_clock(ctl, &clock, &error))
        return ctl_fail(&error);
    if (ctl->org_wanted != NULL) {
        if (!ctl_org(ctl, &error))
            return ctl_fail(&error);
        (void)text_copy(names[count++], sizeof names[0], ctl->org_wanted);
    } else if (!orgs_list(ctl->link, names, ORGS_MAX, &count, &error)) {
        return ctl_fail(&error);
    }
    if (count == 0 && !ctl->json)
        printf("there is no org yet: add one with `pulssi org put FILE`\n");
    fputs(ctl->json ? "{\"lanes\":[" : "", stdout);
    for (size_t i = 0; i < count; i++) {
        struct shown shown;
        if (!read_shown(ctl, &clock, names[i], &shown, &error))
            return ctl_fail(&error);
        fputs(i == 0 ? "" : ctl->json ? "," : "\n", stdout);
        (ctl->json ? print_json : print_text)(&shown);
    }
    fputs(ctl->json ? "]}\n" : "", stdout);
    return EXIT_SUCCESS;
}

static int64_t waited_ms(int64_t due_ms, int64_t now_ms, int64_t oldest_ms)
{
    return due_ms > 0 && now_ms - due_ms > oldest_ms ? now_ms - due_ms : oldest_ms;
}

static bool read_shown(struct ctl *ctl, const struct clock *clock, const char *org, struct shown *shown,
                       struct error *error)
{
    struct redis_command command = {0};
    struct org_next next;
    int64_t now_ms = clock_domain_ms(clock);
    *shown = (struct shown){.oldest_ms = -1};
    if (!lane_look(ctl, org, &shown->view, error))
        return false;
    org_next_command(&command, org);
    struct redis_value *value = redis_link_run(ctl->link, &command, error);
    redis_command_free(&command);
    bool understood = value != NULL && (org_next_result(value, &next) ||
                                        error_set(error, "Redis gave an answer that is not one of org_next"));
    redis_value_free(&value);
    if (!understood)
        return false;
    shown->leased = next.leased;
    shown->oldest_ms = waited_ms(next.reply_due_ms, now_ms, shown->oldest_ms);
    shown->oldest_ms = waited_ms(next.bulk_due_ms, now_ms, shown->oldest_ms);
    shown->oldest_ms = waited_ms(next.wait_due_ms, shown->view.redis_now_ms, shown->oldest_ms);
    return true;
}

/* --- for people --- */

static void print_hour(const struct shown *shown, const struct way_status *way)
{
    const struct lane_status *status = &shown->view.row.status;
    struct text text = {0};
    char age[AGE_SIZE];
    int64_t since_ms = shown->view.wall_now_ms - status->started_ms;
    for (size_t i = 0; i < SUBMIT_OUTCOMES; i++) {
        if (way->outcomes[i] > 0)
            text_addf(&text, "%s%" PRId64 " %s", text.bytes > 0 ? ", " : "", way->outcomes[i],
                      submit_outcome_name((enum submit_outcome)i));
    }
    if (text.bytes == 0)
        text_add(&text, "nothing");
    if (since_ms < 3600000) {
        age_text(since_ms, age);
        text_addf(&text, " (the dispatcher was started %s ago)", age);
    }
    output_wrapped("    last hour:  ", text.chars);
    text_free(&text);
}

static void print_way(const struct shown *shown, const struct way_status *way, bool is_used)
{
    struct text text = {0};
    char age[AGE_SIZE];
    printf("  through %s%s\n", way->gateway, is_used ? "" : " (not used now)");
    if (way->rate_segments > 0)
        printf("    rate:       at most %" PRId64 " segments a second\n", way->rate_segments);
    else
        printf("    rate:       as fast as it takes them\n");
    printf("    in flight:  %" PRId64 ", in at most %" PRId64 " request%s at a time\n", way->in_flight,
           way->slots, way->slots == 1 ? "" : "s");
    print_hour(shown, way);
    if (way->error[0] != '\0') {
        age_text(shown->view.wall_now_ms - way->error_at_ms, age);
        text_addf(&text, "%s, %s ago", way->error, age);
        output_wrapped("    last error: ", text.chars);
    }
    text_clear(&text);
    if (!is_used || lane_state_of(&shown->view) != LANE_HELD)
        lane_way_matter(&shown->view, way, &text);
    if (text.bytes > 0)
        output_wrapped("    ", text.chars);
    text_free(&text);
}

static void print_text(const struct shown *shown)
{
    const struct lane_row *row = &shown->view.row;
    struct text text = {0};
    char lead[80], age[AGE_SIZE];
    snprintf(lead, sizeof lead, "%s: ", shown->view.org);
    text_add(&text, lane_state_name(lane_state_of(&shown->view)));
    if (lane_state_of(&shown->view) != LANE_OPEN) {
        text_clear(&text);
        if (lane_state_of(&shown->view) != LANE_HELD)
            text_addf(&text, "%s, ", lane_state_name(lane_state_of(&shown->view)));
        lane_matter(&shown->view, &text);
    }
    output_wrapped(lead, text.chars);
    if (shown->oldest_ms >= 0) {
        age_text(shown->oldest_ms, age);
        printf("  the oldest message that is due waits for %s\n", age);
    } else {
        printf("  no message is due\n");
    }
    for (size_t i = 0; row->told && i < row->status.ways_count; i++)
        print_way(shown, &row->status.ways[i], i == row->status.active);
    text_free(&text);
}

/* --- for programs --- */

static void way_json(const struct shown *shown, const struct way_status *way, struct text *out)
{
    struct text matter = {0};
    const char *between = "";
    text_addf(out,
              "{\"gateway\":\"%s\",\"state\":\"%s\",\"rate_segments\":%" PRId64 ",\"in_flight\":%" PRId64
              ",\"requests_max\":%" PRId64 ",\"last_hour\":{",
              way->gateway, hold_reason_name(way->held_for), way->rate_segments, way->in_flight, way->slots);
    for (size_t i = 0; i < SUBMIT_OUTCOMES; i++) {
        if (way->outcomes[i] > 0) {
            text_addf(out, "%s\"%s\":%" PRId64, between, submit_outcome_name((enum submit_outcome)i),
                      way->outcomes[i]);
            between = ",";
        }
    }
    text_add(out, "},\"last_error\":");
    if (way->error[0] == '\0')
        text_add(out, "null");
    else
        json_add_string(out, way->error);
    lane_way_matter(&shown->view, way, &matter);
    text_add(out, ",\"matter\":");
    if (matter.bytes == 0)
        text_add(out, "null");
    else
        json_add_string(out, matter.chars);
    text_add(out, "}");
    text_free(&matter);
}

static void print_json(const struct shown *shown)
{
    const struct lane_row *row = &shown->view.row;
    struct text text = {0}, matter = {0};
    int64_t age_ms = 0;
    bool away = !row->taken || lane_is_away(&shown->view, &age_ms);
    text_addf(&text,
              "{\"org\":\"%s\",\"state\":\"%s\",\"paused\":%s,\"dispatcher_away_ms\":", shown->view.org,
              lane_state_name(lane_state_of(&shown->view)), row->paused ? "true" : "false");
    if (away && row->taken)
        text_addf(&text, "%" PRId64, age_ms);
    else
        text_add(&text, "null");
    text_addf(&text, ",\"leased\":%" PRId64 ",\"oldest_waiting_ms\":", shown->leased);
    if (shown->oldest_ms >= 0)
        text_addf(&text, "%" PRId64, shown->oldest_ms);
    else
        text_add(&text, "null");
    lane_matter(&shown->view, &matter);
    text_add(&text, ",\"matter\":");
    if (matter.bytes == 0)
        text_add(&text, "null");
    else
        json_add_string(&text, matter.chars);
    text_add(&text, ",\"gateways\":[");
    for (size_t i = 0; row->told && i < row->status.ways_count; i++) {
        text_add(&text, i > 0 ? "," : "");
        way_json(shown, &row->status.ways[i], &text);
    }
    text_add(&text, "]}");
    fputs(text.chars, stdout);
    text_free(&text);
    text_free(&matter);
}

const struct command command_lanes = {
    .name = "lanes",
    .summary = "show how each org's messages go out, and what to do where they do not",
    .details = "Works while the dispatcher is away: then it says so, and shows what is known.",
    .example = "pulssi lanes",
    .works_behind = true,
    .run = run,
};
