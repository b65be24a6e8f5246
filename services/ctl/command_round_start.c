/* pulssi round start: plans a round; the dispatcher releases it at its time.
 *
 * Promises: the same command twice plans one round. What was not given does not matter for being the same: a
 * seed that was drawn, a time that was "now" in the same week. */
#include "ctl/ctl.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/round_dry_run.h"

struct wish {
    bool at_given, seed_given;
    struct survey survey;
    struct round round;
};

static bool read_wish(struct ctl *ctl, struct wish *wish, struct error *error);
static bool name_round(struct ctl *ctl, struct wish *wish, struct error *error);
static bool plan(struct ctl *ctl, const struct wish *wish, struct round *planned_out, bool *already_out,
                 struct error *error);
static bool same_round(const struct wish *wish, const struct round *there, const struct org *org,
                       struct error *error);
static void print_planned(const struct ctl *ctl, const struct round *round, bool already,
                          const struct dry_run *result, const struct round_price *price);
static bool start(struct ctl *ctl, struct wish *wish, struct error *error);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct wish *wish = memory_zeroed(1, sizeof *wish);
    bool done = ctl_org(ctl, &error) && read_wish(ctl, wish, &error) && start(ctl, wish, &error);
    free(wish);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

static bool start(struct ctl *ctl, struct wish *wish, struct error *error)
{
    struct dry_run result; /* what it costs is known before it is planned */
    struct round_price price;
    struct round planned;
    bool already = false;
    if (!round_dry_run(ctl->link, &ctl->record.org, &wish->survey, &wish->round, &result, error) ||
        !round_price_load(ctl, &price, error))
        return false;
    if (ctl_option(ctl, "--dry-run") != NULL) {
        round_dry_run_print(&result, &ctl->record.org, &wish->round, &price, ctl->json);
        return true;
    }
    if (!plan(ctl, wish, &planned, &already, error))
        return false;
    print_planned(ctl, &planned, already, &result, &price);
    return true;
}

static bool read_wish(struct ctl *ctl, struct wish *wish, struct error *error)
{
    const struct org *org = &ctl->record.org;
    struct round *round = &wish->round;
    const char *seed = ctl_option(ctl, "--seed"), *at = ctl_option(ctl, "--at");
    struct pilot pilot;
    struct clock clock;
    bool active = false;
    if (!ctl_option_int(ctl, "--sample", 1, 50000000, &round->sample, error) ||
        !pilot_load(ctl->link, org, ctl_option(ctl, "--pilot"), &pilot, error) ||
        !survey_resolve(ctl->link, org->id, ctl_option(ctl, "--survey"), round->survey, error) ||
        !survey_load(ctl->link, org, round->survey, &wish->survey, &active, NULL, error) ||
        !ctl_clock(ctl, &clock, error))
        return false;
    if (!active)
        return error_set(error, "survey %s is not active: run `pulssi survey activate %s`", round->survey,
                         round->survey);
    (void)text_copy(round->pilot, sizeof round->pilot, pilot.id);
    wish->seed_given = seed != NULL;
    wish->at_given = at != NULL;
    if (seed == NULL)
        id_random(round->seed);
    else if (!text_copy(round->seed, sizeof round->seed, seed) || !text_is_utf8(seed, strlen(seed)))
        return error_set(error, "--seed: expected a text of 1 to %d bytes", SEED_SIZE - 1);
    int64_t now_ms = clock_domain_ms(&clock);
    if (!instant_parse(org->zone, at != NULL ? at : "now", now_ms, &round->at_ms, error))
        return error_prefix(error, "--at");
    round->not_after_ms =
        window_last_close_ms(org->zone, &org->window, round->at_ms, (int)ctl->settings.sending_days);
    if (round->not_after_ms >
        round->at_ms + 7 * DAY_MS) /* few sending days a week: its week must still close */
        round->not_after_ms = round->at_ms + 7 * DAY_MS;
    return name_round(ctl, wish, error);
}

