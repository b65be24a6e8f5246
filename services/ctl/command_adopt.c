/* pulssi adopt: going on with a Redis that lost writes it had acknowledged.
 *
 *   what was found → what it would settle → (without --yes: shown, and no more) → mark → each org → adoption count
 *
 * Promises: nobody is asked twice because of the loss; the programs wait until all is done; a kill at any point and the
 * same command again end the same. Never brings anything back, and says what it cannot know. */
#include "ctl/ctl.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/audited.h"
#include "ctl/table.h"
#include "store/adopt.h"
#include "store/call.h"
#include "store/dataset.h"
#include "store/server_check.h"

#define PROGRAMS_MAX 32

struct adoption {
    struct ctl *ctl;
    struct dataset dataset;
    struct seen *programs[PROGRAMS_MAX]; /* what the programs of this machine have seen */
    char names[PROGRAMS_MAX][64];
    size_t programs_count;
    struct text reasons; /* a line each; empty = Redis is not behind */
    char (*orgs)[33];
    size_t orgs_count;
    struct adopt_moment moment;
    struct adopt_counts *counts; /* by org */
};

static bool adoption_prepare(struct adoption *adoption, struct error *error);
static bool read_programs(struct adoption *adoption, struct error *error);
static bool find_reasons(struct adoption *adoption, struct error *error);
static bool look_at_orgs(struct adoption *adoption, struct error *error);
static bool settle(struct adoption *adoption, struct error *error);
static void print_plan(const struct adoption *adoption);
static void print_json(const struct adoption *adoption, const char *result);
static void adoption_free(struct adoption *adoption);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct adoption adoption = {.ctl = ctl};
    bool sure = ctl_option(ctl, "--yes") != NULL;
    bool prepared = adoption_prepare(&adoption, &error), behind = adoption.reasons.bytes > 0;
    bool done = prepared && (!behind || look_at_orgs(&adoption, &error));
    if (done && behind && !ctl->json)
        print_plan(&adoption);
    if (done && behind && sure)
        done = settle(&adoption, &error);
    if (done && ctl->json)
        print_json(&adoption, !behind ? "not behind" : sure ? "adopted" : "nothing was changed");
    else if (done && !behind)
        printf("Redis is not behind anything that was seen: there is nothing to adopt.\n");
    else if (done && sure)
        printf("\nAdopted. The programs go on by themselves; now run: pulssi books\n");
    else if (done)
        printf("\nNothing was changed. To settle this and go on: pulssi adopt --yes\n");
    adoption_free(&adoption);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

static bool adoption_prepare(struct adoption *adoption, struct error *error)
{
    struct ctl *ctl = adoption->ctl;
    struct clock clock;
    if (!ctl_settings(ctl, error))
        return false;
    ctl->link = store_open_unjudged(&ctl->settings, error);
    if (ctl->link == NULL)
        return ctl_no_store(ctl, error);
    if (!dataset_read(ctl->link, &adoption->dataset, error) || !ctl_clock(ctl, &clock, error) ||
        !adopt_redis_now(ctl->link, &adoption->moment.redis_now_ms, error))
        return false;
    if (adoption->dataset.id[0] == '\0')
        return error_set(error, "Redis holds no Pulssi data set: there is nothing to adopt");
    adoption->moment.now_ms = clock_domain_ms(&clock);
    adoption->moment.reply_window_days = ctl->settings.reply_window_days;
    return read_programs(adoption, error) && find_reasons(adoption, error);
}

/* --- what was seen --- */

static bool read_program(struct adoption *adoption, const char *file, struct error *error)
{
    size_t chars = strlen(file), suffix = strlen(SEEN_SUFFIX);
    if (chars <= suffix || strcmp(file + chars - suffix, SEEN_SUFFIX) != 0)
        return true;
    if (adoption->programs_count == PROGRAMS_MAX)
        return error_set(error, "more than %d programs have left files in the state folder", PROGRAMS_MAX);
    char *name = adoption->names[adoption->programs_count];
    snprintf(name, sizeof adoption->names[0], "%.*s", (int)(chars - suffix), file);
    struct seen *seen = seen_open(&adoption->ctl->settings, name, NULL, error);
    if (seen == NULL)
        return false;
    adoption->programs[adoption->programs_count++] = seen;
    return true;
}

