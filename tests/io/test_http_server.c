/* The HTTP server on the wire: what raw sockets send, what comes back, and what reaches the handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/http_server.h"
#include "peer.h"
#include "until.h"

#define HEADER_MS 500
#define BODY_MS   1500
#define IDLE_MS   2500

struct fixture {
    struct loop *loop;
    struct http_server *server;
    int requests, reused;
    struct text seen; /* "METHOD path?query body|" of each request that reached the handler */
    struct http_exchange *held;
    bool holds; /* the handler keeps the exchange for later */
    bool cuts, resets;
};

static void handle(void *context, struct http_exchange *exchange)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "OTHER"};
    static const char *const extra[] = {"X-Extra", "yes", NULL};
    struct fixture *fixture = context;
    size_t bytes;
    const char *body = http_exchange_body(exchange, &bytes);
    fixture->requests++;
    fixture->reused += http_exchange_is_reused(exchange) ? 1 : 0;
    text_addf(&fixture->seen, "%s %s?%s ", methods[http_exchange_method(exchange)],
              http_exchange_path(exchange), http_exchange_query(exchange));
    text_add_bytes(&fixture->seen, body, bytes < 64 ? bytes : 64);
    text_add(&fixture->seen, "|");
    if (fixture->holds)
        fixture->held = exchange;
    else if (fixture->cuts)
        http_exchange_cut(exchange, fixture->resets);
    else if (strcmp(http_exchange_path(exchange), "/empty") == 0)
        http_exchange_answer(exchange, 200, NULL, NULL, 0, NULL);
    else
        http_exchange_answer(exchange, 200, "text/plain", "hello", 5, extra);
}

static void open_fixture(struct fixture *fixture, int64_t connections_max)
{
    struct error error = {""};
    struct http_server_options options = {.address = "127.0.0.1",
                                          .header_deadline_ms = HEADER_MS,
                                          .body_deadline_ms = BODY_MS,
                                          .idle_deadline_ms = IDLE_MS,
                                          .connections_max = connections_max,
                                          .body_bytes_max = 65536};
    *fixture = (struct fixture){.loop = loop_new()};
    fixture->server = http_server_open(fixture->loop, &options, handle, fixture, &error);
    if (fixture->server == NULL)
        fail_msg("%s", error.text);
    text_add(&fixture->seen, "");
}

