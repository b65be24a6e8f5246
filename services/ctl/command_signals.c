/* pulssi signals: the published figures of the pilots. Ordered by name, never by figure: no league tables.
 * Shows only what was published; figures of a unit with too few answers are not there to show. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/weeks.h"
#include "ctl/table.h"

/* A published figure: its JSON as stored, and the tree of it. */
struct unit {
    char week[WEEK_SIZE];
    char *name; /* "pilot|question" */
    char *json;
    cJSON *figure;
};

struct units {
    struct unit *items;
    size_t count, capacity;
    char (*weeks)[WEEK_SIZE]; /* ascending */
    size_t weeks_count;
};

static bool read_weeks(struct ctl *ctl, struct units *units, struct error *error);
static bool read_units(struct ctl *ctl, struct units *units, const char *week, struct error *error);
static void units_free(struct units *units);
static void print_json(const struct ctl *ctl, const struct units *units);
static void print_text(const struct units *units);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct units units = {0};
    bool read = ctl_org(ctl, &error) && read_weeks(ctl, &units, &error);
    for (size_t i = 0; read && i < units.weeks_count; i++)
        read = read_units(ctl, &units, units.weeks[i], &error);
    if (read && ctl->json)
        print_json(ctl, &units);
    else if (read)
        print_text(&units);
    units_free(&units);
    return read ? EXIT_SUCCESS : ctl_fail(&error);
}

static int compare_weeks(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The published weeks that are asked for: the latest, the one of --week, or all. */
static bool read_weeks(struct ctl *ctl, struct units *units, struct error *error)
{
    const char *wanted = ctl_option(ctl, "--week");
    bool all = ctl_option(ctl, "--all") != NULL;
    int64_t week_index = 0;
    if (wanted != NULL && !week_parse(wanted, &week_index))
        return error_set(error, "--week %.20s: expected a week such as 2026-W03", wanted);
    struct redis_command command = {0};
    week_hash_command(&command, ctl->record.org.id, WEEK_STATES, "");
    struct redis_value *states = redis_link_run(ctl->link, &command, error);
    redis_command_free(&command);
    if (states == NULL)
        return false;
    units->weeks = memory_zeroed(redis_count(states) / 2 + 1, WEEK_SIZE);
    for (size_t i = 0; i + 1 < redis_count(states); i += 2) {
        const char *week = redis_text(redis_item(states, i));
        bool published = strcmp(redis_text(redis_item(states, i + 1)), "published") == 0;
        if (published && (wanted == NULL || strcmp(week, wanted) == 0) &&
            text_copy(units->weeks[units->weeks_count], WEEK_SIZE, week))
            units->weeks_count++;
    }
    redis_value_free(&states);
    qsort(units->weeks, units->weeks_count, WEEK_SIZE, compare_weeks);
    if (wanted != NULL && units->weeks_count == 0)
        return error_set(error, "week %s is not published", wanted);
    if (!all && units->weeks_count > 1) {
        memcpy(units->weeks[0], units->weeks[units->weeks_count - 1], WEEK_SIZE);
        units->weeks_count = 1;
    }
    return true;
}

static int compare_units(const void *a, const void *b)
{
    const struct unit *left = a, *right = b;
    int weeks = strcmp(left->week, right->week);
    return weeks != 0 ? weeks : strcmp(left->name, right->name);
}

static bool read_units(struct ctl *ctl, struct units *units, const char *week, struct error *error)
{
    const char *pilot = ctl_option(ctl, "--pilot");
    struct redis_command command = {0};
    week_hash_command(&command, ctl->record.org.id, WEEK_PUBLISHED, week);
    struct redis_value *figures = redis_link_run(ctl->link, &command, error);
    redis_command_free(&command);
    bool done = figures != NULL;
    for (size_t i = 0; done && i + 1 < redis_count(figures); i += 2) {
        const char *name = redis_text(redis_item(figures, i));
        const struct redis_value *json = redis_item(figures, i + 1);
        if (pilot != NULL && (strncmp(name, pilot, strlen(pilot)) != 0 || name[strlen(pilot)] != '|'))
            continue;
        if (units->count == units->capacity) {
            units->capacity = units->capacity == 0 ? 64 : units->capacity * 2;
            units->items = memory_resized(units->items, units->capacity, sizeof *units->items);
        }
        struct unit unit = {.figure = json_parse(redis_text(json), redis_text_bytes(json), error)};
        done = unit.figure != NULL || error_prefix(error, "published figure %s of %s", name, week);
        if (done) {
            (void)text_copy(unit.week, sizeof unit.week, week);
            unit.name = memory_text(name);
            unit.json = memory_text(redis_text(json));
            units->items[units->count++] = unit;
        }
    }
    redis_value_free(&figures);
    if (units->count > 0)
        qsort(units->items, units->count, sizeof *units->items, compare_units);
    return done;
}

static void units_free(struct units *units)
{
    for (size_t i = 0; i < units->count; i++) {
        free(units->items[i].name);
        free(units->items[i].json);
        cJSON_Delete(units->items[i].figure);
    }
    free(units->items);
    free(units->weeks);
}

static void print_json(const struct ctl *ctl, const struct units *units)
{
    printf("{\"org\":\"%s\",\"weeks\":[", ctl->record.org.id);
    size_t at = 0;
    for (size_t i = 0; i < units->weeks_count; i++) {
        printf("%s{\"week\":\"%s\",\"units\":[", i > 0 ? "," : "", units->weeks[i]);
        for (bool first = true; at < units->count && strcmp(units->items[at].week, units->weeks[i]) == 0;
             at++) {
            printf("%s%s", first ? "" : ",", units->items[at].json);
            first = false;
        }
        printf("]}");
    }
    printf("]}\n");
}

static const char *member_text(const cJSON *figure, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(figure, name);
    return cJSON_IsString(member) ? member->valuestring : "";
}

/* NaN when it is null or not there. */
static double member_number(const cJSON *figure, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(figure, name);
    return cJSON_IsNumber(member) ? member->valuedouble : NAN;
}

static const char *state_words(const char *state)
{
    static const struct {
        const char *state, *words;
    } known[] = {{"success", "▲ Success"},
                 {"failure", "▼ Failure"},
                 {"no_signal", "● Not clear yet"},
                 {"too_few", "⋯ Too few"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].state, state) == 0)
            return known[i].words;
    }
    return state;
}

