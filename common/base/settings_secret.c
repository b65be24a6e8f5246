#include "base/settings_secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_BYTES_MAX 4096
#define READ_BY_OTHERS 077

/* What is looked at, and how it is named in errors. */
struct place {
    char path[PATH_BYTES_MAX];
    char name[256];
    bool credential; /* systemd guards it */
};

static bool find(const char *path, struct place *place_out, struct error *error);
static bool check_file(int file, const struct place *place, struct error *error);
static bool take(int file, const struct place *place, size_t bytes_max, char *out, struct error *error);

bool settings_secret_read(const char *path, size_t bytes_max, char *out, struct error *error)
{
    struct place place = {.credential = false};
    if (!find(path, &place, error))
        return false;
    int file = open(place.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us up */
    if (file < 0)
        return error_set(error, "%s: cannot be read: %s", place.name, strerror(errno));
    bool read = check_file(file, &place, error) && take(file, &place, bytes_max, out, error);
    (void)close(file);
    return read;
}

static bool find(const char *path, struct place *place_out, struct error *error)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    bool has_folder = folder != NULL && folder[0] == '/';
    bool whole = path[0] == '/';
    if (!whole && !has_folder)
        return error_set(error, "a path that does not begin with / is looked up in $CREDENTIALS_DIRECTORY, "
                                "which is not set");
    int chars = whole ? snprintf(place_out->path, sizeof place_out->path, "%s", path)
                      : snprintf(place_out->path, sizeof place_out->path, "%s/%s", folder, path);
    if (chars < 0 || (size_t)chars >= sizeof place_out->path)
        return error_set(error, "the path is too long");
    (void)snprintf(place_out->name, sizeof place_out->name, "%s%.200s",
                   whole ? "" : "the credential that is named", whole ? path : "");
    size_t folder_bytes = has_folder ? strlen(folder) : 0;
    place_out->credential = has_folder && strncmp(place_out->path, folder, folder_bytes) == 0 &&
                            place_out->path[folder_bytes] == '/' && strstr(place_out->path, "/../") == NULL;
    return true;
}

static bool check_file(int file, const struct place *place, struct error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return error_set(error, "%s: cannot be read: %s", place->name, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s: is no ordinary file", place->name);
    if (!place->credential && (status.st_mode & READ_BY_OTHERS) != 0)
        return error_set(error,
                         "%s: its mode is %04o: the group or others must not get at it, run chmod 600 on it",
                         place->name, (unsigned)(status.st_mode & 07777));
    return true;
}

static bool take(int file, const struct place *place, size_t bytes_max, char *out, struct error *error)
{
    size_t room = bytes_max + 3, bytes = 0; /* a newline, and one byte more to see that it goes on */
    char *content = memory_zeroed(1, room + 1);
    ssize_t part = 0;
    while (bytes < room && (part = read(file, content + bytes, room - bytes)) > 0)
        bytes += (size_t)part;
    bool taken = part >= 0 || error_set(error, "%s: cannot be read: %s", place->name, strerror(errno));
    if (bytes > 0 && content[bytes - 1] == '\n')
        bytes -= bytes > 1 && content[bytes - 2] == '\r' ? 2 : 1;
    bool control = false;
    for (size_t i = 0; i < bytes; i++)
        control = control || iscntrl((unsigned char)content[i]);
    if (taken && bytes == 0)
        taken = error_set(error, "%s: is empty", place->name);
    if (taken && bytes > bytes_max)
        taken = error_set(error, "%s: is longer than %zu bytes", place->name, bytes_max);
    if (taken && control)
        taken = error_set(error, "%s: holds control characters, such as a line break inside", place->name);
    if (taken && !text_is_utf8(content, bytes))
        taken = error_set(error, "%s: must be UTF-8 text", place->name);
    if (taken) {
        memcpy(out, content, bytes);
        out[bytes] = '\0';
    }
    explicit_bzero(content, room + 1);
    free(content);
    return taken;
}
