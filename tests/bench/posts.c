/* libcurl's sockets and its one timer, watched by epoll. */
#include "posts.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

#define CONCURRENCY_MAX 64
#define SILENCE_MS      20000

struct posting {
    const struct posts *posts;
    CURLM *multi;
    CURL *handles[CONCURRENCY_MAX];
    struct curl_slist *headers;
    int poller;
    int64_t timer_at_ms; /* monotonic; -1 = none */
    size_t next, done;
};

static CURL *handle_new(struct posting *posting);
static void handle_start(struct posting *posting, CURL *handle);
static void reap(struct posting *posting);
static int on_socket_wish(CURL *handle, curl_socket_t socket, int what, void *context, void *socket_context);
static int on_timer_wish(CURLM *multi, long wait_ms, void *context);
static size_t on_body(char *chars, size_t size, size_t count, void *context);

static _Noreturn void give_up(const char *what, long number)
{
    fprintf(stderr, "posts: %s %ld\n", what, number);
    exit(1);
}

static int wait_ms(const struct posting *posting)
{
    int64_t left_ms = posting->timer_at_ms < 0 ? SILENCE_MS : posting->timer_at_ms - clock_monotonic_ms();
    return left_ms < 0 ? 0 : left_ms > SILENCE_MS ? SILENCE_MS : (int)left_ms;
}

void posts_run(const struct posts *posts)
{
    struct posting posting = {.posts = posts,
                              .multi = curl_multi_init(),
                              .poller = epoll_create1(EPOLL_CLOEXEC),
                              .timer_at_ms = -1};
    size_t handles_count = posts->concurrency < posts->count ? posts->concurrency : posts->count;
    assert(handles_count <= CONCURRENCY_MAX && posting.multi != NULL && posting.poller >= 0);
    curl_multi_setopt(posting.multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(posting.multi, CURLMOPT_SOCKETDATA, &posting);
    curl_multi_setopt(posting.multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(posting.multi, CURLMOPT_TIMERDATA, &posting);
    curl_multi_setopt(posting.multi, CURLMOPT_MAXCONNECTS, (long)posts->concurrency);
    for (size_t i = 0; posts->headers[i] != NULL; i++)
        posting.headers = curl_slist_append(posting.headers, posts->headers[i]);
    for (size_t i = 0; i < handles_count; i++)
        handle_start(&posting, posting.handles[i] = handle_new(&posting));
    while (posting.done < posts->count) {
        struct epoll_event events[CONCURRENCY_MAX];
        int running, count = epoll_wait(posting.poller, events, CONCURRENCY_MAX, wait_ms(&posting));
        if (count <= 0 && posting.timer_at_ms < 0)
            give_up("no answer; posted so far:", (long)posting.done);
        if (posting.timer_at_ms >= 0 && posting.timer_at_ms <= clock_monotonic_ms()) {
            posting.timer_at_ms = -1;
            curl_multi_socket_action(posting.multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        for (int i = 0; i < count; i++) {
            int ready = ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 ? CURL_CSELECT_IN : 0) |
                        ((events[i].events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
            curl_multi_socket_action(posting.multi, events[i].data.fd, ready, &running);
        }
        reap(&posting);
    }
    for (size_t i = 0; i < handles_count; i++)
        curl_easy_cleanup(posting.handles[i]);
    curl_multi_cleanup(posting.multi);
    curl_slist_free_all(posting.headers);
    close(posting.poller);
}

static CURL *handle_new(struct posting *posting)
{
    CURL *handle = curl_easy_init();
    assert(handle != NULL);
    curl_easy_setopt(handle, CURLOPT_URL, posting->posts->url);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, posting->headers);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    return handle;
}

static void handle_start(struct posting *posting, CURL *handle)
{
    const struct text *body = &posting->posts->bodies[posting->next++];
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)body->bytes);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body->chars);
    curl_multi_add_handle(posting->multi, handle);
}

static void reap(struct posting *posting)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(posting->multi, &left)) != NULL) {
        CURL *handle = message->easy_handle;
        long status = 0;
        if (message->data.result != CURLE_OK)
            give_up(curl_easy_strerror(message->data.result), (long)message->data.result);
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        if (status != posting->posts->status)
            give_up("answered", status);
        curl_multi_remove_handle(posting->multi, handle);
        posting->done++;
        if (posting->next < posting->posts->count)
            handle_start(posting, handle);
    }
}

static int on_socket_wish(CURL *handle, curl_socket_t socket, int what, void *context, void *socket_context)
{
    static char watched; /* any address: it only says that epoll knows the socket */
    struct posting *posting = context;
    (void)handle;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(posting->poller, EPOLL_CTL_DEL, socket, NULL);
        curl_multi_assign(posting->multi, socket, NULL);
        return 0;
    }
    struct epoll_event wish = {.data.fd = socket};
    wish.events |= (what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0;
    wish.events |= (what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0;
    epoll_ctl(posting->poller, socket_context == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &wish);
    curl_multi_assign(posting->multi, socket, &watched);
    return 0;
}

static int on_timer_wish(CURLM *multi, long left_ms, void *context)
{
    struct posting *posting = context;
    (void)multi;
    posting->timer_at_ms = left_ms < 0 ? -1 : clock_monotonic_ms() + left_ms;
    return 0;
}

static size_t on_body(char *chars, size_t size, size_t count, void *context)
{
    (void)chars;
    (void)context;
    return size * count;
}
