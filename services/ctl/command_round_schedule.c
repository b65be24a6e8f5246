/* pulssi round schedule: rounds again and again, by a rule; the dispatcher fires them.
 *
 * Promises: everything is checked before the first write; the same command twice makes one schedule. What was not
 * given does not matter for being the same: a seed that was drawn, the day it was made. */
#include "ctl/round_dry_run.h"
#include "ctl/schedule_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct wish {
    struct schedule schedule;
    struct survey survey; /* what it would ask if it fired today */
    bool seed_given, from_given;
    int64_t now_ms;
};

struct made {
    struct schedule_record record;
    const char *result;
    char starts_after[ROUND_SIZE]; /* the round that is there already; "" = none */
    bool is_new;                   /* then what its first run would cost, as far as it is known today */
    struct dry_run cost;
    struct round_price price;
};

static bool read_wish(struct ctl *ctl, struct wish *wish, struct error *error);
static bool read_target(struct ctl *ctl, struct schedule *schedule, struct survey *survey_out,
                        struct error *error);
static bool read_days(struct ctl *ctl, struct wish *wish, struct error *error);
static bool read_name(struct ctl *ctl, struct schedule *schedule, struct error *error);
static bool make(struct ctl *ctl, const struct wish *wish, struct made *made, struct error *error);
static bool plan(struct ctl *ctl, const struct wish *wish, struct made *made, struct error *error);
static bool price(struct ctl *ctl, const struct wish *wish, struct made *made, struct error *error);
static bool look(const struct ctl *ctl, const struct wish *wish, struct schedule_record *record_out,
                 bool *there_out, struct error *error);
static bool same_schedule(const struct wish *wish, const struct schedule *there, struct error *error);
static void print(const struct ctl *ctl, const struct made *made);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct wish *wish = memory_zeroed(1, sizeof *wish);
    struct made made = {.result = "unchanged"};
    wish->schedule.until_day = -1;
    bool done = ctl_org(ctl, &error) && read_wish(ctl, wish, &error) && make(ctl, wish, &made, &error);
    if (done)
        print(ctl, &made);
    free(wish);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

/* --- what is asked for --- */

static bool read_wish(struct ctl *ctl, struct wish *wish, struct error *error)
{
    struct schedule *schedule = &wish->schedule;
    const char *seed = ctl_option(ctl, "--seed");
    struct clock clock;
    if (!ctl_clock(ctl, &clock, error))
        return false;
    wish->now_ms = clock_domain_ms(&clock);
    wish->seed_given = seed != NULL;
    if (seed == NULL)
        id_random(schedule->seed);
    else if (!text_copy(schedule->seed, sizeof schedule->seed, seed) || !text_is_utf8(seed, strlen(seed)))
        return error_set(error, "--seed: expected a text of 1 to %d bytes", SCHEDULE_SEED_SIZE - 1);
    return ctl_option_int(ctl, "--sample", 1, 50000000, &schedule->sample, error) &&
           (schedule_set_rule(schedule, &ctl->record.org.window, ctl_option(ctl, "--rrule"), error) ||
            error_prefix(error, "--rrule")) &&
           read_days(ctl, wish, error) && read_target(ctl, schedule, &wish->survey, error) &&
           read_name(ctl, schedule, error);
}

static bool read_day(struct ctl *ctl, const char *option, int64_t *day_out, struct error *error)
{
    const char *value = ctl_option(ctl, option);
    return value == NULL || day_parse(value, day_out) ||
           error_set(error, "%s %.40s: expected a day such as 2026-01-13", option, value);
}

static bool read_days(struct ctl *ctl, struct wish *wish, struct error *error)
{
    struct schedule *schedule = &wish->schedule;
    schedule->from_day = day_index_at(ctl->record.org.zone, wish->now_ms);
    wish->from_given = ctl_option(ctl, "--from") != NULL;
    if (!read_day(ctl, "--from", &schedule->from_day, error) ||
        !read_day(ctl, "--until", &schedule->until_day, error))
        return false;
    for (size_t i = 0; i < ctl->repeated_count; i++) {
        if (!schedule_add_except(schedule, ctl->repeated[i], error))
            return error_prefix(error, "--except");
    }
    return true;
}

/* The pilot is there and the survey can be asked. A survey without a version stays so: the highest one that is
 * active when it fires. */
static bool read_target(struct ctl *ctl, struct schedule *schedule, struct survey *survey_out,
                        struct error *error)
{
    const struct org *org = &ctl->record.org;
    const char *wanted = ctl_option(ctl, "--survey");
    struct pilot pilot;
    char ref[SURVEY_REF_SIZE];
    bool active = false;
    if (!pilot_load(ctl->link, org, ctl_option(ctl, "--pilot"), &pilot, error) ||
        !survey_resolve(ctl->link, org->id, wanted, ref, error) ||
        !survey_load(ctl->link, org, ref, survey_out, &active, NULL, error))
        return false;
    if (!active)
        return error_set(error, "survey %s is not active: run `pulssi survey activate %s`", ref, ref);
    (void)text_copy(schedule->pilot, sizeof schedule->pilot, pilot.id);
    (void)text_copy(schedule->survey, sizeof schedule->survey, wanted);
    return true;
}

