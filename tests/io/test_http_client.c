/* The HTTP client: what is answered, what was surely not sent, and that a body is never sent twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/http_client.h"
#include "io/http_server.h"
#include "peer.h"
#include "until.h"

enum mood { ANSWERS, HOLDS, CUTS, RESETS, THROTTLES, FLOODS };

struct fixture {
    struct loop *loop;
    struct http_server *server;
    struct http_client *client;
    enum mood mood;
    int arrivals;
    struct text seen; /* "METHOD path type body|" of each arrival */
    struct http_exchange *held[8];
    int held_count;

    int completions, wanted;
    bool inside_send, chains;
    enum http_fate fate;
    int status;
    char body[64], retry_after[64], problem[256];
    bool body_cut;
    int fates[3];
};

static void handle(void *context, struct http_exchange *exchange)
{
    static const char *const retry[] = {"Retry-After", "17", NULL};
    static char flood[5000];
    struct fixture *fixture = context;
    size_t bytes;
    const char *body = http_exchange_body(exchange, &bytes);
    fixture->arrivals++;
    text_addf(&fixture->seen, "%s %s %s ", http_exchange_method(exchange) == HTTP_POST ? "POST" : "GET",
              http_exchange_path(exchange), http_exchange_header(exchange, "Content-Type"));
    text_add_bytes(&fixture->seen, body, bytes < 64 ? bytes : 64);
    text_add(&fixture->seen, "|");
    switch (fixture->mood) {
    case ANSWERS:
        http_exchange_answer(exchange, 200, "text/plain", "fine", 4, NULL);
        break;
    case HOLDS:
        fixture->held[fixture->held_count++] = exchange;
        break;
    case CUTS:
        http_exchange_cut(exchange, false);
        break;
    case RESETS:
        http_exchange_cut(exchange, true);
        break;
    case THROTTLES:
        http_exchange_answer(exchange, 429, NULL, NULL, 0, retry);
        break;
    case FLOODS:
        memset(flood, 'z', sizeof flood);
        http_exchange_answer(exchange, 200, "text/plain", flood, sizeof flood, NULL);
        break;
    }
}

static void open_fixture(struct fixture *fixture, int64_t connections_max, int64_t deadline_ms)
{
    struct error error = {""};
    struct http_server_options serving = {.address = "127.0.0.1",
                                          .header_deadline_ms = 5000,
                                          .body_deadline_ms = 5000,
                                          .idle_deadline_ms = 5000,
                                          .connections_max = 100,
                                          .body_bytes_max = 4194304};
    struct http_client_options asking = {.connect_deadline_ms = 1000,
                                         .deadline_ms = deadline_ms,
                                         .connections_max = connections_max,
                                         .answer_bytes_max = 32};
    *fixture = (struct fixture){.loop = loop_new()};
    fixture->server = http_server_open(fixture->loop, &serving, handle, fixture, &error);
    if (fixture->server == NULL)
        fail_msg("%s", error.text);
    fixture->client = http_client_new(fixture->loop, &asking);
    text_add(&fixture->seen, "");
}

static void close_fixture(struct fixture *fixture)
{
    for (int i = 0; i < fixture->held_count; i++)
        http_exchange_cut(fixture->held[i], false);
    http_client_free(&fixture->client);
    assert_null(fixture->client);
    http_server_free(&fixture->server);
    loop_free(&fixture->loop);
    text_free(&fixture->seen);
}

static void send_to(struct fixture *fixture, const char *method, const char *url, const char *body);

static void on_answer(void *context, const struct http_answer *answer)
{
    struct fixture *fixture = context;
    assert_false(fixture->inside_send);
    fixture->completions++;
    fixture->fate = answer->fate;
    fixture->fates[answer->fate]++;
    fixture->status = answer->status;
    fixture->body_cut = answer->body_cut;
    assert_int_equal(answer->body_bytes, strlen(answer->body));
    snprintf(fixture->body, sizeof fixture->body, "%s", answer->body);
    snprintf(fixture->retry_after, sizeof fixture->retry_after, "%s", answer->retry_after);
    snprintf(fixture->problem, sizeof fixture->problem, "%s", answer->problem);
    if (fixture->chains && fixture->completions < fixture->wanted)
        send_to(fixture, "POST", NULL, "chained");
}

