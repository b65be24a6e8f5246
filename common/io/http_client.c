/* libcurl's multi interface on the loop. At most `connections_max` transfers run; the others wait here, in
 * order, and their deadline runs meanwhile.
 *
 *   http_client_send → waiting ─ a place is free → running (libcurl) ─ done → callback(answer)
 *                         └─ deadline ───────────────────────────────────→ callback(NOT_SENT)
 *
 * How a body is kept from being sent twice, and what its fate was: http_transfer.c. */
#include "io/http_client.h"

#include <assert.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <stdlib.h>

#include "base/text.h"
#include "io/http_transfer.h"

struct transfer_list {
    struct http_transfer *first, *last;
    size_t count;
};

struct http_client {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *curl_timer;
    struct loop_timer *start_timer;   /* starts what waits, from the loop */
    struct loop_timer *waiting_timer; /* the nearest deadline of those that wait */
    int64_t waiting_timer_at_ms;      /* INT64_MAX = not armed */
    struct http_client_options options;
    struct transfer_list waiting, running, unused;
    bool closing;
    int inside; /* callbacks on the stack */
};

static struct http_transfer *client_take_unused(struct http_client *client);
static void client_start_waiting(void *context);
static void client_on_waiting_timer(void *context);
static void client_watch_deadline(struct http_client *client, int64_t deadline_at_ms);
static void client_reap(struct http_client *client);
static void client_complete(struct http_client *client, struct http_transfer *transfer,
                            const struct http_answer *answer);
static void client_give_up(struct http_client *client, struct http_transfer *transfer, enum http_fate fate,
                           const char *problem);
static int client_on_socket_wish(CURL *handle, curl_socket_t socket, int what, void *context,
                                 void *socket_context);
static int client_on_timer_wish(CURLM *multi, long wait_ms, void *context);
static void client_on_socket(evutil_socket_t socket, short what, void *context);
static void client_on_curl_timer(void *context);
static void list_append(struct transfer_list *list, struct http_transfer *transfer);
static void list_remove(struct transfer_list *list, struct http_transfer *transfer);

struct http_client *http_client_new(struct loop *loop, const struct http_client_options *options)
{
    static bool curl_is_ready;
    struct http_client *client = memory_zeroed(1, sizeof *client);
    if (!curl_is_ready)
        curl_global_init(CURL_GLOBAL_DEFAULT);
    curl_is_ready = true;
    client->loop = loop;
    client->options = *options;
    client->waiting_timer_at_ms = INT64_MAX;
    client->curl_timer = loop_timer_new(loop, client_on_curl_timer, client);
    client->start_timer = loop_timer_new(loop, client_start_waiting, client);
    client->waiting_timer = loop_timer_new(loop, client_on_waiting_timer, client);
    client->multi = curl_multi_init();
    assert(client->multi != NULL);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, client_on_socket_wish);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, client_on_timer_wish);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)options->connections_max);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)options->connections_max);
    return client;
}

void http_client_free(struct http_client **freeing)
{
    struct http_client *client = *freeing;
    struct http_transfer *transfer;
    if (client == NULL)
        return;
    assert(client->inside == 0);
    client->closing = true;
    while ((transfer = client->running.first) != NULL) {
        curl_multi_remove_handle(client->multi, transfer->handle);
        list_remove(&client->running, transfer);
        client_give_up(client, transfer, HTTP_LOST, "the client was closed");
    }
    while ((transfer = client->waiting.first) != NULL) {
        list_remove(&client->waiting, transfer);
        client_give_up(client, transfer, HTTP_NOT_SENT, "the client was closed");
    }
    while ((transfer = client->unused.first) != NULL) {
        list_remove(&client->unused, transfer);
        http_transfer_free(transfer);
    }
    curl_multi_cleanup(client->multi);
    loop_timer_free(&client->curl_timer);
    loop_timer_free(&client->start_timer);
    loop_timer_free(&client->waiting_timer);
    free(client);
    *freeing = NULL;
}

size_t http_client_in_flight(const struct http_client *client)
{
    return client->running.count + client->waiting.count;
}

/* --- starting --- */

void http_client_send(struct http_client *client, const struct http_request *request, http_callback callback,
                      void *context)
{
    struct http_transfer *transfer = client_take_unused(client);
    transfer->callback = callback;
    transfer->context = context;
    transfer->deadline_at_ms = clock_monotonic_ms() + client->options.deadline_ms;
    http_transfer_prepare(transfer, request);
    list_append(&client->waiting, transfer);
    if (client->running.count < (size_t)client->options.connections_max)
        loop_timer_arm(client->start_timer, 0);
    else
        client_watch_deadline(client, transfer->deadline_at_ms);
}

static struct http_transfer *client_take_unused(struct http_client *client)
{
    struct http_transfer *transfer = client->unused.first;
    if (transfer == NULL)
        return http_transfer_new(&client->options);
    list_remove(&client->unused, transfer);
    return transfer;
}

