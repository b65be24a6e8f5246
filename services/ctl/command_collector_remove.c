/* pulssi collector remove: the roll-up no longer waits for a collector that is gone for good. */
#include "ctl/audited.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/collectors.h"

/* A collector serves all orgs: each one's audit says it. */
static bool audit_everywhere(struct ctl *ctl, int64_t spooled, struct error *error)
{
    char(*names)[33] = memory_zeroed(ORGS_MAX, sizeof *names), what[AUDITED_WHAT_SIZE];
    size_t count = 0;
    bool done = orgs_list(ctl->link, names, ORGS_MAX, &count, error);
    snprintf(what, sizeof what, "collector remove %s", ctl->argument);
    for (size_t i = 0; i < count && done; i++)
        done = text_copy(ctl->record.org.id, sizeof ctl->record.org.id, names[i]) &&
               audited(ctl, what, spooled, error);
    free(names);
    return done;
}

/* Its row; NULL with the error set when there is none, or when it lives. */
static const struct collector_row *row_to_remove(const struct ctl *ctl, const struct collector_rows *rows,
                                                 struct error *error)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct collector_row *row = &rows->items[i];
        if (strcmp(row->id, ctl->argument) != 0)
            continue;
        if (collector_is_away(rows, row))
            return row;
        error_set(error, "collector %s is running: an orderly end with an empty spool takes it off the list",
                  row->id);
        return NULL;
    }
    error_set(error, "%.40s: no such collector; see `pulssi collector list`", ctl->argument);
    return NULL;
}

static bool take_away(struct ctl *ctl, const struct collector_row *row, struct error *error)
{
    bool was = false;
    if (!audit_everywhere(ctl, row->spooled, error) || !collector_remove(ctl->link, row->id, &was, error))
        return false;
    if (ctl->json)
        printf("{\"id\":\"%s\",\"result\":\"%s\",\"spooled\":%" PRId64 "}\n", row->id,
               was ? "removed" : "was gone", row->spooled);
    else
        printf("collector %s: %s. The roll-up does not wait for it; %" PRId64
               " webhooks were in its spool when it was heard of last.\n",
               row->id, was ? "off the list" : "was off the list already", row->spooled);
    return true;
}

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct collector_rows rows = {0};
    if (ctl_option(ctl, "--yes") == NULL)
        return ctl_misused(ctl,
                           "replies on the disk of that collector would come too late for weeks that close "
                           "without it: say --yes if it is gone for good");
    const struct collector_row *row = ctl_store(ctl, &error) && collectors_read(ctl->link, &rows, &error)
                                          ? row_to_remove(ctl, &rows, &error)
                                          : NULL;
    bool removed = row != NULL && take_away(ctl, row, &error);
    collectors_free(&rows);
    return removed ? EXIT_SUCCESS : ctl_fail(&error);
}

static const struct command_option options[] = {
    {"--yes", NULL, "it is gone for good, and what it may hold with it", false},
    {NULL, NULL, NULL, false},
};

const struct command command_collector_remove = {
    .name = "collector",
    .subcommand = "remove",
    .argument = "ID",
    .options = options,
    .summary = "stop waiting for a collector that is gone for good",
    .details = "Weeks close without it from then on. If it comes back after all, it is on the list\n"
               "again, and what it held is taken: replies to weeks that closed meanwhile count as late.",
    .example = "pulssi collector remove a1B2c3D4e5F6 --yes",
    .run = run,
};