/* The question is named only where a pilot has more than one. */
static void add_name(struct table *table, const struct units *units, size_t at)
{
    const char *pilot = member_text(units->items[at].figure, "pilot");
    const char *slash = strrchr(member_text(units->items[at].figure, "question"), '/');
    bool several = false;
    for (size_t i = 0; i < units->count && !several; i++)
        several = i != at && strcmp(units->items[i].week, units->items[at].week) == 0 &&
                  strcmp(member_text(units->items[i].figure, "pilot"), pilot) == 0;
    table_cell(table, "%s%s", pilot, several && slash != NULL ? slash : "");
}

static void add_row(struct table *table, const struct units *units, size_t at)
{
    const cJSON *figure = units->items[at].figure;
    bool too_few = strcmp(member_text(figure, "state"), "too_few") == 0;
    bool polarised = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(figure, "polarised"));
    double answered = member_number(figure, "n"), positive = member_number(figure, "positive");
    double rate = member_number(figure, "response_rate"), sent = member_number(figure, "sent");
    const cJSON *wilson = cJSON_GetObjectItemCaseSensitive(figure, "wilson");
    const char *first = strchr(member_text(figure, "first_week"), 'W');
    const char *last = strchr(member_text(figure, "last_week"), 'W');
    add_name(table, units, at);
    table_cell(table, "%s%s", state_words(member_text(figure, "state")), polarised ? ", polarised" : "");
    if (too_few || !(answered > 0) || cJSON_GetArraySize(wilson) != 2) {
        table_cell(table, "%s", "");
        table_cell(table, "%s", "");
        table_cell(table, "%.0f asked", sent);
        table_cell(table, "%s", "");
    } else {
        table_cell(table, "%.0f %% (%.0f–%.0f)", positive / answered * 100,
                   cJSON_GetArrayItem(wilson, 0)->valuedouble * 100,
                   cJSON_GetArrayItem(wilson, 1)->valuedouble * 100);
        table_cell(table, "%.0f %%", member_number(figure, "negative") / answered * 100);
        table_cell(table, "%.0f of %.0f", answered, sent);
        if (isnan(rate))
            table_cell(table, "%s", "");
        else
            table_cell(table, "%.0f %%", rate * 100);
    }
    table_cell(table, "%s–%s", first == NULL ? "" : first, last == NULL ? "" : last);
}

static void print_text(const struct units *units)
{
    static const char *const heads[] = {"pilot",    "signal", "positive", "negative",
                                        "answered", "rate",   "weeks"};
    size_t at = 0;
    if (units->weeks_count == 0)
        fputs("No week is published yet: a week closes on the Monday two weeks later, plus the grace.\n",
              stderr);
    for (size_t i = 0; i < units->weeks_count; i++) {
        struct table table;
        table_start(&table, "lllrlrl");
        printf("%s%s\n", i > 0 ? "\n" : "", units->weeks[i]);
        if (at == units->count || strcmp(units->items[at].week, units->weeks[i]) != 0) {
            printf("  nothing published for this pilot\n");
            continue;
        }
        for (size_t column = 0; column < sizeof heads / sizeof heads[0]; column++)
            table_cell(&table, "%s", heads[column]);
        for (; at < units->count && strcmp(units->items[at].week, units->weeks[i]) == 0; at++)
            add_row(&table, units, at);
        table_print(&table, "  ");
    }
}

static const struct command_option options[] = {
    {"--pilot", "P", "this pilot only", false},
    {"--week", "W", "this week, such as 2026-W03 (otherwise the latest published)", false},
    {"--all", NULL, "all published weeks", false},
    {NULL, NULL, NULL, false},
};

const struct command command_signals = {
    .name = "signals",
    .options = options,
    .summary = "show what is succeeding, what is failing, what cannot be told yet",
    .details = "Published figures only, pilots in the order of their names. The range after the positive "
               "share is its\n"
               "95 % Wilson interval; the rate is the response rate RR2. --json has everything.",
    .example = "pulssi signals --pilot coaching-a --all",
    .works_behind = true,
    .run = run,
};
