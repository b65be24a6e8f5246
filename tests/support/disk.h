/* What is on disk: every file below a folder, byte by byte, as somebody who stole the disk would search it. */
#ifndef TESTS_DISK_H
#define TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>

/* How often the needle occurs in the files of up to four folders (NULL = no more); also where it was found first. */
struct disk_finding {
    size_t count;
    char path[512];   /* of the last file that holds it */
    char around[128]; /* the bytes from there on, what cannot be shown as '.' */
};

/* Judges one occurrence: false = it is allowed there, and not counted. `rest` begins with the needle. */
typedef bool (*disk_judge)(const char *rest, size_t rest_bytes, const char *context);

/* judge NULL: every occurrence counts. Files that go while they are looked for hold nothing. */
struct disk_finding disk_find(const char *const folders[4], const char *needle, disk_judge judge,
                              const char *context);

#endif
