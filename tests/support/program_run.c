/* A program run to its end, its output in files: no pipe that could fill up. */
#include "support/program_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define END_DEADLINE_MS 60000

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void path_in(const char *folder, const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", folder, name);
}

static void read_back(const char *folder, const char *name, char *out, size_t out_size)
{
    char path[128];
    path_in(folder, name, path);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fail(path);
    size_t bytes = fread(out, 1, out_size - 1, file);
    out[bytes] = '\0';
    fclose(file);
}

static _Noreturn void become(const char *folder, const char *const *words)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    if (chdir(folder) != 0)
        _exit(126);
    int output = open("said.out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int errors = open("said.err", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    execv(words[0], (char *const *)(uintptr_t)words);
    fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

void program_run(struct program_result *result, const char *folder, const char *const *words)
{
    int64_t deadline_ms = clock_monotonic_ms() + END_DEADLINE_MS;
    int status = 0;
    pid_t process = fork();
    if (process < 0)
        fail("fork");
    if (process == 0)
        become(folder, words);
    bool late = false;
    while (waitpid(process, &status, late ? 0 : WNOHANG) == 0) {
        late = clock_monotonic_ms() >= deadline_ms;
        if (late)
            kill(process, SIGKILL);
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    result->status = late ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_back(folder, "said.out", result->output, sizeof result->output);
    read_back(folder, "said.err", result->errors, sizeof result->errors);
}

void folder_make(char folder_out[64])
{
    snprintf(folder_out, 64, "/tmp/pulssi-test-XXXXXX");
    if (mkdtemp(folder_out) == NULL)
        fail("mkdtemp");
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void folder_remove(const char *folder)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void folder_write(const char *folder, const char *name, const char *content, char path_out[128])
{
    char path[128];
    path_in(folder, name, path);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(content, file) < 0 || fclose(file) != 0)
        fail(path);
    if (path_out != NULL)
        snprintf(path_out, 128, "%s", path);
}
