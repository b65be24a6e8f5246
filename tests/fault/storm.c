/* A storm at the collector's door, beside the genuine webhooks of a simulator: forged ones in every shape, old genuine ones
 * again, headers that come byte by byte, connections that say nothing. Ends after --seconds and prints what it did as one
 * line of JSON; exits 1 when an answer was other than it must be.
 *
 *   storm --collector PORT --simulator PORT --token TOKEN --seconds N
 *
 * What it replays are replies and receipts of the simulator's ledger that were answered 200 before. It never sends a
 * webhook that could count: the judge of the run would see it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

#define FORGERS     4
#define REPLAYERS   8
#define SLOW        50
#define IDLE        200
#define CONNECTIONS (FORGERS + REPLAYERS + SLOW + IDLE)
#define SLOW_MS     50  /* a byte */
#define REOPEN_MS   100 /* before a connection that ended is opened again */
#define POLL_MS     20
#define OVERSIZE    200000
#define WRONG_SHOWN 5

/* What a webhook of the storm must be answered. */
enum wanted {
    WANT_404,
    WANT_405,
    WANT_400,
    WANT_413,
    WANT_200,    /* authenticated, and of no use: counted by its reason */
    WANT_NOT_200 /* never finished */
};

#define REPLY_PATH "/v1/gateways/simulator/%T/reply"
#define HEAD(path) "POST " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
#define BODY       "Content-Length: %L\r\n\r\n%B"

/* A request with holes: %T the token, %B what would be a reply, %L its length, %O as many bytes as are too many. */
static const struct forgery {
    enum wanted wanted;
    bool ends; /* we close our side at once */
    const char *request;
} forgeries[] = {
    {WANT_404, false, HEAD("/v1/gateways/simulator/%Tx/reply") BODY},
    {WANT_404, false, HEAD("/v1/gateways/simulator/kill/reply") BODY},
    {WANT_404, false, HEAD("/v1/gateways/simulator//reply") BODY},
    {WANT_404, false, HEAD("/v1/gateways/nobody/%T/reply") BODY},
    {WANT_404, false, HEAD("/v1/gateways/simulator/%T/answer") BODY},
    {WANT_404, false, "GET " REPLY_PATH " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"},
    {WANT_405, false, "PUT " REPLY_PATH " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" BODY},
    {WANT_400, false, HEAD(REPLY_PATH) "Content-Length: 5\r\n" BODY},
    {WANT_400, false, HEAD(REPLY_PATH) "Content-Length: -1\r\n\r\n%B"},
    {WANT_400, false, HEAD(REPLY_PATH) "Transfer-Encoding: chunked\r\n" BODY},
    {WANT_413, false, HEAD(REPLY_PATH) "Content-Length: 200000\r\n\r\n%O"},
    {WANT_NOT_200, true, HEAD(REPLY_PATH) "Content-Length: 2000\r\n\r\n%B"},
    {WANT_NOT_200, true, HEAD(REPLY_PATH) "Content-Le"},
    {WANT_200, false, HEAD(REPLY_PATH) "Content-Length: 7\r\n\r\n{\"id\":1"},
    {WANT_200, false, HEAD("/v1/gateways/simulator/%T/receipt") "Content-Length: 2\r\n\r\n[]"},
};
#define FORGERIES (sizeof forgeries / sizeof forgeries[0])

enum kind { FORGER, REPLAYER, SLOW_ONE, IDLE_ONE };

struct connection {
    enum kind kind;
    int fd;          /* -1 = closed */
    int64_t next_ms; /* monotonic: of the next byte, or when it is opened again */
    size_t subject;  /* which forgery, which webhook of the past */
    struct text out;
    size_t written;
    char in[16]; /* the answer's first line: "HTTP/1.1 200" */
    size_t in_bytes;
};

struct storm {
    int collector_port, simulator_port;
    const char *token;
    struct connection connections[CONNECTIONS];
    struct text *past; /* whole requests */
    size_t past_count, past_next;
    size_t forgery_next;
    int64_t past_read_ms;
    int64_t forged, replayed, cut_slow, cut_idle, wrong;
};

/* --- what is sent --- */

/* A reply of somebody who was never asked, under an id of its own: it would count. */
static void forged_body(const struct storm *storm, struct text *out)
{
    text_addf(out, "{\"id\":\"forged-%lld\",\"from\":\"+358401234567\",\"to\":\"18123\",\"text\":\"5\"}",
              (long long)storm->forged);
}

static void fill_forgery(const struct storm *storm, const char *request, struct text *out)
{
    struct text body = {0};
    forged_body(storm, &body);
    for (const char *at = request; *at != '\0'; at++) {
        if (at[0] != '%') {
            text_add_bytes(out, at, 1);
            continue;
        }
        at++;
        if (*at == 'T') {
            text_add(out, storm->token);
        } else if (*at == 'B') {
            text_add_bytes(out, body.chars, body.bytes);
        } else if (*at == 'L') {
            text_addf(out, "%zu", body.bytes);
        } else {
            for (size_t i = 0; i < OVERSIZE; i += 10) {
                text_add(out, "0123456789");
            }
        }
    }
    text_free(&body);
}

