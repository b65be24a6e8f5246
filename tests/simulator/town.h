/* A town for the tests of the simulator: the real process, seen from outside, with a dispatcher and a collector of the
 * test's own. Each test gets its own. */
#ifndef TESTS_SIMULATOR_TOWN_H
#define TESTS_SIMULATOR_TOWN_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/secret.h"
#include "io/http_client.h"
#include "io/http_server.h"
#include "simulator/people.h"

#define DEADLINE_MS 20000
#define START_MS    INT64_C(1767600000000) /* 2026-01-05 10:00 in Helsinki */
#define WEBHOOKS    2000

/* A webhook as the collector got it. */
struct got {
    char id[32];
    char ref[65]; /* of a receipt; "" = a reply */
    char state[16];
    char from[PHONE_SIZE];
    int status; /* what it was answered */
};

struct town {
    struct loop *loop;
    struct http_server *collector;
    struct http_client *client;
    struct loop_timer *deadline;
    struct scenario scenario;
    char clock_path[64];
    struct clock clock;
    pid_t simulator;
    int port;
    struct got got[WEBHOOKS];
    size_t got_count;
    int refuse_every; /* every how many-th webhook gets 503; 0 = none */
    /* the answer under way */
    bool answered;
    enum http_fate fate;
    int status;
    char retry_after[16];
    struct text body;
};

static struct town town;

static void on_deadline(void *context)
{
    (void)context;
    fail_msg("nothing happened within %d ms", DEADLINE_MS);
}

static void on_webhook(void *context, struct http_exchange *exchange)
{
    struct error error;
    size_t bytes;
    (void)context;
    const char *path = http_exchange_path(exchange);
    const char *body = http_exchange_body(exchange, &bytes);
    cJSON *json = json_parse(body, bytes, &error);
    assert_non_null(json);
    assert_true(town.got_count < WEBHOOKS);
    bool is_reply = strcmp(path, "/v1/gateways/simulator/token-of-the-test/reply") == 0;
    assert_true(is_reply || strcmp(path, "/v1/gateways/simulator/token-of-the-test/receipt") == 0);
    assert_string_equal(http_exchange_header(exchange, "Content-Type"), "application/json");
    struct got *got = &town.got[town.got_count++];
    *got = (struct got){0};
    (void)text_copy(got->id, sizeof got->id, cJSON_GetStringValue(cJSON_GetObjectItem(json, "id")));
    if (is_reply) {
        (void)text_copy(got->from, sizeof got->from, cJSON_GetStringValue(cJSON_GetObjectItem(json, "from")));
        assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "to")), "18123");
    } else {
        (void)text_copy(got->ref, sizeof got->ref, cJSON_GetStringValue(cJSON_GetObjectItem(json, "ref")));
        (void)text_copy(got->state, sizeof got->state,
                        cJSON_GetStringValue(cJSON_GetObjectItem(json, "state")));
    }
    cJSON_Delete(json);
    got->status = town.refuse_every > 0 && town.got_count % (size_t)town.refuse_every == 0 ? 503 : 200;
    http_exchange_answer(exchange, got->status, NULL, NULL, 0, NULL);
}

static void on_answer(void *context, const struct http_answer *answer)
{
    (void)context;
    town.answered = true;
    town.fate = answer->fate;
    town.status = answer->status;
    (void)text_copy(town.retry_after, sizeof town.retry_after, answer->retry_after);
    text_clear(&town.body);
    text_add(&town.body, answer->body);
    loop_stop(town.loop);
}

/* One request to the simulator, on a kept connection; the loop, and with it the collector, runs meanwhile. */
static void request(const char *method, const char *path, const char *body)
{
    static const char *const headers[] = {"Authorization: Bearer secret", NULL};
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", town.port, path);
    struct http_request sent = {
        .method = method, .url = url, .headers = headers, .body = body, .body_bytes = strlen(body)};
    town.answered = false;
    loop_timer_arm(town.deadline, DEADLINE_MS);
    http_client_send(town.client, &sent, on_answer, NULL);
    while (!town.answered)
        loop_run(town.loop);
    loop_timer_disarm(town.deadline);
}

static void send_text(const char *id, const char *to, const char *text)
{
    char body[256];
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"%s\",\"from\":\"18123\",\"to\":\"%s\",\"text\":\"%s\",\"encoding\":\"gsm7\","
                   "\"segments\":1}",
                   id, to, text);
    request("POST", "/send", body);
}

