/* A secret that stands in a file of its own. Private to base: the loader of settings reads it, others take the
 * setting. */
#ifndef BASE_SETTINGS_SECRET_H
#define BASE_SETTINGS_SECRET_H

#include <stddef.h>

#include "base/error.h"

/* Reads the file, without the newline at its end, into out (bytes_max + 1 bytes). A path that does not begin
 * with / is looked up in $CREDENTIALS_DIRECTORY, where systemd puts credentials. Refused: what is no ordinary
 * file, what the group or others may read (but for credentials, which systemd guards), nothing, more than
 * bytes_max bytes, what is not UTF-8, control characters. The error never shows what is in the file, nor a name
 * that is no path: it may be the secret itself. */
bool settings_secret_read(const char *path, size_t bytes_max, char *out, struct error *error) MUST_CHECK;

#endif
