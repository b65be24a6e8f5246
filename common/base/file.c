/* Whole small files. Promises that a reader of a replaced file sees the old bytes or the new, never a
 * mixture, and that the new ones are on disk when file_replace returns. Never follows a half-written
 * temporary file. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int descriptor, const char *bytes, size_t bytes_count);
static bool sync_folder_of(const char *path);

bool file_read(const char *path, size_t bytes_max, struct text *content_out, struct error *error)
{
    bool done = false;
    text_clear(content_out);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    for (;;) {
        char chunk[8192];
        ssize_t count = read(descriptor, chunk, sizeof(chunk));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            error_set(error, "%s: %s", path, strerror(errno));
            goto cleanup;
        }
        text_add_bytes(content_out, chunk, (size_t)count);
        if (content_out->bytes > bytes_max) {
            error_set(error, "%s: larger than %zu bytes", path, bytes_max);
            goto cleanup;
        }
        if (count == 0)
            break;
    }
    done = true;
cleanup:
    if (!done)
        text_clear(content_out);
    (void)close(descriptor);
    return done;
}

bool file_replace(const char *path, const void *bytes, size_t bytes_count, unsigned mode, struct error *error)
{
    struct text temporary = {0};
    bool made = false;
    bool done = false;
    text_addf(&temporary, "%s.XXXXXX", path);
    int descriptor = mkostemp(temporary.chars, O_CLOEXEC);
    if (descriptor < 0)
        goto cleanup;
    made = true;
    if (fchmod(descriptor, (mode_t)mode) != 0 || !write_all(descriptor, bytes, bytes_count) ||
        fsync(descriptor) != 0)
        goto cleanup;
    if (rename(temporary.chars, path) != 0)
        goto cleanup;
    made = false;
    done = sync_folder_of(path);
cleanup:
    if (!done)
        error_set(error, "%s: cannot write: %s", path, strerror(errno));
    if (descriptor >= 0)
        (void)close(descriptor);
    if (made)
        (void)unlink(temporary.chars);
    text_free(&temporary);
    return done;
}

bool file_make_folder(const char *path, struct error *error)
{
    char *part = memory_text(path);
    bool done = true;
    for (char *slash = part; done && slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            done = error_set(error, "%s: cannot make folder: %s", part, strerror(errno));
        if (slash != NULL)
            *slash = '/';
    }
    free(part);
    struct stat status;
    if (done && (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)))
        return error_set(error, "%s: is not a folder", path);
    return done;
}

static bool write_all(int descriptor, const char *bytes, size_t bytes_count)
{
    while (bytes_count > 0) {
        ssize_t count = write(descriptor, bytes, bytes_count);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes += count;
        bytes_count -= (size_t)count;
    }
    return true;
}

/* A rename is durable only when the folder is. */
static bool sync_folder_of(const char *path)
{
    char *folder = memory_text(path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    int descriptor = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (descriptor < 0)
        return false;
    bool done = fsync(descriptor) == 0;
    int reason = errno;
    (void)close(descriptor);
    errno = reason;
    return done;
}
