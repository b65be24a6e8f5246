/* The child answers from its loop; test and child meet only in shared memory: the test writes the script, the
 * child the arrivals, each announced by a counter. */
#include "support/script_gateway.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "io/http_server.h"

#define ARRIVALS_MAX      4096
#define STEPS_MAX         64
#define SHUT_POLL_MS      2
#define START_DEADLINE_MS 20000

struct step {
    char to[PHONE_SIZE];
    int times, used;
    enum script_action action;
    int status;
    char body[128];
    char retry_after[64];
    bool whole;
};

struct shared {
    atomic_int port; /* 0 until it listens */
    atomic_int steps_count, arrivals_count, requests, waiting, malformed, delay_ms;
    atomic_bool shut;
    struct step steps[STEPS_MAX];
    struct script_arrival arrivals[ARRIVALS_MAX];
};

struct script_gateway {
    pid_t process; /* 0 = not running */
    struct shared *shared;
};

/* A request on its way to the answer, in the child. */
struct visit {
    struct http_exchange *exchange;
    struct script_arrival *arrivals; /* so many */
    int count;
    bool is_batch;
    struct step step;   /* of the only one, or of the first that answers for all */
    struct step *steps; /* of each */
    struct loop_timer *timer;
};

static struct shared *shared; /* of the child */
static struct loop *loop;     /* of the child */

static void serve(int port);
static void on_request(void *context, struct http_exchange *exchange);
static void visit_answer(void *context);

/* --- the test's side --- */