static void client_start_waiting(void *context)
{
    struct http_client *client = context;
    struct http_transfer *transfer;
    int64_t now_ms = clock_monotonic_ms();
    while (client->running.count < (size_t)client->options.connections_max &&
           (transfer = client->waiting.first) != NULL) {
        int64_t left_ms = transfer->deadline_at_ms - now_ms;
        /* 0 would mean "no deadline" to libcurl. */
        curl_easy_setopt(transfer->handle, CURLOPT_TIMEOUT_MS, left_ms < 1 ? 1L : (long)left_ms);
        list_remove(&client->waiting, transfer);
        list_append(&client->running, transfer);
        /* Only asks for a timer: libcurl works when that fires. */
        CURLMcode added = curl_multi_add_handle(client->multi, transfer->handle);
        assert(added == CURLM_OK);
    }
    if (client->waiting.first != NULL)
        client_watch_deadline(client, client->waiting.first->deadline_at_ms);
}

/* The deadline of those that wait; a timer armed too early just looks again. */
static void client_watch_deadline(struct http_client *client, int64_t deadline_at_ms)
{
    int64_t left_ms = deadline_at_ms - clock_monotonic_ms();
    if (deadline_at_ms >= client->waiting_timer_at_ms)
        return;
    client->waiting_timer_at_ms = deadline_at_ms;
    loop_timer_arm(client->waiting_timer, left_ms < 0 ? 0 : left_ms);
}

static void client_on_waiting_timer(void *context)
{
    struct http_client *client = context;
    struct http_transfer *next;
    int64_t now_ms = clock_monotonic_ms();
    int64_t nearest_ms = INT64_MAX;
    struct http_transfer *last = client->waiting.last; /* callbacks may add after it */
    client->waiting_timer_at_ms = INT64_MAX;
    for (struct http_transfer *transfer = client->waiting.first; transfer != NULL; transfer = next) {
        next = transfer == last ? NULL : transfer->next;
        if (transfer->deadline_at_ms > now_ms) {
            nearest_ms = transfer->deadline_at_ms < nearest_ms ? transfer->deadline_at_ms : nearest_ms;
            continue;
        }
        list_remove(&client->waiting, transfer);
        client_give_up(client, transfer, HTTP_NOT_SENT, "no connection was free before the deadline");
    }
    if (nearest_ms != INT64_MAX)
        client_watch_deadline(client, nearest_ms);
}

/* --- finishing --- */

/* Takes what libcurl finished; called after each of its turns, never from within it. */
static void client_reap(struct http_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        struct http_transfer *transfer;
        struct http_answer answer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        curl_multi_remove_handle(client->multi, transfer->handle); /* ends the life of `message` */
        list_remove(&client->running, transfer);
        http_transfer_answer(transfer, code, &answer);
        client_complete(client, transfer, &answer);
    }
    if (client->waiting.first != NULL)
        client_start_waiting(client);
}

static void client_complete(struct http_client *client, struct http_transfer *transfer,
                            const struct http_answer *answer)
{
    client->inside++;
    transfer->callback(transfer->context, answer);
    client->inside--;
    list_append(&client->unused, transfer);
}

static void client_give_up(struct http_client *client, struct http_transfer *transfer, enum http_fate fate,
                           const char *problem)
{
    struct http_answer answer = {.fate = fate, .body = "", .retry_after = "", .problem = problem};
    client_complete(client, transfer, &answer);
}

/* --- libcurl on libevent --- */

static int client_on_socket_wish(CURL *handle, curl_socket_t socket, int what, void *context,
                                 void *socket_context)
{
    struct http_client *client = context;
    struct event *event = socket_context;
    (void)handle;
    if (what == CURL_POLL_REMOVE) {
        if (event != NULL)
            event_free(event);
        curl_multi_assign(client->multi, socket, NULL);
        return 0;
    }
    short wish = (short)(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                         ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0) | EV_PERSIST);
    if (event == NULL) {
        event = event_new(loop_base(client->loop), socket, wish, client_on_socket, client);
        assert(event != NULL);
        curl_multi_assign(client->multi, socket, event);
    } else {
        event_del(event);
        event_assign(event, loop_base(client->loop), socket, wish, client_on_socket, client);
    }
    event_add(event, NULL);
    return 0;
}

static int client_on_timer_wish(CURLM *multi, long wait_ms, void *context)
{
    struct http_client *client = context;
    (void)multi;
    if (client->closing)
        return 0;
    if (wait_ms < 0)
        loop_timer_disarm(client->curl_timer);
    else
        loop_timer_arm(client->curl_timer, wait_ms);
    return 0;
}

static void client_on_socket(evutil_socket_t socket, short what, void *context)
{
    struct http_client *client = context;
    int running;
    int ready =
        ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(client->multi, socket, ready, &running);
    client_reap(client);
}

static void client_on_curl_timer(void *context)
{
    struct http_client *client = context;
    int running;
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    client_reap(client);
}

static void list_append(struct transfer_list *list, struct http_transfer *transfer)
{
    transfer->next = NULL;
    transfer->previous = list->last;
    if (list->last != NULL)
        list->last->next = transfer;
    else
        list->first = transfer;
    list->last = transfer;
    list->count++;
}

static void list_remove(struct transfer_list *list, struct http_transfer *transfer)
{
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        list->first = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    else
        list->last = transfer->previous;
    transfer->previous = transfer->next = NULL;
    list->count--;
}