static void send_to(struct fixture *fixture, const char *method, const char *url, const char *body)
{
    static const char *const headers[] = {"Content-Type: text/x-test", NULL};
    char own[64];
    snprintf(own, sizeof own, "http://127.0.0.1:%d/p", http_server_port(fixture->server));
    struct http_request request = {.method = method,
                                   .url = url == NULL ? own : url,
                                   .headers = headers,
                                   .body = body,
                                   .body_bytes = body == NULL ? 0 : strlen(body)};
    fixture->inside_send = true;
    http_client_send(fixture->client, &request, on_answer, fixture);
    fixture->inside_send = false;
}

static bool completed(void *context)
{
    const struct fixture *fixture = context;
    return fixture->completions >= fixture->wanted;
}

static void await(struct fixture *fixture, int wanted)
{
    fixture->wanted = wanted;
    if (!loop_until(fixture->loop, 10000, completed, fixture))
        fail_msg("%d of %d completed", fixture->completions, wanted);
    assert_int_equal(fixture->completions, wanted);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

/* --- answers --- */

static void a_post_and_a_get_are_answered(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 4, 5000);
    send_to(&fixture, "POST", NULL, "the body");
    assert_int_equal(http_client_in_flight(fixture.client), 1);
    await(&fixture, 1);
    assert_int_equal(http_client_in_flight(fixture.client), 0);
    assert_int_equal(fixture.fate, HTTP_ANSWERED);
    assert_int_equal(fixture.status, 200);
    assert_string_equal(fixture.body, "fine");
    assert_false(fixture.body_cut);
    assert_string_equal(fixture.retry_after, "");
    send_to(&fixture, "GET", NULL, NULL);
    await(&fixture, 2);
    send_to(&fixture, "POST", NULL, "");
    await(&fixture, 3);
    assert_int_equal(fixture.fates[HTTP_ANSWERED], 3);
    assert_string_equal(fixture.seen.chars,
                        "POST /p text/x-test the body|GET /p text/x-test |POST /p text/x-test |");
    close_fixture(&fixture);
}

static void a_refusal_carries_its_retry_after_and_the_next_answer_does_not(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1, 5000);
    fixture.mood = THROTTLES;
    send_to(&fixture, "POST", NULL, "x");
    await(&fixture, 1);
    assert_int_equal(fixture.fate, HTTP_ANSWERED);
    assert_int_equal(fixture.status, 429);
    assert_string_equal(fixture.retry_after, "17");
    assert_string_equal(fixture.body, "");
    fixture.mood = ANSWERS;
    send_to(&fixture, "POST", NULL, "x");
    await(&fixture, 2);
    assert_string_equal(fixture.retry_after, "");
    close_fixture(&fixture);
}

static void a_long_answer_is_cut_and_marked(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1, 5000);
    fixture.mood = FLOODS;
    send_to(&fixture, "POST", NULL, "x");
    await(&fixture, 1);
    assert_int_equal(fixture.fate, HTTP_ANSWERED);
    assert_true(fixture.body_cut);
    assert_int_equal(strlen(fixture.body), 32);
    close_fixture(&fixture);
}

static void a_large_body_arrives_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    char *body = memory_zeroed(1, 2000001);
    memset(body, 'b', 2000000);
    open_fixture(&fixture, 1, 5000);
    send_to(&fixture, "POST", NULL, body);
    await(&fixture, 1);
    assert_int_equal(fixture.status, 200);
    assert_int_equal(fixture.arrivals, 1);
    free(body);
    close_fixture(&fixture);
}