/* --- what came before --- */

static int connect_to(int port, bool waits)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && !waits) {
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

static const char *member(const cJSON *row, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static void add_member(struct text *body, const char *name, const char *value)
{
    text_addf(body, "%s\"%s\":", body->bytes == 1 ? "" : ",", name);
    json_add_string(body, value);
}

/* A row of the ledger that was answered 200, as it was sent. */
static void past_add(struct storm *storm, const cJSON *row)
{
    static const char *const of_reply[] = {"id", "from", "text", NULL}, *const of_receipt[] = {"id", "ref",
                                                                                               "state", NULL};
    bool is_reply = strcmp(member(row, "t"), "reply") == 0;
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(row, "status");
    if ((!is_reply && strcmp(member(row, "t"), "receipt") != 0) || !cJSON_IsNumber(status)) {
        return;
    }
    struct text body = {0};
    text_add(&body, "{");
    for (const char *const *name = is_reply ? of_reply : of_receipt; *name != NULL; name++) {
        add_member(&body, *name, member(row, *name));
    }
    text_add(&body, is_reply ? ",\"to\":\"18123\"}" : "}");
    storm->past = memory_resized(storm->past, storm->past_count + 1, sizeof *storm->past);
    struct text *request = &storm->past[storm->past_count++];
    *request = (struct text){0};
    text_addf(request,
              "POST /v1/gateways/simulator/%s/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
              "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
              storm->token, is_reply ? "reply" : "receipt", body.bytes, body.chars);
    text_free(&body);
}

static void past_free(struct storm *storm)
{
    for (size_t i = 0; i < storm->past_count; i++) {
        text_free(&storm->past[i]);
    }
    free(storm->past);
    storm->past = NULL;
    storm->past_count = storm->past_next = 0;
}

/* Reads the ledger as it is now. */
static void past_read(struct storm *storm)
{
    static const char request[] = "GET /ledger HTTP/1.0\r\n\r\n";
    int fd = connect_to(storm->simulator_port, true);
    FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    past_free(storm);
    bool asked = stream != NULL && write(fd, request, sizeof request - 1) == (ssize_t)(sizeof request - 1);
    while (asked && (bytes = getline(&line, &capacity, stream)) > 0) {
        struct error error;
        cJSON *row = line[0] == '{' ? json_parse(line, (size_t)bytes, &error) : NULL;
        past_add(storm, row);
        cJSON_Delete(row);
    }
    free(line);
    if (stream != NULL) {
        (void)fclose(stream);
    }
}

/* --- one connection --- */

static void connection_close(struct connection *connection, int64_t now_ms)
{
    if (connection->fd >= 0) {
        (void)close(connection->fd);
    }
    text_free(&connection->out);
    connection->fd = -1;
    connection->next_ms = now_ms + REOPEN_MS;
}

static void connection_open(struct storm *storm, struct connection *connection, int64_t now_ms)
{
    connection->in_bytes = connection->written = 0;
    memset(connection->in, 0, sizeof connection->in);
    if (connection->kind == REPLAYER && storm->past_next == storm->past_count) {
        if (now_ms >= storm->past_read_ms + 1000) {
            storm->past_read_ms = now_ms;
            past_read(storm);
        }
        if (storm->past_count == 0) {
            connection->next_ms = now_ms + REOPEN_MS;
            return;
        }
        storm->past_next = 0;
    }
    connection->fd = connect_to(storm->collector_port, false);
    connection->next_ms = connection->fd >= 0 ? now_ms : now_ms + REOPEN_MS;
    if (connection->fd < 0) {
        return;
    }
    switch (connection->kind) {
    case FORGER:
        connection->subject = storm->forgery_next++ % FORGERIES;
        fill_forgery(storm, forgeries[connection->subject].request, &connection->out);
        break;
    case REPLAYER:
        connection->subject = storm->past_next++;
        text_add_bytes(&connection->out, storm->past[connection->subject].chars,
                       storm->past[connection->subject].bytes);
        break;
    case SLOW_ONE:
        fill_forgery(storm, HEAD(REPLY_PATH) BODY, &connection->out);
        break;
    case IDLE_ONE:
        break;
    }
}

/* Writes what may be written now: all, or a byte. */
static void connection_write(struct connection *connection, int64_t now_ms)
{
    size_t left = connection->out.bytes - connection->written;
    bool slow = connection->kind == SLOW_ONE;
    if (left == 0 || now_ms < connection->next_ms) {
        return;
    }
    ssize_t bytes =
        send(connection->fd, connection->out.chars + connection->written, slow ? 1 : left, MSG_NOSIGNAL);
    connection->written += bytes > 0 ? (size_t)bytes : 0;
    connection->next_ms = slow ? now_ms + SLOW_MS : now_ms;
    if (connection->kind == FORGER && connection->written == connection->out.bytes &&
        forgeries[connection->subject].ends) {
        (void)shutdown(connection->fd, SHUT_WR);
    }
}

static bool is_as_wanted(enum wanted wanted, int status)
{
    switch (wanted) {
    case WANT_404:
        return status == 404;
    case WANT_405:
        return status == 405;
    case WANT_400:
        return status == 400;
    case WANT_413:
        return status == 413;
    case WANT_200:
        return status == 200 || status == 503;
    case WANT_NOT_200:
        return status != 200;
    }
    return false;
}

/* The connection has ended, or the status is known (0 = it is not). */
static void connection_finish(struct storm *storm, struct connection *connection, int status, int64_t now_ms)
{
    enum wanted wanted = connection->kind == FORGER     ? forgeries[connection->subject].wanted
                         : connection->kind == REPLAYER ? WANT_200
                                                        : WANT_NOT_200;
    if (!is_as_wanted(wanted, status)) {
        const char *what =
            connection->kind == REPLAYER ? "a replayed webhook" : forgeries[connection->subject].request;
        if (storm->wrong++ < WRONG_SHOWN) {
            fprintf(stderr, "storm: status %d for %s\n", status, what);
        }
    }
    storm->forged += connection->kind == FORGER;
    storm->replayed += connection->kind == REPLAYER && status == 200;
    storm->cut_slow += connection->kind == SLOW_ONE;
    storm->cut_idle += connection->kind == IDLE_ONE;
    connection_close(connection, now_ms);
}

static void connection_read(struct storm *storm, struct connection *connection, int64_t now_ms)
{
    static const size_t status_at = sizeof "HTTP/1.1 " - 1;
    ssize_t bytes = recv(connection->fd, connection->in + connection->in_bytes,
                         sizeof connection->in - 1 - connection->in_bytes, 0);
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    connection->in_bytes += bytes > 0 ? (size_t)bytes : 0;
    if (connection->in_bytes >= status_at + 3) {
        connection_finish(storm, connection, atoi(connection->in + status_at), now_ms);
    } else if (bytes <= 0) {
        connection_finish(storm, connection, 0, now_ms);
    }
}

/* --- the storm --- */

static void storm_turn(struct storm *storm)
{
    static struct pollfd polled[CONNECTIONS];
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = &storm->connections[i];
        if (connection->fd < 0 && now_ms >= connection->next_ms) {
            connection_open(storm, connection, now_ms);
        }
        bool writes = connection->written < connection->out.bytes && now_ms >= connection->next_ms;
        polled[i] = (struct pollfd){.fd = connection->fd, .events = (short)(POLLIN | (writes ? POLLOUT : 0))};
    }
    (void)poll(polled, CONNECTIONS, POLL_MS);
    now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if ((polled[i].revents & POLLOUT) != 0) {
            connection_write(&storm->connections[i], now_ms);
        }
        if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            connection_read(storm, &storm->connections[i], now_ms);
        }
    }
}

