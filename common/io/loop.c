/* The event loop: libevent wrapped once, and with it the clock file's watch. Single-threaded; every callback
 * runs from loop_run. */
#include "io/loop.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

struct loop_hook {
    struct event *event;
    loop_callback callback;
    void *context;
};

struct loop {
    struct event_base *base;
    struct loop_hook terminate, interrupt, child, clock_changed;
    struct clock *clock;
    int inotify;
};

struct loop_timer {
    struct event *event;
    loop_callback callback;
    void *context;
};

static void hook_signal(struct loop *loop, struct loop_hook *hook, int number, loop_callback callback,
                        void *context);
static void hook_free(struct loop_hook *hook);
static void hook_on_signal(evutil_socket_t number, short what, void *context);
static void timer_on_time(evutil_socket_t none, short what, void *context);
static void clock_on_readable(evutil_socket_t inotify, short what, void *context);

struct loop *loop_new(void)
{
    struct loop *loop = memory_zeroed(1, sizeof *loop);
    loop->inotify = -1;
    /* Writing to a socket the peer closed must be an error of that connection only. */
    signal(SIGPIPE, SIG_IGN);
    loop->base = event_base_new();
    if (loop->base == NULL) {
        log_error("no event loop: %s", strerror(errno));
        abort();
    }
    return loop;
}

void loop_free(struct loop **loop)
{
    if (*loop == NULL)
        return;
    hook_free(&(*loop)->terminate);
    hook_free(&(*loop)->interrupt);
    hook_free(&(*loop)->child);
    hook_free(&(*loop)->clock_changed);
    if ((*loop)->inotify >= 0)
        close((*loop)->inotify);
    event_base_free((*loop)->base);
    free(*loop);
    *loop = NULL;
}

void loop_run(struct loop *loop)
{
    /* Stays even when nothing is armed for the moment: only loop_stop ends it. */
    event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *loop)
{
    event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

/* --- timers --- */

struct loop_timer *loop_timer_new(struct loop *loop, loop_callback callback, void *context)
{
    struct loop_timer *timer = memory_zeroed(1, sizeof *timer);
    timer->callback = callback;
    timer->context = context;
    timer->event = evtimer_new(loop->base, timer_on_time, timer);
    assert(timer->event != NULL);
    return timer;
}

void loop_timer_arm(struct loop_timer *timer, int64_t delay_ms)
{
    assert(delay_ms >= 0);
    struct timeval delay = {.tv_sec = (time_t)(delay_ms / 1000),
                            .tv_usec = (suseconds_t)(delay_ms % 1000) * 1000};
    event_add(timer->event, &delay);
}

void loop_timer_disarm(struct loop_timer *timer)
{
    event_del(timer->event);
}

void loop_timer_free(struct loop_timer **timer)
{
    if (*timer == NULL)
        return;
    event_free((*timer)->event);
    free(*timer);
    *timer = NULL;
}

static void timer_on_time(evutil_socket_t none, short what, void *context)
{
    struct loop_timer *timer = context;
    (void)none;
    (void)what;
    timer->callback(timer->context);
}

/* --- signals --- */

void loop_on_terminate(struct loop *loop, loop_callback callback, void *context)
{
    hook_signal(loop, &loop->terminate, SIGTERM, callback, context);
    hook_signal(loop, &loop->interrupt, SIGINT, callback, context);
}

void loop_on_child(struct loop *loop, loop_callback callback, void *context)
{
    hook_signal(loop, &loop->child, SIGCHLD, callback, context);
}

static void hook_signal(struct loop *loop, struct loop_hook *hook, int number, loop_callback callback,
                        void *context)
{
    assert(hook->event == NULL);
    hook->callback = callback;
    hook->context = context;
    hook->event = evsignal_new(loop->base, number, hook_on_signal, hook);
    assert(hook->event != NULL);
    event_add(hook->event, NULL);
}

static void hook_on_signal(evutil_socket_t number, short what, void *context)
{
    struct loop_hook *hook = context;
    (void)number;
    (void)what;
    hook->callback(hook->context);
}

static void hook_free(struct loop_hook *hook)
{
    if (hook->event != NULL)
        event_free(hook->event);
    hook->event = NULL;
}

/* --- the clock's file --- */

static void folder_and_name(const char *path, char folder_out[256], const char **name_out)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        memcpy(folder_out, ".", sizeof ".");
        *name_out = path;
        return;
    }
    size_t folder_chars = slash == path ? 1 : (size_t)(slash - path);
    memcpy(folder_out, path, folder_chars);
    folder_out[folder_chars] = '\0';
    *name_out = slash + 1;
}

bool loop_watch_clock(struct loop *loop, struct clock *clock, loop_callback callback, void *context,
                      struct error *error)
{
    char folder[256];
    const char *name;
    if (clock->path[0] == '\0')
        return true;
    assert(loop->clock == NULL);
    folder_and_name(clock->path, folder, &name);
    loop->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    /* The folder, not the file: the file is replaced by rename, and a watch would stay with the old one. */
    if (loop->inotify < 0 || inotify_add_watch(loop->inotify, folder, IN_MOVED_TO | IN_CLOSE_WRITE) < 0)
        return error_set(error, "clock file %s: cannot watch its folder: %s", clock->path, strerror(errno));
    loop->clock = clock;
    loop->clock_changed.callback = callback;
    loop->clock_changed.context = context;
    loop->clock_changed.event =
        event_new(loop->base, loop->inotify, EV_READ | EV_PERSIST, clock_on_readable, loop);
    assert(loop->clock_changed.event != NULL);
    event_add(loop->clock_changed.event, NULL);
    /* A change between the clock's opening and the watch would be missed. */
    return clock_reload(clock, error);
}

/* Takes all waiting notices; true when one is about the clock's file, or when some were dropped. */
static bool clock_was_replaced(struct loop *loop)
{
    _Alignas(struct inotify_event) char notices[4096];
    char folder[256];
    const char *name;
    bool replaced = false;
    ssize_t bytes;
    folder_and_name(loop->clock->path, folder, &name);
    while ((bytes = read(loop->inotify, notices, sizeof notices)) > 0) {
        for (size_t at = 0; at < (size_t)bytes;) {
            const struct inotify_event *notice = (const void *)(notices + at);
            if ((notice->mask & IN_Q_OVERFLOW) != 0 || (notice->len > 0 && strcmp(notice->name, name) == 0))
                replaced = true;
            at += sizeof *notice + notice->len;
        }
    }
    return replaced;
}

static void clock_on_readable(evutil_socket_t inotify, short what, void *context)
{
    struct loop *loop = context;
    struct error error;
    (void)inotify;
    (void)what;
    if (!clock_was_replaced(loop))
        return;
    if (!clock_reload(loop->clock, &error)) {
        log_warning("%s", error.text);
        return;
    }
    loop->clock_changed.callback(loop->clock_changed.context);
}
