#include "base/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

bool owner_take(const struct settings *settings, const char *program, const char *file,
                char owner_out[ID_SIZE], struct error *error)
{
    char folder[300], path[384];
    snprintf(folder, sizeof folder, "%s/state", settings->data_folder);
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (!file_make_folder(folder, error))
        return false;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC,
                  0600); /* stays open: the lock lives as long as the process */
    if (fd < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return error_set(error, "%s is locked: another %s works in this data folder", path, program);
    }
    char owner[ID_SIZE] = "";
    if (read(fd, owner, ID_CHARS) == ID_CHARS)
        return text_copy(owner_out, ID_SIZE, owner);
    id_random(owner_out);
    if (pwrite(fd, owner_out, ID_CHARS, 0) != ID_CHARS || fsync(fd) != 0) {
        close(fd);
        return error_set(error, "%s: %s", path, strerror(errno));
    }
    return true;
}
