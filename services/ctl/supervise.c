/* Children, each with its own state and timer. */
#include "ctl/supervise.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#define BACKOFF_FIRST_MS 200
#define BACKOFF_MAX_MS   10000
#define HEALTHY_MS       3000 /* who lives so long starts anew at the first backoff */
#define INHERITED_AS     3

struct child {
    struct supervisor *supervisor;
    char *label, *folder;
    char *arguments[CHILD_ARGUMENTS_MAX + 1];
    int rank, inherited;
    const char *(*explain)(void *context);
    void *context;
    pid_t process; /* 0 = does not run */
    int64_t started_ms, backoff_ms;
    struct loop_timer *timer; /* not running: until the next start */
};

struct supervisor {
    struct loop *loop;
    const char *run_folder;
    int64_t stop_deadline_ms;
    struct child *children[CHILDREN_MAX];
    size_t children_count;
    bool stopping;
    int stopping_rank;             /* whose SIGTERM is out; -1 = none yet, INT_MAX = all have ended */
    struct loop_timer *stop_timer; /* stopping: until SIGKILL, or at once when nothing is left */
    loop_callback on_stopped;
    void *context;
};

static void child_start(struct child *child);
static void child_on_backoff(void *context);
static _Noreturn void child_become(const struct child *child, pid_t parent, const sigset_t *signals);
static void child_on_ended(struct child *child, int status);
static void children_reap(void *context);
static void stop_next_rank(struct supervisor *supervisor);
static void stop_on_time(void *context);
static void pid_file_path(const struct child *child, char out[400]);

struct supervisor *supervisor_new(struct loop *loop, const char *run_folder, int64_t stop_deadline_ms)
{
    struct supervisor *supervisor = memory_zeroed(1, sizeof *supervisor);
    supervisor->loop = loop;
    supervisor->run_folder = run_folder;
    supervisor->stop_deadline_ms = stop_deadline_ms;
    supervisor->stop_timer = loop_timer_new(loop, stop_on_time, supervisor);
    loop_on_child(loop, children_reap, supervisor);
    return supervisor;
}

struct child *supervisor_start(struct supervisor *supervisor, const struct child_plan *plan)
{
    assert(supervisor->children_count < CHILDREN_MAX);
    struct child *child = memory_zeroed(1, sizeof *child);
    child->supervisor = supervisor;
    child->label = memory_text(plan->label);
    child->folder = plan->folder != NULL ? memory_text(plan->folder) : NULL;
    for (size_t i = 0; plan->arguments[i] != NULL; i++) {
        assert(i < CHILD_ARGUMENTS_MAX);
        child->arguments[i] = memory_text(plan->arguments[i]);
    }
    child->rank = plan->rank;
    child->inherited = plan->inherited;
    child->explain = plan->explain;
    child->context = plan->context;
    child->backoff_ms = BACKOFF_FIRST_MS;
    child->timer = loop_timer_new(supervisor->loop, child_on_backoff, child);
    supervisor->children[supervisor->children_count++] = child;
    child_start(child);
    return child;
}

bool child_is_running(struct supervisor *supervisor, const struct child *child)
{
    children_reap(supervisor);
    return child->process != 0;
}

size_t supervisor_children(const struct supervisor *supervisor)
{
    return supervisor->children_count;
}

size_t supervisor_running(const struct supervisor *supervisor)
{
    size_t running = 0;
    for (size_t i = 0; i < supervisor->children_count; i++)
        running += supervisor->children[i]->process != 0 ? 1 : 0;
    return running;
}

void supervisor_stop(struct supervisor *supervisor, loop_callback on_stopped, void *context)
{
    if (supervisor->stopping)
        return;
    supervisor->stopping = true;
    supervisor->stopping_rank = -1;
    supervisor->on_stopped = on_stopped;
    supervisor->context = context;
    for (size_t i = 0; i < supervisor->children_count; i++)
        loop_timer_disarm(supervisor->children[i]->timer);
    stop_next_rank(supervisor);
}

void supervisor_free(struct supervisor **supervisor)
{
    if (*supervisor == NULL)
        return;
    for (size_t i = 0; i < (*supervisor)->children_count; i++) {
        struct child *child = (*supervisor)->children[i];
        if (child->process != 0) {
            char path[400];
            (void)kill(child->process, SIGKILL);
            pid_file_path(child, path);
            (void)unlink(path);
        }
        loop_timer_free(&child->timer);
        for (size_t k = 0; child->arguments[k] != NULL; k++)
            free(child->arguments[k]);
        free(child->label);
        free(child->folder);
        free(child);
    }
    loop_timer_free(&(*supervisor)->stop_timer);
    free(*supervisor);
    *supervisor = NULL;
}