/* --name, or pilot and survey. */
static bool read_name(struct ctl *ctl, struct schedule *schedule, struct error *error)
{
    const char *given = ctl_option(ctl, "--name");
    if (given == NULL) {
        int chars = snprintf(schedule->id, sizeof schedule->id, "%s-%.*s", schedule->pilot,
                             (int)strcspn(schedule->survey, "@"), schedule->survey);
        return (chars > 0 && chars < SCHEDULE_ID_SIZE) ||
               error_set(error, "the name of the schedule would be too long: give a shorter one with --name");
    }
    return (id_is_name(given, SCHEDULE_ID_SIZE - 1) && text_copy(schedule->id, sizeof schedule->id, given)) ||
           error_set(error, "--name %.60s: expected 1 to %d of a-z 0-9 and -, beginning with a letter", given,
                     SCHEDULE_ID_SIZE - 1);
}

/* --- making it --- */

/* Looks first, writes then: it may be there already, or be made by somebody else in between. */
static bool make(struct ctl *ctl, const struct wish *wish, struct made *made, struct error *error)
{
    bool there = false, dry = ctl_option(ctl, "--dry-run") != NULL;
    if (!look(ctl, wish, &made->record, &there, error))
        return false;
    if (there)
        return true;
    if (!plan(ctl, wish, made, error))
        return false;
    made->result = dry ? "dry run, nothing is written" : "planned";
    if (dry)
        return true;
    switch (schedule_store(ctl->link, ctl->record.org.id, &wish->schedule, made->record.next_ms, error)) {
    case SCHEDULE_PUT_FAILED:
        return false;
    case SCHEDULE_PUT_WRITTEN:
        return true;
    case SCHEDULE_PUT_SAME:
    case SCHEDULE_PUT_DIFFERS:
        break;
    }
    *made = (struct made){.result = "unchanged"};
    return look(ctl, wish, &made->record, &there, error);
}

/* Decides when it fires first. */
static bool plan(struct ctl *ctl, const struct wish *wish, struct made *made, struct error *error)
{
    int64_t next_ms = -1;
    if (wish->schedule.until_day >= 0 && wish->schedule.until_day < wish->schedule.from_day)
        return error_set(error, "--until %s is before the first day", ctl_option(ctl, "--until"));
    if (!schedule_check(&wish->schedule, ctl->record.org.zone, wish->now_ms, error))
        return error_prefix(error, "--rrule");
    if (!schedule_first(ctl, &wish->schedule, wish->now_ms, &next_ms, made->starts_after, error))
        return false;
    if (next_ms < 0)
        return error_set(error, "--rrule: never fires after round %s, which is there already",
                         made->starts_after);
    made->record = (struct schedule_record){.schedule = wish->schedule, .next_ms = next_ms, .run_ms = -1};
    made->is_new = true;
    return price(ctl, wish, made, error);
}

/* Its first run, with the contacts there are now. */
static bool price(struct ctl *ctl, const struct wish *wish, struct made *made, struct error *error)
{
    struct round round = {.at_ms = made->record.next_ms, .sample = wish->schedule.sample};
    (void)text_copy(round.pilot, sizeof round.pilot, wish->schedule.pilot);
    (void)text_copy(round.seed, sizeof round.seed, wish->schedule.seed);
    return round_dry_run(ctl->link, &ctl->record.org, &wish->survey, &round, &made->cost, error) &&
           round_price_load(ctl, &made->price, error);
}

/* False also when one of that name is there and asks something else. */
static bool look(const struct ctl *ctl, const struct wish *wish, struct schedule_record *record_out,
                 bool *there_out, struct error *error)
{
    struct schedule_record *records = NULL;
    size_t count = 0;
    *there_out = false;
    if (!schedules_load(ctl->link, ctl->record.org.id, &records, &count, error))
        return false;
    for (size_t i = 0; i < count && !*there_out; i++) {
        *there_out = strcmp(records[i].schedule.id, wish->schedule.id) == 0;
        if (*there_out)
            *record_out = records[i];
    }
    free(records);
    if (*there_out && record_out->state == SCHEDULE_UNREADABLE)
        return error_set(error, "schedule %s is there already and cannot be read: remove it first",
                         wish->schedule.id);
    return !*there_out || same_schedule(wish, &record_out->schedule, error);
}

static bool same_excepts(const struct schedule *a, const struct schedule *b)
{
    return a->except_count == b->except_count &&
           memcmp(a->except_days, b->except_days, a->except_count * sizeof a->except_days[0]) == 0;
}