static void close_fixture(struct fixture *fixture)
{
    http_server_free(&fixture->server);
    assert_null(fixture->server);
    loop_free(&fixture->loop);
    text_free(&fixture->seen);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* --- one request, one answer --- */

static const struct {
    const char *name, *request, *status;
    const char *reached; /* what the handler saw, "" = not called */
    bool closes;
} cases[] = {
    {"get", "GET /a/b%20c?x=1&y=%2B HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 ", "GET /a/b%20c?x=1&y=%2B |",
     false},
    {"post", "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody", "HTTP/1.1 200 ",
     "POST /p? body|", false},
    {"post chunked", "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
     "HTTP/1.1 200 ", "POST /p? body|", false},
    {"post without a body", "POST /p HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 ", "POST /p? |",
     false},
    {"asked to close", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ", "GET /? |", true},
    {"version 1.0", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ", "GET /? |", true},
    {"two lengths, a request in the body",
     "POST /p HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 31\r\n\r\nGET /smuggled HTTP/1.1\r\nX: "
     "y\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"two lengths, the longer first",
     "POST /p HTTP/1.1\r\nContent-Length: 31\r\nContent-Length: 0\r\n\r\nGET /smuggled HTTP/1.1\r\nX: "
     "y\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"two equal lengths", "POST /p HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
     "HTTP/1.1 400 ", "", true},
    {"length with a sign", "POST /p HTTP/1.1\r\nContent-Length: +2\r\n\r\nok", "HTTP/1.1 400 ", "", true},
    {"negative length", "POST /p HTTP/1.1\r\nContent-Length: -2\r\n\r\nok", "HTTP/1.1 400 ", "", true},
    {"length in words", "POST /p HTTP/1.1\r\nContent-Length: two\r\n\r\nok", "HTTP/1.1 400 ", "", true},
    {"list of lengths", "POST /p HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\nok", "HTTP/1.1 400 ", "", true},
    {"empty length", "POST /p HTTP/1.1\r\nContent-Length:\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"blank before the colon",
     "POST /p HTTP/1.1\r\nContent-Length : 31\r\n\r\nGET /smuggled HTTP/1.1\r\nX: y\r\n\r\n", "HTTP/1.1 400 ",
     "", true},
    {"length and encoding",
     "POST /p HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled "
     "HTTP/1.1\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"unknown encoding",
     "POST /p HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"two encodings",
     "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\nGET /s "
     "HTTP/1.1\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"head with a body",
     "HEAD /p HTTP/1.1\r\nContent-Length: 31\r\n\r\nGET /smuggled HTTP/1.1\r\nX: y\r\n\r\n", "HTTP/1.1 400 ",
     "", true},
    {"absolute address, kept alive, two lengths",
     "POST http://other/p HTTP/1.1\r\nProxy-Connection: keep-alive\r\nContent-Length: 0\r\n"
     "Content-Length: 31\r\n\r\nGET /smuggled HTTP/1.1\r\nX: y\r\n\r\n",
     "HTTP/1.1 400 ", "", true},
    {"no request at all", "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03 random bytes\r\n\r\n", "HTTP/1.1 400 ",
     "", true},
    {"put", "PUT /p HTTP/1.1\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 405 ", "", true},
    {"delete", "DELETE /p HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 405 ", "", true},
    {"options", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 405 ", "", true},
    {"trace", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 405 ", "", true},
    {"unknown method", "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 405 ", "", true},
    {"unknown method with a body",
     "BREW /pot HTTP/1.1\r\nContent-Length: 31\r\n\r\nGET /smuggled HTTP/1.1\r\nX: y\r\n\r\n",
     "HTTP/1.1 405 ", "", true},
    {"unknown expectation", "POST /p HTTP/1.1\r\nExpect: wonders\r\nContent-Length: 2\r\n\r\nok",
     "HTTP/1.1 417 ", "", true},
};

static void each_request_gets_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        struct peer peer;
        open_fixture(&fixture, 10);
        assert_true(peer_open(&peer, http_server_port(fixture.server)));
        peer.awaited = "\r\n\r\n";
        peer_send(&peer, cases[i].request, strlen(cases[i].request));
        if (!loop_until(fixture.loop, 5000, peer_heard_awaited, &peer))
            fail_msg("%s: no answer", cases[i].name);
        bool closed = loop_until(fixture.loop, cases[i].closes ? HEADER_MS / 2 : 50, peer_ended, &peer);
        if (closed != cases[i].closes)
            fail_msg("%s: %s", cases[i].name, closed ? "closed" : "not closed");
        if (strncmp(peer_text(&peer), cases[i].status, strlen(cases[i].status)) != 0)
            fail_msg("%s: %s", cases[i].name, peer_text(&peer));
        if (count_of(peer_text(&peer), "HTTP/1.") != 1)
            fail_msg("%s: more than one answer: %s", cases[i].name, peer_text(&peer));
        if (strcmp(fixture.seen.chars, cases[i].reached) != 0)
            fail_msg("%s: the handler saw %s", cases[i].name, fixture.seen.chars);
        peer_close(&peer);
        close_fixture(&fixture);
    }
}

static void connect_is_cut_with_all_that_follows_it(void **state)
{
    (void)state;
    static const char request[] = "CONNECT h:80 HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 31\r\n\r\n"
                                  "GET /smuggled HTTP/1.1\r\nX: y\r\n\r\n";
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 10);
    assert_true(peer_open(&peer, http_server_port(fixture.server)));
    peer_send(&peer, request, strlen(request));
    assert_true(loop_until(fixture.loop, HEADER_MS / 2, peer_ended, &peer));
    assert_string_equal(peer_text(&peer), "");
    assert_int_equal(fixture.requests, 0);
    peer_close(&peer);
    close_fixture(&fixture);
}

/* Sends one request and returns the whole answer up to `awaited`. */
static void ask(struct fixture *fixture, struct peer *peer, const char *request, const char *awaited)
{
    assert_true(peer_open(peer, http_server_port(fixture->server)));
    peer->awaited = awaited;
    peer_send(peer, request, strlen(request));
    if (!loop_until(fixture->loop, 5000, peer_heard_awaited, peer))
        fail_msg("got only: %s", peer_text(peer));
}

static void an_answer_carries_its_headers_and_nothing_unasked(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 10);
    ask(&fixture, &peer, "GET / HTTP/1.1\r\n\r\n", "hello");
    assert_non_null(strstr(peer_text(&peer), "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(peer_text(&peer), "Content-Length: 5\r\n"));
    assert_non_null(strstr(peer_text(&peer), "X-Extra: yes\r\n"));
    peer_close(&peer);
    ask(&fixture, &peer, "POST /empty HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "\r\n\r\n");
    assert_non_null(strstr(peer_text(&peer), "Content-Length: 0\r\n"));
    assert_null(strstr(peer_text(&peer), "Content-Type"));
    peer_close(&peer);
    close_fixture(&fixture);
}

static void head_is_answered_like_get_without_the_body(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 10);
    ask(&fixture, &peer, "HEAD / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n", "hello");
    const char *head_end = strstr(peer_text(&peer), "\r\n\r\n");
    assert_non_null(head_end);
    assert_int_equal(strncmp(head_end + 4, "HTTP/1.1 200 ", 13), 0);
    assert_int_equal(count_of(peer_text(&peer), "Content-Length: 5\r\n"), 2);
    assert_string_equal(fixture.seen.chars, "HEAD /? |GET /next? |");
    peer_close(&peer);
    close_fixture(&fixture);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 10);
    ask(&fixture, &peer,
        "POST /1 HTTP/1.1\r\nContent-Length: 1\r\n\r\naPOST /2 HTTP/1.1\r\nContent-Length: 1\r\n\r\nb"
        "GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n",
        "Connection: close");
    assert_true(loop_until(fixture.loop, 5000, peer_ended, &peer));
    assert_string_equal(fixture.seen.chars, "POST /1? a|POST /2? b|GET /3? |");
    assert_int_equal(count_of(peer_text(&peer), "HTTP/1.1 200 "), 3);
    assert_int_equal(fixture.reused, 2);
    peer_close(&peer);
    close_fixture(&fixture);
}

/* --- sizes --- */

static void a_body_over_the_limit_is_413_and_close(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        const char *status;
    } sizes[] = {{65536, "HTTP/1.1 200 "}, {65537, "HTTP/1.1 413 "}, {1048576, "HTTP/1.1 413 "}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct fixture fixture;
        struct peer peer;
        struct text request = {0};
        char *body = memory_zeroed(1, sizes[i].bytes + 1);
        memset(body, 'x', sizes[i].bytes);
        text_addf(&request, "POST / HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s", sizes[i].bytes, body);
        open_fixture(&fixture, 10);
        assert_true(peer_open(&peer, http_server_port(fixture.server)));
        peer_send(&peer, request.chars, request.bytes);
        peer.awaited = sizes[i].status;
        assert_true(loop_until(fixture.loop, 5000, peer_heard_awaited, &peer));
        assert_int_equal(fixture.requests, i == 0 ? 1 : 0);
        assert_int_equal(loop_until(fixture.loop, i == 0 ? 50 : 5000, peer_ended, &peer), i != 0);
        assert_false(peer.reset);
        peer_close(&peer);
        close_fixture(&fixture);
        text_free(&request);
        free(body);
    }
}

static void a_chunked_body_over_the_limit_is_413_and_close(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    struct text request = {0};
    text_add(&request, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 70; i++)
        text_addf(&request, "400\r\n%01024d\r\n", 0);
    open_fixture(&fixture, 10);
    assert_true(peer_open(&peer, http_server_port(fixture.server)));
    peer_send(&peer, request.chars, request.bytes);
    peer.awaited = "HTTP/1.1 413 ";
    assert_true(loop_until(fixture.loop, 5000, peer_heard_awaited, &peer));
    assert_true(loop_until(fixture.loop, 5000, peer_ended, &peer));
    assert_int_equal(fixture.requests, 0);
    peer_close(&peer);
    close_fixture(&fixture);
    text_free(&request);
}

static void a_huge_head_is_400_and_close(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    struct text request = {0};
    text_addf(&request, "GET / HTTP/1.1\r\nX-Huge: %09000d\r\n\r\n", 0);
    open_fixture(&fixture, 10);
    ask(&fixture, &peer, request.chars, "HTTP/1.1 400 ");
    assert_true(loop_until(fixture.loop, 5000, peer_ended, &peer));
    assert_int_equal(fixture.requests, 0);
    peer_close(&peer);
    close_fixture(&fixture);
    text_free(&request);
}

/* --- deadlines --- */

static void slow_peers_are_cut(void **state)
{
    (void)state;
    static const struct {
        const char *name, *at_once, *dripping;
        int64_t after_ms;
    } peers[] = {
        {"says nothing", "", "", HEADER_MS},
        {"drips its head", "",
         "GET / HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HEADER_MS},
        {"drips its body", "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "a",
         BODY_MS},
        {"drips what is too long", "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "a",
         BODY_MS},
        {"stays after its answer", "GET / HTTP/1.1\r\n\r\n", "", IDLE_MS},
        {"drips its second head", "GET / HTTP/1.1\r\n\r\n",
         "GET / HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HEADER_MS},
    };
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        struct fixture fixture;
        struct peer peer;
        open_fixture(&fixture, 10);
        assert_true(peer_open(&peer, http_server_port(fixture.server)));
        assert_int_equal(send(peer.descriptor, peers[i].at_once, strlen(peers[i].at_once), 0),
                         strlen(peers[i].at_once));
        int64_t start_ms = clock_monotonic_ms();
        peer.drip_ms = 20;
        peer_send(&peer, peers[i].dripping, strlen(peers[i].dripping));
        if (!loop_until(fixture.loop, 10000, peer_ended, &peer))
            fail_msg("%s: not cut", peers[i].name);
        int64_t after_ms = clock_monotonic_ms() - start_ms;
        if (after_ms < peers[i].after_ms - 50 || after_ms > peers[i].after_ms + 900)
            fail_msg("%s: cut after %lld ms", peers[i].name, (long long)after_ms);
        peer_close(&peer);
        close_fixture(&fixture);
    }
}

static void a_handler_may_take_longer_than_any_deadline(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 10);
    fixture.holds = true;
    assert_true(peer_open(&peer, http_server_port(fixture.server)));
    peer_send(&peer, "GET / HTTP/1.1\r\n\r\n", 18);
    assert_false(loop_until(fixture.loop, IDLE_MS + 500, peer_ended, &peer));
    assert_int_equal(http_server_open_exchanges(fixture.server), 1);
    http_exchange_answer(fixture.held, 503, NULL, NULL, 0, NULL);
    peer.awaited = "HTTP/1.1 503 ";
    assert_true(loop_until(fixture.loop, 5000, peer_heard_awaited, &peer));
    assert_int_equal(http_server_open_exchanges(fixture.server), 0);
    peer_close(&peer);
    close_fixture(&fixture);
}

/* --- connections --- */

static void above_the_cap_connections_wait_until_one_ends(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer first, second, third;
    open_fixture(&fixture, 2);
    ask(&fixture, &first, "GET /1 HTTP/1.1\r\n\r\n", "hello");
    ask(&fixture, &second, "GET /2 HTTP/1.1\r\n\r\n", "hello");
    assert_true(peer_open(&third, http_server_port(fixture.server)));
    peer_send(&third, "GET /3 HTTP/1.1\r\n\r\n", 19);
    third.awaited = "hello";
    assert_false(loop_until(fixture.loop, 300, peer_heard_awaited, &third));
    assert_int_equal(fixture.requests, 2);
    peer_close(&first);
    assert_true(loop_until(fixture.loop, 5000, peer_heard_awaited, &third));
    peer_close(&second);
    peer_close(&third);
    close_fixture(&fixture);
}

static void connections_that_never_asked_do_not_hold_the_cap(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 2);
    for (int i = 0; i < 20; i++) {
        assert_true(peer_open(&peer, http_server_port(fixture.server)));
        peer_close(&peer);
    }
    ask(&fixture, &peer, "GET /1 HTTP/1.1\r\n\r\n", "hello");
    peer_close(&peer);
    close_fixture(&fixture);
}