static bool read_programs(struct adoption *adoption, struct error *error)
{
    char folder[320];
    snprintf(folder, sizeof folder, "%s/state", adoption->ctl->settings.data_folder);
    DIR *directory = opendir(folder);
    bool read = true;
    for (struct dirent *entry; directory != NULL && read && (entry = readdir(directory)) != NULL;)
        read = read_program(adoption, entry->d_name, error);
    if (directory != NULL)
        closedir(directory);
    return read;
}

static bool is_same_data_set(const struct adoption *adoption, size_t program, struct error *error)
{
    const char *known = seen_dataset(adoption->programs[program]);
    return known[0] == '\0' || strcmp(known, adoption->dataset.id) == 0 ||
           error_set(error,
                     "Redis holds data set %s, and %s worked with %s: another data set cannot be adopted. "
                     "Correct [redis] address; or, if this is the one to go on with, stop the programs and "
                     "remove %s/state/*" SEEN_SUFFIX,
                     adoption->dataset.id, adoption->names[program], known,
                     adoption->ctl->settings.data_folder);
}

static bool commit_number(struct redis_link *link, const char *org, int64_t *number_out, struct error *error)
{
    struct redis_command command = {0};
    commit_number_command(&command, org);
    struct redis_value *value = redis_link_run(link, &command, error);
    redis_command_free(&command);
    bool read = value != NULL;
    *number_out = read ? redis_int(value) : 0;
    redis_value_free(&value);
    return read;
}

/* The highest number of an org that any program saw since the adoption before this one. */
static int64_t highest_seen(const struct adoption *adoption, const char *org, size_t *program_out)
{
    int64_t highest = 0;
    for (size_t i = 0; i < adoption->programs_count; i++) {
        int64_t number = seen_number(adoption->programs[i], org);
        if (seen_adoption(adoption->programs[i]) >= adoption->dataset.adoption && number > highest) {
            highest = number;
            *program_out = i;
        }
    }
    return highest;
}

static bool find_reasons(struct adoption *adoption, struct error *error)
{
    const struct dataset *dataset = &adoption->dataset;
    struct text *reasons = &adoption->reasons;
    adoption->orgs = memory_zeroed(ORGS_MAX, sizeof *adoption->orgs);
    if (!orgs_list(adoption->ctl->link, adoption->orgs, ORGS_MAX, &adoption->orgs_count, error))
        return false;
    if (dataset->behind[0] != '\0')
        text_addf(reasons, "  %s\n", dataset->behind);
    for (size_t i = 0; i < adoption->programs_count; i++) {
        if (!is_same_data_set(adoption, i, error))
            return false;
        if (seen_adoption(adoption->programs[i]) > dataset->adoption)
            text_addf(reasons, "  it was adopted %" PRId64 " times, and %s knows of %" PRId64 "\n",
                      dataset->adoption, adoption->names[i], seen_adoption(adoption->programs[i]));
    }
    for (size_t i = 0; i < adoption->orgs_count; i++) {
        int64_t number;
        size_t program = 0;
        int64_t seen = highest_seen(adoption, adoption->orgs[i], &program);
        if (!commit_number(adoption->ctl->link, adoption->orgs[i], &number, error))
            return false;
        if (seen > number)
            text_addf(reasons, "  %s is at commit %" PRId64 ", and %s has seen %" PRId64 "\n",
                      adoption->orgs[i], number, adoption->names[program], seen);
    }
    return true;
}

/* --- the orgs --- */

static bool look_at_orgs(struct adoption *adoption, struct error *error)
{
    struct ctl *ctl = adoption->ctl;
    adoption->counts = memory_zeroed(adoption->orgs_count + 1, sizeof *adoption->counts);
    for (size_t i = 0; i < adoption->orgs_count; i++) {
        if (!org_load(ctl->link, adoption->orgs[i], &ctl->record, error) ||
            !adopt_look(ctl->link, &ctl->record.org, &adoption->moment, &adoption->counts[i], error))
            return false;
    }
    return true;
}

/* Higher than any program knows of, so that each begins its memory anew. */
static int64_t adoption_after(const struct adoption *adoption)
{
    int64_t known = adoption->dataset.adoption;
    if (adoption->dataset.behind_adoption > known)
        known = adoption->dataset.behind_adoption;
    for (size_t i = 0; i < adoption->programs_count; i++) {
        if (seen_adoption(adoption->programs[i]) > known)
            known = seen_adoption(adoption->programs[i]);
    }
    return known + 1;
}