/* False names what differs, and keeps what is there. */
static bool same_schedule(const struct wish *wish, const struct schedule *there, struct error *error)
{
    const struct schedule *wanted = &wish->schedule;
    char differs[256] = "", day[DAY_SIZE] = "";
    if (strcmp(there->pilot, wanted->pilot) != 0)
        snprintf(differs, sizeof differs, "pilot %s", there->pilot);
    else if (strcmp(there->survey, wanted->survey) != 0)
        snprintf(differs, sizeof differs, "survey %s", there->survey);
    else if (strcmp(there->rule.text, wanted->rule.text) != 0)
        snprintf(differs, sizeof differs, "rrule %s", there->rule.text);
    else if (there->sample != wanted->sample && there->sample == 0)
        snprintf(differs, sizeof differs, "everyone (no sample)");
    else if (there->sample != wanted->sample)
        snprintf(differs, sizeof differs, "sample %" PRId64, there->sample);
    else if (wish->seed_given && strcmp(there->seed, wanted->seed) != 0)
        snprintf(differs, sizeof differs, "seed %s", there->seed);
    else if (!same_excepts(there, wanted))
        snprintf(differs, sizeof differs, "%zu days left out", there->except_count);
    else if (there->until_day != wanted->until_day && there->until_day < 0)
        snprintf(differs, sizeof differs, "no last day");
    if (differs[0] == '\0' && there->until_day != wanted->until_day) {
        day_text(there->until_day, day);
        snprintf(differs, sizeof differs, "last day %s", day);
    } else if (differs[0] == '\0' && wish->from_given && there->from_day != wanted->from_day) {
        day_text(there->from_day, day);
        snprintf(differs, sizeof differs, "first day %s", day);
    }
    return differs[0] == '\0' ||
           error_set(error, "schedule %s is there already with %s: remove it first, or give another --name",
                     there->id, differs);
}

static void print(const struct ctl *ctl, const struct made *made)
{
    const struct org *org = &ctl->record.org;
    if (!ctl->json) {
        printf("schedule %s: %s\n", made->record.schedule.id, made->result);
        schedule_print_starts_after(made->starts_after);
        schedule_print(org, &made->record);
        if (made->is_new) {
            if (made->cost.asked > 0)
                printf("Each run would cost, if it were today:\n");
            round_cost_print(&made->cost, org, &made->price);
        }
        return;
    }
    struct text text = {0};
    text_addf(&text, "{\"org\":\"%s\",\"result\":\"%s\",", org->id, made->result);
    schedule_print_json(org, &made->record, &text);
    schedule_add_starts_after(made->starts_after, &text);
    text_add(&text, ",\"cost\":");
    if (made->is_new)
        round_cost_add_json(&made->cost, org, &made->price, &text);
    else
        text_add(&text, "null");
    text_add(&text, "}");
    printf("%s\n", text.chars);
    text_free(&text);
}

static const struct command_option options[] = {
    {"--pilot", "PILOT", "whom to ask", true},
    {"--survey", "SURVEY", "ID (highest active version each time) or ID@VERSION", true},
    {"--rrule", "RULE", "when (RFC 5545, local time): FREQ=WEEKLY;BYDAY=TU", true},
    {"--from", "DATE", "the first day (otherwise today)", false},
    {"--until", "DATE", "the last day", false},
    {"--except", "DATE", "a day it does not fire; may be given up to 64 times", false},
    {"--sample", "N", "ask N members drawn at random each time (otherwise everyone)", false},
    {"--seed", "TEXT", "make the draws repeatable", false},
    {"--name", "NAME", "name of the schedule (otherwise pilot and survey)", false},
    {"--dry-run", NULL, "only show the next times; nothing is written", false},
    {NULL, NULL, NULL, false},
};

const struct command command_round_schedule = {
    .name = "round",
    .subcommand = "schedule",
    .options = options,
    .repeated = "--except",
    .summary = "start rounds again and again by a rule, in the organisation's time zone",
    .details = "The rule is DAILY or WEEKLY (with BYDAY, BYMONTH), MONTHLY (with BYMONTHDAY, or\n"
               "BYDAY and perhaps BYSETPOS; BYMONTH) or YEARLY (with BYMONTH and BYMONTHDAY or\n"
               "BYDAY), each with INTERVAL, WKST, COUNT or UNTIL, and one BYHOUR, BYMINUTE and\n"
               "BYSECOND; at most once a day. Without BYHOUR it fires at the opening of the\n"
               "sending window. A time that the clocks skip in spring is the moment after the\n"
               "gap; one that comes twice in autumn is the first. Each round is named\n"
               "SCHEDULE.DATE and is sent inside one sending window; on a day whose round is\n"
               "there already it does not start. A run missed while the dispatcher was down is\n"
               "made up inside that window, otherwise skipped; so is one whose survey has no\n"
               "active version. Shows the next five times; giving the same command again\n"
               "changes nothing.",
    .example = "pulssi round schedule --pilot coaching-a --survey felt-forward \\\n"
               "    --rrule \"FREQ=WEEKLY;BYDAY=TU;BYHOUR=10\"",
    .run = run,
};