static bool exchange_is_held(void *context)
{
    return ((struct fixture *)context)->held != NULL;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void an_exchange_stays_valid_when_the_client_leaves(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    size_t bytes;
    open_fixture(&fixture, 10);
    fixture.holds = true;
    assert_true(peer_open(&peer, http_server_port(fixture.server)));
    assert_int_equal(
        send(peer.descriptor, "POST /gone HTTP/1.1\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc", 54, 0), 54);
    assert_true(loop_until(fixture.loop, 5000, exchange_is_held, &fixture));
    peer_close(&peer);
    assert_false(loop_until(fixture.loop, 200, never, NULL));
    assert_string_equal(http_exchange_path(fixture.held), "/gone");
    assert_string_equal(http_exchange_header(fixture.held, "x-a"), "b");
    assert_string_equal(http_exchange_header(fixture.held, "X-None"), "");
    assert_string_equal(http_exchange_peer(fixture.held), "127.0.0.1");
    assert_memory_equal(http_exchange_body(fixture.held, &bytes), "abc", 3);
    assert_int_equal(bytes, 3);
    http_exchange_answer(fixture.held, 200, "text/plain", "late", 4, NULL);
    fixture.holds = false;
    ask(&fixture, &peer, "GET /next HTTP/1.1\r\n\r\n", "hello");
    peer_close(&peer);
    close_fixture(&fixture);
}

static void an_exchange_outlives_the_server(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer;
    open_fixture(&fixture, 10);
    fixture.holds = true;
    assert_true(peer_open(&peer, http_server_port(fixture.server)));
    peer_send(&peer, "GET /kept HTTP/1.1\r\n\r\n", 22);
    peer_pump(&peer);
    assert_true(loop_until(fixture.loop, 5000, exchange_is_held, &fixture));
    http_server_free(&fixture.server);
    assert_string_equal(http_exchange_path(fixture.held), "/kept");
    http_exchange_answer(fixture.held, 200, NULL, NULL, 0, NULL);
    assert_true(loop_until(fixture.loop, 5000, peer_ended, &peer));
    assert_string_equal(peer_text(&peer), "");
    peer_close(&peer);
    close_fixture(&fixture);
}

static void a_cut_ends_the_connection_without_an_answer(void **state)
{
    (void)state;
    for (int reset = 0; reset < 2; reset++) {
        struct fixture fixture;
        struct peer peer;
        open_fixture(&fixture, 10);
        ask(&fixture, &peer, "GET / HTTP/1.1\r\n\r\n", "hello");
        text_clear(&peer.received);
        fixture.cuts = true;
        fixture.resets = reset == 1;
        peer_send(&peer, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", 42);
        assert_true(loop_until(fixture.loop, 5000, peer_ended, &peer));
        assert_int_equal(fixture.reused, 1);
        assert_int_equal(peer.received.bytes, 0);
        assert_int_equal(peer.reset, reset == 1);
        assert_string_equal(fixture.seen.chars, "GET /? |POST /? body|");
        assert_int_equal(http_server_open_exchanges(fixture.server), 0);
        peer_close(&peer);
        close_fixture(&fixture);
    }
}

static void draining_refuses_new_connections_and_answers_the_old(void **state)
{
    (void)state;
    struct fixture fixture;
    struct peer peer, late;
    open_fixture(&fixture, 10);
    fixture.holds = true;
    assert_true(peer_open(&peer, http_server_port(fixture.server)));
    peer_send(&peer, "GET / HTTP/1.1\r\n\r\n", 18);
    peer_pump(&peer);
    assert_true(loop_until(fixture.loop, 5000, exchange_is_held, &fixture));
    http_server_drain(fixture.server);
    assert_false(peer_open(&late, http_server_port(fixture.server)));
    peer_close(&late);
    http_exchange_answer(fixture.held, 200, NULL, NULL, 0, NULL);
    assert_true(loop_until(fixture.loop, 5000, peer_ended, &peer));
    assert_int_equal(strncmp(peer_text(&peer), "HTTP/1.1 200 ", 13), 0);
    assert_non_null(strstr(peer_text(&peer), "Connection: close\r\n"));
    peer_close(&peer);
    close_fixture(&fixture);
}

static void a_taken_port_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct fixture fixture;
    struct error error = {""};
    char port[16];
    open_fixture(&fixture, 10);
    struct http_server_options options = {.address = "127.0.0.1", .port = http_server_port(fixture.server)};
    snprintf(port, sizeof port, "%d", http_server_port(fixture.server));
    assert_null(http_server_open(fixture.loop, &options, handle, &fixture, &error));
    assert_non_null(strstr(error.text, port));
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_gets_its_answer),
        cmocka_unit_test(connect_is_cut_with_all_that_follows_it),
        cmocka_unit_test(an_answer_carries_its_headers_and_nothing_unasked),
        cmocka_unit_test(head_is_answered_like_get_without_the_body),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_body_over_the_limit_is_413_and_close),
        cmocka_unit_test(a_chunked_body_over_the_limit_is_413_and_close),
        cmocka_unit_test(a_huge_head_is_400_and_close),
        cmocka_unit_test(slow_peers_are_cut),
        cmocka_unit_test(a_handler_may_take_longer_than_any_deadline),
        cmocka_unit_test(above_the_cap_connections_wait_until_one_ends),
        cmocka_unit_test(connections_that_never_asked_do_not_hold_the_cap),
        cmocka_unit_test(an_exchange_stays_valid_when_the_client_leaves),
        cmocka_unit_test(an_exchange_outlives_the_server),
        cmocka_unit_test(a_cut_ends_the_connection_without_an_answer),
        cmocka_unit_test(draining_refuses_new_connections_and_answers_the_old),
        cmocka_unit_test(a_taken_port_is_an_error_that_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