/* --id, or pilot, survey and week. */
static bool name_round(struct ctl *ctl, struct wish *wish, struct error *error)
{
    struct round *round = &wish->round;
    const char *given = ctl_option(ctl, "--id");
    if (given != NULL) {
        if (!id_is_name(given, ROUND_SIZE - 1) || !text_copy(round->id, sizeof round->id, given))
            return error_set(error, "--id %.70s: expected 1 to %d of a-z 0-9 and -, beginning with a letter",
                             given, ROUND_SIZE - 1);
        return true;
    }
    char week[WEEK_SIZE];
    const struct zone *zone = ctl->record.org.zone;
    week_text(week_index_at(zone, round->at_ms), week);
    int chars =
        snprintf(round->id, sizeof round->id, "%s-%s-%.4s%s", round->pilot, wish->survey.id, week, week + 5);
    for (char *at = round->id; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    if (chars < 0 || chars >= ROUND_SIZE)
        return error_set(error, "the name of the round would be too long: give a shorter one with --id");
    return true;
}

/* Looks first, plans then: the round may be there already, or be planned by somebody else in between. */
static bool plan(struct ctl *ctl, const struct wish *wish, struct round *planned_out, bool *already_out,
                 struct error *error)
{
    const struct org *org = &ctl->record.org;
    if (!round_load(ctl->link, org->id, wish->round.id, planned_out, already_out, error))
        return false;
    if (*already_out)
        return same_round(wish, planned_out, org, error);
    struct redis_command command = {0};
    char differs[128];
    round_plan_command(&command, org->id, &wish->round);
    struct redis_value *value = redis_link_run(ctl->link, &command, error);
    redis_command_free(&command);
    if (value == NULL)
        return false;
    enum round_planned planned = round_plan_result(value, differs);
    redis_value_free(&value);
    if (!round_load(ctl->link, org->id, wish->round.id, planned_out, already_out, error))
        return false;
    bool there = *already_out;
    *already_out = planned != ROUND_PLANNED;
    switch (planned) {
    case ROUND_PLANNED:
    case ROUND_SAME:
    case ROUND_DIFFERS:
        return there ? same_round(wish, planned_out, org, error)
                     : error_set(error, "round %s was not kept by Redis", wish->round.id);
    case ROUND_PLAN_FAILED:
        break;
    }
    return error_set(error, "Redis gave an answer that is not one of round_plan");
}

/* False names what differs, and keeps what is there. */
static bool same_round(const struct wish *wish, const struct round *there, const struct org *org,
                       struct error *error)
{
    const struct round *round = &wish->round;
    char differs[160] = "", at[24];
    instant_text(org->zone, there->at_ms, at);
    if (strcmp(there->pilot, round->pilot) != 0)
        snprintf(differs, sizeof differs, "pilot %s", there->pilot);
    else if (strcmp(there->survey, round->survey) != 0)
        snprintf(differs, sizeof differs, "survey %s", there->survey);
    else if (there->sample != round->sample && there->sample == 0)
        snprintf(differs, sizeof differs, "everyone (no sample)");
    else if (there->sample != round->sample)
        snprintf(differs, sizeof differs, "sample %" PRId64, there->sample);
    else if (wish->seed_given && strcmp(there->seed, round->seed) != 0)
        snprintf(differs, sizeof differs, "seed %s", there->seed);
    else if (wish->at_given && there->at_ms != round->at_ms)
        snprintf(differs, sizeof differs, "start %s", at);
    if (differs[0] == '\0')
        return true;
    return error_set(error, "round %s is there already with %s: give another --id for another round",
                     there->id, differs);
}

static void print_planned(const struct ctl *ctl, const struct round *round, bool already,
                          const struct dry_run *result, const struct round_price *price)
{
    const struct org *org = &ctl->record.org;
    char at[24], not_after[24];
    instant_text(org->zone, round->at_ms, at);
    instant_text(org->zone, round->not_after_ms, not_after);
    if (ctl->json) {
        struct text cost = {0};
        if (already)
            text_add(&cost, "null");
        else
            round_cost_add_json(result, org, price, &cost);
        printf("{\"org\":\"%s\",\"round\":\"%s\",\"result\":\"%s\",\"state\":\"%s\",\"pilot\":\"%s\","
               "\"survey\":\"%s\","
               "\"at\":\"%s\",\"at_ms\":%" PRId64 ",\"not_after_ms\":%" PRId64 ",\"sample\":%" PRId64
               ",\"members\":%" PRId64 ",\"cost\":%s}\n",
               org->id, round->id, already ? "unchanged" : "planned", round_state(round), round->pilot,
               round->survey, at, round->at_ms, round->not_after_ms, round->sample, result->members,
               cost.chars);
        text_free(&cost);
        return;
    }
    if (already) {
        printf("round %s: already started (%s, %s)\n", round->id, at, round_state(round));
        return;
    }
    printf("round %s: starts %s, sends until %s\n", round->id, at, not_after);
    if (result->members == 0)
        printf("Pilot %s has no contacts yet: import them before it starts.\n", round->pilot);
    round_cost_print(result, org, price);
}

static const struct command_option options[] = {
    {"--pilot", "P", "whose contacts are asked", true},
    {"--survey", "S", "what they are asked: ID (its newest active version) or ID@VERSION", true},
    {"--sample", "N", "ask so many, drawn at random (otherwise everyone)", false},
    {"--seed", "X", "the draw's seed, any text (otherwise a random one)", false},
    {"--at", "TIME", "when it starts, local time such as 2026-01-12T09:00 (otherwise now)", false},
    {"--id", "ID", "the round's name (otherwise pilot, survey and week)", false},
    {"--dry-run", NULL, "count who would be asked; write nothing", false},
    {NULL, NULL, NULL, false},
};

const struct command command_round_start = {
    .name = "round",
    .subcommand = "start",
    .options = options,
    .summary = "start a round: ask a pilot's contacts a survey, now or at a time",
    .details = "Shows what it costs: people by language, segments and price, and the month's\n"
               "budget. Who is asked is drawn when the round starts. People who said STOP, have an open\n"
               "pulse or were asked too recently are left out. Messages go in the organisation's\n"
               "sending window.",
    .example = "pulssi round start --pilot coaching-a --survey felt-forward --dry-run",
    .run = run,
};
