/* Locks and lists the folder of a spool. Never deletes anything in it, and never touches a file that is not a
 * spool's. */
#include "io/spool_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"

static bool folder_sync_parent(const struct spool_folder *folder, struct error *error);
static bool folder_lock(struct spool_folder *folder, struct error *error);
static bool name_is_ours(const char *name, uint32_t *number_out, bool *is_segment_out);
static int number_compare(const void *a, const void *b);

bool spool_folder_open(struct spool_folder *folder, const struct spool_options *options, struct error *error)
{
    bool was_there = access(options->folder, F_OK) == 0;
    secret_start();
    *folder = (struct spool_folder){.path = memory_text(options->folder), .descriptor = -1, .lock = -1};
    spool_keys_derive(&folder->keys, options->key);
    if (!file_make_folder(options->folder, error))
        return error_prefix(error, "spool");
    folder->descriptor = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->descriptor < 0)
        return error_set(error, "spool %s: cannot open: %s", folder->path, strerror(errno));
    return (was_there || folder_sync_parent(folder, error)) && folder_lock(folder, error);
}

void spool_folder_clear(struct spool_folder *folder)
{
    if (folder->lock >= 0)
        (void)close(folder->lock);
    if (folder->descriptor >= 0)
        (void)close(folder->descriptor);
    spool_keys_clear(&folder->keys);
    free(folder->path);
}

/* A new folder's own name must outlive a crash like what is put into it. */
static bool folder_sync_parent(const struct spool_folder *folder, struct error *error)
{
    int parent = openat(folder->descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = parent >= 0 && fsync(parent) == 0;
    if (!synced)
        error_set(error, "spool %s: cannot sync the folder above: %s", folder->path, strerror(errno));
    if (parent >= 0)
        (void)close(parent);
    return synced;
}

static bool folder_lock(struct spool_folder *folder, struct error *error)
{
    folder->lock = openat(folder->descriptor, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock >= 0 && flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return error_set(error, "spool %s: another process uses it; each needs a folder of its own",
                         folder->path);
    return error_set(error, "spool %s/lock: %s", folder->path, strerror(errno));
}

/* --- names --- */

void spool_name(char name_out[SPOOL_NAME_SIZE], uint32_t number, const char *suffix)
{
    snprintf(name_out, SPOOL_NAME_SIZE, "%08" PRIu32 ".%s", number, suffix);
}

void spool_folder_keep_aside(const struct spool_folder *folder, uint32_t number, const char *suffix)
{
    char name[SPOOL_NAME_SIZE], aside[SPOOL_NAME_SIZE];
    spool_name(name, number, "spool");
    spool_name(aside, number, suffix);
    if (renameat(folder->descriptor, name, folder->descriptor, aside) != 0)
        log_error("spool %s/%s: cannot rename to %s: %s", folder->path, name, aside, strerror(errno));
}

bool spool_folder_list(const struct spool_folder *folder, uint32_t **numbers_out, size_t *count_out,
                       uint32_t *number_last_out, struct error *error)
{
    int descriptor = openat(folder->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (listing == NULL) {
        error_set(error, "spool %s: cannot list: %s", folder->path, strerror(errno));
        if (descriptor >= 0)
            (void)close(descriptor);
        return false;
    }
    *numbers_out = NULL;
    *count_out = 0;
    *number_last_out = 0;
    for (const struct dirent *entry; (errno = 0, entry = readdir(listing)) != NULL;) {
        struct stat status;
        uint32_t number;
        bool is_segment;
        if (!name_is_ours(entry->d_name, &number, &is_segment))
            continue;
        if (number > *number_last_out)
            *number_last_out = number;
        if (!is_segment || fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        *numbers_out = memory_resized(*numbers_out, *count_out + 1, sizeof **numbers_out);
        (*numbers_out)[(*count_out)++] = number;
    }
    bool done = errno == 0;
    if (!done) {
        error_set(error, "spool %s: cannot list: %s", folder->path, strerror(errno));
        free(*numbers_out);
        *numbers_out = NULL;
    }
    (void)closedir(listing);
    if (done && *count_out > 0)
        qsort(*numbers_out, *count_out, sizeof **numbers_out, number_compare);
    return done;
}

/* "00000001.spool", and the names under which such a file is kept aside: their numbers are not used again. */
static bool name_is_ours(const char *name, uint32_t *number_out, bool *is_segment_out)
{
    static const char *const suffixes[] = {"spool", "damaged", "other-key"};
    unsigned long long number = strtoull(name, NULL, 10);
    /* Above that, too few numbers would be left. */
    for (size_t at = 0; number <= UINT32_MAX / 2 && at < sizeof suffixes / sizeof suffixes[0]; at++) {
        char exact[SPOOL_NAME_SIZE];
        spool_name(exact, (uint32_t)number, suffixes[at]);
        if (strcmp(name, exact) == 0) {
            *number_out = (uint32_t)number;
            *is_segment_out = at == 0;
            return true;
        }
    }
    return false;
}

static int number_compare(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return first < second ? -1 : first > second;
}
