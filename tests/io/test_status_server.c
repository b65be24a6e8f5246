/* The status server on the wire: three paths, and nothing else; where it listens and where it tells its port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "io/status_server.h"
#include "peer.h"
#include "until.h"

struct fixture {
    char folder[64], path[96];
    struct loop *loop;
    struct status_server *server;
    bool ready;
};

static bool is_ready(void *context, struct error *sentence)
{
    const struct fixture *fixture = context;
    return fixture->ready || error_set(sentence, "Redis is away");
}

static void add_metrics(void *context, struct metrics *metrics)
{
    const struct fixture *fixture = context;
    metrics_begin(metrics, "test_ready", METRIC_GAUGE, "Whether it is.");
    metrics_count(metrics, NULL, fixture->ready ? 1 : 0);
}

static struct status_server *open_server(struct fixture *fixture, int64_t port, struct error *error)
{
    const struct status_source source = {
        .program = "test", .ready = is_ready, .metrics = add_metrics, .context = fixture};
    const struct status_server_options options = {
        .port = port, .setting = "[test] status_port", .data_folder = fixture->folder};
    return status_server_open(fixture->loop, &options, &source, error);
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    struct error error = {""};
    fixture = (struct fixture){.folder = "/tmp/pulssi-status-XXXXXX", .loop = loop_new(), .ready = true};
    assert_non_null(mkdtemp(fixture.folder));
    snprintf(fixture.path, sizeof fixture.path, "%s/run/test.status-port", fixture.folder);
    fixture.server = open_server(&fixture, 0, &error);
    *state = &fixture;
    return fixture.server == NULL ? -1 : 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    char path[96];
    status_server_free(&fixture->server);
    loop_free(&fixture->loop);
    (void)unlink(fixture->path);
    snprintf(path, sizeof path, "%s/run", fixture->folder);
    (void)rmdir(path);
    return rmdir(fixture->folder);
}

/* Sends it and appends what comes back until the server closes. */
static void ask(struct fixture *fixture, const char *request, struct text *answer)
{
    struct peer peer;
    assert_true(peer_open(&peer, status_server_port(fixture->server)));
    peer_send(&peer, request, strlen(request));
    assert_true(loop_until(fixture->loop, 5000, peer_ended, &peer));
    text_clear(answer);
    text_add(answer, peer_text(&peer));
    peer_close(&peer);
}

#define ASK(method, path) method " " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define POST(path)        "POST " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"

static void three_paths_are_answered_and_nothing_else(void **state)
{
    static const struct {
        const char *request;
        int status;
        const char *type, *body; /* "" = none; the body's beginning */
    } cases[] = {
        {ASK("GET", "/healthz"), 200, "text/plain; charset=utf-8", "ok\n"},
        {ASK("HEAD", "/healthz"), 200, "text/plain; charset=utf-8", ""},
        {ASK("GET", "/readyz"), 200, "text/plain; charset=utf-8", "ok\n"},
        {ASK("GET", "/metrics"), 200, "text/plain; version=0.0.4; charset=utf-8",
         "# HELP pulssi_build_info "},
        {ASK("HEAD", "/metrics"), 200, "text/plain; version=0.0.4; charset=utf-8", ""},
        {ASK("GET", "/metrics?name=x"), 200, "text/plain; version=0.0.4; charset=utf-8", "# HELP "},
        {ASK("GET", "/"), 404, "", ""},
        {ASK("GET", "/healthz/"), 404, "", ""},
        {ASK("GET", "/v1/encounters"), 404, "", ""},
        {POST("/healthz"), 404, "", ""},
        {POST("/metrics"), 404, "", ""},
        {ASK("DELETE", "/metrics"), 405, "", ""},
    };
    struct text answer = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char status[32], type[96];
        ask(*state, cases[i].request, &answer);
        snprintf(status, sizeof status, "HTTP/1.1 %d ", cases[i].status);
        snprintf(type, sizeof type, "\r\nContent-Type: %s\r\n", cases[i].type);
        const char *body = strstr(answer.chars, "\r\n\r\n");
        size_t wanted = strlen(cases[i].body);
        if (strncmp(answer.chars, status, strlen(status)) != 0 || body == NULL ||
            (cases[i].type[0] != '\0') != (strstr(answer.chars, type) != NULL) ||
            strncmp(body + 4, cases[i].body, wanted) != 0 || (wanted == 0 && body[4] != '\0'))
            fail_msg("case %zu: %s", i, answer.chars);
    }
    text_free(&answer);
}

static void readiness_says_what_is_missing(void **state)
{
    struct fixture *fixture = *state;
    struct text answer = {0};
    fixture->ready = false;
    ask(fixture, ASK("GET", "/readyz"), &answer);
    assert_memory_equal(answer.chars, "HTTP/1.1 503 ", 13);
    assert_non_null(strstr(answer.chars, "\r\n\r\nRedis is away\n"));
    ask(fixture, ASK("GET", "/healthz"), &answer);
    assert_memory_equal(answer.chars, "HTTP/1.1 200 ", 13);
    ask(fixture, ASK("GET", "/metrics"), &answer);
    assert_non_null(strstr(answer.chars, "\ntest_ready 0\n"));
    fixture->ready = true;
    ask(fixture, ASK("GET", "/readyz"), &answer);
    assert_memory_equal(answer.chars, "HTTP/1.1 200 ", 13);
    ask(fixture, ASK("GET", "/metrics"), &answer);
    assert_non_null(strstr(answer.chars, "\ntest_ready 1\n"));
    text_free(&answer);
}

static void many_looks_go_over_one_connection(void **state)
{
    static const char two[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" ASK("GET", "/metrics");
    struct text answer = {0};
    ask(*state, two, &answer);
    assert_non_null(strstr(answer.chars, "\r\n\r\nok\nHTTP/1.1 200 "));
    assert_non_null(strstr(answer.chars, "\ntest_ready 1\n"));
    text_free(&answer);
}

static void the_port_is_told_while_it_is_open(void **state)
{
    struct fixture *fixture = *state;
    struct text told = {0};
    struct error error = {""};
    char line[16];
    snprintf(line, sizeof line, "%d\n", status_server_port(fixture->server));
    assert_true(file_read(fixture->path, 64, &told, &error));
    assert_string_equal(told.chars, line);
    status_server_free(&fixture->server);
    assert_int_not_equal(access(fixture->path, F_OK), 0);
    text_free(&told);
}

static void a_taken_port_names_its_key(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {""};
    char wanted[96];
    int port = status_server_port(fixture->server);
    snprintf(wanted, sizeof wanted, "[test] status_port: cannot listen on 127.0.0.1 port %d: ", port);
    assert_null(open_server(fixture, port, &error));
    assert_memory_equal(error.text, wanted, strlen(wanted));
    assert_int_equal(access(fixture->path, F_OK), 0); /* of the one that has it */
}

/* 127.0.0.2 is the same machine by another address. */
static void only_127_0_0_1_is_listened_on(void **state)
{
    struct fixture *fixture = *state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)status_server_port(fixture->server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof address), -1);
    assert_int_equal(errno, ECONNREFUSED);
    (void)close(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(three_paths_are_answered_and_nothing_else, open_fixture,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(readiness_says_what_is_missing, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(many_looks_go_over_one_connection, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(the_port_is_told_while_it_is_open, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(a_taken_port_names_its_key, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(only_127_0_0_1_is_listened_on, open_fixture, close_fixture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
