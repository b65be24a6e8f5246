/* Runs a program to its end and keeps what it said: for tests of command lines. */
#ifndef TESTS_PROGRAM_RUN_H
#define TESTS_PROGRAM_RUN_H

#include <stdbool.h>

struct program_result {
    int status; /* exit status, or 128 + the signal that ended it; -1 = did not end in time and was killed */
    char output[32768];
    char errors[8192];
};

/* Runs in the folder, which also holds what it says meanwhile. `words` ends with NULL; words[0] is the
 * program's path. */
void program_run(struct program_result *result, const char *folder, const char *const *words);

/* A new folder under /tmp, and its removal with everything in it. */
void folder_make(char folder_out[64]);
void folder_remove(const char *folder);

/* Writes a file in the folder; path_out (may be NULL) gets its path. */
void folder_write(const char *folder, const char *name, const char *content, char path_out[128]);

#endif