static enum kind kind_of(size_t number)
{
    if (number < FORGERS) {
        return FORGER;
    }
    if (number < FORGERS + REPLAYERS) {
        return REPLAYER;
    }
    return number < FORGERS + REPLAYERS + SLOW ? SLOW_ONE : IDLE_ONE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"collector", required_argument, NULL, 'c'},
                                            {"simulator", required_argument, NULL, 's'},
                                            {"token", required_argument, NULL, 't'},
                                            {"seconds", required_argument, NULL, 'n'},
                                            {NULL, 0, NULL, 0}};
    static struct storm storm = {.token = ""};
    int64_t seconds = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            storm.collector_port = atoi(optarg);
            break;
        case 's':
            storm.simulator_port = atoi(optarg);
            break;
        case 't':
            storm.token = optarg;
            break;
        case 'n':
            seconds = atoll(optarg);
            break;
        default:
            return 2;
        }
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        storm.connections[i] = (struct connection){.kind = kind_of(i), .fd = -1};
    }
    int64_t end_ms = clock_monotonic_ms() + seconds * 1000;
    while (clock_monotonic_ms() < end_ms) {
        storm_turn(&storm);
    }
    for (size_t i = 0; i < CONNECTIONS; i++) {
        connection_close(&storm.connections[i], 0);
    }
    past_free(&storm);
    printf("{\"forged\":%lld,\"replayed\":%lld,\"slow_cut\":%lld,\"idle_cut\":%lld,\"wrong\":%lld}\n",
           (long long)storm.forged, (long long)storm.replayed, (long long)storm.cut_slow,
           (long long)storm.cut_idle, (long long)storm.wrong);
    return storm.wrong == 0 && storm.forged > 0 && storm.replayed > 0 ? 0 : 1;
}
