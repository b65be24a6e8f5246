/* The generator. Requests are far smaller than a socket's buffer, so one that is not taken whole is an error.
 */
#include "load.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"

#define EVENTS_MAX       64
#define ANSWER_BYTES_MAX 2048
#define SILENCE_MS       20000

struct connection {
    int descriptor;
    size_t request; /* under way */
    int64_t sent_at_ns;
    char answer[ANSWER_BYTES_MAX];
    size_t answer_bytes;
};

struct load {
    const struct load_plan *plan;
    size_t next, done; /* counted from the plan's first */
    int64_t started_ns;
    int64_t *latencies_ns, *sent_at_ns;
    struct connection **idle; /* a ring: whoever is idle longest sends next, so that none is idle for long */
    size_t idle_first, idle_count;
};

static void connection_open(struct connection *connection, int port);
static void connection_send(struct connection *connection, struct load *load);
static bool connection_receive(struct connection *connection);

static _Noreturn void give_up(size_t request, const char *what, const char *detail)
{
    fprintf(stderr, "load: request %zu: %s %s\n", request, what, detail);
    exit(1);
}

void load_add(struct load_requests *requests, const char *path, const char *body)
{
    if (requests->count == requests->capacity) {
        requests->capacity = requests->capacity == 0 ? 1024 : requests->capacity * 2;
        requests->items = memory_resized(requests->items, requests->capacity, sizeof requests->items[0]);
    }
    struct load_request *item = &requests->items[requests->count++];
    item->at = requests->bytes.bytes;
    text_addf(&requests->bytes,
              "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
              "%zu\r\n\r\n%s",
              path, strlen(body), body);
    item->bytes = requests->bytes.bytes - item->at;
}

void load_free(struct load_requests *requests)
{
    text_free(&requests->bytes);
    free(requests->items);
    *requests = (struct load_requests){0};
}

static void load_rests(struct load *load, struct connection *connection)
{
    size_t places = load->plan->connections;
    assert(load->idle_count < places);
    load->idle[(load->idle_first + load->idle_count++) % places] = connection;
}

/* Sends what may go now: to whoever is idle, not before its time. */
static void load_send_due(struct load *load)
{
    while (load->idle_count > 0 && load->next < load->plan->count) {
        double due_ns = load->plan->rate > 0 ? (double)load->next * 1e9 / load->plan->rate : 0;
        if ((double)(report_now_ns() - load->started_ns) < due_ns)
            return;
        struct connection *connection = load->idle[load->idle_first];
        load->idle_first = (load->idle_first + 1) % load->plan->connections;
        load->idle_count--;
        connection_send(connection, load);
    }
}

static void load_on_answered(struct load *load, struct connection *connection)
{
    load->latencies_ns[connection->request] = report_now_ns() - connection->sent_at_ns;
    if (load->sent_at_ns != NULL)
        load->sent_at_ns[connection->request] = connection->sent_at_ns;
    load->done++;
    load_rests(load, connection);
}

int64_t load_run(const struct load_plan *plan, int64_t *latencies_ns_out, int64_t *sent_at_ns_out)
{
    struct load load = {.plan = plan, .latencies_ns = latencies_ns_out, .sent_at_ns = sent_at_ns_out};
    struct connection *connections = memory_zeroed(plan->connections, sizeof connections[0]);
    int poller = epoll_create1(EPOLL_CLOEXEC);
    load.idle = memory_zeroed(plan->connections, sizeof load.idle[0]);
    for (size_t i = 0; i < plan->connections; i++) {
        struct epoll_event wish = {.events = EPOLLIN, .data.ptr = &connections[i]};
        connection_open(&connections[i], plan->port);
        epoll_ctl(poller, EPOLL_CTL_ADD, connections[i].descriptor, &wish);
        load_rests(&load, &connections[i]);
    }
    load.started_ns = report_now_ns();
    int64_t answered_ns = load.started_ns;
    load_send_due(&load);
    while (load.done < plan->count) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(poller, events, EVENTS_MAX, plan->rate > 0 ? 1 : SILENCE_MS);
        if ((count < 0 && errno != EINTR) || report_now_ns() - answered_ns > SILENCE_MS * INT64_C(1000000))
            give_up(load.done, "answered as the last one, then came", "silence");
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection_receive(connection)) {
                load_on_answered(&load, connection);
                answered_ns = report_now_ns();
            }
        }
        load_send_due(&load);
    }
    int64_t elapsed_ns = report_now_ns() - load.started_ns;
    for (size_t i = 0; i < plan->connections; i++)
        close(connections[i].descriptor);
    close(poller);
    free(load.idle);
    free(connections);
    return elapsed_ns;
}

static void connection_open(struct connection *connection, int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int at_once = 1;
    connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->descriptor < 0 ||
        connect(connection->descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        give_up(0, "cannot connect:", strerror(errno));
    setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
}

static void connection_send(struct connection *connection, struct load *load)
{
    const struct load_requests *requests = load->plan->requests;
    connection->request = load->plan->first + load->next++;
    connection->answer_bytes = 0;
    const struct load_request *request = &requests->items[connection->request];
    connection->sent_at_ns = report_now_ns();
    ssize_t sent = send(connection->descriptor, requests->bytes.chars + request->at, request->bytes,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != (ssize_t)request->bytes)
        give_up(connection->request, "was not taken:", sent < 0 ? strerror(errno) : "in part only");
}

/* True when the answer is whole. */
static bool connection_receive(struct connection *connection)
{
    size_t room = sizeof connection->answer - 1 - connection->answer_bytes;
    ssize_t bytes =
        recv(connection->descriptor, connection->answer + connection->answer_bytes, room, MSG_DONTWAIT);
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (bytes <= 0)
        give_up(connection->request, "the connection ended:", bytes < 0 ? strerror(errno) : "closed");
    connection->answer_bytes += (size_t)bytes;
    connection->answer[connection->answer_bytes] = '\0';
    const char *head_end = strstr(connection->answer, "\r\n\r\n");
    if (head_end == NULL)
        return false;
    const char *length = strcasestr(connection->answer, "\r\nContent-Length:");
    size_t body_bytes =
        length == NULL || length > head_end ? 0 : strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
    size_t whole = (size_t)(head_end - connection->answer) + strlen("\r\n\r\n") + body_bytes;
    if (strncmp(connection->answer, "HTTP/1.1 200 ", strlen("HTTP/1.1 200 ")) != 0 ||
        connection->answer_bytes > whole)
        give_up(connection->request, "answered", connection->answer);
    return connection->answer_bytes == whole;
}