static void child_start(struct child *child)
{
    struct error error;
    char path[400], line[32];
    pid_t parent = getpid();
    sigset_t all, before;
    (void)fflush(NULL); /* what is buffered must not be written twice */
    /* A signal that comes before the child has become itself waits until our handlers are no longer its own. */
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    child->process = fork();
    if (child->process == 0)
        child_become(child, parent, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (child->process < 0) {
        log_error("%s cannot be started: %s", child->label, strerror(errno));
        child->process = 0;
        loop_timer_arm(child->timer, BACKOFF_MAX_MS);
        return;
    }
    child->started_ms = clock_monotonic_ms();
    log_info("%s started (pid %d)", child->label, (int)child->process);
    pid_file_path(child, path);
    int chars = snprintf(line, sizeof line, "%d\n", (int)child->process);
    if (!file_replace(path, line, (size_t)chars, 0644, &error))
        log_warning("%s", error.text);
}

/* In the child: a group of its own, so that Ctrl-C reaches us alone and we stop them in order; no descriptor
 * of ours. */
static _Noreturn void child_become(const struct child *child, pid_t parent, const sigset_t *signals)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGCHLD, SIGPIPE};
    for (size_t i = 0; i < sizeof handled / sizeof handled[0]; i++)
        (void)signal(handled[i], SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, signals, NULL);
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)dup2(nothing, STDIN_FILENO);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO); /* standard output is ours */
    if (child->inherited >= 0 && child->inherited != INHERITED_AS)
        (void)dup2(child->inherited, INHERITED_AS);
    if (child->inherited == INHERITED_AS)
        (void)fcntl(INHERITED_AS, F_SETFD, 0);
    (void)close_range(child->inherited >= 0 ? INHERITED_AS + 1 : INHERITED_AS, UINT_MAX, 0);
    if (child->folder == NULL || chdir(child->folder) == 0)
        execvp(child->arguments[0], child->arguments);
    (void)dprintf(STDERR_FILENO, "pulssi up: %s: %s\n", child->arguments[0], strerror(errno));
    _exit(127);
}

static void child_on_backoff(void *context)
{
    child_start(context);
}

static void children_reap(void *context)
{
    struct supervisor *supervisor = context;
    for (size_t i = 0; i < supervisor->children_count; i++) {
        struct child *child = supervisor->children[i];
        int status = 0;
        if (child->process != 0 && waitpid(child->process, &status, WNOHANG) == child->process)
            child_on_ended(child, status);
    }
}

static void child_on_ended(struct child *child, int status)
{
    struct supervisor *supervisor = child->supervisor;
    char path[400], how[48];
    child->process = 0;
    pid_file_path(child, path);
    (void)unlink(path);
    if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "by signal %d", WTERMSIG(status));
    else
        snprintf(how, sizeof how, "with status %d", WEXITSTATUS(status));
    if (supervisor->stopping) {
        bool orderly = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        log_info("%s stopped%s%s", child->label, orderly ? "" : " ", orderly ? "" : how);
        stop_next_rank(supervisor);
        return;
    }
    if (clock_monotonic_ms() - child->started_ms >= HEALTHY_MS)
        child->backoff_ms = BACKOFF_FIRST_MS;
    const char *reason = child->explain != NULL ? child->explain(child->context) : NULL;
    bool explained = reason != NULL && reason[0] != '\0';
    log_warning("%s ended %s%s%s, starting again in %.1f s", child->label, how, explained ? ": " : "",
                explained ? reason : "", (double)child->backoff_ms / 1000);
    loop_timer_arm(child->timer, child->backoff_ms);
    child->backoff_ms = child->backoff_ms * 2 < BACKOFF_MAX_MS ? child->backoff_ms * 2 : BACKOFF_MAX_MS;
}

/* SIGTERM for the lowest rank that still runs, once; when nothing runs, says so from the loop. */
static void stop_next_rank(struct supervisor *supervisor)
{
    int rank = INT_MAX;
    for (size_t i = 0; i < supervisor->children_count; i++) {
        const struct child *child = supervisor->children[i];
        if (child->process != 0 && child->rank < rank)
            rank = child->rank;
    }
    if (rank == INT_MAX) {
        loop_timer_arm(supervisor->stop_timer, 0);
        supervisor->stopping_rank = rank;
        return;
    }
    if (supervisor->stopping_rank == rank)
        return; /* under way */
    supervisor->stopping_rank = rank;
    for (size_t i = 0; i < supervisor->children_count; i++) {
        const struct child *child = supervisor->children[i];
        if (child->process != 0 && child->rank == rank)
            (void)kill(child->process, SIGTERM);
    }
    loop_timer_arm(supervisor->stop_timer, supervisor->stop_deadline_ms);
}

static void stop_on_time(void *context)
{
    struct supervisor *supervisor = context;
    if (supervisor->stopping_rank == INT_MAX) {
        supervisor->on_stopped(supervisor->context);
        return;
    }
    for (size_t i = 0; i < supervisor->children_count; i++) {
        const struct child *child = supervisor->children[i];
        if (child->process != 0 && child->rank == supervisor->stopping_rank) {
            log_warning("%s does not stop: killed", child->label);
            (void)kill(child->process, SIGKILL);
        }
    }
}

static void pid_file_path(const struct child *child, char out[400])
{
    snprintf(out, 400, "%s/%s.pid", child->supervisor->run_folder, child->label);
}
