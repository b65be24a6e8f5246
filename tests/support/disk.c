/* Walks the folders and searches whole files in memory. */
#include "support/disk.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define FILE_BYTES_MAX (64 * 1024 * 1024)

/* nftw gives no context. */
static struct {
    const char *needle;
    disk_judge judge;
    const char *context;
    struct disk_finding finding;
} search;

static void take(const char *path, const char *at, size_t bytes)
{
    if (search.judge != NULL && !search.judge(at, bytes, search.context))
        return;
    search.finding.count++;
    snprintf(search.finding.path, sizeof search.finding.path, "%s", path);
    size_t shown = bytes < sizeof search.finding.around - 1 ? bytes : sizeof search.finding.around - 1;
    for (size_t i = 0; i < shown; i++)
        search.finding.around[i] = (at[i] >= ' ' && at[i] <= '~') ? at[i] : '.';
    search.finding.around[shown] = '\0';
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    struct text content = {0};
    struct error error;
    (void)walk;
    if (kind != FTW_F || !S_ISREG(status->st_mode) || !file_read(path, FILE_BYTES_MAX, &content, &error))
        return 0;
    size_t needle_bytes = strlen(search.needle);
    const char *at = content.chars, *end = content.chars + content.bytes;
    while (at != NULL && (at = memmem(at, (size_t)(end - at), search.needle, needle_bytes)) != NULL) {
        take(path, at, (size_t)(end - at));
        at += needle_bytes;
    }
    text_free(&content);
    return 0;
}

struct disk_finding disk_find(const char *const folders[4], const char *needle, disk_judge judge,
                              const char *context)
{
    memset(&search, 0, sizeof search);
    search.needle = needle;
    search.judge = judge;
    search.context = context;
    for (size_t i = 0; i < 4 && folders[i] != NULL; i++)
        (void)nftw(folders[i], visit, 16, FTW_PHYS);
    return search.finding;
}
