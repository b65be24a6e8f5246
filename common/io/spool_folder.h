/* The folder of a spool: locked for one process, its key, and the names in it. */
#ifndef IO_SPOOL_FOLDER_H
#define IO_SPOOL_FOLDER_H

#include <stdint.h>

#include "base/error.h"
#include "io/spool_frame.h"

struct spool_folder {
    char *path; /* for the log */
    int descriptor, lock;
    struct spool_keys keys;
};

/* Makes the folder when it is missing, and locks it. False when it cannot be used; clear it in any case. */
bool spool_folder_open(struct spool_folder *folder, const struct spool_options *options,
                       struct error *error) MUST_CHECK;
void spool_folder_clear(struct spool_folder *folder);

/* The numbers of the segments, rising (free() the array), and the highest number of any file that is or was a
 * segment. Whatever has another name, or is no plain file, is not looked at. */
bool spool_folder_list(const struct spool_folder *folder, uint32_t **numbers_out, size_t *count_out,
                       uint32_t *number_last_out, struct error *error) MUST_CHECK;

#define SPOOL_NAME_SIZE 24
/* "00000001.spool"; the suffix is "spool", "damaged" or "other-key". */
void spool_name(char name_out[SPOOL_NAME_SIZE], uint32_t number, const char *suffix);

/* Renames a segment so that it is none any more; a failure is logged. */
void spool_folder_keep_aside(const struct spool_folder *folder, uint32_t number, const char *suffix);

#endif