static void spawn(struct script_gateway *gateway)
{
    int port = atomic_exchange(&gateway->shared->port, 0);
    int64_t deadline_ms = clock_monotonic_ms() + START_DEADLINE_MS;
    gateway->process = fork();
    assert_true(gateway->process >= 0);
    if (gateway->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        shared = gateway->shared;
        serve(port);
    }
    while (atomic_load(&gateway->shared->port) == 0) {
        if (clock_monotonic_ms() >= deadline_ms || waitpid(gateway->process, NULL, WNOHANG) != 0)
            fail_msg("the scripted gateway does not start");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

struct script_gateway *script_gateway_open(void)
{
    struct script_gateway *gateway = memory_zeroed(1, sizeof *gateway);
    gateway->shared =
        mmap(NULL, sizeof *gateway->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(gateway->shared != MAP_FAILED);
    spawn(gateway);
    return gateway;
}

void script_gateway_free(struct script_gateway **gateway)
{
    if (*gateway == NULL)
        return;
    script_gateway_kill(*gateway);
    munmap((*gateway)->shared, sizeof *(*gateway)->shared);
    free(*gateway);
    *gateway = NULL;
}

int script_gateway_port(const struct script_gateway *gateway)
{
    return atomic_load(&gateway->shared->port);
}

void script_gateway_kill(struct script_gateway *gateway)
{
    if (gateway->process == 0)
        return;
    kill(gateway->process, SIGKILL);
    waitpid(gateway->process, NULL, 0);
    gateway->process = 0;
    atomic_store(&gateway->shared->waiting, 0);
}

void script_gateway_restart(struct script_gateway *gateway)
{
    assert_int_equal(gateway->process, 0);
    spawn(gateway);
}

void script_gateway_renew(struct script_gateway *gateway)
{
    script_gateway_kill(gateway); /* with it what it still held */
    atomic_store(&gateway->shared->steps_count, 0);
    atomic_store(&gateway->shared->arrivals_count, 0);
    atomic_store(&gateway->shared->requests, 0);
    atomic_store(&gateway->shared->malformed, 0);
    atomic_store(&gateway->shared->delay_ms, 0);
    atomic_store(&gateway->shared->shut, false);
    spawn(gateway);
}

void script_gateway_add(struct script_gateway *gateway, const struct script_step *step)
{
    int count = atomic_load(&gateway->shared->steps_count);
    assert_true(count < STEPS_MAX);
    struct step *added = &gateway->shared->steps[count];
    *added = (struct step){
        .times = step->times, .action = step->action, .status = step->status, .whole = step->whole};
    assert_true(text_copy(added->to, sizeof added->to, step->to == NULL ? "" : step->to) &&
                text_copy(added->body, sizeof added->body, step->body == NULL ? "" : step->body) &&
                text_copy(added->retry_after, sizeof added->retry_after,
                          step->retry_after == NULL ? "" : step->retry_after));
    atomic_store(&gateway->shared->steps_count, count + 1);
}

void script_gateway_delay(struct script_gateway *gateway, int answer_after_ms)
{
    atomic_store(&gateway->shared->delay_ms, answer_after_ms);
}

void script_gateway_shut(struct script_gateway *gateway, bool shut)
{
    atomic_store(&gateway->shared->shut, shut);
}

int script_gateway_waiting(const struct script_gateway *gateway)
{
    return atomic_load(&gateway->shared->waiting);
}

static bool is_of(const struct script_arrival *arrival, const char *of)
{
    return of == NULL || strcmp(arrival->id, of) == 0 || strcmp(arrival->to, of) == 0;
}

int script_gateway_count(const struct script_gateway *gateway, const char *of)
{
    int count = 0, all = atomic_load(&gateway->shared->arrivals_count);
    for (int i = 0; i < all; i++)
        count += is_of(&gateway->shared->arrivals[i], of);
    return count;
}

int script_gateway_accepted(const struct script_gateway *gateway, const char *of)
{
    int count = 0, all = atomic_load(&gateway->shared->arrivals_count);
    for (int i = 0; i < all; i++)
        count += is_of(&gateway->shared->arrivals[i], of) && gateway->shared->arrivals[i].status == 202;
    return count;
}

const struct script_arrival *script_gateway_arrival(const struct script_gateway *gateway, const char *of,
                                                    int n)
{
    int all = atomic_load(&gateway->shared->arrivals_count);
    for (int i = 0; i < all; i++) {
        if (is_of(&gateway->shared->arrivals[i], of) && n-- == 0)
            return &gateway->shared->arrivals[i];
    }
    fail_msg("nothing of %s arrived at the gateway", of == NULL ? "anyone" : of);
    return NULL;
}

int script_gateway_requests(const struct script_gateway *gateway)
{
    return atomic_load(&gateway->shared->requests);
}

int script_gateway_malformed(const struct script_gateway *gateway)
{
    return atomic_load(&gateway->shared->malformed);
}

/* --- the child's side --- */

static void serve(int port)
{
    struct error error = {""};
    struct http_server_options options = {.address = "127.0.0.1",
                                          .port = port,
                                          .header_deadline_ms = 60000,
                                          .body_deadline_ms = 60000,
                                          .idle_deadline_ms = 60000,
                                          .connections_max = 200,
                                          .body_bytes_max = 65536};
    loop = loop_new();
    struct http_server *server = http_server_open(loop, &options, on_request, NULL, &error);
    if (server == NULL) {
        fprintf(stderr, "scripted gateway: %s\n", error.text);
        _exit(1);
    }
    atomic_store(&shared->port, http_server_port(server));
    loop_run(loop);
    _exit(0);
}

/* As the profile says it: path and headers, … */
static bool request_is_right(struct http_exchange *exchange)
{
    return http_exchange_method(exchange) == HTTP_POST &&
           strcmp(http_exchange_path(exchange), "/send") == 0 &&
           strcmp(http_exchange_header(exchange, "Authorization"), "Bearer " SCRIPT_SECRET) == 0 &&
           strcmp(http_exchange_header(exchange, "Content-Type"), "application/json") == 0;
}

/* … and each member. */
static bool arrival_read(struct script_arrival *arrival, struct json_reader *reader)
{
    arrival->segments = (int)json_int(reader, "segments", 1, 9);
    return text_copy(arrival->id, sizeof arrival->id, json_string(reader, "id", 1, ID_CHARS)) &&
           text_copy(arrival->to, sizeof arrival->to, json_string(reader, "to", 1, PHONE_SIZE - 1)) &&
           text_copy(arrival->from, sizeof arrival->from, json_string(reader, "from", 1, 20)) &&
           text_copy(arrival->text, sizeof arrival->text, json_string(reader, "text", 1, 699)) &&
           text_copy(arrival->encoding, sizeof arrival->encoding, json_string(reader, "encoding", 1, 7)) &&
           json_finish(reader);
}

/* How many messages; 0 = it is not right. */
static int arrivals_read(struct script_arrival *arrivals, int most, struct http_exchange *exchange,
                         bool *is_batch_out)
{
    struct error error = {""};
    size_t bytes = 0, count = 1;
    const char *body = http_exchange_body(exchange, &bytes);
    cJSON *json = json_parse(body, bytes, &error);
    if (json == NULL)
        return 0;
    struct json_reader root, items, item;
    json_reader_root(&root, json, &error);
    *is_batch_out = json_has(&root, "messages");
    if (*is_batch_out)
        json_array(&root, "messages", 1, (size_t)most, &items, &count);
    bool right = request_is_right(exchange);
    for (size_t i = 0; right && i < count; i++) {
        if (*is_batch_out)
            json_item_object(&items, i, &item);
        arrivals[i] = (struct script_arrival){.reused = http_exchange_is_reused(exchange),
                                              .request = atomic_load(&shared->requests)};
        right = arrival_read(&arrivals[i], *is_batch_out ? &item : &root);
    }
    right = right && json_finish(&root);
    cJSON_Delete(json);
    return right ? (int)count : 0;
}

static struct step step_for(const struct script_arrival *arrival)
{
    int count = atomic_load(&shared->steps_count);
    for (int i = 0; i < count; i++) {
        struct step *step = &shared->steps[i];
        if ((step->to[0] == '\0' || strcmp(step->to, arrival->to) == 0) &&
            (step->times == 0 || step->used < step->times)) {
            step->used++;
            return *step;
        }
    }
    return (struct step){.action = SCRIPT_ANSWER, .status = 202};
}

static void on_request(void *context, struct http_exchange *exchange)
{
    int n = atomic_load(&shared->arrivals_count);
    struct script_arrival *arrivals = &shared->arrivals[n];
    bool is_batch = false;
    (void)context;
    if (n == ARRIVALS_MAX) {
        fprintf(stderr, "scripted gateway: too many arrivals to remember\n");
        _exit(1);
    }
    int count = arrivals_read(arrivals, ARRIVALS_MAX - n, exchange, &is_batch);
    if (count == 0) {
        atomic_fetch_add(&shared->malformed, 1);
        http_exchange_answer(exchange, 404, NULL, "", 0, NULL);
        return;
    }
    struct visit *visit = memory_zeroed(1, sizeof *visit);
    visit->exchange = exchange;
    visit->arrivals = arrivals;
    visit->count = count;
    visit->is_batch = is_batch;
    visit->steps = memory_zeroed((size_t)count, sizeof *visit->steps);
    for (int i = 0; i < count; i++) {
        visit->steps[i] = step_for(&arrivals[i]);
        bool decides = visit->steps[i].whole || visit->steps[i].action != SCRIPT_ANSWER;
        if (i == 0 || (decides && !visit->step.whole && visit->step.action == SCRIPT_ANSWER))
            visit->step = visit->steps[i];
    }
    visit->timer = loop_timer_new(loop, visit_answer, visit);
    atomic_fetch_add(&shared->requests, 1);
    atomic_store(&shared->arrivals_count, n + count);
    atomic_fetch_add(&shared->waiting, 1);
    loop_timer_arm(visit->timer, atomic_load(&shared->delay_ms));
}

/* A word on each message. */
static void answer_each(struct visit *visit)
{
    struct text body = {0};
    text_add(&body, "{\"messages\":[");
    for (int i = 0; i < visit->count; i++) {
        visit->arrivals[i].status = visit->steps[i].status;
        text_addf(&body, "%s{\"ref\":\"%s\",\"id\":\"g-%s\",\"status\":\"%d\"}", i > 0 ? "," : "",
                  visit->arrivals[i].id, visit->arrivals[i].id, visit->steps[i].status);
    }
    text_add(&body, "]}");
    http_exchange_answer(visit->exchange, 200, "application/json", body.chars, body.bytes, NULL);
    text_free(&body);
}

static void answer_whole(struct visit *visit)
{
    const struct step *step = &visit->step;
    char accepted[64];
    const char *headers[] = {"Retry-After", step->retry_after, NULL};
    snprintf(accepted, sizeof accepted, "{\"id\":\"g-%s\"}", visit->arrivals[0].id);
    const char *body = step->body[0] != '\0' ? step->body : step->status == 202 ? accepted : "";
    for (int i = 0; i < visit->count; i++)
        visit->arrivals[i].status = step->status;
    http_exchange_answer(visit->exchange, step->status, body[0] == '\0' ? NULL : "application/json", body,
                         strlen(body), step->retry_after[0] == '\0' ? NULL : headers);
}

static void visit_answer(void *context)
{
    struct visit *visit = context;
    const struct step *step = &visit->step;
    if (atomic_load(&shared->shut)) {
        loop_timer_arm(visit->timer, SHUT_POLL_MS);
        return;
    }
    if (step->action == SCRIPT_HANG)
        return;
    if (step->action == SCRIPT_ANSWER) {
        if (visit->is_batch && !step->whole)
            answer_each(visit);
        else
            answer_whole(visit);
    } else {
        http_exchange_cut(visit->exchange, step->action == SCRIPT_RESET);
    }
    atomic_fetch_sub(&shared->waiting, 1);
    loop_timer_free(&visit->timer);
    free(visit->steps);
    free(visit);
}
