/* Starts programs under test and waits for their end with a deadline. */
#include "support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define END_DEADLINE_MS 20000

void child_start(struct child *child, const char *const *arguments, const char *log_path)
{
    child->process = fork();
    if (child->process < 0) {
        fprintf(stderr, "fork: %s\n", strerror(errno));
        exit(1);
    }
    if (child->process > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Tests run side by side: unless one wants a port, what a program says of itself is on any free one. */
    setenv("PULSSI_DISPATCHER_STATUS_PORT", "0", 0);
    setenv("PULSSI_ROLLUP_STATUS_PORT", "0", 0);
    signal(SIGPIPE, SIG_DFL);
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

int child_end(struct child *child, int signal)
{
    kill(child->process, signal);
    return child_wait(child);
}

int child_wait(struct child *child)
{
    int64_t deadline_ms = clock_monotonic_ms() + END_DEADLINE_MS;
    int status = 0;
    while (waitpid(child->process, &status, WNOHANG) == 0) {
        if (clock_monotonic_ms() >= deadline_ms)
            return -1;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    child->process = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