static void many_requests_share_few_connections_and_callbacks_may_send(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 4, 5000);
    for (int i = 0; i < 200; i++)
        send_to(&fixture, "POST", NULL, "x");
    assert_int_equal(http_client_in_flight(fixture.client), 200);
    await(&fixture, 200);
    assert_int_equal(fixture.fates[HTTP_ANSWERED], 200);
    assert_int_equal(fixture.arrivals, 200);
    fixture.chains = true;
    fixture.wanted = 220;
    send_to(&fixture, "POST", NULL, "x");
    await(&fixture, 220);
    assert_int_equal(fixture.arrivals, 220);
    close_fixture(&fixture);
}

/* --- lost --- */

/* The trap: libcurl would send the body again on a new connection and report one success. */
static void a_cut_after_the_body_on_a_reused_connection_arrives_once_and_is_lost(void **state)
{
    (void)state;
    static const struct {
        enum mood mood;
        const char *body;
    } cuts[] = {{CUTS, "once"}, {RESETS, "once"}, {CUTS, ""}, {RESETS, ""}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct fixture fixture;
        open_fixture(&fixture, 1, 5000);
        send_to(&fixture, "POST", NULL, "warm up");
        await(&fixture, 1);
        fixture.mood = cuts[i].mood;
        send_to(&fixture, "POST", NULL, cuts[i].body);
        await(&fixture, 2);
        assert_false(loop_until(fixture.loop, 50, never, NULL));
        assert_int_equal(fixture.arrivals, 2);
        assert_int_equal(fixture.completions, 2);
        assert_int_equal(fixture.fate, HTTP_LOST);
        assert_int_equal(fixture.status, 0);
        assert_string_not_equal(fixture.problem, "");
        fixture.mood = ANSWERS;
        send_to(&fixture, "POST", NULL, "after");
        await(&fixture, 3);
        assert_int_equal(fixture.fate, HTTP_ANSWERED);
        close_fixture(&fixture);
    }
}

static void no_answer_within_the_deadline_is_lost(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 2, 300);
    fixture.mood = HOLDS;
    int64_t start_ms = clock_monotonic_ms();
    send_to(&fixture, "POST", NULL, "x");
    await(&fixture, 1);
    assert_in_range(clock_monotonic_ms() - start_ms, 290, 5000);
    assert_int_equal(fixture.fate, HTTP_LOST);
    assert_int_equal(fixture.arrivals, 1);
    close_fixture(&fixture);
}

static void freeing_completes_the_rest_once(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 2, 5000);
    fixture.mood = HOLDS;
    for (int i = 0; i < 5; i++)
        send_to(&fixture, "POST", NULL, "x");
    assert_false(loop_until(fixture.loop, 100, never, NULL));
    http_client_free(&fixture.client);
    assert_int_equal(fixture.completions, 5);
    assert_int_equal(fixture.fates[HTTP_LOST], 2);
    assert_int_equal(fixture.fates[HTTP_NOT_SENT], 3);
    close_fixture(&fixture);
}

/* --- not sent --- */

static void nothing_sent_is_said_so(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://127.0.0.1:1/refused",
        "http://no-such-host.invalid/",
        "ftp://127.0.0.1/",
        "http://:99999/",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct fixture fixture;
        open_fixture(&fixture, 2, 5000);
        /* A handle that sent something before must not remember it. */
        send_to(&fixture, "POST", NULL, "warm up");
        await(&fixture, 1);
        send_to(&fixture, "POST", urls[i], "x");
        await(&fixture, 2);
        if (fixture.fate != HTTP_NOT_SENT)
            fail_msg("%s: %d %s", urls[i], (int)fixture.fate, fixture.problem);
        assert_string_not_equal(fixture.problem, "");
        close_fixture(&fixture);
    }
}

