#include "collector/spool_key.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"

static bool has_segments(const char *folder)
{
    static const char ending[] = ".spool";
    DIR *entries = opendir(folder);
    bool found = false;
    for (const struct dirent *entry; entries != NULL && !found && (entry = readdir(entries)) != NULL;) {
        size_t chars = strlen(entry->d_name);
        found = chars >= sizeof ending && strcmp(entry->d_name + chars - (sizeof ending - 1), ending) == 0;
    }
    if (entries != NULL)
        closedir(entries);
    return found;
}

static bool key_read(const char *path, unsigned char key_out[SPOOL_KEY_BYTES], struct error *error)
{
    struct text content = {0};
    bool read = file_read(path, SPOOL_KEY_BYTES, &content, error);
    if (read && content.bytes != SPOOL_KEY_BYTES)
        read = error_set(error, "%s: a key of the spool has %d bytes, this has %zu", path, SPOOL_KEY_BYTES,
                         content.bytes);
    if (read)
        memcpy(key_out, content.chars, SPOOL_KEY_BYTES);
    if (content.chars != NULL)
        secret_forget(content.chars, content.bytes);
    text_free(&content);
    return read;
}

bool spool_key_load(const struct settings *settings, unsigned char key_out[SPOOL_KEY_BYTES],
                    struct error *error)
{
    static const char *const spools[] = {"spool", "parts"};
    char folder[300], path[320];
    snprintf(folder, sizeof folder, "%s/keys", settings->data_folder);
    snprintf(path, sizeof path, "%s/spool.key", folder);
    if (access(path, F_OK) == 0)
        return key_read(path, key_out, error);
    if (errno != ENOENT)
        return error_set(error, "%s: %s", path, strerror(errno));
    for (size_t i = 0; i < sizeof spools / sizeof spools[0]; i++) {
        char spool[300];
        snprintf(spool, sizeof spool, "%s/%s", settings->data_folder, spools[i]);
        if (has_segments(spool))
            return error_set(
                error,
                "%s is missing, and %s holds webhooks that only it opens: put the key back from where "
                "it was copied to; or move that folder away, if what it holds is given up",
                path, spool);
    }
    secret_random(key_out, SPOOL_KEY_BYTES);
    return file_make_folder(folder, error) && file_replace(path, key_out, SPOOL_KEY_BYTES, 0600, error);
}