static void send_survey(const char *prefix, int64_t person)
{
    char id[32], phone[PHONE_SIZE];
    (void)snprintf(id, sizeof id, "%s%" PRId64, prefix, person);
    person_phone(person, phone);
    send_text(id, phone, "Auttoiko tapaaminen? Vastaa 1-5");
}

static void set_faults(const char *faults)
{
    request("POST", "/faults", faults);
    assert_int_equal(town.status, 200);
}

/* Lets domain time go on by so many days, and waits until all that came due is done. */
static void let_days_pass(int days)
{
    struct error error;
    town.clock.origin_domain_ms = town.clock.limit_ms;
    town.clock.limit_ms += days * INT64_C(86400000);
    town.clock.origin_real_ms = clock_wall_ms() - 86400000;
    assert_true(clock_write(&town.clock, &error));
    int64_t until_ms = clock_monotonic_ms() + DEADLINE_MS;
    char reached[40];
    (void)snprintf(reached, sizeof reached, "\"at\":%" PRId64, town.clock.limit_ms);
    for (;;) {
        request("GET", "/ledger", "");
        const char *end = strstr(town.body.chars, "{\"t\":\"end\"");
        bool there = end != NULL && strstr(end, reached) != NULL;
        request("GET", "/due", "");
        if (there && strncmp(town.body.chars, "{\"due\":0,", 9) == 0)
            return;
        assert_true(clock_monotonic_ms() < until_ms);
    }
}

static int count_rows(const char *what)
{
    int count = 0;
    request("GET", "/ledger", "");
    for (const char *at = town.body.chars; (at = strstr(at, what)) != NULL; at += strlen(what))
        count++;
    return count;
}

/* --- a town a test --- */

static int start_simulator(void)
{
    int out[2];
    char collector[64];
    (void)snprintf(collector, sizeof collector, "http://127.0.0.1:%d", http_server_port(town.collector));
    if (pipe(out) != 0)
        return -1;
    town.simulator = fork();
    if (town.simulator == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        execl(TEST_BIN_DIR "/pulssi-simulator", "pulssi-simulator", "serve", "--scenario",
              TEST_SOURCE_DIR "/tests/scenarios/kill.json", "--listen", "127.0.0.1:0", "--collector",
              collector, "--secret", "secret", "--token", "token-of-the-test", "--clock", town.clock_path,
              (char *)NULL);
        _exit(127);
    }
    (void)close(out[1]);
    FILE *said = fdopen(out[0], "r");
    int found = fscanf(said, "listening 127.0.0.1:%d", &town.port);
    (void)fclose(said);
    return found == 1 ? 0 : -1;
}

static int open_town(void **state)
{
    struct error error;
    (void)state;
    struct http_server_options server = {.address = "127.0.0.1",
                                         .header_deadline_ms = DEADLINE_MS,
                                         .body_deadline_ms = DEADLINE_MS,
                                         .idle_deadline_ms = DEADLINE_MS,
                                         .connections_max = 64,
                                         .body_bytes_max = 4096};
    struct http_client_options client = {
        .connect_deadline_ms = 2000, .deadline_ms = 500, .connections_max = 1, .answer_bytes_max = 1 << 24};
    town = (struct town){0};
    town.loop = loop_new();
    town.deadline = loop_timer_new(town.loop, on_deadline, NULL);
    town.collector = http_server_open(town.loop, &server, on_webhook, NULL, &error);
    town.client = http_client_new(town.loop, &client);
    (void)snprintf(town.clock_path, sizeof town.clock_path, "/tmp/pulssi-town-%d", (int)getpid());
    (void)text_copy(town.clock.path, sizeof town.clock.path, town.clock_path);
    town.clock.scale = 1000000;
    town.clock.origin_domain_ms = town.clock.limit_ms = START_MS;
    if (town.collector == NULL || !clock_write(&town.clock, &error) ||
        !scenario_read(&town.scenario, TEST_SOURCE_DIR "/tests/scenarios/kill.json", &error))
        return -1;
    return start_simulator();
}

static int close_town(void **state)
{
    int status = -1;
    (void)state;
    (void)kill(town.simulator, SIGTERM);
    (void)waitpid(town.simulator, &status, 0);
    (void)unlink(town.clock_path);
    http_client_free(&town.client);
    http_server_free(&town.collector);
    loop_timer_free(&town.deadline);
    loop_free(&town.loop);
    text_free(&town.body);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

#define IN_A_TOWN(test) cmocka_unit_test_setup_teardown(test, open_town, close_town)

#endif