static void a_failed_tls_handshake_is_not_sent(void **state)
{
    (void)state;
    struct fixture fixture;
    char url[64];
    open_fixture(&fixture, 2, 5000);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", http_server_port(fixture.server));
    send_to(&fixture, "POST", url, "secret");
    await(&fixture, 1);
    assert_int_equal(fixture.fate, HTTP_NOT_SENT);
    assert_int_equal(fixture.arrivals, 0);
    close_fixture(&fixture);
}

static void waiting_for_a_connection_past_the_deadline_is_not_sent(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 1, 300);
    fixture.mood = HOLDS;
    for (int i = 0; i < 3; i++)
        send_to(&fixture, "POST", NULL, "x");
    await(&fixture, 3);
    assert_int_equal(fixture.fates[HTTP_LOST] + fixture.fates[HTTP_NOT_SENT], 3);
    assert_int_equal(fixture.fates[HTTP_LOST], fixture.arrivals);
    assert_true(fixture.fates[HTTP_NOT_SENT] >= 1);
    close_fixture(&fixture);
}

/* --- against a scripted socket --- */

struct wire {
    int listener, connections[8];
    int accepted;
    struct text received;
    const char *answer; /* to each request whose end was seen */
    const char *request_end;
    int answered;
    bool closes; /* after the answer */
    struct fixture *fixture;
};