static bool settle(struct adoption *adoption, struct error *error)
{
    struct ctl *ctl = adoption->ctl;
    if (!dataset_mark_behind(ctl->link, "pulssi adopt", "it is being adopted", adoption->dataset.adoption,
                             error))
        return false;
    for (size_t i = 0; i < adoption->orgs_count; i++) {
        size_t program = 0;
        struct adopt_counts *counts = &adoption->counts[i];
        int64_t messages = counts->in_hands + counts->waiting + counts->held;
        if (!org_load(ctl->link, adoption->orgs[i], &ctl->record, error) ||
            !audited(ctl, "adopt: messages, rounds and schedules of a time that Redis lost", messages,
                     error) ||
            !adopt_org(ctl->link, &ctl->record.org, &adoption->moment,
                       highest_seen(adoption, adoption->orgs[i], &program), counts, error))
            return error_prefix(error, "not all was settled: run this again");
    }
    return dataset_adopt(ctl->link, adoption_after(adoption), error);
}

/* --- printing --- */

static void print_plan(const struct adoption *adoption)
{
    struct table table;
    printf("Redis lost writes that it had acknowledged:\n%s\n", adoption->reasons.chars);
    printf("So that nobody is asked twice, this becomes unknown, cancelled or skipped:\n");
    table_start(&table, "lrrrrr");
    static const char *const heads[] = {"org", "in hands", "waiting", "held", "rounds", "schedules"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        table_cell(&table, "%s", heads[i]);
    for (size_t i = 0; i < adoption->orgs_count; i++) {
        const struct adopt_counts *counts = &adoption->counts[i];
        table_cell(&table, "%s", adoption->orgs[i]);
        const int64_t columns[] = {counts->in_hands, counts->waiting, counts->held, counts->rounds,
                                   counts->schedules};
        for (size_t j = 0; j < sizeof columns / sizeof columns[0]; j++)
            table_cell(&table, "%" PRId64, columns[j]);
    }
    table_print(&table, "  ");
    printf("\nWhat cannot be known, and stays lost:\n"
           "  - answers, own words and volunteers that came in the lost time;\n"
           "  - STOPs and erasures of that time: the people count as they did before it;\n"
           "  - who was asked then: they may be asked again earlier than the caps say,\n"
           "    and an answer to a later question may be read as one to an earlier;\n"
           "  - a week that was closed then is closed and published again.\n"
           "The gateway's own log says who was sent a text and who replied: enter STOPs\n"
           "again from it, and look there before a round that was lost is sent anew.\n");
}

static void print_json(const struct adoption *adoption, const char *result)
{
    bool behind = adoption->reasons.bytes > 0;
    printf("{\"result\":\"%s\",\"behind\":%s,\"orgs\":[", result, behind ? "true" : "false");
    for (size_t i = 0; behind && i < adoption->orgs_count; i++) {
        const struct adopt_counts *counts = &adoption->counts[i];
        printf("%s{\"org\":\"%s\",\"messages\":%" PRId64 ",\"rounds\":%" PRId64 ",\"schedules\":%" PRId64 "}",
               i > 0 ? "," : "", adoption->orgs[i], counts->in_hands + counts->waiting + counts->held,
               counts->rounds, counts->schedules);
    }
    printf("]}\n");
}

static void adoption_free(struct adoption *adoption)
{
    for (size_t i = 0; i < adoption->programs_count; i++)
        seen_close(&adoption->programs[i]);
    text_free(&adoption->reasons);
    free(adoption->orgs);
    free(adoption->counts);
}

static const struct command_option options[] = {
    {"--yes", NULL, "settle it; without it nothing is changed", false},
    {NULL, NULL, NULL, false},
};

const struct command command_adopt = {
    .name = "adopt",
    .options = options,
    .summary = "go on with a Redis that lost writes",
    .details = "After a failover, or when a backup was restored, Redis may be behind what the\n"
               "programs have seen. They then wait: lanes stay closed, replies are kept.\n\n"
               "Messages that may have been sent in the time that is lost become unknown, and\n"
               "are never sent again; rounds that had started are cancelled; schedules that\n"
               "were due go on with their next time. Then the programs accept this Redis. An\n"
               "older backup that is restored later is refused again.\n\n"
               "Shows first what it would do, and what cannot be known. It is audited.",
    .example = "pulssi adopt --yes",
    .run = run,
};
