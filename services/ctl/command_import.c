/* pulssi import: people from a CSV file, for a pilot.
 *
 *   whole file read, judged and merged → refused lines to the report → rows to the store, in the file's order
 *
 * Promises: nothing is written before the header is understood; a kill at any point and the same command
 * again end the same as one run. Never shows a number. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "ctl/import_read.h"
#include "ctl/import_send.h"
#include "store/keyring.h"
#include "ctl/table.h"

#define PROGRESS_MS 500

/* One line on a terminal, rewritten twice a second. */
struct progress {
    bool shown; /* standard error is a terminal */
    int64_t next_ms;
    size_t total;
};

struct import {
    struct csv csv;
    struct import_report report;
    struct import_rows rows;
    struct import_counts counts;
    struct contacts_counts stored;
    struct progress progress;
    unsigned char hash_key[KEY_BYTES], sealing_public[KEY_BYTES];
};

static bool import_run(struct ctl *ctl, struct import *import, const char *pilot, struct error *error);
static bool load_what_is_needed(struct ctl *ctl, struct import *import, const char *pilot,
                                struct error *error);
static void print_summary(const struct ctl *ctl, const struct import *import, const char *pilot);
static void progress_on_line(void *context, const struct csv *csv, const struct import_counts *counts);
static void progress_on_sent(void *context, size_t rows_done);
static void progress_end(const struct progress *progress);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct import *import = memory_zeroed(1, sizeof *import);
    const char *pilot = ctl_option(ctl, "--pilot");
    import->progress.shown = isatty(STDERR_FILENO) != 0;
    bool done = import_run(ctl, import, pilot, &error);
    progress_end(&import->progress);
    if (done)
        print_summary(ctl, import, pilot);
    import_report_discard(&import->report);
    csv_close(&import->csv);
    import_rows_free(&import->rows);
    explicit_bzero(import, sizeof *import);
    free(import);
    return done ? EXIT_SUCCESS : ctl_fail(&error);
}

static bool import_run(struct ctl *ctl, struct import *import, const char *pilot, struct error *error)
{
    const char *report = ctl_option(ctl, "--report");
    int chars = snprintf(import->report.path, sizeof import->report.path, "%s%s",
                         report != NULL ? report : ctl->argument, report != NULL ? "" : ".refused.csv");
    if (chars < 0 || (size_t)chars >= sizeof import->report.path)
        return error_set(error, "--report: the path is too long");
    struct clock clock;
    if (!csv_open(&import->csv, ctl->argument, error) || !load_what_is_needed(ctl, import, pilot, error) ||
        !ctl_clock(ctl, &clock, error))
        return false;
    const struct org *org = &ctl->record.org;
    if (!import_read(&import->csv, org, &import->rows, &import->report, &import->counts, progress_on_line,
                     &import->progress, error))
        return error_prefix(error, "%s", ctl->argument);
    import->progress.total = import->rows.count;
    struct import_send send = {.link = ctl->link,
                               .org = org,
                               .pilot = pilot,
                               .hash_key = import->hash_key,
                               .sealing_public = import->sealing_public,
                               .day = day_index_at(org->zone, clock_domain_ms(&clock)),
                               .report = &import->report,
                               .progress = progress_on_sent,
                               .context = &import->progress};
    if (!import_send(&send, &import->rows, &import->stored, error))
        return error_prefix(error, "the import is not complete, run the same command again");
    return import_report_finish(&import->report, error);
}

static bool load_what_is_needed(struct ctl *ctl, struct import *import, const char *pilot,
                                struct error *error)
{
    struct pilot known;
    return ctl_org(ctl, error) && pilot_load(ctl->link, &ctl->record.org, pilot, &known, error) &&
           keyring_load(&ctl->settings, &ctl->record, KEY_HASH, import->hash_key, error) &&
           keyring_load(&ctl->settings, &ctl->record, KEY_SEALING_PUBLIC, import->sealing_public, error);
}

static void print_summary(const struct ctl *ctl, const struct import *import, const char *pilot)
{
    bool has_report = import->counts.refused + import->stored.blocked > 0;
    const struct {
        const char *name;
        int64_t count;
    } lines[] = {{"read", import->counts.read},
                 {"added", import->stored.added},
                 {"updated", import->stored.updated},
                 {"unchanged", import->stored.unchanged},
                 {"duplicates", import->counts.duplicates},
                 {"refused", import->counts.refused},
                 {"blocked", import->stored.blocked}};
    const size_t lines_count = sizeof lines / sizeof lines[0];
    struct text text = {0};
    if (ctl->json) {
        text_addf(&text, "{\"org\":\"%s\",\"pilot\":\"%s\"", ctl->record.org.id, pilot);
        for (size_t i = 0; i < lines_count; i++)
            text_addf(&text, ",\"%s\":%" PRId64, lines[i].name, lines[i].count);
        text_add(&text, ",\"report\":");
        if (has_report)
            json_add_string(&text, import->report.path);
        printf("%s%s}\n", text.chars, has_report ? "" : "null");
        text_free(&text);
        return;
    }
    printf("%s into pilot %s:\n", ctl->argument, pilot);
    struct table table;
    table_start(&table, "lr");
    for (size_t i = 0; i < lines_count; i++) {
        table_cell(&table, "%s", lines[i].name);
        table_cell(&table, "%" PRId64, lines[i].count);
    }
    table_print(&table, "  ");
    if (has_report)
        printf("Lines that were not imported, with reasons: %s\n", import->report.path);
}

static bool progress_is_due(struct progress *progress)
{
    int64_t now_ms = progress->shown ? clock_monotonic_ms() : 0;
    if (!progress->shown || now_ms < progress->next_ms)
        return false;
    progress->next_ms = now_ms + PROGRESS_MS;
    return true;
}

static void progress_on_line(void *context, const struct csv *csv, const struct import_counts *counts)
{
    struct progress *progress = context;
    if (!progress_is_due(progress))
        return;
    if (csv->bytes_total > 0)
        fprintf(stderr, "\rread %" PRId64 " lines (%" PRId64 " %%) ", counts->read,
                csv->bytes_read * 100 / csv->bytes_total);
    else
        fprintf(stderr, "\rread %" PRId64 " lines ", counts->read);
}

static void progress_on_sent(void *context, size_t rows_done)
{
    struct progress *progress = context;
    if (progress_is_due(progress))
        fprintf(stderr, "\rstored %zu of %zu people      ", rows_done, progress->total);
}

static void progress_end(const struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r%40s\r", "");
}

static const struct command_option options[] = {
    {"--pilot", "P", "the pilot these people are asked for", true},
    {"--report", "PATH", "where refused lines go (otherwise FILE.refused.csv)", false},
    {NULL, NULL, NULL, false},
};

const struct command command_import = {
    .name = "import",
    .argument = "FILE.csv",
    .options = options,
    .summary = "import people from a CSV file for a pilot",
    .details = "The first line names the columns, in any order: phone, language, and each\n"
               "stratum variable of the organisation; it also shows whether commas or semicolons\n"
               "stand between the fields. A number that comes twice is one person: the last line\n"
               "wins. A person who is there already is updated; a STOP stays. A number on the\n"
               "do-not-contact list is blocked. Lines that are not imported go to a report with\n"
               "line number and reason.\n"
               "Stopped half-way, the same command again ends the same.",
    .example = "pulssi import contacts.csv --pilot coaching-a",
    .run = run,
};