static void wire_open(struct wire *wire, struct fixture *fixture, char *url_out, size_t url_size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    *wire = (struct wire){.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                          .fixture = fixture};
    assert_int_equal(bind(wire->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(wire->listener, 8), 0);
    assert_int_equal(getsockname(wire->listener, (struct sockaddr *)&address, &bytes), 0);
    snprintf(url_out, url_size, "http://127.0.0.1:%d/w", ntohs(address.sin_port));
    text_add(&wire->received, "");
}

static int requests_ended(const struct wire *wire)
{
    int count = 0;
    for (const char *at = wire->received.chars; (at = strstr(at, wire->request_end)) != NULL; at++)
        count++;
    return count;
}

/* Takes connections and bytes, answers each request that ended; true when the client has all it waits for. */
static bool wire_served(void *context)
{
    struct wire *wire = context;
    char chunk[4096];
    int accepted = accept(wire->listener, NULL, NULL);
    if (accepted >= 0)
        wire->connections[wire->accepted++] = accepted;
    for (int i = 0; i < wire->accepted; i++) {
        int connection = wire->connections[i];
        ssize_t bytes = connection < 0 ? 0 : recv(connection, chunk, sizeof chunk, MSG_DONTWAIT);
        if (bytes <= 0)
            continue;
        text_add_bytes(&wire->received, chunk, (size_t)bytes);
        if (requests_ended(wire) > wire->answered) {
            wire->answered++;
            send(connection, wire->answer, strlen(wire->answer), MSG_NOSIGNAL);
            if (wire->closes) {
                close(connection);
                wire->connections[i] = -1;
            }
        }
    }
    return completed(wire->fixture);
}

static void wire_close(struct wire *wire)
{
    for (int i = 0; i < wire->accepted; i++) {
        if (wire->connections[i] >= 0)
            close(wire->connections[i]);
    }
    close(wire->listener);
    text_free(&wire->received);
}

static void one_connection_serves_request_after_request(void **state)
{
    (void)state;
    struct fixture fixture;
    struct wire wire;
    char url[64];
    open_fixture(&fixture, 4, 5000);
    wire_open(&wire, &fixture, url, sizeof url);
    wire.answer = "HTTP/1.1 202 Accepted\r\nRETRY-AFTER:  Wed, 21 Oct 2026 07:28:00 GMT \r\nContent-Length: "
                  "2\r\n\r\nok";
    wire.request_end = "body-end";
    for (fixture.wanted = 1; fixture.wanted <= 10; fixture.wanted++) {
        send_to(&fixture, "POST", url, "body-end");
        assert_true(loop_until(fixture.loop, 5000, wire_served, &wire));
        assert_int_equal(fixture.status, 202);
    }
    assert_int_equal(wire.accepted, 1);
    assert_string_equal(fixture.retry_after, "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_null(strstr(wire.received.chars, "Expect:"));
    assert_non_null(strstr(wire.received.chars, "POST /w HTTP/1.1\r\n"));
    assert_non_null(strstr(wire.received.chars, "Content-Length: 8\r\n"));
    wire_close(&wire);
    close_fixture(&fixture);
}

static void an_answer_that_breaks_off_is_lost_and_redirects_are_not_followed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *answer;
        enum http_fate fate;
        int status;
    } answers[] = {
        {"nothing", "", HTTP_LOST, 0},
        {"half a head", "HTTP/1.1 200 OK\r\nContent-Le", HTTP_LOST, 0},
        {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", HTTP_LOST, 0},
        {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", HTTP_LOST, 0},
        {"not HTTP", "220 mail.example ESMTP\r\n", HTTP_LOST, 0},
        {"body until the end", "HTTP/1.1 200 OK\r\n\r\nall", HTTP_ANSWERED, 200},
        {"a redirect", "HTTP/1.1 302 Found\r\nLocation: /w\r\nContent-Length: 0\r\n\r\n", HTTP_ANSWERED, 302},
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct fixture fixture;
        struct wire wire;
        char url[64];
        open_fixture(&fixture, 4, 5000);
        wire_open(&wire, &fixture, url, sizeof url);
        wire.answer = answers[i].answer;
        wire.request_end = "body-end";
        wire.closes = true;
        fixture.wanted = 1;
        send_to(&fixture, "POST", url, "body-end");
        assert_true(loop_until(fixture.loop, 5000, wire_served, &wire));
        if (fixture.fate != answers[i].fate || fixture.status != answers[i].status)
            fail_msg("%s: %d %d %s", answers[i].name, (int)fixture.fate, fixture.status, fixture.problem);
        assert_false(loop_until(fixture.loop, 30, never, NULL));
        assert_int_equal(requests_ended(&wire), 1);
        wire_close(&wire);
        close_fixture(&fixture);
    }
}

/* The head went out, the body did not: whoever reads heads may have acted on it. */
static void a_failure_between_head_and_body_is_lost(void **state)
{
    (void)state;
    struct fixture fixture;
    struct wire wire;
    char url[64];
    char *body = memory_zeroed(1, 20000001);
    memset(body, 'b', 20000000);
    open_fixture(&fixture, 4, 5000);
    wire_open(&wire, &fixture, url, sizeof url);
    wire.answer = "";
    wire.request_end = "\r\n\r\n";
    wire.closes = true;
    fixture.wanted = 1;
    send_to(&fixture, "POST", url, body);
    assert_true(loop_until(fixture.loop, 5000, wire_served, &wire));
    assert_int_equal(fixture.fate, HTTP_LOST);
    free(body);
    wire_close(&wire);
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_post_and_a_get_are_answered),
        cmocka_unit_test(a_refusal_carries_its_retry_after_and_the_next_answer_does_not),
        cmocka_unit_test(a_long_answer_is_cut_and_marked),
        cmocka_unit_test(a_large_body_arrives_whole),
        cmocka_unit_test(many_requests_share_few_connections_and_callbacks_may_send),
        cmocka_unit_test(a_cut_after_the_body_on_a_reused_connection_arrives_once_and_is_lost),
        cmocka_unit_test(no_answer_within_the_deadline_is_lost),
        cmocka_unit_test(freeing_completes_the_rest_once),
        cmocka_unit_test(nothing_sent_is_said_so),
        cmocka_unit_test(a_failed_tls_handshake_is_not_sent),
        cmocka_unit_test(waiting_for_a_connection_past_the_deadline_is_not_sent),
        cmocka_unit_test(one_connection_serves_request_after_request),
        cmocka_unit_test(an_answer_that_breaks_off_is_lost_and_redirects_are_not_followed),
        cmocka_unit_test(a_failure_between_head_and_body_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
