/* The spool at the end of a run: what was kept there has gone into the store, record by record. */
#include "kill_trial.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "store/collectors.h"

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), end_length = strlen(end);
    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

static void judge_file(struct trial *trial, const char *name)
{
    if (ends_with(name, ".spool")) {
        breach(trial, "records are still in the spool: %s", name);
    } else if (ends_with(name, ".damaged") || ends_with(name, ".other-key")) {
        breach(trial, "records of the spool were lost: %s", name);
    }
}

/* One collector ran, under one name, whatever became of its processes. */
static void judge_rows(struct trial *trial, struct redis_link *link)
{
    struct collector_rows rows;
    struct error error;
    if (!collectors_read(link, &rows, &error)) {
        breach(trial, "the collectors cannot be read: %s", error.text);
        return;
    }
    if (rows.count != 1) {
        breach(trial, "%zu collectors are registered", rows.count);
    }
    for (size_t i = 0; i < rows.count; i++) {
        if (!rows.items[i].readable || rows.items[i].spooled > 0) {
            breach(trial, "collector %s says that %lld webhooks are in its spool", rows.items[i].id,
                   (long long)rows.items[i].spooled);
        }
    }
    collectors_free(&rows);
}

void judge_spool(struct trial *trial, struct redis_link *link, const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL) {
        breach(trial, "%s: %s", folder, strerror(errno));
        return;
    }
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        judge_file(trial, entry->d_name);
    }
    (void)closedir(listing);
    judge_rows(trial, link);
}
