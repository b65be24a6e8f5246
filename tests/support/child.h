/* A program under test as a child process. Dies with the test. */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <sys/types.h>

struct child {
    pid_t process; /* 0 = none */
};

/* Starts a program with arguments (NULL-terminated, the program's path first); its standard error goes to the
 * file, which is made anew. */
void child_start(struct child *child, const char *const *arguments, const char *log_path);
/* Sends the signal and waits for the end; the exit status, or 128 + the signal that ended it. */
int child_end(struct child *child, int signal);
/* Waits for its end by itself, at most 20 s; the exit status as above, -1 when it still runs. */
int child_wait(struct child *child);

#endif
