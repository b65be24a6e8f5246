/* Whole small files, read and replaced safely. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"
#include "base/text.h"

/* Reads a whole file of at most bytes_max; the error names the file. */
bool file_read(const char *path, size_t bytes_max, struct text *content_out, struct error *error) MUST_CHECK;

/* Writes through a temporary file in the same folder, fsync, rename, fsync of the folder. */
bool file_replace(const char *path, const void *bytes, size_t bytes_count, unsigned mode,
                  struct error *error) MUST_CHECK;

/* Makes a folder and its parents (mode 0700 for the new ones); true when it is there. */
bool file_make_folder(const char *path, struct error *error) MUST_CHECK;

#endif
